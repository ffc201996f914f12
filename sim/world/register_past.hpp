// What the register was at every moment not too long ago, for readers that see it as it was.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "core/place/register.hpp"

namespace hubbub::sim {

class RegisterPast {
 public:
  /// What was longer ago than `kept` is forgotten.
  explicit RegisterPast(Duration kept) : kept_(kept) {}

  /// The newest revision that is known here; 0: none.
  std::uint64_t revision() const { return steps_.empty() ? 0 : steps_.back().revision; }

  /// What changed after `revision()`, by `at`.
  void add(Duration at, const RegisterPage& page) {
    if (page.revision <= revision()) return;
    HUBBUB_CHECK(!page.away && (steps_.empty() || steps_.back().at <= at));
    Step& step = steps_.emplace_back(Step{at, page.revision, {}});
    for (const RegisterEntry& entry : page.entries)
      step.changes.push_back({std::string(entry.key), entry.version, std::string(entry.value)});
    while (steps_.size() > 1 && steps_[1].at <= at - kept_) forget_oldest();
  }

  /// The revision at `then`; never below the first that is remembered.
  std::uint64_t revision_at(Duration then) const {
    const auto later = std::ranges::upper_bound(steps_, then, {}, &Step::at);
    return later == steps_.begin() ? steps_.front().revision : std::prev(later)->revision;
  }
  /// When the revision after this one came; `never`: it has not.
  Duration next_after(std::uint64_t revision) const {
    const auto next = after(revision);
    return next == steps_.end() ? never : next->at;
  }

  /// Calls give(page) with what a reader who has `revision` lacks of `through`; valid during the
  /// call. REQUIRES: `through` is remembered, or it is `revision`.
  template <class Give>
  void page(std::uint64_t revision, std::uint64_t through, Give&& give) const {
    const bool whole = revision == 0 || revision < forgotten_;
    std::map<std::string_view, const Change*> last;
    if (whole)
      for (const auto& [key, change] : before_) last[key] = &change;
    for (auto step = after(revision); step != steps_.end() && step->revision <= through; ++step)
      for (const Change& change : step->changes) last[change.key] = &change;
    std::vector<RegisterEntry> entries;
    for (const auto& [key, change] : last)
      if (!whole || change->version != 0) entries.push_back({key, change->version, change->value});
    give(RegisterPage{.away = false, .whole = whole, .revision = through, .entries = entries});
  }

  /// Changes of the whole that are remembered one by one.
  std::size_t steps() const { return steps_.size(); }

 private:
  struct Change {
    std::string key;
    std::uint64_t version;
    std::string value;
  };
  struct Step {
    Duration at;
    std::uint64_t revision;
    std::vector<Change> changes;
  };

  std::deque<Step>::const_iterator after(std::uint64_t revision) const {
    return std::ranges::upper_bound(steps_, revision, {}, &Step::revision);
  }

  void forget_oldest() {
    forgotten_ = steps_.front().revision;
    for (Change& change : steps_.front().changes) {
      if (change.version == 0) {
        before_.erase(change.key);
      } else {
        std::string key = change.key;
        before_.insert_or_assign(std::move(key), std::move(change));
      }
    }
    steps_.pop_front();
  }

  Duration kept_;
  std::deque<Step> steps_;                ///< by time, and by revision
  std::map<std::string, Change> before_;  ///< what there was before them
  std::uint64_t forgotten_ = 0;           ///< the revision that `before_` is of
};

}  // namespace hubbub::sim
