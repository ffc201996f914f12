// The visitor of keys.hpp that writes a scenario's canonical text.
#include <string>
#include <string_view>
#include <utility>

#include "sim/scenario/keys.hpp"
#include "sim/scenario/load.hpp"
#include "sim/scenario/values.hpp"

namespace hubbub::sim {

namespace {

class Writer {
 public:
  template <class Struct>
  static Json object_of(Struct& from) {
    Writer writer;
    describe(writer, from);
    return std::move(writer.result_);
  }

  void directive(std::string_view, const Spec&, std::string_view) {}

  template <class T>
  void field(std::string_view key, T& member, const Spec& spec, std::string_view) {
    if (!spec.applies) return;
    Json value = written(member, spec);
    if (!value.is_null()) result_[std::string(key)] = std::move(value);
  }

  template <class Struct>
  void object(std::string_view key, Struct& member, std::string_view) {
    result_[std::string(key)] = object_of(member);
  }

  template <class Struct>
  void list(std::string_view key, std::vector<Struct>& members, std::size_t, std::string_view) {
    Json entries = Json::array();
    for (Struct& member : members) entries.push_back(object_of(member));
    result_[std::string(key)] = std::move(entries);
  }

 private:
  Json result_ = Json::object();
};

}  // namespace

std::string to_json(const Scenario& scenario) {
  Scenario copy = scenario;  // a visitor may write, so the description takes no const
  return Writer::object_of(copy).dump(2) + "\n";
}

}  // namespace hubbub::sim
