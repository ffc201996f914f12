// The whole server on loopback: real sockets, a real store, threads.
#include "core/server/server.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "core/base/limits.hpp"
#include "core/wire/advice.hpp"
#include "tests/core/server/probe.hpp"
#include "tests/core/server/server_process.hpp"

namespace hubbub::server {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view key = "00000000000000a1";

std::string hello(std::string_view device) {
  return fmt::format(R"({{"type":"hello","device":"{}"}})", device);
}

/// Says hello until it is welcomed: a server that has just started says "unavailable" for a moment.
std::string greet(Probe& client, std::string_view frame) {
  for (int tries = 0; tries < 1000; ++tries) {
    client.send(frame);
    const auto answer = client.read();
    if (!answer) return {};
    if (answer->find("welcome") != std::string::npos) return *answer;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return {};
}

/// The message with `part`: the greeting itself, for frames that are ready together share one, or
/// one that comes later.
std::string from_greeting(Probe& client, const std::string& greeting, std::string_view part) {
  return greeting.find(part) != std::string::npos ? greeting : client.read_until(part);
}

std::string text_message(int id, int n, std::string_view content, std::string_view unique = key) {
  return fmt::format(
      R"({{"type":"message","id":{},"conversation_id":"c_71_84","n":{},"key":"{}","content":"{}"}})",
      id, n, unique, content);
}

class ServerTest : public testing::Test {
 protected:
  void SetUp() override { start(); }
  void TearDown() override { stop(); }

  void start() {
    ServerOptions options;
    options.data = directory;
    options.handle_signals = false;
    options.nodes = nodes;
    options.accept_rate = accept_rate;
    options.say = [this](std::string_view line) {
      const std::lock_guard lock(said_mutex);
      said += std::string(line) + "\n";
    };
    auto started = Server::start(options);
    ASSERT_TRUE(started) << started.error().what;
    server = std::move(*started);
    running = std::thread([this] { status = server->run(); });
  }
  void stop() {
    if (!running.joinable()) return;
    server->stop();
    running.join();
    server.reset();
  }
  Probe probe() { return Probe(server->port()); }
  std::unique_ptr<Probe> user(int id, std::string_view device = "d") {
    auto client = std::make_unique<Probe>(server->port());
    EXPECT_EQ(client->upgrade(fmt::format("/ws?token=dev-insecure:u_{}", id)), 101);
    EXPECT_THAT(greet(*client, hello(device)), HasSubstr(fmt::format("u_{}", id)));
    return client;
  }

  std::string directory =
      fresh_directory(testing::UnitTest::GetInstance()->current_test_info()->name());
  std::uint16_t nodes = ServerOptions{}.nodes;
  std::uint32_t accept_rate = 0;
  std::unique_ptr<Server> server;
  std::thread running;
  int status = -1;
  std::mutex said_mutex;
  std::string said;
};

TEST_F(ServerTest, AnswersHealthAndRefusesOtherPathsAsJson) {
  Probe health = probe();
  health.send_raw("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(health.read_raw(), HasSubstr(R"({"status":"alive"})"));
  Probe other = probe();
  other.send_raw("GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = other.read_raw();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(answer, HasSubstr("not_found"));
}

TEST_F(ServerTest, RefusesWhatIsNotHttpAndHeadersWithoutEnd) {
  Probe garbage = probe();
  garbage.send_raw("\x16\x03\x01 hello\r\n\r\n");
  EXPECT_THAT(garbage.read_raw(), StartsWith("HTTP/1.1 400 "));
  Probe endless = probe();
  endless.send_raw("GET /ws HTTP/1.1\r\nX: " + std::string(20'000, 'a'));
  EXPECT_THAT(endless.read_raw(), testing::AnyOf(StartsWith("HTTP/1.1 431 "), ""));
}

TEST_F(ServerTest, RefusesAnotherSubProtocolOrAWrongTokenBeforeTheUpgrade) {
  EXPECT_EQ(probe().upgrade("/ws", "chat"), 400);
  EXPECT_EQ(probe().upgrade("/ws", ""), 400);
  EXPECT_EQ(probe().upgrade("/ws?token=wrong"), 401);
  EXPECT_EQ(probe().upgrade("/ws", "hubbub.v1.json", "Bearer wrong"), 401);
  EXPECT_EQ(probe().upgrade("/nowhere"), 404);
}

TEST_F(ServerTest, WelcomesATokenFromTheHeaderOrFromHello) {
  Probe header = probe();
  ASSERT_EQ(header.upgrade("/ws", "hubbub.v1.json", "Bearer dev-insecure:u_71"), 101);
  EXPECT_THAT(greet(header, hello("a")), HasSubstr("u_71"));
  Probe in_hello = probe();
  ASSERT_EQ(in_hello.upgrade("/ws"), 101);
  EXPECT_THAT(greet(in_hello, R"({"type":"hello","device":"b","token":"dev-insecure:u_84"})"),
              HasSubstr("u_84"));
}

TEST_F(ServerTest, ClosesAWrongTokenInHelloWith4401AndSaysWhatWouldBeRight) {
  Probe client = probe();
  ASSERT_EQ(client.upgrade("/ws"), 101);
  client.send(R"({"type":"hello","device":"b","token":"let me in"})");
  EXPECT_THAT(client.read_until("unauthenticated"), HasSubstr("dev-insecure:u_71"));
  EXPECT_EQ(client.close_code(), 4401);
}

TEST_F(ServerTest, AnswersABadFrameAndGoesOnButClosesWhatIsNoJson) {
  const auto client = user(71);
  client->send(R"({"type":"message","id":9,"n":1})");
  EXPECT_THAT(client->read_until("error"), HasSubstr(R"("id":9)"));
  client->send(R"({"type":"list","id":10})");
  EXPECT_THAT(client->read_until(R"("id":10)"), HasSubstr("conversations"));
  client->send("{not json");
  EXPECT_THAT(client->read_until("error"), HasSubstr("bad_request"));
  EXPECT_EQ(client->close_code(), 4400);
}

TEST_F(ServerTest, ClosesABinaryMessageAndAMessageThatIsTooLong) {
  const auto binary = user(71);
  binary->send_binary("{}");
  EXPECT_EQ(binary->close_code(), 4400);
  const auto longer = user(84);
  longer->send(std::string(limits::frame_bytes + 1000, ' '));
  EXPECT_THAT(longer->read_until("error"), HasSubstr("too_large"));
  EXPECT_EQ(longer->close_code(), 4400);
}

TEST_F(ServerTest, CarriesTheLongestTextFromOneUserToTheOther) {
  const auto anna = user(71);
  const auto bert = user(84);
  std::string text;
  for (std::size_t i = 0; i < limits::text_code_points; ++i) text += "\xF0\x9F\x90\x9D";
  anna->send(text_message(1, 1, text));
  EXPECT_THAT(anna->read_until(R"("type":"ok")"), HasSubstr(R"("seq":1)"));
  EXPECT_THAT(bert->read_until(R"("from":"u_71")"), HasSubstr(text));
  // One more is too long, and says so without ending the connection.
  anna->send(text_message(2, 2, text + "!"));
  EXPECT_THAT(anna->read_until(R"("id":2)"), HasSubstr("too_large"));
}

TEST_F(ServerTest, KeepsWhatWasAcknowledgedAcrossARestart) {
  {
    const auto anna = user(71);
    anna->send(text_message(1, 1, "Lunch at one?"));
    ASSERT_THAT(anna->read_until(R"("type":"ok")"), HasSubstr(R"("seq":1)"));
  }
  stop();
  EXPECT_EQ(status, 0);
  start();
  const auto bert = std::make_unique<Probe>(server->port());
  ASSERT_EQ(bert->upgrade("/ws?token=dev-insecure:u_84"), 101);
  const std::string greeting = greet(*bert, hello("d"));
  EXPECT_THAT(from_greeting(*bert, greeting, "Lunch at one?"), HasSubstr(R"("from":"u_71")"));
  bert->send(R"({"type":"history","id":1,"conversation_id":"c_71_84","before":0})");
  EXPECT_THAT(bert->read_until(R"("id":1)"), HasSubstr("Lunch at one?"));
  // The repeat of what was answered before the restart gets the same answer, not a second message.
  const auto anna = user(71);
  anna->send(text_message(5, 1, "Lunch at one?"));
  EXPECT_THAT(anna->read_until(R"("id":5)"), HasSubstr(R"("seq":1)"));
}

/// A node that begins one session a second.
class BusyServerTest : public ServerTest {
 protected:
  BusyServerTest() { nodes = 1, accept_rate = 1; }
};

TEST_F(BusyServerTest, ClosesWhoComesEarlyWith4009AndLetsItInAtItsTimeWithItsTicket) {
  const auto first = user(71);
  Probe early = probe();
  ASSERT_EQ(early.upgrade("/ws?token=dev-insecure:u_84&resume=1"), 101);
  EXPECT_EQ(early.close_code(), 4009);
  const Advice advice = parse_close_reason(early.close_reason());
  ASSERT_FALSE(advice.ticket.none()) << early.close_reason();
  std::this_thread::sleep_for(std::chrono::milliseconds(advice.delay_ms));
  Probe in_time = probe();
  ASSERT_EQ(in_time.upgrade("/ws?token=dev-insecure:u_84&resume=1&ticket=" + to_text(advice.ticket)), 101);
  EXPECT_THAT(greet(in_time, hello("d")), HasSubstr("u_84"));
}

TEST_F(ServerTest, TakesSeveralFramesInOneMessage) {
  const auto client = user(71);
  client->send("[" + text_message(1, 1, "a", "00000000000000b1") + "," +
               text_message(2, 2, "b", "00000000000000b2") + "]");
  EXPECT_NE(client->read_until(R"("id":1)"), "");
  // Both answers may have come in one message, so ask for what proves the second.
  client->send(R"({"type":"history","id":3,"conversation_id":"c_71_84","before":0})");
  EXPECT_THAT(client->read_until(R"("id":3)"), HasSubstr(R"("content":"b")"));
}

TEST_F(ServerTest, ClosesTheOlderOfTwoConnectionsOfADevice) {
  const auto older = user(71, "phone");
  const auto newer = user(71, "phone");
  EXPECT_EQ(older->close_code(), 4409);
  newer->send(R"({"type":"list","id":1})");
  EXPECT_THAT(newer->read_until(R"("id":1)"), HasSubstr("conversations"));
}

TEST_F(ServerTest, CutsAReaderThatStopsReadingAtTheBound) {
  const auto writer = user(71);
  writer->send(text_message(1, 1, std::string(90'000, 'x')));
  ASSERT_NE(writer->read_until(R"("type":"ok")"), "");
  // It asks again and again for a long page and reads no answer: the kernel takes a few megabytes
  // on the server's side, the server four more, then it is cut; and since it does not read the
  // close frame either, its socket is closed five seconds later.
  const auto slow = std::make_unique<Probe>(server->port(), 16 * 1024);
  ASSERT_EQ(slow->upgrade("/ws?token=dev-insecure:u_84"), 101);
  ASSERT_NE(greet(*slow, hello("d")), "");
  bool ended = false;
  for (int id = 1; id <= 30'000 && !ended; ++id) {
    ended = !slow->send(
        fmt::format(R"({{"type":"history","id":{},"conversation_id":"c_71_84","before":0}})", id));
    if (id % 50 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_TRUE(ended);
  // Nobody else noticed.
  writer->send(R"({"type":"list","id":7})");
  EXPECT_THAT(writer->read_until(R"("id":7)"), HasSubstr("c_71_84"));
}

TEST_F(ServerTest, SaysThatDevelopmentTokensAreInsecureAndWhereItListens) {
  const std::lock_guard lock(said_mutex);
  EXPECT_THAT(said, HasSubstr("INSECURE"));
  EXPECT_THAT(said, HasSubstr(fmt::format("ws://127.0.0.1:{}/ws", server->port())));
  EXPECT_THAT(said, HasSubstr("durability: synced"));
}

TEST_F(ServerTest, RefusesADirectoryThatIsInUse) {
  ServerOptions options;
  options.data = directory;
  const auto second = Server::start(options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().status, 2);
  EXPECT_THAT(second.error().what, HasSubstr("another process"));
}

TEST(ServerStart, TellsAFileAndADirectoryThatCannotBeWrittenFromOneThatIsInUse) {
  ServerOptions options;
  options.data = fresh_directory("file");
  std::ofstream(options.data) << "no directory";
  const auto file = Server::start(options);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().status, 2);
  EXPECT_THAT(file.error().what, HasSubstr("is a file; --data wants a directory"));

  std::filesystem::remove(options.data);
  std::filesystem::create_directories(options.data + "/HUBBUB.lock");  // no file can be there
  const auto blocked = Server::start(options);
  ASSERT_FALSE(blocked);
  EXPECT_EQ(blocked.error().status, 2);
  EXPECT_THAT(blocked.error().what, HasSubstr("cannot be written to"));
  EXPECT_THAT(blocked.error().what, Not(HasSubstr("another process")));
}

TEST(ServerStart, FailsOnAStoreThatIsDamaged) {
  ServerOptions options;
  options.data = fresh_directory("damaged");
  std::filesystem::create_directories(options.data);
  std::ofstream(options.data + "/HUBBUB") << "?";
  const auto damaged = Server::start(options);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().status, 70);
}

TEST(ServerStart, WritesAnAddressOfTheSixthVersionInBracketsAndCountsNothingThatWasNot) {
  ServerOptions options;
  options.data = fresh_directory("v6");
  options.address = "::1";
  options.handle_signals = false;
  std::string all;
  std::mutex mutex;
  options.say = [&](std::string_view line) {
    const std::lock_guard lock(mutex);
    all += std::string(line) + "\n";
  };
  const auto server = Server::start(options);
  if (!server) GTEST_SKIP() << "this host has no ::1: " << server.error().what;
  (*server)->stop();
  EXPECT_EQ((*server)->run(), 0);
  EXPECT_THAT(all, HasSubstr(fmt::format("ws://[::1]:{}/ws", (*server)->port())));
  EXPECT_THAT(all, HasSubstr("nobody connected"));
  EXPECT_THAT(all, Not(HasSubstr("0.00 messages")));
}

TEST(ServerStart, RefusesOptionsThatAreWrongAndSaysWhatWouldBeRight) {
  ServerOptions options;
  options.data = fresh_directory("start");
  options.address = "nowhere";
  const auto address = Server::start(options);
  ASSERT_FALSE(address);
  EXPECT_EQ(address.error().status, 2);
  EXPECT_THAT(address.error().what, HasSubstr("127.0.0.1"));
  options.address = "127.0.0.1";
  options.nodes = 65;
  EXPECT_THAT(Server::start(options).error().what, HasSubstr("64"));
  options.data.clear();
  EXPECT_THAT(Server::start(options).error().what, HasSubstr("--data"));
}

TEST(ServerProcesses, EndCleanlyOnSigtermAndCloseTheirClientsWith4000) {
  ServerOptions options;
  options.data = fresh_directory("sigterm");
  ServerProcess server(options);
  ASSERT_NE(server.port(), 0);
  Probe client(server.port());
  ASSERT_EQ(client.upgrade("/ws?token=dev-insecure:u_71"), 101);
  ASSERT_NE(greet(client, hello("d")), "");
  server.signal(SIGTERM);
  EXPECT_EQ(client.close_code(), 4000);
  EXPECT_EQ(server.wait(), 0);
}

TEST(ServerProcesses, EndCleanlyOnASigtermThatComesBeforeTheyRun) {
  ServerOptions options;
  options.data = fresh_directory("early");
  options.say = [](std::string_view) {};
  const auto start_signal_run = [&options] {
    auto server = Server::start(options);
    ::raise(SIGTERM);
    ::_exit(server ? (*server)->run() : 99);
  };
  EXPECT_EXIT(start_signal_run(), testing::ExitedWithCode(0), "");
}

TEST(ServerProcesses, OutliveRunningOutOfFileDescriptors) {
  ServerOptions options;
  options.data = fresh_directory("descriptors");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 40;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  ServerProcess server(options);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_NE(server.port(), 0);

  Probe first(server.port());
  ASSERT_EQ(first.upgrade("/ws?token=dev-insecure:u_71"), 101);
  ASSERT_NE(greet(first, hello("d")), "");
  {
    // Beyond the limit they wait in the system's queue, to no harm of those who are connected.
    std::vector<std::unique_ptr<Probe>> crowd;
    for (int i = 0; i < 60; ++i) crowd.push_back(std::make_unique<Probe>(server.port()));
    first.send(R"({"type":"list","id":1})");
    EXPECT_THAT(first.read_until(R"("id":1)"), HasSubstr("conversations"));
  }
  Probe later(server.port());
  EXPECT_EQ(later.upgrade("/ws?token=dev-insecure:u_84"), 101);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST(ServerProcesses, ServeWhatWasAcknowledgedBeforeASigkill) {
  ServerOptions options;
  options.data = fresh_directory("sigkill");
  {
    ServerProcess server(options);
    Probe anna(server.port());
    ASSERT_EQ(anna.upgrade("/ws?token=dev-insecure:u_71"), 101);
    ASSERT_NE(greet(anna, hello("d")), "");
    anna.send(text_message(1, 1, "before the kill"));
    ASSERT_NE(anna.read_until(R"("type":"ok")"), "");
    server.signal(SIGKILL);
    EXPECT_EQ(server.wait(), -SIGKILL);
  }
  ServerProcess server(options);
  ASSERT_NE(server.port(), 0);
  Probe bert(server.port());
  ASSERT_EQ(bert.upgrade("/ws?token=dev-insecure:u_84"), 101);
  EXPECT_NE(from_greeting(bert, greet(bert, hello("d")), "before the kill"), "");
}

}  // namespace
}  // namespace hubbub::server
