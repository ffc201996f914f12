// What one key of a scenario file holds: its kind, bounds, an example. The vocabulary in which
// keys.hpp describes the file; everything else is generated from that description.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sim/scenario/names.hpp"

namespace hubbub::sim {

struct Spec {
  enum class Kind : std::uint8_t {
    text,          ///< at most `hi` bytes of UTF-8
    name,          ///< a text of lower-case letters, digits and dashes
    whole,         ///< a whole number from `lo` to `hi`
    real,          ///< a number from `lo` to `hi`
    quantity,      ///< a text with `unit`, from `lo` to `hi` in its base unit
    distribution,  ///< a quantity, or an object naming a distribution of them
    choice,        ///< one of `choices`
    bounds,        ///< an object: one of `bounded` to "operator value"
    object,        ///< an object with keys of its own
    list,          ///< a list of at most `hi` such objects
  };

  Kind kind = Kind::object;
  Unit unit = Unit::none;
  double lo = 0;
  double hi = 0;  ///< 2^64: up to the greatest whole number there is
  std::string_view example;
  std::span<const Choice> choices;
  std::span<const Bounded> bounded;
  bool must_stand = false;
  bool applies = true;
  std::string_view applies_with;  ///< what makes it apply, for the error's sentence

  /// The file must have this key.
  constexpr Spec required() const {
    Spec spec = *this;
    spec.must_stand = true;
    return spec;
  }
  /// The key has a meaning only if `condition`, which may look at keys described before it.
  constexpr Spec when(bool condition, std::string_view with) const {
    Spec spec = *this;
    spec.applies = condition;
    spec.applies_with = with;
    return spec;
  }
};

constexpr Spec text(std::size_t longest_bytes, std::string_view example) {
  return {.kind = Spec::Kind::text, .hi = static_cast<double>(longest_bytes), .example = example};
}
constexpr Spec name(std::size_t longest_bytes, std::string_view example) {
  return {.kind = Spec::Kind::name, .hi = static_cast<double>(longest_bytes), .example = example};
}
constexpr Spec whole(double lo, double hi, std::string_view example) {
  return {.kind = Spec::Kind::whole, .lo = lo, .hi = hi, .example = example};
}
constexpr Spec real(double lo, double hi, std::string_view example) {
  return {.kind = Spec::Kind::real, .lo = lo, .hi = hi, .example = example};
}
constexpr Spec span_of(Duration lo, Duration hi, std::string_view example) {
  return {.kind = Spec::Kind::quantity,
          .unit = Unit::duration,
          .lo = static_cast<double>(lo.count()),
          .hi = static_cast<double>(hi.count()),
          .example = example};
}
constexpr Spec share(std::string_view example) {
  return {.kind = Spec::Kind::quantity, .unit = Unit::share, .lo = 0, .hi = 1, .example = example};
}
constexpr Spec bytes(double lo, double hi, std::string_view example) {
  return {.kind = Spec::Kind::quantity, .unit = Unit::size, .lo = lo, .hi = hi, .example = example};
}
/// Drawn durations: nanoseconds.
constexpr Spec drawn_span(Duration hi, std::string_view example) {
  return {.kind = Spec::Kind::distribution,
          .unit = Unit::duration,
          .hi = static_cast<double>(hi.count()),
          .example = example};
}
/// Drawn sizes: bytes.
constexpr Spec drawn_size(double hi, std::string_view example) {
  return {.kind = Spec::Kind::distribution, .unit = Unit::size, .hi = hi, .example = example};
}
template <class Enum>
constexpr Spec one_of(const std::array<Choice, choices<Enum>.size()>& names = choices<Enum>) {
  return {.kind = Spec::Kind::choice, .example = names.front().name, .choices = names};
}
constexpr Spec bounds_on(std::span<const Bounded> names, std::string_view example) {
  return {.kind = Spec::Kind::bounds, .example = example, .bounded = names};
}
constexpr Spec object_spec() { return {.kind = Spec::Kind::object}; }
constexpr Spec list_spec(std::size_t longest) {
  return {.kind = Spec::Kind::list, .hi = static_cast<double>(longest)};
}

/// "a whole number from 1 to 256, such as 3": the end of "expected ...".
std::string expected(const Spec& spec);

}  // namespace hubbub::sim
