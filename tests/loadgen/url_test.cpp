#include "loadgen/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hubbub::loadgen {
namespace {

TEST(Url, HasHostPortAndPath) {
  const auto url = parse_url("ws://127.0.0.1:4000/ws");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "127.0.0.1");
  EXPECT_EQ(url->port, 4000);
  EXPECT_EQ(url->path, "/ws");
}

TEST(Url, MayLeaveOutPortAndPath) {
  const auto url = parse_url("ws://chat.example");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "chat.example");
  EXPECT_EQ(url->port, 80);
  EXPECT_EQ(url->path, "/ws");
}

TEST(Url, TakesAnAddressInBrackets) {
  const auto url = parse_url("ws://[::1]:9/chat");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 9);
  EXPECT_EQ(url->path, "/chat");
}

TEST(Url, SaysWhatIsWrongAndWhatWouldBeRight) {
  for (const char* wrong :
       {"", "http://x/ws", "wss://x/ws", "ws://", "ws://:80/", "ws://x:0/", "ws://x:65536/",
        "ws://x:80x/", "ws://x:/", "ws://[::1/ws", "ws://[::1]x/", "ws://x/ws?token=1"}) {
    const auto url = parse_url(wrong);
    ASSERT_FALSE(url) << wrong;
    EXPECT_THAT(url.error().what, testing::HasSubstr("ws://127.0.0.1:4000/ws"));
  }
}

}  // namespace
}  // namespace hubbub::loadgen
