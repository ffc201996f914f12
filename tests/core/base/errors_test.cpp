#include "core/base/errors.hpp"

#include <gtest/gtest.h>

namespace hubbub {
namespace {

TEST(ErrorCode, ComesBackFromItsText) {
  for (int i = 0; i <= static_cast<int>(last_of(ErrorCode{})); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    EXPECT_EQ(parse_error_code(to_text(code)), code);
  }
  EXPECT_EQ(to_text(ErrorCode::internal), "internal");
  EXPECT_EQ(to_text(ErrorCode::unsupported), "unsupported");
  EXPECT_FALSE(parse_error_code("Internal").has_value());
  EXPECT_FALSE(parse_error_code("").has_value());
}

TEST(CloseCode, SaysWhetherAClientMayReturn) {
  EXPECT_TRUE(may_return(CloseCode::overloaded));
  EXPECT_TRUE(may_return(CloseCode::draining));
  EXPECT_TRUE(may_return(CloseCode::token_expired));
  EXPECT_FALSE(may_return(CloseCode::bad_frame));
  EXPECT_FALSE(may_return(CloseCode::replaced));
}

}  // namespace
}  // namespace hubbub
