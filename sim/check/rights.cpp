#include "sim/check/rights.hpp"

#include <algorithm>

namespace hubbub::sim {

Rights::Member* Rights::find(UserId user) {
  const auto at = std::ranges::find(members_, user, &Member::user);
  return at == members_.end() ? nullptr : &*at;
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
  const Role author = role_of(m.from);
  const bool may_add = author >= Role::admin || settings_.changes == ChangedBy::everyone;
  switch (m.kind) {
    case EntryKind::text: return {};
    case EntryKind::created:
      for (const UserId user : m.users)
        members_.push_back({user, user == m.from ? Role::owner : Role::member});
      settings_ = m.settings;
      return {};
    case EntryKind::joined:
      for (const UserId user : m.users)
        if (find(user) == nullptr) members_.push_back({user, Role::member});
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
  std::erase_if(members_, [&](const Member& member) { return member.user == who; });
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
  for (const Role role : {Role::admin, Role::member}) {
    const auto first = std::ranges::find(members_, role, &Member::role);
    if (first != members_.end()) return first->user;
  }
  return {};
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
