// What viewers are shown of others: presence-online, presence-offline, presence-private,
// presence-settled.
//
// Whoever runs the servers' ends of connections says who is heard there; devices say what they were
// told. A view is what one device shows of one user. It is judged when it changes, when the device
// loses its connection, and when the user comes or goes, so that the work is linear in those.
//
// Servers may take longer to agree on who is there while something is broken. So what a viewer is
// told too late is held to narrow bounds where all was calm since the user came or went, and to wide
// ones otherwise; that someone is shown offline although they are heard is judged only in the calm.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>

#include "core/base/stable_vector.hpp"
#include "core/wire/frames.hpp"
#include "sim/check/block_checks.hpp"
#include "sim/check/ledger.hpp"

namespace hubbub::sim {

struct PresenceBounds {
  Duration online = never;       ///< shown online, from when the user was last heard
  Duration online_after_leave = never;  ///< the same, of who logged out
  Duration online_disturbed = never;
  Duration blocked = never;      ///< told where somebody is, from when they were answered that they
                                 ///< have blocked the viewer
  Duration offline = never;      ///< shown offline, from when the user is heard and all is calm
};

class PresenceChecks {
 public:
  PresenceChecks(Ledger& ledger, const BlockChecks& blocks) : ledger_(ledger), blocks_(blocks) {}

  void set(const PresenceBounds& bounds) { bounds_ = bounds; }

  // --- Who is there --------------------------------------------------------------------------------
  /// A connection of the user works: what is said on it is heard.
  void heard(Duration now, UserId user);
  /// One does not any more. `left`: its device said good-bye.
  void unheard(Duration now, UserId user, bool left);
  /// It may or may not be heard for a while: until one of the above, nothing is said of the user.
  void unclear(UserId user);
  /// Servers may not hear each other, or have just begun; calm again from `until` on.
  void disturbed(Duration until) { calm_from_ = std::max(calm_from_, until); }

  // --- What is shown -------------------------------------------------------------------------------
  /// A device asked to be told of a user whenever that changes.
  void watches(DeviceId viewer, UserId user);
  struct Told {
    bool turned = false;             ///< was shown online before and is offline now, or the reverse
    std::optional<Duration> so_for;  ///< for how long that is so, if it is
  };
  /// A device was told of a user: if it does not watch them, what holds for this moment.
  Told told(Duration now, DeviceId viewer, const PresenceOf& of);
  /// `user` has known for so long that they have blocked `viewer` that nothing is on its way any more.
  bool hidden_from(Duration now, UserId user, UserId viewer) const;
  /// The device shows nothing any more.
  void lost(Duration now, DeviceId viewer);
  /// The end: what is shown is judged once more, and is to be what is so where the run has `settled`.
  void finish(Duration now, bool settled);

  std::size_t memory() const;

 private:
  struct View {
    std::uint32_t viewer = no_entity;  ///< a device
    std::uint32_t user = no_entity;
    std::uint32_t next_of_user = no_entity;
    std::uint32_t next_of_viewer = no_entity;
    Duration since{};
    std::optional<PresenceState> shown;
  };
  struct User {
    std::uint32_t connections = 0;
    bool left = false;
    bool unclear = false;
    Duration since{};  ///< is heard, or is not
    std::uint32_t first_view = no_entity;
  };

  User& user(std::uint32_t number);
  static std::uint64_t key(std::uint32_t viewer, std::uint32_t user) {
    return std::uint64_t{viewer} << 32 | user;
  }
  /// The viewer may be hidden from, or have been: then it is right that they see the user offline, and
  /// until they ask again.
  bool may_be_hidden(const View& view) const;
  void judge_private(Duration now, DeviceId viewer, const PresenceOf& of);
  void turns(Duration now, User& user, bool left);
  void judge(Duration now, const View& view);
  void judge_online(Duration now, const View& view, const User& user);
  void judge_offline(Duration now, const View& view, const User& user);

  Ledger& ledger_;
  const BlockChecks& blocks_;
  PresenceBounds bounds_;
  Duration calm_from_{};
  StableVector<User> users_;
  StableVector<View> views_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> index_;  // of views, by (viewer, user)
  absl::flat_hash_map<std::uint32_t, std::uint32_t> first_of_viewer_;
};

}  // namespace hubbub::sim
