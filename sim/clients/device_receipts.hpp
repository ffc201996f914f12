// What a device that reads keeps of receipts (A9). Private to the device's sources.
#pragma once

#include <vector>

#include "core/base/limits.hpp"
#include "sim/clients/device.hpp"

namespace hubbub::sim {

struct Device::Receipts {
  /// A conversation with something that its user has not read, or whose `read` was not seen to
  /// arrive.
  struct Reading {
    ConversationId conversation;
    Sequence said = 0;  ///< up to here was said to be read; 0: nothing is on its way
    Duration said_at{};
    Duration due = never;  ///< when its user reads what is there then
  };

  std::vector<Reading> reading;
  std::vector<Followed> followed;  ///< who was written to last comes last
  RequestId request = 0;           ///< of receipts; 0: none is on its way
  ConversationId asked;
  Duration sent_at{};
  Duration not_before{0};
  unsigned tries = 0;
  Duration answer_timeout{};
};

}  // namespace hubbub::sim
