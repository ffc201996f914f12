// Any scenario that a file may describe: another visitor of the keys, which draws each value
// within its bounds, and then repairs what keys must be to each other.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/keys.hpp"
#include "sim/scenario/units.hpp"

namespace hubbub::sim {

/// Between lo and hi, small and large ones alike, and often a bound itself.
inline double any_between(double lo, double hi) {
  const int form = *rc::gen::inRange(0, 10);
  if (form == 0) return lo;
  if (form == 1) return hi;
  const double part = *rc::gen::inRange(0, 1'000'001) / 1e6;
  const double drawn = form < 6 ? lo + (hi - lo) * part : lo + std::pow(hi - lo + 1, part) - 1;
  return std::clamp(drawn, lo, hi);
}

inline double any_whole(double lo, double hi) { return std::floor(any_between(lo, hi)); }

inline std::string any_text(std::size_t longest) {
  static constexpr std::string_view pieces[] = {"a",      "Z",          " ",  "\"",   "\\",
                                                "/",      "\n",         "\t", "\x01", "\u00E4",
                                                "\u20AC", "\U0001F600", "{",  "//",   "0"};
  std::string text;
  for (int left = *rc::gen::inRange(0, 12); left > 0; --left) {
    text += pieces[*rc::gen::inRange<std::size_t>(0, std::size(pieces))];
  }
  return text.size() <= longest ? text : std::string();
}

class Drawer {
 public:
  void directive(std::string_view, const Spec&, std::string_view) {}

  template <class T>
  void field(std::string_view, T& member, const Spec& spec, std::string_view) {
    if (spec.applies) draw(member, spec);
  }

  template <class Struct>
  void object(std::string_view, Struct& member, std::string_view) {
    describe(*this, member);
  }

  template <class Struct>
  void list(std::string_view, std::vector<Struct>& members, std::size_t longest, std::string_view) {
    members.assign(std::min<std::size_t>(longest, *rc::gen::inRange(0, 4)), {});
    for (Struct& member : members) describe(*this, member);
  }

 private:
  static void draw(std::uint32_t& out, const Spec& spec) {
    out = static_cast<std::uint32_t>(any_whole(spec.lo, spec.hi));
  }
  static void draw(std::uint64_t& out, const Spec& spec) {
    const bool any = spec.lo == 0 && spec.hi == 0x1p64;
    out = any ? *rc::gen::arbitrary<std::uint64_t>()
              : static_cast<std::uint64_t>(any_whole(spec.lo, spec.hi));
  }
  static void draw(double& out, const Spec& spec) { out = any_between(spec.lo, spec.hi); }
  static void draw(Duration& out, const Spec& spec) {
    out = Duration(static_cast<std::int64_t>(any_whole(spec.lo, spec.hi)));
  }
  static void draw(std::string& out, const Spec& spec) {
    const bool slug = spec.kind == Spec::Kind::name;
    out = slug ? "s" + std::to_string(*rc::gen::inRange(0, 1000)) + "-x"
               : any_text(static_cast<std::size_t>(spec.hi));
  }
  static void draw(Distribution& out, const Spec& spec) {
    out.kind = static_cast<Distribution::Kind>(*rc::gen::inRange(0, 5));
    out.a = any_between(0, spec.hi);
    const bool pair =
        out.kind != Distribution::Kind::constant && out.kind != Distribution::Kind::exponential;
    out.b = pair ? any_between(0, spec.hi) : 0;
    if (out.kind == Distribution::Kind::lognormal) out.a = std::max(out.a, 1e-3);
    if (out.kind != Distribution::Kind::normal && out.b < out.a && pair) out.b = out.a;
  }
  static void draw(std::vector<Expectation>& out, const Spec& spec) {
    static constexpr std::string_view ops[] = {"<", "<=", "==", ">=", ">"};
    for (const Bounded& known : spec.bounded) {
      if (*rc::gen::inRange(0, 6) != 0) continue;
      const auto op = *rc::gen::inRange(0, 5);
      const double value = any_between(0, 1e12);
      const std::string space(*rc::gen::inRange<std::size_t>(0, 3), ' ');
      out.push_back({std::string(known.name), static_cast<Expectation::Op>(op), value,
                     std::string(ops[op]) + space + format_quantity(value, known.unit)});
    }
  }
  template <class T>
  static void draw(std::optional<T>& out, const Spec& spec) {
    out.emplace();
    draw(*out, spec);
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  static void draw(Enum& out, const Spec& spec) {
    out = static_cast<Enum>(
        spec.choices[*rc::gen::inRange<std::size_t>(0, spec.choices.size())].value);
  }
};

/// What meaning.cpp asks for.
inline void repair(Scenario& s) {
  s.duration = std::max<Duration>(s.duration, 2ms);
  s.warm_up = std::min(s.warm_up, s.duration - 1ns);
  Clients& c = s.clients;
  c.arrive = std::min(c.arrive, s.duration);
  s.servers.spare = std::min(s.servers.spare, limits::nodes - s.servers.count);
  s.servers.regions = std::min(s.servers.regions, s.servers.count);
  s.servers.nodes = std::min(s.servers.nodes, limits::nodes / s.servers.all());
  c.devices = std::min(c.devices, std::max(1u, 20'000'000 / c.users));
  c.conversations = std::min({c.conversations, c.acquaintances, 200'000'000 / c.users});
  if (c.users < 2) c.groups.clear();
  for (Groups& groups : c.groups) {
    groups.members = std::min({groups.members, s.policy.group_members, c.users});
    groups.count = std::min(groups.count, std::max(1u, 1'500'000 / groups.members));
  }
  if (c.groups.empty()) c.group_share = 0;
  for (Absence* absence : {&c.tunnels, &c.absence}) {
    for (Distribution* drawn : {&absence->every, &absence->length}) {
      if (drawn->kind == Distribution::Kind::constant && drawn->a == 0) drawn->a = 1;
    }
  }
  c.reconnect.base = std::min(c.reconnect.base, c.reconnect.cap);
  PresencePolicy& presence = s.policy.presence;
  if (presence.ttl < presence.heartbeat) std::swap(presence.ttl, presence.heartbeat);
  if (presence.ttl == presence.heartbeat) presence = {};
  for (Fault& fault : s.faults) {
    if (*rc::gen::arbitrary<bool>()) fault.server.reset();
    if (fault.server) fault.server = *fault.server % s.servers.all();
    if (*rc::gen::arbitrary<bool>()) {
      fault.every.reset();
      fault.at = std::min(*fault.at, s.duration - 1ns);
    } else {
      fault.at.reset();
    }
    const FaultTraits kind = traits(fault.kind);
    if (kind.lasts && fault.duration == Duration{}) fault.duration = 1ns;
    if (kind.by && fault.by == Duration{}) fault.by = 1ns;
    if (kind.replicated) s.policy.durability = Durability::quorum_synced;
    if (fault.region && (*rc::gen::arbitrary<bool>() || !kind.region)) fault.region.reset();
    if (fault.region) fault.region = *fault.region % s.servers.regions;
    if ((kind.region && s.servers.regions < 2) ||
        (fault.kind == FaultKind::add_server && s.servers.spare == 0)) {
      fault = Fault{};
      fault.at = Duration{0};
    }
  }
  if (s.servers.spare > 0 || s.servers.regions > 1) s.policy.durability = Durability::quorum_synced;
}

inline Scenario any_scenario() {
  Scenario scenario;
  Drawer drawer;
  describe(drawer, scenario);
  repair(scenario);
  if (replicated(scenario.policy.durability)) scenario.servers.nodes = 1;
  return scenario;
}

}  // namespace hubbub::sim
