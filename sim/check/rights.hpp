// Who may change what of a group, as the group's own entries tell it. It is about one group at a
// time, whose entries come in the order of their sequences.
//
// Whoever makes a group owns it. Its admins and its owner add, remove, rename, promote and demote;
// everyone adds and renames where that is set. Nobody removes or demotes the owner, who hands the
// group over, or leaves it to the admin who joined first, else to the member who did.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

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
  std::size_t memory() const { return members_.capacity() * sizeof(Member); }

 private:
  struct Member {
    UserId user;
    Role role{};
  };
  /// nullptr: no member.
  Member* find(UserId user);
  Role role_of(UserId user);
  std::optional<std::string_view> leave(const Message& entry, Role author);
  std::optional<std::string_view> change_role(const Message& entry, Role author);
  UserId successor() const;

  GroupSettings settings_;
  std::vector<Member> members_;  ///< in the order of joining
};

}  // namespace hubbub::sim
