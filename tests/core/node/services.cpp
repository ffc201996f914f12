#include "tests/core/node/services.hpp"

#include <algorithm>
#include <utility>

#include "core/place/keys.hpp"

namespace hubbub::test {

void Services::carry_out(NodeId node, const Outbox& out) {
  for (const auto& a : out.appends) {
    const Append asked{asker(node), a.partition, a.ticket, std::string(a.record)};
    if (log_held_[node.value])
      held_.push_back(asked);
    else
      append(asked);
  }
  for (const auto& wanted : out.log_reads)
    reading_.push_back({asker(node), wanted, register_.now() + wanted.wait});
  for (const auto& trim : out.log_trims) {
    Log& log = logs_[trim.partition.value];
    log.first = std::max(log.first, trim.below);
  }
  for (const auto& s : out.register_sets) set(node, s);
  for (const auto& r : out.register_reads) read(node, r);
}

// --- Logs --------------------------------------------------------------------------------------------

void Services::append(const Append& a) {
  Log& log = logs_[a.log.value];
  const Fate fate = fate_of(a);
  if (fate == Fate::late) log.late.push_back(a.record);
  LogPosition position = 0;
  if (fate == Fate::accepted || fate == Fate::unheard) position = keep(log, a.record);
  const AppendOutcome outcome = fate == Fate::accepted  ? AppendOutcome::accepted
                                : fate == Fate::refused ? AppendOutcome::refused
                                                        : AppendOutcome::unknown;
  if (outcome != AppendOutcome::accepted) position = 0;
  give(a.from, input::Appended{a.log, a.ticket, outcome, position});
}

Services::Fate Services::fate_of(const Append& a) {
  std::deque<Fate>& fates = logs_[a.log.value].fates;
  if (fates.empty()) return Fate::accepted;
  const Fate fate = fates.front();
  fates.pop_front();
  return fate;
}

LogPosition Services::keep(Log& log, std::string_view record) {
  Arena arena;
  const LogPosition position = ++log.last;
  const Standing standing = follow(log.head, position, record, decode_record(record, arena));
  log.entries.push_back({position, std::string(record), standing});
  return position;
}

void Services::land_late(PartitionId id) {
  Log& log = logs_[id.value];
  for (const std::string& record : std::exchange(log.late, {})) keep(log, record);
}

void Services::release_log(NodeId node) {
  log_held_[node.value] = false;
  std::vector<Append> others;
  for (const Append& a : std::exchange(held_, {})) {
    if (a.from.node == node)
      append(a);
    else
      others.push_back(a);
  }
  held_.insert(held_.begin(), others.begin(), others.end());
}

/// False: it goes on waiting.
bool Services::answer(const Read& read) {
  const Asker& from = read.from;
  if (life_[from.node.value] != from.life) return true;
  if (log_held_[from.node.value]) return false;
  const Log& log = logs_[read.wanted.partition.value];
  LogPage page{.available = true, .first = log.first, .through = read.wanted.after};
  std::vector<LogEntry> found;
  for (const Entry& entry : log.entries) {
    if (entry.position <= read.wanted.after || entry.position < log.first) continue;
    page.more = found.size() == limits::log_page_records;
    if (page.more) break;
    found.push_back({entry.position, entry.bytes});
    page.through = entry.position;
  }
  if (page.available && found.empty() && read.until > register_.now()) return false;
  page.entries = found;
  give(from, input::LogRead{read.wanted.partition, read.wanted.ticket, page});
  return true;
}

// --- The register ------------------------------------------------------------------------------------

void Services::set(NodeId node, const output::RegisterSet& s) {
  if (register_lost_[node.value])
    return give(asker(node), input::RegisterSet{s.ticket, {RegisterOutcome::away, 0, {}}});
  auto wanted = s.set.key == keys::map ? decode_map(s.set.value) : std::nullopt;
  register_.set(s.set, [this, to = asker(node), ticket = s.ticket, wanted](const RegisterSetDone& done) {
    if (wanted && done.outcome == RegisterOutcome::done) map_ = *wanted;
    give(to, input::RegisterSet{ticket, done});
  });
}

void Services::read(NodeId node, const output::RegisterRead& r) {
  const auto done = [this, to = asker(node), ticket = r.ticket](const RegisterPage& page) {
    const bool lost = register_lost_[to.node.value];
    give(to, input::RegisterRead{ticket, lost ? RegisterPage{.away = true} : page});
  };
  if (register_lost_[node.value]) return done({});
  register_.read(r.revision, r.wait, done);
}

// --- Time --------------------------------------------------------------------------------------------

bool Services::poll(Duration now) {
  register_.advance(now - register_.now());
  const bool any = register_.poll();
  return std::erase_if(reading_, [this](const Read& read) { return answer(read); }) > 0 || any;
}

Duration Services::next_deadline() const {
  Duration next = register_.next_deadline();
  for (const Read& read : reading_)
    if (!log_held_[read.from.node.value]) next = std::min(next, read.until);
  return next;
}

}  // namespace hubbub::test
