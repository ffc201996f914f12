// Revoked devices: revoked-out. From the moment at which a user is answered that a device of theirs is
// revoked, it is shown nothing that is written later, and no attempt that it begins later is welcomed. What
// was on its way to it may still arrive, whenever that is.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <string_view>

#include "sim/check/ledger.hpp"

namespace hubbub::sim {

class RevocationChecks {
 public:
  explicit RevocationChecks(Ledger& ledger) : ledger_(ledger) {}

  void answered(Duration now, DeviceId device) { since_.try_emplace(key(device), now); }
  /// It was shown something that was written then.
  void shown(Duration now, DeviceId device, Duration written) {
    judge(now, device, written, "was shown what was written then");
  }
  /// It was welcomed, having wanted to be since then.
  void welcomed(Duration now, DeviceId device, Duration wanted) {
    judge(now, device, wanted, "was welcomed, having wanted it since then");
  }
  std::size_t memory() const { return since_.capacity() * 17; }

 private:
  static std::uint64_t key(DeviceId device) {
    return device.user.value << 16 | device.device.value;
  }
  void judge(Duration now, DeviceId device, Duration begun, std::string_view what) {
    if (since_.empty()) return;
    const auto since = since_.find(key(device));
    if (since == since_.end()) return;
    ledger_.compared(Invariant::revoked_out);
    if (begun <= since->second) return;
    ledger_.violated(Invariant::revoked_out, now, {ledger_.entities.device(device), no_entity}, [&] {
      return fmt::format("{} was revoked at {} ms, and at {} ms {}", to_text(device),
                         to_ms(since->second), to_ms(begun), what);
    });
  }

  Ledger& ledger_;
  absl::flat_hash_map<std::uint64_t, Duration> since_;
};

}  // namespace hubbub::sim
