#include "core/chat/user.hpp"

namespace hubbub {

bool User::restore(std::string_view key, std::string_view value, Arena& arena) {
  const auto parsed = rows::parse(key, value, arena);
  if (!parsed) return false;
  if (const auto* self = std::get_if<rows::UserRow>(&parsed->row)) {
    head = self->head;
    last_seen_ms = self->last_seen_ms;
    visible_to = self->visible_to;
    contacts = self->contacts;
    blocked = self->blocked;
    last_block = self->last_block;
    receipted = self->receipted;
    mentions = self->mentions;
  } else if (const auto* row = std::get_if<rows::DeviceRow>(&parsed->row)) {
    if (parsed->device.device == DeviceNumber{}) return false;
    Device& d = restored_device(parsed->device.device);
    d.generation = row->generation;
    d.acknowledged = row->acknowledged;
    d.seen_ms = row->seen_ms;
    d.issued_s = row->issued_s;
    d.revoked_s = row->revoked_s;
    d.name = row->name;
  } else if (const auto* pushes = std::get_if<rows::PushRow>(&parsed->row)) {
    pushed = std::make_unique<Pushed>();
    pushed->to.assign(pushes->to.begin(), pushes->to.end());
  } else if (const auto* remembered = std::get_if<rows::RememberedRow>(&parsed->row)) {
    if (parsed->device.device == DeviceNumber{}) return false;
    restored_device(parsed->device.device).calls().restore(remembered->what);
  }
  return true;
}

Device& User::restored_device(DeviceNumber number) {
  if (devices.size() < number.value) devices.resize(number.value);
  Device& d = devices[number.value - 1u];
  d.number = number;
  return d;
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
