// Recent messages of recent conversations, in memory (B11).
//
// One ring of bytes for all conversations: what is newest overwrites what is oldest, so memory is
// bounded and nothing is freed one by one. Each message points back to the one before it in its
// conversation; a conversation keeps only where its newest is. A place is valid while the ring has
// not come round to it.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/limits.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/message.hpp"

namespace hubbub {

class RecentMessages {
 public:
  /// Where a conversation's newest message lies. The default: nowhere.
  struct Newest {
    std::uint64_t place = 0;
    Sequence seq = 0;
  };

  /// The memory is taken from the system page by page, as the ring first fills.
  explicit RecentMessages(std::size_t bytes = limits::recent_bytes)
      : ring_(std::make_unique_for_overwrite<char[]>(bytes)), bytes_(bytes) {}

  /// REQUIRES: message.seq is the next after newest.seq, or `newest` holds nothing.
  void add(Newest& newest, const Message& message) {
    scratch_.clear();
    wire::encode(message, scratch_);
    const Head head{newest.seq + 1 == message.seq ? newest.place : 0, message.seq,
                    static_cast<std::uint32_t>(scratch_.size())};
    const std::uint64_t size = sizeof head + scratch_.size();
    if (size > bytes_ / 4) {
      newest = {};
      return;
    }
    // A record does not wrap: what is left at the end of the ring is skipped.
    if (end_ % bytes_ + size > bytes_) end_ += bytes_ - end_ % bytes_;
    char* to = &ring_[end_ % bytes_];
    std::memcpy(to, &head, sizeof head);
    std::memcpy(to + sizeof head, scratch_.view().data(), scratch_.size());
    newest = {end_, message.seq};
    end_ += size;
  }

  /// The bytes of the message `seq`, if it is among the last ones kept.
  std::optional<std::string_view> find(const Newest& newest, Sequence seq) const {
    std::uint64_t place = newest.place;
    for (std::uint32_t back = 0; back < limits::recent_messages && valid(place); ++back) {
      Head head;
      const char* from = &ring_[place % bytes_];
      std::memcpy(&head, from, sizeof head);
      if (head.seq == seq) return std::string_view{from + sizeof head, head.size};
      if (head.seq < seq) return {};
      place = head.before;
    }
    return {};
  }

 private:
  struct Head {
    std::uint64_t before;
    Sequence seq;
    std::uint32_t size;
  };

  bool valid(std::uint64_t place) const { return place != 0 && place + bytes_ >= end_; }

  std::unique_ptr<char[]> ring_;
  std::size_t bytes_;
  ByteBuffer scratch_;
  std::uint64_t end_ = 1;  ///< never 0: 0 means nowhere
};

}  // namespace hubbub
