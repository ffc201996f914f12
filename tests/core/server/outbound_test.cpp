#include "core/server/outbound.hpp"

#include <gtest/gtest.h>

namespace hubbub::server {
namespace {

TEST(Outbound, SendsASingleFrameAsItself) {
  OutboundQueue queue;
  ASSERT_TRUE(queue.add(R"({"type":"ok"})"));
  EXPECT_EQ(queue.begin_write(), R"({"type":"ok"})");
  queue.written();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST(Outbound, SendsFramesThatAreReadyTogetherAsOneList) {
  OutboundQueue queue;
  queue.add("{}");
  queue.add(R"({"a":1})");
  queue.add("{}");
  EXPECT_EQ(queue.begin_write(), R"([{},{"a":1},{}])");
}

TEST(Outbound, LeavesWhatIsBeingWrittenAlone) {
  OutboundQueue queue;
  queue.add("{}");
  const std::string_view writing = queue.begin_write();
  for (int i = 0; i < 100; ++i) queue.add(R"({"n":1})");
  EXPECT_EQ(writing, "{}");
  queue.written();
  EXPECT_EQ(queue.begin_write().substr(0, 9), R"([{"n":1},)");
}

TEST(Outbound, StartsAnotherMessageRatherThanALongOne) {
  OutboundQueue queue;
  const std::string frame(OutboundQueue::message_bytes / 2 + 1, 'x');
  queue.add(frame);
  queue.add(frame);
  EXPECT_EQ(queue.begin_write(), frame);
  queue.written();
  EXPECT_EQ(queue.begin_write(), frame);
}

TEST(Outbound, RefusesWhatIsBeyondTheBoundAndCountsWhatIsBeingWritten) {
  OutboundQueue queue;
  const std::string half(limits::outbound_bytes / 2, 'x');
  ASSERT_TRUE(queue.add(half));
  queue.begin_write();
  ASSERT_TRUE(queue.add(half));
  EXPECT_FALSE(queue.add("{}"));
  EXPECT_EQ(queue.bytes(), limits::outbound_bytes);
  queue.written();
  EXPECT_TRUE(queue.add("{}"));
}

TEST(Outbound, DropsWhatWaitsButNotWhatIsBeingWritten) {
  OutboundQueue queue;
  queue.add(R"({"first":1})");
  const std::string_view writing = queue.begin_write();
  queue.add("{}");
  queue.drop_waiting();
  EXPECT_EQ(writing, R"({"first":1})");
  queue.written();
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
}

}  // namespace
}  // namespace hubbub::server
