#include "sim/check/presence_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/check.hpp"

namespace hubbub::sim {
namespace {

double seconds(Duration d) { return static_cast<double>(d.count()) / 1e9; }

std::string_view name_of(PresenceState state) {
  switch (state) {
    case PresenceState::offline: return "offline";
    case PresenceState::online: return "online";
    case PresenceState::unknown: return "unknown";
  }
  return {};
}

}  // namespace

PresenceChecks::User& PresenceChecks::user(std::uint32_t number) {
  users_.grow_to(number + 1);
  return users_[number];
}

// --- Who is there --------------------------------------------------------------------------------

/// Judges what was shown until now of a user who comes or goes.
void PresenceChecks::turns(Duration now, User& u, bool left) {
  for (std::uint32_t v = u.first_view; v != no_entity; v = views_[v].next_of_user)
    judge(now, views_[v]);
  u.since = now;
  u.left = left;
  u.unclear = false;
}

void PresenceChecks::heard(Duration now, UserId id) {
  User& u = user(ledger_.entities.user(id));
  if (u.connections == 0) turns(now, u, false);
  ++u.connections;
}

void PresenceChecks::unheard(Duration now, UserId id, bool left) {
  User& u = user(ledger_.entities.user(id));
  HUBBUB_CHECK(u.connections > 0);
  if (u.connections == 1) turns(now, u, left);
  --u.connections;
}

void PresenceChecks::unclear(UserId id) { user(ledger_.entities.user(id)).unclear = true; }

// --- What is shown -------------------------------------------------------------------------------

void PresenceChecks::watches(DeviceId viewer, UserId of) {
  const std::uint32_t device = ledger_.entities.device(viewer);
  const std::uint32_t number = ledger_.entities.user(of);
  const auto added = static_cast<std::uint32_t>(views_.size());
  if (!index_.try_emplace(key(device, number), added).second) return;
  views_.emplace_back();
  View& view = views_[added];
  view.viewer = device;
  view.user = number;
  view.next_of_user = std::exchange(user(number).first_view, added);
  std::uint32_t& first = first_of_viewer_.try_emplace(device, no_entity).first->second;
  view.next_of_viewer = std::exchange(first, added);
}

PresenceChecks::Told PresenceChecks::told(Duration now, DeviceId viewer, const PresenceOf& of) {
  const std::uint32_t device = ledger_.entities.device(viewer);
  const std::uint32_t number = ledger_.entities.user(of.user);
  const User& u = user(number);
  judge_private(now, viewer, of);
  Told outcome;
  const auto watched = index_.find(key(device, number));
  if (watched != index_.end()) {
    View& view = views_[watched->second];
    judge(now, view);
    outcome.turned = view.shown && *view.shown != of.state &&
                     *view.shown != PresenceState::unknown && of.state != PresenceState::unknown;
    view.shown = of.state;
    view.since = now;
  } else {
    judge(now, {.viewer = device, .user = number, .since = now - 1ns, .shown = of.state});
  }
  const bool is_so = of.state == (u.connections > 0 ? PresenceState::online : PresenceState::offline);
  if (is_so && !u.unclear) outcome.so_for = now - u.since;
  return outcome;
}

void PresenceChecks::lost(Duration now, DeviceId viewer) {
  const auto first = first_of_viewer_.find(ledger_.entities.device(viewer));
  if (first == first_of_viewer_.end()) return;
  for (std::uint32_t v = first->second; v != no_entity; v = views_[v].next_of_viewer) {
    judge(now, views_[v]);
    views_[v].shown.reset();
  }
}

bool PresenceChecks::hidden_from(Duration now, UserId user, UserId viewer) const {
  const auto since = blocks_.blocked_since(user, viewer);
  return since && now - *since > bounds_.blocked;
}

/// Whoever is blocked is told what is told of somebody who is never there.
void PresenceChecks::judge_private(Duration now, DeviceId viewer, const PresenceOf& of) {
  if (!hidden_from(now, of.user, viewer.user)) return;
  ledger_.compared(Invariant::presence_private);
  if (of.state != PresenceState::online && of.last_seen_ms == 0) return;
  ledger_.violated(Invariant::presence_private, now, {ledger_.entities.device(viewer), no_entity}, [&] {
    return fmt::format("{} was told that {} is {}, who had known that they have blocked them",
                       to_text(viewer), hubbub::to_text(of.user), name_of(of.state));
  });
}

void PresenceChecks::judge(Duration now, const View& view) {
  const User& u = users_[view.user];
  if (!view.shown || u.unclear) return;
  if (*view.shown == PresenceState::online && u.connections == 0) judge_online(now, view, u);
  if (*view.shown == PresenceState::offline && u.connections > 0) judge_offline(now, view, u);
}

void PresenceChecks::judge_online(Duration now, const View& view, const User& u) {
  ledger_.compared(Invariant::presence_online);
  const Duration bound = u.since < calm_from_ ? bounds_.online_disturbed
                         : u.left            ? bounds_.online_after_leave
                                             : bounds_.online;
  if (now - u.since <= bound || now <= view.since) return;
  ledger_.violated(Invariant::presence_online, now, {view.viewer, no_entity}, [&] {
    return fmt::format("{} showed {} online {:.1f} s after {} last heard; at most {:.1f} s are allowed",
                       ledger_.device(view.viewer),
                       hubbub::to_text(ledger_.entities.user_id(view.user)), seconds(now - u.since),
                       u.left ? "they logged out and were" : "they were", seconds(bound));
  });
}

bool PresenceChecks::may_be_hidden(const View& view) const {
  return blocks_.ever_asked(ledger_.entities.user_id(view.user),
                            ledger_.entities.device_id(view.viewer).user);
}

void PresenceChecks::judge_offline(Duration now, const View& view, const User& u) {
  if (may_be_hidden(view)) return;
  ledger_.compared(Invariant::presence_offline);
  const Duration from = std::max(u.since, calm_from_);
  if (now - from <= bounds_.offline || now <= view.since) return;
  ledger_.violated(Invariant::presence_offline, now, {view.viewer, no_entity}, [&] {
    return fmt::format("{} showed {} offline {:.1f} s after they were heard; at most {:.1f} s are allowed",
                       ledger_.device(view.viewer),
                       hubbub::to_text(ledger_.entities.user_id(view.user)), seconds(now - from),
                       seconds(bounds_.offline));
  });
}

void PresenceChecks::finish(Duration now, bool settled) {
  for (std::uint32_t v = 0; v < views_.size(); ++v) {
    const View& view = views_[v];
    judge(now, view);
    const User& u = users_[view.user];
    if (!settled || !view.shown || u.unclear || may_be_hidden(view)) continue;
    ledger_.compared(Invariant::presence_settled);
    const auto so = u.connections > 0 ? PresenceState::online : PresenceState::offline;
    if (*view.shown == so) continue;
    ledger_.violated(Invariant::presence_settled, now, {view.viewer, no_entity}, [&] {
      return fmt::format("{} shows {} as {}, who is {}", ledger_.device(view.viewer),
                         hubbub::to_text(ledger_.entities.user_id(view.user)),
                         name_of(*view.shown), name_of(so));
    });
  }
}

std::size_t PresenceChecks::memory() const {
  return users_.memory() + views_.memory() + index_.capacity() * 13 + first_of_viewer_.capacity() * 9;
}

}  // namespace hubbub::sim
