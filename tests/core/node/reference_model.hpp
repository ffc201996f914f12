// What chat is, without servers, disks, links or time: conversations with members by interval, and
// what everyone may read. A few maps, so plain that it can be checked by eye; the node is held
// against it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/wire/frames.hpp"

namespace hubbub::test {

class ReferenceModel {
 public:
  struct Entry {
    UserId from;
    EntryKind kind{};
    std::string text;
    std::vector<UserId> users;
    GroupSettings settings;
    bool operator==(const Entry&) const = default;
  };
  /// What a call must come to: a sequence, or a final error.
  struct Outcome {
    Sequence seq = 0;
    ErrorCode error{};
    bool operator==(const Outcome&) const = default;
  };

  ReferenceModel(std::size_t members_max, std::size_t push_limit)
      : members_max_(members_max), push_limit_(push_limit) {}

  /// Of `mentions`, the members hold, each once, but for who says it.
  Outcome say(UserId who, const ConversationId& id, const std::string& text,
              const std::vector<UserId>& mentions = {}) {
    Conversation* c = find(id);
    if (c == nullptr) return {0, ErrorCode::not_found};
    if (!is_member(*c, who)) return {0, ErrorCode::not_member};
    if (is_blocked(id)) return {0, ErrorCode::blocked};
    std::vector<UserId> mentioned;
    for (const UserId user : mentions)
      if (user != who && is_member(*c, user) && std::ranges::find(mentioned, user) == mentioned.end())
        mentioned.push_back(user);
    return append(*c, {who, EntryKind::text, text, mentioned, {}});
  }

  /// The messages that mention a user, by conversation and sequence.
  std::vector<std::pair<ConversationId, Sequence>> mentions(UserId who) const {
    std::vector<std::pair<ConversationId, Sequence>> found;
    for (const auto& [id, c] : conversations_)
      for (Sequence seq = 1; seq <= c.entries.size(); ++seq)
        if (c.entries[seq - 1].kind == EntryKind::text &&
            std::ranges::find(c.entries[seq - 1].users, who) != c.entries[seq - 1].users.end())
          found.emplace_back(id, seq);
    return found;
  }

  Outcome create(UserId who, const ConversationId& id, std::vector<UserId> members, const std::string& name,
                 GroupSettings settings) {
    members.push_back(who);
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    if (members.size() > members_max_) return {0, ErrorCode::too_large};
    Conversation& c = conversations_[id];
    c.settings = settings;
    for (const UserId m : members)
      c.intervals.push_back({m, 1, 0, m == who ? Role::owner : Role::member, false});
    return follow_size(c, who, append(c, {who, EntryKind::created, name, members, settings}));
  }

  Outcome add(UserId who, const ConversationId& id, UserId whom) {
    Conversation* c = find(id);
    if (const auto no = may_change(c, who, everyone(c))) return *no;
    if (is_member(*c, whom)) return {0, ErrorCode::conflict};
    if (count(*c) >= members_max_) return {0, ErrorCode::too_large};
    c->intervals.push_back({whom, c->entries.size() + 1, 0, Role::member,
                            c->settings.history == NewcomersRead::all});
    return follow_size(*c, who, append(*c, {who, EntryKind::joined, "", {whom}, {}}));
  }

  Outcome remove(UserId who, const ConversationId& id, UserId whom) {
    Conversation* c = find(id);
    if (const auto no = may_change(c, who, who == whom ? Role::member : Role::admin)) return *no;
    if (!is_member(*c, whom)) return {0, ErrorCode::conflict};
    const bool owned = c->role(whom) == Role::owner;
    if (owned && who != whom) return {0, ErrorCode::forbidden};
    std::vector<UserId> users = {whom};
    c->member(whom)->last = c->entries.size() + 1;
    if (Interval* next = owned ? successor(*c) : nullptr) {
      next->role = Role::owner;
      users.push_back(next->who);
    }
    return follow_size(*c, who, append(*c, {who, EntryKind::left, "", users, {}}));
  }

  Outcome rename(UserId who, const ConversationId& id, const std::string& name) {
    Conversation* c = find(id);
    if (const auto no = may_change(c, who, everyone(c))) return *no;
    return append(*c, {who, EntryKind::renamed, name, {}, {}});
  }

  Outcome promote(UserId who, const ConversationId& id, UserId whom) {
    Conversation* c = find(id);
    if (const auto no = may_change(c, who, Role::admin)) return *no;
    if (!is_member(*c, whom) || c->role(whom) != Role::member) return {0, ErrorCode::conflict};
    c->member(whom)->role = Role::admin;
    return append(*c, {who, EntryKind::promoted, "", {whom}, {}});
  }

  Outcome demote(UserId who, const ConversationId& id, UserId whom) {
    Conversation* c = find(id);
    if (const auto no = may_change(c, who, Role::admin)) return *no;
    if (!is_member(*c, whom) || c->role(whom) == Role::member) return {0, ErrorCode::conflict};
    if (c->role(whom) == Role::owner) return {0, ErrorCode::forbidden};
    c->member(whom)->role = Role::member;
    return append(*c, {who, EntryKind::demoted, "", {whom}, {}});
  }

  Outcome hand_over(UserId who, const ConversationId& id, UserId whom) {
    Conversation* c = find(id);
    if (const auto no = may_change(c, who, Role::owner)) return *no;
    if (!is_member(*c, whom) || whom == who) return {0, ErrorCode::conflict};
    c->member(who)->role = Role::admin;
    c->member(whom)->role = Role::owner;
    return append(*c, {who, EntryKind::handed_over, "", {whom}, {}});
  }

  Outcome set(UserId who, const ConversationId& id, GroupSettings settings) {
    Conversation* c = find(id);
    if (const auto no = may_change(c, who, Role::owner)) return *no;
    c->settings = settings;
    return append(*c, {who, EntryKind::settings, "", {}, settings});
  }

  /// Members in the order of their joining, with their roles; nobody to who is none of them.
  std::vector<std::pair<UserId, Role>> members(UserId who, const ConversationId& id) {
    std::vector<std::pair<UserId, Role>> members;
    const Conversation* c = find(id);
    if (c == nullptr || !is_member(*c, who)) return members;
    for (const Interval& i : c->intervals)
      if (i.last == 0) members.emplace_back(i.who, i.role);
    return members;
  }

  // --- Contacts ------------------------------------------------------------------------------------
  struct Contact {
    bool contact = false;
    bool blocked = false;
    std::string name;
    bool operator==(const Contact&) const = default;
  };
  void contact(UserId who, UserId whom, bool is_one, const std::string& name) {
    Contact& c = people_[who][whom];
    c.contact = is_one;
    c.name = name;
  }
  void block(UserId who, UserId whom, bool blocked) { people_[who][whom].blocked = blocked; }
  std::map<UserId, Contact> contacts(UserId who) {
    std::map<UserId, Contact> mine = people_[who];
    std::erase_if(mine, [](const auto& of) { return !of.second.contact && !of.second.blocked; });
    return mine;
  }

  /// Several at once, without those who are in it.
  Outcome add_all(UserId who, const ConversationId& id, const std::vector<UserId>& whom) {
    Conversation* c = find(id);
    if (const auto no = may_change(c, who, everyone(c))) return *no;
    std::vector<UserId> users;
    for (const UserId user : whom)
      if (!is_member(*c, user)) users.push_back(user);
    std::sort(users.begin(), users.end());
    users.erase(std::unique(users.begin(), users.end()), users.end());
    if (users.empty()) return {0, ErrorCode::conflict};
    if (count(*c) + users.size() > members_max_) return {0, ErrorCode::too_large};
    for (const UserId user : users)
      c->intervals.push_back({user, c->entries.size() + 1, 0, Role::member,
                              c->settings.history == NewcomersRead::all});
    return follow_size(*c, who, append(*c, {who, EntryKind::joined, "", users, {}}));
  }

  /// What is delivered to a user of a conversation, or was or will be: of a channel, the entry that lets
  /// them in, the one that lets them out, and what mentions them.
  std::map<Sequence, Entry> delivered(UserId who, const ConversationId& id) {
    auto all = entries_within(who, id, [](const Interval& i) { return i.first; });
    const Conversation* c = find(id);
    std::erase_if(all, [&](const auto& entry) {
      const Entry& e = entry.second;
      const bool mentions = e.kind == EntryKind::text && std::ranges::find(e.users, who) != e.users.end();
      return !c->pushed[entry.first - 1] && !mentions &&
             std::none_of(c->intervals.begin(), c->intervals.end(), [&](const Interval& i) {
               return i.who == who && (i.first == entry.first || i.last == entry.first);
             });
    });
    return all;
  }
  bool is_channel(const ConversationId& id) { return find(id)->channel; }
  Sequence head(const ConversationId& id) { return find(id)->entries.size(); }
  /// What a user may read of it: more, where newcomers may.
  std::map<Sequence, Entry> readable(UserId who, const ConversationId& id) {
    return entries_within(who, id, [](const Interval& i) { return i.earlier ? 1 : i.first; });
  }

  /// Conversations in a user's list: those it belongs to that have an entry.
  std::vector<ConversationId> list(UserId who) {
    std::vector<ConversationId> mine;
    for (const auto& [id, c] : conversations_)
      if (!c.entries.empty() && is_member(c, who)) mine.push_back(id);
    return mine;
  }

  std::vector<ConversationId> all() const {
    std::vector<ConversationId> ids;
    for (const auto& [id, c] : conversations_) ids.push_back(id);
    return ids;
  }

  /// One of its two has blocked the other.
  bool is_blocked(const ConversationId& id) {
    return !id.is_group() && (blocks(id.first(), id.second()) || blocks(id.second(), id.first()));
  }
  bool is_member(UserId who, const ConversationId& id) {
    const Conversation* c = find(id);
    return c != nullptr && is_member(*c, who);
  }

 private:
  /// Member for entries first..last; last 0: still.
  struct Interval {
    UserId who;
    Sequence first;
    Sequence last;
    Role role;
    bool earlier;
  };
  struct Conversation {
    std::vector<Entry> entries;
    std::vector<bool> pushed;  ///< of each entry: to all members
    bool channel = false;
    std::vector<Interval> intervals;
    GroupSettings settings;

    Interval* member(UserId who) {
      for (Interval& i : intervals)
        if (i.who == who && i.last == 0) return &i;
      return nullptr;
    }
    Role role(UserId who) { return member(who)->role; }
  };

  template <class First>
  std::map<Sequence, Entry> entries_within(UserId who, const ConversationId& id, First first) {
    std::map<Sequence, Entry> all;
    const Conversation* c = find(id);
    for (Sequence seq = 1; c != nullptr && seq <= c->entries.size(); ++seq)
      for (const Interval& i : c->intervals)
        if (i.who == who && seq >= first(i) && (i.last == 0 || seq <= i.last))
          all[seq] = c->entries[seq - 1];
    return all;
  }
  static Interval* successor(Conversation& c) {
    for (const Role role : {Role::admin, Role::member})
      for (Interval& i : c.intervals)
        if (i.last == 0 && i.role == role) return &i;
    return nullptr;
  }
  bool blocks(UserId who, UserId whom) { return people_[who][whom].blocked; }
  /// Who may do what everyone may, unless admins alone do.
  static Role everyone(const Conversation* c) {
    return c != nullptr && c->settings.changes == ChangedBy::admins ? Role::admin : Role::member;
  }

  Conversation* find(const ConversationId& id) {
    if (!id.is_group() && !conversations_.contains(id))
      conversations_[id].intervals = {{id.first(), 1, 0, {}, {}}, {id.second(), 1, 0, {}, {}}};
    const auto at = conversations_.find(id);
    return at == conversations_.end() ? nullptr : &at->second;
  }
  static bool is_member(const Conversation& c, UserId who) {
    return std::any_of(c.intervals.begin(), c.intervals.end(),
                       [&](const Interval& i) { return i.who == who && i.last == 0; });
  }
  static std::size_t count(const Conversation& c) {
    return static_cast<std::size_t>(std::count_if(c.intervals.begin(), c.intervals.end(),
                                                  [](const Interval& i) { return i.last == 0; }));
  }
  static std::optional<Outcome> may_change(Conversation* c, UserId who, Role least) {
    if (c == nullptr) return Outcome{0, ErrorCode::not_found};
    if (!is_member(*c, who)) return Outcome{0, ErrorCode::not_member};
    if (c->role(who) < least) return Outcome{0, ErrorCode::forbidden};
    return {};
  }
  static Outcome append(Conversation& c, Entry entry) {
    c.pushed.push_back(!c.channel || entry.kind == EntryKind::group);
    c.entries.push_back(std::move(entry));
    return {c.entries.size(), {}};
  }
  /// A group that has more members than the push limit is a channel, until it has less than 80% of it.
  Outcome follow_size(Conversation& c, UserId who, Outcome outcome) {
    const bool changes = c.channel ? count(c) < push_limit_ * 80 / 100 : count(c) > push_limit_;
    if (!changes) return outcome;
    append(c, {who, c.channel ? EntryKind::group : EntryKind::channel, "", {}, {}});
    c.channel = !c.channel;
    return outcome;
  }

  std::size_t members_max_;
  std::size_t push_limit_;
  std::map<ConversationId, Conversation> conversations_;
  std::map<UserId, std::map<UserId, Contact>> people_;
};

}  // namespace hubbub::test
