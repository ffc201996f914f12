// The description of keys.hpp as a tree to walk at run time: for the schema, the reference, the
// merging of files and the paths of overrides.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/spec.hpp"
#include "sim/scenario/values.hpp"

namespace hubbub::sim {

struct Outline {
  std::string key;
  Spec spec;
  std::string about;
  Json standard;               ///< the value where the file has none; null: nothing
  bool directive = false;      ///< no part of the scenario
  std::vector<Outline> below;  ///< keys of an object, or of each object in a list

  const Outline* find(std::string_view name) const;
  std::vector<std::string_view> names() const;
};

/// The whole file, an object.
const Outline& scenario_outline();

}  // namespace hubbub::sim
