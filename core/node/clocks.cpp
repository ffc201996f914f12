#include "core/node/clocks.hpp"

#include <algorithm>

namespace hubbub {

void Clocks::on(const peer::Clock& m, NodeId from) {
  if (!in_use()) return;
  const Heard heard{from, std::chrono::milliseconds(m.wall_ms) - c_.now.mono, c_.now.mono};
  const auto known = std::ranges::find(heard_, from, &Heard::node);
  if (known == heard_.end())
    heard_.push_back(heard);
  else
    *known = heard;
  look();
}

void Clocks::peer_up(NodeId node) {
  if (in_use()) c_.send(node, own());
}

void Clocks::peer_lost(NodeId node) {
  std::erase_if(heard_, [node](const Heard& h) { return h.node == node; });
  look();
}

/// Of an even number the earlier of the two in the middle: between them nobody stands.
void Clocks::look() {
  scratch_.clear();
  scratch_.push_back(c_.now.wall - c_.now.mono);
  for (const Heard& h : heard_)
    if (c_.now.mono - h.at <= limits::clock_heard) scratch_.push_back(h.ahead);
  median_.reset();
  if (scratch_.size() < limits::clocks_least) return;
  const auto middle = scratch_.begin() + static_cast<std::ptrdiff_t>((scratch_.size() - 1) / 2);
  std::nth_element(scratch_.begin(), middle, scratch_.end());
  median_ = *middle;
}

bool Clocks::right() const {
  const Duration off = c_.now.wall - wall();
  return off <= limits::token_leeway && off >= -Duration{limits::token_leeway};
}

void Clocks::timers() {
  if (next_deadline() > c_.now.mono) return;
  tell_at_ = c_.now.mono + limits::clock_interval;
  look();
  for (std::uint16_t n = 0; n < limits::nodes; ++n)
    if (NodeId{n} != c_.self() && c_.peers.up(NodeId{n})) peer_up(NodeId{n});
}

}  // namespace hubbub
