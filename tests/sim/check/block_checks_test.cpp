#include "tests/sim/check/people.hpp"

namespace hubbub::sim {
namespace {

/// Alice blocks Bob, who writes to her; what a checker made of it.
class Quarrel {
 public:
  void asks(bool blocked, std::uint64_t key) { checker_.block_asked(alice, bob, blocked, key); }
  void answered(bool blocked, std::uint64_t key, bool done = true) {
    checker_.block_answered(now(), alice, bob, blocked, key, done);
  }
  void block(std::uint64_t key) {
    asks(true, key);
    answered(true, key);
  }
  void sends(std::uint64_t n) { checker_.sent(now(), bobs, alice_and_bob, n, n, 7); }
  void accepted(std::uint64_t n) {
    checker_.acknowledged(now(), bobs, alice_and_bob, n, n, n, MessageId{n});
  }
  void refused(std::uint64_t n) { checker_.refused(now(), bobs, alice_and_bob, n, n); }

  InvariantResult result() const {
    for (const InvariantResult& r : checker_.results())
      if (r.name == "blocked-out") return r;
    return {};
  }
  bool broken() const { return result().violated > 0; }

 private:
  Duration now() { return now_ += 1ms; }

  Checker checker_;
  Duration now_{};
};

TEST(BlockChecks, WhatIsSentAfterTheAnswerMustBeRefused) {
  Quarrel quarrel;
  quarrel.block(100);
  quarrel.sends(1);
  quarrel.refused(1);
  EXPECT_EQ(quarrel.result().compared, 1u);
  EXPECT_FALSE(quarrel.broken());
  quarrel.sends(2);
  quarrel.accepted(2);
  EXPECT_EQ(quarrel.result().compared, 2u);
  EXPECT_TRUE(quarrel.broken());
}

TEST(BlockChecks, WhatTheOtherOfTheTwoSendsIsJudgedTheSame) {
  Checker checker;
  checker.block_asked(bob, alice, true, 1);
  checker.block_answered(1s, bob, alice, true, 1, true);
  checker.sent(1ms, bobs, alice_and_bob, 1, 1, 7);
  checker.acknowledged(2ms, bobs, alice_and_bob, 1, 1, 1, MessageId{1});
  EXPECT_EQ(checker.violations().size(), 1u);
}

TEST(BlockChecks, WhatWasSentBeforeTheAnswerMayHaveBeenTaken) {
  Quarrel quarrel;
  quarrel.asks(true, 100);
  quarrel.sends(1);
  quarrel.answered(true, 100);
  quarrel.sends(1);  // under another number, though not anew
  quarrel.accepted(1);
  EXPECT_EQ(quarrel.result().compared, 0u);
}

TEST(BlockChecks, WhatIsAnsweredAfterTheEndWasAskedForMayHaveBeenTaken) {
  Quarrel quarrel;
  quarrel.block(100);
  quarrel.sends(1);
  quarrel.asks(false, 101);
  quarrel.accepted(1);
  EXPECT_FALSE(quarrel.broken());
  quarrel.answered(false, 101);
  quarrel.block(102);
  quarrel.sends(2);
  quarrel.accepted(2);
  EXPECT_TRUE(quarrel.broken());
}

TEST(BlockChecks, AMessageOfAnEarlierBlockIsNotHeldAgainstALaterOne) {
  Quarrel quarrel;
  quarrel.block(100);
  quarrel.sends(1);
  quarrel.asks(false, 101);
  quarrel.answered(false, 101);
  quarrel.block(102);
  quarrel.accepted(1);  // between the two
  EXPECT_FALSE(quarrel.broken());
}

TEST(BlockChecks, NothingIsKnownOfABlockThatOverlapsWithAnEnd) {
  Quarrel quarrel;
  quarrel.asks(true, 100);
  quarrel.asks(false, 101);  // on another device
  quarrel.answered(true, 100);
  quarrel.sends(1);
  quarrel.accepted(1);
  quarrel.asks(true, 102);  // while the end is still on its way
  quarrel.answered(true, 102);
  quarrel.sends(2);
  quarrel.accepted(2);
  EXPECT_EQ(quarrel.result().compared, 0u);
}

TEST(BlockChecks, ABlockThatIsRefusedIsNone) {
  Quarrel quarrel;
  quarrel.asks(true, 100);
  quarrel.answered(true, 100, false);
  quarrel.sends(1);
  quarrel.accepted(1);
  EXPECT_EQ(quarrel.result().compared, 0u);
}

TEST(BlockChecks, HoldsWhileOneOfTwoBlocksLasts) {
  Checker checker;
  const auto block = [&](UserId who, UserId whom, std::uint64_t key) {
    checker.block_asked(who, whom, true, key);
    checker.block_answered(1s, who, whom, true, key, true);
  };
  block(alice, bob, 1);
  checker.sent(1ms, bobs, alice_and_bob, 1, 1, 7);
  block(bob, alice, 2);
  checker.block_asked(alice, bob, false, 3);
  checker.acknowledged(2ms, bobs, alice_and_bob, 1, 1, 1, MessageId{1});
  EXPECT_EQ(checker.violations().size(), 1u);
}

}  // namespace
}  // namespace hubbub::sim
