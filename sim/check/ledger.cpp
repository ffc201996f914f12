#include "sim/check/ledger.hpp"

#include <algorithm>

namespace hubbub::sim {
namespace {

constexpr std::size_t events_told = 6;

double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

std::string happening(const PastEvent& e, const std::string& in) {
  using What = PastEvent::What;
  switch (e.what) {
    case What::sent:
      return fmt::format("sent its message {}{}", e.a, in);
    case What::acknowledged:
      return fmt::format("was told that its message {} is {}{}", e.a, e.b, in);
    case What::refused:
      return fmt::format("was refused its message {}{}", e.a, in);
    case What::abandoned:
      return fmt::format("gave a message up{}", in);
    case What::changed:
      return fmt::format("was told that its call {} is {}{}", e.a, e.b, in);
    case What::attached:
      return fmt::format("was welcomed, holding up to {}", e.a);
    case What::shown:
      return fmt::format("was shown {}{} at inbox number {}", e.b, in, e.a);
    case What::declared:
      return fmt::format("was sent {} ranges, cursor at {}", e.b, e.a);
    case What::reset:
      return fmt::format("was told to start again from {}", e.a);
    case What::synced:
      return fmt::format("was told that it holds everything, at {}", e.a);
    case What::paged:
      return fmt::format("got a page of {}{} with head {}", e.b, in, e.a);
  }
  return {};
}

}  // namespace

std::vector<InvariantResult> Ledger::results() const {
  std::vector<InvariantResult> results;
  for (std::size_t i = 0; i < invariant_count; ++i) {
    const auto invariant = static_cast<Invariant>(i);
    results.push_back({std::string(name_of(invariant)), is_safety(invariant), counts_[i].compared,
                       counts_[i].violated});
  }
  return results;
}

void Ledger::keep(Invariant invariant, Duration at, Touched touched, std::string what) {
  violations_.push_back(
      {std::string(name_of(invariant)), at, std::move(what), events_before(touched)});
}

std::vector<std::string> Ledger::events_before(Touched touched) const {
  std::vector<std::string> told;
  const std::uint64_t oldest = past_count_ > past_.size() ? past_count_ - past_.size() : 0;
  for (std::uint64_t i = past_count_; i > oldest && told.size() < events_told; --i) {
    const PastEvent& event = past_[(i - 1) % past_.size()];
    const bool same_device = touched.device != no_entity && event.device == touched.device;
    const bool same_conversation =
        touched.conversation != no_entity && event.conversation == touched.conversation;
    if (same_device || same_conversation) told.push_back(to_text(event));
  }
  std::ranges::reverse(told);
  return told;
}

std::string Ledger::to_text(const PastEvent& event) const {
  const std::string in =
      event.conversation == no_entity ? "" : " in " + conversation(event.conversation);
  return fmt::format("{:.6f} s: {} {}", seconds(event.at), device(event.device),
                     happening(event, in));
}

}  // namespace hubbub::sim
