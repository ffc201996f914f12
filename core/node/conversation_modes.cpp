// Groups that grow large: several members at once, and when a group becomes a channel (R18).
#include <algorithm>

#include "core/chat/rights.hpp"
#include "core/node/calls.hpp"
#include "core/node/conversations.hpp"

namespace hubbub {

/// As members, as their memberships, and of each shard. So few may come into one shard at a time that
/// one delivery to them fits a step (R35).
bool Conversations::has_room(const Conversation& conv, std::span<const UserId> users) const {
  const Members& members = conv.members;
  if (members.count() + users.size() > c_.config.policy.group_members ||
      members.intervals().size() + users.size() > limits::membership_intervals)
    return false;
  std::vector<ShardId> shards;
  shards.reserve(users.size());
  for (const UserId user : users) shards.push_back(shard_of(user));
  std::sort(shards.begin(), shards.end());
  const std::size_t most =
      conv.modes.channel() ? limits::channel_members_per_shard : limits::members_per_shard;
  for (auto from = shards.begin(); from != shards.end();) {
    const auto to = std::upper_bound(from, shards.end(), *from);
    const auto come = static_cast<std::size_t>(to - from);
    if (come > limits::members_per_shard || members.in_shard(*from) + come > most) return false;
    from = to;
  }
  return true;
}

void Conversations::call(const peer::Request& r, Conversation& conv,
                         const to_server::AddMembers& add) {
  const auto caller = caller_of(r, conv);
  if (!caller) return;
  const std::uint64_t digest = digest_of(add);
  if (!is_new_call(*caller, add.number, add.key, digest)) return;
  if (!conv.exists || !r.conversation.is_group())
    return refuse_finally(*caller, ErrorCode::not_found, "there is no such group");
  Members& members = conv.members;
  if (!members.contains(r.from.user))
    return refuse_finally(*caller, ErrorCode::not_member, "you are not a member of it");
  if (!may_take(*caller)) return;
  if (!may_change(members.role(r.from.user), conv.settings, to_server::Change::What::add))
    return refuse_finally(*caller, ErrorCode::forbidden, "your role in the group does not allow it");
  std::vector<UserId> users(add.users.begin(), add.users.end());
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  std::erase_if(users, [&](UserId user) { return members.contains(user); });
  if (users.empty())
    return refuse_finally(*caller, ErrorCode::conflict, "the users are members already");
  if (!has_room(conv, users))
    return refuse_finally(*caller, ErrorCode::too_large,
                          "the group is full: it has at most \"expected\" members",
                          c_.config.policy.group_members);
  const std::size_t first = members.join(users, conv.head + 1, conv.settings.history);
  const std::size_t end = first + users.size();
  for (std::size_t at = first; at < end;
       at = (at / limits::members_per_row + 1) * limits::members_per_row)
    put_members(r.conversation, conv, at);
  conv.add_streams(conv.head);
  Message entry{
      .kind = EntryKind::joined, .number = add.number, .key = add.key, .users = users};
  accept(*caller, caller->sender.calls, true, add.id, entry, digest);
  follow_size(*caller);
}

/// A group that has grown large becomes a channel, and a channel that has grown small a group again, by
/// an entry of its own: the last one that is pushed to everybody, or the first.
void Conversations::follow_size(const Caller& caller) {
  Conversation& conv = caller.conversation;
  if (!conv.modes.due(conv.members.count(), c_.config.policy.push_limit)) return;
  const bool again = conv.modes.channel();
  if (again && conv.members.most_in_a_shard() > limits::members_per_shard) return;
  Message entry{.kind = again ? EntryKind::group : EntryKind::channel};
  place(caller, entry);
  conv.modes.change(entry.seq);
  put_entry(caller, entry);
  c_.put(caller.partition, rows::modes(caller.request.conversation),
         rows::ModesRow{.changes = conv.modes.changes()});
  spread(caller, entry);
}

}  // namespace hubbub
