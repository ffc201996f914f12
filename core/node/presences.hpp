// Which users of this node's partitions are there, and who is told (A11, R24, R25).
//
// A user is there while a session of theirs is attached. That is told when it has lasted a little,
// and that they are gone when that has: so a tunnel is not seen. Changes are told at set moments,
// together. Nothing happens here while a session lives: its gateway says when it ends, and a gateway
// that is lost ends all of its sessions.
//
// Whoever a user hides from, having blocked them or being visible to contacts alone, is told that the
// user is offline, and nothing of when they were seen: so somebody looks who is simply not there,
// and being blocked cannot be told from it. Their gateway does not count them among those who are told
// of changes, so nothing else comes.
//
// Which sessions watch is known at their gateways (watches.hpp), which of these are told of a user, here.
//
// A new owner knows nobody until they have attached again: for a while it says *unknown*.
#pragma once

#include <vector>

#include "core/base/ring.hpp"
#include "core/node/context.hpp"
#include "core/node/pushes.hpp"

namespace hubbub {

class Presences {
 public:
  Presences(Context& context, Pushes& pushes) : c_(context), pushes_(pushes) {}

  void on(const peer::Watch& m);
  void on(const peer::Unwatch& m);
  void turn_away(const peer::Watch& m);

  // --- From the users ------------------------------------------------------------------------------
  void began(std::uint32_t user) { later(user, after_delay_, c_.config.policy.presence.delay); }
  /// `left`: by the user's own wish.
  void ended(std::uint32_t user, bool left);

  // --- From the contacts ---------------------------------------------------------------------------
  /// The user has blocked `viewer`, whose sessions are told no more.
  void hide(std::uint32_t user, UserId viewer) {
    // While it is unknown of all others, that somebody is offline would tell: who watches asks again.
    if (!settled(partition_of(shard_of(c_.users[user].key)))) return judge_again(user);
    tellings_.push({.slot = user, .use = c_.users[user].use, .what = What::hidden, .viewer = viewer});
  }
  /// Whom the user hides from has changed: everyone who watches is judged anew.
  void judge_again(std::uint32_t user) {
    tellings_.push({.slot = user, .use = c_.users[user].use, .what = What::again});
  }

  /// Where it is to be pushed that somebody came or went.
  void channels_read(const reads::PresenceChannels& job, std::string_view rows);

  /// Sessions on that node have ended.
  void peer_lost(NodeId node) { lost_.push({node, 0}); }
  /// The partition is open here.
  void opened(PartitionId partition);
  void work();
  bool has_work() const {
    return !lost_.empty() || !settling_.empty() || !tellings_.empty();
  }
  void timers();
  Duration next_deadline() const;
  /// Users to look at or to tell of, and partitions where all are.
  std::size_t untold() const {
    return at_once_.size() + after_delay_.size() + after_grace_.size() + opened_.size() +
           settling_.size() + tellings_.size() + lost_.size();
  }

 private:
  using Slot = std::uint32_t;
  /// A user to look at again.
  struct Due {
    Slot slot{};
    std::uint32_t use{};
    Duration at{};
  };
  struct Lost {
    NodeId node;
    Slot next{};
  };
  enum class What : std::uint8_t { changed, hidden, again };
  /// Something about a user that the gateways from `next` on are still to be told.
  struct Telling {
    Slot slot{};
    std::uint32_t use{};
    What what{};
    UserId viewer{};
    NodeId next{0};
  };
  struct Opened {
    PartitionId partition;
    Duration at{};  ///< what is known then is told
  };
  struct Settling {
    PartitionId partition;
    Slot next{};
  };

  Duration changes_due() const;
  std::uint64_t passed_over() const;
  void later(Slot slot, Ring<Due>& queue, Duration wait);
  bool settled(PartitionId partition) const {
    return c_.partitions[partition.value].presence_from <= c_.now.mono;
  }
  void store_last_seen(Slot slot);
  PresenceOf of(Slot slot) const;
  void look(Slot slot);
  void tell(Slot slot) { tellings_.push({.slot = slot, .use = c_.users[slot].use, .what = What::changed}); }
  bool tell_next(Telling& telling);
  bool sweep_lost(Lost& lost);
  bool settle(Settling& settling);

  Context& c_;
  Pushes& pushes_;
  /// By how long they wait, so that each is in the order of its times.
  Ring<Due> at_once_, after_delay_, after_grace_;
  Duration told_from_{};  ///< under load: no change is told before
  Ring<Due> unwritten_;  ///< whose last seen is to be written
  Ring<Opened> opened_;
  Ring<Telling> tellings_;
  Ring<Lost> lost_;
  Ring<Settling> settling_;
};

}  // namespace hubbub
