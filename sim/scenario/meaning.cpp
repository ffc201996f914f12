#include "sim/scenario/meaning.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "core/base/limits.hpp"
#include "sim/scenario/keys.hpp"
#include "sim/scenario/units.hpp"

namespace hubbub::sim {

namespace {

/// Devices of one run: each costs some hundred bytes of the simulator's memory.
constexpr std::uint64_t devices_max = 20'000'000;
/// Direct conversations and memberships of groups, each a row or more.
constexpr std::uint64_t conversations_max = 200'000'000;
constexpr std::uint64_t memberships_max = 100'000'000;

std::string written(Duration span) {
  return format_quantity(static_cast<double>(span.count()), Unit::duration);
}

class Judge {
 public:
  Judge(const Scenario& scenario, const Value& root, Problems& problems)
      : scenario_(scenario), root_(root), problems_(problems) {}

  void all() {
    phases();
    sizes();
    replicas();
    groups();
    clients();
    presence();
    for (std::size_t i = 0; i < scenario_.faults.size(); ++i) fault(i, scenario_.faults[i]);
  }

 private:
  /// Reports at the first key that is in the file, if none of them has a problem of its own.
  void report(std::initializer_list<std::string> keys, std::string what) {
    for (const std::string& key : keys) {
      if (problems_.concerns(key)) return;
    }
    for (const std::string& key : keys) {
      if (const Value* value = at(key)) return problems_.add(value->at, key, std::move(what));
    }
    problems_.add(root_.at, *keys.begin(), std::move(what));
  }

  /// The value at "faults[1].server"; null if the file has none.
  const Value* at(std::string_view path) const {
    const Value* value = &root_;
    while (!path.empty() && value != nullptr) {
      const std::size_t end = std::min(path.find_first_of(".["), path.size());
      value = value->find(path.substr(0, end));
      path.remove_prefix(end);
      if (value != nullptr && path.starts_with('[')) {
        const std::size_t index = std::stoul(std::string(path.substr(1)));
        value = index < value->items.size() ? &value->items[index] : nullptr;
        path.remove_prefix(path.find(']') + 1);
      }
      if (path.starts_with('.')) path.remove_prefix(1);
    }
    return value;
  }

  void phases() {
    const Scenario& s = scenario_;
    if (s.warm_up >= s.duration) {
      report({"warm_up", "duration"},
             fmt::format("the warm-up of {} leaves nothing of the duration of {} to count, "
                         "expected less, such as \"{}\"",
                         written(s.warm_up), written(s.duration), written(s.duration / 10)));
    }
    if (s.clients.arrive > s.duration) {
      report({"clients.arrive", "duration"},
             fmt::format("clients arrive over {}, after the duration of {} is over",
                         written(s.clients.arrive), written(s.duration)));
    }
  }

  void at_most(std::initializer_list<std::string> keys, std::string_view what, std::uint64_t value,
               std::uint64_t most) {
    if (value <= most) return;
    report(keys, fmt::format("{} are {} together, expected at most {}", what, with_thousands(value),
                             with_thousands(most)));
  }

  void sizes() {
    const Clients& c = scenario_.clients;
    at_most({"servers.nodes", "servers.spare", "servers.count"}, "the nodes of all servers",
            std::uint64_t{scenario_.servers.all()} * scenario_.servers.nodes, limits::nodes);
    at_most({"clients.devices", "clients.users"}, "the devices of all users",
            std::uint64_t{c.users} * c.devices, devices_max);
    at_most({"clients.conversations", "clients.users"}, "the conversations of all users",
            std::uint64_t{c.users} * c.conversations, conversations_max);
  }

  /// Each node of a replicated server keeps its own rows, and a simulated host has one disk. What
  /// lies on an embedded server's disk is nowhere else, so such servers neither come nor go.
  void replicas() {
    const Servers& servers = scenario_.servers;
    if (servers.regions > servers.count)
      report({"servers.regions", "servers.count"},
             fmt::format("{} regions are more than there are servers, expected at most {}",
                         servers.regions, servers.count));
    if (!replicated(scenario_.policy.durability)) {
      const auto needs_quorum = [&](const std::string& key, std::uint32_t found,
                                    std::uint32_t most) {
        if (found > most)
          report({key, "policy.durability"},
                 fmt::format("found {} without discovery, expected {}, or policy.durability of "
                             "\"quorum_memory\" or \"quorum_synced\"",
                             found, most));
      };
      needs_quorum("servers.regions", servers.regions, 1);
      needs_quorum("servers.spare", servers.spare, 0);
      return;
    }
    if (servers.nodes == 1) return;
    report({"servers.nodes", "policy.durability"},
           fmt::format("found {} nodes a server under {}, expected 1, and more servers",
                       scenario_.servers.nodes, "a quorum's durability"));
  }

  void groups() {
    const Clients& c = scenario_.clients;
    std::uint64_t memberships = 0;
    for (std::size_t i = 0; i < c.groups.size(); ++i) {
      const std::string key = fmt::format("clients.groups[{}].members", i);
      const std::uint32_t members = c.groups[i].members;
      memberships += std::uint64_t{c.groups[i].count} * members;
      if (members > scenario_.policy.group_members) {
        report({key, "policy.group_members"},
               fmt::format("{} members are more than policy.group_members allows, expected at most "
                           "{}, or policy.group_members of {}",
                           members, scenario_.policy.group_members, members));
      }
      if (members > c.users) {
        report({key, "clients.users"},
               fmt::format("{} members are more than there are users, expected at most {}", members,
                           c.users));
      }
    }
    at_most({"clients.groups"}, "the memberships of all groups", memberships, memberships_max);
    if (c.group_share > 0 && c.groups.empty()) {
      report({"clients.group_share", "clients.groups"},
             "messages go to groups but there are none, expected clients.groups such as "
             "[{\"count\": 20, \"members\": 10}]");
    }
  }

  void absence(const Absence& absence, const std::string& key) {
    if (absence.share == 0) return;
    for (const auto& [name, drawn] :
         {std::pair{".every", &absence.every}, std::pair{".length", &absence.length}}) {
      if (drawn->kind == Distribution::Kind::constant && drawn->a == 0) {
        report({key + name, key + ".share"},
               fmt::format("with 0s it never happens to the {} it should happen to, expected a "
                           "time such as \"30s\"",
                           format_quantity(absence.share, Unit::share)));
      }
    }
  }

  void clients() {
    const Clients& c = scenario_.clients;
    if (c.conversations > c.acquaintances) {
      report({"clients.conversations", "clients.acquaintances"},
             fmt::format("{} conversations are more than there are acquaintances, expected at most "
                         "{}",
                         c.conversations, c.acquaintances));
    }
    absence(c.tunnels, "clients.tunnels");
    absence(c.absence, "clients.absence");
    if (c.reconnect.base > c.reconnect.cap) {
      report({"clients.reconnect.base", "clients.reconnect.cap"},
             fmt::format("the first wait of {} is above the longest of {}",
                         written(c.reconnect.base), written(c.reconnect.cap)));
    }
  }

  void presence() {
    const PresencePolicy& p = scenario_.policy.presence;
    if (p.ttl > p.heartbeat) return;
    report({"policy.presence.ttl", "policy.presence.heartbeat"},
           fmt::format("a connection that is pinged every {} would be dead after {}, before the next "
                       "ping; expected a ttl above the heartbeat",
                       written(p.heartbeat), written(p.ttl)));
  }

  void fault(std::size_t index, const Fault& f) {
    const std::string key = fmt::format("faults[{}]", index);
    if (f.at.has_value() == f.every.has_value()) {
      report({key}, fmt::format("found {} of the keys \"at\" and \"every\", expected one, such as "
                                "\"at\": \"30s\" or \"every\": \"20s\"",
                                f.at ? "both" : "neither"));
    }
    if (f.at && *f.at >= scenario_.duration) {
      report({key + ".at", "duration"},
             fmt::format("at {} the safety phase of {} is over, expected a time before that",
                         written(*f.at), written(scenario_.duration)));
    }
    const Servers& servers = scenario_.servers;
    if (f.server && *f.server >= servers.all()) {
      report({key + ".server", "servers.count"},
             fmt::format(
                 "there is no server {}, expected 0 to {}, as servers.count is {}{}", *f.server,
                 servers.all() - 1, servers.count,
                 servers.spare == 0 ? "" : fmt::format(" and servers.spare {}", servers.spare)));
    }
    if (f.region && *f.region >= servers.regions) {
      report({key + ".region", "servers.regions"},
             fmt::format("there is no region {}, expected 0 to {}, as servers.regions is {}",
                         *f.region, servers.regions - 1, servers.regions));
    }
    if (traits(f.kind).region && servers.regions < 2) {
      report({key + ".kind", "servers.regions"},
             "there is only one region, expected servers.regions of 2 or more");
    }
    if (f.kind == FaultKind::add_server && servers.spare == 0) {
      report({key + ".kind", "servers.spare"},
             "there is no server to add, expected servers.spare of 1 or more");
    }
    if (traits(f.kind).lasts && f.duration == Duration{}) {
      report({key + ".for", key},
             "lasts no time at all, expected how long in the key \"for\", such as \"5s\"");
    }
    if (traits(f.kind).by && f.by == Duration{}) {
      report({key + ".by", key},
             "goes no way at all, expected how far in the key \"by\", such as \"3s\"");
    }
    if (traits(f.kind).replicated && !replicated(scenario_.policy.durability)) {
      report(
          {key + ".kind", "policy.durability"},
          "there is neither log nor register, expected policy.durability of \"quorum_memory\" or "
          "\"quorum_synced\"");
    }
  }

  const Scenario& scenario_;
  const Value& root_;
  Problems& problems_;
};

}  // namespace

void judge_meaning(const Scenario& scenario, const Value& root, Problems& problems) {
  Judge(scenario, root, problems).all();
}

}  // namespace hubbub::sim
