// Reads every conversation of a run from its first message to its last and gives the judge what it
// finds: whatever was acknowledged must be there, whatever happened to the server meanwhile.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "loadgen/fleet.hpp"
#include "loadgen/meter.hpp"

namespace hubbub::loadgen {

class Auditor final : private Fleet::Answers {
 public:
  Auditor(Fleet& fleet, const Plan& plan, Meter& meter);
  ~Auditor() override;

  /// Pages until all is read, or until `deadline`. False: something could not be read.
  bool run(Duration deadline);

  std::uint64_t messages() const { return messages_; }
  std::size_t conversations() const { return meter_.conversations().size(); }
  /// Why reading stopped, if it did.
  const std::string& problem() const { return problem_; }

 private:
  /// One conversation that is being read.
  struct Reading {
    ConversationId conversation;
    Sequence seen = 0;   ///< the highest acknowledged sequence
    Sequence after = 0;  ///< read so far
    Duration asked_at{};
    /// Without their texts. Kept until the conversation is complete: the judge takes one
    /// conversation after the other, and pages of many come mixed.
    std::vector<Message> messages;
  };

  void answer(Duration now, std::uint32_t client, const to_client::Frame& frame) override;
  void take(Duration now, const to_client::HistoryPage& page, Reading& reading);
  void ask(Duration now, Reading reading);
  static to_server::History page_of(RequestId id, const Reading& reading);
  void ask_again_if_late(Duration now);

  Fleet& fleet_;
  const Plan& plan_;
  Meter& meter_;
  std::deque<Reading> waiting_;
  std::map<RequestId, Reading> asked_;
  RequestId next_request_ = Fleet::foreign_requests;
  std::uint64_t messages_ = 0;
  std::string problem_;
};

}  // namespace hubbub::loadgen
