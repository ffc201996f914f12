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

Scenario replicated_scenario(Durability durability) {
  Scenario scenario = small_scenario();
  scenario.policy.durability = durability;
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

  explicit SimulatedLog(Durability durability = Durability::quorum_synced)
      : scenario_(replicated_scenario(durability)) {}
  LogService& service() { return service_; }
  const Meters& meters() const { return stage_.meters; }
  /// Appended; by then it has landed.
  void put(const LogRecord& record) {
    ByteBuffer bytes;
    wire::encode(record, bytes);
    append(record.partition, bytes.view(), [](AppendOutcome, LogPosition) {});
    pass(100ms);
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
  const Scenario scenario_;
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

constexpr PartitionId partition{3};
constexpr NodeId ann{0}, bob{1}, cid{2};

LogRecord takeover(const LogHead& head, NodeId author) {
  return {.kind = RecordKind::takeover,
          .partition = partition,
          .epoch = head.epoch + 1,
          .previous = head.position,
          .previous_hash = head.hash,
          .author = author,
          .map_version = 1};
}

LogRecord batch(const LogHead& head, NodeId author, std::string_view rows) {
  LogRecord record = takeover(head, author);
  record.kind = RecordKind::batch;
  record.epoch = head.epoch;
  record.map_version = 0;
  record.rows = rows;
  return record;
}

TEST(LogService, OnlyATakeoverOfTheSameEpochLostARace) {
  SimulatedLog world;
  const auto head = [&] { return world.service().head(partition); };
  const LogHead nobodys = head();
  world.put(takeover(nobodys, ann));
  const LogHead anns = head();
  world.put(takeover(anns, bob));
  world.put(takeover(anns, cid));
  EXPECT_EQ(head().owner, bob);
  EXPECT_EQ(world.meters().races, 1u);
  world.put(takeover(nobodys, cid));
  EXPECT_EQ(world.meters().races, 1u) << "it comes an epoch too late";
  world.put(takeover(anns, bob));
  EXPECT_EQ(world.meters().races, 1u) << "nobody races with themselves";
  EXPECT_EQ(world.service().counts().takeovers, 2u);
  EXPECT_EQ(world.service().counts().not_counted, 3u);
}

TEST(LogService, WhatIsLeftOfALossOfPowerIsNotCountedAgain) {
  SimulatedLog world(Durability::quorum_memory);
  const auto head = [&] { return world.service().head(partition); };
  world.pass(20s);  // the warm-up is over
  ByteBuffer rows;
  BatchWriter(rows).put("a key", "a value");
  world.put(takeover(head(), ann));
  world.put(batch(head(), ann, rows.view()));
  const LogHead anns = head();
  world.put(takeover(anns, bob));
  world.put(takeover(anns, cid));
  const LogHead kept = head();
  world.pass(5s);
  world.put(batch(kept, bob, rows.view()));
  const auto facts = [&] {
    const LogService::Counts& c = world.service().counts();
    const Meters& m = world.meters();
    return std::vector<std::uint64_t>{c.counted, c.not_counted, c.takeovers,
                                      m.moves,   m.races,       m.takeover.count()};
  };
  const std::vector<std::uint64_t> before = facts();
  EXPECT_EQ(before, (std::vector<std::uint64_t>{4, 1, 2, 1, 1, before.back()}));
  world.service().lose_power();
  EXPECT_EQ(facts(), before);
  EXPECT_EQ(head(), kept) << "the last second is gone";
  EXPECT_EQ(world.service().truth().rows(), 1u);
}

TEST(LogService, TimeWithoutAnOwnerBeginsWithTheLastWordThatIsLeft) {
  SimulatedLog world(Durability::quorum_memory);
  const auto head = [&] { return world.service().head(partition); };
  world.pass(20s);
  world.put(takeover(head(), ann));
  LogRecord last = batch(head(), ann, {});
  last.kind = RecordKind::released;
  world.put(last);
  world.pass(10s);
  world.service().lose_power();
  world.put(takeover(head(), bob));
  EXPECT_GE(world.meters().takeover.max(), Duration(10s).count());
}

}  // namespace
}  // namespace hubbub::sim
