// What chat is, without servers, disks, links or time: conversations with members by interval, and
// what everyone may read. A few maps, so plain that it can be checked by eye; the node is held
// against it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
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
    bool operator==(const Entry&) const = default;
  };
  /// What a call must come to: a sequence, or a final error.
  struct Outcome {
    Sequence seq = 0;
    ErrorCode error{};
    bool operator==(const Outcome&) const = default;
  };

  explicit ReferenceModel(std::size_t members_max) : members_max_(members_max) {}

  Outcome say(UserId who, const ConversationId& id, const std::string& text) {
    Conversation* c = find(id);
    if (c == nullptr) return {0, ErrorCode::not_found};
    if (!is_member(*c, who)) return {0, ErrorCode::not_member};
    return append(*c, {who, EntryKind::text, text, {}});
  }

  Outcome create(UserId who, const ConversationId& id, std::vector<UserId> members, const std::string& name) {
    members.push_back(who);
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    if (members.size() > members_max_) return {0, ErrorCode::too_large};
    Conversation& c = conversations_[id];
    for (const UserId m : members) c.intervals.push_back({m, 1, 0});
    return append(c, {who, EntryKind::created, name, members});
  }

  Outcome add(UserId who, const ConversationId& id, UserId whom) {
    Conversation* c = find(id);
    if (const auto no = may_change(c, who)) return *no;
    if (is_member(*c, whom)) return {0, ErrorCode::conflict};
    if (count(*c) >= members_max_) return {0, ErrorCode::too_large};
    c->intervals.push_back({whom, c->entries.size() + 1, 0});
    return append(*c, {who, EntryKind::joined, "", {whom}});
  }

  Outcome remove(UserId who, const ConversationId& id, UserId whom) {
    Conversation* c = find(id);
    if (const auto no = may_change(c, who)) return *no;
    if (who != whom && who != id.first()) return {0, ErrorCode::forbidden};
    if (!is_member(*c, whom)) return {0, ErrorCode::conflict};
    for (Interval& i : c->intervals)
      if (i.who == whom && i.last == 0) i.last = c->entries.size() + 1;
    return append(*c, {who, EntryKind::left, "", {whom}});
  }

  Outcome rename(UserId who, const ConversationId& id, const std::string& name) {
    Conversation* c = find(id);
    if (const auto no = may_change(c, who)) return *no;
    return append(*c, {who, EntryKind::renamed, name, {}});
  }

  /// The sequences of a conversation that a user was, is and will be shown, with what they are.
  std::map<Sequence, Entry> readable(UserId who, const ConversationId& id) {
    std::map<Sequence, Entry> all;
    const Conversation* c = find(id);
    for (Sequence seq = 1; c != nullptr && seq <= c->entries.size(); ++seq)
      for (const Interval& i : c->intervals)
        if (i.who == who && seq >= i.first && (i.last == 0 || seq <= i.last))
          all[seq] = c->entries[seq - 1];
    return all;
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

 private:
  /// Member for entries first..last; last 0: still.
  struct Interval {
    UserId who;
    Sequence first;
    Sequence last;
  };
  struct Conversation {
    std::vector<Entry> entries;
    std::vector<Interval> intervals;
  };

  Conversation* find(const ConversationId& id) {
    if (!id.is_group() && !conversations_.contains(id))
      conversations_[id].intervals = {{id.first(), 1, 0}, {id.second(), 1, 0}};
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
  static std::optional<Outcome> may_change(const Conversation* c, UserId who) {
    if (c == nullptr) return Outcome{0, ErrorCode::not_found};
    if (!is_member(*c, who)) return Outcome{0, ErrorCode::not_member};
    return {};
  }
  static Outcome append(Conversation& c, Entry entry) {
    c.entries.push_back(std::move(entry));
    return {c.entries.size(), {}};
  }

  std::size_t members_max_;
  std::map<ConversationId, Conversation> conversations_;
};

}  // namespace hubbub::test
