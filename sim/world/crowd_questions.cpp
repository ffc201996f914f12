// What clients ask about messages, and the ends of their devices.
#include "sim/world/crowd.hpp"

namespace hubbub::sim {
namespace {

/// Of questions: how many are for what mentions the asker, and of the others, for what somebody else was
/// shown, which may be nothing for them.
constexpr double about_mentions = 0.3, of_others = 0.3;

}  // namespace

/// In place of a look at a conversation. False: it looks.
bool Crowd::asks(Client& client, std::uint32_t number) {
  const double share = stage_.scenario.clients.questions;
  if (share == 0) return false;
  Random random(stage_.seed, purpose::client_asks, std::uint64_t{number} << 32 | client.acts);
  if (!random.chance(share)) return false;
  if (random.chance(about_mentions)) {
    client.device.ask_mentions(stage_.now, edge_);
    return true;
  }
  const bool other = random.chance(of_others);
  const Client& whose = other ? at(static_cast<std::uint32_t>(random.below(clients()))) : client;
  auto wanted = whose.device.shown_last();
  if (!wanted) return true;
  wanted->shown = &whose == &client;
  client.device.find(stage_.now, *wanted, edge_);
  return true;
}

/// Another of its user's devices, if that was ever there and still is.
void Crowd::revoke(Client& client, std::uint32_t number, const Act& act) {
  const std::uint32_t first = population_.user_of(number) * stage_.scenario.clients.devices;
  const Client& other = at(first + act.device);
  if (client.device.pending() > 4 || other.device.gone() || other.device.id().device == DeviceNumber{})
    return;
  Call call;
  call.revoked = other.device.id().device;
  observer_.tries(number, Operation::change);
  client.device.call(stage_.now, std::move(call), edge_);
}

}  // namespace hubbub::sim
