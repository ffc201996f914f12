#include "core/node/peers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "sim/engine/random.hpp"

namespace hubbub {
namespace {

/// Two ends, and between them a network that the test may make as bad as it likes.
class Couple {
 public:
  struct Weather {
    double lost = 0;
    double repeated = 0;
    Duration jitter{};  ///< packets overtake each other within this
  };

  explicit Couple(std::uint64_t seed = 1) : random_(seed, 1, 1) {}

  /// From its next life on the end takes no longer packets than this.
  void limit(int end, std::uint32_t bytes) { takes_[end] = bytes; }
  void open(int end, NodeGeneration life) { ends_[end].peers.open(life, now_); }
  void link() {
    for (int end : {0, 1}) ends_[end].peers.linked(other(end), now_);
  }
  /// Both live, and know each other.
  void meet() {
    open(0, 1);
    open(1, 1);
    link();
    wait(1s);
  }
  void break_link() {
    under_way_.clear();
    for (int end : {0, 1}) ends_[end].peers.unlinked(other(end), now_);
  }
  /// The end is another life from here on; the other one is not told.
  void restart(int end, NodeGeneration life) {
    ends_[end] = End{Peers(PeerPolicy::numbered, takes_[end]), {}, {}};
    open(end, life);
    ends_[end].peers.linked(other(end), now_);
  }
  bool up(int end) const { return ends_[end].peers.up(other(end)); }
  const Peers& peers(int end) const { return ends_[end].peers; }
  void send(int from, const std::string& message) { ends_[from].peers.send(other(from), message, now_); }
  void wait(Duration duration) {
    const Duration until = now_ + duration;
    for (;;) {
      settle();
      Duration next = until;
      for (const End& end : ends_) next = std::min(next, end.peers.next_deadline());
      for (const Packet& packet : under_way_) next = std::min(next, packet.at);
      if (next >= until) break;
      now_ = std::max(now_, next);
    }
    now_ = until;
    settle();
  }
  void was_away(int end) { ends_[end].peers.was_away(now_); }
  const std::vector<std::string>& got(int end) const { return ends_[end].got; }
  /// The longest packet that was on its way to the end.
  std::size_t longest_to(int end) const { return longest_to_[end]; }
  /// "up" and "lost", as the end was told.
  const std::vector<std::string>& told(int end) const { return ends_[end].told; }

  Weather weather;
  bool silent_from[2] = {false, false};  ///< nothing from this end arrives

 private:
  struct End {
    Peers peers;
    std::vector<std::string> got;
    std::vector<std::string> told;
  };
  struct Packet {
    Duration at;
    int to;
    std::string bytes;
  };

  static NodeId other(int end) { return NodeId{static_cast<std::uint16_t>(1 - end)}; }

  void settle() {
    for (;;) {
      bool moved = false;
      for (int end : {0, 1}) {
        ends_[end].peers.timers(now_);
        read(ends_[end]);
        moved |= flush(end);
      }
      for (std::size_t i = 0; i < under_way_.size();) {
        if (under_way_[i].at > now_) {
          ++i;
          continue;
        }
        const Packet packet = under_way_[i];
        under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(i));
        ASSERT_EQ(ends_[packet.to].peers.packet(other(packet.to), packet.bytes, now_, now_),
                  Peers::Verdict::fine);
        moved = true;
      }
      if (!moved) return;
    }
  }
  void read(End& end) {
    for (Peers::Change change; end.peers.next_change(change);)
      end.told.push_back(change.up ? "up" : "lost");
    Peers::Arrived how;
    for (std::string_view message; end.peers.next_message(how, message);)
      end.got.emplace_back(message);
  }
  bool flush(int from) {
    Outbox out;
    ends_[from].peers.flush(now_, out);
    for (const output::ToPeer& packet : out.peers) {
      longest_to_[1 - from] = std::max(longest_to_[1 - from], packet.bytes.size());
      const int copies = silent_from[from] || random_.chance(weather.lost) ? 0
                         : random_.chance(weather.repeated)                ? 2
                                                                           : 1;
      for (int i = 0; i < copies; ++i)
        under_way_.push_back({now_ + 1ms + Duration{static_cast<std::int64_t>(
                                               random_.below(static_cast<std::uint64_t>(weather.jitter.count()) + 1))},
                              1 - from, std::string(packet.bytes)});
    }
    return !out.peers.empty();
  }

  End ends_[2];
  std::uint32_t takes_[2] = {limits::packet_bytes, limits::packet_bytes};
  std::size_t longest_to_[2] = {0, 0};
  std::vector<Packet> under_way_;
  Duration now_{};
  sim::Random random_;
};

std::vector<std::string> numbers(int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back(std::to_string(i));
  return all;
}

TEST(Peers, KnowEachOtherOnceBothHaveTheirLives) {
  Couple couple;
  couple.link();
  couple.open(0, 3);
  couple.wait(1s);
  EXPECT_FALSE(couple.up(0));
  couple.open(1, 8);
  couple.wait(1s);
  EXPECT_TRUE(couple.up(0) && couple.up(1));
  EXPECT_EQ(couple.peers(0).life(NodeId{1}), 8u);
  EXPECT_EQ(couple.peers(1).life(NodeId{0}), 3u);
}

TEST(Peers, CarryMessagesInOrderAndOnlyWhileTheOtherIsUp) {
  Couple couple;
  couple.open(0, 1);
  couple.open(1, 1);
  couple.send(0, "to nobody");
  couple.link();
  couple.wait(1s);
  for (const std::string& m : numbers(100)) couple.send(0, m);
  couple.wait(1s);
  EXPECT_EQ(couple.got(1), numbers(100));
  EXPECT_EQ(couple.peers(0).counters().packets, 1u) << "what is sent in one step travels together";
  EXPECT_EQ(couple.peers(0).counters().resent, 0u);
}

RC_GTEST_PROP(Peers, LoseRepeatAndReorderNothingWhateverTheNetworkDoes, ()) {
  Couple couple(*rc::gen::arbitrary<std::uint64_t>());
  couple.meet();
  couple.weather = {.lost = 0.2, .repeated = 0.3, .jitter = 40ms};
  const int count = *rc::gen::inRange(1, 200);
  for (int i = 0; i < count; ++i) {
    couple.send(0, std::to_string(i));
    couple.send(1, std::to_string(i));
    if (*rc::gen::inRange(0, 3) == 0) couple.wait(5ms);
  }
  couple.weather.lost = 0;  // before anybody takes the silence for a loss
  couple.wait(10s);
  RC_ASSERT(couple.told(0) == std::vector<std::string>{"up"});
  RC_ASSERT(couple.got(0) == numbers(count));
  RC_ASSERT(couple.got(1) == numbers(count));
}

/// What was sent since the last "up" at the sender has arrived; before that, a prefix of it may be
/// missing at its end, but nothing comes twice or out of order.
RC_GTEST_PROP(Peers, TellBothEndsWhenTheyLoseSomething, ()) {
  Couple couple(*rc::gen::arbitrary<std::uint64_t>());
  couple.meet();
  int sent = 0;
  for (int i = 0; i < 30; ++i) {
    switch (*rc::gen::inRange(0, 6)) {
      case 0: couple.silent_from[*rc::gen::inRange(0, 2)] = true; break;
      case 1: couple.silent_from[0] = couple.silent_from[1] = false; break;
      case 2: couple.weather = {.lost = 0.3, .repeated = 0.3, .jitter = 300ms}; break;
      case 3: couple.weather = {}; break;
      default: couple.send(0, std::to_string(sent++));
    }
    couple.wait(Duration{std::chrono::milliseconds(*rc::gen::inRange(0, 1500))});
  }
  couple.weather = {};
  couple.silent_from[0] = couple.silent_from[1] = false;
  couple.wait(10s);
  RC_ASSERT(couple.up(0) && couple.up(1));
  couple.send(0, std::to_string(sent++));
  couple.wait(1s);
  std::vector<int> got;
  for (const std::string& m : couple.got(1)) got.push_back(std::stoi(m));
  RC_ASSERT(std::is_sorted(got.begin(), got.end()));
  RC_ASSERT(std::adjacent_find(got.begin(), got.end()) == got.end());
  RC_ASSERT(got.back() == sent - 1);
  const bool whole = static_cast<int>(got.size()) == sent;
  RC_ASSERT(whole || std::count(couple.told(0).begin(), couple.told(0).end(), "up") > 1);
  RC_ASSERT(couple.told(0).back() == "up" && couple.told(1).back() == "up");
}

TEST(Peers, TakeSilenceForLossAndFindEachOtherAgain) {
  Couple couple;
  couple.meet();
  couple.silent_from[1] = true;
  couple.wait(limits::peer_silence + 100ms);
  EXPECT_FALSE(couple.up(0));
  EXPECT_FALSE(couple.up(1)) << "the other end hears from the new stream that the old one ended";
  couple.silent_from[1] = false;
  couple.wait(2s);
  EXPECT_TRUE(couple.up(0) && couple.up(1));
  EXPECT_EQ(couple.told(0), (std::vector<std::string>{"up", "lost", "up"}));
  couple.send(1, "again");
  couple.wait(1s);
  EXPECT_EQ(couple.got(0), std::vector<std::string>{"again"});
}

TEST(Peers, LoseWhoHearsNothingThoughItGreetsThem) {
  Couple couple;
  couple.open(0, 1);
  couple.open(1, 1);
  couple.link();
  couple.wait(500us);
  couple.silent_from[0] = true;  // it has said its name, and hears that it is known
  couple.wait(10ms);
  EXPECT_TRUE(couple.up(0) && !couple.up(1));
  couple.wait(2 * limits::peer_silence);
  EXPECT_FALSE(couple.up(0));
}

TEST(Peers, SayNothingOldAfterTheyStoodStill) {
  Couple couple;
  couple.meet();
  couple.silent_from[0] = true;
  for (std::uint32_t i = 0; i < limits::peer_window + 8; ++i) {
    couple.send(0, "old");
    couple.wait(1ms);
  }
  couple.was_away(0);
  couple.silent_from[0] = false;
  couple.wait(3s);
  EXPECT_EQ(couple.got(1), std::vector<std::string>{});
  EXPECT_EQ(couple.told(0), (std::vector<std::string>{"up", "lost", "up"}));
}

TEST(Peers, NoticeAnotherLifeThoughNobodySaysSo) {
  Couple couple;
  couple.meet();
  couple.restart(1, 2);
  couple.wait(1s);
  EXPECT_EQ(couple.told(0), (std::vector<std::string>{"up", "lost", "up"}));
  EXPECT_EQ(couple.peers(0).life(NodeId{1}), 2u);
}

TEST(Peers, ForgetALinkThatBrokeEvenIfTheOtherLostCountOfItsLives) {
  Couple couple;
  couple.open(0, 1);
  couple.open(1, 9);
  couple.link();
  couple.wait(1s);
  couple.break_link();
  couple.wait(10ms);
  EXPECT_FALSE(couple.up(0) || couple.up(1));
  couple.restart(1, 1);
  couple.link();
  couple.wait(2s);
  EXPECT_TRUE(couple.up(0) && couple.up(1));
}

TEST(Peers, GiveAStreamUpRatherThanKeepWithoutBoundWhatNobodyTakes) {
  Couple couple;
  couple.meet();
  couple.silent_from[0] = couple.silent_from[1] = true;
  const std::string message(1024 * 1024, 'x');
  for (int i = 0; i < 40; ++i) couple.send(0, message);
  EXPECT_FALSE(couple.up(0));
  EXPECT_EQ(couple.peers(0).counters().resets, 1u);
}

/// Messages of all lengths around a packet's, under a network that loses and reorders: none is longer
/// on its way than its receiver takes, and all arrive as they were.
TEST(Peers, SendNoLongerPacketThanTheOtherTakesHoweverLongTheMessages) {
  Couple couple(7);
  couple.limit(1, limits::packet_bytes_least);
  couple.open(0, 1);
  couple.restart(1, 1);
  couple.link();
  couple.wait(1s);
  couple.weather = {.lost = 0.1, .repeated = 0.2, .jitter = 20ms};
  std::vector<std::string> sent[2];
  for (std::size_t i = 0; i < 60; ++i) {
    const std::size_t length = i < 40 ? limits::packet_bytes_least - 80 + i * 3 : i * i * 40;
    for (const int end : {0, 1}) {
      sent[end].push_back(std::string(length, static_cast<char>('a' + i % 26)));
      couple.send(end, sent[end].back());
    }
    couple.wait(10ms);
  }
  couple.weather = {};
  couple.wait(20s);
  EXPECT_EQ(couple.told(0), std::vector<std::string>{"up"});
  EXPECT_EQ(couple.got(0), sent[1]);
  EXPECT_EQ(couple.got(1), sent[0]);
  EXPECT_EQ(couple.longest_to(1), limits::packet_bytes_least);
  EXPECT_GT(couple.longest_to(0), 10 * limits::packet_bytes_least);
}

TEST(Peers, SendWhatIsLongerThanTheLongestPacketInSeveral) {
  Couple couple;
  couple.meet();
  const std::string message(3 * limits::packet_bytes, 'x');
  couple.send(0, message);
  couple.send(0, "and this");
  couple.wait(1s);
  EXPECT_EQ(couple.got(1), (std::vector<std::string>{message, "and this"}));
  EXPECT_EQ(couple.longest_to(1), limits::packet_bytes);
  EXPECT_EQ(couple.peers(0).counters().packets, 4u);
}

/// What had begun before a stream ended is no beginning of what the next one carries.
TEST(Peers, ForgetHalfAMessageWithTheStreamItCameOn) {
  Couple couple;
  couple.meet();
  couple.weather.jitter = 0ms;
  couple.send(0, std::string(40 * limits::packet_bytes, 'x'));  // more than a window of packets
  couple.wait(1ms);
  couple.restart(0, 2);
  couple.wait(1s);
  couple.send(0, "whole");
  couple.wait(1s);
  EXPECT_EQ(couple.got(1), std::vector<std::string>{"whole"});
}

TEST(Peers, DoNotTalkToWhoTakesHardlyAnythingAndSayItOnce) {
  Peers peers;
  peers.open(1, 0s);
  peers.linked(NodeId{1}, 0s);
  ByteBuffer bytes;
  wire::encode(peer::Packet{peer::Hello{.oldest = oldest_form,
                                        .newest = newest_form,
                                        .packet_bytes = limits::packet_bytes_least - 1,
                                        .sender = {1, 1},
                                        .receiver = {}}},
               bytes);
  EXPECT_EQ(peers.packet(NodeId{1}, bytes.view(), 0s, 0s), Peers::Verdict::takes_too_little);
  EXPECT_EQ(peers.packet(NodeId{1}, bytes.view(), 0s, 0s), Peers::Verdict::fine);
  EXPECT_FALSE(peers.up(NodeId{1}));
}

TEST(Peers, RefuseWhatIsNotAPacket) {
  Peers peers;
  peers.open(1, 0s);
  peers.linked(NodeId{1}, 0s);
  EXPECT_EQ(peers.packet(NodeId{1}, "what is this", 0s, 0s), Peers::Verdict::not_a_packet);
}

TEST(Peers, DoNotTalkToAVersionTheyDoNotSpeakAndSayItOnce) {
  Peers peers;
  peers.open(1, 0s);
  peers.linked(NodeId{1}, 0s);
  ByteBuffer bytes;
  wire::encode(peer::Packet{peer::Hello{.oldest = newest_form + 1,
                                        .newest = newest_form + 2,
                                        .packet_bytes = 1,
                                        .sender = {1, 1},
                                        .receiver = {}}},
               bytes);
  EXPECT_EQ(peers.packet(NodeId{1}, bytes.view(), 0s, 0s), Peers::Verdict::other_version);
  EXPECT_EQ(peers.packet(NodeId{1}, bytes.view(), 0s, 0s), Peers::Verdict::fine);
  EXPECT_FALSE(peers.up(NodeId{1}));
}

}  // namespace
}  // namespace hubbub
