#include "sim/world/log_service.hpp"

#include <algorithm>

namespace hubbub::sim {
namespace {

constexpr std::uint32_t log_source = 3002;

/// Positions skip this often, by up to three: engines count their own records, too.
constexpr double skips = 0.05;

}  // namespace

LogService::LogService(Stage& stage, std::function<Duration(NodeId)> clock)
    : stage_(stage),
      clock_(std::move(clock)),
      answers_(stage, log_source),
      latency_(sampler(stage.scenario.log.append)),
      random_(stage.seed, purpose::log, 0) {}

Duration LogService::latency() {
  const double factor = stage_.now < slow_.until ? slow_.share : 1;
  const auto drawn = static_cast<double>(draw(latency_, random_).count());
  return Duration{static_cast<std::int64_t>(drawn * factor / 2)};
}

// --- Appends ---------------------------------------------------------------------------------------

void LogService::append(const Asker& asker, const output::Append& append, bool heard) {
  ++counts_.appends;
  const Duration timeout = stage_.now + stage_.scenario.log.timeout;
  const auto ends = [&](AppendOutcome outcome, Duration at) {
    ++(outcome == AppendOutcome::unknown ? counts_.unknown : counts_.refused);
    answers_.give(asker, at, input::Appended{append.partition, append.ticket, outcome, {}});
  };
  if (!heard) return ends(AppendOutcome::unknown, timeout);
  if (stage_.now < away_until_)
    return random_.chance(0.5) ? ends(AppendOutcome::refused, stage_.now + latency())
                               : ends(AppendOutcome::unknown, timeout);
  ByteBuffer bytes;
  wire::encode(append, bytes);
  Duration lands = std::max(stage_.now + latency(), stalled_until_);
  bool answered = true;
  if (strikes(late_)) {
    ++counts_.late;
    const auto most = static_cast<std::uint64_t>(stage_.scenario.log.late_most.count());
    lands = timeout + Duration{static_cast<std::int64_t>(random_.below(most + 1))};
  }
  if (lands >= timeout || strikes(lost_)) {
    answered = false;
    ends(AppendOutcome::unknown, timeout);
  }
  Piece* piece = answers_.put(asker, lands, Happening::log_append, bytes.view());
  piece->flag = answered ? 1 : 0;
}

void LogService::append_lands(Piece* piece) {
  arena_.clear();
  const auto append = wire::decode<output::Append>(piece->view(), arena_);
  Log& log = logs_[append->partition.value];
  log.last += random_.chance(skips) ? 1 + random_.below(3) : 1;
  log.entries.push_back({log.last, stage_.now, std::string(append->record)});
  count(log, log.entries.back());
  judge(append->partition, log);
  if (piece->flag != 0)
    answers_.give({piece->a, piece->b}, stage_.now + latency(),
                  input::Appended{append->partition, append->ticket, AppendOutcome::accepted, log.last});
  stage_.slab.release(piece);
  std::erase_if(log.waiting, [this](Piece* read) { return answer_read(read, false); });
}

Standing LogService::apply(const Entry& entry, LogHead& head, MemoryStore& rows,
                           std::optional<LogRecord>& record) {
  records_.clear();
  record = decode_record(entry.bytes, records_);
  const Standing standing = follow(head, entry.position, entry.bytes, record);
  if (standing == Standing::counts) write(rows, writes(*record));
  return standing;
}

/// What lands for the first time.
void LogService::count(Log& log, const Entry& entry) {
  const LogHead before = log.head;
  std::optional<LogRecord> record;
  if (apply(entry, log.head, *truth_, record) != Standing::counts) {
    ++counts_.not_counted;
    const bool lost_race = record && record->kind == RecordKind::takeover &&
                           record->author != before.owner && record->epoch == before.epoch;
    if (lost_race) ++stage_.meters.races;
    return;
  }
  ++counts_.counted;
  if (record->kind == RecordKind::takeover) {
    ++counts_.takeovers;
    stage_.presence_disturbed(Duration{0});
    measure(log, before);
  }
  log.last_counted = entry.landed;
}

void LogService::write(MemoryStore& store, std::string_view rows) {
  if (!rows.empty()) HUBBUB_CHECK(store.write({&rows, 1}, Sync::yes).has_value());
}

/// The checkers read the log by themselves (`one-writer`), and know since when an owner is none
/// (`stale-bound`).
void LogService::judge(PartitionId partition, const Log& log) {
  const Entry& entry = log.entries.back();
  const NodeId replaced =
      stage_.checker.landed(stage_.now, partition, entry.position, entry.bytes, log.head);
  if (replaced != nobody) stage_.checker.replaced(partition, replaced, clock_(replaced));
}

/// How long nobody served it: since its owner's last word, or the end of its owner's process. Of an
/// owner that was only cut off nobody can say.
void LogService::measure(const Log& log, const LogHead& before) {
  if (stage_.now < stage_.scenario.warm_up || before.epoch == 0) return;
  ++stage_.meters.moves;
  const Duration ended = before.released ? log.last_counted : ended_at_[before.owner.value];
  if (ended < log.last_counted) return;
  stage_.meters.takeover.record((stage_.now - ended).count());
  stage_.meters.unowned[static_cast<std::size_t>(&log - logs_.data())] = {ended, stage_.now};
}

void LogService::lose_power() {
  constexpr Duration unsynced = 1s;
  if (!loses_with_power()) return;
  truth_ = std::make_unique<MemoryStore>();
  base_.for_each([this](std::string_view key, std::string_view value) {
    rows_.clear();
    BatchWriter(rows_).put(key, value);
    write(*truth_, rows_.view());
  });
  for (std::uint16_t p = 0; p < limits::partitions; ++p) {
    Log& log = logs_[p];
    std::erase_if(log.entries, [&](const Entry& e) { return e.landed > stage_.now - unsynced; });
    log.head = log.trimmed;
    std::optional<LogRecord> record;
    for (const Entry& entry : log.entries)
      if (apply(entry, log.head, *truth_, record) == Standing::counts)
        log.last_counted = entry.landed;
    stage_.checker.lost_after(
        PartitionId{p}, log.entries.empty() ? log.trimmed.position : log.entries.back().position);
  }
}

// --- Trimming ----------------------------------------------------------------------------------------

void LogService::trim(const Asker& asker, const output::LogTrim& trim, bool heard) {
  if (!heard || stage_.now < away_until_) return;
  ByteBuffer bytes;
  wire::encode(trim, bytes);
  answers_.put(asker, std::max(stage_.now + latency(), stalled_until_), Happening::log_trim, bytes.view());
}

void LogService::trim_arrives(Piece* piece) {
  arena_.clear();
  const auto trim = wire::decode<output::LogTrim>(piece->view(), arena_);
  stage_.slab.release(piece);
  Log& log = logs_[trim->partition.value];
  if (trim->below <= log.first) return;
  log.first = trim->below;
  const auto kept = std::partition_point(log.entries.begin(), log.entries.end(),
                                         [&](const Entry& e) { return e.position < log.first; });
  std::optional<LogRecord> record;
  for (auto at = log.entries.begin(); at != kept && loses_with_power(); ++at)
    (void)apply(*at, log.trimmed, base_, record);
  log.entries.erase(log.entries.begin(), kept);
}

// --- Reads -----------------------------------------------------------------------------------------

void LogService::read(const Asker& asker, const output::LogRead& read, bool heard) {
  if (!heard || stage_.now < away_until_)
    return answers_.give(asker, stage_.now + stage_.scenario.log.timeout,
                         input::LogRead{read.partition, read.ticket, {.available = false, .first = {}, .through = {}, .more = false, .entries = {}}});
  ByteBuffer bytes;
  wire::encode(read, bytes);
  answers_.put(asker, std::max(stage_.now + latency(), stalled_until_), Happening::log_read,
               bytes.view());
}

void LogService::read_arrives(Piece* piece) {
  arena_.clear();
  const auto read = wire::decode<output::LogRead>(piece->view(), arena_);
  if (answer_read(piece, read->wait == Duration{})) return stage_.slab.release(piece);
  logs_[read->partition.value].waiting.push_back(piece);
  answers_.again(piece, stage_.now + read->wait, Happening::log_waited);
}

/// It waited long enough. Answered meanwhile, it is only to be let go.
void LogService::read_waited(Piece* piece) {
  if (piece->flag == 0) {
    arena_.clear();
    const auto read = wire::decode<output::LogRead>(piece->view(), arena_);
    std::erase(logs_[read->partition.value].waiting, piece);
    answer_read(piece, true);
  }
  stage_.slab.release(piece);
}

/// True if it was answered, and `flag` says so: one that waits is let go when its wait is over.
bool LogService::answer_read(Piece* piece, bool even_if_empty) {
  Arena arena;
  const auto read = wire::decode<output::LogRead>(piece->view(), arena);
  const Log& log = logs_[read->partition.value];
  const bool stale = stage_.now < stale_until_;
  const Duration seen = stale ? stage_.now - staleness_ : stage_.now;
  if (stale) ++counts_.stale;
  page_.clear();
  LogPage page{.available = true, .first = log.first, .through = read->after, .more = false, .entries = {}};
  std::size_t bytes = 0;
  const auto first = std::partition_point(log.entries.begin(), log.entries.end(), [&](const Entry& e) {
    return e.position <= read->after;
  });
  for (auto at = first; at != log.entries.end() && at->landed <= seen; ++at) {
    if (page_.size() == limits::log_page_records ||
        (bytes > 0 && bytes + at->bytes.size() > limits::log_page_bytes)) {
      page.more = true;
      break;
    }
    bytes += at->bytes.size();
    page_.push_back({at->position, at->bytes});
    page.through = at->position;
  }
  if (page_.empty() && !even_if_empty) return false;
  page.entries = page_;
  answers_.give({piece->a, piece->b}, stage_.now + latency(),
                input::LogRead{read->partition, read->ticket, page});
  piece->flag = 1;
  return true;
}

void LogService::heal() {
  slow_ = lost_ = late_ = {};
  away_until_ = stale_until_ = {};
  stalled_until_ = std::min(stalled_until_, stage_.now);
}

}  // namespace hubbub::sim
