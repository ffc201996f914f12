#include "core/node/devices.hpp"

#include <algorithm>
#include <utility>

#include "core/node/calls.hpp"

namespace hubbub {

void Devices::on(const peer::Request& r) {
  if (c_.partition(shard_of(r.from.user)).state != Partition::State::open)
    return turn_away_own(c_, r);
  if (const auto* revoke = std::get_if<to_server::Revoke>(&r.call)) return call(r, *revoke);
  list(r, std::get<to_server::Devices>(r.call).id);
}

bool Devices::outlives(const Device& device, std::uint32_t issued_s) {
  return issued_s > device.revoked_s;
}

void Devices::list(const peer::Request& r, RequestId id) {
  const User* user = c_.need(r.from.user);
  if (user == nullptr) return;
  const std::span<DeviceOf> found = c_.scratch.array<DeviceOf>(user->devices.size());
  std::size_t count = 0;
  for (const Device& d : user->devices) {
    if (d.revoked()) continue;
    const bool online = d.stream.mode != SessionStream::Mode::detached && c_.alive(d.stream.ref);
    found[count++] = {d.number, d.name, online, online ? 0 : d.seen_ms};
  }
  c_.emit(c_.partition(shard_of(r.from.user)), r.session.node,
          peer::Answer{r.session, to_client::DevicesPage{id, found.first(count)}});
}

void Devices::call(const peer::Request& r, const to_server::Revoke& revoke) {
  Partition& p = c_.partition(shard_of(r.from.user));
  User* user = c_.need(r.from.user);
  if (user == nullptr) return;
  Device* caller = calling_device(c_, r, *user);
  if (caller == nullptr) return;
  const auto ok = [&](std::uint64_t number) {
    c_.emit(p, r.session.node,
            peer::Answer{r.session,
                         to_client::Ok{.id = revoke.id, .number = number, .next = revoke.number + 1}});
  };
  to_server::Revoke said = revoke;
  said.at_s = 0;
  const std::uint64_t digest = digest_of(said);
  Numbers& calls = caller->calls();
  if (!is_new_own_call(c_, r, calls, revoke, digest, ok)) return;
  if (p.full()) return turn_away_own(c_, r);
  Device* device = user->device(revoke.device);
  if (device == nullptr || device->revoked())
    return refuse_own(c_, r, ErrorCode::not_found, false, 0, "you have no such device");
  const rows::Remembered what{.number = revoke.number, .key = revoke.key, .digest = digest};
  calls.accept(what);
  c_.put(p, rows::remembered_call(r.from, calls.slot(revoke.number)), rows::RememberedRow{.what = what});
  ++c_.counters.devices_revoked;
  // Whatever the clocks show, no token with which it came before.
  device->revoked_s = std::max({1u, revoke.at_s, device->issued_s});
  // Whatever it had, it has no more: what its sessions still ask for is of an older generation.
  ++device->generation;
  device->cursor_dirty = false;
  c_.put(p, rows::device({r.from.user, device->number}), device->row());
  const auto slot = c_.users.find(r.from.user);
  pushes_.revoked(slot, device->number);
  ok(revoke.number);
  const SessionStream ended = std::exchange(device->stream, SessionStream{});
  if (ended.mode == SessionStream::Mode::detached) return;
  presences_.ended(slot, true);
  if (c_.alive(ended.ref)) c_.emit(p, ended.ref.node, peer::Revoked{ended.ref});
}

}  // namespace hubbub
