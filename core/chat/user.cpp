#include "core/chat/user.hpp"

#include "core/base/check.hpp"

namespace hubbub {

bool User::restore(std::string_view key, std::string_view value, Arena& arena) {
  const auto parsed = rows::parse(key, value, arena);
  if (!parsed) return false;
  if (const auto* self = std::get_if<rows::UserRow>(&parsed->row)) {
    head = self->head;
    last_seen_ms = self->last_seen_ms;
    only_contacts = self->visible_to == VisibleTo::contacts;
    contacts = self->contacts;
    if (self->last_block != 0) changed_blocks() = {self->last_block, self->blocked};
    receipt(std::min(self->receipted, self->head));
    mentions = self->mentions;
  } else if (const auto* row = std::get_if<rows::DeviceRow>(&parsed->row)) {
    if (parsed->device.device == DeviceNumber{}) return false;
    Device& d = restored_device(parsed->device.device);
    d.generation = row->generation;
    d.acknowledged = row->acknowledged;
    d.issued_s = row->issued_s;
    if (row->revoked_s != 0) revoke(d, row->revoked_s);
  } else if (const auto* named = std::get_if<rows::DeviceNameRow>(&parsed->row)) {
    if (parsed->device.device == DeviceNumber{}) return false;
    restored_device(parsed->device.device).name = hash_of(named->name);
  } else if (const auto* pushes = std::get_if<rows::PushRow>(&parsed->row)) {
    begin_pushes().to.assign(pushes->to.begin(), pushes->to.end());
  } else if (const auto* remembered = std::get_if<rows::RememberedRow>(&parsed->row)) {
    if (parsed->device.device == DeviceNumber{}) return false;
    calls(parsed->device.device).restore(remembered->what);
  }
  return true;
}

Device& User::restored_device(DeviceNumber number) {
  if (devices.size() < number.value) devices.resize(number.value);
  Device& d = devices[number.value - 1u];
  d.number = number;
  return d;
}

Numbers& User::calls(DeviceNumber device) {
  for (auto& [number, calls] : aside().calls)
    if (number == device) return calls;
  return aside().calls.emplace_back(device, Numbers(limits::call_window)).second;
}

std::uint32_t User::revoked_s(DeviceNumber device) const {
  const auto at = std::ranges::find(aside_->revoked, device, &std::pair<DeviceNumber, std::uint32_t>::first);
  HUBBUB_CHECK(at != aside_->revoked.end());
  return at->second;
}

RangeSync& User::range_sync(DeviceNumber device) {
  for (RangeSync& sync : aside().syncs)
    if (sync.device == device) return sync;
  return aside().syncs.emplace_back(RangeSync{.device = device});
}

void User::end_range_sync(DeviceNumber device) {
  if (aside_) std::erase_if(aside_->syncs, [&](const RangeSync& s) { return s.device == device; });
}

void User::rest() {
  if (!aside_) return;
  Aside& a = *aside_;
  if (a.round.through != 0 || receipts_due) return;
  a.round = {};
  if (!a.pushed && a.blocks == Blocks{} && a.calls.empty() && a.revoked.empty() && a.syncs.empty()) aside_.reset();
}

bool ReceivedStream::restore(std::string_view key, std::string_view value, Arena& arena) {
  const auto parsed = rows::parse(key, value, arena);
  if (!parsed) return false;
  if (const auto* row = std::get_if<rows::StreamRow>(&parsed->row)) {
    incarnation = row->incarnation;
    have = row->have;
  }
  return true;
}

}  // namespace hubbub
