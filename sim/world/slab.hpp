// Bytes in flight: frames, peer messages, rows. Each piece is copied once when it leaves, lies
// still while virtual time passes, and its memory is used again afterwards.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"

namespace hubbub::sim {

/// A run of bytes with whom it concerns. Its meaning is its sender's and receiver's affair.
struct Piece {
  std::uint32_t size = 0;
  std::uint16_t holders = 0;  ///< released by so many
  std::uint8_t size_class = 0;
  std::uint8_t flag = 0;
  std::uint32_t a = 0, b = 0, c = 0, d = 0;
  Piece* next_free = nullptr;

  char* data() { return reinterpret_cast<char*>(this + 1); }
  const char* data() const { return reinterpret_cast<const char*>(this + 1); }
  std::string_view view() const { return {data(), size}; }
};

class Slab {
 public:
  /// A copy of `bytes`, held once.
  Piece* hold(std::string_view bytes) {
    Piece* piece = allocate(bytes.size());
    if (!bytes.empty()) std::memcpy(piece->data(), bytes.data(), bytes.size());
    return piece;
  }

  void release(Piece* piece) {
    HUBBUB_CHECK(piece->holders > 0);
    if (--piece->holders > 0) return;
    piece->next_free = free_[piece->size_class];
    free_[piece->size_class] = piece;
    --in_use_;
  }

  std::size_t in_use() const { return in_use_; }
  std::size_t reserved_bytes() const { return reserved_; }

 private:
  static constexpr std::size_t chunk_bytes = 256 * 1024;

  // Classes are powers of two from 64 bytes, the head included.
  Piece* allocate(std::size_t size) {
    const std::size_t whole = std::bit_ceil(std::max<std::size_t>(64, sizeof(Piece) + size));
    const auto size_class = static_cast<std::size_t>(std::countr_zero(whole)) - 6;
    if (free_.size() <= size_class) free_.resize(size_class + 1);
    Piece* piece = free_[size_class];
    if (piece != nullptr)
      free_[size_class] = piece->next_free;
    else
      piece = carve(whole);
    *piece = Piece{};
    piece->size = static_cast<std::uint32_t>(size);
    piece->holders = 1;
    piece->size_class = static_cast<std::uint8_t>(size_class);
    ++in_use_;
    return piece;
  }

  Piece* carve(std::size_t whole) {
    if (whole > left_) {
      const std::size_t chunk = std::max(chunk_bytes, whole);
      chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk));
      at_ = chunks_.back().get();
      left_ = chunk;
      reserved_ += chunk;
    }
    char* const place = at_;
    at_ += whole;
    left_ -= whole;
    return new (place) Piece;
  }

  std::vector<Piece*> free_;
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* at_ = nullptr;
  std::size_t left_ = 0;
  std::size_t in_use_ = 0;
  std::size_t reserved_ = 0;
};

}  // namespace hubbub::sim
