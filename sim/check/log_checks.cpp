#include "sim/check/log_checks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hubbub::sim {
namespace {

/// What R21 promises, on the clock of whoever was replaced.
constexpr Duration speaks_at_most = 5s;

std::string to_text(const LogHead& head) {
  if (head.position == 0) return "nothing";
  return fmt::format("position {} ({:016x}), in epoch {} of node {}{}", head.position, head.hash,
                     head.epoch, head.owner.value, head.released ? ", its last word" : "");
}

}  // namespace

LogChecks::Log& LogChecks::log(PartitionId partition) {
  if (partition.value >= logs_.size()) logs_.resize(std::size_t{partition.value} + 1);
  return logs_[partition.value];
}

LogChecks::Tenure* LogChecks::latest(Log& log, NodeId node) {
  const auto found = std::find_if(log.tenures.rbegin(), log.tenures.rend(),
                                  [node](const Tenure& t) { return t.owner == node; });
  return found == log.tenures.rend() ? nullptr : &*found;
}

// --- Who wrote -----------------------------------------------------------------------------------

bool LogChecks::counts(const Log& log, LogPosition position, const LogRecord& record) {
  const bool takes_over = record.kind == RecordKind::takeover;
  if (log.records.empty())
    return takes_over && record.epoch == 1 && record.previous == 0 && record.previous_hash == 0;
  const Counted& last = log.records.back();
  const Tenure& tenure = log.tenures[last.tenure];
  const bool chained = record.previous == last.position && record.previous_hash == last.hash &&
                       position > last.position;
  const bool by_owner =
      record.epoch == tenure.epoch && record.author == tenure.owner && !last.last_word;
  return chained && (takes_over ? record.epoch == tenure.epoch + 1 : by_owner);
}

LogHead LogChecks::head(const Log& log, const Counted& at) {
  const Tenure& tenure = log.tenures[at.tenure];
  return {at.position,  at.hash,            tenure.epoch,
          tenure.owner, tenure.map_version, at.last_word};
}

NodeId LogChecks::landed(Duration now, PartitionId partition, LogPosition position,
                         std::string_view bytes, const LogHead& said) {
  Log& log = this->log(partition);
  NodeId replaced = nobody;
  arena_.clear();
  const auto record = decode_record(bytes, arena_);
  if (record && record->form == form_of(record->kind) && counts(log, position, *record)) {
    if (record->kind == RecordKind::takeover) {
      // A node's next life is nobody else's.
      if (!log.tenures.empty() && log.tenures.back().owner != record->author)
        replaced = log.tenures.back().owner;
      log.tenures.push_back({record->epoch, record->map_version, record->author});
    }
    log.records.push_back({position, hash_bytes(bytes),
                           static_cast<std::uint32_t>(log.tenures.size() - 1),
                           record->kind == RecordKind::released});
  }
  const LogHead mine = log.records.empty() ? LogHead{} : head(log, log.records.back());
  ledger_.compared(Invariant::one_writer);
  if (said != mine) {
    ledger_.violated(Invariant::one_writer, now, {}, [&] {
      return fmt::format("the log of partition {} stands at {}; by its records it is at {}",
                         partition.value, to_text(said), to_text(mine));
    });
  }
  return replaced;
}

void LogChecks::lost_after(PartitionId partition, LogPosition last) {
  Log& log = this->log(partition);
  std::erase_if(log.records, [last](const Counted& c) { return c.position > last; });
  log.tenures.resize(log.records.empty() ? 0 : log.records.back().tenure + std::size_t{1});
  if (!log.tenures.empty()) log.tenures.back().replaced = never;
}

void LogChecks::followed(Duration now, NodeId node, PartitionId partition, const LogHead& at) {
  const Log& log = this->log(partition);
  ledger_.compared(Invariant::one_writer);
  const auto found = std::ranges::lower_bound(log.records, at.position, {}, &Counted::position);
  const bool there = found != log.records.end() && found->position == at.position;
  if (there ? head(log, *found) == at : at == LogHead{}) return;
  ledger_.violated(Invariant::one_writer, now, {}, [&] {
    return fmt::format("node {} goes by the log of partition {} as if it stood at {}; {}",
                       node.value, partition.value, to_text(at),
                       there ? "what counts there is " + to_text(head(log, *found))
                             : std::string("no record counts there"));
  });
}

void LogChecks::owns(Duration now, NodeId node, PartitionId partition, PartitionEpoch epoch) {
  const Log& log = this->log(partition);
  ledger_.compared(Invariant::one_writer);
  const auto found = std::ranges::lower_bound(log.tenures, epoch, {}, &Tenure::epoch);
  if (found != log.tenures.end() && found->epoch == epoch && found->owner == node) return;
  ledger_.violated(Invariant::one_writer, now, {}, [&] {
    return fmt::format("node {} says that it owns partition {} in epoch {}, which {}", node.value,
                       partition.value, epoch,
                       found != log.tenures.end() && found->epoch == epoch
                           ? fmt::format("is node {}'s", found->owner.value)
                           : "nobody began");
  });
}

// --- Who spoke -----------------------------------------------------------------------------------

void LogChecks::replaced(PartitionId partition, NodeId owner, Duration clock) {
  if (Tenure* tenure = latest(log(partition), owner)) tenure->replaced = clock;
}

void LogChecks::asked(NodeId node, PartitionId partition, NodeId whom) {
  Tenure* const mine = latest(log(partition), node);
  if (mine != nullptr && whom != node) mine->passes_on = true;
}

void LogChecks::spoke(Duration now, NodeId node, PartitionId partition, Duration clock,
                      bool to_client, std::string_view what) {
  Log& log = this->log(partition);
  const Tenure* const tenure = latest(log, node);
  // What goes to a client may be another node's word, passed on: it is this node's own only from
  // when it took the partition over until it goes to another with what clients ask; whoever that is
  // may own the partition by the time it answers.
  if (to_client && (tenure == nullptr || tenure->passes_on)) return;
  ledger_.compared(Invariant::stale_bound);
  if (tenure == nullptr) {
    ledger_.violated(Invariant::stale_bound, now, {}, [&] {
      return fmt::format("node {} sent {} for partition {}, which it never took over", node.value,
                         what, partition.value);
    });
  } else if (tenure->replaced != never && clock - tenure->replaced > speaks_at_most) {
    ledger_.violated(Invariant::stale_bound, now, {}, [&] {
      return fmt::format(
          "node {} sent {} for partition {} {:.3f} s of its own time after it was replaced there, "
          "in epoch {}",
          node.value, what, partition.value,
          std::chrono::duration<double>(clock - tenure->replaced).count(), tenure->epoch);
    });
  }
}

std::size_t LogChecks::memory() const {
  std::size_t sum = logs_.capacity() * sizeof(Log);
  for (const Log& log : logs_)
    sum += log.records.capacity() * sizeof(Counted) + log.tenures.capacity() * sizeof(Tenure);
  return sum;
}

}  // namespace hubbub::sim
