// The load generator on real servers that are killed: its judge must find every loss, and none
// where there is none.
#include "loadgen/load.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "loadgen/report.hpp"
#include "loadgen/sockets.hpp"
#include "tests/core/server/server_process.hpp"

namespace hubbub::loadgen {
namespace {

Options small_load(std::uint16_t port) {
  Options options;
  options.url = fmt::format("ws://127.0.0.1:{}/ws", port);
  options.connections = 20;
  options.rate = 200;
  options.duration = 3s;
  options.seed = 7;
  return options;
}

std::uint64_t violated(const Summary& summary, std::string_view name) {
  for (const auto& check : summary.checks)
    if (check.name == name) return check.violated;
  return 0;
}

TEST(Load, HoldsOnAServerThatIsLeftAlone) {
  server::ServerOptions server;
  server.data = server::fresh_directory("load");
  server::ServerProcess process(server);
  ASSERT_NE(process.port(), 0);
  const auto summary = run_load(small_load(process.port()), {});
  ASSERT_TRUE(summary) << summary.error().what;
  EXPECT_EQ(summary->exit_status(), 0) << to_table(*summary);
  EXPECT_GT(summary->counts.acknowledged, 300u);
  EXPECT_EQ(summary->counts.delivered, summary->counts.acknowledged);
  EXPECT_EQ(summary->audited_messages, summary->counts.acknowledged);
  EXPECT_THAT(to_json(*summary), testing::HasSubstr("\"exit_status\": 0"));
}

/// Runs a load while the server is killed, again and again, at the times given; what comes between
/// a death and the next life is up to the caller.
template <class Between>
Summary load_through_kills(Options options, server::ServerOptions server, Duration every, int kills,
                           Between between) {
  auto process = std::make_unique<server::ServerProcess>(server);
  server.port = process->port();
  options.url = fmt::format("ws://127.0.0.1:{}/ws", server.port);
  const Duration begun = monotonic_now();
  int done = 0;
  Progress progress;
  // The generator is this process's only thread, so between two of its turns a server can be
  // forked.
  progress.interrupted = [&] {
    if (done == kills || monotonic_now() < begun + every * (done + 1)) return false;
    ++done;
    process->signal(SIGKILL);
    EXPECT_EQ(process->wait(), -SIGKILL);
    between();
    process = std::make_unique<server::ServerProcess>(server);
    EXPECT_EQ(process->port(), server.port);
    return false;
  };
  auto summary = run_load(options, progress);
  EXPECT_TRUE(summary) << summary.error().what;
  EXPECT_EQ(done, kills);
  return summary ? std::move(*summary) : Summary{};
}

TEST(Load, FindsEverythingAcknowledgedAfterTheServerWasKilledAgainAndAgain) {
  server::ServerOptions server;
  server.data = server::fresh_directory("kills");
  Options options = small_load(0);
  options.rate = 300;
  options.duration = 12s;
  const Summary summary = load_through_kills(options, server, 2500ms, 4, [] {});
  EXPECT_EQ(summary.exit_status(), 0) << to_table(summary);
  EXPECT_GT(summary.counts.acknowledged, 1000u);
  EXPECT_GE(summary.counts.lost, 20u);
  EXPECT_EQ(summary.audited_messages, summary.counts.acknowledged);
}

TEST(Load, FindsTheLossWhenAStoreWasThrownAway) {
  server::ServerOptions server;
  server.data = server::fresh_directory("loss");
  Options options = small_load(0);
  options.duration = 6s;
  options.settle = 20s;
  const Summary summary =
      load_through_kills(options, server, 3s, 1, [&] { std::filesystem::remove_all(server.data); });
  EXPECT_EQ(summary.exit_status(), 3) << to_table(summary);
  EXPECT_GT(violated(summary, "acked-kept"), 0u) << to_table(summary);
}

TEST(Load, RefusesWhatCannotBeCarriedOutAndSaysWhy) {
  Options options = small_load(1);
  options.connections = 1;
  EXPECT_THAT(run_load(options, {}).error().what, testing::HasSubstr("at least 2"));
  options.connections = 100'000'000;
  EXPECT_THAT(run_load(options, {}).error().what, testing::HasSubstr("ulimit -n"));
  options = small_load(1);
  options.url = "http://x";
  EXPECT_THAT(run_load(options, {}).error().what, testing::HasSubstr("ws://"));
}

TEST(Load, ThatReachesNoServerHasShownNothing) {
  Options options = small_load(1);  // nobody listens there
  options.duration = 100ms;
  options.connect_within = 1s;
  options.settle = 1s;
  const auto summary = run_load(options, {});
  ASSERT_TRUE(summary);
  EXPECT_NE(summary->exit_status(), 0);
  EXPECT_EQ(summary->attached, 0u);
}

}  // namespace
}  // namespace hubbub::loadgen
