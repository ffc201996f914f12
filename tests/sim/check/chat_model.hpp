// A correct chat in a few lines, and the history it makes: what the checkers must find nothing in.
//
// Conversations are lists, inboxes are lists, and everything is durable at once. The history is
// plain events, so that a test can spoil one and see who notices.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <vector>

#include "sim/check/checker.hpp"

namespace hubbub::sim {

/// One call of the Checker, as data.
struct Event {
  enum class Kind {
    sent,
    acknowledged,
    refused,
    abandoned,
    changed,
    attached,
    shown,
    declared,
    reset,
    synced,
    paged,
    stored_message,
    stored_member,
    stored_inbox,
    device_at_end,
    node_at_end,
  };
  Kind kind{};
  DeviceId device;
  ConversationId conversation;
  std::uint64_t number = 0;  ///< of a message, or of an inbox
  std::uint64_t key = 0;
  Sequence seq = 0;     ///< also: from; the `seen` of a page's request
  Sequence to = 0;      ///< also: a page's head
  Sequence anchor = 0;  ///< of a page: those after it; 0: the newest ones
  bool has_more = false;
  Cursor cursor;
  Message message;
  std::vector<Range> ranges;
  std::vector<Message> page;
  std::uint64_t pending = 0;
  std::uint64_t unpaged = 0;
  bool wants_connection = true;
  bool connected = true;
};

/// The request of a page.
inline to_server::History asked(const Event& e) {
  using Direction = to_server::History::Direction;
  const Direction direction = e.anchor == 0 ? Direction::before : Direction::after;
  return {1, e.conversation, direction, e.anchor, 50, e.seq};
}

inline void feed(Checker& checker, Duration now, const Event& e) {
  using Kind = Event::Kind;
  switch (e.kind) {
    case Kind::sent:
      return checker.sent(now, e.device, e.conversation, e.number, e.key, e.message.content.digest);
    case Kind::acknowledged:
      return checker.acknowledged(now, e.device, e.conversation, e.number, e.key, e.seq,
                                  e.message.id);
    case Kind::refused:
      return checker.refused(now, e.device, e.conversation, e.number, e.key);
    case Kind::abandoned: return checker.abandoned(now, e.device, e.conversation, e.key);
    case Kind::changed:
      return checker.changed(now, e.device, e.conversation, e.number, e.key, e.seq, e.message.id);
    case Kind::attached:
      return checker.attached(now, e.device, e.cursor);
    case Kind::shown:
      return checker.shown(now, e.device, e.cursor, e.conversation, e.message);
    case Kind::declared:
      return checker.declared(now, e.device, e.cursor, e.ranges);
    case Kind::reset:
      return checker.reset(now, e.device, e.cursor);
    case Kind::synced:
      return checker.synced(now, e.device, e.cursor);
    case Kind::paged:
      return checker.paged(now, e.device, asked(e), {1, e.conversation, e.page, e.has_more, e.to});
    case Kind::stored_message:
      return checker.stored_message(e.conversation, e.message);
    case Kind::stored_member:
      return checker.stored_member(e.conversation, e.device.user, e.seq, e.to);
    case Kind::stored_inbox:
      return checker.stored_inbox(e.device.user, e.number, e.conversation, e.seq);
    case Kind::device_at_end:
      return checker.device_at_end(e.device, e.wants_connection, e.connected, e.cursor, e.pending,
                                   e.unpaged);
    case Kind::node_at_end:
      return checker.node_at_end(NodeId{1}, e.pending, e.unpaged);
  }
}

class ChatModel {
 public:
  using Kind = Event::Kind;
  static constexpr Incarnation incarnation = 0x5f3a;
  /// A device further behind is sent ranges, `range_chunk` entries a frame.
  static constexpr Sequence entries_max = 6;
  static constexpr Sequence range_chunk = 4;

  std::vector<Event> history;

  /// A device holds nothing until it attaches.
  void attach(DeviceId device) { attach(device, cursors_[device]); }
  /// A device that has gone back to what it held before.
  void attach(DeviceId device, Cursor from) {
    cursors_[device] = from;
    add({.kind = Kind::attached, .device = device, .cursor = from});
  }
  Cursor cursor(DeviceId device) { return cursors_[device]; }

  ConversationId create_group(DeviceId creator, std::vector<UserId> members) {
    const std::uint64_t call = ++calls_[creator];
    const ConversationId id = ConversationId::group(creator.user, creator.device, call);
    members.push_back(creator.user);
    for (const UserId user : members) intervals_[id][user].push_back({0, 0});
    change(creator, id, EntryKind::created, call, members);
    return id;
  }
  void join(DeviceId by, ConversationId group, UserId user) {
    const std::uint64_t call = ++calls_[by];
    intervals_[group][user].push_back({logs_[group].size(), 0});
    change(by, group, EntryKind::joined, call, {user});
  }
  void leave(DeviceId by, ConversationId group, UserId user) {
    const std::uint64_t call = ++calls_[by];
    change(by, group, EntryKind::left, call, {user});
    intervals_[group][user].back().second = logs_[group].size();
  }
  bool is_member(ConversationId conversation, UserId user) {
    if (!conversation.is_group())
      return user == conversation.first() || user == conversation.second();
    const auto& mine = intervals_[conversation][user];
    return !mine.empty() && mine.back().second == 0;
  }

  /// Sends and stores a message; `acknowledge` follows when the test wants it.
  Message send(DeviceId device, ConversationId conversation) {
    Message m;
    m.from = device.user;
    m.device = device.device;
    m.number = ++numbers_[{device, conversation}];
    m.key = ++keys_ * 0x9e3779b97f4a7c15;
    m.content.digest = keys_ * 77;
    m.content.length = 5;
    add({.kind = Kind::sent,
         .device = device,
         .conversation = conversation,
         .number = m.number,
         .key = m.key,
         .message = m});
    return append(conversation, m);
  }
  void acknowledge(DeviceId device, ConversationId conversation, const Message& m) {
    add({.kind = Kind::acknowledged,
         .device = device,
         .conversation = conversation,
         .number = m.number,
         .key = m.key,
         .seq = m.seq,
         .message = m});
  }
  /// A message that is finally refused; its number goes back.
  void refuse(DeviceId device, ConversationId conversation) {
    const std::uint64_t number = numbers_[{device, conversation}] + 1;
    const std::uint64_t key = ++keys_ * 0x9e3779b97f4a7c15;
    add({.kind = Kind::sent,
         .device = device,
         .conversation = conversation,
         .number = number,
         .key = key});
    add({.kind = Kind::refused,
         .device = device,
         .conversation = conversation,
         .number = number,
         .key = key});
  }

  /// Sends the device what its inbox holds beyond its cursor, entry by entry or as ranges.
  void catch_up(DeviceId device) {
    const auto& inbox = inboxes_[device.user];
    Cursor& c = cursors_[device];
    c.incarnation = incarnation;
    if (c.in_sync() || inbox.size() - c.held > entries_max) declare(device, c, inbox.size());
    while (c.held < inbox.size()) show_next(device);
    add({.kind = Kind::synced, .device = device, .cursor = c});
  }
  /// One entry, if there is one and the device is not in a sync.
  void show_next(DeviceId device) {
    const auto& inbox = inboxes_[device.user];
    Cursor& c = cursors_[device];
    if (c.in_sync() || c.held >= inbox.size()) return;
    const auto [conversation, seq] = inbox[c.held];
    c = Cursor::at(incarnation, c.held + 1);
    add({.kind = Kind::shown,
         .device = device,
         .conversation = conversation,
         .cursor = c,
         .message = logs_[conversation][seq - 1]});
  }
  /// One frame of ranges, newest first.
  void declare_next(DeviceId device) {
    Cursor& c = cursors_[device];
    c.incarnation = incarnation;
    if (c.held < inboxes_[device.user].size())
      declare_frame(device, c, c.in_sync() ? c.target : inboxes_[device.user].size());
  }

  /// All that the user may read.
  void page(DeviceId device, ConversationId conversation) {
    Event e{.kind = Kind::paged, .device = device, .conversation = conversation};
    for (const Message& m : logs_[conversation])
      if (may_read(device.user, conversation, m.seq)) e.page.push_back(m);
    if (!e.page.empty()) e.seq = e.to = e.page.back().seq;
    if (!e.page.empty()) add(e);
  }

  /// What is stored, and how devices stand.
  void end() {
    for (const auto& [conversation, log] : logs_) {
      for (const auto& [user, intervals] : intervals_[conversation])
        for (const auto& [from, to] : intervals)
          add({.kind = Kind::stored_member,
               .device = {user, {}},
               .conversation = conversation,
               .seq = from,
               .to = to});
      for (const Message& m : log)
        add({.kind = Kind::stored_message, .conversation = conversation, .message = m});
    }
    for (const auto& [user, inbox] : inboxes_)
      for (std::size_t i = 0; i < inbox.size(); ++i)
        add({.kind = Kind::stored_inbox,
             .device = {user, {}},
             .conversation = inbox[i].first,
             .number = i + 1,
             .seq = inbox[i].second});
    for (const auto& [device, cursor] : cursors_)
      add({.kind = Kind::device_at_end, .device = device, .cursor = cursor});
    add({.kind = Kind::node_at_end});
  }

  const std::vector<Message>& log(ConversationId conversation) { return logs_[conversation]; }
  Sequence inbox_size(UserId user) { return inboxes_[user].size(); }

 private:
  void add(const Event& event) { history.push_back(event); }

  bool may_read(UserId user, ConversationId conversation, Sequence seq) {
    if (!conversation.is_group()) return is_member(conversation, user);
    for (const auto& [from, to] : intervals_[conversation][user])
      if (seq > from && (to == 0 || seq <= to)) return true;
    return false;
  }

  Message append(ConversationId conversation, Message m) {
    auto& log = logs_[conversation];
    m.seq = log.size() + 1;
    m.id = MessageId{++ids_};
    log.push_back(m);
    std::set<UserId> recipients;
    if (conversation.is_group()) {
      for (const auto& [user, intervals] : intervals_[conversation])
        if (may_read(user, conversation, m.seq)) recipients.insert(user);
    } else {
      recipients = {conversation.first(), conversation.second()};
    }
    for (const UserId user : recipients) inboxes_[user].emplace_back(conversation, m.seq);
    return m;
  }

  void change(DeviceId by, ConversationId group, EntryKind kind, std::uint64_t call,
              std::vector<UserId> users) {
    Message m;
    m.kind = kind;
    m.from = by.user;
    m.device = by.device;
    m.number = call;
    m.key = ++keys_ * 0x9e3779b97f4a7c15;
    m.users = users_.emplace_back(std::move(users));
    m = append(group, m);
    add({.kind = Kind::changed,
         .device = by,
         .conversation = group,
         .number = call,
         .key = m.key,
         .seq = m.seq,
         .message = m});
  }

  void declare(DeviceId device, Cursor& c, Sequence target) {
    do {
      declare_frame(device, c, c.in_sync() ? c.target : target);
    } while (c.in_sync());
  }

  void declare_frame(DeviceId device, Cursor& c, Sequence target) {
    const auto& inbox = inboxes_[device.user];
    const Sequence top = c.in_sync() ? c.reached : target;
    const Sequence reached = std::max(c.held, top > range_chunk ? top - range_chunk : 0);
    Event e{.kind = Kind::declared, .device = device};
    for (Sequence number = reached + 1; number <= top; ++number) {
      const auto [conversation, seq] = inbox[number - 1];
      if (!e.ranges.empty() && e.ranges.back().conversation == conversation &&
          e.ranges.back().to + 1 == seq) {
        e.ranges.back().to = seq;
      } else {
        e.ranges.push_back({conversation, seq, seq});
      }
    }
    e.cursor = c = Cursor::during(incarnation, c.held, target, reached);
    add(e);
  }

  using Interval = std::pair<Sequence, Sequence>;  // (from, to]; to 0: lasts
  std::map<ConversationId, std::vector<Message>> logs_;
  std::map<ConversationId, std::map<UserId, std::vector<Interval>>> intervals_;
  std::map<UserId, std::vector<std::pair<ConversationId, Sequence>>> inboxes_;
  std::map<DeviceId, Cursor> cursors_;
  std::map<std::pair<DeviceId, ConversationId>, std::uint64_t> numbers_;
  std::map<DeviceId, std::uint64_t> calls_;
  std::deque<std::vector<UserId>> users_;
  std::uint64_t keys_ = 0;
  std::uint64_t ids_ = 1000;
};

/// The invariants that a history breaks, judged by a new checker.
struct Judged {
  std::set<std::string> broken;
  std::map<std::string, InvariantResult> results;
  std::vector<Violation> violations;
};

inline Judged judge(const std::vector<Event>& history, Checker::Final final = {},
                    Checker::Options options = {}) {
  Checker checker(options);
  Duration now{};
  // Devices and nodes are told of when all else was.
  const auto is_end = [](const Event& e) {
    return e.kind == Event::Kind::device_at_end || e.kind == Event::Kind::node_at_end;
  };
  for (const Event& event : history)
    if (!is_end(event)) feed(checker, now += 1ms, event);
  checker.finish(now += 1ms, final);
  for (const Event& event : history)
    if (is_end(event)) feed(checker, now, event);
  Judged judged;
  for (const InvariantResult& result : checker.results()) {
    if (result.violated > 0) judged.broken.insert(result.name);
    judged.results[result.name] = result;
  }
  judged.violations = checker.violations();
  return judged;
}

}  // namespace hubbub::sim
