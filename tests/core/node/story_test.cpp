// Runs every story beside it and compares what comes of it with what it says.
// HUBBUB_REWRITE_STORIES=1 writes what came of them into the files instead; what a story is told for
// is said here once more, so that a rewritten one cannot hide that it does not happen any more.
#include "tests/core/node/story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace hubbub::test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> stories() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator("tests/core/node/stories"))
    if (entry.path().extension() == ".story") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// What came of a story's commands, without them.
std::vector<std::string> outcome(const std::string& told) {
  std::vector<std::string> lines;
  bool in_output = false;
  std::istringstream in(told);
  for (std::string line; std::getline(in, line);) {
    if (line == "----")
      in_output = true;
    else if (line.empty())
      in_output = false;
    else if (in_output)
      lines.push_back(line);
  }
  return lines;
}

bool contains(const std::string& line, const std::string& words) {
  return line.find(words) != std::string::npos;
}

struct Facts {
  std::string story;
  std::vector<std::string> in_order;  ///< each in a line after the one before it
  std::vector<std::string> never;
};

const Facts facts[] = {
    {"takeover",
     {"ok 1: c_1_4 #1", "error 2: unavailable", "register: node 1 is gone", "register: 22 is node 2's",
      "node 2 > register: it is about to open 22", "node 2 > log 22: takeover, epoch 2", "kept at",
      "node 2 > node 0: owns 22, epoch 2", "node 0 > node 2: u_1 asks c_1_4 to take number 2",
      "node 2 > log 22: batch", "kept at", "node 2 > node 0: answer: ok, #2", "ok 3: c_1_4 #2 as number 2",
      "log 22 > node 1: @4 takeover, epoch 2, by node 2", "ok 1: c_1_4 #3"},
     {"(void)", "epoch 3", "takeover, epoch 2, by node 1"}},
    {"hand-over",
     {"register: node 1 drains", "register: 22 is node 2's", "node 1 > log 22: released",
      "node 2 > node 0: answer: unavailable", "error 2: unavailable, retry", "log 22 > node 2: @4 released",
      "node 2 > log 22: takeover, epoch 2", "node 2 > node 0: owns 22, epoch 2", "ok 3: c_1_4 #2 as number 2",
      "ok 1: c_1_4 #3"},
     {"(void)", "node 1 is gone", "epoch 3"}},
    {"settle",
     {"kept or not, nobody knows", "node 1 > log 22: the same batch, byte for byte", "kept at @4",
      "@3 batch; @4 batch (void)", "ok 1: c_1_4 #1", "kept or not, nobody knows",
      "node 1 > log 22: the same batch, byte for byte", "kept at @5", "ok 2: c_1_4 #2", "@6 batch (void)",
      "ok 3: c_1_4 #3", "c_1_4 for what it has", "node 1 > log 22: settle", "kept at", "answer: a page",
      "page 1 of c_1_4, head 3"},
     {"error", "#4", "takeover"}},
    {"zombie",
     {"node 2 > log 22: takeover, epoch 2", "ok 2: c_1_4 #2", "node 1 > log 22: settle",
      "node 1 > node 2: owns 22, epoch 1", "error 1: unavailable", "settle (void)",
      "node 1 > node 2: u_4 asks c_1_4", "page 2 of c_1_4, head 2"},
     {"page 1 of", "head 1", "epoch 3", "batch (void)"}},
    {"re-attachment",
     {"ben.phone < @1 c_1_21 #1", "register: node 1 is gone", "node 2 > node 0: owns 28, epoch 2",
      "node 0 > node 2: attach u_21 at @1", "node 2 > node 0: attached u_21 at @1",
      "node 2 > node 0: entry @2 after @1", "node 2 > node 0: entry @3 after @2", "ben.phone < @2 c_1_21 #2",
      "ben.phone < @3 c_1_21 #3", "ben.phone < @4 c_1_21 #4", "(after ",
      "node 0 > node 2: attach, 64 sessions", "(after ", "node 0 > node 2: attach, 64 sessions", "(after ",
      "node 0 > node 2: attach, 64 sessions", "(after ", "node 0 > node 2: attach, 8 sessions"},
     {"closed", "reset", "error"}},
    {"copy",
     {"node 1 > log 22: checkpoint, the first slice", "log 22 > node 2: @5 checkpoint",
      "node 1 > log 22: checkpoint, that was the last slice", "node 2 > node 1: all rows of 22 are on disk here",
      "node 1 > log 22: give up what is below @5", "log 22 > node 2: @5", "node 2 > node 1: the first rows of 22",
      "node 1 > node 2: rows of 22 as at @7, the last", "log 22 > node 2: @8 batch"},
     {"alarm", "not to be had"}},
};

std::vector<std::string> outcome_of(const std::string& story) {
  return outcome(tell(read("tests/core/node/stories/" + story + ".story")));
}

void check(const Facts& of) {
  const std::vector<std::string> lines = outcome_of(of.story);
  for (const std::string& line : lines)
    for (const std::string& wrong : of.never) EXPECT_FALSE(contains(line, wrong)) << of.story << ": " << line;
  auto at = lines.begin();
  for (const std::string& fact : of.in_order) {
    at = std::find_if(at, lines.end(), [&](const std::string& line) { return contains(line, fact); });
    ASSERT_NE(at, lines.end()) << of.story << ": " << fact;
    ++at;
  }
}

TEST(Stories, ShowWhatTheyAreToldFor) {
  for (const Facts& of : facts) check(of);
}

/// No entry twice, and none left out: each device's events count on, but when it comes anew.
TEST(Stories, OfReplicatedFleetsShowEveryEntryOnce) {
  for (const Facts& of : facts) {
    std::map<std::string, std::uint64_t> last;
    for (const std::string& line : outcome_of(of.story)) {
      const std::size_t event = line.find(" < @");
      if (event == std::string::npos || !contains(line, " message ")) continue;
      const std::uint64_t number = std::stoull(line.substr(event + 4));
      EXPECT_EQ(number, ++last[line.substr(0, event)]) << of.story << ": " << line;
    }
    EXPECT_FALSE(last.empty()) << of.story;
  }
}

class GoldenStories : public testing::TestWithParam<fs::path> {};

TEST_P(GoldenStories, GoAsTheyAreTold) {
  const std::string written = read(GetParam());
  const std::string told = tell(written);
  if (std::getenv("HUBBUB_REWRITE_STORIES") != nullptr)
    std::ofstream(GetParam()) << told;
  else
    EXPECT_EQ(told, written) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Node, GoldenStories, testing::ValuesIn(stories()),
                         [](const auto& story) {
                           std::string name = story.param.stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace hubbub::test
