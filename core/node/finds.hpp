// A message by its id: where it is, and whether it is for whoever asks.
//
// An id names the shard of its message's conversation, and ids grow along a conversation. So the asker's
// shard looks through the list of their conversations for those of that shard, hardly ever more than one,
// and their owner looks in each by halves. No row is kept for it. What is not there and what is not for the
// asker get the same answer, and only conversations that they belong or belonged to are looked at.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>
#include <vector>

#include "core/node/context.hpp"

namespace hubbub {

class Finds {
 public:
  explicit Finds(Context& context) : c_(context) {}

  // --- In the asker's shard ------------------------------------------------------------------------
  void on(const peer::Request& request);
  void chats_read(const reads::FindChats& job, std::string_view rows, bool more);

  // --- In that of the message ----------------------------------------------------------------------
  void on(const peer::Find& find);
  void turn_away(const peer::Find& find);
  void step_read(const reads::FindStep& job, std::string_view rows);

  /// The partition is not this node's any more.
  void closed(PartitionId partition);

 private:
  /// Conversations of the asker's that may have it, as far as their list was looked through.
  struct Among {
    SessionRef session;
    RequestId request{};
    UserId reader;
    MessageId message;
    std::uint32_t looked_at = 0;
    std::vector<ConversationId> found;
  };
  /// It is in the last of these, in [from, to], or in one of the others.
  struct Search {
    SessionRef session;
    RequestId request{};
    UserId reader;
    MessageId message;
    std::vector<ConversationId> in;
    Sequence from = 0;
    Sequence to = 0;
    Sequence middle() const { return from + (to - from) / 2; }
  };

  void refuse(ShardId shard, const SessionRef& session, RequestId request, ErrorCode code,
              std::string_view detail);
  void put_off(const SessionRef& session, RequestId request);
  void look_on(std::uint64_t number, const rows::Key& from);
  void ask(const Among& among);
  bool begin(Search& search);
  /// Goes on while all that it needs is in memory. False: it is over.
  bool go_on(std::uint64_t number, Search& search);
  bool judge(Search& search, const Message& message);
  bool answer(const Search& search, const Message& message);

  Context& c_;
  absl::flat_hash_map<std::uint64_t, Among> among_;
  absl::flat_hash_map<std::uint64_t, Search> searches_;
  std::uint64_t last_ = 0;
};

}  // namespace hubbub
