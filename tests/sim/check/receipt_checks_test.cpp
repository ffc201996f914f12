// watermarks, receipts-shown: histories that are true, and each with one thing spoilt.
#include <algorithm>
#include <map>

#include "core/base/limits.hpp"
#include "sim/check/names.hpp"
#include "sim/check/presence_checks.hpp"
#include "tests/sim/check/people.hpp"

namespace hubbub::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Marks = std::vector<MarkOf>;

/// Messages of one conversation, shown to devices; in each inbox message n is entry n.
class History {
 public:
  explicit History(ConversationId c = alice_and_bob) : conversation(c) {}

  void give(DeviceId device, Sequence seq) {
    const Message m{
        .seq = seq, .id = MessageId{seq}, .from = alice, .device = DeviceNumber{1}, .number = seq};
    checker.shown(1s, device, Cursor::at(1, seq), conversation, m);
    inboxes_[device.user] = std::max(inboxes_[device.user], seq);
  }
  void hold(DeviceId device, Sequence seq) { checker.holds(1s, device, Cursor::at(1, seq)); }
  void read(DeviceId device, Sequence seq) { checker.read(1s, device, conversation, seq); }
  void show(DeviceId device, const Marks& marks) {
    checker.receipt(1s, device, {.conversation = conversation, .marks = marks});
  }
  void count(DeviceId device, Sequence seq, std::uint32_t delivered, std::uint32_t read) {
    checker.receipt(
        1s, device,
        {.conversation = conversation, .seq = seq, .delivered = delivered, .read = read});
  }
  void store(UserId user, Sequence delivered, Sequence read) {
    checker.stored_mark(conversation, user, delivered, read);
  }
  void end() {
    for (const auto& [user, head] : inboxes_)
      for (Sequence seq = 1; seq <= head; ++seq) checker.stored_inbox(user, seq, conversation, seq);
    checker.finish(2s, {});
  }

  /// What is broken of receipts.
  std::vector<std::string> broken() const {
    std::vector<std::string> names;
    for (const Violation& v : checker.violations())
      if (is_of_receipts(v)) names.push_back(v.invariant);
    return names;
  }
  std::string sentence() const {
    for (const Violation& v : checker.violations())
      if (is_of_receipts(v)) return v.what;
    return "";
  }
  std::uint64_t compared(Invariant invariant) const {
    return checker.results()[static_cast<std::size_t>(invariant)].compared;
  }

  Checker checker{{.receipts = true}};
  ConversationId conversation;

 private:
  static bool is_of_receipts(const Violation& v) {
    return v.invariant == "watermarks" || v.invariant == "receipts-shown" ||
           v.invariant == "presence-private";
  }

  std::map<UserId, Sequence> inboxes_;
};

/// Both have three messages; Bob has read two.
struct Three : History {
  Three() {
    for (Sequence seq = 1; seq <= 3; ++seq)
      for (const DeviceId device : {alices, bobs}) give(device, seq);
    hold(alices, 3);
    hold(bobs, 3);
    read(bobs, 2);
  }
};
const Marks truth = {{alice, 3, 0}, {bob, 3, 2}};

void store_truth(History& h) {
  h.store(alice, 3, 0);
  h.store(bob, 3, 2);
}

TEST(ReceiptChecks, AcceptWhatIsTrue) {
  Three h;
  h.show(alices, {{bob, 2, 0}});  // may be late
  h.show(alices, truth);
  store_truth(h);
  h.end();
  h.checker.receipts_at_end(alices, alice_and_bob, {.marks = truth});
  EXPECT_THAT(h.broken(), IsEmpty());
  EXPECT_EQ(h.compared(Invariant::watermarks), 5u);
  EXPECT_EQ(h.compared(Invariant::receipts_shown), 2u);
}

TEST(ReceiptChecks, WhoIsBlockedIsShownNothingNew) {
  Three h;
  h.checker.presence().set({.blocked = 5s});
  h.show(alices, {{bob, 2, 2}});
  const auto block = [&](bool blocked, std::uint64_t key) {
    h.checker.block_asked(bob, alice, blocked, key);
    h.checker.block_answered(1s, bob, alice, blocked, key, true);
  };
  block(true, 1);
  const auto show = [&](Sequence delivered) {
    const Marks marks = {{bob, delivered, 2}};
    h.checker.receipt(1min, alices, {.conversation = alice_and_bob, .marks = marks});
  };
  show(2);
  EXPECT_THAT(h.broken(), IsEmpty());
  show(3);
  EXPECT_THAT(h.broken(), ElementsAre("presence-private"));
  EXPECT_THAT(h.sentence(), HasSubstr("u_2 has c_1_2 up to 3, who had known"));
  block(false, 2);
  show(3);
  EXPECT_THAT(h.broken(), ElementsAre("presence-private"));
}

TEST(ReceiptChecks, OfSomebodyWhoMayBeBlockedTheLastMarksNeedNotBeShown) {
  for (const bool ended : {false, true}) {
    Three h;
    h.checker.block_asked(bob, alice, true, 1);
    h.checker.block_answered(1s, bob, alice, true, 1, true);
    if (ended) {
      h.checker.block_asked(bob, alice, false, 2);
      h.checker.block_answered(1s, bob, alice, false, 2, true);
    }
    h.show(alices, {{alice, 3, 0}});
    store_truth(h);
    h.end();
    h.checker.receipts_at_end(alices, alice_and_bob, {.marks = Marks{{alice, 3, 0}}});
    if (ended)
      EXPECT_THAT(h.broken(), ElementsAre("receipts-shown"));
    else
      EXPECT_THAT(h.broken(), IsEmpty());
  }
}

TEST(ReceiptChecks, NothingIsDeliveredThatNoDeviceAcknowledged) {
  History h;
  h.give(bobs, 1);
  h.give(bobs, 2);
  h.hold(bobs, 2);
  h.give(bobs, 3);
  h.show(alices, {{bob, 2, 0}});
  EXPECT_THAT(h.broken(), IsEmpty());
  h.show(alices, {{bob, 3, 0}});
  EXPECT_THAT(h.broken(), ElementsAre("watermarks"));
  EXPECT_THAT(h.sentence(), HasSubstr("u_2 has c_1_2 up to 3; that is true up to 2"));
}

TEST(ReceiptChecks, AnAcknowledgedRangeCounts) {
  History h;
  const Range range{alice_and_bob, 1, 40};
  h.checker.declared(1s, bobs, Cursor::at(1, 40), {&range, 1});
  h.show(alices, {{bob, 40, 0}});
  EXPECT_THAT(h.broken(), ElementsAre("watermarks"));
  h.hold(bobs, 40);
  h.show(alices, {{bob, 40, 0}});
  EXPECT_THAT(h.broken(), ElementsAre("watermarks"));
}

TEST(ReceiptChecks, NothingIsReadThatNobodySaidSo) {
  Three h;
  h.show(alices, {{bob, 3, 3}});
  EXPECT_THAT(h.broken(), ElementsAre("watermarks"));
  EXPECT_THAT(h.sentence(), HasSubstr("has read"));
}

TEST(ReceiptChecks, NothingIsReadThatWasNotDelivered) {
  Three h;
  h.show(alices, {{bob, 1, 2}});
  EXPECT_THAT(h.broken(), ElementsAre("watermarks"));
}

TEST(ReceiptChecks, WhatIsReadIsDelivered) {
  History h;
  h.give(bobs, 1);
  h.read(bobs, 1);
  h.show(alices, {{bob, 1, 1}});
  EXPECT_THAT(h.broken(), IsEmpty());
}

TEST(ReceiptChecks, WhatWasShownIsStored) {
  Three h;
  h.show(alices, truth);
  h.store(alice, 3, 0);
  h.store(bob, 3, 1);
  h.end();
  EXPECT_THAT(h.broken(), ElementsAre("watermarks"));
  EXPECT_THAT(h.sentence(), HasSubstr("stored is 3, read 1"));
}

TEST(ReceiptChecks, WritersAreShownAllInTheEnd) {
  for (const Marks& shown : {Marks{{alice, 3, 0}, {bob, 3, 1}}, Marks{{alice, 3, 0}, {bob, 2, 2}},
                             Marks{{alice, 3, 0}}, Marks{}}) {
    Three h;
    store_truth(h);
    h.end();
    h.checker.receipts_at_end(alices, alice_and_bob, {.marks = shown});
    ASSERT_FALSE(h.broken().empty());
    EXPECT_EQ(h.broken()[0], "receipts-shown");
  }
}

/// A group of 22, of whom Alice wrote message 1; some have it.
struct Village : History {
  Village() : History(ConversationId::group(alice, DeviceNumber{1}, 1)) {
    for (std::uint64_t u = 1; u <= members; ++u) {
      const DeviceId device{UserId{u}, DeviceNumber{1}};
      give(device, 1);
      if (u <= 10) hold(device, 1);
      if (u <= 4) read(device, 1);
      checker.stored_member(conversation, UserId{u}, 0, 0);
    }
    checker.stored_message(conversation, {.seq = 1, .id = MessageId{1}, .from = alice});
  }
  static constexpr std::uint64_t members = limits::receipt_members + 2;
};

TEST(ReceiptChecks, CountsAreOfTheOthers) {
  Village v;
  v.count(alices, 1, 9, 3);
  v.end();
  v.checker.receipts_at_end(alices, v.conversation, {.seq = 1, .delivered = 9, .read = 3});
  EXPECT_THAT(v.broken(), IsEmpty());
  EXPECT_EQ(v.compared(Invariant::receipts_shown), 1u);
}

TEST(ReceiptChecks, CountsAreNotAboveWhatDevicesSaid) {
  Village v;
  v.count(alices, 1, 10, 3);
  v.count(alices, 1, 9, 4);
  EXPECT_THAT(v.broken(), ElementsAre("watermarks", "watermarks"));
}

TEST(ReceiptChecks, WritersOfLargeGroupsAreShownAllInTheEnd) {
  using Shown = Checker::ReceiptsShown;
  for (const Shown& shown : {Shown{.seq = 1, .delivered = 8, .read = 3},
                             Shown{.seq = 1, .delivered = 9, .read = 2}, Shown{}}) {
    Village v;
    v.end();
    v.checker.receipts_at_end(alices, v.conversation, shown);
    EXPECT_THAT(v.broken(), ElementsAre("receipts-shown"));
  }
  Village v;
  v.end();
  v.checker.receipts_at_end(bobs, v.conversation, {});  // did not write
  EXPECT_THAT(v.broken(), IsEmpty());
}

TEST(ReceiptChecks, NothingIsKeptWhereNobodyLooks) {
  Three h;
  Checker without;
  without.receipt(1s, alices, {.conversation = alice_and_bob, .marks = truth});
  without.finish(2s, {});
  EXPECT_THAT(without.violations(), IsEmpty());
}

}  // namespace
}  // namespace hubbub::sim
