#include "core/place/memory_register.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/limits.hpp"

namespace hubbub {

MemoryRegister::Row* MemoryRegister::find(std::string_view key) {
  const auto at = rows_.find(key);
  return at == rows_.end() ? nullptr : &at->second;
}

void MemoryRegister::set(const RegisterSet& set, std::function<void(const RegisterSetDone&)> done) {
  HUBBUB_CHECK(!set.key.empty() && set.key.size() <= limits::register_key_bytes);
  HUBBUB_CHECK(set.value.size() <= limits::register_value_bytes);
  const RegisterSetDone result = apply(set);
  due_.push_back([done = std::move(done), outcome = result.outcome, version = result.version,
                  there = std::string(result.value)] {
    done({outcome, version, there});
  });
}

RegisterSetDone MemoryRegister::apply(const RegisterSet& set) {
  const Row* found = find(set.key);
  const std::uint64_t version = found == nullptr ? 0 : found->version;
  if (version != set.version)
    return {RegisterOutcome::conflict, version,
            found == nullptr ? std::string_view() : std::string_view(found->value)};
  if (version == 0 && set.value.empty()) return {RegisterOutcome::done, 0, {}};
  const auto at = rows_.try_emplace(std::string(set.key)).first;
  Row& row = at->second;
  if (version == 0 || row.value != set.value) change(at->first, row, set.value);
  row.expires = set.ttl == Duration{} || set.value.empty() ? never : now_ + set.ttl;
  return {RegisterOutcome::done, row.version, {}};
}

void MemoryRegister::change(const std::string& key, Row& row, std::string_view value) {
  if (row.version == 0) taken_away_.erase(row.changed);
  row.changed = ++revision_;
  row.version = value.empty() ? 0 : revision_;
  row.value = value;
  if (row.version == 0) {
    row.expires = never;
    taken_away_.emplace(revision_, key);
    if (taken_away_.size() > remembered_most) forget_oldest();
  }
  end_waits();
}

void MemoryRegister::forget_oldest() {
  const auto oldest = taken_away_.begin();
  forgotten_ = oldest->first;
  rows_.erase(oldest->second);
  taken_away_.erase(oldest);
}

void MemoryRegister::forget_history() {
  while (!taken_away_.empty()) forget_oldest();
  forgotten_ = revision_;
}

void MemoryRegister::read(std::uint64_t revision, Duration wait,
                          std::function<void(const RegisterPage&)> done) {
  const Duration until = wait < never - now_ ? now_ + wait : never;
  waiting_.push_back({revision, until, std::move(done)});
  end_waits();
}

void MemoryRegister::end_waits() {
  // A reader that knows more than there is gets its answer at once, too: it says away.
  const auto waits_on = [this](const Waiting& w) {
    return w.revision == revision_ && w.until > now_;
  };
  const auto ended = std::stable_partition(waiting_.begin(), waiting_.end(), waits_on);
  for (auto w = ended; w != waiting_.end(); ++w)
    due_.push_back([this, waited = std::move(*w)] { give_page(waited); });
  waiting_.erase(ended, waiting_.end());
}

void MemoryRegister::give_page(const Waiting& to) const {
  if (to.revision > revision_) return to.done({.away = true});
  const bool whole = to.revision == 0 || to.revision < forgotten_;
  std::vector<RegisterEntry> entries;
  for (const auto& [key, row] : rows_)
    if (whole ? row.version != 0 : row.changed > to.revision)
      entries.push_back({key, row.version, row.value});
  to.done({.whole = whole, .revision = revision_, .entries = entries});
}

void MemoryRegister::advance(Duration by) {
  const Duration to = now_ + by;
  for (Duration next = next_deadline(); next <= to; next = next_deadline()) {
    now_ = std::max(now_, next);
    expire();
    end_waits();
  }
  now_ = to;
}

void MemoryRegister::expire_now(std::string_view prefix) {
  for (auto& [key, row] : rows_)
    if (key.starts_with(prefix)) row.expires = std::min(row.expires, now_);
  expire();
  end_waits();
}

void MemoryRegister::expire() {
  // Changing one may forget another.
  std::vector<std::string> expired;
  for (const auto& [key, row] : rows_)
    if (row.expires <= now_) expired.push_back(key);
  for (const std::string& key : expired) change(key, *find(key), {});
}

Duration MemoryRegister::next_deadline() const {
  Duration next = never;
  for (const auto& [key, row] : rows_) next = std::min(next, row.expires);
  for (const Waiting& w : waiting_) next = std::min(next, w.until);
  return next;
}

bool MemoryRegister::poll() {
  const bool any = !due_.empty();
  while (!due_.empty())
    for (const auto& answer : std::exchange(due_, {})) answer();
  return any;
}

}  // namespace hubbub
