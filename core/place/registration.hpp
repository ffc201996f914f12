// What a node says of itself in the register, again and again, so that others know that it lives,
// what it carries and what it can read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/ids.hpp"
#include "core/wire/form.hpp"

namespace hubbub {

/// One partition, as its node sees it.
struct Holding {
  enum class State : std::uint8_t { following, opening, open };
  PartitionId partition;
  State state{};
  PartitionEpoch epoch{};
  std::uint32_t load{};  ///< commits a second; at least 1, what an idle one costs; 0: not measured yet
  static auto fields(auto& s) { return std::tie(s.partition, s.state, s.epoch, s.load); }
};
constexpr Holding::State last_of(Holding::State) { return Holding::State::open; }

/// REQUIRES: no partition stands twice in `holdings`.
struct Registration {
  static constexpr std::uint8_t newest_form = 1;
  std::uint8_t form = newest_form;
  NodeId node;
  NodeGeneration life{};
  std::uint16_t host{};  ///< nodes of one host die together
  std::uint16_t region{};
  /// The highest form of rows, records and peer messages that it can read (R12).
  Form reads_form = oldest_form;
  bool draining{};  ///< takes nothing new and gives away what it has
  std::uint32_t connections{};
  std::uint32_t connections_most{};  ///< that it has room for
  std::string_view address;          ///< where clients reach it
  std::span<const Holding> holdings;
  static auto fields(auto& s) {
    return std::tie(s.form, s.node, s.life, s.host, s.region, s.reads_form, s.draining,
                    s.connections, s.connections_most, s.address, s.holdings);
  }
};

/// Who is registered, each list in the order of the nodes.
struct Fleet {
  std::span<const Registration> live;
  /// Their registrations have a form not known here. They live; what they carry is not known.
  std::span<const NodeId> unreadable;
};

/// The byte form under which it lies in the register. REQUIRES: at most
/// limits::register_value_bytes.
void encode(const Registration& registration, ByteBuffer& to);
/// Text is a view into `bytes`, lists lie in `arena`. Nothing, if it has another form or holds what
/// cannot be: a partition that there is not, or one twice.
std::optional<Registration> decode_registration(std::string_view bytes, Arena& arena);

}  // namespace hubbub
