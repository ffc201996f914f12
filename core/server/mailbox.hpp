// What other threads have for a node: peer messages, rows that were read, commits that ended.
//
// Many put, one takes; each sender's order is kept. The bytes are copied in, so that a sender may
// forget them; the taker gets views that hold until it takes again.
#pragma once

#include <mutex>
#include <span>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/node/input.hpp"

namespace hubbub::server {

class Mailbox {
 public:
  /// Returns true if the mailbox was empty: then its owner is to be woken.
  bool put(std::span<const Input> inputs);
  bool put(const Input& input) { return put({&input, 1}); }

  /// Appends everything put since the last `take`. The views in it are valid until the next one.
  void take(std::vector<Input>& inputs);

 private:
  struct Letters {
    struct Letter {
      Input input;
      std::size_t from = 0;
      std::size_t size = 0;
    };
    std::vector<Letter> letters;
    ByteBuffer bytes;
  };

  std::mutex mutex_;
  Letters arriving_;
  Letters taken_;
};

}  // namespace hubbub::server
