#include "sim/world/links.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "sim/world/connections.hpp"
#include "sim/world/frame_size.hpp"

namespace hubbub::sim {
namespace {

TEST(Links, KeepTheOrderWhateverTheLatencies) {
  Links links(2);
  links.connect(0, 1, 0s);
  LinkEnd& end = links.end(0, 1);
  EXPECT_EQ(Links::arrival(end, 1s, 50ms), 1050ms);
  EXPECT_EQ(Links::arrival(end, 1010ms, 1ms), 1050ms);
  EXPECT_EQ(Links::arrival(end, 1060ms, 1ms), 1061ms);
}

TEST(Links, ForgetWhatIsInsideWhenTheyAreCut) {
  Links links(3);
  links.connect(0, 2, 0s);
  const std::uint32_t inside = links.end(0, 2).epoch;
  links.cut(0, 2);
  EXPECT_FALSE(links.end(0, 2).stands);
  EXPECT_TRUE(links.end(2, 0).stands);
  EXPECT_NE(links.end(0, 2).epoch, inside);
  links.connect(0, 2, 5s);
  EXPECT_NE(links.end(0, 2).epoch, inside);
  EXPECT_TRUE(links.end(0, 2).stands);
}

/// What leaves on one end, packet by packet, and what a look at it finds.
class Packets {
 public:
  using Found = std::vector<std::pair<std::string, bool>>;  ///< a message; whether it is new

  Found look(std::uint32_t number, const std::vector<peer::Piece>& pieces,
             std::uint32_t stream = 1) {
    ByteBuffer bytes;
    for (const peer::Piece& piece : pieces) peer::append(piece, bytes);
    return look_at(
        {.sender = {1, stream}, .receiver = {1, 1}, .number = number, .messages = bytes.view()});
  }
  Found look_at(const peer::Data& data, bool adds_up = true) {
    Found found;
    const auto note = [&](std::string_view message, bool is_new) {
      found.emplace_back(message, is_new);
    };
    EXPECT_EQ(Links::for_each_message(end_, data, note), adds_up);
    return found;
  }

 private:
  LinkEnd end_;
};
constexpr bool begins = true;

TEST(Links, ShowEachMessageOfAPacketAndWhetherItWasSentBefore) {
  Packets packets;
  EXPECT_EQ(packets.look(1, {{"a"}, {"bc"}}), (Packets::Found{{"a", true}, {"bc", true}}));
  EXPECT_EQ(packets.look(2, {{"d"}}), (Packets::Found{{"d", true}}));
  EXPECT_EQ(packets.look(1, {{"a"}, {"bc"}}), (Packets::Found{{"a", false}, {"bc", false}}));
  EXPECT_EQ(packets.look(2, {{"d"}}), (Packets::Found{{"d", false}}));
  EXPECT_EQ(packets.look(3, {}), Packets::Found{});
}

TEST(Links, ShowAnEarlierNumberAsNewInAnotherStream) {
  Packets packets;
  packets.look(5, {{"a"}});
  EXPECT_EQ(packets.look(1, {{"b"}}, 2), (Packets::Found{{"b", true}}));
}

TEST(Links, ShowAMessageInPiecesOnceWithItsEnd) {
  Packets packets;
  EXPECT_EQ(packets.look(1, {{"a"}, {"one, ", begins}}), (Packets::Found{{"a", true}}));
  EXPECT_EQ(packets.look(2, {{"two, ", true, true}}), Packets::Found{});
  EXPECT_EQ(packets.look(1, {{"a"}, {"one, ", begins}}), (Packets::Found{{"a", false}}));
  EXPECT_EQ(packets.look(3, {{"three", false, true}, {"b"}}),
            (Packets::Found{{"one, two, three", true}, {"b", true}}));
  EXPECT_EQ(packets.look(3, {{"three", false, true}, {"b"}}), (Packets::Found{{"b", false}}));
}

TEST(Links, ForgetThePartOfAMessageWhoseStreamEnded) {
  Packets packets;
  packets.look(1, {{"never ", begins}});
  packets.look(1, {{"one, ", begins}}, 2);
  EXPECT_EQ(packets.look(2, {{"two", false, true}}, 2), (Packets::Found{{"one, two", true}}));
}

TEST(Links, SayWhenSizesDoNotAddUp) {
  Packets packets;
  packets.look_at({.number = 1, .messages = {"\3\0\0\0ab", 6}}, false);
  packets.look_at({.number = 2, .messages = "ab"}, false);
}

// --- How long frames would be -----------------------------------------------------------------

Message message_of(std::uint32_t length, std::string_view body) {
  Message message;
  message.content = {length, 0, body};
  return message;
}

TEST(FrameSize, IsOfTheTextThatABodyStandsFor) {
  EXPECT_EQ(left_out(Content{600, 0, "fifteen letters"}), 585u);
  EXPECT_EQ(left_out(Content{7, 0, "fifteen letters"}), 0u) << "a body is never cut";
  EXPECT_EQ(left_out(Content{}), 0u);
}

TEST(FrameSize, CountsEachTextOfAFrame) {
  to_server::Send send;
  send.content = {100, 0, "ten letter"};
  EXPECT_EQ(left_out(to_server::Frame{send}), 90u);
  EXPECT_EQ(left_out(to_server::Frame{to_server::Hello{}}), 0u);
  to_client::Event event;
  event.message = message_of(50, "ten letter");
  EXPECT_EQ(left_out(to_client::Frame{event}), 40u);
  const std::vector<Message> messages{message_of(50, "ten letter"), message_of(5, "ten letter"),
                                      message_of(11, "ten letter")};
  to_client::HistoryPage page;
  page.messages = messages;
  EXPECT_EQ(left_out(to_client::Frame{page}), 41u);
  EXPECT_EQ(left_out(to_client::Frame{to_client::Ok{}}), 0u);
}

TEST(Connections, ReuseSlotsUnderNewNames) {
  Connections connections;
  const ConnectionId first = connections.open(7, 1, 0s);
  EXPECT_EQ(connections.find(first)->client, 7u);
  connections.close(first);
  EXPECT_EQ(connections.find(first), nullptr);
  const ConnectionId second = connections.open(8, 1, 0s);
  EXPECT_EQ(second.slot, first.slot);
  EXPECT_NE(second.use, first.use);
  EXPECT_EQ(connections.find(first), nullptr);
  EXPECT_EQ(connections.count(), 1u);
}

}  // namespace
}  // namespace hubbub::sim
