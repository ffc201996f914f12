// What an edge keeps of a polled session: which answer goes on which request, and what waits.
#include "sim/world/http_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hubbub::sim {
namespace {

using Exchange = Device::Exchange;
using What = output::Poll::What;

const to_client::Frame an_event = to_client::Event{.cursor = Cursor::at(9, 1)};
const to_client::Frame a_typing = to_client::Typing{};

class Http : public testing::Test {
 protected:
  void request(std::uint32_t exchange, std::initializer_list<to_server::Frame> frames) {
    for (const to_server::Frame& frame : frames) session.arrived(exchange, frame);
    session.arrived_whole();
  }
  void poll(std::uint32_t exchange, RequestId id) {
    session.arrived(exchange, to_server::Poll{.id = id});
  }
  void told(const to_client::Frame& frame, std::string_view bytes) {
    session.told(frame, bytes, bytes.size());
  }
  /// "exchange: frame frame"
  std::vector<std::string> answers() {
    std::vector<std::string> all;
    for (const HttpSession::Answer& a : session.take()) {
      std::string text = std::to_string(a.exchange) + (a.what == Exchange::poll ? " poll:" : ":");
      for (std::size_t at = 0; at < a.bytes.size();) {
        std::uint32_t size = 0;
        std::memcpy(&size, a.bytes.data() + at, sizeof size);
        text += " " + a.bytes.substr(at + sizeof size, size);
        at += sizeof size + size;
      }
      all.push_back(text);
    }
    return all;
  }
  HttpSession session;
};

TEST_F(Http, ARequestIsAnsweredWhenAllThatItAskedIs) {
  request(1, {to_server::List{.id = 7}, to_server::Typing{}, to_server::History{.id = 8}});
  told(to_client::HistoryPage{.id = 8}, "page");
  EXPECT_THAT(answers(), testing::IsEmpty());
  told(to_client::ListPage{.id = 7}, "list");
  EXPECT_THAT(answers(), testing::ElementsAre("1: page list"));
}

TEST_F(Http, WhatIsNotAnsweredIsAnsweredAtOnceWithNothing) {
  request(1, {to_server::Typing{}});
  EXPECT_THAT(answers(), testing::ElementsAre("1:"));
}

TEST_F(Http, HelloIsAnsweredByWelcomeOrByWhyNot) {
  request(1, {to_server::Hello{.polled = true}});
  told(to_client::Welcome{}, "welcome");
  EXPECT_THAT(answers(), testing::ElementsAre("1: welcome"));
  request(2, {to_server::Hello{.polled = true}});
  told(to_client::Error{}, "unavailable");
  EXPECT_THAT(answers(), testing::ElementsAre("2: unavailable"));
}

TEST_F(Http, EverythingElseWaitsForAPoll) {
  told(an_event, "event");
  told(a_typing, "typing");
  EXPECT_THAT(answers(), testing::IsEmpty());
  EXPECT_EQ(session.waiting_bytes(), 11u);
  poll(3, 4);
  session.polled({.id = 4, .what = What::answer});
  EXPECT_THAT(answers(), testing::ElementsAre("3 poll: event typing"));
  EXPECT_EQ(session.waiting_bytes(), 0u);
}

TEST_F(Http, AnOlderPollEndsWithNothingAndWhatWaitsWaitsOn) {
  poll(3, 4);
  told(an_event, "event");
  poll(5, 6);
  session.polled({.id = 4, .what = What::empty});
  EXPECT_THAT(answers(), testing::ElementsAre("3 poll:"));
  session.polled({.id = 6, .what = What::answer});
  EXPECT_THAT(answers(), testing::ElementsAre("5 poll: event"));
}

TEST_F(Http, WhatComesAgainIsForgottenAndNothingElse) {
  told(an_event, "event");
  told(a_typing, "typing");
  session.polled({.what = What::forget});
  poll(3, 4);
  session.polled({.id = 4, .what = What::answer});
  EXPECT_THAT(answers(), testing::ElementsAre("3 poll: typing"));
}

TEST_F(Http, AWrongPollIsToldSoOnItsOwnExchange) {
  poll(3, 4);
  told(to_client::Error{.id = 4}, "wrong");
  EXPECT_THAT(answers(), testing::ElementsAre("3 poll: wrong"));
  EXPECT_FALSE(session.has_open());
}

TEST_F(Http, AnAnswerToARequestThatWasGivenUpIsForNobody) {
  request(1, {to_server::List{.id = 7}});
  request(2, {to_server::List{.id = 8}});
  told(to_client::ListPage{.id = 7}, "late");
  EXPECT_THAT(answers(), testing::IsEmpty());
  told(to_client::ListPage{.id = 8}, "list");
  EXPECT_THAT(answers(), testing::ElementsAre("2: list"));
}

TEST_F(Http, WhatBreaksEndsWithNothing) {
  request(1, {to_server::List{.id = 7}});
  poll(3, 4);
  session.break_all();
  EXPECT_THAT(answers(), testing::UnorderedElementsAre("1:", "3 poll:"));
  EXPECT_FALSE(session.has_open());
  told(to_client::ListPage{.id = 7}, "late");
  EXPECT_THAT(answers(), testing::IsEmpty());
}

}  // namespace
}  // namespace hubbub::sim
