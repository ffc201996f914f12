#include "core/chat/user.hpp"

namespace hubbub {

bool User::restore(std::string_view key, std::string_view value, Arena& arena) {
  const auto parsed = rows::parse(key, value, arena);
  if (!parsed) return false;
  if (const auto* self = std::get_if<rows::UserRow>(&parsed->row)) {
    head = self->head;
    last_seen_ms = self->last_seen_ms;
  } else if (const auto* row = std::get_if<rows::DeviceRow>(&parsed->row)) {
    const std::size_t number = parsed->device.device.value;
    if (number == 0) return false;
    if (devices.size() < number) devices.resize(number);
    Device& d = devices[number - 1];
    d.number = parsed->device.device;
    d.generation = row->generation;
    d.acknowledged = row->acknowledged;
    d.name = row->name;
  }
  return true;
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
