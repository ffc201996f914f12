// How far a device holds its inbox (R15, R16).
//
// Between syncs a cursor is one position: `held` = `target` = `reached`. While a device that was
// far behind pages ranges, newest first, it holds everything up to `held` and what lies in
// (`reached`, `target`]; (`held`, `reached`] is still to come. When `reached` meets `held` the
// sync is done and the cursor is `target` alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "core/base/ids.hpp"

namespace hubbub {

struct Cursor {
  Incarnation incarnation{};
  Sequence held{};
  Sequence target{};
  Sequence reached{};

  static Cursor at(Incarnation incarnation, Sequence position) {
    return {incarnation, position, position, position};
  }
  /// The cursor after a frame that declared (reached, ...] of a sync from `held` to `target`.
  static Cursor during(Incarnation incarnation, Sequence held, Sequence target, Sequence reached) {
    return reached <= held ? at(incarnation, target) : Cursor{incarnation, held, target, reached};
  }
  bool in_sync() const { return reached != target; }
  bool operator==(const Cursor&) const = default;
  static auto fields(auto& s) { return std::tie(s.incarnation, s.held, s.target, s.reached); }
};

/// "5f3a-1c", or "5f3a-1c-2f-20" during a sync; hexadecimal.
std::string to_text(const Cursor& cursor);
std::optional<Cursor> parse_cursor(std::string_view text);

}  // namespace hubbub
