#include "loadgen/meter.hpp"

#include <fmt/format.h>

namespace hubbub::loadgen {
namespace {

// A run has users of its own unless it is told otherwise; then their conversations may hold more.
constexpr sim::Checker::Options judge{.saw_the_beginning = false};

}  // namespace

Meter::Meter(const Plan& plan) : plan_(plan), checker_(judge) {}

void Meter::sent(Duration now, const sim::Device& device, const ConversationId& conversation,
                 const sim::Outgoing& message) {
  if (message.sends <= 1) ++counts_.sent;
  checker_.sent(now, device.id(), conversation, message.number, message.key, message.digest);
}

void Meter::repeated(Duration, const sim::Device&, const ConversationId&, const sim::Outgoing&) {
  ++counts_.repeated;
}

void Meter::acknowledged(Duration now, const sim::Device& device,
                         const ConversationId& conversation, const sim::Outgoing& message,
                         const to_client::Ok& ok) {
  ++counts_.acknowledged;
  checker_.acknowledged(now, device.id(), conversation, ok.number, message.key, ok.seq, ok.message);
  if (const auto index = plan_.index_of(message.body)) record(now, *index, acknowledgement_);
  Sequence& highest = conversations_[conversation];
  highest = std::max(highest, ok.seq);
}

void Meter::refused(Duration now, const sim::Device& device, const ConversationId& conversation,
                    const sim::Outgoing& message, const to_client::Error& error) {
  ++counts_.refused;
  if (first_refusal_.empty())
    first_refusal_ = fmt::format("{}: {}", to_text(error.code), error.detail);
  checker_.refused(now, device.id(), conversation, message.number, message.key);
}

void Meter::put_off(Duration, const sim::Device&, const to_client::Error&) { ++counts_.put_off; }

void Meter::shown(Duration now, const sim::Device& device, const to_client::Event& event) {
  checker_.shown(now, device.id(), event.cursor, event.conversation, event.message);
  arrived(now, device, event.message);
}

void Meter::declared(Duration now, const sim::Device& device, const to_client::Ranges& ranges) {
  checker_.declared(now, device.id(), ranges.cursor, ranges.ranges);
}

void Meter::synced(Duration now, const sim::Device& device, const to_client::Synced& synced) {
  checker_.synced(now, device.id(), synced.cursor);
}

void Meter::reset(Duration now, const sim::Device& device, const to_client::Reset& reset) {
  checker_.reset(now, device.id(), reset.cursor);
}

void Meter::paged(Duration now, const sim::Device& device, const to_server::History& asked,
                  const to_client::HistoryPage& page) {
  checker_.paged(now, device.id(), asked, page);
  for (const Message& message : page.messages) arrived(now, device, message);
}

void Meter::attached(Duration now, const sim::Device& device, const to_client::Welcome&) {
  ++counts_.welcomes;
  checker_.attached(now, device.id(), device.has_cursor() ? device.cursor() : Cursor{});
}

void Meter::lost(Duration, const sim::Device&, CloseCode code, bool was_attached) {
  ++(was_attached ? counts_.lost : counts_.failed);
  ++close_codes_[static_cast<std::uint16_t>(code)];
}

void Meter::arrived(Duration now, const sim::Device& device, const Message& message) {
  if (message.kind != EntryKind::text || message.from == device.user()) return;
  const auto index = plan_.index_of(message.content.body);
  if (!index) return;
  if (delivered_.size() <= *index) delivered_.resize(*index + 1024);
  if (delivered_[*index]) return;
  delivered_[*index] = true;
  ++counts_.delivered;
  record(now, *index, delivery_);
}

void Meter::record(Duration now, std::uint64_t index, sim::Histogram& to) {
  const Duration latency = now - (begun_ + plan_.intended(index));
  to.record(std::max<std::int64_t>(0, latency.count()));
}

}  // namespace hubbub::loadgen
