// What a client is told about frames that are wrong, word for word, and the limits.
#include <gtest/gtest.h>

#include "core/base/hash.hpp"
#include "core/wire/frame_json.hpp"
#include "core/wire/json_text.hpp"

namespace hubbub {
namespace {

class FrameErrors : public testing::Test {
 protected:
  const ParsedClientFrames& parse(std::string_view text) {
    arena_.clear();
    parse_client_message(text, arena_, parsed_);
    return parsed_;
  }

  /// "code id: detail", and " [close]".
  std::string error_of(std::string_view text) {
    parse(text);
    if (parsed_.errors.size() != 1 || !parsed_.frames.empty()) return "not one error alone";
    const to_client::Error& e = parsed_.errors[0];
    if (e.retry) return "wrong: no repetition makes it right";
    return std::string(to_text(e.code)) + " " + std::to_string(e.id) + ": " +
           std::string(e.detail) + (parsed_.close ? " [close]" : "");
  }

  /// The error of a good `message` frame with one key replaced.
  std::string error_with(const std::string& key, const std::string& value) {
    std::string text = R"({"type":"message","id":9)";
    const std::pair<const char*, const char*> good[] = {{"conversation_id", "\"c_71_84\""},
                                                        {"n", "1"},
                                                        {"key", "\"0000000000000001\""},
                                                        {"content", "\"x\""}};
    for (const auto& [name, usual] : good) {
      const std::string used = name == key ? value : usual;
      if (!used.empty()) text += std::string(",\"") + name + "\":" + used;
    }
    return error_of(text + "}");
  }

  Arena arena_;
  ParsedClientFrames parsed_;
};

TEST_F(FrameErrors, SayWhichKeyIsMissingAndWhatItMustBe) {
  EXPECT_EQ(
      error_with("n", ""),
      "bad_request 9: \"n\" is missing: it must be a whole number from 1 to 9007199254740991");
  EXPECT_EQ(error_with("conversation_id", "null"),
            "bad_request 9: \"conversation_id\" is missing: it must be a conversation's id like "
            "\"c_71_84\" or \"c_71_2_17\"");
}

TEST_F(FrameErrors, SayWhatStandsThereInstead) {
  const std::string n = "it must be a whole number from 1 to 9007199254740991";
  EXPECT_EQ(error_with("n", "\"3\""), "bad_request 9: \"n\" is \"3\": " + n);
  EXPECT_EQ(error_with("n", "0"), "bad_request 9: \"n\" is 0: " + n);
  EXPECT_EQ(error_with("n", "-1"), "bad_request 9: \"n\" is -1: " + n);
  EXPECT_EQ(error_with("n", "1.5"), "bad_request 9: \"n\" is 1.5: " + n);
  EXPECT_EQ(error_with("n", "9007199254740992"), "bad_request 9: \"n\" is 9007199254740992: " + n);
  EXPECT_EQ(error_with("n", "[1,2]"), "bad_request 9: \"n\" is a list of 2: " + n);
  EXPECT_EQ(error_with("n", "{}"), "bad_request 9: \"n\" is an object: " + n);
  EXPECT_EQ(error_with("n", "true"), "bad_request 9: \"n\" is true: " + n);
  EXPECT_EQ(error_with("key", "\"12\""),
            "bad_request 9: \"key\" is \"12\": it must be 16 hexadecimal digits");
  EXPECT_EQ(error_with("key", "\"000000000000000g\""),
            "bad_request 9: \"key\" is \"000000000000000g\": it must be 16 hexadecimal digits");
  EXPECT_EQ(error_with("content", "\"\""),
            "bad_request 9: \"content\" has 0 characters: it must have 1 to 99999");
}

TEST_F(FrameErrors, SayThatAMessageIsNumberedOrNamed) {
  const auto message = [](std::string_view keys) {
    return R"({"type":"message","id":9,"conversation_id":"c_71_84","content":"x")" + std::string(keys) + "}";
  };
  const std::string not_both =
      "it must be absent where \"n\" and \"key\" name the message";
  EXPECT_EQ(error_of(message("")),
            "bad_request 9: \"n\" is not there: a message has \"n\" and \"key\", or, of who does not "
            "count, \"client_id\"");
  EXPECT_EQ(error_of(message(R"(,"client_id":"a","n":1)")),
            "bad_request 9: \"client_id\" is \"a\": " + not_both);
  EXPECT_EQ(error_of(message(R"(,"client_id":"a","key":"0000000000000001")")),
            "bad_request 9: \"client_id\" is \"a\": " + not_both);
  EXPECT_EQ(error_of(message(R"(,"client_id":"")")),
            "bad_request 9: \"client_id\" has 0 bytes: it must be a text of 1 to 64 bytes");
  EXPECT_EQ(error_of(message(",\"client_id\":\"" + std::string(65, 'a') + "\"")),
            "too_large 9: \"client_id\" has 65 bytes: it must be a text of 1 to 64 bytes");
  EXPECT_EQ(parse(message(R"(,"client_id":"a")")).frames.size(), 1u);
}

TEST_F(FrameErrors, SayWhatMentionsAndQuestionsMustBe) {
  std::string many = "[\"u_1\"";
  for (int i = 0; i < 16; ++i) many += ",\"u_1\"";
  const std::string numbered = R"(,"n":1,"key":"0000000000000001","content":"x")";
  const std::string to = R"({"type":"message","id":9,"conversation_id":"c_71_84")" + numbered;
  EXPECT_EQ(error_of(to + ",\"mentions\":" + many + "]}"),
            "too_large 9: \"mentions\" has 17 users: it may have at most 16");
  EXPECT_EQ(error_of(R"({"type":"get","id":9,"message_id":17})"),
            "bad_request 9: \"message_id\" is 17: it must be a message's id, a whole number above 0 as a text");
  EXPECT_EQ(error_of(R"({"type":"get","id":9,"message_id":"0"})"),
            "bad_request 9: \"message_id\" is \"0\": it must be a message's id, a whole number above 0 as a text");
  EXPECT_EQ(error_of(R"({"type":"mentions","id":9,"limit":65})"),
            "bad_request 9: \"limit\" is 65: it must be a whole number from 1 to 64");
  EXPECT_EQ(error_of(R"({"type":"revoke","id":9,"n":1,"key":"0000000000000001","device_number":0})"),
            "bad_request 9: \"device_number\" is 0: it must be a whole number from 1 to 65535");
}

TEST_F(FrameErrors, CutWhatStandsThereBetweenCharacters) {
  std::string long_id = "x";
  for (int i = 0; i < 40; ++i) long_id += "é";
  std::string shown = "x";
  for (int i = 0; i < 23; ++i) shown += "é";
  EXPECT_EQ(error_with("conversation_id", "\"" + long_id + "\""),
            "bad_request 9: \"conversation_id\" is \"" + shown +
                "…\": it must be a conversation's id like \"c_71_84\" or \"c_71_2_17\"");
}

TEST_F(FrameErrors, RefuseAKeyThatStandsTwice) {
  EXPECT_EQ(error_with("n", "1,\"n\":2"),
            "bad_request 9: \"n\" is there twice: a key may stand once");
}

TEST_F(FrameErrors, IgnoreKeysThatTheFrameDoesNotKnow) {
  parse(R"({"type":"ack","cursor":"1-2","mood":{"a":[1,null]},"mood":2,"id":[]})");
  EXPECT_EQ(parsed_.frames.size(), 1u);
  EXPECT_TRUE(parsed_.errors.empty());
}

TEST_F(FrameErrors, RefuseHalfACharacterOnlyInItsOwnFrame) {
  EXPECT_EQ(
      error_with("content", "\"\\ud83d\""),
      "bad_request 9: \"content\" has half of a surrogate pair: it must be Unicode characters");
}

TEST_F(FrameErrors, NameTheTypeThatIsNotKnown) {
  EXPECT_EQ(error_of(R"({"type":"dance","id":7})"),
            "unsupported 7: \"type\" is \"dance\": it must be a type of frame that is known here");
  EXPECT_EQ(error_of(R"({"id":7})"),
            "bad_request 7: \"type\" is missing: it must be the name of a type of frame");
}

TEST_F(FrameErrors, HaveNoIdIfItCannotBeRead) {
  EXPECT_EQ(error_of(R"({"type":"list","id":"7"})"),
            "bad_request 0: \"id\" is \"7\": it must be a whole number from 1 to 9007199254740991");
}

TEST_F(FrameErrors, HideNoOtherFrame) {
  parse(
      R"([{"type":"ack","cursor":"1-2"},{"type":"list","id":8,"limit":0},7,{"type":"list","id":9}])");
  EXPECT_FALSE(parsed_.close);
  ASSERT_EQ(parsed_.frames.size(), 2u);
  EXPECT_EQ(std::get<to_server::List>(parsed_.frames[1]).id, 9u);
  ASSERT_EQ(parsed_.errors.size(), 2u);
  EXPECT_EQ(parsed_.errors[0].id, 8u);
  EXPECT_EQ(parsed_.errors[0].detail,
            "frame 2: \"limit\" is 0: it must be a whole number from 1 to 64");
  EXPECT_EQ(parsed_.errors[1].detail, "frame 3: a frame is 7: it must be an object");
}

TEST_F(FrameErrors, CloseWhatCannotBeReadAsFrames) {
  EXPECT_EQ(error_of("hello"),
            "bad_request 0: the message is not JSON as it must be: a value was expected at byte 0 "
            "[close]");
  EXPECT_EQ(error_of("\xFF"),
            "bad_request 0: the message is not JSON as it must be: it is not valid UTF-8 at byte 0 "
            "[close]");
  EXPECT_EQ(
      error_of("3"),
      "bad_request 0: the message is 3: it must be a frame, an object, or a list of them [close]");
  EXPECT_EQ(error_of("[]"),
            "bad_request 0: the message has 0 frames: it must have 1 to 64 [close]");
  EXPECT_EQ(error_of(std::string(20, '[')),
            "too_large 0: the message is not JSON as it must be: it is nested too deeply at byte 8 "
            "[close]");
}

TEST_F(FrameErrors, CloseMoreFramesThanMayShareAMessage) {
  const auto message_of = [](std::size_t frames) {
    std::string text;
    for (std::size_t i = 0; i < frames; ++i)
      text += (i == 0 ? "[" : ",") + std::string(R"({"type":"ack","cursor":"1-2"})");
    return text + "]";
  };
  EXPECT_EQ(parse(message_of(64)).frames.size(), 64u);
  EXPECT_EQ(error_of(message_of(65)),
            "too_large 0: the message has 65 frames: it must have 1 to 64 [close]");
}

TEST_F(FrameErrors, CloseMoreBytesThanAFrameMayHave) {
  std::string text = R"({"type":"ack","cursor":"1-2"})";
  text.append(limits::frame_bytes - text.size(), ' ');
  EXPECT_EQ(parse(text).frames.size(), 1u);
  EXPECT_EQ(error_of(text + " "),
            "too_large 0: the message has 1310721 bytes: it may have at most 1310720 [close]");
}

TEST_F(FrameErrors, NameBothFiguresOfATextThatIsTooLong) {
  EXPECT_EQ(error_with("content", "\"" + std::string(100'000, 'x') + "\""),
            "too_large 9: \"content\" has 100000 characters: it must have 1 to 99999");
}

TEST_F(FrameErrors, LimitNamesInBytes) {
  const auto hello = [](std::size_t bytes) {
    return R"({"type":"hello","device":")" + std::string(bytes, 'd') + "\"}";
  };
  EXPECT_EQ(parse(hello(limits::device_name_bytes)).frames.size(), 1u);
  EXPECT_EQ(error_of(hello(limits::device_name_bytes + 1)),
            "too_large 0: \"device\" has 41 bytes: it must be a text of 1 to 40 bytes");
  EXPECT_EQ(error_of(hello(0)),
            "bad_request 0: \"device\" has 0 bytes: it must be a text of 1 to 40 bytes");
}

TEST_F(FrameErrors, SayHowLongAPollIsHeldAtMost) {
  EXPECT_EQ(error_of(R"({"type":"poll","id":7,"wait_ms":30001})"),
            "bad_request 7: \"wait_ms\" is 30001: it must be a whole number from 0 to 30000");
  EXPECT_EQ(error_of(R"({"type":"poll","wait_ms":0})"),
            "bad_request 0: \"id\" is missing: it must be a whole number from 1 to 9007199254740991");
  EXPECT_EQ(error_of(R"({"type":"poll","id":7,"cursor":"here"})"),
            "bad_request 7: \"cursor\" is \"here\": it must be a cursor as the server sent it");
}

TEST_F(FrameErrors, RefuseACallNumberThatNoGroupsIdCouldHold) {
  EXPECT_EQ(error_of(R"({"type":"create","id":1,"n":281474976710656,"key":"0000000000000001",)"
                     R"("kind":"group","members":[]})"),
            "bad_request 1: \"n\" is 281474976710656: it must be a whole number from 1 to "
            "281474976710655");
}

TEST_F(FrameErrors, ToldAboutCreating) {
  const auto create = [this](const std::string& rest) {
    return error_of(R"({"type":"create","id":1,"n":1,"key":"0000000000000001",)" + rest + "}");
  };
  EXPECT_EQ(create(R"("kind":"circle")"),
            "bad_request 1: \"kind\" is \"circle\": it must be \"direct\" or \"group\"");
  EXPECT_EQ(create(R"("kind":"direct")"),
            "bad_request 1: \"members\" has 0 users: a direct conversation is made with 1");
  EXPECT_EQ(create(R"("kind":"direct","members":["u_2"],"name":"us")"),
            "bad_request 1: \"name\" is \"us\": it must be absent, for a direct conversation has "
            "no name");
  EXPECT_EQ(
      create(R"("kind":"group","members":["u_2","u_0"])"),
      "bad_request 1: \"members\" holds \"u_0\": it must be a list of users' ids like \"u_71\"");
  std::string many = R"("u_2")";
  for (std::uint32_t i = 0; i < limits::members_at_once; ++i) many += R"(,"u_2")";
  EXPECT_EQ(create(R"("kind":"group","members":[)" + many + "]"),
            "too_large 1: \"members\" has 1001 users: it may have at most 1000");
}

TEST_F(FrameErrors, ToldAboutAddingAndLooking) {
  const std::string add = R"({"type":"add","id":1,"n":1,"key":"0000000000000001","conversation_id":"c_1_1_1")";
  EXPECT_EQ(error_of(add + R"(,"user":"u_2","users":["u_3"]})"),
            "bad_request 1: \"users\" is a list of 1: it must be absent where \"user\" is one");
  EXPECT_EQ(error_of(R"({"type":"look","conversations":[]})"),
            "bad_request 0: \"conversations\" is a list of 0: it must be a list of 1 to 64 "
            "conversation ids");
}

TEST_F(FrameErrors, ToldAboutHistoryWithTwoAnchors) {
  EXPECT_EQ(error_of(R"({"type":"history","id":1,"conversation_id":"c_1_2","before":3,"after":1})"),
            "bad_request 1: \"before\", \"after\" and \"around\" exclude each other: at most one "
            "may be there");
}

/// A `message` frame with `count` times `written` as its content.
std::string message_of(std::size_t count, std::string_view written) {
  std::string text =
      R"({"type":"message","id":9007199254740991,"conversation_id":"c_281474976710654_281474976710655",)"
      R"("n":9007199254740991,"key":"0000000000000001","content":")";
  for (std::size_t i = 0; i < count; ++i) text += written;
  return text + "\"}";
}

TEST_F(FrameErrors, LetTheLongestTextPassHoweverItIsWritten) {
  for (const char* written : {"x", "é", "€", "😀", "\\ud83d\\ude00", "\\u0000"}) {
    const std::string text = message_of(limits::text_code_points, written);
    EXPECT_LE(text.size(), limits::frame_bytes) << written;
    const auto& parsed = parse(text);
    ASSERT_EQ(parsed.frames.size(), 1u) << written;
    const Content& content = std::get<to_server::Send>(parsed.frames[0]).content;
    EXPECT_EQ(json::count_code_points(content.body), limits::text_code_points);
    EXPECT_EQ(content.length, content.body.size());
    EXPECT_EQ(content.digest, hash_bytes(content.body));
    std::string event;
    encode(
        to_client::Event{ConversationId{1, 2}, Message{.from = UserId{1}, .content = content}, {}},
        event);
    EXPECT_LE(event.size(), limits::frame_bytes);
  }
}

TEST_F(FrameErrors, RefuseOneCharacterMoreHoweverItIsWritten) {
  for (const char* written : {"x", "é", "€", "😀", "\\ud83d\\ude00", "\\u0000"})
    EXPECT_EQ(
        error_of(message_of(limits::text_code_points + 1, written)),
        "too_large 9007199254740991: \"content\" has 100000 characters: it must have 1 to 99999");
}

}  // namespace
}  // namespace hubbub
