#include "core/server/http_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/server/token.hpp"

namespace hubbub::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

RequestHead upgrade(std::string_view target) {
  return {.method = "GET",
          .target = target,
          .sub_protocols = "hubbub.v1.json",
          .version = "13",
          .is_upgrade = true};
}

unsigned status(const RequestHead& request) {
  const HttpDecision decision = decide(request);
  return decision.answer ? decision.answer->status : 101;
}

TEST(HttpAnswer, UpgradesWithTheTokensUserFromTheQuery) {
  const HttpDecision decision = decide(upgrade("/ws?x=1&token=dev-insecure%3Au_71"));
  EXPECT_FALSE(decision.answer);
  EXPECT_EQ(decision.user, UserId{71});
}

TEST(HttpAnswer, UpgradesWithTheTokensUserFromTheBearerHeader) {
  RequestHead request = upgrade("/ws");
  request.authorization = "bearer dev-insecure:u_5";
  EXPECT_EQ(decide(request).user, UserId{5});
}

TEST(HttpAnswer, UpgradesWithoutATokenForItMayComeInHello) {
  const HttpDecision decision = decide(upgrade("/ws"));
  EXPECT_FALSE(decision.answer);
  EXPECT_FALSE(decision.user);
}

TEST(HttpAnswer, RefusesAWrongTokenAndSaysWhatWouldBeRightWithoutRepeatingIt) {
  for (const char* target : {"/ws?token=secret", "/ws?token=dev-insecure:71",
                             "/ws?token=", "/ws?token=dev-insecure:u_0"}) {
    const HttpDecision decision = decide(upgrade(target));
    ASSERT_TRUE(decision.answer) << target;
    EXPECT_EQ(decision.answer->status, 401u);
    EXPECT_THAT(decision.answer->detail, HasSubstr("u_71"));
    EXPECT_THAT(decision.answer->detail, testing::Not(HasSubstr("secret")));
  }
}

TEST(HttpAnswer, RefusesABrokenEscapeInTheTokenLikeNoToken) {
  EXPECT_FALSE(decide(upgrade("/ws?token=%zz")).user);
  EXPECT_FALSE(decide(upgrade("/ws?token=dev-insecure:u_71%4")).user);
}

TEST(HttpAnswer, TakesWhatAClientSaysOfComingBackAndNoTicketForABadOne) {
  const Ticket ticket{17, 99};
  const HttpDecision back = decide(upgrade("/ws?resume=1&ticket=" + to_text(ticket)));
  EXPECT_TRUE(back.returning.resumes);
  EXPECT_EQ(back.returning.ticket, ticket);
  const HttpDecision bad = decide(upgrade("/ws?resume=yes&ticket=12"));
  EXPECT_FALSE(bad.answer);
  EXPECT_FALSE(bad.returning.resumes);
  EXPECT_TRUE(bad.returning.ticket.none());
}

TEST(HttpAnswer, RefusesOtherSubProtocols) {
  RequestHead request = upgrade("/ws");
  for (const char* list : {"", "chat", "hubbub.v2.json", "hubbub.v1.jsonx", ","}) {
    request.sub_protocols = list;
    EXPECT_EQ(status(request), 400u) << list;
  }
  request.sub_protocols = "chat ,  hubbub.v1.json";
  EXPECT_EQ(status(request), 101u);
}

TEST(HttpAnswer, RefusesWhatIsNoUpgradeWhereOnlyUpgradesAre) {
  RequestHead plain = upgrade("/ws");
  plain.is_upgrade = false;
  EXPECT_EQ(status(plain), 426u);
  RequestHead old = upgrade("/ws");
  old.version = "8";
  EXPECT_EQ(status(old), 426u);
  RequestHead early = upgrade("/ws");
  early.early_bytes = 1;
  EXPECT_EQ(status(early), 400u);
}

TEST(HttpAnswer, SaysThatItIsAliveAndReady) {
  EXPECT_EQ(status({.method = "GET", .target = "/healthz"}), 200u);
  EXPECT_EQ(status({.method = "GET", .target = "/readyz?probe=1"}), 200u);
  EXPECT_EQ(status({.method = "POST", .target = "/healthz"}), 405u);
}

TEST(HttpAnswer, AnswersOtherPathsWithAnErrorAsJson) {
  const HttpDecision decision = decide({.method = "GET", .target = "/etc/passwd"});
  ASSERT_TRUE(decision.answer);
  const std::string text = to_http(*decision.answer);
  EXPECT_THAT(text, StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\n\r\n{\"type\":\"error\""));
  EXPECT_THAT(text, HasSubstr("\"code\":\"not_found\""));
}

TEST(Token, IsOnlyTheDevelopmentForm) {
  EXPECT_EQ(check_token("dev-insecure:u_71").value(), UserId{71});
  for (const char* wrong : {"", "u_71", "dev-insecure:", "dev-insecure:u_", "dev-insecure:u_-1",
                            "dev-insecure:u_71 ", "DEV-INSECURE:u_71", "dev-insecure:c_1_2"}) {
    EXPECT_FALSE(check_token(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace hubbub::server
