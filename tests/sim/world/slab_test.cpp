#include "sim/world/slab.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/base/hash.hpp"
#include "sim/world/body.hpp"
#include "sim/world/frame_check.hpp"

namespace hubbub::sim {
namespace {

TEST(Slab, UsesMemoryAgainForTheSameSize) {
  Slab slab;
  Piece* first = slab.hold("hello");
  EXPECT_EQ(first->view(), "hello");
  slab.release(first);
  Piece* second = slab.hold("other");
  EXPECT_EQ(second, first);
  EXPECT_EQ(second->view(), "other");
  EXPECT_EQ(slab.in_use(), 1u);
}

TEST(Slab, KeepsAPieceUntilItsLastHolderLetsGo) {
  Slab slab;
  Piece* piece = slab.hold("shared");
  ++piece->holders;
  slab.release(piece);
  EXPECT_EQ(slab.in_use(), 1u);
  EXPECT_EQ(piece->view(), "shared");
  slab.release(piece);
  EXPECT_EQ(slab.in_use(), 0u);
}

TEST(Slab, HoldsWhatIsLargerThanAChunk) {
  Slab slab;
  const std::string large(1'000'000, 'x');
  Piece* piece = slab.hold(large);
  EXPECT_EQ(piece->view(), large);
  slab.release(piece);
  const std::size_t reserved = slab.reserved_bytes();
  slab.release(slab.hold(large));
  EXPECT_EQ(slab.reserved_bytes(), reserved);
}

TEST(Body, TellsWhenItWasWritten) {
  for (const Duration written : {Duration{0}, Duration{1}, Duration{123456789012345}}) {
    const Body body(written, 31337);
    EXPECT_EQ(Body::written(body.view()), written);
    EXPECT_EQ(body.view().size(), Body::size);
  }
}

TEST(FrameCheck, PassesFramesThatSurviveTheirJson) {
  const Body body(5s, 1);
  const Content content{4000, hash_bytes(body.view()), body.view()};
  check_json(to_server::Frame{to_server::Send{3, ConversationId::direct(UserId{1}, UserId{2}), 7,
                                              0xfeedfacecafebeef, content}});
  for (const auto what : {to_server::Change::What::add, to_server::Change::What::leave,
                          to_server::Change::What::rename}) {
    to_server::Change change{
        4, 1, 99, what, ConversationId::group(UserId{1}, DeviceNumber{1}, 1), UserId{}, {}};
    if (what == to_server::Change::What::rename)
      change.name = "ours";
    else
      change.user = UserId{1};
    check_json(to_server::Frame{change});
  }
  Message message;
  message.seq = 4;
  message.id = MessageId{77};
  message.from = UserId{1};
  message.device = DeviceNumber{1};
  message.number = 7;
  message.key = 9;
  message.content = content;
  check_json(to_client::Frame{
      to_client::Event{ConversationId::direct(UserId{1}, UserId{2}), message, Cursor::at(5, 6)}});
}

}  // namespace
}  // namespace hubbub::sim
