// One partition's stream of commits, and what waits for them (R5, R6).
//
// One batch is in flight and one gathers. Whatever leaves the partition is stamped with the last
// batch its state depends on, and leaves, in order, when that batch is durable.
#pragma once

#include <cstdint>

#include "core/base/byte_queue.hpp"
#include "core/base/bytes.hpp"
#include "core/base/ids.hpp"
#include "core/base/limits.hpp"
#include "core/base/time.hpp"
#include "core/chat/message_ids.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {

class Partition {
 public:
  enum class State : std::uint8_t {
    elsewhere,
    opening,
    open,
    ending,   ///< takes nothing new; what it began goes on to its end (R11)
    closing,  ///< is being taken out of memory
  };

  State state = State::elsewhere;
  Incarnation incarnation = 0;
  /// This life has already found that the store lost its tail.
  bool tail_lost = false;
  MessageIds ids;
  /// Of this tenure: what is said of it by an earlier owner is ignored.
  PartitionEpoch epoch = 0;
  /// Who is there is known from then on (R25).
  Duration presence_from = never;
  /// Replicated: when the last append that counts was first sent (R21).
  Duration proved{};
  /// An append must show that this node still owns it, even if there is nothing to write.
  bool must_prove = false;
  /// Messages that cannot be answered before that, because they know more than is known here.
  struct Origin {
    NodeId from;
    Duration received{};  ///< monotonic
  };
  ByteQueue<Origin> unsure;
  /// What gathers must be synced whatever the durability: it says who this partition is (R5).
  bool must_sync = false;

  /// Adds row writes to the gathering batch. Write before you emit: what is emitted depends on
  /// what was written before it.
  BatchWriter rows(Duration now) {
    if (gathering_.empty()) gathering_since_ = now;
    return BatchWriter(gathering_);
  }
  /// The time of the first write that is not durable yet; `never` if all are. What was written
  /// later than that may not be in the store.
  Duration undurable_since() const {
    if (in_flight_) return flying_since_;
    return gathering_.empty() ? never : gathering_since_;
  }
  /// No further writes should be taken now (R5).
  bool full() const {
    return gathering_.size() >= limits::batch_bytes / 2 || held_.size() >= limits::held_bytes;
  }

  /// The batch that an effect of now must wait for; 0: none.
  std::uint64_t stamp() const {
    if (!gathering_.empty() || must_prove) return durable_ + (in_flight_ ? 2 : 1);
    return in_flight_ ? durable_ + 1 : 0;
  }

  /// Keeps an effect until its batch is durable. REQUIRES: must_hold().
  bool must_hold() const { return stamp() != 0 || !held_.empty(); }
  /// May speak for what it stands for.
  bool speaks() const { return state == State::open || state == State::ending; }
  void hold(NodeId to, std::string_view bytes) { held_.push({stamp(), to}, bytes); }

  /// Unsafe: lets go of what depends on the batch under way.
  void assume_durable() { assumed_ = true; }
  /// Gives the next held effect that may leave.
  bool next_free(NodeId& to, std::string_view& bytes) const {
    if (held_.empty()) return false;
    const auto [head, body] = held_.front();
    if (head.batch > durable_ + (assumed_ ? 1 : 0)) return false;
    to = head.to;
    bytes = body;
    return true;
  }
  void pop_free() { held_.pop(); }

  bool can_commit() const { return !in_flight_ && (!gathering_.empty() || must_prove); }
  bool in_flight() const { return in_flight_; }
  /// Sends the gathering batch on its way: its number and its bytes, which stay until `durable`.
  std::uint64_t commit(std::string_view& bytes) {
    std::swap(gathering_, flying_);
    gathering_.clear();
    flying_since_ = gathering_since_;
    in_flight_ = true;
    must_prove = false;
    bytes = flying_.view();
    return durable_ + 1;
  }
  /// REQUIRES: `batch` is the one in flight.
  void durable(std::uint64_t batch) {
    HUBBUB_CHECK(in_flight_ && batch == durable_ + 1);
    durable_ = batch;
    in_flight_ = assumed_ = false;
  }

  /// Batches that are durable, of this life.
  std::uint64_t durable_batches() const { return durable_; }
  std::size_t held_bytes() const { return held_.size(); }

 private:
  struct Held {
    std::uint64_t batch;
    NodeId to;
  };

  ByteBuffer gathering_;
  ByteBuffer flying_;
  Duration gathering_since_{};
  Duration flying_since_{};
  bool in_flight_ = false;
  bool assumed_ = false;
  std::uint64_t durable_ = 0;
  ByteQueue<Held> held_;
};

}  // namespace hubbub
