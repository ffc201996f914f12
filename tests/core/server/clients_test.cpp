#include "core/server/clients.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hubbub::server {
namespace {

using testing::HasSubstr;

/// A connection that notes what it is told to do.
class FakeConnection final : public Connection {
 public:
  explicit FakeConnection(Clients& clients) : clients_(clients) {}

  void read_on() override { ++reads; }
  bool send(std::string_view frame) override {
    if (full) return false;
    sent += frame;
    return true;
  }
  void flush() override { ++flushes; }
  void ping() override { ++pings; }
  void close(CloseCode code, std::string_view, bool drop_waiting) override {
    closed = code;
    dropped = drop_waiting;
  }
  void abort() override {
    aborted = true;
    clients_.gone(id);
  }

  ConnectionId id;
  std::string sent;
  std::optional<CloseCode> closed;
  int reads = 0, flushes = 0, pings = 0;
  bool dropped = false, aborted = false, full = false;

 private:
  Clients& clients_;
};

constexpr Duration start = 1000s;
constexpr std::string_view hello = R"({"type":"hello","device":"d"})";

class ClientsTest : public testing::Test {
 protected:
  std::shared_ptr<FakeConnection> accept() {
    auto connection = std::make_shared<FakeConnection>(clients);
    connection->id = clients.accepted(connection);
    EXPECT_TRUE(std::holds_alternative<input::Arrived>(clients.inputs().back()));
    clients.inputs().pop_back();  // the node lets it in
    return connection;
  }
  std::shared_ptr<FakeConnection> upgraded(std::uint64_t user) {
    auto connection = accept();
    clients.upgraded(connection->id, UserId{user});
    return connection;
  }
  std::shared_ptr<FakeConnection> live(std::uint64_t user) {
    auto connection = upgraded(user);
    clients.message(connection->id, hello);
    take();
    return connection;
  }
  /// As the loop does: moves the inputs away, and says when the node has taken them.
  void take() {
    clients.inputs().clear();
    clients.inputs_taken();
  }
  template <class T>
  int count() {
    int n = 0;
    for (const Input& input : clients.inputs()) n += std::holds_alternative<T>(input);
    return n;
  }
  void pass(Duration time) {
    for (const Duration end = now + time; now < end;) clients.set_now(now += 250ms);
  }

  Duration now = start;
  Clients clients{start, 1};
};

TEST_F(ClientsTest, TurnTheFirstFramesIntoInputsInOrder) {
  const auto c = upgraded(71);
  clients.message(c->id, R"([{"type":"hello","device":"d"},{"type":"list","id":1}])");
  ASSERT_EQ(clients.inputs().size(), 3u);
  EXPECT_EQ(std::get<input::Opened>(clients.inputs()[0]).user, UserId{71});
  const auto& frame = std::get<input::Frame>(clients.inputs()[1]);
  EXPECT_EQ(std::get<to_server::Hello>(frame.frame).device, "d");
  EXPECT_EQ(frame.waited_ns, start.count());
}

TEST_F(ClientsTest, TellWhoWantsToPollThatAWebSocketIsNotFor) {
  const auto c = upgraded(71);
  clients.message(c->id, R"({"type":"hello","device":"d","polled":true})");
  EXPECT_EQ(count<input::Frame>(), 0);
  EXPECT_THAT(c->sent, HasSubstr(R"("code":"unsupported")"));
  EXPECT_FALSE(c->closed) << "it may say hello without that";
  clients.message(c->id, hello);
  EXPECT_EQ(count<input::Frame>(), 1);
}

TEST_F(ClientsTest, ReadOnOnlyAfterTheNodeHasTakenTheMessage) {
  const auto c = upgraded(71);
  clients.message(c->id, hello);
  EXPECT_EQ(c->reads, 0);
  take();
  EXPECT_EQ(c->reads, 1);
}

TEST_F(ClientsTest, TakeTheTokenFromHelloIfNoneCameBefore) {
  const auto c = accept();
  clients.upgraded(c->id, {});
  clients.message(c->id, R"({"type":"hello","device":"d","token":"dev-insecure:u_9"})");
  ASSERT_EQ(count<input::Opened>(), 1);
  EXPECT_EQ(std::get<input::Opened>(clients.inputs()[0]).user, UserId{9});
  EXPECT_FALSE(c->closed);
}

TEST_F(ClientsTest, CloseWhoHasNoTokenOrAWrongOneAndSayWhatWouldBeRight) {
  for (const char* text :
       {R"({"type":"hello","device":"d"})", R"({"type":"hello","device":"d","token":"x"})",
        R"({"type":"hello","device":"d","token":7})", R"([])", "nonsense",
        R"({"type":"list","id":1,"token":"dev-insecure:u_9"})"}) {
    const auto c = accept();
    clients.upgraded(c->id, {});
    clients.message(c->id, text);
    EXPECT_EQ(c->closed, CloseCode::bad_token) << text;
    EXPECT_THAT(c->sent, HasSubstr("unauthenticated"));
    EXPECT_EQ(count<input::Opened>(), 0);
    EXPECT_EQ(count<input::Closed>(), 1);
    take();
  }
}

TEST_F(ClientsTest, AnswerABadFrameAndCloseOnlyWhenItCannotBeReadAtAll) {
  const auto c = live(71);
  clients.message(c->id, R"({"type":"message","id":3})");
  EXPECT_THAT(c->sent, HasSubstr(R"("id":3)"));
  EXPECT_FALSE(c->closed);
  take();
  clients.message(c->id, "{");
  EXPECT_EQ(c->closed, CloseCode::bad_frame);
  EXPECT_EQ(count<input::Closed>(), 1);
}

TEST_F(ClientsTest, EndWithoutAWordWhomTheNodeDoesNotLetIn) {
  const auto c = accept();
  Outbox out;
  out.entries.push_back({c->id, false});
  clients.carry_out(out);
  EXPECT_TRUE(c->aborted);
  EXPECT_FALSE(c->closed);
  EXPECT_EQ(count<input::Closed>(), 0) << "the node has forgotten it";
}

TEST_F(ClientsTest, TellTheNodeOfTheEndOfWhomItLetInAndWhoNeverUpgraded) {
  const auto c = accept();
  Outbox out;
  out.entries.push_back({c->id, true});
  clients.carry_out(out);
  clients.gone(c->id);
  EXPECT_EQ(count<input::Closed>(), 1);
}

TEST_F(ClientsTest, SayWhatTheRequestSaidOfComingBack) {
  const auto c = accept();
  clients.upgraded(c->id, UserId{71}, {.resumes = true, .ticket = {17, 99}});
  const auto& opened = std::get<input::Opened>(clients.inputs().back());
  EXPECT_TRUE(opened.resumes);
  EXPECT_EQ(opened.ticket, (Ticket{17, 99}));
}

TEST_F(ClientsTest, CutWhoReadsTooSlowlyAndTellTheNodeOnce) {
  const auto c = live(71);
  c->full = true;
  Outbox out;
  out.frames.push_back({c->id, to_client::Error{}});
  out.frames.push_back({c->id, to_client::Error{}});
  clients.carry_out(out);
  EXPECT_EQ(c->closed, CloseCode::too_slow);
  EXPECT_TRUE(c->dropped);
  EXPECT_EQ(count<input::Closed>(), 1);
  clients.gone(c->id);
  EXPECT_EQ(count<input::Closed>(), 1);
}

TEST_F(ClientsTest, TellTheNodeOfWhoWasCutWhileItsOwnStepWasCarriedOut) {
  const auto c = live(71);
  clients.message(c->id, R"({"type":"list","id":1})");
  clients.inputs().clear();  // the loop has them
  c->full = true;
  Outbox out;
  out.frames.push_back({c->id, to_client::Error{}});
  clients.carry_out(out);
  clients.inputs_taken();
  EXPECT_EQ(count<input::Closed>(), 1);
}

TEST_F(ClientsTest, CloseWhoeverIsNotGreetedWithinTenSeconds) {
  const auto raw = accept();
  const auto mute = upgraded(71);
  const auto fine = live(72);
  pass(9s);
  EXPECT_FALSE(raw->aborted);
  EXPECT_FALSE(mute->closed);
  pass(2s);
  EXPECT_TRUE(raw->aborted);
  EXPECT_EQ(mute->closed, CloseCode::silent);
  EXPECT_FALSE(fine->closed);
}

TEST_F(ClientsTest, EndAConnectionThatDoesNotAnswerTheClose) {
  const auto mute = upgraded(71);
  pass(11s);
  EXPECT_FALSE(mute->aborted);
  pass(closing_time + 1s);
  EXPECT_TRUE(mute->aborted);
  EXPECT_EQ(clients.count(), 0u);
}

TEST_F(ClientsTest, PingWhoIsQuietAndReportWhoStaysSilent) {
  const auto c = live(71);
  pass(34s);
  EXPECT_GE(c->pings, 1);
  EXPECT_EQ(count<input::Silent>(), 0);
  pass(2s);
  EXPECT_EQ(count<input::Silent>(), 1);
  pass(30s);
  EXPECT_EQ(count<input::Silent>(), 1);
}

TEST_F(ClientsTest, KeepWhoAnswersPings) {
  const auto c = live(71);
  int answered = 0;
  for (int i = 0; i < 4 * 600; ++i) {
    pass(250ms);
    if (c->pings > answered) {
      answered = c->pings;
      clients.heard(c->id);
    }
  }
  EXPECT_EQ(count<input::Silent>(), 0);
  EXPECT_GE(answered, 600 / 36);
  EXPECT_LE(answered, 600 / 25 + 2);
}

TEST_F(ClientsTest, SpreadTheFirstPings) {
  std::vector<std::shared_ptr<FakeConnection>> all;
  for (std::uint64_t user = 1; user <= 100; ++user) all.push_back(live(user));
  pass(12500ms);
  int pinged = 0;
  for (const auto& c : all) pinged += c->pings > 0;
  EXPECT_GT(pinged, 30);
  EXPECT_LT(pinged, 70);
}

TEST_F(ClientsTest, UseASlotAgainUnderAnotherUse) {
  const auto first = live(71);
  clients.gone(first->id);
  EXPECT_EQ(count<input::Closed>(), 1);
  const auto second = accept();
  EXPECT_EQ(second->id.slot, first->id.slot);
  EXPECT_NE(second->id.use, first->id.use);
  Outbox out;
  out.frames.push_back({first->id, to_client::Error{}});
  clients.carry_out(out);
  EXPECT_TRUE(second->sent.empty());
}

TEST_F(ClientsTest, KeepAMessagesBytesThoughItsConnectionIsGone) {
  auto c = upgraded(71);
  clients.message(c->id, hello);
  clients.gone(c->id);
  const std::weak_ptr<FakeConnection> held = c;
  c.reset();
  EXPECT_FALSE(held.expired());
  take();
  EXPECT_TRUE(held.expired());
}

TEST_F(ClientsTest, CloseAllWhenDrainingAndWhoComesLaterAtOnce) {
  const auto raw = accept();
  const auto c = live(71);
  clients.drain(CloseCode::draining, "bye");
  EXPECT_TRUE(raw->aborted);
  EXPECT_EQ(c->closed, CloseCode::draining);
  EXPECT_FALSE(c->dropped);
  const auto late = upgraded(72);
  EXPECT_EQ(late->closed, CloseCode::draining);
}

TEST_F(ClientsTest, FlushOnceForAllFramesOfAStep) {
  const auto c = live(71);
  Outbox out;
  for (int i = 0; i < 5; ++i) out.frames.push_back({c->id, to_client::Error{}});
  clients.carry_out(out);
  clients.flush();
  EXPECT_EQ(c->flushes, 1);
  clients.flush();
  EXPECT_EQ(c->flushes, 1);
}

TEST_F(ClientsTest, NameTheCallerAsTheOneWhoLeaves) {
  const auto c = live(71);
  clients.message(
      c->id,
      R"({"type":"leave","id":1,"n":1,"key":"00000000000000a1","conversation_id":"c_71_1_5"})");
  ASSERT_EQ(clients.inputs().size(), 1u) << c->sent;
  const auto& frame = std::get<input::Frame>(clients.inputs()[0]).frame;
  EXPECT_EQ(std::get<to_server::Change>(frame).user, UserId{71});
}

}  // namespace
}  // namespace hubbub::server
