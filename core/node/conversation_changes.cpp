// Changes of a conversation: who is in a group, in which role, and what it is set to (R4, R17); who
// of a direct one's two has blocked the other.
#include <array>

#include "core/chat/rights.hpp"
#include "core/node/calls.hpp"
#include "core/node/conversations.hpp"

namespace hubbub {

void Conversations::call(const peer::Request& r, Conversation& conv,
                         const to_server::Change& change) {
  using What = to_server::Change::What;
  const auto caller = caller_of(r, conv);
  if (!caller) return;
  const std::uint64_t digest = digest_of(change);
  if (!is_new_call(*caller, change.number, change.key, digest)) return;
  const auto refuse = [&](ErrorCode code, std::string_view detail, std::uint64_t expected = 0) {
    refuse_finally(*caller, code, detail, expected);
  };
  if (!conv.exists || !r.conversation.is_group())
    return refuse(ErrorCode::not_found, "there is no such group");
  Members& members = conv.members;
  if (!members.contains(r.from.user))
    return refuse(ErrorCode::not_member, "you are not a member of it");
  if (!may_take(*caller)) return;
  if (!may_change(members.role(r.from.user), conv.settings, change.what))
    return refuse(ErrorCode::forbidden, "your role in the group does not allow it");
  const UserId subject = change.user;
  const bool is_member = members.contains(subject);
  const bool about_a_member =
      change.what != What::add && change.what != What::rename && change.what != What::settings;
  if (about_a_member && !is_member)
    return refuse(ErrorCode::conflict, "the user is not a member");
  const auto role = is_member ? members.role(subject) : Role::member;
  const auto put_role = [&](UserId user, Role becomes) {
    put_members(r.conversation, conv, members.set_role(user, becomes));
  };
  std::array<UserId, 2> subjects{subject};
  Message entry{.number = change.number, .key = change.key, .users = std::span(subjects).first(1)};
  switch (change.what) {
    case What::rename:
      conv.name = change.name;
      entry.kind = EntryKind::renamed;
      entry.users = {};
      entry.content = {static_cast<std::uint32_t>(change.name.size()), hash_bytes(change.name),
                       change.name};
      break;
    case What::add:
      if (is_member) return refuse(ErrorCode::conflict, "the user is a member already");
      if (!has_room(conv, {&subject, 1}))
        return refuse(ErrorCode::too_large,
                      "the group is full: it has at most \"expected\" members",
                      c_.config.policy.group_members);
      entry.kind = EntryKind::joined;
      put_members(r.conversation, conv,
                  members.join(subject, conv.head + 1, conv.settings.history));
      conv.add_streams(conv.head);
      break;
    case What::remove:
    case What::leave:
      if (role == Role::owner) {
        if (change.what == What::remove)
          return refuse(ErrorCode::forbidden, "the owner of a group cannot be removed");
        subjects[1] = members.successor(subject);
        if (subjects[1] != UserId{}) {
          put_role(subjects[1], Role::owner);
          entry.users = subjects;
        }
      }
      entry.kind = EntryKind::left;
      put_members(r.conversation, conv, members.leave(subject, conv.head + 1));
      heads_.left(r.conversation, subject);
      break;
    case What::promote:
      if (role != Role::member)
        return refuse(ErrorCode::conflict, "the user is an admin already, or the owner");
      entry.kind = EntryKind::promoted;
      put_role(subject, Role::admin);
      break;
    case What::demote:
      if (role == Role::owner)
        return refuse(ErrorCode::forbidden, "the owner hands the group over first");
      if (role != Role::admin) return refuse(ErrorCode::conflict, "the user is no admin");
      entry.kind = EntryKind::demoted;
      put_role(subject, Role::member);
      break;
    case What::hand_over:
      if (role == Role::owner) return refuse(ErrorCode::conflict, "the user is the owner already");
      entry.kind = EntryKind::handed_over;
      put_role(r.from.user, Role::admin);
      put_role(subject, Role::owner);
      break;
    case What::settings:
      conv.settings = entry.settings = change.settings;
      entry.kind = EntryKind::settings;
      entry.users = {};
      put_settings(r.conversation, conv);
      break;
  }
  accept(*caller, caller->sender.calls, true, change.id, entry, digest);
  follow_size(*caller);
}

void Conversations::put_settings(const ConversationId& id, const Conversation& conv) {
  c_.put(c_.partition(shard_of(id)), rows::group(id), rows::GroupRow{.settings = conv.settings});
}

// --- Who is in it ------------------------------------------------------------------------------------

void Conversations::call(const peer::Request& r, Conversation& conv,
                         const to_server::Members& wanted) {
  Partition& p = c_.partition(shard_of(r.conversation));
  if (!conv.exists || !conv.members.contains(r.from.user)) {
    const to_client::Error error{wanted.id, ErrorCode::not_member, false, 0, 0,
                                 "you are not a member of it"};
    return c_.emit(p, r.session.node, peer::Answer{r.session, error});
  }
  const std::span<const rows::Interval> all = conv.members.intervals();
  const std::span<MemberOf> found = c_.scratch.array<MemberOf>(limits::members_in_page);
  std::size_t count = 0;
  std::size_t at = std::min<std::size_t>(wanted.after, all.size());
  const std::size_t end = std::min<std::size_t>(all.size(), at + limits::members_looked_at);
  for (; at < end && count < found.size(); ++at)
    if (all[at].to == rows::open_end) found[count++] = {all[at].user, all[at].role};
  c_.work(static_cast<std::uint32_t>(count / 8 + 1));
  const to_client::MembersPage page{.id = wanted.id,
                                    .conversation = r.conversation,
                                    .name = conv.name,
                                    .settings = conv.settings,
                                    .role = conv.members.role(r.from.user),
                                    .members = found.first(count),
                                    .next = at < all.size() ? static_cast<std::uint32_t>(at) : 0};
  c_.emit(p, r.session.node, peer::Answer{r.session, page});
}

// --- Blocks (R4) ---------------------------------------------------------------------------------------

/// Who asks repeats it until this answers, so whatever cannot be taken now is let go.
void Conversations::on(const peer::SetBlock& m) {
  const ConversationId id = ConversationId::direct(m.user, m.other);
  Partition& p = c_.partition(shard_of(id));
  if (p.state != Partition::State::open || p.full()) return;
  Conversation* conv = c_.need(id);
  if (conv == nullptr) return;
  rows::Block& by = m.user == id.first() ? conv->by_first : conv->by_second;
  if (m.number > by.number) {
    by = {m.number, m.blocked};
    c_.put(p, rows::blocks(id),
           rows::BlocksRow{.by_first = conv->by_first, .by_second = conv->by_second});
  }
  // Said again, it is told again: nobody knows whether it was.
  if (!conv->is_blocked()) receipts_.unblocked(id);
  c_.emit(p, c_.current.from, peer::BlockStored{m.user, m.other, by.number});
}

}  // namespace hubbub
