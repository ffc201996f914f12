// What a device that reads says and asks of receipts.
#include <gtest/gtest.h>

#include "sim/clients/device.hpp"

namespace hubbub::sim {
namespace {

const UserId ann{1};
const UserId ben{2};
const ConversationId chat = ConversationId::direct(ann, ben);

class DeviceReceipts : public testing::Test {
 protected:
  DeviceReceipts() {
    settings.backoff.kind = BackoffKind::fixed;
    settings.reads = true;
    settings.read_after =
        Sampler::constant(static_cast<double>(std::chrono::nanoseconds(3s).count()));
    go_online();
  }

  template <class Call>
  void does(Call call) {
    edge.actions.clear();
    call();
  }
  void hears(const to_client::Frame& frame) {
    does([&] { device.frame(now, frame, edge); });
  }
  void passes(Duration time) {
    now += time;
    does([&] { device.timer(now, edge); });
  }
  void go_online() {
    does([&] { device.go_online(now, edge); });
    does([&] { device.connected(now, edge); });
    hears(to_client::Welcome{{}, ann, DeviceNumber{1}, 1, Durability::synced, 9});
    hears(to_client::Synced{Cursor::at(9, shown)});
  }
  void comes_back() {
    does([&] { device.closed(now, broken, edge); });
    now = device.deadline();
    does([&] { device.timer(now, edge); });
    does([&] { device.connected(now, edge); });
    hears(to_client::Welcome{{}, ann, DeviceNumber{1}, 1, Durability::synced, 9});
    hears(to_client::Synced{Cursor::at(9, shown)});
  }
  void is_shown(UserId from) {
    ++shown;
    hears(to_client::Event{chat, {.seq = shown, .from = from}, Cursor::at(9, shown)});
  }
  /// Its user writes, and the server takes it as the next entry.
  void says() {
    does([&] { device.write(now, chat, Content{5, 7, "hello"}, false, edge); });
    const auto send = sent<to_server::Send>().at(0);
    hears(to_client::Ok{send.id, chat, ++shown, MessageId{shown}, 0, send.number, send.number + 1});
  }
  void receipt(UserId user, Sequence delivered, Sequence read, RequestId id = 0) {
    const MarkOf mark{user, delivered, read};
    hears(to_client::Receipt{.id = id, .conversation = chat, .marks = {&mark, 1}});
  }
  template <class Frame>
  std::vector<Frame> sent() const {
    std::vector<Frame> frames;
    for (const to_server::Frame& f : edge.actions.frames)
      if (const auto* frame = std::get_if<Frame>(&f)) frames.push_back(*frame);
    return frames;
  }
  std::vector<Sequence> reads() const {
    std::vector<Sequence> seqs;
    for (const to_server::Read& read : sent<to_server::Read>()) seqs.push_back(read.seq);
    return seqs;
  }

  Duration now{0};
  Sequence shown = 0;
  DeviceSettings settings;
  DeviceObserver nobody_looks;
  DeviceEdge edge{settings, nobody_looks, {}};
  Device device{ann, 0, 42};
};

using Sequences = std::vector<Sequence>;

TEST_F(DeviceReceipts, ReadsWhatIsThereAfterAWhile) {
  is_shown(ben);
  passes(2s);
  EXPECT_EQ(reads(), Sequences{});
  is_shown(ben);
  EXPECT_LE(device.deadline(), 3s);
  passes(1s);
  EXPECT_EQ(reads(), Sequences{2});
  EXPECT_FALSE(device.quiet());
  receipt(ann, 2, 2);
  passes(60s);
  EXPECT_EQ(reads(), Sequences{});
}

TEST_F(DeviceReceipts, OwnMessagesNeedNotBeRead) {
  is_shown(ann);
  passes(5s);
  EXPECT_EQ(reads(), Sequences{});
}

TEST_F(DeviceReceipts, SaysReadAgainUntilItIsShown) {
  is_shown(ben);
  passes(3s);
  receipt(ann, 1, 0);  // that it was delivered is not it
  passes(14s);
  EXPECT_EQ(reads(), Sequences{});
  passes(1s);
  EXPECT_EQ(reads(), Sequences{1});
  comes_back();
  EXPECT_EQ(reads(), Sequences{1});
  receipt(ann, 1, 1, 99);  // the answer to a question: the others may not have been told
  passes(15s);
  EXPECT_EQ(reads(), Sequences{1});
  receipt(ann, 1, 1);
  comes_back();
  EXPECT_EQ(reads(), Sequences{});
}

TEST_F(DeviceReceipts, AsksForThoseOfWhatItWroteAndAgainWhenItIsBack) {
  says();
  auto asked = sent<to_server::Receipts>();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].conversation, chat);
  receipt(ben, 1, 0, asked[0].id);
  says();
  EXPECT_TRUE(sent<to_server::Receipts>().empty()) << "it is told now";
  receipt(ben, 2, 1);
  receipt(ben, 1, 2);  // of two the higher one holds
  ASSERT_EQ(device.followed().size(), 1u);
  EXPECT_EQ(device.followed()[0].marks, (std::vector<MarkOf>{{ben, 2, 2}}));
  comes_back();
  asked = sent<to_server::Receipts>();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_FALSE(device.quiet());
}

TEST_F(DeviceReceipts, AsksAgainLaterIfItIsPutOff) {
  says();
  const auto asked = sent<to_server::Receipts>().at(0);
  hears(to_client::Error{asked.id, ErrorCode::unavailable, true, 1000, 0, "later"});
  EXPECT_TRUE(sent<to_server::Receipts>().empty());
  const Duration due = device.deadline();
  ASSERT_NE(due, never);
  passes(due - now);
  EXPECT_EQ(sent<to_server::Receipts>().size(), 1u);
}

TEST_F(DeviceReceipts, GivesTheConnectionUpIfNobodyAnswers) {
  says();
  passes(settings.answer_timeout);
  EXPECT_TRUE(edge.actions.close);
}

TEST_F(DeviceReceipts, KeepsCountsOfItsNewestMessage) {
  says();
  hears(to_client::Receipt{.conversation = chat, .seq = 4, .delivered = 30, .read = 9});
  hears(to_client::Receipt{.conversation = chat, .seq = 4, .delivered = 31, .read = 8});
  hears(to_client::Receipt{.conversation = chat, .seq = 3, .delivered = 99, .read = 99});
  EXPECT_EQ(device.followed()[0].delivered, 31u);
  EXPECT_EQ(device.followed()[0].read, 9u);
  hears(to_client::Receipt{.conversation = chat, .seq = 7, .delivered = 1});
  EXPECT_EQ(device.followed()[0].seq, 7u);
  EXPECT_EQ(device.followed()[0].delivered, 1u);
  EXPECT_EQ(device.followed()[0].read, 0u);
}

TEST_F(DeviceReceipts, SaysThatItsUserWrites) {
  does([&] { device.begin_writing(chat, edge); });
  ASSERT_EQ(sent<to_server::Typing>().size(), 1u);
  does([&] { device.go_offline(now, edge); });
  does([&] { device.begin_writing(chat, edge); });
  EXPECT_TRUE(sent<to_server::Typing>().empty());
}

TEST(DeviceThatDoesNotRead, SaysAndAsksNothing) {
  DeviceSettings settings;
  DeviceObserver nobody_looks;
  DeviceEdge edge{settings, nobody_looks, {}};
  Device device{ann, 0, 42};
  device.go_online(0s, edge);
  device.connected(0s, edge);
  device.frame(0s, to_client::Welcome{{}, ann, DeviceNumber{1}, 1, Durability::synced, 9}, edge);
  edge.actions.clear();
  device.frame(0s, to_client::Event{chat, {.seq = 1, .from = ben}, Cursor::at(9, 1)}, edge);
  const MarkOf mark{ben, 1, 1};
  device.frame(0s, to_client::Receipt{.conversation = chat, .marks = {&mark, 1}}, edge);
  device.timer(60s, edge);
  for (const to_server::Frame& f : edge.actions.frames)
    EXPECT_TRUE(std::holds_alternative<to_server::Acknowledge>(f));
  EXPECT_TRUE(device.followed().empty());
}

}  // namespace
}  // namespace hubbub::sim
