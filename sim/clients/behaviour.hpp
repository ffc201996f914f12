// A population: who knows whom, who is online, who does what and when. It holds no state for a
// user; everything follows from the seed and from how many things a client did before.
//
// Users are 0 .. users - 1 here (UserId is one more), clients are users times devices. Everyone's
// acquaintances are the users at certain distances to both sides of them in a ring, so that
// knowing is mutual and costs no memory. Shards are dealt by hash, so a ring has no locality.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/time.hpp"
#include "core/wire/frames.hpp"
#include "sim/engine/distributions.hpp"

namespace hubbub::sim {

struct PopulationSettings {
  std::uint64_t seed = 1;
  std::uint32_t users = 2;
  std::uint32_t devices = 1;         ///< of each user
  double online = 1;                 ///< share of users that connect at all
  std::uint32_t acquaintances = 50;  ///< at most users - 1 are used
  std::uint32_t conversations = 5;   ///< the acquaintances nearly everything is written to
  struct Groups {
    std::uint32_t count = 0;
    std::uint32_t members = 0;
    GroupSettings settings;
  };
  std::vector<Groups> groups;
  double group_share = 0;            ///< of messages, where a user is in groups
  double messages_per_day = 40;      ///< of each user, over all its devices
  double peak = 3;                   ///< times the daily mean
  Sampler length;                    ///< bytes of a message
  double typed_ahead = 0;            ///< share of messages sent without waiting
  double group_changes_per_day = 0;  ///< of each user in groups
  double blocks_per_day = 0;         ///< of each user: blocks, and ends of blocks
  double revokes_per_day = 0;        ///< of each user, over all its devices: ends of another one
  double mentions = 0;               ///< share of messages that mention somebody
  Duration open_history{0};          ///< mean time between looks; 0: never
};

/// What a client does next.
struct Act {
  enum class Kind : std::uint8_t { write, look, change, block, revoke };
  Kind kind{};
  bool in_group = false;
  bool ahead = false;
  std::uint32_t group = 0;   ///< which, if `in_group`
  UserId peer;               ///< whom to, if not; whom a change or a block is about
  std::uint32_t length = 0;  ///< write: bytes
  to_server::Change::What change{};
  bool blocked = false;      ///< block: else it ends
  std::uint16_t device = 0;  ///< revoke: which of its user's
  std::array<UserId, 2> mentioned{};  ///< write
  std::size_t mentions = 0;  ///< how many those are
};

class Population {
 public:
  explicit Population(PopulationSettings settings);

  std::uint32_t users() const { return settings_.users; }
  std::uint32_t clients() const { return settings_.users * settings_.devices; }
  std::uint32_t user_of(std::uint32_t client) const { return client / settings_.devices; }
  std::uint16_t device_of(std::uint32_t client) const {
    return static_cast<std::uint16_t>(client % settings_.devices);
  }
  static UserId id_of(std::uint32_t user) { return UserId{std::uint64_t{user} + 1}; }

  bool comes_online(std::uint32_t user) const;
  /// The k-th acquaintance. REQUIRES: k < acquaintances().
  std::uint32_t acquaintance(std::uint32_t user, std::uint32_t k) const;
  std::uint32_t acquaintances() const { return acquaintances_; }

  struct Group {
    std::uint32_t first;  ///< members are the `members` users from here on, round the ring
    std::uint32_t members;
    GroupSettings settings;
  };
  const std::vector<Group>& groups() const { return groups_; }
  /// The first member who comes online; nobody if none does.
  bool creator(std::uint32_t group, std::uint32_t& user) const;
  bool member(std::uint32_t group, std::uint32_t user) const;
  /// Groups a user was put into at the start.
  std::span<const std::uint32_t> groups_of(std::uint32_t user) const;

  /// The time between a client's `done`-th act and its next one; `never` if it does nothing.
  Duration pause_after(std::uint32_t client, std::uint32_t done) const;
  /// What its act number `done` is.
  Act act(std::uint32_t client, std::uint32_t done) const;

 private:
  struct Rates {
    double write = 0, look = 0, change = 0, block = 0, revoke = 0;  ///< a second
    double all() const { return write + look + change + block + revoke; }
  };
  void mention(Act& act, Random& random) const;
  Rates rates(std::uint32_t user) const;
  std::uint32_t distance(std::uint32_t k) const;
  void place_in_groups();

  PopulationSettings settings_;
  std::uint32_t acquaintances_ = 0;
  std::uint32_t conversations_ = 0;
  std::vector<Group> groups_;
  std::vector<std::uint32_t> group_index_;  ///< of user u: memberships_[index[u] .. index[u + 1])
  std::vector<std::uint32_t> memberships_;
};

}  // namespace hubbub::sim
