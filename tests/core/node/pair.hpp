// Two nodes and two people who write to each other, with nothing around them that costs anything:
// links are loops, commits are durable at once. For measuring and for counting allocations.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "core/base/hash.hpp"
#include "core/node/node.hpp"
#include "core/store/memory_store.hpp"
#include "core/wire/exchange.hpp"

namespace hubbub::test {

class Pair {
 public:
  /// `polled`: neither holds a connection, and each always has a poll at the server.
  explicit Pair(bool chained = false, Policy policy = {}, bool polled = false) {
    for (std::uint16_t n = 0; n < 2; ++n)
      nodes_[n] = std::make_unique<Node>(NodeConfig{NodeId{n}, static_map(2), policy, 7, chained});
    for (std::uint16_t n = 0; n < 2; ++n)
      give(n, input::PeerLinked{NodeId{static_cast<std::uint16_t>(1 - n)}});
    settle();
    for (std::uint16_t n = 0; n < 2; ++n) {
      give(n, input::Opened{connection, user(n)});
      give(n, input::Frame{connection, 0, to_server::Hello{"phone", false, {}, polled}});
    }
    settle();
    for (std::uint16_t n = 0; polled && n < 2; ++n) poll(n);
    settle();
  }

  /// One message from one to the other and its whole way: accepted, stored, in both inboxes, shown to
  /// both, acknowledged by both. Gives what the two devices were told meanwhile, with what time brings
  /// after it: receipts, where there is time for them.
  int exchange(Duration pause = 1ms) {
    told_ = 0;
    ++number_;
    give(0, input::Frame{connection, 0,
                         to_server::Send{.id = number_,
                                         .conversation = ConversationId::direct(user(0), user(1)),
                                         .number = number_,
                                         .key = mix64(number_),
                                         .content = {100, number_, text_}}});
    settle();
    for (const Duration end = now_ + pause; now_ < end;) {
      now_ = std::min({end, std::max(now_, nodes_[0]->next_deadline()),
                       std::max(now_, nodes_[1]->next_deadline())});
      settle();
    }
    return told_;
  }

 private:
  static constexpr ConnectionId connection{0, 1};
  static UserId user(std::uint16_t n) { return UserId{n + 1u}; }

  void give(std::uint16_t n, const Input& input) { inputs_[n].push_back(input); }

  void settle() {
    for (bool busy = true; busy;) {
      busy = step(0);
      busy = step(1) || busy;
    }
  }

  bool step(std::uint16_t n) {
    if (inputs_[n].empty() && nodes_[n]->next_deadline() > now_) return false;
    std::swap(taking_, inputs_[n]);
    inputs_[n].clear();
    // The bytes of the inputs being taken lie in the other half, so that answers do not move them.
    bytes_[n].swap();
    std::span<const Input> rest = taking_;
    do {
      out_.clear();
      rest = rest.subspan(nodes_[n]->step(rest, {now_, now_ + std::chrono::seconds(1'800'000'000)}, out_));
      carry_out(n);
    } while (!rest.empty());
    taking_.clear();
    return true;
  }

  void carry_out(std::uint16_t n) {
    HUBBUB_CHECK(out_.fatal.empty());
    for (const auto& f : out_.frames) {
      ++told_;
      const Cursor* told = stream_cursor(f.frame);
      if (told != nullptr) cursors_[n] = *told, has_cursor_[n] = true;
      if (std::holds_alternative<to_client::Event>(f.frame) && polls_[n] == 0)
        give(n, input::Frame{connection, 0, to_server::Acknowledge{*told}});
    }
    for (const auto& p : out_.polls)
      if (p.what == output::Poll::What::answer) poll(n);
    for (const auto& m : out_.peers)
      give(m.node.value, input::FromPeer{NodeId{n}, bytes_[m.node.value].copy(m.bytes)});
    for (const auto& c : out_.commits) give(n, input::CommitDurable{c.partition, c.batch});
    for (const auto& r : out_.reads) give(n, input::ReadDone{r.ticket, {}, false});
  }

  void poll(std::uint16_t n) {
    give(n, input::Frame{connection, 0,
                         to_server::Poll{++polls_[n], has_cursor_[n], cursors_[n], 30'000, false}});
  }

  /// Two arenas in turn: one for the inputs being taken, one for those that come of them.
  struct Turns {
    std::array<Arena, 2> arenas;
    int now = 0;
    void swap() {
      now = 1 - now;
      arenas[static_cast<std::size_t>(now)].clear();
    }
    std::string_view copy(std::string_view bytes) { return arenas[static_cast<std::size_t>(now)].copy(bytes); }
  };

  std::array<std::unique_ptr<Node>, 2> nodes_;
  std::array<std::vector<Input>, 2> inputs_;
  std::array<Turns, 2> bytes_;
  std::vector<Input> taking_;
  Outbox out_;
  std::array<RequestId, 2> polls_{};
  std::array<Cursor, 2> cursors_{};
  std::array<bool, 2> has_cursor_{};
  Duration now_{};
  std::uint64_t number_ = 0;
  int told_ = 0;
  std::string text_ = std::string(100, 'x');
};

}  // namespace hubbub::test
