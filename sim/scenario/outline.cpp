#include "sim/scenario/outline.hpp"

#include <utility>

#include "sim/scenario/keys.hpp"

namespace hubbub::sim {

namespace {

/// The visitor that notes down what it is told, and what a fresh struct holds.
class Notes {
 public:
  template <class Struct>
  static std::vector<Outline> of() {
    Notes notes;
    Struct fresh{};
    describe(notes, fresh);
    return std::move(notes.result_);
  }

  void directive(std::string_view key, const Spec& spec, std::string_view about) {
    result_.push_back({std::string(key), spec, std::string(about), {}, true, {}});
  }

  template <class T>
  void field(std::string_view key, T& member, const Spec& spec, std::string_view about) {
    Json standard = spec.must_stand ? Json() : written(member, spec);
    result_.push_back({std::string(key), spec, std::string(about), std::move(standard), false, {}});
  }

  template <class Struct>
  void object(std::string_view key, Struct&, std::string_view about) {
    result_.push_back(
        {std::string(key), object_spec(), std::string(about), {}, false, of<Struct>()});
  }

  template <class Struct>
  void list(std::string_view key, std::vector<Struct>&, std::size_t longest,
            std::string_view about) {
    result_.push_back({std::string(key), list_spec(longest), std::string(about), Json::array(),
                       false, of<Struct>()});
  }

 private:
  std::vector<Outline> result_;
};

}  // namespace

const Outline* Outline::find(std::string_view name) const {
  for (const Outline& entry : below) {
    if (entry.key == name) return &entry;
  }
  return nullptr;
}

std::vector<std::string_view> Outline::names() const {
  std::vector<std::string_view> result;
  for (const Outline& entry : below) result.push_back(entry.key);
  return result;
}

const Outline& scenario_outline() {
  static const Outline outline{"", object_spec(), "A scenario.", {}, false, Notes::of<Scenario>()};
  return outline;
}

}  // namespace hubbub::sim
