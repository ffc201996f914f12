// The register as a simulated service, at a distance from every server and on machines of its own.
#pragma once

#include "core/node/outbox.hpp"
#include "core/place/memory_register.hpp"
#include "core/place/register_view.hpp"
#include "sim/world/answers.hpp"
#include "sim/world/draws.hpp"

namespace hubbub::sim {

class RegisterService {
 public:
  explicit RegisterService(Stage& stage);

  void set(const Asker& asker, const output::RegisterSet& set, bool heard);
  void read(const Asker& asker, const output::RegisterRead& read, bool heard);

  /// Brings a view up to date, unless the register is away.
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
  void heal();

 private:
  bool is_away() const { return stage_.now < away_until_; }
  Duration latency() { return draw(latency_, random_); }
  void reopen_closed();
  void catch_up();
  void go_on();

  Stage& stage_;
  Answers answers_;
  Sampler latency_;
  Random random_;
  MemoryRegister register_;
  Duration wakes_at_ = never;
  Duration away_until_{};
  Arena arena_;
};

}  // namespace hubbub::sim
