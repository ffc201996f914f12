#include "loadgen/plan.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/base/check.hpp"

namespace hubbub::loadgen {
namespace {

// Purposes of the random streams.
constexpr std::uint64_t purpose_times = 0x74696d6573;
constexpr std::uint64_t purpose_choices = 0x63686f696365;

}  // namespace

Plan::Plan(const Options& options, std::uint64_t first_user, std::uint64_t run)
    : clients_(options.connections),
      partners_(std::min(options.conversations, options.connections - 1)),
      length_(options.length),
      mean_gap_ns_(options.rate > 0 ? 1e9 / options.rate : 0),
      duration_(options.duration),
      pace_(options.pace),
      first_user_(first_user),
      prefix_(fmt::format("load {:016x} ", run)),
      times_(options.seed, purpose_times, 0),
      choices_(options.seed, purpose_choices, 0) {
  HUBBUB_CHECK(options.rate == 0 || options.connections >= 2);
}

std::optional<Plan::Write> Plan::next() {
  if (mean_gap_ns_ == 0) return {};
  next_at_ns_ += pace_ == Pace::even ? mean_gap_ns_ : -std::log(1 - times_.unit()) * mean_gap_ns_;
  // Before it becomes a whole number: with a very low rate it would be none.
  if (!(next_at_ns_ < static_cast<double>(duration_.count()))) return {};
  const Duration at{static_cast<std::int64_t>(next_at_ns_)};
  const auto from = static_cast<std::uint32_t>(choices_.below(clients_));
  const auto step = static_cast<std::uint32_t>(1 + choices_.below(partners_));
  intended_.push_back(at);
  return Write{intended_.size() - 1, at, from, (from + step) % clients_};
}

std::string Plan::text(std::uint64_t index) const {
  std::string text = fmt::format("{}{} ", prefix_, index);
  if (text.size() < length_) text.resize(length_, '.');
  return text;
}

std::optional<std::uint64_t> Plan::index_of(std::string_view text) const {
  if (!text.starts_with(prefix_)) return {};
  const std::string_view rest = text.substr(prefix_.size());
  std::uint64_t index = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
  if (error != std::errc() || index >= intended_.size()) return {};
  return index;
}

}  // namespace hubbub::loadgen
