#include "core/chat/recent.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "sim/engine/random.hpp"

namespace hubbub {
namespace {

Message text(Sequence seq, std::string_view body) {
  return {.seq = seq,
          .id = MessageId{seq * 31},
          .from = UserId{7},
          .key = seq,
          .content = {.length = static_cast<std::uint32_t>(body.size()), .body = body}};
}

std::string bytes_of(const Message& message) {
  ByteBuffer bytes;
  wire::encode(message, bytes);
  return std::string(bytes.view());
}

TEST(RecentMessages, KeepNothingOfAConversationThatSaidNothing) {
  const RecentMessages recent(4096);
  EXPECT_FALSE(recent.find({}, 0).has_value());
  EXPECT_FALSE(recent.find({}, 1).has_value());
}

TEST(RecentMessages, GiveBackTheBytesOfAMessage) {
  RecentMessages recent(4096);
  RecentMessages::Newest newest;
  recent.add(newest, text(1, "hello"));
  EXPECT_EQ(recent.find(newest, 1), bytes_of(text(1, "hello")));
  EXPECT_FALSE(recent.find(newest, 2).has_value());
  EXPECT_FALSE(recent.find(newest, 0).has_value());
}

TEST(RecentMessages, KeepTheLastOnesOfEachConversation) {
  RecentMessages recent;
  RecentMessages::Newest newest;
  const Sequence head = limits::recent_messages + 5;
  for (Sequence seq = 1; seq <= head; ++seq) recent.add(newest, text(seq, "x"));
  for (Sequence seq = 1; seq <= head; ++seq)
    EXPECT_EQ(recent.find(newest, seq).has_value(), seq + limits::recent_messages > head) << seq;
}

TEST(RecentMessages, GoOnInTheMiddleOfAConversationThatWasJustLoaded) {
  RecentMessages recent(4096);
  RecentMessages::Newest newest;
  recent.add(newest, text(1'000, "a"));
  recent.add(newest, text(1'001, "b"));
  EXPECT_EQ(recent.find(newest, 1'001), bytes_of(text(1'001, "b")));
  EXPECT_EQ(recent.find(newest, 1'000), bytes_of(text(1'000, "a")));
  EXPECT_FALSE(recent.find(newest, 999).has_value());
}

TEST(RecentMessages, DoNotKeepAMessageThatWouldPushOutMostOfTheOthers) {
  RecentMessages recent(4096);
  RecentMessages::Newest small, large;
  recent.add(small, text(1, "small"));
  recent.add(large, text(1, std::string(4'000, 'x')));
  EXPECT_FALSE(recent.find(large, 1).has_value());
  EXPECT_TRUE(recent.find(small, 1).has_value());
  recent.add(large, text(2, "after it"));
  EXPECT_EQ(recent.find(large, 2), bytes_of(text(2, "after it")));
  EXPECT_FALSE(recent.find(large, 1).has_value());
}

TEST(RecentMessages, KeepTheLongestLegalTextInTheirUsualSize) {
  RecentMessages recent;
  RecentMessages::Newest newest;
  const std::string longest(limits::text_bytes, 'x');
  recent.add(newest, text(1, longest));
  EXPECT_EQ(recent.find(newest, 1), bytes_of(text(1, longest)));
}

/// The definition: what was added, newest last, as far as there are bytes for it.
class Model {
 public:
  explicit Model(std::size_t bytes) : bytes_(bytes) {}

  struct Added {
    std::size_t conversation;
    Sequence seq;
    std::string bytes;
  };

  void add(std::size_t conversation, const Message& message) {
    kept_.push_back({conversation, message.seq, bytes_of(message)});
    held_ += kept_.back().bytes.size();
    for (; held_ > bytes_; kept_.pop_front()) held_ -= kept_.front().bytes.size();
  }

  /// Null if it was never added, or if more was added since than there are bytes for. Then
  /// `certain` says whether it must be there still: if it and what came after fill three quarters,
  /// for a record does not wrap, is a quarter at most, and has a head of less than 32 bytes.
  const std::string* find(std::size_t conversation, Sequence seq, bool& certain) const {
    std::size_t since = 0;
    for (auto added = kept_.rbegin(); added != kept_.rend(); ++added) {
      since += added->bytes.size() + 32;
      certain = since <= bytes_ / 4 * 3;
      if (added->conversation == conversation && added->seq == seq) return &added->bytes;
    }
    return nullptr;
  }

 private:
  std::size_t bytes_;
  std::deque<Added> kept_;
  std::size_t held_ = 0;
};

struct Speaker {
  RecentMessages::Newest newest;
  Sequence head = 0;
  Sequence first = 1;  ///< since it was loaded
};

void check(const RecentMessages& recent, const Model& model, const std::vector<Speaker>& speakers,
           std::size_t which, Sequence seq) {
  const Speaker& speaker = speakers[which];
  const auto found = recent.find(speaker.newest, seq);
  bool certain = false;
  const std::string* kept = model.find(which, seq, certain);
  const bool linked = seq >= speaker.first && seq + limits::recent_messages > speaker.head;
  RC_ASSERT(!found.has_value() || (kept != nullptr && linked));
  if (found) RC_ASSERT(*found == *kept);
  if (kept != nullptr && linked && certain) RC_ASSERT(found.has_value());
}

RC_GTEST_PROP(RecentMessages, KeepTheNewestWithinTheirBytes, (std::uint64_t seed)) {
  sim::Random random(seed, 0, 0);
  const std::size_t bytes = 4096 + random.below(30'000);
  const std::size_t longest = 1 + random.below(bytes / 4 - 200);
  RecentMessages recent(bytes);
  Model model(bytes);
  std::vector<Speaker> speakers(1 + random.below(6));
  for (int step = 0; step < 400; ++step) {
    const std::size_t which = random.below(speakers.size());
    Speaker& speaker = speakers[which];
    if (random.below(50) == 0) {  // given up and loaded anew: only its head is known
      speaker.newest = {};
      speaker.first = speaker.head + 1;
    }
    const std::string body(random.below(longest), static_cast<char>('a' + step % 26));
    const Message message = text(++speaker.head, body);
    recent.add(speaker.newest, message);
    model.add(which, message);
    RC_ASSERT(recent.find(speaker.newest, speaker.head) == bytes_of(message));
    for (int i = 0; i < 10; ++i) {
      const std::size_t other = random.below(speakers.size());
      const Sequence head = speakers[other].head;
      check(recent, model, speakers, other,
            head + 1 - random.below(std::min<Sequence>(head, 20) + 2));
    }
  }
}

}  // namespace
}  // namespace hubbub
