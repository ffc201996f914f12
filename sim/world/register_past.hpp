// What the register was at every moment, for readers that see it as it was.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/check.hpp"
#include "core/place/register.hpp"

namespace hubbub::sim {

class RegisterPast {
 public:
  /// The newest revision that is known here; 0: none.
  std::uint64_t revision() const { return steps_.empty() ? 0 : steps_.back().revision; }

  /// What changed after `revision()`, by `at`.
  void add(Duration at, const RegisterPage& page) {
    if (page.revision <= revision()) return;
    HUBBUB_CHECK(!page.away && (steps_.empty() || steps_.back().at <= at));
    Step& step = steps_.emplace_back(Step{at, page.revision, {}});
    for (const RegisterEntry& entry : page.entries)
      step.changes.push_back({std::string(entry.key), entry.version, std::string(entry.value)});
  }

  /// The revision at `then`; never below the first.
  std::uint64_t revision_at(Duration then) const {
    std::uint64_t revision = steps_.front().revision;
    for (const Step& step : steps_)
      if (step.at <= then) revision = step.revision;
    return revision;
  }
  /// When the revision after this one came; `never`: it has not.
  Duration next_after(std::uint64_t revision) const {
    for (const Step& step : steps_)
      if (step.revision > revision) return step.at;
    return never;
  }

  /// Calls give(page) with what a reader who has `revision` lacks of `through`; valid during the call.
  template <class Give>
  void page(std::uint64_t revision, std::uint64_t through, Give&& give) const {
    const bool whole = revision == 0;
    std::map<std::string_view, const Change*> last;
    for (const Step& step : steps_)
      if (step.revision > revision && step.revision <= through)
        for (const Change& change : step.changes) last[change.key] = &change;
    std::vector<RegisterEntry> entries;
    for (const auto& [key, change] : last)
      if (!whole || change->version != 0) entries.push_back({key, change->version, change->value});
    give(RegisterPage{.away = false, .whole = whole, .revision = through, .entries = entries});
  }

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
  std::vector<Step> steps_;  ///< by time, and by revision
};

}  // namespace hubbub::sim
