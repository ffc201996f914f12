// Who may change what of a group, as the group's own entries tell it. It is about one group at a
// time, whose entries come in the order of their sequences.
//
// Whoever makes a group owns it. Its admins and its owner add, remove, rename, promote and demote;
// everyone adds and renames where that is set. Nobody removes or demotes the owner, who hands the
// group over, or leaves it to the admin who joined first, else to the member who did.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>
#include <string_view>

#include "core/wire/message.hpp"

namespace hubbub::sim {

class Rights {
 public:
  /// Takes the next entry. Gives what is wrong with it; nothing if its author had the right.
  std::optional<std::string_view> take(const Message& entry);
  /// As set by the entries so far.
  const GroupSettings& settings() const { return settings_; }
  /// Empties it, for the next group.
  void clear();
  std::size_t memory() const { return members_.capacity() * (sizeof(Members::value_type) + 1); }

 private:
  struct Member {
    std::uint64_t joined{};  ///< before whoever joined later
    Role role{};
  };
  using Members = absl::flat_hash_map<UserId, Member>;
  /// nullptr: no member.
  Member* find(UserId user);
  Role role_of(UserId user);
  std::optional<std::string_view> leave(const Message& entry, Role author);
  std::optional<std::string_view> change_role(const Message& entry, Role author);
  UserId successor() const;

  GroupSettings settings_;
  void join(UserId user, Role role) { members_.try_emplace(user, Member{++joined_, role}); }
  Members members_;
  std::uint64_t joined_ = 0;
};

}  // namespace hubbub::sim
