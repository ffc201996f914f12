#include "core/wire/codec.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "core/wire/peer.hpp"
#include "tests/core/wire/generators.hpp"

namespace hubbub {
namespace {

using generators::any_peer_message;
using generators::bytes_of;

template <class T>
void comes_back_equal(const T& value) {
  const std::string bytes = bytes_of(value);
  Arena arena;
  const auto decoded = wire::decode<T>(bytes, arena);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(decoded->index() == value.index());
  RC_ASSERT(bytes_of(*decoded) == bytes);
}

RC_GTEST_PROP(Codec, BringsEveryPeerMessageBack, ()) { comes_back_equal(any_peer_message()); }
RC_GTEST_PROP(Codec, BringsEveryClientFrameBack, ()) {
  comes_back_equal(generators::any_client_frame());
}
RC_GTEST_PROP(Codec, BringsEveryServerFrameBack, ()) {
  comes_back_equal(generators::any_server_frame());
}

RC_GTEST_PROP(Codec, RefusesEveryTruncation, ()) {
  const std::string bytes = bytes_of(any_peer_message());
  Arena arena;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // A copy of its own, so that the address sanitizer sees a read beyond it.
    const std::string cut = bytes.substr(0, size);
    RC_ASSERT(!wire::decode<peer::Message>(cut, arena).has_value());
  }
}

RC_GTEST_PROP(Codec, RefusesWhatFollowsTheEnd, ()) {
  Arena arena;
  RC_ASSERT(!wire::decode<peer::Message>(bytes_of(any_peer_message()) + '\0', arena).has_value());
}

RC_GTEST_PROP(Codec, NeverFailsOnChangedBytes, ()) {
  std::string bytes = bytes_of(any_peer_message());
  for (int i = 0; i < 4; ++i)
    bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
  Arena arena;
  const auto decoded = wire::decode<peer::Message>(bytes, arena);
  // What is taken has one byte form only: the one it was read from.
  if (decoded) RC_ASSERT(bytes_of(*decoded) == bytes);
}

TEST(Codec, WritesNumbersLittleEndianAtTheirWidth) {
  const to_client::ListPage page{.id = 0x0102030405060708, .conversations = {}, .has_more = true};
  EXPECT_EQ(bytes_of(page), std::string("\x08\x07\x06\x05\x04\x03\x02\x01\0\0\0\0\x01", 13));
}

TEST(Codec, RefusesABooleanThatIsNeither) {
  std::string bytes = bytes_of(to_client::ListPage{});
  bytes.back() = 2;
  Arena arena;
  EXPECT_FALSE(wire::decode<to_client::ListPage>(bytes, arena).has_value());
}

TEST(Codec, RefusesAnEnumerationsValueThatDoesNotExist) {
  Arena arena;
  std::string bytes = bytes_of(ErrorCode::unsupported);
  EXPECT_TRUE(wire::decode<ErrorCode>(bytes, arena).has_value());
  ++bytes[0];
  EXPECT_FALSE(wire::decode<ErrorCode>(bytes, arena).has_value());
}

TEST(Codec, RefusesACountBeyondTheBytesBeforeItAllocates) {
  const std::string bytes(
      "\xFF\xFF\xFF\x7F"
      "12345678",
      12);
  Arena arena;
  using Users = std::span<const UserId>;
  EXPECT_FALSE(wire::decode<Users>(bytes, arena).has_value());
  const std::string two_of_one(
      "\x02\0\0\0"
      "12345678",
      12);
  EXPECT_FALSE(wire::decode<Users>(two_of_one, arena).has_value());
}

TEST(Codec, RefusesAVariantThatDoesNotExist) {
  const std::string bytes(1, static_cast<char>(std::variant_size_v<peer::Message>));
  Arena arena;
  EXPECT_FALSE(wire::decode<peer::Message>(bytes, arena).has_value());
}

TEST(Codec, EncodesAPeerMessageLikeItsVariant) {
  const peer::Confirm confirm{ConversationId{1, 2}, ShardId{3}, 4, 5};
  ByteBuffer direct;
  peer::encode(confirm, direct);
  EXPECT_EQ(direct.view(), bytes_of(peer::Message{confirm}));
}

}  // namespace
}  // namespace hubbub
