#include "sim/world/register_service.hpp"

#include <algorithm>

#include "core/place/assigner.hpp"
#include "core/place/keys.hpp"
#include "core/place/shard_map.hpp"

namespace hubbub::sim {
namespace {

constexpr std::uint32_t register_source = 3003;
/// How often a person looks whether something is closed: what went before may be counted late.
constexpr Duration look_again = 10s;

/// How far back readers may see in this scenario; nothing: they see what there is.
std::optional<Duration> shown_past(const Scenario& scenario) {
  std::optional<Duration> longest;
  for (const Fault& fault : scenario.faults) {
    if (fault.kind == FaultKind::register_stale)
      longest = std::max(longest.value_or(Duration{}), fault.by);
    if (fault.kind == FaultKind::register_split)
      longest = std::max(longest.value_or(Duration{}), fault.duration);
  }
  return longest;
}

}  // namespace

RegisterService::RegisterService(Stage& stage)
    : stage_(stage),
      answers_(stage, register_source),
      latency_(sampler(stage.scenario.registry.latency)),
      random_(stage.seed, purpose::registry, 0),
      frozen_(stage.scenario.servers.all()),
      flapping_(stage.scenario.servers.all()) {
  if (const auto longest = shown_past(stage.scenario)) {
    past_.emplace(*longest);
    remember();
  }
}

void RegisterService::set(const Asker& asker, const output::RegisterSet& set, bool heard) {
  if (!heard || is_away()) {
    const RegisterOutcome outcome = heard && random_.chance(0.5) ? RegisterOutcome::away : RegisterOutcome::unknown;
    return answers_.give(asker, stage_.now + stage_.scenario.registry.timeout,
                         input::RegisterSet{set.ticket, {outcome, 0, {}}});
  }
  ByteBuffer bytes;
  wire::encode(set, bytes);
  answers_.put(asker, stage_.now + latency(), Happening::register_set, bytes.view());
}

void RegisterService::read(const Asker& asker, const output::RegisterRead& read, bool heard) {
  if (!heard || is_away())
    return answers_.give(asker, stage_.now + stage_.scenario.registry.timeout,
                         input::RegisterRead{read.ticket, {.away = true, .whole = false, .revision = 0, .entries = {}}});
  ByteBuffer bytes;
  wire::encode(read, bytes);
  answers_.put(asker, stage_.now + latency(), Happening::register_read, bytes.view());
}

void RegisterService::set_arrives(Piece* piece) {
  catch_up();
  arena_.clear();
  const auto set = wire::decode<output::RegisterSet>(piece->view(), arena_);
  const Asker asker{piece->a, piece->b};
  register_.set(set->set, [this, asker, ticket = set->ticket](const RegisterSetDone& done) {
    answers_.give(asker, stage_.now + latency(), input::RegisterSet{ticket, done});
  });
  stage_.slab.release(piece);
  go_on();
}

void RegisterService::read_arrives(Piece* piece) {
  catch_up();
  arena_.clear();
  const auto read = wire::decode<output::RegisterRead>(piece->view(), arena_);
  const Asker asker{piece->a, piece->b};
  if (past_) {
    watchers_.push_back({asker, read->ticket, read->revision, stage_.now + read->wait});
    stage_.slab.release(piece);
    return go_on();
  }
  register_.read(read->revision, read->wait, [this, asker, ticket = read->ticket](const RegisterPage& page) {
    answers_.give(asker, stage_.now + latency(), input::RegisterRead{ticket, page});
  });
  stage_.slab.release(piece);
  go_on();
}

void RegisterService::look(RegisterView& view) {
  if (is_away()) return;
  catch_up();
  const auto show = [&view](const RegisterPage& page) { view.apply(page); };
  if (!past_) register_.read(view.revision(), {}, show);
  go_on();
  if (!past_) return;
  past_->page(view.revision(), std::max(past_->revision_at(seen()), view.revision()), show);
}

void RegisterService::wakes() {
  if (wakes_at_ != stage_.now) return;  // an earlier one took its place
  wakes_at_ = never;
  catch_up();
  if (stage_.now >= looks_at_) return reopen_closed();
  go_on();
}

void RegisterService::expire_everyone() {
  catch_up();
  register_.expire_now(keys::node_prefix);
  go_on();
}

void RegisterService::split(Duration until, const std::vector<std::uint32_t>& servers,
                            Random& random) {
  split_until_ = until;
  split_at_ = stage_.now;
  std::fill(frozen_.begin(), frozen_.end(), false);
  for (std::size_t left = servers.size() / 2; left > 0;) {
    const std::uint32_t server = servers[random.below(servers.size())];
    if (frozen_[server]) continue;
    frozen_[server] = true;
    --left;
  }
}

bool RegisterService::flap(Duration until, std::uint32_t server, Duration period) {
  Flapping& flapping = flapping_[server];
  if (stage_.now < flapping.until) return false;
  flapping = {until, stage_.now, period};
  catch_up();
  go_on();
  return true;
}

void RegisterService::heal() {
  away_until_ = stale_until_ = split_until_ = {};
  std::fill(flapping_.begin(), flapping_.end(), Flapping{});
  reopen_closed();
}

/// What a person does once everything is well again (R12).
void RegisterService::reopen_closed() {
  looks_at_ = stage_.now + look_again;
  catch_up();
  register_.read(0, {}, [this](const RegisterPage& page) {
    for (const RegisterEntry& entry : page.entries) {
      if (entry.key != keys::map) continue;
      auto map = decode_map(entry.value);
      HUBBUB_CHECK(map.has_value());
      bool any = false;
      for (std::uint16_t p = 0; p < limits::partitions; ++p) {
        if (!map->places[p].closed) continue;
        reopen(*map, PartitionId{p});
        any = true;
      }
      if (!any) return;
      ByteBuffer bytes;
      encode(*map, bytes);
      register_.set({keys::map, entry.version, bytes.view(), {}}, [](const RegisterSetDone&) {});
    }
  });
  go_on();
}

void RegisterService::take_away(std::string_view key) {
  register_.read(0, {}, [this, key](const RegisterPage& page) {
    for (const RegisterEntry& entry : page.entries)
      if (entry.key == key)
        register_.set({key, entry.version, {}, {}}, [](const RegisterSetDone&) {});
  });
  while (register_.poll()) {
  }
}

void RegisterService::flap_now() {
  for (std::uint16_t server = 0; server < flapping_.size(); ++server) {
    Flapping& flapping = flapping_[server];
    if (flapping.next > stage_.now) continue;
    take_away(keys::node(NodeId{server}));
    flapping.next += flapping.period;
    if (flapping.next >= flapping.until) flapping.next = never;
  }
}

// --- What readers see of the past ------------------------------------------------------------------

void RegisterService::remember() {
  register_.read(past_->revision(), {},
                 [this](const RegisterPage& page) { past_->add(stage_.now, page); });
  while (register_.poll()) {
  }
}

Duration RegisterService::seen() const {
  return stage_.now < stale_until_ ? stage_.now - std::min(staleness_, stage_.now) : stage_.now;
}

Duration RegisterService::seen_by(std::uint32_t node) const {
  const std::uint32_t server = node / stage_.scenario.servers.nodes;
  return stage_.now < split_until_ && frozen_[server] ? std::min(seen(), split_at_) : seen();
}

/// True if it was answered: with what is new to it, or because it waited long enough.
bool RegisterService::answer(const Watcher& watcher) {
  const std::uint64_t seen = past_->revision_at(seen_by(watcher.asker.node));
  const bool news = seen > watcher.revision;
  if (!news && stage_.now < watcher.until) return false;
  // What a reader has seen once it goes on seeing.
  past_->page(watcher.revision, std::max(seen, watcher.revision), [&](const RegisterPage& page) {
    answers_.give(watcher.asker, stage_.now + latency(), input::RegisterRead{watcher.ticket, page});
  });
  return true;
}

/// When it may be time to answer it.
Duration RegisterService::due(const Watcher& watcher) const {
  Duration due = watcher.until;
  for (const Duration end : {stale_until_, split_until_})
    if (stage_.now < end) due = std::min(due, end);
  const Duration came = past_->next_after(watcher.revision);
  if (stage_.now < stale_until_ && came != never && stage_.now < came + staleness_)
    due = std::min(due, came + staleness_);
  return due;
}

void RegisterService::catch_up() {
  if (stage_.now > register_.now()) register_.advance(stage_.now - register_.now());
}

void RegisterService::go_on() {
  flap_now();
  while (register_.poll()) {
  }
  Duration next = std::min(register_.next_deadline(), looks_at_);
  for (const Flapping& flapping : flapping_) next = std::min(next, flapping.next);
  if (past_) {
    remember();
    std::erase_if(watchers_, [this](const Watcher& watcher) { return answer(watcher); });
    for (const Watcher& watcher : watchers_) next = std::min(next, due(watcher));
  }
  if (next >= wakes_at_ || next == never) return;
  wakes_at_ = next;
  answers_.wake(next, Happening::register_wakes);
}

}  // namespace hubbub::sim
