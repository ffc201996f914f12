#include "core/place/shard_map.hpp"

#include <algorithm>
#include <span>

#include "core/wire/codec.hpp"

namespace hubbub {
namespace {

struct Encoded {
  static constexpr std::uint8_t newest = 1;
  std::uint8_t map_form = newest;
  std::uint64_t version{};
  Form form{};
  std::span<const Place> places;
  static auto fields(auto& s) { return std::tie(s.map_form, s.version, s.form, s.places); }
};

}  // namespace

void encode(const ShardMap& map, ByteBuffer& to) {
  wire::encode(Encoded{.version = map.version, .form = map.form, .places = map.places}, to);
}

std::optional<ShardMap> decode_map(std::string_view bytes) {
  Arena arena;
  const auto read = wire::decode<Encoded>(bytes, arena);
  if (!read || read->map_form != Encoded::newest || read->places.size() != limits::partitions) return {};
  ShardMap map{.version = read->version, .form = read->form};
  std::copy(read->places.begin(), read->places.end(), map.places.begin());
  return map;
}

ShardMap static_map(std::uint16_t nodes) {
  HUBBUB_CHECK(nodes > 0 && nodes <= limits::nodes);
  ShardMap map;
  for (std::uint16_t p = 0; p < limits::partitions; ++p)
    map.places[p].owner = NodeId{static_cast<std::uint16_t>(p % nodes)};
  return map;
}

}  // namespace hubbub
