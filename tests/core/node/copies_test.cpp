// R11: whatever is trimmed, copied, lost and crashed on the way, every copy of a partition comes to
// what its log said.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "core/node/replicas.hpp"
#include "core/store/memory_store.hpp"

namespace hubbub {
namespace {

constexpr PartitionId partition{3};
constexpr std::size_t members = 4;
constexpr std::uint32_t rows_of_a_slice = 7;

/// Replicas of one partition on several nodes, each with a store of its own; one log; and whatever is
/// under way among them, which happens in an order drawn at random.
class Fleet {
 public:
  explicit Fleet(std::uint64_t seed) : state_(seed) {
    config_.policy.durability = Durability::quorum_synced;
    config_.policy.log_kept = 2000;
    for (std::size_t n = 0; n < members; ++n) members_.emplace_back();
    map_.version = 1;
    map_.form = newest_form;
    place(NodeId{0}, NodeId{1});
    for (std::size_t n = 0; n < members; ++n) start(n);
  }

  std::uint64_t draw(std::uint64_t below) { return mix64(++state_) % below; }

  /// A new map: everybody hears of it at once.
  void place(NodeId owner, NodeId standby) {
    ++map_.version;
    map_.places[partition.value] = {.owner = owner, .standby = standby};
    for (auto& member : members_)
      if (member.up()) step(member, [&] {
        member.context->map = map_;
        member.context->routes.follow(map_);
        member.replicas->follow_map();
      });
  }

  enum class Loses { process, power, disk };
  void crash(std::size_t n, Loses what) {
    if (!members_[n].up()) return;
    stop(n, what);
    start(n);
  }

  void stop(std::size_t n, Loses what) {
    Member& member = members_[n];
    member.replicas.reset();
    member.context.reset();
    member.commits.clear();
    member.under_way.clear();
    switch (what) {
      case Loses::process:
        member.store->process_crash(draw(2) == 0 ? Unfinished::lost : Unfinished::found);
        break;
      case Loses::power: member.store->power_loss(); break;
      case Loses::disk: member.store = std::make_unique<MemoryStore>(); break;
    }
    member.store->reopen();
    for (std::size_t other = 0; other < members; ++other) {
      packets_[{other, n}].clear();
      packets_[{n, other}].clear();
      if (other != n && members_[other].up())
        step(members_[other], [&] { members_[other].context->peers.unlinked(id(n), now_); });
    }
  }

  void start(std::size_t n) {
    Member& member = members_[n];
    NodeConfig config = config_;
    config.id = id(n);
    config.map = map_;
    member.context = std::make_unique<Context>(config);
    member.replicas = std::make_unique<Replicas>(*member.context);
    member.context->life = ++member.life;
    step(member, [&] {
      member.context->peers.open(member.life, now_);
      for (std::size_t other = 0; other < members; ++other)
        if (other != n && members_[other].up()) member.context->peers.linked(id(other), now_);
      member.replicas->follow_map();
    });
    for (std::size_t other = 0; other < members; ++other)
      if (other != n && members_[other].up())
        step(members_[other], [&] { members_[other].context->peers.linked(id(n), now_); });
  }

  /// The owner writes a few rows, if there is one that can.
  void write() {
    write([&](Partition& p) {
      for (std::uint64_t i = draw(4) + 1; i > 0; --i) {
        const rows::Key key = row_of(UserId{draw(40) + 1});
        if (draw(3) == 0)
          p.rows(now_).erase(key);
        else
          p.rows(now_).put(key, std::string(draw(200), static_cast<char>('a' + draw(26))));
      }
    });
  }
  /// So that there are `count` rows, all new.
  void write_all(std::uint64_t count) {
    write([&](Partition& p) {
      for (const auto& [key, value] : truth_) p.rows(now_).erase(key);
      for (std::uint64_t i = 0; i < count; ++i)
        p.rows(now_).put(row_of(UserId{i + 1}), std::string(100, static_cast<char>('a' + draw(26))));
    });
  }

  /// Something that is under way comes to its end, or, if nothing is, time passes.
  void happens() {
    std::vector<std::function<void()>> can;
    for (std::size_t n = 0; n < members; ++n) {
      Member& member = members_[n];
      if (!member.up()) continue;
      if (!member.commits.empty()) can.emplace_back([&] { stored(member); });
      for (std::size_t i = 0; i < member.under_way.size(); ++i)
        can.emplace_back([&member, i] {
          const auto what = std::move(member.under_way[i]);
          member.under_way.erase(member.under_way.begin() + static_cast<std::ptrdiff_t>(i));
          what();
        });
    }
    for (auto& [way, packets] : packets_)
      if (!packets.empty()) can.emplace_back([&, at = way] { arrives(at.first, at.second); });
    if (can.empty() || draw(20) == 0) return pass();
    can[draw(can.size())]();
  }

  void pass() {
    now_ += std::chrono::milliseconds(draw(100) + 1);
    for (Member& member : members_)
      if (member.up()) step(member, [&] {
        member.context->peers.timers(now_);
        member.replicas->timers();
      });
  }

  /// What all records that count come to.
  std::map<std::string, std::string> truth() const { return truth_; }
  std::map<std::string, std::string> rows_at(NodeId node) const {
    std::map<std::string, std::string> found;
    members_[node.value].store->for_each([&](std::string_view key, std::string_view value) {
      if (key != rows::head(partition).view()) found.emplace(key, value);
    });
    return found;
  }
  bool is_at_the_end(NodeId node) {
    const Member& member = members_[node.value];
    return member.commits.empty() && member.replicas->head(partition).position == head_.position;
  }
  void damage(NodeId node) {
    ByteBuffer rows;
    BatchWriter(rows).put(row_of(UserId{1000}), "nobody wrote this");
    const std::string_view batch = rows.view();
    ASSERT_TRUE(members_[node.value].store->write({&batch, 1}, Sync::yes).has_value());
  }
  NodeCounters counters() const {
    NodeCounters sum;
    for (const Member& member : members_) {
      sum.trims += member.past.trims;
      sum.copies += member.past.copies;
      sum.alarms += member.past.alarms;
    }
    return sum;
  }
  std::size_t log_size() const { return log_.size(); }

 private:
  struct Member {
    std::unique_ptr<Context> context;
    std::unique_ptr<Replicas> replicas;
    std::unique_ptr<MemoryStore> store = std::make_unique<MemoryStore>();
    NodeGeneration life = 0;
    struct Commit {
      std::string rows;
      Sync sync;
    };
    std::deque<Commit> commits;
    std::vector<std::function<void()>> under_way;
    NodeCounters past;
    bool up() const { return replicas != nullptr; }
  };
  struct Entry {
    LogPosition position;
    std::string bytes;
  };

  static NodeId id(std::size_t n) { return NodeId{static_cast<std::uint16_t>(n)}; }
  static rows::Key row_of(UserId user) { return rows::Key(std::uint8_t{1}, partition.value, 'u', user.value); }

  template <class Rows>
  void write(Rows&& write_rows) {
    for (Member& member : members_) {
      if (!member.up() || !member.replicas->owns(partition)) continue;
      Partition& p = member.context->partitions[partition.value];
      if (p.state != Partition::State::open) continue;
      step(member, [&] {
        write_rows(p);
        if (p.can_commit() && member.replicas->may_write(partition)) member.replicas->write(partition);
      });
    }
  }

  /// Does something to a member, and puts what it wants done on its way.
  template <class What>
  void step(Member& member, What&& what) {
    Outbox out;
    Context& c = *member.context;
    c.out = &out;
    c.now = {now_, now_};
    c.judged = now_;
    what();
    follow(member);
    c.peers.flush(now_, out);
    const std::size_t n = static_cast<std::size_t>(c.self().value);
    for (const auto& packet : out.peers) packets_[{n, packet.node.value}].emplace_back(packet.bytes);
    for (const auto& commit : out.commits) member.commits.push_back({std::string(commit.rows), commit.sync ? Sync::yes : Sync::no});
    for (const auto& append : out.appends)
      member.under_way.emplace_back(
          [this, &member, ticket = append.ticket, record = std::string(append.record)] {
            appends(member, ticket, record);
          });
    for (const auto& read : out.log_reads)
      member.under_way.emplace_back([this, &member, read] { reads_log(member, read); });
    for (const auto& read : out.reads)
      member.under_way.emplace_back(
          [this, &member, ticket = read.ticket, range = read.range, from = std::string(read.range.from),
           to = std::string(read.range.to)]() mutable {
            range.from = from;
            range.to = to;
            reads_store(member, ticket, range);
          });
    for (const auto& trim : out.log_trims) {
      std::erase_if(log_, [&](const Entry& e) { return e.position < trim.below; });
      first_ = std::max(first_, trim.below);
    }
    member.past.trims += c.counters.trims;
    member.past.copies += c.counters.copies;
    member.past.alarms += c.counters.alarms;
    c.counters = {};
    EXPECT_EQ(out.fatal, "");
  }

  void follow(Member& member) {
    Partition& p = member.context->partitions[partition.value];
    for (Replicas::Change change; member.replicas->next_change(change);) {
      p = change.what == Replicas::Change::What::durable ? std::move(p) : Partition{};
      if (change.what == Replicas::Change::What::taken) p.state = Partition::State::open;
      if (change.what == Replicas::Change::What::durable) p.durable(p.durable_batches() + 1);
    }
    Peers::Arrived how;
    std::string_view bytes;
    while (member.context->peers.next_message(how, bytes)) {
      Arena arena;
      const std::string copy(bytes);
      const auto message = wire::decode<peer::Message>(copy, arena);
      ASSERT_TRUE(message.has_value());
      std::visit([&](const auto& m) { handle(member, m, how.from); }, *message);
    }
    for (Peers::Change change; member.context->peers.next_change(change);) {}
  }
  template <class M>
  void handle(Member& member, const M& m, NodeId from) {
    if constexpr (requires { member.replicas->on(m, from); }) member.replicas->on(m, from);
  }

  void stored(Member& member) {
    const auto [batch, sync] = std::move(member.commits.front());
    member.commits.pop_front();
    const std::string_view view = batch;
    ASSERT_TRUE(member.store->write({&view, 1}, sync).has_value());
    step(member, [&] { member.replicas->applied(partition); });
  }

  void appends(Member& member, std::uint64_t ticket, const std::string& record) {
    const bool lands = draw(8) != 0;
    if (lands) {
      last_ += draw(10) == 0 ? 3 : 1;
      log_.push_back({last_, record});
      Arena arena;
      const auto read = decode_record(record, arena);
      if (hubbub::follow(head_, last_, record, read) == Standing::counts) apply(writes(*read));
    }
    const bool told = lands && draw(8) != 0;
    const LogPosition position = last_;
    step(member, [&] {
      member.replicas->on(input::Appended{partition, ticket,
                                          told ? AppendOutcome::accepted : AppendOutcome::unknown,
                                          told ? position : 0});
    });
  }
  void apply(std::string_view batch) {
    BatchReader reader(batch);
    for (RowWrite row; reader.next(row);)
      if (row.erase)
        truth_.erase(std::string(row.key));
      else
        truth_[std::string(row.key)] = row.value;
  }

  void reads_log(Member& member, const output::LogRead& read) {
    std::vector<LogEntry> entries;
    LogPage page{.available = true, .first = first_, .through = read.after};
    for (const Entry& entry : log_) {
      if (entry.position <= read.after) continue;
      if (entries.size() == 5) {
        page.more = true;
        break;
      }
      entries.push_back({entry.position, entry.bytes});
      page.through = entry.position;
    }
    if (entries.empty() && read.wait > 0s) {  // it waits
      member.under_way.emplace_back([this, &member, read] { reads_log(member, read); });
      return pass();
    }
    page.entries = entries;
    step(member, [&] { member.replicas->on(input::LogRead{partition, read.ticket, page}); });
  }

  void reads_store(Member& member, std::uint64_t ticket, const ReadRange& range) {
    ByteBuffer rows;
    ReadRange few = range;
    few.rows = std::min(few.rows, rows_of_a_slice);
    const auto more = member.store->read(few, rows);
    ASSERT_TRUE(more.has_value());
    auto& reading = member.context->reading;
    const auto at = reading.find(ticket);
    ASSERT_NE(at, reading.end());
    const reads::Job job = at->second;
    reading.erase(at);
    step(member, [&] {
      if (std::holds_alternative<reads::Head>(job))
        member.replicas->head_read(partition, rows.view());
      else
        member.replicas->slice_read(std::get<reads::Slice>(job), {ticket, rows.view(), *more});
    });
  }

  void arrives(std::size_t from, std::size_t to) {
    auto& packets = packets_[{from, to}];
    const std::string packet = std::move(packets.front());
    packets.pop_front();
    if (!members_[to].up()) return;
    step(members_[to], [&] { members_[to].context->peers.packet(id(from), packet, now_, now_); });
  }

  std::uint64_t state_;
  NodeConfig config_{};
  ShardMap map_;
  std::deque<Member> members_;
  std::map<std::pair<std::size_t, std::size_t>, std::deque<std::string>> packets_;
  std::vector<Entry> log_;
  LogPosition last_ = 0, first_ = 0;
  LogHead head_;
  std::map<std::string, std::string> truth_;
  Duration now_ = 10s;
};

using Loses = Fleet::Loses;

/// Lets all faults end, and everything come together.
void settle(Fleet& fleet, NodeId owner, NodeId standby) {
  fleet.place(owner, standby);
  for (int i = 0; i < 20'000; ++i) {
    fleet.happens();
    if (i % 50 == 0) fleet.write();
  }
  for (int i = 0; i < 20'000 && !(fleet.is_at_the_end(owner) && fleet.is_at_the_end(standby)); ++i)
    fleet.happens();
}

TEST(Copies, ComeToWhatTheLogSaysWhateverHappensOnTheWay) {
  std::uint64_t trims = 0;
  std::uint64_t copies = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    Fleet fleet(seed * 1'000'003);
    NodeId owner{0};
    NodeId standby{1};
    for (int i = 0; i < 6'000; ++i) {
      fleet.happens();
      if (fleet.draw(10) == 0) fleet.write();
      if (fleet.draw(400) == 0)
        fleet.crash(fleet.draw(members), fleet.draw(2) == 0 ? Loses::process : Loses::power);
      if (fleet.draw(1'500) == 0) {
        // One disk at a time: of two copies that are verified one is left.
        if (fleet.is_at_the_end(owner) && fleet.is_at_the_end(standby))
          fleet.crash(standby.value, Loses::disk);
      }
      if (fleet.draw(500) == 0) {
        owner = standby;
        standby.value = static_cast<std::uint16_t>((owner.value + 1 + fleet.draw(members - 1)) % members);
        fleet.place(owner, standby);
      }
    }
    settle(fleet, owner, standby);
    ASSERT_TRUE(fleet.is_at_the_end(owner) && fleet.is_at_the_end(standby));
    EXPECT_EQ(fleet.rows_at(owner), fleet.truth());
    EXPECT_EQ(fleet.rows_at(standby), fleet.truth());
    trims += fleet.counters().trims;
    copies += fleet.counters().copies;
    EXPECT_EQ(fleet.counters().alarms, 0u) << "nobody's rows differed";
  }
  EXPECT_GT(trims, 100u);
  EXPECT_GT(copies, 30u);
}

TEST(Copies, ThatDifferFromTheirOwnersRowsAreMadeAnew) {
  Fleet fleet(7);
  settle(fleet, NodeId{0}, NodeId{1});
  fleet.damage(NodeId{1});
  settle(fleet, NodeId{0}, NodeId{1});
  EXPECT_EQ(fleet.rows_at(NodeId{1}), fleet.truth());
  EXPECT_EQ(fleet.counters().copies, 1u);
  EXPECT_EQ(fleet.counters().alarms, 1u);
}

TEST(Copies, ThatAreLongerThanTheirOwnersAreMadeAnewAlsoAtTheEndOfASlice) {
  Fleet fleet(11);
  settle(fleet, NodeId{0}, NodeId{1});
  const auto rewrite = [&] {
    for (int i = 0; i < 400; ++i) {
      fleet.write_all(2 * rows_of_a_slice);
      for (int j = 0; j < 50; ++j) fleet.happens();
    }
  };
  rewrite();
  fleet.damage(NodeId{1});
  rewrite();
  EXPECT_EQ(fleet.counters().copies, 1u);
  settle(fleet, NodeId{0}, NodeId{1});
  EXPECT_EQ(fleet.rows_at(NodeId{1}), fleet.truth());
}

TEST(Copies, StayWhereNobodyOffersOthers) {
  Fleet fleet(13);
  settle(fleet, NodeId{0}, NodeId{1});
  fleet.stop(1, Loses::process);
  settle(fleet, NodeId{0}, NodeId{2});
  for (const std::size_t n : {0, 2, 3}) fleet.stop(n, Loses::process);
  const auto before = fleet.rows_at(NodeId{1});
  ASSERT_FALSE(before.empty());
  fleet.place(NodeId{1}, NodeId{2});
  fleet.start(1);
  for (int i = 0; i < 10'000; ++i) fleet.happens();
  EXPECT_EQ(fleet.rows_at(NodeId{1}), before) << "older than the log, and all that can be reached";
  EXPECT_EQ(fleet.counters().alarms, 1u) << "a person was told";
  for (const std::size_t n : {0, 2, 3}) fleet.start(n);
  settle(fleet, NodeId{1}, NodeId{2});
  EXPECT_EQ(fleet.rows_at(NodeId{1}), fleet.truth());
}

TEST(Copies, LetTheLogBeTrimmedThoughTheirOwnersLivesAreShort) {
  Fleet fleet(15);
  settle(fleet, NodeId{0}, NodeId{1});
  const std::uint64_t trims = fleet.counters().trims;
  for (int life = 0; life < 60; ++life) {
    for (int i = 0; i < 200; ++i) fleet.happens();
    fleet.write();
    for (int i = 0; i < 200; ++i) fleet.happens();
    fleet.crash(0, Loses::process);
  }
  EXPECT_GT(fleet.counters().trims, trims);
}

TEST(Copies, LetTheLogBeTrimmedSoThatItDoesNotGrow) {
  Fleet fleet(9);
  settle(fleet, NodeId{0}, NodeId{1});
  const std::uint64_t trims = fleet.counters().trims;
  EXPECT_GT(trims, 3u);
  EXPECT_LT(fleet.log_size(), 200u);
}

}  // namespace
}  // namespace hubbub
