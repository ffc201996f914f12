// Decides the map: who owns and who follows what (R12, R26, R27). Whoever holds the assigner's lease
// asks it whenever the register or the time says so, and sets what it answers.
//
// What it decides it does not take for done: it sees that in the map, and until then decides the
// same again. So a decision may be lost, and everyone may watch the register with an assigner of
// their own, to know what went before when the lease comes to them.
//
// - A server is dead when its registration is gone. Its partitions go to their standbys at once.
// - R27: when more than one, and more than a third, of the registrations vanish within one time to
//   live, the register is suspected: for `limits::suspicion` from the first of them nothing is
//   taken from who vanished, unless they come back, and nothing moves for balance. Servers that
//   drained are not missed. Owners that are missing when the assigner begins vanish then: a fleet
//   that starts again is not handed to whoever is up first.
// - R12: a partition whose owners vanished `limits::vanished_most` times while they opened it, and
//   never got it open in between, is closed until a person opens it again. Vanished is: gone, and
//   not held on suspicion, or back in another life.
// - Draining and balance move `limits::moves_at_once` partitions at a time; one that its owner does
//   not have open counts as on its way, whatever moved it.
//
// - R12: records are written in a newer form once everybody has been able to read it for
//   `limits::form_wait`: so long, a server may go back to an older version.
//
// Balance goes by loads averaged over `load_average`: noise does not move partitions.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/policy.hpp"
#include "core/base/time.hpp"
#include "core/place/placement.hpp"
#include "core/place/registration.hpp"
#include "core/place/shard_map.hpp"

namespace hubbub {

class Assigner {
 public:
  static constexpr Duration load_average = 30s;

  Assigner() = default;
  explicit Assigner(const Policy& policy)
      : discovery_(policy.discovery), failover_(policy.failover), poison_(policy.poison) {}

  /// Takes in what the register shows; `now` is monotonic, and never goes back. For those who watch.
  void observe(const ShardMap& current, const Fleet& fleet, Duration now);
  /// `observe`, and then the map as it should be, one version on; nothing if it is so already.
  std::optional<ShardMap> decide(const ShardMap& current, const Fleet& fleet, Duration now);

  /// When to ask again if the register does not change; `never`: there is no need.
  Duration next_deadline() const;
  /// What a person should know of the last observation and decision: a sentence each, or nothing.
  const std::string& alarm() const { return alarm_; }

 private:
  using Partitions = std::bitset<limits::partitions>;

  /// A node as its registration last showed it.
  struct Seen {
    bool present = true;
    Duration vanished_at{};
    NodeGeneration life{};
    bool draining{};
    Partitions opening;
  };
  /// Vanishings that the map does not count yet, and its count without them.
  struct Uncounted {
    std::uint8_t count = 0;
    std::uint8_t before = 0;
  };
  struct Load {
    std::uint32_t reported = 0;  ///< commits a second; 0: not known
    std::uint64_t average = 0;   ///< in 1/load_unit of that
  };
  /// Fine enough that the average of an idle partition moves, coarse enough that one with the
  /// highest load times `load_average` in milliseconds fits 63 bits.
  static constexpr std::uint64_t load_unit = 1 << 14;

  bool suspects() const { return suspected_until_ != never; }

  void begin(const ShardMap& current, Duration now);
  void forget_counted(const ShardMap& current);
  void see_present(const ShardMap& current, const Fleet& fleet);
  void see_vanished(const Fleet& fleet, Duration now);
  void suspect(Duration now);
  void end_suspicion(Duration now);
  void bury(const ShardMap& current, Duration now);
  void count(const ShardMap& current, Seen& seen);

  void see_forms(const ShardMap& current, const Fleet& fleet, Duration now);
  bool may_raise_form(const ShardMap& current) const;
  void pass_time(Duration now);
  void see_loads(const ShardMap& current, const Fleet& fleet);
  Loads loads() const;

  std::vector<NodeId> kept(const Fleet& fleet) const;
  void forgive_opened(ShardMap& map, const Fleet& fleet);
  void close_poisoned(ShardMap& map);

  DiscoveryPolicy discovery_ = DiscoveryPolicy::doubted;
  FailoverPolicy failover_ = FailoverPolicy::moves;
  PoisonPolicy poison_ = PoisonPolicy::closed;
  bool begun_ = false;
  Duration now_{};
  std::map<NodeId, Seen> seen_;
  Duration suspected_until_ = never;  ///< `never`: nothing is suspected
  Form common_form_ = oldest_form;  ///< the newest that everybody reads who lives
  bool form_waits_ = false;         ///< it is newer than the map's
  Duration common_since_{};         ///< for how long that has been so
  std::array<Uncounted, limits::partitions> uncounted_{};
  std::array<Load, limits::partitions> loads_{};
  std::string alarm_;
};

/// A person's word that a closed partition may be tried again. REQUIRES: it is closed.
void reopen(ShardMap& map, PartitionId partition);

}  // namespace hubbub
