#include "sim/world/run.hpp"

#include <fmt/format.h>

#include <cstring>

#include "core/node/quotas.hpp"
#include "core/wire/rows.hpp"
#include "sim/check/mention_checks.hpp"
#include "sim/check/push_checks.hpp"
#include "sim/check/limit_checks.hpp"
#include "sim/world/crowd.hpp"
#include "sim/world/fleet.hpp"

namespace hubbub::sim {
namespace {

constexpr std::uint32_t run_source = 3001;

/// Windows in a row in which nothing was left to do, before a run is at rest: longer than every
/// timer of a node that could still begin something by itself.
constexpr int quiet_windows = 3;

/// An interrupt is looked for once in so many events.
constexpr std::uint64_t events_per_look = 4096;

std::vector<std::string> entities(const Scenario& scenario) {
  std::vector<std::string> names;
  for (std::uint32_t n = 0; n < scenario.servers.all() * scenario.servers.nodes; ++n)
    names.push_back(fmt::format("node {}", n));
  names.insert(names.end(), {"clients", "faults"});
  return names;
}

/// What servers that can hear each other, and viewers that can hear them, may take.
PresenceBounds presence_bounds(const Scenario& scenario) {
  constexpr Duration on_the_way = 3s;
  PresencePolicy p = scenario.policy.presence;
  // Who polls is missed when a poll has been held to its end and nobody came for another.
  if (anybody_polls(scenario)) p.ttl = std::max(p.ttl, scenario.clients.polling.wait + limits::poll_ttl);
  // A safe owner waits, whatever the one that is tried here does.
  const Duration settles = PresencePolicy{}.settles;
  const Duration gone = p.ttl + p.grace + limits::presence_batch + on_the_way;
  return {.online = gone,
          .online_after_leave = limits::presence_batch + on_the_way,
          .online_disturbed = gone + settles + p.ttl,
          .blocked = on_the_way,
          .offline = p.delay + limits::presence_batch + settles + on_the_way};
}

class World {
 public:
  World(const Scenario& scenario, const RunOptions& options)
      : options_(options),
        stage_(scenario, options.seed.value_or(scenario.seed),
               options.ties ? TieRule::shuffled(*options.ties) : TieRule{}, entities(scenario)),
        fleet_(stage_),
        crowd_(stage_, fleet_),
        faults_(stage_, fleet_, crowd_) {
    source_.number = run_source;
    stage_.story = options.story;
    stage_.checker.presence().set(presence_bounds(scenario));
    stage_.checker.set_push_limit(scenario.policy.push_limit);
  }

  RunResult run() {
    fleet_.start_all();
    tell_terms();
    crowd_.start();
    faults_.start();
    stage_.agenda.put(Chain::window, Happening::phase, source_, std::uint64_t{0});
    while (!done_ && !stage_.agenda.empty()) {
      const Agenda::Next next = stage_.agenda.take();
      stage_.now = next.at;
      happen(next);
      if (++events_ % events_per_look == 0 && interrupted()) break;
    }
    return conclude();
  }

 private:
  bool interrupted() {
    return interrupted_ =
               options_.interrupt != nullptr && options_.interrupt->load(std::memory_order_relaxed);
  }

  void happen(const Agenda::Next& next);
  void window();
  void end_safety();
  bool at_rest();
  RunResult conclude();
  void tell_terms();
  void tell_rows();
  void tell_pushes();
  std::vector<std::string> stuck();

  const RunOptions& options_;
  Stage stage_;
  Fleet fleet_;
  Crowd crowd_;
  Faults faults_;
  Source source_;
  std::uint64_t events_ = 0;
  Duration safety_end_{};
  int quiet_for_ = 0;
  bool done_ = false;
  bool settled_ = false;
  bool interrupted_ = false;
};

void World::happen(const Agenda::Next& next) {
  Piece* const piece = next.piece<Piece>();
  switch (next.kind) {
    case Happening::phase:
      return window();
    case Happening::fault:
      return faults_.happens(next.low());
    case Happening::power_fails:
      return fleet_.torn_now(next.high(), next.low());
    case Happening::host_starts:
      return fleet_.host_starts(next.high(), next.low());
    case Happening::drained:
      return fleet_.drained(next.high(), next.low());
    case Happening::backup_back:
      return fleet_.put_backup_back(next.low());
    case Happening::clock_right:
      return fleet_.put_clock_right(next.low());
    case Happening::link_up:
      return fleet_.link_up(next.high(), next.low());
    case Happening::link_down:
      return fleet_.link_down(next.high(), next.low());
    case Happening::disk_done:
      return fleet_.disk_done(next.high(), next.low());
    case Happening::writeback:
      return fleet_.write_back(next.high(), next.low());
    case Happening::read_done:
      return fleet_.read_done(piece);
    case Happening::log_append:
      return fleet_.log().append_lands(piece);
    case Happening::log_read:
      return fleet_.log().read_arrives(piece);
    case Happening::log_trim:
      return fleet_.log().trim_arrives(piece);
    case Happening::log_waited:
      return fleet_.log().read_waited(piece);
    case Happening::register_set:
      return fleet_.registry().set_arrives(piece);
    case Happening::register_read:
      return fleet_.registry().read_arrives(piece);
    case Happening::register_wakes:
      return fleet_.registry().wakes();
    case Happening::answer:
      return fleet_.answer(piece);
    case Happening::step_done:
      return fleet_.step_done(next.high(), next.low());
    case Happening::node_wakes:
      return fleet_.node_wakes(next.low());
    case Happening::at_peer:
      return fleet_.at_peer(piece);
    case Happening::at_node:
      if (!fleet_.frames_arrive(piece)) crowd_.bounced(piece);
      return;
    case Happening::at_discovery:
      return crowd_.at_discovery(next.high(), next.low());
    case Happening::dial_at_node:
      return crowd_.dial_at_node(next.high(), next.low());
    case Happening::login_done:
      return fleet_.login_done(piece);
    case Happening::hang_up_at_node:
    case Happening::silence: {
      const ConnectionId id{piece->b, piece->c};
      const std::uint32_t node = piece->a;
      const auto code = static_cast<CloseCode>(piece->d);
      const bool healed = piece->flag == Crowd::by_proxy && !stage_.safety;
      Duration hears_again = never;
      if (next.kind == Happening::silence)
        std::memcpy(&hears_again, piece->data(), sizeof hears_again);
      stage_.slab.release(piece);
      if (healed) return;
      return next.kind == Happening::silence ? fleet_.silence(node, id, hears_again)
                                             : fleet_.hang_up(node, id, code);
    }
    case Happening::dialled:
      return crowd_.dialled(piece);
    case Happening::at_client:
      return crowd_.at_client(piece);
    case Happening::hang_up_at_client:
      return crowd_.hang_up_at_client(piece);
    case Happening::client_wakes:
      return crowd_.wakes(next.low());
    case Happening::client_acts:
      return crowd_.acts(next.low());
    case Happening::at_pushed:
      return crowd_.pushed(UserId{next.high()}, DeviceNumber{static_cast<std::uint16_t>(next.low())});
    case Happening::client_leaves:
      return crowd_.turns(next.high(), next.low());
  }
}

/// Once a window: closes it in the hash chain, ends phases, looks whether the run is at rest.
void World::window() {
  fleet_.put_hashes_into_chain();
  stage_.chain.close_window();
  stage_.meters.series.sample(stage_.now, static_cast<std::size_t>(SeriesColumn::pending_events),
                              static_cast<double>(stage_.agenda.size()));
  if (options_.progress)
    options_.progress({stage_.now, stage_.scenario.duration, !stage_.safety, events_,
                       stage_.meters.online, Duration{stage_.meters.ack.percentile(99)}});
  if (stage_.scenario.clients.push > 0)
    stage_.meters.pushes_owed_max =
        std::max<std::uint64_t>(stage_.meters.pushes_owed_max, fleet_.unpushed());
  if (interrupted()) {
    done_ = true;
    return;
  }
  if (stage_.safety && stage_.now >= stage_.scenario.duration) end_safety();
  if (!stage_.safety) {
    quiet_for_ = at_rest() ? quiet_for_ + 1 : 0;
    settled_ = quiet_for_ >= quiet_windows;
    done_ = settled_ || stage_.now >= safety_end_ + stage_.scenario.settle;
    if (done_) return;
  }
  stage_.agenda.put(stage_.now + Chain::window, Happening::phase, source_, std::uint64_t{0});
}

void World::end_safety() {
  stage_.safety = false;
  safety_end_ = stage_.now;
  stage_.regions.heal();
  fleet_.heal();
  crowd_.settle();
}

bool World::at_rest() {
  if (!fleet_.quiet() || !crowd_.quiet()) return false;
  for (std::uint32_t n = 0; n < fleet_.nodes(); ++n)
    if (!fleet_.owing(n).empty() || fleet_.receipts_under_way(n)) return false;
  // Where nobody watches, nobody is told.
  if (stage_.scenario.clients.watched > 0 && fleet_.untold() > 0) return false;
  return stage_.scenario.clients.push == 0 || fleet_.unpushed() == 0;
}

/// What is due to whoever is away, once all is over.
void World::tell_pushes() {
  if (stage_.scenario.clients.push == 0) return;
  PushChecks& checks = stage_.checker.pushes();
  crowd_.tell_who_is_away(checks);
  Arena arena;
  const auto each_row = [&](auto&& look) {
    fleet_.for_each_row([&](std::string_view key, std::string_view value) {
      arena.clear();
      if (const auto row = rows::parse(key, value, arena)) look(*row);
    });
  };
  each_row([&](const rows::Parsed& row) {
    if (const auto* entry = std::get_if<rows::InboxRow>(&row.row))
      checks.stored_inbox(row.device.user, row.number, entry->conversation, entry->seq());
  });
  each_row([&](const rows::Parsed& row) {
    if (const auto* message = std::get_if<rows::MessageRow>(&row.row))
      checks.stored_message(row.conversation, message->message.seq, message->message.from);
  });
  if (!interrupted_) checks.finish(stage_.now);
}

/// What the keys may ask for: each gateway may be a slice ahead.
void World::tell_terms() {
  const Scenario& s = stage_.scenario;
  std::uint32_t key = 1;
  for (const ApiKeys& group : s.clients.api_keys)
    for (std::uint32_t i = 0; i < group.keys; ++i)
      stage_.checker.quotas().may(key++, {group.quota + std::uint64_t{fleet_.nodes()} * slice_of(group.quota),
                                          s.policy.quota_window});
}

void World::tell_rows() {
  Arena arena;
  ConversationId of;
  std::vector<UserId> places;  // of its members; the rows of them come before those of their marks
  fleet_.for_each_row([&](std::string_view key, std::string_view value) {
    arena.clear();
    const auto row = rows::parse(key, value, arena);
    if (!row) return;
    if (const auto* message = std::get_if<rows::MessageRow>(&row->row)) {
      stage_.checker.stored_message(row->conversation, message->message);
    } else if (const auto* inbox = std::get_if<rows::InboxRow>(&row->row)) {
      stage_.checker.stored_inbox(row->device.user, row->number, inbox->conversation, inbox->seq());
    } else if (const auto* mention = std::get_if<rows::MentionRow>(&row->row)) {
      stage_.checker.mentions().stored_mention(
          row->device.user, {mention->number, mention->conversation, mention->seq, mention->message, mention->from});
    } else if (const auto* members = std::get_if<rows::MembersRow>(&row->row)) {
      if (of != row->conversation || row->number == 0) places.clear();
      of = row->conversation;
      for (const rows::Interval& i : members->intervals) {
        stage_.checker.stored_member(row->conversation, i.user, i.from, i.to);
        places.push_back(i.user);
      }
    } else if (const auto* marks = std::get_if<rows::MarksRow>(&row->row)) {
      if (!row->conversation.is_group())
        places = {row->conversation.first(), row->conversation.second()};
      const std::size_t from = row->number * limits::members_per_row;
      for (std::size_t i = 0; i < marks->marks.size(); ++i)
        stage_.checker.stored_mark(row->conversation, places.at(from + i),
                                   marks->marks[i].delivered, marks->marks[i].read);
    }
  });
}

std::vector<std::string> World::stuck() {
  std::vector<std::string> what;
  for (std::uint32_t n = 0; n < fleet_.nodes(); ++n)
    if (const auto owing = fleet_.owing(n); !owing.empty())
      what.push_back(fmt::format(
          "node {} still owes deliveries in {} conversations, {} among them, and knows of {}", n,
          owing.size(), to_text(owing.front()), fleet_.unconfirmed(n)));
  for (std::string& line : fleet_.unserved()) what.push_back(std::move(line));
  for (std::uint32_t n = 0; n < fleet_.nodes(); ++n)
    if (fleet_.receipts_under_way(n)) what.push_back(fmt::format("node {} has receipts under way", n));
  if (!fleet_.quiet()) what.push_back("a server is busy or down");
  for (std::string& line : crowd_.stuck()) what.push_back(std::move(line));
  return what;
}

RunResult World::conclude() {
  // Of every mailbox that is empty now: what does not obey it was measured wrongly.
  HUBBUB_CHECK(fleet_.little_holds());
  fleet_.count_pings();
  RunResult result;
  result.stuck = !settled_ && !interrupted_ ? stuck() : std::vector<std::string>{};
  result.memory = {crowd_.bytes(),
                   fleet_.connection_bytes(),
                   fleet_.store_bytes(),
                   stage_.agenda.reserved_bytes(),
                   stage_.slab.reserved_bytes(),
                   0};
  tell_rows();
  tell_pushes();
  stage_.checker.presence().finish(stage_.now, settled_);
  stage_.checker.tokens().finish(stage_.now);
  stage_.checker.quotas().finish(stage_.now);
  stage_.checker.finish(stage_.now, {true, !interrupted_});
  crowd_.tell_the_end(stage_.checker);
  for (std::uint32_t n = 0; n < fleet_.nodes(); ++n) {
    const std::uint64_t owed = fleet_.owing(n).size();
    result.owed += owed;
    stage_.checker.node_at_end(NodeId{static_cast<std::uint16_t>(n)}, owed, fleet_.queued(n));
  }
  stage_.meters.series.finish(stage_.now);
  result.memory.checker = stage_.checker.memory();
  result.seed = stage_.seed;
  result.interrupted = interrupted_;
  result.settled = settled_;
  result.safety_end = stage_.safety ? stage_.now : safety_end_;
  result.end = stage_.now;
  result.first_fault = stage_.first_fault;
  result.counters = fleet_.counters();
  result.faults = stage_.faults;
  result.invariants = stage_.checker.results();
  result.violations = stage_.checker.violations();
  result.pending = crowd_.pending();
  result.rows = fleet_.rows();
  const HostDisk::Counts disks = fleet_.disk_counts();
  result.commits = disks.commits, result.writes = disks.writes;
  if (fleet_.replicated()) {
    const LogService::Counts& log = fleet_.log().counts();
    result.log = {{"appends", log.appends},   {"counted", log.counted}, {"void", log.not_counted},
                  {"refused", log.refused},   {"unknown", log.unknown}, {"late", log.late},
                  {"stale reads", log.stale}, {"takeovers", log.takeovers}};
  }
  result.events = events_;
  result.clients = crowd_.clients();
  result.hash = stage_.chain.hash();
  result.meters = std::move(stage_.meters);
  result.chain = std::move(stage_.chain);
  return result;
}

}  // namespace

RunResult run(const Scenario& scenario, const RunOptions& options) {
  World world(scenario, options);
  return world.run();
}

}  // namespace hubbub::sim
