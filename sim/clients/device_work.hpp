// What a device keeps only while something is on its way. Private to the device's sources.
#pragma once

#include <vector>

#include "core/base/limits.hpp"
#include "sim/clients/device.hpp"

namespace hubbub::sim {

/// What is kept for every conversation the device wrote in or was told of. 32 bits are enough for
/// what one device lives through, and there is one of these for each.
struct Device::Known {
  ConversationId conversation;
  std::uint32_t next = 1;  ///< the number its next message takes, if all before are answered
  std::uint32_t seen = 0;  ///< the highest sequence it was told of
};

/// The unanswered messages of one conversation, in the order they were written.
///
/// Numbers are given when a message is first sent and kept until the server says otherwise: after
/// a conflict, a final refusal, or an answer under another number, nothing more is sent until
/// everything on its way is answered, and then all are numbered again from `next`.
struct Device::Lane {
  ConversationId conversation;
  std::vector<Outgoing> queue;
  std::uint16_t in_flight = 0;
  std::uint16_t tries = 0;  ///< in a row that were put off
  bool draining = false;    ///< send nothing until nothing is in flight
  bool renumber = false;    ///< then number all again
  Duration not_before{0};
};

/// Ranges to page, the newest declaration last; taken from the back.
struct Device::Paging {
  std::vector<Range> ranges;
  Range current;  ///< taken from `ranges`, partly paged; none if `to` is 0
  RequestId request = 0;
  bool look = false;         ///< the page on its way is of `open_history`, not of `current`
  to_server::History asked;  ///< the page on its way, or the last one
  Duration sent_at{};
  Duration not_before{0};
  std::uint16_t tries = 0;
  std::size_t left() const { return ranges.size() + (current.to != 0 ? 1 : 0); }
};

struct Device::Work {
  std::vector<Lane> lanes;
  std::vector<Call> calls;
  Duration call_not_before{0};
  std::uint16_t call_tries = 0;
  Paging paging;
  Duration tokens_at = never;  ///< repeats wait for the budget until then
  Duration answer_timeout{};
  bool empty() const {
    return lanes.empty() && calls.empty() && paging.left() == 0 && paging.request == 0;
  }
};

/// The channels of its user's that it knows of.
struct Device::Channels {
  struct Channel {
    ConversationId conversation;
    std::uint32_t held = 0;  ///< has it up to there, or its pages are asked for
    bool listed = false;     ///< in the listing that is under way
  };
  bool looks = false;
  bool known = false;  ///< all of them, on this connection
  bool stale = false;  ///< there may be others meanwhile
  std::uint16_t tries = 0;
  RequestId request = 0;
  Duration sent_at{};
  Duration not_before = never;
  std::vector<Channel> list;
};

/// What it was shown last, and the question that is on its way.
struct Device::Questions {
  Wanted last;
  Wanted wanted;  ///< a message, if its id is not 0; else what mentions its user
  RequestId request = 0;
  Duration answer_by{};
};

}  // namespace hubbub::sim
