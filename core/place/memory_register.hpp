// A register in memory: the one that the others are measured by, and the simulator's.
//
// Time is handed in. A set takes effect, and a read looks, when it is called; their answers wait
// until `poll`. What was taken away is remembered, so that readers can be told of it: the last
// `remembered_most` of them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/place/register.hpp"

namespace hubbub {

class MemoryRegister final : public Register {
 public:
  static constexpr std::size_t remembered_most = 1024;

  // --- The port ---
  void set(const RegisterSet& set, std::function<void(const RegisterSetDone&)> done) override;
  void read(std::uint64_t revision, Duration wait,
            std::function<void(const RegisterPage&)> done) override;

  // --- Time ---
  /// Keys vanish and waits end, each at its time.
  void advance(Duration by);
  /// Since it was made.
  Duration now() const { return now_; }
  /// When the next key vanishes or the next wait ends, as `now` counts; `never`: nothing will.
  Duration next_deadline() const;
  /// Gives the answers that are due, and those to what is asked meanwhile; false: there were none.
  bool poll();

  /// Everything under keys that begin with `prefix` vanishes, though its time has not come.
  void expire_now(std::string_view prefix);
  /// Forgets what was taken away: whoever read before now is told everything.
  void forget_history();
  std::uint64_t revision() const { return revision_; }

 private:
  struct Row {
    std::uint64_t version{};  ///< 0: it was taken away
    std::string value;
    std::uint64_t changed{};  ///< the revision
    Duration expires = never;
  };
  struct Waiting {
    std::uint64_t revision{};
    Duration until{};
    std::function<void(const RegisterPage&)> done;
  };
  Row* find(std::string_view key);
  RegisterSetDone apply(const RegisterSet& set);
  void change(const std::string& key, Row& row, std::string_view value);
  void expire();
  void forget_oldest();
  void end_waits();
  void give_page(const Waiting& to) const;

  Duration now_{};
  std::uint64_t revision_ = 1;
  std::map<std::string, Row, std::less<>> rows_;
  std::map<std::uint64_t, std::string> taken_away_;  ///< by revision
  std::uint64_t forgotten_ = 0;  ///< what was taken away up to this revision is not known any more
  std::vector<Waiting> waiting_;
  std::vector<std::function<void()>> due_;
};

}  // namespace hubbub
