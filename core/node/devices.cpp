#include "core/node/devices.hpp"

#include <algorithm>
#include <utility>

#include "core/node/calls.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {

void Devices::on(const peer::Request& r) {
  if (c_.partition(shard_of(r.from.user)).state != Partition::State::open)
    return turn_away_own(c_, r);
  if (const auto* revoke = std::get_if<to_server::Revoke>(&r.call)) return call(r, *revoke);
  const auto& wanted = std::get<to_server::Devices>(r.call);
  read({r.session, wanted.id, r.from.user, wanted.after});
}

// --- Pages -------------------------------------------------------------------------------------------

namespace {

/// The rows of devices that come after one, with their names and the calls that they said.
rows::Bounds after(UserId user, DeviceNumber device) {
  return {rows::device_name({user, device}).next(), rows::user_record(user).to};
}

}  // namespace

/// A page is what a read gives; of the last device in it the name may be missing.
void Devices::page_read(const reads::DevicesPage& page, std::string_view rows, bool more) {
  const std::span<DeviceOf> found = c_.scratch.array<DeviceOf>(limits::read_rows);
  std::size_t count = 0;
  DeviceNumber last = page.after;
  DeviceOf next;
  bool revoked = false;
  BatchReader reader(rows);
  RowWrite row;
  while (reader.next(row)) {
    c_.work(1);
    const auto parsed = rows::parse(row.key, row.value, c_.scratch);
    if (!parsed) return c_.unreadable();
    if (const auto* of = std::get_if<rows::DeviceRow>(&parsed->row)) {
      next = {parsed->device.device, {}, false, of->seen_ms};
      revoked = of->revoked_s != 0;
    } else if (const auto* named = std::get_if<rows::DeviceNameRow>(&parsed->row)) {
      last = parsed->device.device;
      next.name = named->name;
      if (!revoked && last == next.device && in_use(page.user, next)) found[count++] = next;
    }
  }
  // A page names where the next begins, so it names at least one.
  if (count == 0 && more) return read({page.session, page.request, page.user, last});
  c_.emit(c_.partition(shard_of(page.user)), page.session.node,
          peer::Answer{page.session, to_client::DevicesPage{page.request, found.first(count), more}});
}

void Devices::read(const reads::DevicesPage& page) {
  const rows::Bounds wanted = after(page.user, page.after);
  c_.read(page, wanted.from, wanted.to, limits::read_rows);
}

/// Memory knows what the rows do not show yet: that it was revoked, and that it is there.
bool Devices::in_use(UserId user, DeviceOf& of) const {
  const auto slot = c_.users.find(user);
  if (slot == c_.users.none || !c_.users[slot].loaded) return true;
  const Device* device = c_.users[slot].record.device(of.device);
  if (device == nullptr) return true;
  of.online = device->stream().mode != SessionStream::Mode::detached && c_.alive(device->stream().ref);
  if (of.online) of.last_seen_ms = 0;
  return !device->revoked;
}

// --- Revoking ----------------------------------------------------------------------------------------

void Devices::call(const peer::Request& r, const to_server::Revoke& revoke) {
  Partition& p = c_.partition(shard_of(r.from.user));
  User* user = c_.need(r.from.user);
  if (user == nullptr) return;
  if (calling_device(c_, r, *user) == nullptr) return;
  const auto ok = [&](std::uint64_t number) {
    c_.emit(p, r.session.node,
            peer::Answer{r.session,
                         to_client::Ok{.id = revoke.id, .number = number, .next = revoke.number + 1}});
  };
  to_server::Revoke said = revoke;
  said.at_s = 0;
  const std::uint64_t digest = digest_of(said);
  Numbers& calls = user->calls(r.from.device);
  if (!is_new_own_call(c_, r, calls, revoke, digest, ok)) return;
  if (p.full()) return turn_away_own(c_, r);
  Device* device = user->device(revoke.device);
  if (device == nullptr || device->revoked)
    return refuse_own(c_, r, ErrorCode::not_found, false, 0, "you have no such device");
  const rows::Remembered what{.number = revoke.number, .key = revoke.key, .digest = digest};
  calls.accept(what);
  c_.put(p, rows::remembered_call(r.from, calls.slot(revoke.number)), rows::RememberedRow{.what = what});
  ++c_.counters.devices_revoked;
  // Whatever the clocks show, no token with which it came before.
  user->revoke(*device, std::max({1u, revoke.at_s, device->issued_s}));
  user->end_range_sync(device->number);
  // Whatever it had, it has no more: what its sessions still ask for is of an older generation.
  ++device->generation;
  device->cursor_dirty = false;
  c_.put(p, rows::device({r.from.user, device->number}), user->row(*device, to_ms(c_.now.wall)));
  const auto slot = c_.users.find(r.from.user);
  pushes_.revoked(slot, device->number);
  ok(revoke.number);
  const SessionStream ended = std::exchange(device->stream(), SessionStream{});
  if (ended.mode == SessionStream::Mode::detached) return;
  presences_.ended(slot, true);
  if (c_.alive(ended.ref)) c_.emit(p, ended.ref.node, peer::Revoked{ended.ref});
}

}  // namespace hubbub
