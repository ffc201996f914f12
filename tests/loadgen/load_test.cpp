// The load generator on real servers that are killed: its judge must find every loss, and none
// where there is none.
#include "loadgen/load.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cmath>
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

TEST(Load, RefusesFiguresThatAreNoLoad) {
  const auto refusal = [](auto change) {
    Options options = small_load(1);
    change(options);
    const auto summary = run_load(options, {});
    return summary ? std::string() : summary.error().what;
  };
  using testing::HasSubstr;
  for (const double rate : {std::nan(""), double{INFINITY}, 1e12, -1.0})
    EXPECT_THAT(refusal([rate](Options& o) { o.rate = rate; }), HasSubstr("--rate must be"));
  for (const Duration duration : {Duration{-5s}, Duration{0}, Duration{25h}})
    EXPECT_THAT(refusal([=](Options& o) { o.duration = duration; }), HasSubstr("1ms to 24h"));
  EXPECT_THAT(refusal([](Options& o) { o.length = 0; }), HasSubstr("--length must be 1 to"));
  EXPECT_THAT(refusal([](Options& o) { o.server_pid = INT32_MAX; }), HasSubstr("no process"));
}

TEST(Load, ThatReachesNoServerEndsBeforeItBeginsAndSaysWhy) {
  Options options = small_load(1);  // nobody listens there
  options.duration = 10min;
  options.settle = 10min;
  options.connect_within = 1s;
  std::vector<std::string> said;
  Progress progress;
  progress.say = [&](std::string_view line) { said.emplace_back(line); };
  const auto summary = run_load(options, progress);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->exit_status(), 1);
  EXPECT_EQ(summary->attached, 0u);
  ASSERT_FALSE(said.empty());
  EXPECT_THAT(said.front(), testing::HasSubstr("cannot connect to 127.0.0.1:1: Connection refused; "
                                               "is the server running? Trying for"));
  EXPECT_THAT(to_table(*summary), testing::HasSubstr("cannot connect to 127.0.0.1:1"));
  EXPECT_THAT(to_table(*summary), testing::Not(testing::HasSubstr("VIOLATED")));
}

TEST(Load, TellsWhatAServerAnsweredThatSpeaksNoWebSocketThere) {
  server::ServerOptions server;
  server.data = server::fresh_directory("elsewhere");
  server::ServerProcess process(server);
  Options options = small_load(process.port());
  options.url = fmt::format("ws://127.0.0.1:{}/elsewhere", process.port());
  options.connect_within = 10min;  // no second answer would be another one
  const auto summary = run_load(options, {});
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->exit_status(), 1);
  EXPECT_THAT(to_table(*summary), testing::HasSubstr("answered 404: there is nothing here; the "
                                                     "WebSocket is at /ws"));
}

TEST(Load, OfConnectionsOnlySaysThatTheyStayed) {
  server::ServerOptions server;
  server.data = server::fresh_directory("idle");
  server::ServerProcess process(server);
  Options options = small_load(process.port());
  options.rate = 0;
  options.duration = 500ms;
  const auto summary = run_load(options, {});
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->exit_status(), 0);
  EXPECT_THAT(to_table(*summary),
              testing::HasSubstr("holds: all connected and stayed; no message was sent"));
}

TEST(Load, RefusesUsersWhoHaveHistoryInsteadOfAccusingTheServer) {
  server::ServerOptions server;
  server.data = server::fresh_directory("history");
  server::ServerProcess process(server);
  Options options = small_load(process.port());
  options.connections = 10;
  options.duration = 1s;
  options.first_user = 5;
  const auto first = run_load(options, {});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->exit_status(), 0) << to_table(*first);
  const auto again = run_load(options, {});
  ASSERT_FALSE(again) << to_table(*again);
  EXPECT_THAT(again.error().what, testing::HasSubstr("users u_5 to u_14 have history"));
  EXPECT_THAT(again.error().what, testing::HasSubstr("choose another --first-user"));
}

TEST(Load, PrintsAFewViolationsAndCountsTheRest) {
  Summary summary;
  summary.options = small_load(1);
  summary.close_codes[1006] = 7;
  summary.close_reasons[1006] = "the connection broke: Connection reset by peer";
  summary.checks.push_back({"acked-kept", true, 100, 50});
  for (int i = 0; i < 50; ++i)
    summary.violations.push_back(
        {"acked-kept", 1s, fmt::format("one of {}", i), {"a", "b", "c", "d"}});
  const std::string table = to_table(summary);
  EXPECT_THAT(table, testing::HasSubstr("one of 2"));
  EXPECT_THAT(table, testing::Not(testing::HasSubstr("one of 3")));
  EXPECT_THAT(table, testing::HasSubstr("and 47 more violations"));
  EXPECT_LT(table.find("closed with 1006: 7; the first: the connection broke"),
            table.find("VIOLATED"));
}

}  // namespace
}  // namespace hubbub::loadgen
