// Rows in key order, in little memory: what MemoryStore keeps its rows in.
//
// Rows lie in sorted blocks of about `block_bytes`; within a block a key is written without the
// bytes it shares with the key before it. A row then costs its value, the end of its key, and about
// five bytes: a message or an inbox row differs from its neighbour in a byte or two. A search is a
// walk down a B-tree of blocks, which compares 24 bytes and looks into a block only when those are
// equal, and a scan of one block.
//
// Invariants:
// - no block is empty; the first row of a block has its key in full;
// - blocks are ordered by their first keys, and every key of a block is below the next one's first.
#pragma once

#include <absl/container/btree_set.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/wire/batch.hpp"

namespace hubbub {

class RowTable {
 public:
  /// Smaller ones are a little faster and cost more a row: at 1,024, 2.5 bytes.
  static constexpr std::size_t block_bytes = 2048;

  RowTable() = default;
  RowTable(const RowTable&) = delete;
  RowTable& operator=(const RowTable&) = delete;
  ~RowTable();

  /// REQUIRES: key.size() <= row_key_bytes_max.
  void put(std::string_view key, std::string_view value);
  /// False if there was no such row.
  bool erase(std::string_view key);
  /// The value; the view is valid until the table changes.
  std::optional<std::string_view> find(std::string_view key) const;

  /// Calls visit(key, value) for the rows with from <= key < to, ascending, until it gives false.
  /// The views are valid during the call; the table must not change during it.
  template <class Visit>
  void ascend(std::string_view from, std::string_view to, Visit&& visit) const;
  /// The same rows, descending.
  template <class Visit>
  void descend(std::string_view from, std::string_view to, Visit&& visit) const;
  /// Calls visit(key, value) for all rows, ascending.
  template <class Visit>
  void for_each(Visit&& visit) const;

  std::uint64_t rows() const { return rows_; }
  /// Memory in use; the index is counted as three quarters full.
  std::size_t bytes() const { return block_bytes_ + index_.size() * sizeof(Indexed) * 4 / 3; }

 private:
  struct Block {
    std::uint32_t capacity;  ///< of the whole piece, this head included
    std::uint32_t used;      ///< bytes of rows
    char* rows() { return reinterpret_cast<char*>(this + 1); }
    const char* rows() const { return reinterpret_cast<const char*>(this + 1); }
    const char* end() const { return rows() + used; }
  };

  /// A row as it lies in a block: u8 shared, u8 rest size, value size (LEB128), rest, value.
  struct Row {
    std::uint8_t shared;
    std::string_view rest;
    std::string_view value;
    const char* end() const { return value.data() + value.size(); }
  };

  /// The first 24 bytes of a key as numbers, so that most comparisons do not touch the block.
  using Beginning = std::array<std::uint64_t, 3>;
  struct Probe {
    Beginning begins;
    std::string_view key;
  };
  struct Indexed {
    Beginning begins;
    Block* block;
  };
  struct Less {
    using is_transparent = void;
    bool operator()(const Indexed& a, const Indexed& b) const;
    bool operator()(const Indexed& a, const Probe& b) const;
    bool operator()(const Probe& a, const Indexed& b) const;
  };
  using Index = absl::btree_set<Indexed, Less>;

  /// Where a key is in a block, or would be.
  struct Place {
    const char* at;              ///< the first row whose key is not below
    bool found;                  ///< that row has the key
    std::uint8_t shared_before;  ///< bytes shared with the row before
    std::uint8_t shared_after;   ///< bytes shared with the row at `at`; 0 at the end
  };

  static Row row_at(const char* at);
  static void append_head(std::string& to, std::size_t shared, std::size_t rest, std::size_t value);
  static std::string_view first_key(const Block& block) { return row_at(block.rows()).rest; }
  static Probe probe(std::string_view key);
  static Place search(const Block& block, std::string_view key);

  Index::const_iterator block_of(std::string_view key) const;
  Block* allocate_block(std::size_t used);
  Block* make_block(std::string_view rows);
  void drop_block(Block* block);
  void add_to_index(Block* block);
  Block* splice(Block* block, std::size_t from, std::size_t to, std::string_view with);
  void replace_block(Index::const_iterator where, std::size_t from, std::size_t to,
                     std::string_view with);
  void split(Block* block);

  Index index_;
  std::size_t block_bytes_ = 0;  ///< of all blocks, with what the allocator adds
  std::uint64_t rows_ = 0;
  std::string scratch_;
};

template <class Visit>
void RowTable::ascend(std::string_view from, std::string_view to, Visit&& visit) const {
  char key[row_key_bytes_max];
  for (auto block = block_of(from); block != index_.end(); ++block) {
    for (const char* at = block->block->rows(); at != block->block->end();) {
      const Row row = row_at(at);
      std::memcpy(key + row.shared, row.rest.data(), row.rest.size());
      const std::string_view whole(key, row.shared + row.rest.size());
      if (whole >= to) return;
      if (whole >= from && !visit(whole, row.value)) return;
      at = row.end();
    }
  }
}

template <class Visit>
void RowTable::descend(std::string_view from, std::string_view to, Visit&& visit) const {
  if (index_.empty() || from >= to) return;
  std::string keys;
  std::vector<Row> rows;
  for (auto block = block_of(to);; --block) {
    // Keys can only be rebuilt forwards, so a block is read to its end before it is visited.
    keys.clear();
    rows.clear();
    std::size_t before = 0;
    for (const char* at = block->block->rows(); at != block->block->end(); at = rows.back().end()) {
      rows.push_back(row_at(at));
      keys.append(keys, before, rows.back().shared).append(rows.back().rest);
      before = keys.size() - rows.back().shared - rows.back().rest.size();
    }
    std::size_t end = keys.size();
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      const std::size_t size = row->shared + row->rest.size();
      const std::string_view key = std::string_view(keys).substr(end - size, size);
      end -= size;
      if (key >= to) continue;
      if (key < from || !visit(key, row->value)) return;
    }
    if (block == index_.begin()) return;
  }
}

template <class Visit>
void RowTable::for_each(Visit&& visit) const {
  // No key is above the longest one of all ones but itself.
  const std::string last(row_key_bytes_max + 1, '\xff');
  ascend({}, last, [&](std::string_view key, std::string_view value) {
    visit(key, value);
    return true;
  });
}

}  // namespace hubbub
