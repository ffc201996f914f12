#include "sim/scenario/spec.hpp"

#include <fmt/format.h>

#include <vector>

#include "sim/scenario/units.hpp"

namespace hubbub::sim {

namespace {

std::string_view unit_noun(Unit unit) {
  switch (unit) {
    case Unit::duration:
      return "a duration";
    case Unit::size:
      return "a size";
    case Unit::share:
      return "a share";
    case Unit::none:
      break;
  }
  return "a number";
}

std::string whole_text(double value) {
  return value >= 0x1p64 ? with_thousands(UINT64_MAX)
                         : with_thousands(static_cast<std::uint64_t>(value));
}

std::string names_text(std::span<const Choice> choices) {
  std::string result;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) result += i + 1 == choices.size() ? " or " : ", ";
    result += fmt::format("\"{}\"", choices[i].name);
  }
  return result;
}

}  // namespace

std::string expected(const Spec& spec) {
  const auto quantity = [&](double value) { return format_quantity(value, spec.unit); };
  switch (spec.kind) {
    case Spec::Kind::text:
      return fmt::format("a text of at most {} bytes of UTF-8, such as \"{}\"", spec.hi,
                         spec.example);
    case Spec::Kind::name:
      return fmt::format("a name of 1 to {} lower-case letters, digits and dashes, such as \"{}\"",
                         spec.hi, spec.example);
    case Spec::Kind::whole:
      return fmt::format("a whole number from {} to {}, such as {}", whole_text(spec.lo),
                         whole_text(spec.hi), spec.example);
    case Spec::Kind::real:
      return fmt::format("a number from {} to {}, such as {}", quantity(spec.lo), quantity(spec.hi),
                         spec.example);
    case Spec::Kind::quantity:
      return fmt::format("{} from {} to {}, such as {}{}{}", unit_noun(spec.unit),
                         quantity(spec.lo), quantity(spec.hi),
                         spec.example.starts_with('[') ? "" : "\"", spec.example,
                         spec.example.starts_with('[') ? "" : "\"");
    case Spec::Kind::distribution:
      return fmt::format("{} of at most {} or a distribution of them, such as {}",
                         unit_noun(spec.unit), quantity(spec.hi), spec.example);
    case Spec::Kind::choice:
      return names_text(spec.choices);
    case Spec::Kind::bounds:
      return fmt::format("an object such as {{\"{}\": \"{}\"}}", spec.bounded.front().name,
                         spec.example);
    case Spec::Kind::object:
      return "an object";
    case Spec::Kind::list:
      return fmt::format("a list of at most {} objects", spec.hi);
  }
  return "nothing";
}

}  // namespace hubbub::sim
