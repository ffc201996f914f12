// Reads of one page that several ask for at the same moment: who comes while it is being read waits for
// it, so that a channel which everybody opens is read once.
//
// What was read may be older than what a reader who waits was told of. It serves them if it is the whole
// page, for what is said never changes; else their page is read again.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/limits.hpp"
#include "core/base/ring.hpp"
#include "core/node/reads.hpp"

namespace hubbub {

class SharedReads {
 public:
  /// True: it is being read, and `page` is served with it. Otherwise the caller reads it.
  bool join(const reads::Page& page) {
    const auto [at, is_new] = under_way_.try_emplace(Key(page));
    if (is_new || at->second.size() >= limits::shared_read) return false;
    at->second.push_back(page);
    return true;
  }
  /// These rows were read for `page`. `whole`: they are all of it.
  void done(const reads::Page& page, std::string_view rows, bool more, bool whole) {
    const auto at = under_way_.find(Key(page));
    if (at == under_way_.end()) return;
    if (!at->second.empty())
      served_.push({std::string(whole ? rows : std::string_view()), more, whole, std::move(at->second)});
    under_way_.erase(at);
  }
  void closed(PartitionId partition) {
    absl::erase_if(under_way_, [&](const auto& read) {
      return partition_of(shard_of(read.first.conversation)) == partition;
    });
  }

  /// Who waits for what has been read.
  struct Served {
    std::string rows;
    bool more = false;
    bool whole = false;
    std::vector<reads::Page> readers;
  };
  bool waiting() const { return !served_.empty(); }
  Served& front() { return served_.front(); }
  void pop() { served_.pop(); }

 private:
  struct Key {
    explicit Key(const reads::Page& p)
        : conversation(p.conversation), from(p.from), to(p.to), descending(p.descending) {}
    ConversationId conversation;
    Sequence from;
    Sequence to;
    bool descending;
    bool operator==(const Key&) const = default;
    template <class H>
    friend H AbslHashValue(H h, const Key& k) {
      return H::combine(std::move(h), k.conversation, k.from, k.to, k.descending);
    }
  };

  absl::flat_hash_map<Key, std::vector<reads::Page>> under_way_;
  Ring<Served> served_;
};

}  // namespace hubbub
