// A device that asks for messages by their ids and for its mentions, and one that names its messages.
#include <gtest/gtest.h>

#include "core/base/hash.hpp"
#include "sim/clients/device.hpp"

namespace hubbub::sim {
namespace {

const UserId ann{1};
const ConversationId chat = ConversationId::direct(ann, UserId{2});

struct Recorder : DeviceObserver {
  std::vector<std::pair<MessageId, bool>> found_;  ///< and whether there was one
  std::vector<std::uint64_t> listed;
  std::vector<std::uint64_t> first, repeats, refused_;
  void found(Duration, const Device&, const Wanted& w, const to_client::Found* f) override {
    found_.emplace_back(w.message, f != nullptr);
  }
  void mentions(Duration, const Device&, const to_client::MentionsPage& page) override {
    for (const MentionOf& of : page.mentions) listed.push_back(of.number);
  }
  void sent(Duration, const Device&, const ConversationId&, const Outgoing& m) override {
    first.push_back(m.key);
  }
  void repeated(Duration, const Device&, const ConversationId&, const Outgoing& m) override {
    repeats.push_back(m.key);
  }
  void refused(Duration, const Device&, const ConversationId&, const Outgoing& m,
               const to_client::Error&) override {
    refused_.push_back(m.key);
  }
};

class DeviceQuestions : public testing::Test {
 protected:
  DeviceQuestions() { settings.backoff.kind = BackoffKind::fixed; }
  template <class Call>
  void does(Call call) {
    edge.actions.clear();
    call();
  }
  void hears(const to_client::Frame& frame) {
    does([&] { device.frame(now, frame, edge); });
  }
  void go_online() {
    does([&] { device.go_online(now, edge); });
    does([&] { device.connected(now, edge); });
    hears(to_client::Welcome{{}, ann, DeviceNumber{1}, 1, Durability::synced, 9});
    hears(to_client::Synced{Cursor::at(9, 0)});
  }
  void is_shown(Sequence seq) {
    Message m{.seq = seq, .id = MessageId{seq * 10}, .from = UserId{2}};
    hears(to_client::Event{chat, m, Cursor::at(9, seq)});
  }
  template <class Frame>
  std::vector<Frame> sent() const {
    std::vector<Frame> frames;
    for (const to_server::Frame& f : edge.actions.frames)
      if (const auto* frame = std::get_if<Frame>(&f)) frames.push_back(*frame);
    return frames;
  }
  void writes(std::span<const UserId> mentions = {}) {
    does([&] { device.write(now, chat, Content{5, 7, "hello"}, true, edge, mentions); });
  }

  Duration now{0};
  DeviceSettings settings;
  Recorder seen;
  DeviceEdge edge{settings, seen, {}};
  Device device{ann, 0, 42};
};

TEST_F(DeviceQuestions, RemembersWhatItWasShownLastAndAsksForItByItsId) {
  device.ask_questions();
  EXPECT_FALSE(device.shown_last());
  go_online();
  is_shown(1);
  is_shown(2);
  const auto last = device.shown_last();
  ASSERT_TRUE(last && last->shown);
  EXPECT_EQ(last->message, MessageId{20});
  does([&] { device.find(now, *last, edge); });
  ASSERT_EQ(sent<to_server::Get>().size(), 1u);
  const to_server::Get get = sent<to_server::Get>()[0];
  EXPECT_EQ(get.message, MessageId{20});
  // One at a time; others are dropped.
  does([&] { device.ask_mentions(now, edge); });
  EXPECT_TRUE(edge.actions.frames.empty());
  hears(to_client::Error{get.id, ErrorCode::not_found, false, 0, 0, ""});
  EXPECT_EQ(seen.found_, (std::vector<std::pair<MessageId, bool>>{{MessageId{20}, false}}));
  does([&] { device.find(now, *last, edge); });
  hears(to_client::Found{sent<to_server::Get>()[0].id, chat, {.seq = 2, .id = MessageId{20}}});
  EXPECT_EQ(seen.found_.back(), std::pair(MessageId{20}, true));
}

TEST_F(DeviceQuestions, ForgetsWhatIsPutOffOrLostAndGivesUpAConnectionThatDoesNotAnswer) {
  device.ask_questions();
  go_online();
  does([&] { device.ask_mentions(now, edge); });
  const RequestId first = sent<to_server::Mentions>().at(0).id;
  hears(to_client::Error{first, ErrorCode::unavailable, true, 1000, 0, ""});
  EXPECT_TRUE(seen.found_.empty());
  does([&] { device.ask_mentions(now, edge); });
  const RequestId second = sent<to_server::Mentions>().at(0).id;
  const MentionOf of{7, chat, 3, MessageId{30}, UserId{2}};
  hears(to_client::MentionsPage{second, {&of, 1}, false});
  EXPECT_EQ(seen.listed, std::vector<std::uint64_t>{7});
  does([&] { device.ask_mentions(now, edge); });
  EXPECT_LE(device.deadline(), now + settings.answer_timeout);
  now += settings.answer_timeout;
  does([&] { device.timer(now, edge); });
  EXPECT_TRUE(edge.actions.close);
}

TEST_F(DeviceQuestions, NamesItsMessagesAndSaysARepeatUnderTheSameName) {
  device.name_messages();
  go_online();
  const UserId mentioned[] = {UserId{2}};
  writes(mentioned);
  const auto send = sent<to_server::Send>().at(0);
  EXPECT_EQ(send.number, 0u);
  EXPECT_EQ(send.key, 0u);
  EXPECT_EQ(send.client_id.size(), 16u);
  EXPECT_EQ(send.mentions.size(), 1u);
  const std::string name(send.client_id);
  EXPECT_EQ(seen.first, std::vector<std::uint64_t>{hash_bytes(name)});
  // Nobody waits for it, and an answer moves no number.
  writes();
  const auto next = sent<to_server::Send>().at(0);
  EXPECT_NE(next.client_id, name);
  hears(to_client::Ok{.id = next.id, .conversation = chat, .seq = 1, .message = MessageId{1}});
  does([&] { device.closed(now, broken, edge); });
  now += 30s;
  does([&] { device.timer(now, edge); });
  does([&] { device.connected(now, edge); });
  hears(to_client::Welcome{{}, ann, DeviceNumber{1}, 2, Durability::synced, 9});
  ASSERT_EQ(sent<to_server::Send>().size(), 1u);
  EXPECT_EQ(sent<to_server::Send>()[0].client_id, name);
  EXPECT_EQ(seen.repeats, std::vector<std::uint64_t>{hash_bytes(name)});
  hears(to_client::Error{sent<to_server::Send>()[0].id, ErrorCode::not_member, false, 0, 0, ""});
  EXPECT_EQ(seen.refused_, std::vector<std::uint64_t>{hash_bytes(name)});
  EXPECT_EQ(device.pending(), 0u);
}

TEST_F(DeviceQuestions, RevokesAnotherOfItsUsersDevicesByANumberedCall) {
  go_online();
  Call call;
  call.revoked = DeviceNumber{3};
  does([&] { device.call(now, call, edge); });
  const auto revoke = sent<to_server::Revoke>().at(0);
  EXPECT_EQ(revoke.device, DeviceNumber{3});
  EXPECT_EQ(revoke.number, 1u);
  EXPECT_NE(revoke.key, 0u);
}

}  // namespace
}  // namespace hubbub::sim
