// The register as a simulated service, at a distance from every server and on machines of its own.
// Sets are decided in one place, whatever goes wrong; readers may see it as it was some time ago.
#pragma once

#include <optional>
#include <vector>

#include "core/node/outbox.hpp"
#include "core/place/memory_register.hpp"
#include "core/place/register_view.hpp"
#include "sim/world/answers.hpp"
#include "sim/world/draws.hpp"
#include "sim/world/register_past.hpp"

namespace hubbub::sim {

class RegisterService {
 public:
  explicit RegisterService(Stage& stage);

  void set(const Asker& asker, const output::RegisterSet& set, bool heard);
  void read(const Asker& asker, const output::RegisterRead& read, bool heard);

  /// Shows a reader that is none of the servers what it is to see now: nothing while the register
  /// is away.
  void look(RegisterView& view);

  // --- Happenings -------------------------------------------------------------------------------
  void set_arrives(Piece* piece);
  void read_arrives(Piece* piece);
  /// A key vanishes, or a wait ends.
  void wakes();

  // --- Faults -----------------------------------------------------------------------------------
  void away(Duration until) { away_until_ = until; }
  /// Every registration vanishes at once.
  void expire_everyone();
  /// Readers, also those that wait, see it as it was so long ago.
  void stale(Duration until, Duration staleness) { stale_until_ = until, staleness_ = staleness; }
  /// Half of these servers see it as it is now; the others as it goes on.
  void split(Duration until, const std::vector<std::uint32_t>& servers, Random& random);
  /// A server's registration vanishes every `period`. False: it does already.
  bool flap(Duration until, std::uint32_t server, Duration period);
  void heal();

 private:
  /// A read in a world whose readers may see the past.
  struct Watcher {
    Asker asker;
    std::uint64_t ticket = 0;
    std::uint64_t revision = 0;
    Duration until{};
  };
  struct Flapping {
    Duration until{}, next = never, period{};
  };

  bool is_away() const { return stage_.now < away_until_; }
  Duration latency() { return draw(latency_, random_); }
  void reopen_closed();
  void take_away(std::string_view key);
  void catch_up();
  void go_on();
  void remember();
  void flap_now();
  /// The moment that readers see; that a node sees.
  Duration seen() const;
  Duration seen_by(std::uint32_t node) const;
  bool answer(const Watcher& watcher);
  Duration due(const Watcher& watcher) const;

  Stage& stage_;
  Answers answers_;
  Sampler latency_;
  Random random_;
  MemoryRegister register_;
  Duration wakes_at_ = never;
  Duration looks_at_ = never;  ///< a person, for what is closed, once all is well again
  Duration away_until_{};
  Duration stale_until_{}, staleness_{};
  Duration split_until_{}, split_at_{};
  std::vector<bool> frozen_;         ///< by server: it sees what was there at `split_at_`
  std::vector<Flapping> flapping_;   ///< by server
  std::optional<RegisterPast> past_;  ///< if the scenario has a fault that shows it
  std::vector<Watcher> watchers_;
  Arena arena_;
};

}  // namespace hubbub::sim
