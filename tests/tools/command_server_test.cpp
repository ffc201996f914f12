// `hubbub serve` and `hubbub load`: options that are wrong, and being told to stop.
#include <gmock/gmock.h>
#include <signal.h>

#include "tests/tools/program.hpp"

namespace hubbub::tools {
namespace {

using testing::HasSubstr;

void expect_refused(const std::string& words, const std::string& sentence) {
  const Outcome refused = hubbub(words);
  EXPECT_EQ(refused.status, 2) << words;
  EXPECT_THAT(refused.err, HasSubstr(sentence)) << words;
}

TEST(CommandServe, RefusesOptionsThatAreWrongInSentences) {
  const Scratch scratch;
  const std::string serve = "serve --data " + (scratch / "data");
  expect_refused(serve + " --port 99999", "--port must be 0 to 65535");
  expect_refused(serve + " --port -1", "--port must be 0 to 65535");
  expect_refused(serve + " --durability foo", "\"foo\" is neither synced nor buffered");
  expect_refused(serve + " --nodes 0", "--nodes must be 1 to 64");
  expect_refused("serve", "--data is required");
  expect_refused("serve --data " + scratch.file("a", ""), "is a file; --data wants a directory");
  EXPECT_THAT(hubbub("serve --help").out, HasSubstr("--durability synced|buffered"));
}

TEST(CommandLoad, RefusesOptionsThatAreNoLoadInSentences) {
  const std::string load = "load --url ws://127.0.0.1:1/ws ";
  for (const char* rate : {"nan", "inf", "1e12", "-1", "many"})
    expect_refused(load + "--rate " + rate, "--rate must be 0 to 1000000");
  for (const char* duration : {"-5s", "0", "25h", "nan", "5 parsecs", "1e300"})
    expect_refused(load + "--duration '" + duration + "'", "--duration must be 1ms to 24h");
  expect_refused(load + "--length 0", "--length must be 1 to");
  expect_refused(load + "--seed -1", "--seed must be 0 to");
  expect_refused(load + "--pace foo", "\"foo\" is neither poisson nor even");
  expect_refused(load + "--server-pid 2147483647", "there is no process 2147483647");
  EXPECT_THAT(hubbub("load --help").out, HasSubstr("--duration TIME(ms|s|m|h)"));
}

TEST(CommandLoad, EndsWithWhatThereIsWhenItIsToldTo) {
  const Scratch scratch;
  Running server("serve --port 0 --data " + (scratch / "data"));
  ASSERT_TRUE(server.says("listening on ws://127.0.0.1:"));
  for (const int signal : {SIGTERM, SIGHUP}) {
    // Its address is in what it said so far.
    Running load("load --duration 1h --connections 4 --rate 20 --url $(grep -o 'ws://.*' " +
                 server.output() + ")");
    ASSERT_TRUE(load.says("loading: 4 of 4 connected"));
    load.signal(signal);
    const Outcome ended = load.wait();
    EXPECT_EQ(ended.status, 128 + signal) << ended.out << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("interrupted; nothing false was said until then"));
  }
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait().status, 0);
}

}  // namespace
}  // namespace hubbub::tools
