// A replicated log in memory, as plain as one can be: what the conformance suite's own checks are
// checked with. It can be broken on purpose, in one way at a time.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/limits.hpp"
#include "core/store/replicated_log.hpp"
#include "sim/engine/random.hpp"
#include "tests/core/store/log_conformance.hpp"

namespace hubbub::test {

/// What a log can get wrong.
enum class LogDefect : std::uint8_t {
  none,
  drops,                ///< what it accepted is not always there
  reorders,             ///< a page's records come in another order
  changes,              ///< a record's bytes are others after a while
  forgets_partitions,   ///< all partitions are one
  numbers_again,        ///< a position is given twice
  keeps_refused,        ///< what it refused is there
  loses_late,           ///< what ended unknown never lands
  lands_in_the_middle,  ///< what lands late lands before what was read
  leaves_a_hole,        ///< a stale reader is told that it has seen all
  overfills,            ///< a page has no bounds
  ends_early,           ///< there is more, and it does not say so
  answers_at_once,      ///< before the call returns
  answers_twice,
  never_wakes,          ///< a waiting read is answered only when its wait is over
  waits_for_ever,       ///< and one whose wait is over not at all
  trims_too_much,       ///< the record at the trim point, too
  trims_back,           ///< a later trim that trims less takes an earlier one back
  hides_trims,          ///< the log seems to begin where the reader asks
  begins_anew,          ///< a log that was trimmed whole numbers from 1 again
};
constexpr LogDefect last_of(LogDefect) { return LogDefect::begins_anew; }

class ReferenceLog final : public ReplicatedLog {
 public:
  using AppendDone = std::function<void(AppendOutcome, LogPosition)>;
  using ReadDone = std::function<void(const LogPage&)>;
  static constexpr Duration timeout = 2s;
  static constexpr Duration late_most = 10s;

  explicit ReferenceLog(LogDefect defect) : defect_(defect) {}

  // --- The port ----------------------------------------------------------------------------------
  void append(PartitionId partition, std::string_view record, AppendDone done) override {
    const bool strikes = random_.chance(0.5);
    switch (trouble_) {
      case LogTrouble::away:
        if (!strikes) return end(done, now_ + timeout, AppendOutcome::unknown, 0);
        if (is(LogDefect::keeps_refused)) land(partition, record);
        return end(done, now_, AppendOutcome::refused, 0);
      case LogTrouble::late_appends:
        if (!strikes) break;
        end(done, now_ + timeout, AppendOutcome::unknown, 0);
        return land_late(partition, record);
      case LogTrouble::lost_answers:
        if (!strikes) break;
        land(partition, record);
        return end(done, now_ + timeout, AppendOutcome::unknown, 0);
      case LogTrouble::none:
      case LogTrouble::stale_reads: break;
    }
    end(done, now_, AppendOutcome::accepted, land(partition, record));
  }

  void read(PartitionId partition, LogPosition after, Duration wait, ReadDone done) override {
    if (trouble_ == LogTrouble::away)
      return at(now_ + timeout, [done] { done({.available = false}); });
    const bool for_ever = is(LogDefect::waits_for_ever) && wait > Duration{};
    waiting_.push_back({log_of(partition), after, for_ever ? never : now_ + wait, std::move(done)});
    at(now_, [this] { answer_readers(); });
    at(now_ + wait, [this] { answer_readers(); });
  }

  void trim(PartitionId partition, LogPosition below) override {
    Log& log = logs_[log_of(partition)];
    if (is(LogDefect::trims_too_much)) ++below;
    log.first = is(LogDefect::trims_back) ? below : std::max(log.first, below);
    log.records.erase(log.records.begin(), log.records.lower_bound(log.first));
    if (is(LogDefect::begins_anew) && log.records.empty()) log.last = 0;
  }

  // --- Time and trouble ----------------------------------------------------------------------------
  void trouble(LogTrouble what) { trouble_ = what; }
  void advance(Duration by) {
    const Duration to = now_ + by;
    while (!agenda_.empty() && agenda_.begin()->first.first <= to) {
      const auto next = agenda_.extract(agenda_.begin());
      now_ = std::max(now_, next.key().first);
      next.mapped()();
    }
    now_ = to;
  }

 private:
  struct Record {
    std::string bytes;
    Duration landed;
  };
  struct Log {
    std::map<LogPosition, Record> records;
    LogPosition last = 0;
    LogPosition first = 0;  ///< what is below was trimmed
  };
  struct Reader {
    PartitionId log;
    LogPosition after;
    Duration until;
    ReadDone done;
  };
  struct Page {
    LogPage head;
    std::vector<std::pair<LogPosition, std::string>> entries;
  };

  bool is(LogDefect defect) const { return defect_ == defect; }
  PartitionId log_of(PartitionId partition) const {
    return is(LogDefect::forgets_partitions) ? PartitionId{} : partition;
  }
  /// Nothing is answered before the call returns.
  void at(Duration when, std::function<void()> what) {
    agenda_.emplace(std::pair{when, ++events_}, std::move(what));
  }
  void end(const AppendDone& done, Duration when, AppendOutcome outcome, LogPosition position) {
    if (is(LogDefect::answers_at_once)) return done(outcome, position);
    for (int i = 0; i < (is(LogDefect::answers_twice) ? 2 : 1); ++i)
      at(when, [done, outcome, position] { done(outcome, position); });
  }

  LogPosition land(PartitionId partition, std::string_view bytes) {
    Log& log = logs_[log_of(partition)];
    const bool again = is(LogDefect::numbers_again) && log.last > 0 && random_.chance(0.1);
    const bool skips = is(LogDefect::lands_in_the_middle) || random_.chance(0.1);
    if (!again) log.last += skips ? 1 + random_.below(4) : 1;
    if (!is(LogDefect::drops) || !random_.chance(0.1))
      log.records.insert_or_assign(log.last, Record{std::string(bytes), now_});
    at(now_, [this] { answer_readers(); });
    return log.last;
  }
  void land_late(PartitionId partition, std::string_view record) {
    if (is(LogDefect::loses_late)) return;
    const auto late = static_cast<std::int64_t>(random_.below(late_most / 1ms)) * 1ms;
    at(now_ + timeout + late, [this, partition, bytes = std::string(record)] {
      const LogPosition position = land(partition, bytes);
      if (is(LogDefect::lands_in_the_middle)) move_down(logs_[log_of(partition)], position);
    });
  }
  static void move_down(Log& log, LogPosition position) {
    LogPosition to = 1;
    while (log.records.contains(to)) ++to;
    auto record = log.records.extract(position);
    record.key() = to;
    log.records.insert(std::move(record));
  }

  void answer_readers() {
    std::vector<std::pair<ReadDone, Page>> answers;
    std::erase_if(waiting_, [&](Reader& reader) {
      Page page = page_for(reader);
      const bool wakes = !page.entries.empty() && !is(LogDefect::never_wakes);
      if (!wakes && now_ < reader.until) return false;
      answers.emplace_back(std::move(reader.done), std::move(page));
      return true;
    });
    for (auto& [done, page] : answers) {
      std::vector<LogEntry> entries;
      for (const auto& [position, bytes] : page.entries) entries.push_back({position, bytes});
      page.head.entries = entries;
      done(page.head);
    }
  }

  Page page_for(const Reader& reader) {
    const Log& log = logs_[reader.log];
    Page page;
    page.head.first = is(LogDefect::hides_trims) ? std::min(log.first, reader.after) : log.first;
    page.head.through = reader.after;
    const Duration seen = trouble_ == LogTrouble::stale_reads ? now_ - stale_by : now_;
    std::size_t bytes = 0;
    for (auto at = log.records.upper_bound(reader.after); at != log.records.end(); ++at) {
      const auto& [position, record] = *at;
      if (record.landed > seen) break;
      const bool full = page.entries.size() == limits::log_page_records ||
                        (bytes > 0 && bytes + record.bytes.size() > limits::log_page_bytes);
      if (full && !is(LogDefect::overfills)) {
        page.head.more = !is(LogDefect::ends_early);
        break;
      }
      bytes += record.bytes.size();
      page.entries.emplace_back(position, record.bytes);
      page.head.through = position;
    }
    spoil(page, log);
    return page;
  }
  void spoil(Page& page, const Log& log) {
    if (is(LogDefect::reorders) && page.entries.size() > 1)
      std::swap(page.entries.front(), page.entries.back());
    if (is(LogDefect::changes) && now_ > 1min)
      for (auto& [position, bytes] : page.entries) bytes.back() ^= 1;
    if (is(LogDefect::leaves_a_hole) && !page.head.more) page.head.through = log.last;
  }

  LogDefect defect_;
  LogTrouble trouble_ = LogTrouble::none;
  sim::Random random_{2026, 3, 2};
  Duration now_{};
  std::map<PartitionId, Log> logs_;
  std::vector<Reader> waiting_;
  std::uint64_t events_ = 0;
  std::map<std::pair<Duration, std::uint64_t>, std::function<void()>> agenda_;
};

class ReferenceLogWorld final : public LogWorld {
 public:
  explicit ReferenceLogWorld(LogDefect defect = LogDefect::none) : log_(defect) {}
  ReplicatedLog& log() override { return log_; }
  void pass(Duration time) override { log_.advance(time); }
  void trouble(LogTrouble what) override { log_.trouble(what); }
  Duration lateness() const override {
    return ReferenceLog::timeout + ReferenceLog::late_most;
  }

 private:
  ReferenceLog log_;
};

}  // namespace hubbub::test
