// What those who look at channels are shown of them: channel-heads.
//
// A device that looks is told of each head and pulls what was said. When all has come to rest, what it
// was told last is the channel's head, and it has pulled up to there.
#pragma once

#include <absl/container/flat_hash_map.h>

#include "core/wire/frames.hpp"
#include "sim/check/ledger.hpp"
#include "sim/check/message_checks.hpp"

namespace hubbub::sim {

class ChannelChecks {
 public:
  explicit ChannelChecks(Ledger& ledger) : ledger_(ledger) {}

  void looks(std::uint32_t device, std::uint32_t conversation) { view(device, conversation).looks = true; }
  /// Head 0: it is told nothing more.
  void told(std::uint32_t device, std::uint32_t conversation, Sequence head);
  /// It has read up to there.
  void paged(std::uint32_t device, std::uint32_t conversation, Sequence through);
  /// It has lost its connection, and looks at nothing.
  void lost(std::uint32_t device);

  void finish(Duration now, const MessageChecks& messages);
  std::size_t memory() const { return views_.capacity() * (sizeof(Views::value_type) + 1); }

 private:
  struct View {
    bool looks = false;
    Sequence head = 0;
    Sequence paged = 0;
  };
  using Views = absl::flat_hash_map<std::uint64_t, View>;  // by (device, conversation)
  View& view(std::uint32_t device, std::uint32_t conversation);

  Ledger& ledger_;
  Views views_;
  absl::flat_hash_map<std::uint32_t, std::vector<std::uint32_t>> looked_at_;  // by device
};

}  // namespace hubbub::sim
