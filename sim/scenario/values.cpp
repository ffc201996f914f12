#include "sim/scenario/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/scenario/nearest.hpp"
#include "sim/scenario/units.hpp"

namespace hubbub::sim {

namespace {

using Kind = Distribution::Kind;

struct DistributionName {
  std::string_view name;
  Kind kind;
  bool pair;  ///< takes a list of two
};

constexpr std::array distribution_names{DistributionName{"uniform", Kind::uniform, true},
                                        DistributionName{"exponential", Kind::exponential, false},
                                        DistributionName{"normal", Kind::normal, true},
                                        DistributionName{"lognormal", Kind::lognormal, true}};

struct OpName {
  std::string_view name;
  Expectation::Op op;
};

// Longer ones first, so that "<=" is not read as "<".
constexpr std::array op_names{
    OpName{"<=", Expectation::Op::at_most}, OpName{">=", Expectation::Op::at_least},
    OpName{"==", Expectation::Op::equal}, OpName{"<", Expectation::Op::less},
    OpName{">", Expectation::Op::greater}};

bool is_slug(std::string_view text) {
  return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// Text from the command line was not judged by the JSON parser yet.
bool is_utf8(const std::string& text) {
  using Handler = nlohmann::json::error_handler_t;
  const nlohmann::json json(text);
  return json.dump(-1, ' ', false, Handler::ignore) == json.dump(-1, ' ', false, Handler::replace);
}

/// A quantity with the spec's unit and bounds.
std::optional<double> read_quantity(const Reading& from) {
  if (from.value.kind != Value::Kind::text) {
    const bool bare = from.value.kind == Value::Kind::number;
    from.mismatch(bare ? "a value with a unit is a text, in quotes" : "");
    return std::nullopt;
  }
  const Result<double> value = parse_quantity(from.value.text, from.spec.unit);
  if (!value) {
    from.mismatch(value.error().what);
    return std::nullopt;
  }
  if (*value < from.spec.lo || *value > from.spec.hi) {
    from.mismatch();
    return std::nullopt;
  }
  return *value;
}

std::optional<double> read_number(const Reading& from) {
  const bool fits = from.value.kind == Value::Kind::number && from.value.number >= from.spec.lo &&
                    from.value.number <= from.spec.hi;
  if (!fits) {
    const bool quoted_number = from.value.kind == Value::Kind::text &&
                               parse_quantity(from.value.text, Unit::none).has_value();
    from.mismatch(quoted_number ? "a number has no quotes" : "");
    return std::nullopt;
  }
  return from.value.number;
}

std::optional<std::uint64_t> read_whole(const Reading& from) {
  const auto number = read_number(from);
  if (!number) return std::nullopt;
  if (!from.value.whole) from.mismatch();
  return from.value.whole;
}

/// What must hold between the two values of a distribution; empty if it does.
std::string_view contradiction(const Distribution& drawn) {
  if (drawn.kind == Kind::uniform && drawn.a > drawn.b) {
    return "the first value, the least, must not be above the second, the greatest";
  }
  if (drawn.kind == Kind::lognormal && drawn.a <= 0) return "the median must be above 0";
  if (drawn.kind == Kind::lognormal && drawn.a > drawn.b) {
    return "the first value, the median, must not be above the second, the 99th percentile";
  }
  return {};
}

void read_pair(const Reading& from, Distribution& drawn) {
  const Value& list = from.value;
  if (list.kind != Value::Kind::list || list.items.size() != 2) {
    const bool other_list = list.kind == Value::Kind::list;
    from.problems.add(
        list.at, from.path,
        fmt::format("found {}, expected a list of two, such as {}",
                    other_list ? fmt::format("a list of {}", list.items.size()) : shown(list),
                    from.spec.example));
    return;
  }
  const auto a = read_quantity({list.items[0], from.spec, from.path + "[0]", from.problems});
  const auto b = read_quantity({list.items[1], from.spec, from.path + "[1]", from.problems});
  if (a) drawn.a = *a;
  if (b) drawn.b = *b;
}

/// The value of a distribution's one key.
void read_drawn(const Reading& from, const DistributionName& form, Distribution& out) {
  Spec quantity = from.spec;
  quantity.kind = Spec::Kind::quantity;
  quantity.example = from.spec.unit == Unit::size ? "60B" : "40ms";
  const std::size_t before = from.problems.count();
  Distribution drawn{form.kind, 0, 0};
  if (form.pair) {
    quantity.example = from.spec.unit == Unit::size ? R"(["60B", "600B"])" : R"(["40ms", "200ms"])";
    Spec single = quantity;
    single.example = from.spec.unit == Unit::size ? "60B" : "40ms";
    const bool is_pair = from.value.kind == Value::Kind::list && from.value.items.size() == 2;
    read_pair({from.value, is_pair ? single : quantity, from.path, from.problems}, drawn);
  } else if (const auto mean = read_quantity({from.value, quantity, from.path, from.problems})) {
    drawn.a = *mean;
  }
  if (from.problems.count() != before) return;
  if (const std::string_view wrong = contradiction(drawn); !wrong.empty()) {
    from.problems.add(from.value.at, from.path, std::string(wrong));
    return;
  }
  out = drawn;
}

struct Bound {
  Expectation::Op op{};
  double value = 0;
};

Result<Bound> parse_bound(std::string_view text, Unit unit) {
  for (const OpName& known : op_names) {
    if (!text.starts_with(known.name)) continue;
    text.remove_prefix(known.name.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const Result<double> value = parse_quantity(text, unit);
    if (!value) return tl::unexpected(value.error());
    return Bound{known.op, *value};
  }
  return failure("it starts with one of <, <=, ==, >=, >");
}

std::string_view bound_example(Unit unit) {
  switch (unit) {
    case Unit::duration:
      return "< 500ms";
    case Unit::size:
      return "< 1KiB";
    case Unit::share:
      return ">= 95%";
    case Unit::none:
      break;
  }
  return ">= 1000";
}

void read_expectation(const Reading& from, const Member& member, std::vector<Expectation>& out) {
  const std::string path = from.path + "." + printable(member.key);
  const auto known = std::find_if(from.spec.bounded.begin(), from.spec.bounded.end(),
                                  [&](const Bounded& entry) { return entry.name == member.key; });
  if (known == from.spec.bounded.end()) {
    std::vector<std::string_view> names;
    for (const Bounded& entry : from.spec.bounded) names.push_back(entry.name);
    from.problems.add(member.at, path, "unknown name" + suggestion(member.key, names));
    return;
  }
  const std::string_view example = bound_example(known->unit);
  const Value& value = member.value;
  const bool is_text = value.kind == Value::Kind::text && value.text.size() <= 100;
  const Result<Bound> bound = is_text ? parse_bound(value.text, known->unit)
                                      : tl::unexpected(Failure{"a bound is a text, in quotes"});
  if (!bound) {
    from.problems.add(value.at, path,
                      fmt::format("found {}, expected a comparison such as \"{}\"; {}",
                                  shown(value), example, bound.error().what));
    return;
  }
  out.push_back({member.key, bound->op, bound->value, value.text});
}

}  // namespace

void Reading::mismatch(std::string_view note) const {
  std::string what = fmt::format("found {}, expected {}", shown(value), expected(spec));
  if (!note.empty()) what += fmt::format("; {}", note);
  problems.add(value.at, path, std::move(what));
}

void read(const Reading& from, std::uint64_t& out) {
  if (const auto value = read_whole(from)) out = *value;
}

void read(const Reading& from, std::uint32_t& out) {
  if (const auto value = read_whole(from)) out = static_cast<std::uint32_t>(*value);
}

void read(const Reading& from, double& out) {
  const bool plain = from.spec.kind == Spec::Kind::real;
  if (const auto value = plain ? read_number(from) : read_quantity(from)) out = *value;
}

void read(const Reading& from, Duration& out) {
  if (const auto value = read_quantity(from)) out = Duration(std::llround(*value));
}

void read(const Reading& from, std::string& out) {
  const bool is_text = from.value.kind == Value::Kind::text;
  const std::string& text = from.value.text;
  const bool slug_needed = from.spec.kind == Spec::Kind::name;
  if (!is_text || text.size() > static_cast<std::size_t>(from.spec.hi) || !is_utf8(text) ||
      (slug_needed && !is_slug(text))) {
    from.mismatch();
    return;
  }
  out = text;
}

std::optional<std::uint8_t> read_choice(const Reading& from) {
  std::vector<std::string_view> names;
  for (const Choice& known : from.spec.choices) {
    if (from.value.kind == Value::Kind::text && from.value.text == known.name) return known.value;
    names.push_back(known.name);
  }
  const auto near = nearest(from.value.text, names);
  from.mismatch(near ? fmt::format("did you mean \"{}\"?", *near) : "");
  return std::nullopt;
}

void read(const Reading& from, Distribution& out) {
  const Value& value = from.value;
  if (value.kind == Value::Kind::text) {
    if (const auto constant = read_quantity(from)) out = {Kind::constant, *constant, 0};
    return;
  }
  if (value.kind != Value::Kind::object || value.members.size() != 1) {
    from.mismatch(value.kind == Value::Kind::object ? "a distribution has exactly one key" : "");
    return;
  }
  const Member& member = value.members.front();
  const std::string path = from.path + "." + printable(member.key);
  std::vector<std::string_view> names;
  for (const DistributionName& form : distribution_names) {
    if (form.name == member.key) {
      return read_drawn({member.value, from.spec, path, from.problems}, form, out);
    }
    names.push_back(form.name);
  }
  from.problems.add(member.at, path, "unknown distribution" + suggestion(member.key, names));
}

void read(const Reading& from, std::vector<Expectation>& out) {
  if (from.value.kind != Value::Kind::object) return from.mismatch();
  out.clear();
  for (const Member& member : from.value.members) read_expectation(from, member, out);
}

Json written(std::uint32_t value, const Spec&) { return value; }
Json written(std::uint64_t value, const Spec&) { return value; }
Json written(const std::string& value, const Spec&) { return value; }

Json written(double value, const Spec& spec) {
  if (spec.kind == Spec::Kind::quantity) return format_quantity(value, spec.unit);
  // Whole ones without ".0".
  if (value == std::floor(value) && value < 0x1p53) return static_cast<std::uint64_t>(value);
  return value;
}

Json written(Duration value, const Spec& spec) {
  return format_quantity(static_cast<double>(value.count()), spec.unit);
}

Json written(const Distribution& value, const Spec& spec) {
  const std::string a = format_quantity(value.a, spec.unit);
  for (const DistributionName& form : distribution_names) {
    if (form.kind != value.kind) continue;
    Json drawn = Json::object();
    drawn[std::string(form.name)] =
        form.pair ? Json::array({a, format_quantity(value.b, spec.unit)}) : Json(a);
    return drawn;
  }
  return a;
}

Json written(const std::vector<Expectation>& value, const Spec&) {
  Json bounds = Json::object();
  for (const Expectation& expectation : value) bounds[expectation.name] = expectation.text;
  return bounds;
}

Json written_choice(std::uint8_t value, const Spec& spec) {
  for (const Choice& known : spec.choices) {
    if (known.value == value) return known.name;
  }
  return nullptr;
}

}  // namespace hubbub::sim
