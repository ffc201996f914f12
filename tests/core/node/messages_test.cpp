// Messages by their ids, mentions, messages under a client_id, and revoked devices, where a story would be
// too long: windows that overflow, limits, clocks.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "core/wire/rows.hpp"
#include "tests/core/node/cluster.hpp"

namespace hubbub::test {
namespace {

constexpr NodeId here{0};
constexpr UserId anna{1}, ben{2};
const ConversationId both = ConversationId::direct(anna, ben);

class Messages : public testing::Test {
 protected:
  explicit Messages(std::uint16_t nodes = 1, Policy policy = {}) : cluster(nodes, policy, {}, true) {
    cluster.listener.frame = [this](ConnectionId, NodeId, const to_client::Frame& frame) {
      if (const auto* found = std::get_if<to_client::Found>(&frame))
        at = {found->conversation, found->message.seq};
      if (const auto* ok = std::get_if<to_client::Ok>(&frame)) last_ok = *ok;
      if (const auto* welcome = std::get_if<to_client::Welcome>(&frame)) device = welcome->device;
      if (const auto* page = std::get_if<to_client::MentionsPage>(&frame)) {
        mentions.assign(page->mentions.begin(), page->mentions.end());
        more = page->has_more;
      }
      if (const auto* error = std::get_if<to_client::Error>(&frame)) {
        code = error->code;
        retry = error->retry;
      }
    };
    cluster.listener.close = [this](ConnectionId c, NodeId node, CloseCode with) {
      closed = with;
      cluster.close(node, c);
    };
  }

  ConnectionId comes(UserId user, const std::string& name = "phone", NodeId node = here,
                     TokenSpan token = {}) {
    const ConnectionId connection{++last_slot, 1};
    cluster.open(node, input::OpenedWith{{connection, user, false, {}}, token, {}});
    cluster.send(node, connection, to_server::Hello{name, false, {}});
    cluster.run();
    return connection;
  }
  template <class Request>
  void ask(ConnectionId from, Request request, NodeId node = here) {
    request.id = ++last_request;
    at.reset();
    last_ok.reset();
    code.reset();
    cluster.send(node, from, request);
    cluster.run();
  }
  static to_server::Send text(const ConversationId& to, std::uint64_t number) {
    return {.conversation = to, .number = number, .key = mix64(number), .content = {1, 1, "x"}};
  }
  to_server::Send named(const std::string& name, std::string_view words) {
    name_ = name;
    to_server::Send send{.conversation = both,
                         .content = {static_cast<std::uint32_t>(words.size()), hash_bytes(words), words}};
    send.client_id = name_;
    return send;
  }

  Cluster cluster;
  std::optional<std::pair<ConversationId, Sequence>> at;
  std::optional<to_client::Ok> last_ok;
  std::optional<ErrorCode> code;
  std::vector<MentionOf> mentions;
  std::optional<CloseCode> closed;
  DeviceNumber device;
  bool more = false;
  bool retry = false;

 private:
  std::uint32_t last_slot = 0;
  RequestId last_request = 0;
  std::string name_;
};

TEST_F(Messages, AreFoundAmongHundredsOfConversations) {
  const ConnectionId phone = comes(anna);
  std::vector<std::pair<ConversationId, MessageId>> said;
  for (std::uint64_t other = 2; other < 300; ++other) {
    const ConversationId to = ConversationId::direct(anna, UserId{other});
    ask(phone, text(to, 1));
    said.emplace_back(to, last_ok->message);
  }
  cluster.wait(1s);
  for (const auto& [to, id] : said) {
    ask(phone, to_server::Get{.message = id});
    ASSERT_EQ(at, std::pair(to, Sequence{1}));
  }
}

TEST_F(Messages, AreFoundByHalvesInALongConversationWhereMemoryHasTheNewestAlone) {
  const ConnectionId phone = comes(anna);
  std::vector<MessageId> ids;
  for (std::uint64_t n = 1; n <= 200; ++n) {
    ask(phone, text(both, n));
    ids.push_back(last_ok->message);
  }
  for (std::size_t n = 0; n < ids.size(); ++n) {
    ask(phone, to_server::Get{.message = ids[n]});
    ASSERT_EQ(at, std::pair(both, Sequence{n + 1}));
  }
  ask(phone, to_server::Get{.message = MessageId{ids.front().value - 1}});
  EXPECT_EQ(code, ErrorCode::not_found);
  ask(phone, to_server::Get{.message = MessageId{ids.back().value + 1}});
  EXPECT_EQ(code, ErrorCode::not_found);
  EXPECT_LE(cluster.units_max(), limits::step_units);
}

TEST_F(Messages, OfWhomIsInTooManyConversationsAreNotLookedFor) {
  const ConnectionId phone = comes(anna);
  for (std::uint64_t other = 2; other < limits::found_among + 100; ++other)
    ask(phone, text(ConversationId::direct(anna, UserId{other}), 1));
  cluster.wait(1s);
  ask(phone, to_server::Get{.message = MessageId{1}});
  EXPECT_EQ(code, ErrorCode::too_large);
  EXPECT_LE(cluster.units_max(), limits::step_units);
}

class IdsByTheClock : public Messages {
 protected:
  static Policy policy() {
    Policy p;
    p.message_ids = MessageIdPolicy::clock;
    return p;
  }
  IdsByTheClock() : Messages(1, policy()) {}
};

TEST_F(IdsByTheClock, FindNothing) {
  ask(comes(anna), to_server::Get{.message = MessageId{1}});
  EXPECT_EQ(code, ErrorCode::unsupported);
}

TEST_F(Messages, TheNewestThousandMentionsAreKeptAndPagedThroughTheirRows) {
  const ConnectionId phone = comes(anna);
  comes(ben);
  const std::uint64_t count = limits::mentions_kept + 37;
  for (std::uint64_t n = 1; n <= count; ++n) {
    to_server::Send send = text(both, n);
    send.mentions = {&ben, 1};
    ask(phone, send);
    ASSERT_TRUE(last_ok);
  }
  cluster.crash(here, true);
  cluster.start(here);
  cluster.wait(1s);
  const ConnectionId again = comes(ben);
  std::uint64_t expected = count, before = 0;
  do {
    ask(again, to_server::Mentions{.before = before, .limit = 64});
    ASSERT_FALSE(mentions.empty());
    for (const MentionOf& of : mentions) {
      ASSERT_EQ(of.number, expected);
      ASSERT_EQ(of.seq, expected);
      --expected;
    }
    before = mentions.back().number;
  } while (more);
  EXPECT_EQ(expected, count - limits::mentions_kept);
  EXPECT_LE(cluster.units_max(), limits::step_units);
}

class TwoNodes : public Messages {
 protected:
  TwoNodes() : Messages(2) {}
};

TEST_F(TwoNodes, AMentionThatIsNotStoredYetIsNotTakenForTheOneWhosePlaceItTakes) {
  // An inbox of node 1, and its user's conversation with Anna on node 0.
  UserId reader{2};
  while (cluster.map().owner(reader) != NodeId{1} ||
         cluster.map().places[partition_of(shard_of(ConversationId::direct(anna, reader))).value].owner != here)
    ++reader.value;
  const ConversationId with = ConversationId::direct(anna, reader);
  const ConnectionId phone = comes(anna);
  const ConnectionId readers = comes(reader, "phone", NodeId{1});
  for (std::uint64_t n = 1; n <= limits::mentions_kept + 1; ++n) {
    if (n == limits::mentions_kept + 1) cluster.hold_disk(NodeId{1});
    to_server::Send send = text(with, n);
    send.mentions = {&reader, 1};
    ask(phone, send);
    ASSERT_TRUE(last_ok);
  }
  ask(readers, to_server::Mentions{.before = 0, .limit = 64}, NodeId{1});
  cluster.release_disk(NodeId{1});
  cluster.wait(1s);
  // The page ends where the rows begin anew: with the thousandth.
  ASSERT_EQ(mentions.size(), 1u);
  EXPECT_EQ(mentions.front().number, limits::mentions_kept);
  EXPECT_TRUE(more);
}

TEST_F(Messages, MentionInAStepNoMoreThanFitsIt) {
  // As many people of one shard as one message may mention, each behind by as much as a delivery carries.
  std::vector<UserId> users;
  for (std::uint64_t u = 10; users.size() < limits::mentions_in_message; ++u)
    if (shard_of(UserId{u}) == shard_of(ben)) users.push_back(UserId{u});
  const ConnectionId phone = comes(anna);
  ask(phone, to_server::Create{.number = 1, .key = 1, .group = true, .members = users, .name = "all"});
  const ConversationId group = last_ok->conversation;
  cluster.hold_reads(here);
  for (std::uint64_t n = 1; n <= 40; ++n) {
    to_server::Send send = text(group, n);
    send.mentions = users;
    cluster.send(here, phone, [&] { send.id = 1000 + n; return send; }());
  }
  cluster.run();
  cluster.release_reads(here);
  cluster.wait(5s);
  EXPECT_LE(cluster.units_max(), limits::step_units);
  ask(comes(users.back()), to_server::Mentions{.before = 0, .limit = 64});
  EXPECT_EQ(mentions.size(), 40u);
}

TEST_F(Messages, UnderANameAreOneWhateverTheClockShowsForAThousandOthers) {
  const ConnectionId bot = comes(anna, "bot");
  ask(bot, named("first", "hello"));
  const Sequence first = last_ok->seq;
  EXPECT_EQ(last_ok->number, 0u);
  for (int i = 1; i < limits::opaque_window; ++i) {
    ask(bot, named("n" + std::to_string(i), "hello"));
    ASSERT_TRUE(last_ok);
  }
  ask(bot, named("first", "hello"));
  EXPECT_EQ(last_ok->seq, first);
  ask(bot, named("first", "good bye"));
  EXPECT_EQ(code, ErrorCode::conflict);
  EXPECT_FALSE(retry);
  // The thousand and first takes the place of the first.
  ask(bot, named("one more", "hello"));
  ask(bot, named("first", "hello"));
  EXPECT_EQ(last_ok->seq, limits::opaque_window + 2u);
  ask(bot, named("n2", "hello"));
  EXPECT_EQ(last_ok->seq, 3u);
  cluster.step_wall(here, 24h * 365);
  ask(bot, named("n2", "hello"));
  EXPECT_EQ(last_ok->seq, 3u);
}

TEST_F(Messages, UnderANameAndANumberOrNeitherAreRefused) {
  const ConnectionId bot = comes(anna, "bot");
  to_server::Send neither = text(both, 0);
  ask(bot, neither);
  EXPECT_EQ(code, ErrorCode::bad_request);
  to_server::Send two = named("name", "hello");
  two.number = 1;
  ask(bot, two);
  EXPECT_EQ(code, ErrorCode::bad_request);
  ask(bot, named(std::string(65, 'x'), "hello"));
  EXPECT_EQ(code, ErrorCode::bad_request);
  const std::vector<UserId> many(17, ben);
  to_server::Send mentions_many = text(both, 1);
  mentions_many.mentions = many;
  ask(bot, mentions_many);
  EXPECT_EQ(code, ErrorCode::too_large);
  const UserId nobody_is;
  to_server::Send mentions_nobody = text(both, 1);
  mentions_nobody.mentions = {&nobody_is, 1};
  ask(bot, mentions_nobody);
  EXPECT_EQ(code, ErrorCode::bad_request);
}

class Channels : public Messages {
 protected:
  static Policy policy() {
    Policy p;
    p.push_limit = 2;
    return p;
  }
  Channels() : Messages(2, policy()) {}
};

TEST_F(Channels, WaitWithFurtherMentionsWhileAServerIsAwayThatManyAreOwed) {
  // A user of node 1, and a channel of node 0.
  const auto on = [&](auto id) { return cluster.map().owner(id); };
  std::uint64_t away = 2;
  while (on(UserId{away}) != NodeId{1}) ++away;
  std::uint64_t creator = 2000;
  while (on(UserId{creator}) != here ||
         cluster.map().places[partition_of(shard_of(ConversationId::group(UserId{creator}, DeviceNumber{1}, 1))).value].owner != here)
    ++creator;
  std::vector<UserId> members;
  for (std::uint64_t u = 3000; members.size() < 4; ++u)
    if (on(UserId{u}) == here) members.push_back(UserId{u});
  members.push_back(UserId{away});
  ConnectionId writer = comes(UserId{creator});
  ask(writer, to_server::Create{.number = 1, .key = 1, .group = true, .members = members, .name = "hall"});
  const ConversationId hall = last_ok->conversation;
  cluster.crash(NodeId{1});
  cluster.wait(3s);
  std::uint64_t n = 0;
  const auto mention = [&](UserId user) {
    to_server::Send send = text(hall, n + 1);
    send.mentions = {&user, 1};
    ask(writer, send);
    if (last_ok) ++n;
    return last_ok.has_value();
  };
  for (std::size_t i = 0; i < limits::mentions_owed; ++i) ASSERT_TRUE(mention(UserId{away})) << i;
  EXPECT_FALSE(mention(UserId{away}));
  EXPECT_EQ(code, ErrorCode::unavailable);
  EXPECT_TRUE(retry);
  ask(writer, text(hall, n + 1));
  EXPECT_TRUE(last_ok) << "what mentions nobody waits for nothing";
  ++n;
  // The owner ends, too: all that is owed is known to its rows alone.
  cluster.crash(here);
  cluster.start(here);
  cluster.start(NodeId{1});
  cluster.wait(15s);
  ask(comes(UserId{away}), to_server::Mentions{.before = 0, .limit = 64});
  ASSERT_FALSE(mentions.empty());
  EXPECT_EQ(mentions.front().number, limits::mentions_owed);
  EXPECT_EQ(cluster.node(here).sizes().owed, 0u);
  // What has arrived makes room.
  writer = comes(UserId{creator});
  EXPECT_TRUE(mention(UserId{away}));
  Arena arena;
  cluster.wait(10s);
  cluster.store(here).for_each([&](std::string_view key, std::string_view value) {
    const auto row = rows::parse(key, value, arena);
    EXPECT_FALSE(row && std::holds_alternative<rows::MentionedRow>(row->row)) << "nothing is owed any more";
  });
}

class Devices : public Messages {
 protected:
  /// Good for an hour, given so long ago.
  TokenSpan token(Duration ago = {}) const {
    const Duration wall = cluster.now().wall;
    return {to_ms(wall - ago), to_ms(wall + 1h)};
  }
};

TEST_F(Devices, ComeBackUnderTheirNameWithATokenOfALaterSecondAlone) {
  const ConnectionId laptop = comes(anna, "laptop", here, token());
  comes(anna, "phone", here, token());
  EXPECT_EQ(device, DeviceNumber{2});
  const TokenSpan before = token();
  cluster.wait(100ms);
  ask(laptop, to_server::Revoke{.number = 1, .key = 1, .device = DeviceNumber{2}});
  EXPECT_TRUE(last_ok);
  EXPECT_EQ(closed, CloseCode::bad_token);
  for (const TokenSpan& old : {before, token(), TokenSpan{}}) {
    closed.reset();
    comes(anna, "phone", here, old);
    EXPECT_EQ(closed, CloseCode::bad_token);
  }
  cluster.wait(1s);
  closed.reset();
  comes(anna, "phone", here, token());
  EXPECT_FALSE(closed);
  EXPECT_EQ(device, DeviceNumber{3});
  // The new one is the name's: it comes back as itself.
  comes(anna, "phone", here, token());
  EXPECT_EQ(device, DeviceNumber{3});
}

TEST_F(Devices, ComeBackWithNoTokenWithWhichTheyCameBeforeWhateverTheClockShows) {
  const TokenSpan given = token();
  const ConnectionId laptop = comes(anna, "laptop", here, given);
  comes(anna, "phone", here, given);
  cluster.step_wall(here, -24h);  // alone, a server has nobody to ask what time it is
  ask(laptop, to_server::Revoke{.number = 1, .key = 1, .device = DeviceNumber{2}});
  EXPECT_TRUE(last_ok);
  cluster.step_wall(here, 24h);
  closed.reset();
  comes(anna, "phone", here, given);
  EXPECT_EQ(closed, CloseCode::bad_token);
}

TEST_F(Devices, ThatAreRevokedAreGoneForEveryRequestOfTheirOlderSessions) {
  const ConnectionId laptop = comes(anna, "laptop", here, token());
  const ConnectionId phone = comes(anna, "phone", here, token());
  cluster.send(here, laptop, to_server::Revoke{.id = 77, .number = 1, .key = 1, .device = DeviceNumber{2}});
  cluster.send(here, phone, to_server::Push{.id = 78, .on = true});
  cluster.run();
  cluster.wait(1s);
  EXPECT_EQ(cluster.node(here).counters().devices_revoked, 1u);
  Arena arena;
  bool pushed = false;
  cluster.store(here).for_each([&](std::string_view key, std::string_view value) {
    const auto row = rows::parse(key, value, arena);
    if (const auto* to = row ? std::get_if<rows::PushRow>(&row->row) : nullptr) pushed = !to->to.empty();
  });
  EXPECT_FALSE(pushed);
}

}  // namespace
}  // namespace hubbub::test
