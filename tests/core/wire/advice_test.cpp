// What a close frame's reason says about coming back.
#include "core/wire/advice.hpp"

#include <gtest/gtest.h>

#include "core/base/keyed_hash.hpp"

namespace hubbub {
namespace {

constexpr Ticket ticket{.slot = 16001, .seal = 0x91c2b0e1d2f3a4b5};

TEST(CloseReason, SaysWhenAndWithWhat) {
  const Advice advice{.delay_ms = 1200, .jitter_ms = 0, .ticket = ticket};
  const std::string reason = to_close_reason(advice);
  EXPECT_EQ(reason, R"({"delay_ms":1200,"ticket":"0000000000003e81-91c2b0e1d2f3a4b5"})");
  EXPECT_EQ(parse_close_reason(reason), advice);
}

TEST(CloseReason, SaysWithinWhatWhereThereIsNoSlot) {
  const Advice advice{.delay_ms = 0, .jitter_ms = 8000, .ticket = {}};
  EXPECT_EQ(to_close_reason(advice), R"({"delay_ms":0,"jitter_ms":8000})");
  EXPECT_EQ(parse_close_reason(to_close_reason(advice)), advice);
}

TEST(CloseReason, FitsACloseFrame) {
  const Advice longest{.delay_ms = UINT32_MAX, .jitter_ms = UINT32_MAX, .ticket = {~0ull, ~0ull}};
  EXPECT_LE(to_close_reason(longest).size(), 123u);
}

TEST(CloseReason, SaysNothingIfItIsASentenceOrWrong) {
  for (const char* reason : {"", "the server is going down; come back", "[1]", "{}", "{\"delay_ms\":-1}",
                             "{\"delay_ms\":\"soon\"}", "{\"delay_ms\":1,\"ticket\":7}"})
    EXPECT_TRUE(parse_close_reason(reason).none()) << reason;
}

TEST(Ticket, IsReadAsItIsWritten) {
  EXPECT_EQ(parse_ticket(to_text(ticket)), ticket);
  for (const char* text : {"", "1-2", "0000000000003e81_91c2b0e1d2f3a4b5", "0000000000003e81-91c2b0e1d2f3a4bx",
                           "0000000000003e81-91c2b0e1d2f3a4b5 "})
    EXPECT_FALSE(parse_ticket(text)) << text;
}

/// SipHash-2-4's own test vector: the key 00 01 … 0f, and the input 00 01 … 07.
TEST(KeyedHash, IsSipHash) {
  const std::array<std::uint64_t, 1> input{0x0706050403020100};
  EXPECT_EQ(keyed_hash({0x0706050403020100, 0x0f0e0d0c0b0a0908}, input), 0x93f5f5799a932462);
}

}  // namespace
}  // namespace hubbub
