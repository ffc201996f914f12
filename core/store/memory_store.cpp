#include "core/store/memory_store.hpp"

#include "core/store/read_limit.hpp"

namespace hubbub {

namespace {

/// What the log of a real store puts before a write: a record's head and a batch's.
constexpr std::uint64_t write_head_bytes = 7 + 12;

/// Calls visit(row, where it ends) for each row of a batch.
template <class Visit>
void for_each_row(std::string_view batch, Visit&& visit) {
  BatchReader reader(batch);
  RowWrite row;
  while (reader.next(row)) {
    const char* end =
        row.erase ? row.key.data() + row.key.size() : row.value.data() + row.value.size();
    visit(row, static_cast<std::uint64_t>(end - batch.data()));
  }
  HUBBUB_CHECK(reader.ok());
}

}  // namespace

// --- The port ----------------------------------------------------------------------------------

Result<void> MemoryStore::write(std::span<const std::string_view> batches, Sync sync) {
  if (sync == Sync::yes) {
    if (auto begun = begin_write(batches); !begun) return begun;
    return finish_write();
  }
  if (auto accepted = accept_write(); !accepted) return accepted;
  const std::uint64_t write_end = log_bytes_ + log_size(batches);
  std::uint64_t at = log_bytes_ + write_head_bytes;
  for (const std::string_view batch : batches) {
    apply_unsynced(batch, at, write_end);
    at += batch.size();
  }
  log_bytes_ = write_end;
  return {};
}

Result<bool> MemoryStore::read(const ReadRange& range, ByteBuffer& rows) {
  HUBBUB_CHECK(open_);
  LimitedRows limited(range, rows);
  const auto take = [&](std::string_view key, std::string_view value) {
    return limited.take(key, value);
  };
  if (range.reverse) {
    table_.descend(range.from, range.to, take);
  } else {
    table_.ascend(range.from, range.to, take);
  }
  return limited.more();
}

Result<void> MemoryStore::begin_write(std::span<const std::string_view> batches) {
  if (auto accepted = accept_write(); !accepted) return accepted;
  pending_.clear();
  for (const std::string_view batch : batches) pending_.append(batch);
  log_bytes_ += log_size(batches);
  writing_ = true;
  return {};
}

Result<void> MemoryStore::finish_write() {
  HUBBUB_CHECK(open_ && writing_);
  if (sync_fails_) return fail();
  for_each_row(pending_.view(), [this](const RowWrite& row, std::uint64_t) {
    if (!left_behind_.empty()) left_behind_.erase(std::string(row.key));
    apply(row);
  });
  all_durable();
  return {};
}

Result<void> MemoryStore::sync() {
  HUBBUB_CHECK(open_ && !writing_);
  if (sync_fails_) return fail();
  all_durable();
  return {};
}

Result<void> MemoryStore::accept_write() const {
  HUBBUB_CHECK(open_ && !writing_);
  if (refuses_)
    return failure(
        "the store takes no writes since a sync failed: what it holds is unknown until "
        "it is opened again");
  return {};
}

std::uint64_t MemoryStore::log_size(std::span<const std::string_view> batches) const {
  std::uint64_t size = write_head_bytes;
  for (const std::string_view batch : batches) size += batch.size();
  return size;
}

void MemoryStore::apply(const RowWrite& row) {
  if (row.erase) {
    table_.erase(row.key);
  } else {
    table_.put(row.key, row.value);
  }
}

void MemoryStore::apply_unsynced(std::string_view batch, std::uint64_t log_at,
                                 std::uint64_t write_end) {
  BatchWriter undo(undo_rows_);
  for_each_row(batch, [&](const RowWrite& row, std::uint64_t row_end) {
    undo_.push_back({log_at + row_end, write_end, undo_rows_.size()});
    if (const auto before = table_.find(row.key)) {
      undo.put(row.key, *before);
    } else {
      undo.erase(row.key);
    }
    apply(row);
  });
}

// --- What becomes durable, and what does not ---------------------------------------------------

void MemoryStore::forget_log() {
  undo_.clear();
  undo_rows_.clear();
  log_bytes_ = 0;
  writing_ = false;
  pending_.clear();
}

void MemoryStore::all_durable() {
  if (!left_behind_.empty()) {
    for (const Undo& undo : undo_) {
      RowWrite row;
      BatchReader(undo_rows_.view().substr(undo.row_at)).next(row);
      left_behind_.erase(std::string(row.key));
    }
  }
  forget_log();
}

/// The sync failed: what it should have written can be read until it is gone.
Result<void> MemoryStore::fail() {
  sync_fails_ = false;
  refuses_ = after_failure_ == UnknownCommitPolicy::exit;
  if (writing_) apply_unsynced(pending_.view(), 0, 0);
  leave_behind();
  return failure("the disk could not sync: whether the last write is kept is unknown");
}

void MemoryStore::leave_behind() {
  // Of several writes to a row the oldest one's `before` is what is durable.
  for (const Undo& undo : undo_) {
    RowWrite row;
    BatchReader(undo_rows_.view().substr(undo.row_at)).next(row);
    left_behind_.try_emplace(std::string(row.key),
                             row.erase ? std::optional<std::string>() : std::string(row.value));
  }
  forget_log();
}

// --- Faults ------------------------------------------------------------------------------------

void MemoryStore::process_crash(Unfinished unfinished) {
  HUBBUB_CHECK(open_);
  open_ = false;
  if (unfinished == Unfinished::lost) {
    if (writing_) log_bytes_ -= pending_.size() + write_head_bytes;
    writing_ = false;
    pending_.clear();
    // Rows written since, but never synced, go with the pages below them.
    if (!left_behind_.empty()) power_loss();
  }
}

void MemoryStore::power_loss_torn(std::uint64_t choice, TornWritePolicy policy) {
  open_ = false;
  const std::uint64_t kept_bytes = choice % (log_bytes_ + 1);
  take_back(kept_bytes, policy);
  // In the log's order the write under way comes last: it is there only if all before it is.
  if (writing_) apply_pending(kept_bytes, policy);
  for (const auto& [key, durable] : left_behind_)
    apply({!durable.has_value(), key, durable ? std::string_view(*durable) : std::string_view()});
  left_behind_.clear();
  forget_log();
}

void MemoryStore::take_back(std::uint64_t kept_bytes, TornWritePolicy policy) {
  while (!undo_.empty()) {
    const Undo& last = undo_.back();
    if ((policy == TornWritePolicy::cut ? last.write_end : last.row_end) <= kept_bytes) break;
    RowWrite row;
    BatchReader(undo_rows_.view().substr(last.row_at)).next(row);
    apply(row);
    undo_.pop_back();
  }
  // What is left has reached the disk.
  for (const Undo& kept : undo_) {
    RowWrite row;
    BatchReader(undo_rows_.view().substr(kept.row_at)).next(row);
    if (!left_behind_.empty()) left_behind_.erase(std::string(row.key));
  }
}

void MemoryStore::apply_pending(std::uint64_t kept_bytes, TornWritePolicy policy) {
  if (policy == TornWritePolicy::cut && kept_bytes < log_bytes_) return;
  const std::uint64_t rows_at = log_bytes_ - pending_.size();
  for_each_row(pending_.view(), [&](const RowWrite& row, std::uint64_t row_end) {
    if (rows_at + row_end > kept_bytes) return;
    if (!left_behind_.empty()) left_behind_.erase(std::string(row.key));
    apply(row);
  });
}

void MemoryStore::reopen() {
  if (writing_) {
    for_each_row(pending_.view(), [this](const RowWrite& row, std::uint64_t) { apply(row); });
  }
  left_behind_.clear();
  forget_log();
  open_ = true;
  refuses_ = false;
  sync_fails_ = false;
}

std::size_t MemoryStore::bytes() const {
  return table_.bytes() + undo_.capacity() * sizeof(Undo) + undo_rows_.size() + pending_.size();
}

}  // namespace hubbub
