// Tokens, keys and overload in the world around the nodes.
#include <gtest/gtest.h>

#include "sim/world/credentials.hpp"
#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

Scenario with_tokens(Duration lifetime, TokenRefresh refresh) {
  Scenario scenario = small_scenario();
  scenario.clients.token = {lifetime, refresh};
  return scenario;
}

std::uint64_t compared(const RunResult& result, std::string_view invariant) {
  for (const InvariantResult& r : result.invariants)
    if (r.name == invariant) return r.compared;
  return 0;
}

TEST(Limits, ATokenIsWhatItSays) {
  const TokenSpan span{1'767'225'600'000, 1'767'225'900'000};
  EXPECT_EQ(parse_token(text_of(span)), span);
  for (const char* wrong : {"", "1", "1-", "-", "1-2x", "x-2"}) EXPECT_FALSE(parse_token(wrong)) << wrong;
}

TEST(Limits, WhoRefreshesEarlyKeepsTheConnection) {
  const RunResult result = run(with_tokens(10s, TokenRefresh::early), {});
  EXPECT_EQ(violations_of(result), "");
  EXPECT_GE(result.counters.tokens_renewed, 60u);
  EXPECT_EQ(result.meters.attached_again, 0u);
  EXPECT_GT(compared(result, "token-bound"), 1000u);
}

TEST(Limits, WhoDoesNotIsSentForANewOneAndComesBack) {
  Scenario scenario = with_tokens(20s, TokenRefresh::on_expiry);
  scenario.duration = 6min;
  scenario.clients.messages_per_day = 200;
  const RunResult result = run(scenario, {});
  EXPECT_EQ(violations_of(result), "");
  EXPECT_GE(result.counters.tokens_ended, 30u);
  EXPECT_GE(result.meters.attached_again, 30u);
  EXPECT_GE(result.meters.tokens_asked.total(), 30u);
}

TEST(Limits, WithoutTokensNobodyTellsTheTime) {
  const RunResult without = run(small_scenario(), {});
  const RunResult with = run(with_tokens(1h, TokenRefresh::early), {});
  EXPECT_GT(with.meters.peer_messages, without.meters.peer_messages);
}

TEST(Limits, KeysAreSharedAsTheScenarioSays) {
  Scenario scenario = small_scenario();
  scenario.clients.api_keys = {{0.5, 2, 100}, {0.25, 1, 7}};
  std::array<int, 4> users{};
  for (std::uint64_t u = 1; u <= 10'000; ++u) ++users.at(api_key_of(scenario, 1, UserId{u}).id);
  EXPECT_NEAR(users[0], 2500, 150);
  EXPECT_NEAR(users[1], 2500, 150);
  EXPECT_NEAR(users[2], 2500, 150);
  EXPECT_NEAR(users[3], 2500, 150);
}

}  // namespace
}  // namespace hubbub::sim
