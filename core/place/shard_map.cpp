#include "core/place/shard_map.hpp"

#include <algorithm>
#include <span>

#include "core/wire/codec.hpp"

namespace hubbub {
namespace {

struct Form {
  static constexpr std::uint8_t newest = 1;
  std::uint8_t form = newest;
  std::uint64_t version{};
  std::span<const Place> places;
  static auto fields(auto& s) { return std::tie(s.form, s.version, s.places); }
};

}  // namespace

void encode(const ShardMap& map, ByteBuffer& to) {
  wire::encode(Form{.version = map.version, .places = map.places}, to);
}

std::optional<ShardMap> decode_map(std::string_view bytes) {
  Arena arena;
  const auto form = wire::decode<Form>(bytes, arena);
  if (!form || form->form != Form::newest || form->places.size() != limits::partitions) return {};
  ShardMap map{.version = form->version};
  std::copy(form->places.begin(), form->places.end(), map.places.begin());
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
