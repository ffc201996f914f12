// How a service outside the servers answers a node: with an input, some time later, unless the node
// has died since.
#pragma once

#include "core/node/input.hpp"
#include "core/wire/codec.hpp"
#include "sim/world/stage.hpp"

namespace hubbub::sim {

/// A node, in the life in which it asked.
struct Asker {
  std::uint32_t node = 0;
  std::uint32_t life = 0;
};

class Answers {
 public:
  Answers(Stage& stage, std::uint32_t source) : stage_(stage) { source_.number = source; }

  void give(const Asker& to, Duration at, const Input& input) {
    bytes_.clear();
    wire::encode(input, bytes_);
    put(to, at, Happening::answer, bytes_.view());
  }
  /// Something that the service does at a time, about what this node asked.
  Piece* put(const Asker& asker, Duration at, Happening kind, std::string_view bytes) {
    Piece* piece = stage_.slab.hold(bytes);
    piece->a = asker.node, piece->b = asker.life;
    stage_.agenda.put(at, kind, source_, piece);
    return piece;
  }
  void wake(Duration at, Happening kind) { stage_.agenda.put(at, kind, source_, std::uint64_t{0}); }
  void again(Piece* piece, Duration at, Happening kind) { stage_.agenda.put(at, kind, source_, piece); }

 private:
  Stage& stage_;
  Source source_;
  ByteBuffer bytes_;
};

}  // namespace hubbub::sim
