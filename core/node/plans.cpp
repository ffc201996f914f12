#include "core/node/plans.hpp"

#include <algorithm>

namespace hubbub {
namespace {

/// What is used is followed by a quarter of the difference each second: a storm is not taken for
/// what always comes, and what it leaves behind is gone soon.
constexpr std::uint32_t follows = 4;
constexpr std::uint32_t parts = 16;

bool hardly_different(std::uint32_t a, std::uint32_t b) {
  return (a > b ? a - b : b - a) <= std::max(a, b) / 16;
}

std::uint32_t ms(Duration d) { return static_cast<std::uint32_t>(to_ms(d)); }

}  // namespace

Duration spread(std::uint64_t clients, std::uint64_t rate) {
  const std::uint64_t most = static_cast<std::uint64_t>(to_ms(limits::plan_most));
  const std::uint64_t least = static_cast<std::uint64_t>(to_ms(limits::plan_least));
  const std::uint64_t needed = rate == 0 ? most : clients * 10'000 / (rate * 9);
  return std::chrono::milliseconds(std::clamp(needed, least, most));
}

void Plans::on(const peer::Capacity& m, NodeId from) {
  const auto known = std::ranges::find(peers_, from, &Peer::node);
  if (known == peers_.end())
    peers_.push_back({from, m});
  else
    known->capacity = m;
}

/// It knows nothing yet, and is told with the next look.
void Plans::peer_up(NodeId node) {
  if (rate_ != 0) c_.send(node, own_);
}

void Plans::peer_lost(NodeId node) {
  std::erase_if(peers_, [node](const Peer& p) { return p.node == node; });
}

bool Plans::look(std::size_t sessions, bool draining) {
  if (rate_ == 0 || c_.life == 0 || c_.now.mono < look_at_) return false;
  const Duration since = c_.now.mono - look_at_ + limits::capacity_interval;
  look_at_ = c_.now.mono + limits::capacity_interval;
  // After a pause, over all of it.
  const auto seconds = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(since / 1s));
  const auto lately = static_cast<std::uint32_t>(std::exchange(entered_, 0) * parts / seconds);
  used_ = (used_ * (follows - 1) + lately) / follows;
  // A quarter is always to spare: what is used may be those who come back.
  own_ = {.connections = static_cast<std::uint32_t>(sessions),
          .accept_rate = rate_,
          .spare_rate = std::max(rate_ - std::min(rate_, used_ / parts), std::max(1u, rate_ / 4)),
          .draining = draining};
  const bool same = hardly_different(own_.connections, told_.connections) &&
                    hardly_different(own_.spare_rate, told_.spare_rate) &&
                    own_.draining == told_.draining;
  if (!same || c_.now.mono >= told_at_ + limits::capacity_again) {
    told_ = own_;
    told_at_ = c_.now.mono;
    for (std::uint16_t n = 0; n < limits::nodes; ++n)
      if (NodeId{n} != c_.self() && c_.peers.up(NodeId{n})) c_.send(NodeId{n}, own_);
  }
  plan();
  return true;
}

std::uint64_t Plans::spare_of_others() const {
  std::uint64_t spare = 0;
  for (const Peer& p : peers_)
    if (!p.capacity.draining) spare += p.capacity.spare_rate;
  return spare;
}

Duration Plans::away(std::size_t sessions) const {
  const std::uint64_t spare = spare_of_others();
  return spare == 0 ? Duration{0} : spread(sessions, spare);
}

/// Alone, it is this node that its clients come back to.
void Plans::plan() {
  std::uint64_t connections = own_.connections, rate = own_.accept_rate;
  for (const Peer& p : peers_) connections += p.capacity.connections, rate += p.capacity.accept_rate;
  const std::uint64_t spare = spare_of_others();
  on_loss_ = {.spread_ms = ms(spread(own_.connections, spare == 0 ? rate_ : spare)),
              .fleet_spread_ms = ms(spread(connections, rate)),
              .servers = static_cast<std::uint16_t>(peers_.size() + 1)};
}

}  // namespace hubbub
