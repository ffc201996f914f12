#include "core/chat/members.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace hubbub {

Members Members::direct(const ConversationId& c) {
  Members members;
  const Interval both[] = {{.user = c.first()}, {.user = c.second()}};
  members.restore(both);
  members.index();
  return members;
}

std::span<const Members::Place> Members::of_user(UserId user) const {
  const ShardId shard = shard_of(user);
  const auto [from, to] = std::equal_range(
      places_.begin(), places_.end(), Place{shard, user, 0}, [](const Place& a, const Place& b) {
        return std::pair(a.shard, a.user) < std::pair(b.shard, b.user);
      });
  return {from, to};
}

std::span<const Members::Place> Members::of_shard(ShardId shard) const {
  const auto [from, to] =
      std::equal_range(places_.begin(), places_.end(), Place{shard, {}, 0},
                       [](const Place& a, const Place& b) { return a.shard < b.shard; });
  return {from, to};
}

std::size_t Members::in_shard(ShardId shard) const {
  std::size_t users = 0;
  const Place* before = nullptr;
  for (const Place& place : of_shard(shard)) {
    if (before == nullptr || before->user != place.user) ++users;
    before = &place;
  }
  return users;
}

std::optional<std::size_t> Members::open_interval(UserId user) const {
  for (const Place& place : of_user(user))
    if (intervals_[place.interval].to == rows::open_end) return place.interval;
  return {};
}

void Members::insert_place(UserId user, std::uint32_t interval) {
  const Place place{shard_of(user), user, interval};
  places_.insert(std::lower_bound(places_.begin(), places_.end(), place), place);
}

std::size_t Members::join(UserId user, Sequence entry, NewcomersRead history) {
  HUBBUB_CHECK(!contains(user) && entry > 0);
  intervals_.push_back(
      {.user = user, .from = entry - 1, .earlier = history == NewcomersRead::all});
  insert_place(user, static_cast<std::uint32_t>(intervals_.size() - 1));
  ++count_;
  return intervals_.size() - 1;
}

std::size_t Members::join(std::span<const UserId> users, Sequence entry, NewcomersRead history) {
  HUBBUB_CHECK(entry > 0);
  const std::size_t first = intervals_.size();
  const std::size_t indexed = places_.size();
  for (const UserId user : users) {
    places_.push_back({shard_of(user), user, static_cast<std::uint32_t>(intervals_.size())});
    intervals_.push_back(
        {.user = user, .from = entry - 1, .earlier = history == NewcomersRead::all});
  }
  const auto added = places_.begin() + static_cast<std::ptrdiff_t>(indexed);
  std::sort(added, places_.end());
  std::inplace_merge(places_.begin(), added, places_.end());
  count_ += static_cast<std::uint32_t>(users.size());
  return first;
}

std::size_t Members::leave(UserId user, Sequence entry) {
  const auto at = open_interval(user);
  HUBBUB_CHECK(at.has_value());
  intervals_[*at].to = entry;
  --count_;
  return *at;
}

std::size_t Members::set_role(UserId user, Role role) {
  const auto at = open_interval(user);
  HUBBUB_CHECK(at.has_value());
  intervals_[*at].role = role;
  return *at;
}

Role Members::role(UserId user) const {
  const auto at = open_interval(user);
  HUBBUB_CHECK(at.has_value());
  return intervals_[*at].role;
}

UserId Members::successor(UserId owner) const {
  UserId oldest;
  for (const Interval& i : intervals_) {
    if (i.to != rows::open_end || i.user == owner) continue;
    if (i.role == Role::admin) return i.user;
    if (oldest == UserId{}) oldest = i.user;
  }
  return oldest;
}

void Members::restore(std::span<const Interval> intervals) {
  intervals_.insert(intervals_.end(), intervals.begin(), intervals.end());
}

void Members::index() {
  places_.clear();
  places_.reserve(intervals_.size());
  count_ = 0;
  for (std::uint32_t i = 0; i < intervals_.size(); ++i) {
    places_.push_back({shard_of(intervals_[i].user), intervals_[i].user, i});
    if (intervals_[i].to == rows::open_end) ++count_;
  }
  std::sort(places_.begin(), places_.end());
}

std::size_t Members::most_in_a_shard() const {
  std::size_t most = 0;
  std::size_t here = 0;
  ShardId shard;
  for (const Place& place : places_) {
    if (place.shard != shard) here = 0;
    shard = place.shard;
    if (intervals_[place.interval].to == rows::open_end) most = std::max(most, ++here);
  }
  return most;
}

std::vector<ShardId> Members::shards() const {
  std::vector<ShardId> shards;
  for (const Place& place : places_)
    if (shards.empty() || shards.back() != place.shard) shards.push_back(place.shard);
  return shards;
}

namespace {

/// The first sequence after `after` that is due to who was a member in `i`; open_end: none that is known
/// of yet.
Sequence next_due(const Members::Interval& i, Sequence after, const Modes& modes) {
  if (after <= i.from) return i.from + 1;
  if (after >= i.to) return rows::open_end;
  return std::min({modes.next_pushed(after + 1), modes.mentions.next(i.user, after + 1), i.to});
}

/// The last one up to `at`. REQUIRES: i.from < at.
Sequence last_due(const Members::Interval& i, Sequence at, const Modes& modes) {
  if (i.to <= at) return i.to;
  return std::max({modes.last_pushed(at), modes.mentions.last(i.user, at), i.from + 1});
}

}  // namespace

std::optional<Members::Run> Members::next_run(ShardId shard, Sequence after, Sequence head,
                                              std::vector<UserId>& recipients,
                                              const Modes& modes) const {
  const std::span<const Place> places = of_shard(shard);
  Run run{rows::open_end, head, 0};
  for (const Place& p : places)
    run.from = std::min(run.from, next_due(intervals_[p.interval], after, modes));
  if (run.from > head) return {};
  // The run ends where the shard's set of members changes, or what is pushed does.
  run.to = std::min(head, modes.pushed(run.from) ? modes.pushed_through(run.from) : run.from);
  recipients.clear();
  for (const Place& p : places) {
    const Interval& i = intervals_[p.interval];
    if (i.from >= run.from) {
      run.to = std::min(run.to, i.from);
    } else if (i.to >= run.from && next_due(i, run.from - 1, modes) == run.from) {
      recipients.push_back(i.user);
      run.to = std::min(run.to, i.to);
    }
    if (i.from + 1 < run.from) run.previous = std::max(run.previous, last_due(i, run.from - 1, modes));
  }
  return run;
}

Members::Interval Members::piece(const Place& place, Width width, Sequence head) const {
  Interval i = intervals_[place.interval];
  if (width == Width::readable && i.earlier) i.from = 0;
  i.to = std::min(i.to, head);
  return i;
}

std::optional<Members::Interval> Members::due_below(UserId user, Sequence at, Sequence head) const {
  return below(user, Width::due, at, head);
}

std::optional<Members::Interval> Members::readable_below(UserId user, Sequence at,
                                                         Sequence head) const {
  return below(user, Width::readable, at, head);
}

std::optional<Members::Interval> Members::below(UserId user, Width width, Sequence at,
                                                Sequence head) const {
  std::optional<Interval> best;
  for (const Place& p : of_user(user)) {
    const Interval i = piece(p, width, head);
    if (i.from >= std::min(at, i.to)) continue;
    // Widened ones overlap: of those that reach equally high, the longest.
    const auto highest = [&](const Interval& of) { return std::min(at, of.to); };
    if (!best || highest(i) > highest(*best) || (highest(i) == highest(*best) && i.from < best->from))
      best = i;
  }
  return best;
}

std::optional<Members::Interval> Members::readable_above(UserId user, Sequence at,
                                                         Sequence head) const {
  std::optional<Interval> best;
  for (const Place& p : of_user(user)) {
    const Interval i = piece(p, Width::readable, head);
    if (i.from >= i.to || i.to < at) continue;
    const auto lowest = [&](const Interval& of) { return std::max(at, of.from + 1); };
    if (!best || lowest(i) < lowest(*best) || (lowest(i) == lowest(*best) && i.to > best->to))
      best = i;
  }
  return best;
}

}  // namespace hubbub
