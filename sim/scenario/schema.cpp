// The JSON Schema and the reference of scenario files, from their description.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "sim/scenario/load.hpp"
#include "sim/scenario/outline.hpp"
#include "sim/scenario/units.hpp"

namespace hubbub::sim {

namespace {

Json object_schema(const Outline& outline);

std::string unit_key(Unit unit) {
  switch (unit) {
    case Unit::duration:
      return "duration";
    case Unit::size:
      return "size";
    case Unit::share:
      return "share";
    case Unit::none:
      break;
  }
  return "number";
}

/// A regular expression of quantities with this unit.
std::string quantity_pattern(Unit unit) {
  const std::string number = R"([0-9]+(\.[0-9]+)?)";
  switch (unit) {
    case Unit::duration:
      return number + "(ns|us|ms|s|m|h|d)";
    case Unit::size:
      return number + "(B|KB|MB|GB|KiB|MiB|GiB)";
    case Unit::share:
      return number + "%";
    case Unit::none:
      break;
  }
  return number;
}

Json reference(const std::string& definition) { return {{"$ref", "#/$defs/" + definition}}; }

Json bounded_number(std::string_view type, const Spec& spec) {
  if (spec.kind == Spec::Kind::real) {
    return {{"type", type}, {"minimum", spec.lo}, {"maximum", spec.hi}};
  }
  const std::uint64_t hi = spec.hi >= 0x1p64 ? UINT64_MAX : static_cast<std::uint64_t>(spec.hi);
  return {{"type", type}, {"minimum", static_cast<std::uint64_t>(spec.lo)}, {"maximum", hi}};
}

Json choice_schema(const Spec& spec) {
  Json names = Json::array();
  for (const Choice& known : spec.choices) names.push_back(known.name);
  return {{"enum", std::move(names)}};
}

Json bounds_schema(const Spec& spec) {
  Json properties = Json::object();
  for (const Bounded& known : spec.bounded) {
    Json bound = reference("bound_on_" + unit_key(known.unit));
    bound["description"] = known.about;
    properties[std::string(known.name)] = std::move(bound);
  }
  return {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

Json value_schema(const Outline& outline) {
  const Spec& spec = outline.spec;
  switch (spec.kind) {
    case Spec::Kind::text:
      return {{"type", "string"}, {"maxLength", static_cast<std::uint64_t>(spec.hi)}};
    case Spec::Kind::name:
      return {{"type", "string"},
              {"maxLength", static_cast<std::uint64_t>(spec.hi)},
              {"pattern", "^[a-z0-9][a-z0-9-]*$"}};
    case Spec::Kind::whole:
      return bounded_number("integer", spec);
    case Spec::Kind::real:
      return bounded_number("number", spec);
    case Spec::Kind::quantity:
      return reference(unit_key(spec.unit));
    case Spec::Kind::distribution:
      return reference("drawn_" + unit_key(spec.unit));
    case Spec::Kind::choice:
      return choice_schema(spec);
    case Spec::Kind::bounds:
      return bounds_schema(spec);
    case Spec::Kind::object:
      return object_schema(outline);
    case Spec::Kind::list:
      return {{"type", "array"},
              {"maxItems", static_cast<std::uint64_t>(spec.hi)},
              {"items", object_schema(outline)}};
  }
  return Json::object();
}

/// The key's meaning, and the meanings of the names it may have.
std::string full_description(const Outline& outline) {
  std::string text = outline.about;
  for (const Choice& known : outline.spec.choices) {
    text += fmt::format("\n{}: {}.", known.name, known.about);
  }
  if (outline.spec.kind == Spec::Kind::quantity && outline.spec.unit == Unit::duration) {
    text += fmt::format(" From {} to {}.", format_quantity(outline.spec.lo, outline.spec.unit),
                        format_quantity(outline.spec.hi, outline.spec.unit));
  }
  return text;
}

Json object_schema(const Outline& outline) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Outline& entry : outline.below) {
    Json schema = value_schema(entry);
    schema["description"] = full_description(entry);
    if (!entry.standard.is_null()) schema["default"] = entry.standard;
    properties[entry.key] = std::move(schema);
    // A file may have a required key from the one it extends, so the schema cannot ask for it at
    // the top.
    if (entry.spec.must_stand && !outline.key.empty()) required.push_back(entry.key);
  }
  Json schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

Json definitions() {
  Json result = Json::object();
  for (const Unit unit : {Unit::duration, Unit::size, Unit::share, Unit::none}) {
    const std::string pattern = quantity_pattern(unit);
    if (unit != Unit::none) {
      result[unit_key(unit)] = {{"type", "string"}, {"pattern", "^" + pattern + "$"}};
    }
    result["bound_on_" + unit_key(unit)] = {{"type", "string"},
                                            {"pattern", "^(<|<=|==|>=|>) *" + pattern + "$"}};
  }
  for (const Unit unit : {Unit::duration, Unit::size}) {
    const Json one = reference(unit_key(unit));
    const Json pair{{"type", "array"}, {"items", one}, {"minItems", 2}, {"maxItems", 2}};
    const Json forms{
        {"type", "object"},
        {"properties",
         {{"uniform", pair}, {"exponential", one}, {"normal", pair}, {"lognormal", pair}}},
        {"additionalProperties", false},
        {"minProperties", 1},
        {"maxProperties", 1}};
    result["drawn_" + unit_key(unit)] = {{"anyOf", Json::array({one, forms})}};
  }
  return result;
}

/// A table cell: one line, with what would end the cell escaped.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of("|\n", at)) != std::string::npos; at += 2) {
    text.replace(at, 1, text[at] == '|' ? "\\|" : "; ");
  }
  return text;
}

void add_rows(const Outline& outline, const std::string& prefix, std::string& text) {
  for (const Outline& entry : outline.below) {
    const std::string key = prefix + entry.key;
    const std::string standard = entry.standard.is_null() ? "" : "`" + entry.standard.dump() + "`";
    const bool nested = entry.spec.kind == Spec::Kind::object;
    text += fmt::format("| `{}` | {} | {} | {} |\n", key, nested ? "" : cell(expected(entry.spec)),
                        cell(standard), cell(entry.about));
    add_rows(entry, key + (entry.spec.kind == Spec::Kind::list ? "[]." : "."), text);
  }
}

void add_names(std::string_view title, std::span<const Bounded> names, std::string& text) {
  text += fmt::format("\n## {}\n\n| name | unit | what |\n|---|---|---|\n", title);
  for (const Bounded& known : names) {
    text += fmt::format("| `{}` | {} | {} |\n", known.name, unit_key(known.unit), known.about);
  }
}

}  // namespace

std::string schema_json() {
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "hubbub scenario"},
              {"description", "What is simulated, what goes wrong, and what must come of it."}};
  schema.update(object_schema(scenario_outline()));
  schema["$defs"] = definitions();
  return schema.dump(2) + "\n";
}

std::string keys_reference() {
  std::string text =
      "# Every key of a scenario file\n\nWritten from the description that the parser reads by; a "
      "test "
      "holds them together.\n\n## Keys\n\n| key | value | default | meaning |\n|---|---|---|---|\n";
  add_rows(scenario_outline(), "", text);
  add_names("Metrics", known_metrics, text);
  add_names("Checkers", known_checkers, text);
  add_names("Faults", known_faults, text);
  return text;
}

}  // namespace hubbub::sim
