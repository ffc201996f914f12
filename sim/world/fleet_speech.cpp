// The judge's look at who acts for a partition, where partitions move: which records of its log a
// node goes by (`one-writer`), and who speaks for it, to other nodes and to clients (`stale-bound`).
//
// All of it is read from what leaves a node. What names no partition, neither itself nor by a user or
// a conversation, is left out: refusals, which say nothing of what a partition holds, and content on
// its way from a conversation to an inbox, which speaks when it goes on from there.
#include "core/wire/batch.hpp"
#include "core/wire/packet.hpp"
#include "core/wire/peer.hpp"
#include "core/wire/rows.hpp"
#include "sim/clients/behaviour.hpp"
#include "sim/world/fleet.hpp"

namespace hubbub::sim {

/// Together with rows of a log a replica stores how far they are.
void Fleet::judge_commit(const output::Commit& commit, std::uint32_t node) {
  if (!replicated() || commit.partition.value >= limits::partitions) return;
  const rows::Key key = rows::head(commit.partition);
  BatchReader reader(commit.rows);
  for (RowWrite row; reader.next(row);) {
    if (row.key != key.view()) continue;
    arena_.clear();
    const auto head = rows::decode<rows::HeadRow>(row.value, arena_);
    HUBBUB_CHECK(head.has_value());
    stage_.checker.followed(stage_.now, NodeId{static_cast<std::uint16_t>(node)}, commit.partition,
                            head->head);
  }
}

/// What says something of the inbox or the conversation that it is about; nothing for the others.
struct Fleet::Speech {
  ShardId shard;
  const char* what = nullptr;  ///< nothing is said

  Speech() = default;
  Speech(ShardId s, const char* w) : shard(s), what(w) {}
  Speech(UserId user, const char* w) : Speech(shard_of(user), w) {}
  Speech(const ConversationId& c, const char* w) : Speech(shard_of(c), w) {}

  // To clients; `user`: who is told.
  static Speech of(const to_client::Welcome&, UserId user) { return {user, "a welcome"}; }
  static Speech of(const to_client::Event&, UserId user) { return {user, "an event"}; }
  static Speech of(const to_client::Ranges&, UserId user) { return {user, "ranges"}; }
  static Speech of(const to_client::Synced&, UserId user) { return {user, "a synced"}; }
  static Speech of(const to_client::Reset&, UserId user) { return {user, "a reset"}; }
  static Speech of(const to_client::ListPage&, UserId user) { return {user, "a list"}; }
  static Speech of(const to_client::ContactsPage&, UserId user) { return {user, "contacts"}; }
  static Speech of(const to_client::MembersPage& page, UserId) { return {page.conversation, "members"}; }
  static Speech of(const to_client::Heads& heads, UserId) {
    if (heads.heads.empty()) return {};
    return {heads.heads.front().conversation, "a head"};
  }
  /// Its gateway has not asked the conversation's owner for it; the user's shard has.
  static Speech of(const to_client::Found&, UserId) { return {}; }
  static Speech of(const to_client::MentionsPage&, UserId user) { return {user, "mentions"}; }
  static Speech of(const to_client::DevicesPage&, UserId user) { return {user, "devices"}; }
  static Speech of(const to_client::HistoryPage& page, UserId) {
    return {page.conversation, "a page"};
  }
  /// That a direct conversation exists, a gateway says by itself.
  static Speech of(const to_client::Ok& ok, UserId user) {
    if (ok.conversation == ConversationId{}) return {user, "an ok"};
    return ok.seq == 0 ? Speech{} : Speech{ok.conversation, "an ok"};
  }
  static Speech of(const to_client::Error&, UserId) { return {}; }

  // To other nodes; `user`: whose session it is for.
  static Speech of(const peer::Attached& m, UserId) { return {m.device.user, "an attachment"}; }
  static Speech of(const peer::Entry&, UserId user) { return {user, "an entry"}; }
  static Speech of(const peer::Ranges&, UserId user) { return {user, "ranges"}; }
  static Speech of(const peer::Synced&, UserId user) { return {user, "a synced"}; }
  static Speech of(const peer::Reset&, UserId user) { return {user, "a reset"}; }
  static Speech of(const peer::Revoked&, UserId user) { return {user, "a revocation"}; }
  static Speech of(const peer::Answer& m, UserId user) {
    if (const auto* found = std::get_if<to_client::Found>(&m.reply))
      return {found->conversation, "a message by its id"};
    return std::visit([user](const auto& reply) { return of(reply, user); }, m.reply);
  }
  static Speech of(const peer::Deliver& m, UserId) { return {m.conversation, "a delivery"}; }
  static Speech of(const peer::ChannelDeliver& m, UserId user) { return of(m.deliver, user); }
  static Speech of(const peer::Head& m, UserId) { return {m.of.conversation, "a head"}; }
  static Speech of(const peer::SetBlock& m, UserId) { return {m.user, "a block"}; }
  static Speech of(const peer::BlockStored& m, UserId) {
    return {ConversationId::direct(m.user, m.other), "a stored block"};
  }
  static Speech of(const peer::Confirm& m, UserId) { return {m.shard, "a confirmation"}; }
  static Speech of(const peer::DeliverRefused& m, UserId) {
    return m.busy ? Speech{} : Speech{m.shard, "a refused delivery"};
  }
  static Speech of(const peer::Delivered& m, UserId) { return {m.user, "a receipt"}; }
  static Speech of(const peer::Receipted& m, UserId) { return {m.conversation, "a confirmation"}; }
  /// That somebody is typing is nobody's state.
  static Speech of(const peer::Relay& m, UserId) {
    const auto* receipt = std::get_if<to_client::Receipt>(&m.what);
    return receipt == nullptr ? Speech{} : Speech{receipt->conversation, "receipts"};
  }
  template <class Other>
  static Speech of(const Other&, UserId) {
    return {};
  }
};

UserId Fleet::user_of(const Connection* connection) const {
  return connection == nullptr
             ? UserId{}
             : user_of(*connection);
}

void Fleet::judge_speech(const Speech& speech, std::uint32_t node, bool to_client) {
  if (speech.what == nullptr) return;
  stage_.checker.spoke(stage_.now, NodeId{static_cast<std::uint16_t>(node)},
                       partition_of(speech.shard), nodes_[node].stepped, to_client, speech.what);
}

void Fleet::judge_speech(const to_client::Frame& frame, std::uint32_t node,
                         const Connection* connection) {
  if (connection == nullptr) return;  // nobody hears it
  const UserId user = user_of(connection);
  judge_speech(std::visit([user](const auto& f) { return Speech::of(f, user); }, frame), node,
               true);
}

void Fleet::judge_speech(const peer::Message& message, std::uint32_t node, std::uint32_t to) {
  const NodeId self{static_cast<std::uint16_t>(node)};
  const NodeId whom{static_cast<std::uint16_t>(to)};
  if (const auto* owns = std::get_if<peer::Owns>(&message)) {
    for (const peer::Tenure& t : owns->partitions)
      stage_.checker.owns(stage_.now, self, t.partition, t.epoch);
  } else if (const auto* attach = std::get_if<peer::Attach>(&message)) {
    stage_.checker.asked(self, partition_of(shard_of(attach->user)), whom);
  } else if (const auto* look = std::get_if<peer::Look>(&message)) {
    stage_.checker.asked(self, partition_of(shard_of(look->conversation)), whom);
  } else if (const auto* request = std::get_if<peer::Request>(&message)) {
    const bool own = request->conversation == ConversationId{};
    const ShardId shard = own ? shard_of(request->from.user) : shard_of(request->conversation);
    stage_.checker.asked(self, partition_of(shard), whom);
  } else {
    std::visit([&](const auto& m) { judge_speech(speech_of(m), node, false); }, message);
  }
}

/// A session that is gone says no more whose it was; then nobody hears this.
template <class M>
Fleet::Speech Fleet::speech_of(const M& message) {
  if constexpr (requires { message.session; }) {
    const Connections& there = nodes_[message.session.node.value].connections;
    const Connection* const connection = there.find(message.session.connection);
    return connection == nullptr ? Speech{} : Speech::of(message, user_of(connection));
  } else {
    return Speech::of(message, UserId{});
  }
}

}  // namespace hubbub::sim
