// What the program does with words that are wrong, and where it cannot say what it has to say.
#include <gmock/gmock.h>

#include "tests/tools/program.hpp"

namespace hubbub::tools {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(CommandLine, NamesTheCommandsWhenItIsGivenNoneOrAnUnknownOne) {
  const Outcome none = hubbub("");
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.err, HasSubstr("name a command: sim, check, schema, bench"));
  const Outcome unknown = hubbub("foo --seed 1");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("there is no command \"foo\"; there are sim, check"));
}

TEST(CommandLine, HelpsHoweverItIsAskedAndTellsTheExitStatuses) {
  const Outcome help = hubbub("--help");
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit status:\n  0  it holds"));
  EXPECT_EQ(hubbub("help").out, help.out);
  EXPECT_THAT(hubbub("help sim").out, HasSubstr("--seed UINT[,UINT...] (may be repeated)"));
  EXPECT_EQ(hubbub("help sim").out, hubbub("sim --help").out);
  EXPECT_THAT(hubbub("sim --help").out, HasSubstr("Exit status:"));
}

TEST(CommandLine, TellsItsVersion) {
  const Outcome version = hubbub("--version");
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, testing::MatchesRegex("hubbub [0-9.]+\n"));
}

TEST(CommandLine, FailsWhenStandardOutputIsFull) {
  for (const char* words :
       {"--help", "--version", "schema", "schema --keys", "check scenarios/first-light.json",
        "check --print scenarios/first-light.json", "sim --help"}) {
    const Outcome full = hubbub(words, " >/dev/full");
    EXPECT_EQ(full.status, 74) << words;
    EXPECT_EQ(full.err, "hubbub: cannot write to standard output: No space left on device\n");
  }
}

TEST(CommandLine, SaysNothingWhenItsReaderHasGone) {
  const Outcome gone = hubbub("schema", " | true");
  EXPECT_THAT(gone.err, IsEmpty());
}

TEST(CommandLine, TellsOfAllWrongScenarioFiles) {
  const Outcome wrong = hubbub("check no-such.json neither.json scenarios/first-light.json");
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.err, HasSubstr("no-such.json"));
  EXPECT_THAT(wrong.err, HasSubstr("neither.json"));
  EXPECT_THAT(wrong.out, HasSubstr("first-light.json: right"));
  EXPECT_THAT(wrong.out, Not(HasSubstr("no-such")));
}

}  // namespace
}  // namespace hubbub::tools
