// What people may do and see of each other: roles and settings of groups, and who sees whom.
#pragma once

#include <cstdint>
#include <tuple>

namespace hubbub {

/// Of a member; each may do what those before it may. A group has one owner while it has members.
enum class Role : std::uint8_t { member, admin, owner };
constexpr Role last_of(Role) { return Role::owner; }

/// Who adds members and gives a group its name. All else is its admins' and its owner's.
enum class ChangedBy : std::uint8_t { everyone, admins };
constexpr ChangedBy last_of(ChangedBy) { return ChangedBy::admins; }

/// What who joins may read of a group: what is said from then on, or what was said before, too. It
/// goes by what is set when they join; nothing that somebody may read is taken back.
enum class NewcomersRead : std::uint8_t { from_joining, all };
constexpr NewcomersRead last_of(NewcomersRead) { return NewcomersRead::all; }

struct GroupSettings {
  ChangedBy changes{};
  NewcomersRead history{};
  bool operator==(const GroupSettings&) const = default;
  static auto fields(auto& s) { return std::tie(s.changes, s.history); }
};

/// Who is told that a user is there: all but those they have blocked, or of these only contacts.
enum class VisibleTo : std::uint8_t { everyone, contacts };
constexpr VisibleTo last_of(VisibleTo) { return VisibleTo::contacts; }

}  // namespace hubbub
