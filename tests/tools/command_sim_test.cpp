// `hubbub sim`: seeds, reports, several runs, and being told to stop.
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/tools/program.hpp"

namespace hubbub::tools {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

std::string scenario(const std::string& name, const std::string& duration) {
  return R"({"name": ")" + name + R"(", "about": "A few people, or many for long.",
             "warm_up": "1s", "duration": ")" +
         duration + R"(", "servers": {"count": 2},
             "clients": {"users": 20, "messages_per_day": 72000, "arrive": "500ms"}})";
}

class CommandSim : public testing::Test {
 protected:
  const Scratch scratch;
  const std::string small = scratch.file("small.json", scenario("small", "3s"));
  /// Days of it: nobody waits for its end.
  const std::string endless = scratch.file("endless.json", scenario("endless", "20h"));
};

TEST_F(CommandSim, FailsWhenItsVerdictCannotBeWritten) {
  for (const char* how : {"", " --json", " --quiet"}) {
    const Outcome full = hubbub("sim " + small + how, " >/dev/full");
    EXPECT_EQ(full.status, 74) << how;
    EXPECT_THAT(full.err, HasSubstr("cannot write to standard output: No space left on device"));
  }
}

TEST_F(CommandSim, RefusesSeedsThatAreNone) {
  for (const char* seed : {"-1", "18446744073709551616", "1.5", "x", "''"}) {
    const Outcome wrong = hubbub("sim " + small + " --seed " + seed);
    EXPECT_EQ(wrong.status, 2) << seed;
    EXPECT_THAT(wrong.err, HasSubstr("--seed must be 0 to 18446744073709551615")) << seed;
  }
  EXPECT_EQ(hubbub("sim --quiet --seed 18446744073709551615 " + small).status, 0);
}

TEST_F(CommandSim, SaysWhenAFileWasMeantAsASeedOrAsAChange) {
  const Outcome seeds = hubbub("sim " + small + " --seed 1 2 3");
  EXPECT_EQ(seeds.status, 2);
  EXPECT_THAT(seeds.err, HasSubstr("there is no file \"2\"; if it is a seed, write --seed 1,2,3"));
  const Outcome change = hubbub("sim " + small + " clients.users=5");
  EXPECT_EQ(change.status, 2);
  EXPECT_THAT(change.err, HasSubstr("if it changes a key, write --set before it"));
}

TEST_F(CommandSim, RefusesAReportThatCouldNotBeWrittenBeforeItRuns) {
  for (const std::string& report : {small, std::string("/proc/report"), std::string("''")}) {
    const Outcome refused = hubbub("sim " + endless + " --report " + report);
    EXPECT_EQ(refused.status, 2) << report;
    EXPECT_THAT(refused.err, HasSubstr("hubbub sim: ")) << report;
  }
  const Outcome story = hubbub("sim " + endless + " --story /proc/story");
  EXPECT_EQ(story.status, 2);
  EXPECT_THAT(story.err, HasSubstr("the story cannot be written to /proc/story"));
}

TEST_F(CommandSim, RefusesRunsThatWouldWriteOverEachOthersReports) {
  const Outcome twice = hubbub("sim " + small + " --seed 1 --seed 1 --report " + (scratch / "out"));
  EXPECT_EQ(twice.status, 2);
  EXPECT_THAT(twice.err, HasSubstr("small-1"));
  EXPECT_FALSE(fs::exists(scratch / "out"));
}

TEST_F(CommandSim, SaysWhereItsReportsWent) {
  const std::string out = scratch / "out";
  const Outcome one = hubbub("sim " + small + " --report " + out + " --story " + (scratch / "s"));
  EXPECT_EQ(one.status, 0);
  EXPECT_THAT(one.out, HasSubstr("Report: summary.json, series.csv and junit.xml in " + out));
  EXPECT_THAT(one.out, HasSubstr("Story: " + (scratch / "s")));
  EXPECT_GT(fs::file_size(scratch / "s"), 0u);
  const Outcome two = hubbub("sim --json " + small + " --seed 1,2 --report " + out);
  EXPECT_THAT(two.err, HasSubstr(out + "/<file>-<seed>"));
  EXPECT_TRUE(fs::exists(out + "/small-2/junit.xml"));
}

TEST_F(CommandSim, GivesOneDocumentOfOneRunAndOneListOfSeveral) {
  const auto one = nlohmann::json::parse(hubbub("sim --json " + small).out);
  EXPECT_EQ(one["scenario"], "small");
  EXPECT_EQ(one["metrics"]["goodput"]["unit"], "per_second");
  const auto two = nlohmann::json::parse(hubbub("sim --json --seed 1,2 " + small).out);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[1]["seed"], 2);
}

TEST_F(CommandSim, CountsItsRunsBelowThemAndTellsThatBothWereAlike) {
  const Outcome runs = hubbub("sim --quiet --verify --seed 1,2,3 " + small);
  EXPECT_EQ(runs.status, 0);
  EXPECT_THAT(runs.out, HasSubstr("verified: both runs alike"));
  EXPECT_THAT(runs.out, EndsWith("\n3 runs: 3 hold\n"));
}

TEST_F(CommandSim, EndsWithWhatThereIsWhenItIsToldTo) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const std::string out = scratch / ("out-" + std::to_string(signal));
    Running run("sim " + endless + " --seed 1,2,3 --report " + out);
    while (!fs::exists(out + "/endless-3")) usleep(10'000);
    usleep(300'000);  // most often into the first run; before it is right too
    run.signal(signal);
    const Outcome ended = run.wait();
    EXPECT_EQ(ended.status, 128 + signal);
    const bool begun = ended.out.find("endless: interrupted") != std::string::npos;
    EXPECT_THAT(ended.out, HasSubstr(begun ? "3 runs: 1 interrupted, 2 not begun\n"
                                           : "3 runs: 3 not begun\n"));
    EXPECT_EQ(fs::exists(out + "/endless-1/summary.json"), begun);
    EXPECT_THAT(ended.out, Not(HasSubstr("expectation was missed")));
  }
}

}  // namespace
}  // namespace hubbub::tools
