#include "sim/world/http_session.hpp"

#include <algorithm>
#include <utility>

#include "core/wire/exchange.hpp"

namespace hubbub::sim {

void HttpSession::append(Answer& to, std::string_view bytes, std::size_t length) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  to.bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
  to.bytes.append(bytes);
  to.length += length;
  to.longest = std::max(to.longest, length);
}

void HttpSession::arrived(std::uint32_t exchange, const to_server::Frame& frame) {
  if (const auto* poll = std::get_if<to_server::Poll>(&frame)) {
    polls_.push_back({exchange, poll->id});
    return;
  }
  if (request_ != exchange) {
    // Its device has given the one before it up.
    awaited_.clear();
    greets_ = false;
    replies_ = {};
    request_ = exchange;
  }
  greets_ |= std::holds_alternative<to_server::Hello>(frame);
  if (const RequestId id = request_of(frame)) awaited_.push_back(id);
}

void HttpSession::arrived_whole() { answer_request(); }

void HttpSession::answer_request() {
  if (request_ == 0 || greets_ || !awaited_.empty()) return;
  replies_.exchange = std::exchange(request_, 0);
  replies_.what = Exchange::request;
  answers_.push_back(std::exchange(replies_, {}));
}

void HttpSession::told(const to_client::Frame& frame, std::string_view bytes, std::size_t length) {
  if (waits_for_poll(frame)) {
    waiting_.push_back({stream_cursor(frame) != nullptr, std::string(bytes), length});
    waiting_bytes_ += length;
    return;
  }
  const RequestId id = request_of(frame);
  const auto poll = std::ranges::find(polls_, id, &OpenPoll::id);
  if (id != 0 && poll != polls_.end()) {  // the poll itself was wrong
    Answer refused{.exchange = poll->exchange, .what = Exchange::poll};
    append(refused, bytes, length);
    answers_.push_back(std::move(refused));
    polls_.erase(poll);
    return;
  }
  if (id == 0 && greets_) {
    greets_ = false;
  } else if (std::erase(awaited_, id) == 0) {
    return;  // whoever asked has given it up
  }
  append(replies_, bytes, length);
  answer_request();
}

void HttpSession::polled(const output::Poll& poll) {
  if (poll.what == output::Poll::What::forget) {
    std::erase_if(waiting_, [this](const Waiting& w) {
      if (w.of_stream) waiting_bytes_ -= w.length;
      return w.of_stream;
    });
    return;
  }
  const auto open = std::ranges::find(polls_, poll.id, &OpenPoll::id);
  if (open == polls_.end()) return;
  Answer answer{.exchange = open->exchange, .what = Exchange::poll};
  if (poll.what == output::Poll::What::answer) {
    for (const Waiting& w : waiting_) append(answer, w.bytes, w.length);
    waiting_.clear();
    waiting_bytes_ = 0;
  }
  answers_.push_back(std::move(answer));
  polls_.erase(open);
}

void HttpSession::break_all() {
  for (const OpenPoll& poll : std::exchange(polls_, {}))
    answers_.push_back({.exchange = poll.exchange, .what = Exchange::poll});
  if (request_ != 0) answers_.push_back({.exchange = request_, .what = Exchange::request});
  request_ = 0;
  greets_ = false;
  awaited_.clear();
  replies_ = {};
}

}  // namespace hubbub::sim
