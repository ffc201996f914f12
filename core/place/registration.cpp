#include "core/place/registration.hpp"

#include <bitset>

#include "core/wire/codec.hpp"

namespace hubbub {
namespace {

bool each_partition_once(std::span<const Holding> holdings) {
  std::bitset<limits::partitions> named;
  for (const Holding& holding : holdings) {
    const std::uint16_t partition = holding.partition.value;
    if (partition >= limits::partitions || named[partition]) return false;
    named.set(partition);
  }
  return true;
}

}  // namespace

void encode(const Registration& registration, ByteBuffer& to) {
  HUBBUB_CHECK(each_partition_once(registration.holdings));
  HUBBUB_CHECK(wire::size_of(registration) <= limits::register_value_bytes);
  wire::encode(registration, to);
}

std::optional<Registration> decode_registration(std::string_view bytes, Arena& arena) {
  if (bytes.size() > limits::register_value_bytes) return {};
  // The form comes first, in every form.
  if (bytes.empty() || static_cast<std::uint8_t>(bytes[0]) != Registration::newest_form) return {};
  const auto registration = wire::decode<Registration>(bytes, arena);
  if (!registration || registration->node == nobody) return {};
  if (!each_partition_once(registration->holdings)) return {};
  return registration;
}

}  // namespace hubbub
