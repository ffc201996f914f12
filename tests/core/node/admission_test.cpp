// The schedule (R29, R31) without a node around it, and the arithmetic of plans (R30).
#include "core/node/admission.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "core/node/plans.hpp"
#include "sim/engine/random.hpp"

namespace hubbub {
namespace {

constexpr NodeId node{3};
constexpr NodeGeneration life = 7;
constexpr UserId anna{1}, ben{2};
constexpr int enough = 2000;  ///< more than there are slots within the horizon

/// Ten slots a second: at 0.1 s, 0.2 s …; one may be had at once.
constexpr AdmissionConfig ten{.rate = 10, .key = {1, 2}};

class Schedule : public testing::Test {
 protected:
  Admission::Answer comes(UserId user, const Ticket& ticket = {}) {
    return admission.judge({user, true, ticket}, life, now);
  }
  Admission::Answer logs_in(UserId user) { return admission.judge({user, false, {}}, life, now); }
  Duration told(const Admission::Answer& answer) {
    return now + std::chrono::milliseconds(answer.advice.delay_ms);
  }
  /// Takes what may be had at once.
  void fill() {
    while (comes(UserId{99}).enters) {
    }
  }

  Admission admission{ten, node};
  Duration now = 10s;
};

TEST_F(Schedule, LetsInWhoeverComesWhenASlotIsFree) {
  for (int i = 0; i < 50; ++i, now += 100ms) EXPECT_TRUE(comes(anna).enters);
}

TEST_F(Schedule, GivesWhoComesEarlyTheNextSlotThatNobodyHas) {
  EXPECT_TRUE(comes(anna).enters);
  const auto first = comes(anna), second = comes(ben);
  EXPECT_FALSE(first.enters);
  EXPECT_FALSE(first.advice.ticket.none());
  EXPECT_EQ(told(first), 10'100ms);
  EXPECT_EQ(told(second), 10'200ms);
}

TEST_F(Schedule, FindsTheSlotFreeAtItsTimeThoughOthersAreThere) {
  fill();
  const auto given = comes(anna);
  now = told(given);
  EXPECT_FALSE(comes(ben).enters) << "the slot is anna's";
  const auto back = comes(anna, given.advice.ticket);
  EXPECT_TRUE(back.enters);
  EXPECT_TRUE(back.claims);
}

TEST_F(Schedule, KeepsASlotForASecondBeyondItsTime) {
  fill();
  const auto given = comes(anna);
  now = told(given) + limits::slot_held;
  EXPECT_TRUE(comes(anna, given.advice.ticket).claims);
}

TEST_F(Schedule, TellsWhoComesBeforeItsTimeTheSameAgain) {
  fill();
  const auto given = comes(anna);
  const Duration due = told(given);
  now += 30ms;
  const auto again = comes(anna, given.advice.ticket);
  EXPECT_FALSE(again.enters);
  EXPECT_EQ(again.advice.ticket, given.advice.ticket);
  EXPECT_EQ(told(again), due);
}

/// The one slot that anna was given; how often can it be had?
TEST_F(Schedule, LetsNobodyInTwiceByOneTicket) {
  fill();
  const auto given = comes(anna);
  now = told(given);
  EXPECT_TRUE(comes(anna, given.advice.ticket).enters);
  EXPECT_FALSE(comes(anna, given.advice.ticket).enters);
}

TEST_F(Schedule, TakesATicketOfAnotherLifeUserOrNodeForNone) {
  fill();
  const auto given = comes(anna);
  now = told(given);
  const Ticket ticket = given.advice.ticket;
  EXPECT_FALSE(comes(ben, ticket).claims) << "it is anna's";
  EXPECT_FALSE(admission.judge({anna, true, ticket}, life + 1, now).claims);
  EXPECT_FALSE(comes(anna, {ticket.slot, ticket.seal ^ 1}).claims) << "forged";
  EXPECT_FALSE(comes(anna, {ticket.slot + 1, ticket.seal}).claims) << "of a better time";
  Admission other(ten, NodeId{4});
  other.judge({anna, true, {}}, life, now);
  other.judge({anna, true, {}}, life, now);
  EXPECT_FALSE(other.judge({anna, true, ticket}, life, now).claims);
  Admission stranger({.rate = 10, .key = {1, 3}}, node);
  EXPECT_FALSE(stranger.judge({anna, true, ticket}, life, now).claims);
}

TEST_F(Schedule, GivesWhatNobodyCameForToWhoeverIsThere) {
  fill();
  // All that lies ahead within two seconds.
  std::vector<Admission::Answer> given;
  for (int i = 0; i < 15; ++i) given.push_back(comes(UserId{100u + static_cast<unsigned>(i)}));
  now = told(given.front()) + limits::slot_held + 1ms;
  EXPECT_FALSE(comes(anna, {}).claims);
  EXPECT_GE(admission.held(), 1u);
  now += 100ms;
  EXPECT_TRUE(comes(ben).enters) << "the first two slots were not come for";
}

TEST_F(Schedule, ALateHolderIsAsAnybody) {
  fill();
  const auto given = comes(anna);
  now = told(given) + limits::slot_held + 2ms;
  EXPECT_FALSE(comes(anna, given.advice.ticket).claims);
}

/// A few of those who did not come are looked at in one call; the others are no better for it.
TEST_F(Schedule, ALateHolderIsAsAnybodyAmongManyWhoAreLate) {
  fill();
  Admission::Answer last;
  for (std::uint64_t i = 0; i < 12; ++i) last = comes(UserId{100 + i});
  now = told(last) + limits::slot_held + 2ms;
  EXPECT_FALSE(comes(UserId{111}, last.advice.ticket).claims);
}

TEST_F(Schedule, GivesNoSlotBeyondTheHorizon) {
  fill();
  Duration last{};
  int given = 0;
  for (; given < enough; ++given) {
    const auto answer = comes(UserId{100u + static_cast<unsigned>(given)});
    if (answer.advice.none()) break;
    last = told(answer);
  }
  EXPECT_LE(last, now + limits::slot_horizon + 1ms);
  EXPECT_GE(last, now + limits::slot_horizon - 500ms);
  EXPECT_NEAR(given, 300 * 3 / 4, 3) << "three of four slots are for those who resume";
}

TEST_F(Schedule, LoginsAndResumesHaveSlotsOfTheirOwn) {
  fill();
  for (int i = 0; i < enough && !logs_in(anna).advice.none(); ++i) {
  }
  const auto resumes = comes(ben);
  EXPECT_FALSE(resumes.advice.none()) << "logins cannot take all that lies ahead";
  EXPECT_LE(told(resumes), now + 300ms);
}

TEST_F(Schedule, ResumesHaveTheLargerBudget) {
  fill();
  int logins = 0, resumes = 0;
  while (logins < enough && !logs_in(anna).advice.none()) ++logins;
  while (resumes < enough && !comes(ben).advice.none()) ++resumes;
  EXPECT_NEAR(resumes, 3 * logins, 4);
}

TEST_F(Schedule, ALoginTakesAnySlotWhoseTimeHasCome) {
  for (int i = 0; i < 20; ++i, now += 100ms) EXPECT_TRUE(logs_in(anna).enters);
}

TEST_F(Schedule, KeepsNoMoreThanAMomentOfWhatNobodyCameFor) {
  Admission busy({.rate = 1000, .key = {}}, node);
  EXPECT_TRUE(busy.judge({anna, true, {}}, life, now).enters);
  now += 1h;
  int at_once = 0;
  while (busy.judge({anna, true, {}}, life, now).enters) ++at_once;
  EXPECT_EQ(at_once, 50) << "50 ms of slots";
}

/// Whoever comes when, with tickets or without: over any time, no more come in than there are slots.
TEST_F(Schedule, LetsInNoMoreThanItsRateWhateverTheyDo) {
  Admission busy({.rate = 200, .key = {5, 6}}, node);
  sim::Random random(1, 2, 3);
  std::vector<std::pair<UserId, Ticket>> waiting;
  std::vector<Duration> entered;
  for (int i = 0; i < 40'000; ++i) {
    now += Duration{static_cast<std::int64_t>(random.below(6'000'000))};
    UserId user{1 + random.below(1000)};
    Ticket ticket;
    if (!waiting.empty() && random.chance(0.5)) {
      const auto which = random.below(waiting.size());
      std::tie(user, ticket) = waiting[which];
      waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(which));
    }
    const auto answer = busy.judge({user, random.chance(0.7), ticket}, life, now);
    if (answer.enters) entered.push_back(now);
    if (!answer.advice.ticket.none() && random.chance(0.6))
      waiting.emplace_back(user, answer.advice.ticket);
  }
  const double seconds = static_cast<double>((entered.back() - entered.front()).count()) / 1e9;
  EXPECT_LE(static_cast<double>(entered.size()), 200 * (seconds + 1.1));
  EXPECT_GE(static_cast<double>(entered.size()), 200 * seconds * 0.8) << "slots are wasted";
}

TEST(Spread, IsATenthLongerThanTheOthersNeed) {
  EXPECT_NEAR(static_cast<double>(to_ms(spread(20'000, 2000))), 11'111, 1);
}

TEST(Spread, HasBounds) {
  EXPECT_EQ(spread(0, 1000), limits::plan_least);
  EXPECT_EQ(spread(1'000'000, 1), limits::plan_most);
  EXPECT_EQ(spread(100, 0), limits::plan_most);
}

}  // namespace
}  // namespace hubbub
