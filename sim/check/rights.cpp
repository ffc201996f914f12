#include "sim/check/rights.hpp"

#include <algorithm>

namespace hubbub::sim {

Rights::Member* Rights::find(UserId user) {
  const auto at = members_.find(user);
  return at == members_.end() ? nullptr : &at->second;
}

Role Rights::role_of(UserId user) {
  const Member* member = find(user);
  return member == nullptr ? Role::member : member->role;
}

void Rights::clear() {
  members_.clear();
  settings_ = {};
}

std::optional<std::string_view> Rights::take(const Message& m) {
  if (m.kind == EntryKind::text) return {};
  const Role author = role_of(m.from);
  const bool may_add = author >= Role::admin || settings_.changes == ChangedBy::everyone;
  switch (m.kind) {
    case EntryKind::text:
    case EntryKind::channel:
    case EntryKind::group: return {};  // by its size (mode_rules.hpp)
    case EntryKind::created:
      for (const UserId user : m.users)
        join(user, user == m.from ? Role::owner : Role::member);
      settings_ = m.settings;
      return {};
    case EntryKind::joined:
      for (const UserId user : m.users) join(user, Role::member);
      if (!may_add) return "a member adds somebody where only admins may";
      return {};
    case EntryKind::renamed:
      if (!may_add) return "a member renames the group where only admins may";
      return {};
    case EntryKind::left: return leave(m, author);
    case EntryKind::promoted:
    case EntryKind::demoted:
    case EntryKind::handed_over: return change_role(m, author);
    case EntryKind::settings:
      settings_ = m.settings;
      if (author != Role::owner) return "somebody but the owner changes the settings";
      return {};
  }
  return {};
}

std::optional<std::string_view> Rights::leave(const Message& m, Role author) {
  if (m.users.empty()) return "nobody leaves";
  const UserId who = m.users.front();
  const Role role = role_of(who);
  members_.erase(who);
  const UserId next = role == Role::owner ? successor() : UserId{};
  const UserId named = m.users.size() > 1 ? m.users[1] : UserId{};
  if (Member* owner = find(named)) owner->role = Role::owner;
  if (named != next) return "the group goes to somebody else than the rules say, or to nobody";
  if (who == m.from) return {};
  if (role == Role::owner) return "the owner is removed";
  if (author < Role::admin) return "a member removes another";
  return {};
}

UserId Rights::successor() const {
  UserId first;
  Member of_first;
  for (const auto& [user, member] : members_) {
    const bool before = member.role != of_first.role ? member.role > of_first.role
                                                     : member.joined < of_first.joined;
    if (first != UserId{} && !before) continue;
    first = user;
    of_first = member;
  }
  return first;
}

std::optional<std::string_view> Rights::change_role(const Message& m, Role author) {
  Member* who = m.users.empty() ? nullptr : find(m.users.front());
  if (who == nullptr) return "the role of somebody changes who is no member";
  const Role was = who->role;
  if (m.kind == EntryKind::handed_over) {
    if (Member* owner = find(m.from)) owner->role = Role::admin;
    who->role = Role::owner;
    if (author != Role::owner || was == Role::owner) return "somebody but the owner hands the group over";
    return {};
  }
  const bool up = m.kind == EntryKind::promoted;
  who->role = up ? Role::admin : Role::member;
  if (author < Role::admin) return "a member changes a role";
  if (was != (up ? Role::member : Role::admin)) return "a role changes that is another";
  return {};
}

}  // namespace hubbub::sim
