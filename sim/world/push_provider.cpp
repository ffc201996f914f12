#include "sim/world/push_provider.hpp"

#include <algorithm>

namespace hubbub::sim {
namespace {

constexpr std::uint32_t provider_source = 3006;
/// It queues what it can take within this, and refuses the rest for now.
constexpr Duration queue = 1s;

}  // namespace

PushProvider::PushProvider(Stage& stage)
    : stage_(stage),
      answers_(stage, provider_source),
      latency_(sampler(stage.scenario.push_provider.latency)),
      random_(stage.seed, purpose::push_provider, 0) {}

bool PushProvider::gone(DeviceId device) const {
  return Random(stage_.seed, purpose::push_gone, device.user.value << 16 | device.device.value)
      .chance(stage_.scenario.push_provider.gone);
}

Duration PushProvider::latency() {
  const Duration usual = draw(latency_, random_);
  if (stage_.now >= slow_until_) return usual;
  return Duration{static_cast<std::int64_t>(static_cast<double>(usual.count()) * factor_)};
}

PushProvider::Outcome PushProvider::push(const Asker& asker, const output::Push& push, bool heard) {
  const auto answer = [&](Duration after, PushOutcome outcome) {
    // An edge that hears nothing for so long says so.
    const bool in_time = heard && after < limits::push_patience;
    answers_.give(asker, stage_.now + (in_time ? after : Duration{limits::push_patience}),
                  input::PushDone{push.ticket, in_time ? outcome : PushOutcome::not_now});
  };
  if (stage_.now < away_until_) {
    answer(random_.chance(0.5) ? latency() : Duration{limits::push_patience}, PushOutcome::not_now);
    return Outcome::not_taken;
  }
  // Of what a server says that is cut off, half arrives, and the answer is lost.
  const bool arrives = heard || random_.chance(0.5);
  const double rate = stage_.scenario.push_provider.capacity;
  const Duration begins = std::max(stage_.now, free_at_);
  const Duration done = begins - stage_.now + latency();
  if (!arrives || (rate > 0 && begins - stage_.now > queue)) {
    answer(latency(), PushOutcome::not_now);
    return Outcome::not_taken;
  }
  if (gone(push.device)) {
    answer(done, PushOutcome::gone);
    return Outcome::gone;
  }
  if (rate > 0) free_at_ = begins + Duration{static_cast<std::int64_t>(1e9 / rate)};
  answer(done, PushOutcome::accepted);
  return Outcome::taken;
}

}  // namespace hubbub::sim
