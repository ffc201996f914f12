// A hash over all that went into a node and came out of it, step by step: two runs that differ
// anywhere differ here.
#pragma once

#include <span>

#include "core/base/bytes.hpp"
#include "core/node/input.hpp"
#include "core/node/outbox.hpp"

namespace hubbub {

class StepChain {
 public:
  void add(std::span<const Input> inputs, Instant now, const Outbox& out);
  std::uint64_t hash() const { return hash_; }

 private:
  ByteBuffer bytes_;
  std::uint64_t hash_ = 0;
};

}  // namespace hubbub
