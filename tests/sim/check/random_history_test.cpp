// Random correct histories must be found correct; one mistake in them must be found by the
// invariant that is about it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/sim/check/people.hpp"

namespace hubbub::sim {
namespace {

using Kind = Event::Kind;

const std::vector<DeviceId>& devices() {
  static const std::vector<DeviceId> all{alices, alices_tablet, bobs, carols};
  return all;
}

struct Step {
  int what = 0;
  int who = 0;
  int where = 0;
};

void showValue(const Step& step, std::ostream& os) {
  os << "{" << step.what << ", " << step.who << ", " << step.where << "}";
}

rc::Gen<std::vector<Step>> steps() {
  return rc::gen::container<std::vector<Step>>(
      rc::gen::build<Step>(rc::gen::set(&Step::what, rc::gen::inRange(0, 12)),
                           rc::gen::set(&Step::who, rc::gen::inRange(0, 4)),
                           rc::gen::set(&Step::where, rc::gen::inRange(0, 3))));
}

/// A chat that does these steps, then settles.
class RandomChat {
 public:
  explicit RandomChat(const std::vector<Step>& steps) {
    for (const DeviceId device : devices()) chat.attach(device);
    group_ = chat.create_group(alices, {bob});
    for (const Step& step : steps) take(step);
    for (const auto& [device, conversation, message] : unanswered_)
      chat.acknowledge(device, conversation, message);
    for (const DeviceId device : devices()) chat.catch_up(device);
    chat.end();
  }

  ChatModel chat;

 private:
  void take(const Step& step) {
    const DeviceId device = devices()[static_cast<std::size_t>(step.who)];
    const ConversationId conversation = where(device, step.where);
    switch (step.what) {
      case 0:
      case 1:
      case 2:
      case 3:
        if (chat.is_member(conversation, device.user))
          unanswered_.push_back({device, conversation, chat.send(device, conversation)});
        return;
      case 4:
      case 5:
        return answer_one();
      case 6:
        return chat.catch_up(device);
      case 7:
        return chat.cursor(device).in_sync() ? chat.declare_next(device) : chat.show_next(device);
      case 8:
        return go_away(device, step.where);
      case 9:
        return chat.page(device, conversation);
      case 10:
        return chat.is_member(group_, carol) ? chat.leave(alices, group_, carol)
                                             : chat.join(bobs, group_, carol);
      default:
        if (chat.is_member(conversation, device.user)) chat.refuse(device, conversation);
    }
  }

  ConversationId where(DeviceId device, int choice) const {
    if (choice == 2) return group_;
    const UserId other = device.user == alice ? (choice == 0 ? bob : carol)
                         : choice == 0        ? alice
                         : device.user == bob ? carol
                                              : bob;
    return ConversationId::direct(device.user, other);
  }

  void answer_one() {
    if (unanswered_.empty()) return;
    const auto [device, conversation, message] = unanswered_.front();
    unanswered_.pop_front();
    chat.acknowledge(device, conversation, message);
  }

  /// Breaks off, and comes back with what it holds, with nothing, or with a little less.
  void go_away(DeviceId device, int how) {
    const Cursor held = chat.cursor(device);
    if (how == 1) return chat.attach(device, Cursor{});
    if (how == 2 && !held.in_sync() && held.held > 1)
      return chat.attach(device, Cursor::at(held.incarnation, held.held / 2));
    chat.attach(device);
  }

  struct Unanswered {
    DeviceId device;
    ConversationId conversation;
    Message message;
  };
  ConversationId group_;
  std::deque<Unanswered> unanswered_;
};

std::string told(const Judged& judged) {
  std::string all;
  for (const Violation& v : judged.violations) all += v.invariant + ": " + v.what + "\n";
  return all;
}

RC_GTEST_PROP(RandomHistory, IsFoundCorrect, ()) {
  const RandomChat random(*steps());
  const Judged judged = judge(random.chat.history);
  RC_LOG() << told(judged);
  RC_ASSERT(judged.broken.empty());
}

/// One of the events for which `which` holds; discards the case if there is none.
template <class Which>
std::size_t pick(const std::vector<Event>& history, Which&& which) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < history.size(); ++i)
    if (which(history[i], i)) all.push_back(i);
  RC_PRE(!all.empty());
  return all[*rc::gen::inRange<std::size_t>(0, all.size())];
}

void must_find(const std::vector<Event>& history, const std::string& invariant) {
  const Judged judged = judge(history);
  RC_LOG() << "expected " << invariant << ", found:\n" << told(judged);
  RC_ASSERT(judged.broken.count(invariant) == 1u);
}

auto is(Kind kind) {
  return [kind](const Event& event, std::size_t) { return event.kind == kind; };
}

/// The device's stream goes on after this event, so that a hole there can be seen.
bool goes_on(const std::vector<Event>& history, std::size_t i) {
  for (std::size_t j = i + 1; j < history.size(); ++j) {
    if (history[j].device != history[i].device) continue;
    if (history[j].kind == Kind::attached) return false;
    if (history[j].kind == Kind::shown || history[j].kind == Kind::synced ||
        history[j].kind == Kind::declared)
      return true;
  }
  return false;
}

RC_GTEST_PROP(RandomHistory, WithADroppedEntryHasAHoleInItsStream, ()) {
  RandomChat random(*steps());
  auto& history = random.chat.history;
  drop(history, pick(history, [&](const Event& e, std::size_t i) {
         return e.kind == Kind::shown && goes_on(history, i);
       }));
  must_find(history, "stream-order");
}

RC_GTEST_PROP(RandomHistory, WithADroppedFrameOfRangesHasAHoleInItsStream, ()) {
  RandomChat random(*steps());
  auto& history = random.chat.history;
  drop(history, pick(history, [&](const Event& e, std::size_t i) {
         return e.kind == Kind::declared && goes_on(history, i);
       }));
  must_find(history, "stream-order");
}

RC_GTEST_PROP(RandomHistory, WithARepeatedEntryHasARepeatInItsStream, ()) {
  RandomChat random(*steps());
  auto& history = random.chat.history;
  const std::size_t i = pick(history, is(Kind::shown));
  const Event again = history[i];
  history.insert(history.begin() + static_cast<std::ptrdiff_t>(i), again);
  must_find(history, "stream-order");
}

RC_GTEST_PROP(RandomHistory, WithTwoEntriesSwappedIsOutOfOrder, ()) {
  RandomChat random(*steps());
  auto& history = random.chat.history;
  const std::size_t i = pick(history, [&](const Event& e, std::size_t at) {
    return e.kind == Kind::shown && at + 1 < history.size() &&
           history[at + 1].kind == Kind::shown && history[at + 1].device == e.device;
  });
  std::swap(history[i], history[i + 1]);
  must_find(history, "stream-order");
}

RC_GTEST_PROP(RandomHistory, WithAChangedDigestIsForged, ()) {
  RandomChat random(*steps());
  auto& history = random.chat.history;
  const std::size_t i = pick(history, [](const Event& e, std::size_t) {
    return (e.kind == Kind::shown || e.kind == Kind::stored_message) &&
           e.message.kind == EntryKind::text;
  });
  history[i].message.content.digest ^= 1;
  must_find(history, "no-forgery");
}

RC_GTEST_PROP(RandomHistory, WithAnotherIdBreaksTheBinding, ()) {
  RandomChat random(*steps());
  auto& history = random.chat.history;
  history[pick(history, is(Kind::shown))].message.id.value += 100'000;
  must_find(history, "one-binding");
}

RC_GTEST_PROP(RandomHistory, WithAnExtraRecipientTellsAStranger, ()) {
  RandomChat random(*steps());
  auto& history = random.chat.history;
  const std::size_t i = pick(history, [](const Event& e, std::size_t) {
    return e.kind == Kind::shown && !e.conversation.is_group() && e.conversation.first() != carol &&
           e.conversation.second() != carol;
  });
  Event extra = history[i];
  extra.device = carols;
  history.insert(history.begin() + static_cast<std::ptrdiff_t>(i), extra);
  must_find(history, "members-only");
}

RC_GTEST_PROP(RandomHistory, WithALostRowLosesAnAcknowledgedMessage, ()) {
  RandomChat random(*steps());
  auto& history = random.chat.history;
  drop(history, pick(history, is(Kind::stored_message)));
  must_find(history, "acked-kept");
}

RC_GTEST_PROP(RandomHistory, WithALostInboxRowHasAGap, ()) {
  RandomChat random(*steps());
  auto& history = random.chat.history;
  const std::size_t i = pick(history, [&](const Event& e, std::size_t at) {
    return e.kind == Kind::stored_inbox && history[at + 1].kind == Kind::stored_inbox &&
           history[at + 1].device.user == e.device.user;
  });
  drop(history, i);
  must_find(history, "no-gaps");
}

RC_GTEST_PROP(RandomHistory, WithALostAnswerDoesNotAddUp, ()) {
  RandomChat random(*steps());
  auto& history = random.chat.history;
  drop(history, pick(history, is(Kind::acknowledged)));
  must_find(history, "accounted");
}

RC_GTEST_PROP(RandomHistory, WithACursorThatJumpsHasAHole, ()) {
  RandomChat random(*steps());
  auto& history = random.chat.history;
  Cursor& cursor = history[pick(history, is(Kind::shown))].cursor;
  const Sequence jump = *rc::gen::inRange<Sequence>(1, 1'000'000'000);
  cursor = Cursor::at(cursor.incarnation, cursor.held + jump);
  must_find(history, "stream-order");
}

RC_GTEST_PROP(RandomHistory, WithADeviceLeftBehindHasNotCaughtUp, ()) {
  RandomChat random(*steps());
  auto& history = random.chat.history;
  const std::size_t i = pick(history, [](const Event& e, std::size_t) {
    return e.kind == Kind::device_at_end && e.cursor.held > 0;
  });
  history[i].cursor = Cursor::at(history[i].cursor.incarnation, history[i].cursor.held - 1);
  must_find(history, "caught-up");
}

}  // namespace
}  // namespace hubbub::sim
