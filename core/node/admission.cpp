#include "core/node/admission.hpp"

#include <algorithm>

#include "core/base/keyed_hash.hpp"
#include "core/base/limits.hpp"

namespace hubbub {
namespace {

/// Slots that are looked at in one call, to see who did not come: each call gives out one at most.
constexpr int looks = 4;

std::uint32_t within(std::uint32_t rate, Duration span) {
  return static_cast<std::uint32_t>(std::uint64_t{rate} * static_cast<std::uint64_t>(to_ms(span)) / 1000);
}

}  // namespace

Admission::Admission(const AdmissionConfig& config, NodeId self)
    : key_(config.key), self_(self), rate_(config.rate) {
  lanes_[0].logins = true;
  if (rate_ == 0) return;
  interval_ = Duration{1s} / rate_;
  free_most_ = std::max(1u, within(rate_, limits::slot_burst));
  free_ = free_most_;
  handshakes_most_ = std::max(1u, within(rate_, limits::handshakes_ahead));
}

// Of four slots the first is for logins: 0, 4, 8 …; those for resumes are 1, 2, 3, 5, 6, 7, 9 ….

Admission::Slot Admission::Lane::slot(std::uint64_t index) const {
  return logins ? index * limits::slots_per_login : index + index / (limits::slots_per_login - 1) + 1;
}

std::uint64_t Admission::Lane::up_to(Slot slot) const {
  const std::uint64_t of_logins = slot / limits::slots_per_login + 1;
  return logins ? of_logins : slot + 1 - of_logins;
}

/// What lies ahead of a lane and is given out lies together: it was given one after the other, from
/// the first one ahead at that time. So those that come due are counted without looking at each.
void Admission::pass(Duration now) {
  const Slot last = static_cast<Slot>(now / interval_);
  if (!passed_) passed_ = last;
  std::uint64_t come = last - *passed_;
  for (Lane& lane : lanes_) {
    const std::uint64_t from = std::max(lane.first, lane.up_to(*passed_));
    const std::uint64_t to = std::min(lane.next, lane.up_to(last));
    if (to > from) come -= to - from;
    for (int i = 0; i < looks && !lane.held.empty(); ++i) {
      const Held& oldest = lane.held.front();
      if (time_of(oldest.slot) + limits::slot_held >= now) break;
      if (!lane.held.pop().claimed) free(1);
    }
  }
  free(come);
  passed_ = last;
}

Admission::Held* Admission::find(Slot slot) {
  Ring<Held>& held = lanes_[slot % limits::slots_per_login == 0 ? 0 : 1].held;
  std::size_t from = 0, to = held.size();
  while (from < to) {
    const std::size_t middle = (from + to) / 2;
    if (held[middle].slot < slot)
      from = middle + 1;
    else
      to = middle;
  }
  return from < held.size() && held[from].slot == slot ? &held[from] : nullptr;
}

Admission::Answer Admission::judge(const Visitor& visitor, NodeGeneration life, Duration now) {
  pass(now);
  const Ticket& ticket = visitor.ticket;
  if (!ticket.none() && ticket.seal == seal(ticket.slot, visitor.user, life)) {
    Held* held = find(ticket.slot);
    const Duration due = time_of(ticket.slot);
    if (held != nullptr && !held->claimed && now < due)
      return {.advice = advice(ticket.slot, visitor.user, life, now)};
    if (held != nullptr && !held->claimed && now <= due + limits::slot_held) {
      held->claimed = true;
      return {.enters = true, .claims = true};
    }
  }
  if (free_ == 0) return give(lanes_[visitor.resumes ? 1 : 0], visitor, life, now);
  --free_;
  return {.enters = true};
}

Admission::Answer Admission::give(Lane& lane, const Visitor& visitor, NodeGeneration life,
                                  Duration now) {
  const std::uint64_t ahead = lane.up_to(*passed_);
  if (lane.next < ahead) lane.first = lane.next = ahead;
  const Slot slot = lane.slot(lane.next);
  if (time_of(slot) > now + limits::slot_horizon) return {};
  ++lane.next;
  lane.held.push({slot});
  return {.advice = advice(slot, visitor.user, life, now)};
}

Advice Admission::advice(Slot slot, UserId user, NodeGeneration life, Duration now) const {
  // Rounded up, so that nobody comes before it.
  const Duration wait = time_of(slot) - now + 1ms - Duration{1};
  return {.delay_ms = static_cast<std::uint32_t>(to_ms(wait)), .ticket = {slot, seal(slot, user, life)}};
}

std::uint64_t Admission::seal(Slot slot, UserId user, NodeGeneration life) const {
  const std::array<std::uint64_t, 4> what{self_.value, life, slot, user.value};
  return keyed_hash(key_, what);
}

}  // namespace hubbub
