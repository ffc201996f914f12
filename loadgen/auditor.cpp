#include "loadgen/auditor.hpp"

#include <fmt/format.h>

namespace hubbub::loadgen {
namespace {

/// Pages on their way at once.
constexpr std::size_t pages_at_once = 32;
/// A page without an answer is asked for again: its connection may have been lost.
constexpr Duration answer_time = 10s;
/// Before asking again after an answer that said "later".
constexpr Duration retry_time = 200ms;

}  // namespace

Auditor::Auditor(Fleet& fleet, const Plan& plan, Meter& meter)
    : fleet_(fleet), plan_(plan), meter_(meter) {
  for (const auto& [conversation, seen] : meter.conversations())
    waiting_.push_back({.conversation = conversation, .seen = seen});
  fleet_.answers_to(this);
}

Auditor::~Auditor() { fleet_.answers_to(nullptr); }

bool Auditor::run(Duration deadline) {
  while (!waiting_.empty() || !asked_.empty()) {
    const Duration now = monotonic_now();
    if (now >= deadline && problem_.empty())
      problem_ = fmt::format("{} of {} conversations could not be read in time",
                             waiting_.size() + asked_.size(), conversations());
    if (!problem_.empty()) return false;
    ask_again_if_late(now);
    while (!waiting_.empty() && asked_.size() < pages_at_once) {
      Reading reading = std::move(waiting_.front());
      waiting_.pop_front();
      ask(now, std::move(reading));
    }
    fleet_.run_until(std::min(deadline, now + retry_time));
  }
  return true;
}

void Auditor::ask(Duration now, Reading reading) {
  reading.asked_at = now;
  const RequestId id = next_request_++;
  const std::uint32_t client = plan_.client(reading.conversation.first());
  if (fleet_.device(client).attached()) {  // else it is asked again later
    fleet_.request(client, page_of(id, reading));
  }
  asked_[id] = std::move(reading);
}

to_server::History Auditor::page_of(RequestId id, const Reading& reading) {
  return {id,
          reading.conversation,
          to_server::History::Direction::after,
          reading.after,
          limits::history_messages,
          reading.seen};
}

void Auditor::ask_again_if_late(Duration now) {
  std::erase_if(asked_, [&](const auto& entry) {
    if (now < entry.second.asked_at + answer_time) return false;
    waiting_.push_back(entry.second);
    return true;
  });
}

void Auditor::answer(Duration now, std::uint32_t, const to_client::Frame& frame) {
  if (const auto* error = std::get_if<to_client::Error>(&frame)) {
    const auto found = asked_.find(error->id);
    if (found == asked_.end()) return;
    if (!error->retry) {
      problem_ = fmt::format("{} cannot be read: {}: {}", to_text(found->second.conversation),
                             to_text(error->code), error->detail);
    }
    // It stays among those asked, and is late soon.
    found->second.asked_at = now - answer_time + retry_time;
    return;
  }
  const auto& page = std::get<to_client::HistoryPage>(frame);
  const auto found = asked_.find(page.id);
  if (found == asked_.end()) return;
  Reading reading = std::move(found->second);
  asked_.erase(found);
  take(now, page, reading);
  if (page.has_more && !page.messages.empty()) return waiting_.push_front(std::move(reading));
  for (const Message& message : reading.messages)
    meter_.checker().stored_message(reading.conversation, message);
  messages_ += reading.messages.size();
}

void Auditor::take(Duration now, const to_client::HistoryPage& page, Reading& reading) {
  const DeviceId reader = fleet_.device(plan_.client(reading.conversation.first())).id();
  meter_.checker().paged(now, reader, page_of(page.id, reading), page);
  for (const Message& message : page.messages) {
    reading.after = std::max(reading.after, message.seq);
    reading.messages.push_back(message);
    reading.messages.back().content.body = {};  // a view of this page; the digest says what it was
    reading.messages.back().users = {};
  }
}

}  // namespace hubbub::loadgen
