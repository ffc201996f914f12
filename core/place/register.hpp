// The port to the register: a few small values under keys, changed only by compare-and-set, the
// same for everyone, on some engine that outlives every server. Registrations, the map and the
// assigner's lease lie in it (R26, R27).
//
// - Keys are at most limits::register_key_bytes, values at most limits::register_value_bytes. Whoever
//   sets holds to that: an implementation checks it and never sees it from outside.
// - Every change gives the whole register its next revision, and the key that revision as its
//   version. Version 0: the key is absent. Even an empty register has a revision above 0.
// - A set takes effect only if the key still has the version that it names; else it ends in
//   `conflict`, with what is there. Setting the same value again refreshes: it lives for its new
//   time to live, and neither the version nor the revision changes.
// - A key with a time to live vanishes when it was neither set nor refreshed for so long; that is a
//   change, too.
// - A set may end `unknown`: it took effect, or will, or never does; `away`: it did not and will not.
// - A read gives what changed after the revision that the reader has, or everything when it has
//   none (0) or one too old. It waits up to `wait` for a change. It may be stale: of a revision
//   that is not the newest, though never of one below the reader's.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <tuple>

#include "core/base/time.hpp"

namespace hubbub {

enum class RegisterOutcome : std::uint8_t { done, conflict, unknown, away };
constexpr RegisterOutcome last_of(RegisterOutcome) { return RegisterOutcome::away; }

/// A key as it is at a revision. Version 0: it is gone.
struct RegisterEntry {
  std::string_view key;
  std::uint64_t version{};
  std::string_view value;
  static auto fields(auto& s) { return std::tie(s.key, s.version, s.value); }
};

/// What a key shall become. `version`: the one it must have. `ttl` 0: it stays until it is changed.
/// An empty value takes the key away.
struct RegisterSet {
  std::string_view key;
  std::uint64_t version{};
  std::string_view value;
  Duration ttl{};
  static auto fields(auto& s) { return std::tie(s.key, s.version, s.value, s.ttl); }
};

struct RegisterSetDone {
  RegisterOutcome outcome{};
  std::uint64_t version{};  ///< done: its own, 0 if it took the key away; conflict: the key's
  std::string_view value;   ///< conflict: what is there
  static auto fields(auto& s) { return std::tie(s.outcome, s.version, s.value); }
};

/// `whole`: the entries are all there are, not what changed.
struct RegisterPage {
  bool away{};
  bool whole{};
  std::uint64_t revision{};
  std::span<const RegisterEntry> entries;
  static auto fields(auto& s) { return std::tie(s.away, s.whole, s.revision, s.entries); }
};

/// Answers come later, in any order, in no case before the call returns; views in them are valid
/// during the call.
class Register {
 public:
  virtual ~Register() = default;
  virtual void set(const RegisterSet& set, std::function<void(const RegisterSetDone&)> done) = 0;
  virtual void read(std::uint64_t revision, Duration wait,
                    std::function<void(const RegisterPage&)> done) = 0;
};

}  // namespace hubbub
