// Single values: from the file to the struct's member, with every problem reported, and back.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/scenario/document.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/spec.hpp"

namespace hubbub::sim {

/// A value, what it should be, and where to report that it is not.
struct Reading {
  const Value& value;
  const Spec& spec;
  std::string path;
  Problems& problems;

  /// Adds "found ..., expected ...", with `note` behind it.
  void mismatch(std::string_view note = {}) const;
};

// Each leaves `out` alone if it reports a problem.
void read(const Reading& from, std::uint32_t& out);
void read(const Reading& from, std::uint64_t& out);
void read(const Reading& from, double& out);  ///< a real number or a share
void read(const Reading& from, Duration& out);
void read(const Reading& from, std::string& out);
void read(const Reading& from, Distribution& out);
void read(const Reading& from, std::vector<Expectation>& out);
std::optional<std::uint8_t> read_choice(const Reading& from);

template <class Enum>
requires std::is_enum_v<Enum>
void read(const Reading& from, Enum& out) {
  if (const auto value = read_choice(from)) out = static_cast<Enum>(*value);
}

template <class T>
void read(const Reading& from, std::optional<T>& out) {
  T value{};
  const std::size_t before = from.problems.count();
  read(from, value);
  if (from.problems.count() == before) out = value;
}

using Json = nlohmann::ordered_json;

Json written(std::uint32_t value, const Spec& spec);
Json written(std::uint64_t value, const Spec& spec);
Json written(double value, const Spec& spec);
Json written(Duration value, const Spec& spec);
Json written(const std::string& value, const Spec& spec);
Json written(const Distribution& value, const Spec& spec);
Json written(const std::vector<Expectation>& value, const Spec& spec);
Json written_choice(std::uint8_t value, const Spec& spec);

template <class Enum>
requires std::is_enum_v<Enum> Json written(Enum value, const Spec& spec) {
  return written_choice(static_cast<std::uint8_t>(value), spec);
}

/// Null for "not given".
template <class T>
Json written(const std::optional<T>& value, const Spec& spec) {
  return value ? written(*value, spec) : Json();
}

}  // namespace hubbub::sim
