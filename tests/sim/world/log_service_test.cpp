// The simulated log does what any replicated log does.
#include "sim/world/log_service.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <utility>

#include "tests/core/store/log_conformance.hpp"
#include "tests/sim/world/small.hpp"

namespace hubbub::sim {
namespace {

using test::LogConformance;
using test::LogMaker;
using test::LogTrouble;
using test::LogWorld;

Scenario replicated_scenario() {
  Scenario scenario = small_scenario();
  scenario.policy.durability = Durability::quorum_synced;
  return scenario;
}

/// The service, behind the port; its happenings happen as time passes.
class SimulatedLog final : public LogWorld, private ReplicatedLog {
 public:
  ReplicatedLog& log() override { return *this; }
  void pass(Duration time) override {
    const Duration to = stage_.now + time;
    while (!stage_.agenda.empty() && stage_.agenda.next_at() <= to) happen(stage_.agenda.take());
    stage_.now = to;
  }
  void trouble(LogTrouble what) override {
    service_.heal();
    switch (what) {
      case LogTrouble::none: break;
      case LogTrouble::late_appends: service_.delay_appends(never, 0.5); break;
      case LogTrouble::lost_answers: service_.lose_answers(never, 0.5); break;
      case LogTrouble::away: service_.away(never); break;
      case LogTrouble::stale_reads: service_.stale_reads(never, test::stale_by); break;
    }
  }
  Duration lateness() const override {
    return scenario_.log.timeout + scenario_.log.late_most + 1s;
  }

 private:
  void append(PartitionId partition, std::string_view record,
              std::function<void(AppendOutcome, LogPosition)> done) override {
    appends_.emplace(++last_ticket_, std::move(done));
    service_.append(asker, {partition, last_ticket_, record}, true);
  }
  void read(PartitionId partition, LogPosition after, Duration wait,
            std::function<void(const LogPage&)> done) override {
    reads_.emplace(++last_ticket_, std::move(done));
    service_.read(asker, {partition, last_ticket_, after, wait}, true);
  }
  void trim(PartitionId partition, LogPosition below) override {
    service_.trim(asker, {partition, below}, true);
  }

  void happen(const Agenda::Next& next) {
    stage_.now = next.at;
    Piece* const piece = next.piece<Piece>();
    switch (next.kind) {
      case Happening::log_append: return service_.append_lands(piece);
      case Happening::log_read: return service_.read_arrives(piece);
      case Happening::log_trim: return service_.trim_arrives(piece);
      case Happening::log_waited: return service_.read_waited(piece);
      case Happening::answer: return answer(piece);
      default: FAIL() << "the log did something that is not its own";
    }
  }
  void answer(Piece* piece) {
    Arena arena;
    const auto input = wire::decode<Input>(piece->view(), arena);
    ASSERT_TRUE(input.has_value());
    if (const auto* appended = std::get_if<input::Appended>(&*input))
      appends_.at(appended->ticket)(appended->outcome, appended->position);
    else
      reads_.at(std::get<input::LogRead>(*input).ticket)(std::get<input::LogRead>(*input).page);
    stage_.slab.release(piece);
  }

  static constexpr Asker asker{};
  const Scenario scenario_ = replicated_scenario();
  Stage stage_{scenario_, 1, TieRule{}, {"node 0", "clients", "faults"}};
  LogService service_{stage_, [this](NodeId) { return stage_.now; }};
  std::uint64_t last_ticket_ = 0;
  std::map<std::uint64_t, std::function<void(AppendOutcome, LogPosition)>> appends_;
  std::map<std::uint64_t, std::function<void(const LogPage&)>> reads_;
};

INSTANTIATE_TEST_SUITE_P(Simulated, LogConformance,
                         test::log_checks(LogMaker{
                             "Simulated", [] { return std::make_unique<SimulatedLog>(); }, true}),
                         test::log_check_name);

}  // namespace
}  // namespace hubbub::sim
