// The words of what people may do and see of each other (people.hpp), as JSON has them.
#pragma once

#include <array>
#include <string_view>

#include "core/wire/json_writer.hpp"
#include "core/wire/people.hpp"

namespace hubbub::json {

// By the enumerations' values.
inline constexpr std::array<std::string_view, 3> roles = {"member", "admin", "owner"};
inline constexpr std::array<std::string_view, 2> changed_by = {"everyone", "admins"};
inline constexpr std::array<std::string_view, 2> newcomers_read = {"from_joining", "all"};
inline constexpr std::array<std::string_view, 2> visible_to = {"everyone", "contacts"};

inline void write_settings(const GroupSettings& settings, ObjectWriter& out) {
  out.word("changes", changed_by[static_cast<std::size_t>(settings.changes)]);
  out.word("history", newcomers_read[static_cast<std::size_t>(settings.history)]);
}

}  // namespace hubbub::json
