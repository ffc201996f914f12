// The simulated provider of pushes: what it takes, and what servers hear of that.
#include "sim/world/push_provider.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

using Outcome = PushProvider::Outcome;

class PushProviderTest : public testing::Test {
 protected:
  static Scenario scenario(double capacity, double gone) {
    Scenario s = small_scenario();
    s.push_provider = {{Distribution::Kind::constant, 50e6, 0}, capacity, gone};
    return s;
  }
  void provide(double capacity, double gone = 0) {
    scenario_ = scenario(capacity, gone);
    stage_.emplace(scenario_, 1, TieRule{},
                   std::vector<std::string>{"node 0", "clients", "faults"});
    provider_.emplace(*stage_);
  }
  Outcome push(bool heard = true) {
    output::Push push;
    push.ticket = ++tickets_;
    push.device = {UserId{tickets_}, DeviceNumber{1}};
    return provider_->push({}, push, heard);
  }
  struct Answer {
    Duration at{};
    PushOutcome outcome{};
    bool operator==(const Answer&) const = default;
  };
  /// The answer that comes next.
  Answer answer() {
    const Agenda::Next next = stage_->agenda.take();
    Piece* piece = next.piece<Piece>();
    Arena arena;
    const auto input = wire::decode<Input>(piece->view(), arena);
    const PushOutcome outcome = std::get<input::PushDone>(*input).outcome;
    stage_->slab.release(piece);
    return {next.at, outcome};
  }

  Scenario scenario_;
  std::optional<Stage> stage_;
  std::optional<PushProvider> provider_;
  std::uint64_t tickets_ = 0;
};

TEST_F(PushProviderTest, TakesWhatItCanWithinASecondAndPutsOffTheRest) {
  provide(10);
  for (int i = 0; i <= 10; ++i) EXPECT_EQ(push(), Outcome::taken) << i;
  EXPECT_EQ(push(), Outcome::not_taken);
  EXPECT_EQ(answer(), (Answer{50ms, PushOutcome::accepted}));
  stage_->now = 100ms;
  EXPECT_EQ(push(), Outcome::taken) << "there is room again";
}

TEST_F(PushProviderTest, IsAwayOrSlowForAWhile) {
  provide(0);
  const Duration back = 10min;
  provider_->away(back);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(push(), Outcome::not_taken);
    const Answer refusal = answer();
    EXPECT_EQ(refusal.outcome, PushOutcome::not_now);
    stage_->now = refusal.at;
  }
  stage_->now = back;
  EXPECT_EQ(push(), Outcome::taken);
  EXPECT_EQ(answer(), (Answer{back + 50ms, PushOutcome::accepted}));
  provider_->slow(back + 10s, 4);
  EXPECT_EQ(push(), Outcome::taken);
  EXPECT_EQ(answer(), (Answer{back + 200ms, PushOutcome::accepted}));
  provider_->slow(back + 10s, 400);
  EXPECT_EQ(push(), Outcome::taken) << "though nobody waits so long for the answer";
  EXPECT_EQ(answer(), (Answer{back + limits::push_patience, PushOutcome::not_now}));
}

TEST_F(PushProviderTest, MayTakeWhatIsNotHeardOf) {
  provide(0);
  int taken = 0;
  for (int i = 0; i < 100; ++i) {
    taken += push(false) == Outcome::taken;
    EXPECT_EQ(answer(), (Answer{limits::push_patience, PushOutcome::not_now}));
  }
  EXPECT_GT(taken, 20);
  EXPECT_LT(taken, 80);
}

TEST_F(PushProviderTest, ForgetsSomeDevices) {
  provide(0, 0.5);
  int gone = 0;
  for (int i = 0; i < 100; ++i) {
    const bool forgotten = push() == Outcome::gone;
    EXPECT_EQ(answer().outcome, forgotten ? PushOutcome::gone : PushOutcome::accepted);
    gone += forgotten;
  }
  EXPECT_GT(gone, 20);
  EXPECT_LT(gone, 80);
}

}  // namespace
}  // namespace hubbub::sim
