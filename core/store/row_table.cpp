#include "core/store/row_table.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace hubbub {

// --- Rows and keys -----------------------------------------------------------------------------

namespace {

std::size_t shared_bytes(std::string_view a, std::string_view b) {
  const std::size_t size = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (i < size && a[i] == b[i]) ++i;
  return i;
}

std::uint64_t big_endian(std::string_view bytes) {
  char padded[8] = {};
  if (!bytes.empty()) std::memcpy(padded, bytes.data(), std::min<std::size_t>(8, bytes.size()));
  std::uint64_t value;
  std::memcpy(&value, padded, sizeof value);
  return __builtin_bswap64(value);
}

}  // namespace

RowTable::Row RowTable::row_at(const char* at) {
  const auto shared = static_cast<std::uint8_t>(at[0]);
  const auto rest = static_cast<std::uint8_t>(at[1]);
  at += 2;
  std::uint32_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*at++);
    value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return {shared, {at, rest}, {at + rest, value}};
}

void RowTable::append_head(std::string& to, std::size_t shared, std::size_t rest,
                           std::size_t value) {
  to.push_back(static_cast<char>(shared));
  to.push_back(static_cast<char>(rest));
  for (; value >= 0x80; value >>= 7) to.push_back(static_cast<char>(value | 0x80));
  to.push_back(static_cast<char>(value));
}

RowTable::Probe RowTable::probe(std::string_view key) {
  Probe probe{{big_endian(key), 0, 0}, key};
  if (key.size() > 8) probe.begins[1] = big_endian(key.substr(8));
  if (key.size() > 16) probe.begins[2] = big_endian(key.substr(16));
  return probe;
}

// Padding a short key with zeros never reverses an order, it can only make two keys look equal;
// then the keys themselves decide.
bool RowTable::Less::operator()(const Indexed& a, const Indexed& b) const {
  return (*this)(a, Probe{b.begins, first_key(*b.block)});
}
bool RowTable::Less::operator()(const Indexed& a, const Probe& b) const {
  if (a.begins != b.begins) return a.begins < b.begins;
  return first_key(*a.block) < b.key;
}
bool RowTable::Less::operator()(const Probe& a, const Indexed& b) const {
  if (a.begins != b.begins) return a.begins < b.begins;
  return a.key < first_key(*b.block);
}

RowTable::Place RowTable::search(const Block& block, std::string_view key) {
  // `matched`: bytes that the key shares with the row before, which is below it. A row that shares
  // more than that with the row before is below too; one that shares less is above.
  std::size_t matched = 0;
  for (const char* at = block.rows(); at != block.end();) {
    const Row row = row_at(at);
    if (row.shared < matched) return {at, false, static_cast<std::uint8_t>(matched), row.shared};
    if (row.shared == matched) {
      const std::string_view wanted = key.substr(matched);
      const std::size_t common = shared_bytes(row.rest, wanted);
      const auto shared = static_cast<std::uint8_t>(matched + common);
      if (common == wanted.size())
        return {at, common == row.rest.size(), static_cast<std::uint8_t>(matched), shared};
      if (common < row.rest.size() &&
          static_cast<std::uint8_t>(row.rest[common]) > static_cast<std::uint8_t>(wanted[common]))
        return {at, false, static_cast<std::uint8_t>(matched), shared};
      matched = shared;
    }
    at = row.end();
  }
  return {block.end(), false, static_cast<std::uint8_t>(matched), 0};
}

// --- Blocks ------------------------------------------------------------------------------------

namespace {

/// Blocks grow in steps, so that not every row moves one.
constexpr std::size_t step_bytes = 64;
/// What glibc's allocator adds to a piece.
constexpr std::size_t allocator_bytes = 16;

std::size_t in_steps(std::size_t size) { return (size + step_bytes - 1) / step_bytes * step_bytes; }

}  // namespace

RowTable::~RowTable() {
  for (const Indexed& entry : index_) drop_block(entry.block);
}

/// The block that holds the key if any does: the last one whose first key is not above it, else
/// the first.
RowTable::Index::const_iterator RowTable::block_of(std::string_view key) const {
  auto after = index_.upper_bound(probe(key));
  if (after != index_.begin()) --after;
  return after;
}

RowTable::Block* RowTable::allocate_block(std::size_t used) {
  const std::size_t capacity = in_steps(sizeof(Block) + used);
  block_bytes_ += capacity + allocator_bytes;
  return new (::operator new(capacity))
      Block{static_cast<std::uint32_t>(capacity), static_cast<std::uint32_t>(used)};
}

RowTable::Block* RowTable::make_block(std::string_view rows) {
  Block* block = allocate_block(rows.size());
  std::memcpy(block->rows(), rows.data(), rows.size());
  return block;
}

void RowTable::drop_block(Block* block) {
  block_bytes_ -= block->capacity + allocator_bytes;
  ::operator delete(block);
}

void RowTable::add_to_index(Block* block) {
  const Probe first = probe(first_key(*block));
  index_.insert({first.begins, block});
}

/// Puts `with` in place of bytes [from, to) of the block, which may move.
RowTable::Block* RowTable::splice(Block* block, std::size_t from, std::size_t to,
                                  std::string_view with) {
  const std::size_t tail = block->used - to;
  const std::size_t used = from + with.size() + tail;
  if (in_steps(sizeof(Block) + used) == block->capacity) {
    std::memmove(block->rows() + from + with.size(), block->rows() + to, tail);
    std::memcpy(block->rows() + from, with.data(), with.size());
    block->used = static_cast<std::uint32_t>(used);
    return block;
  }
  Block* moved = allocate_block(used);
  std::memcpy(moved->rows(), block->rows(), from);
  std::memcpy(moved->rows() + from, with.data(), with.size());
  std::memcpy(moved->rows() + from + with.size(), block->rows() + to, tail);
  drop_block(block);
  return moved;
}

/// Splices, and keeps the index and the size of blocks right.
void RowTable::replace_block(Index::const_iterator where, std::size_t from, std::size_t to,
                             std::string_view with) {
  Block* before = where->block;
  const bool grows_over =
      before->used - (to - from) + with.size() > block_bytes && with.size() > to - from;
  const bool empties = with.empty() && to - from == before->used;
  if (from > 0 && !grows_over) {
    // The first key stays, so the entry keeps its place; only the block's address may change.
    const_cast<Indexed&>(*where).block = splice(before, from, to, with);
    return;
  }
  index_.erase(where);
  if (empties) return drop_block(before);
  Block* after = splice(before, from, to, with);
  if (after->used > block_bytes) {
    split(after);
  } else {
    add_to_index(after);
  }
}

/// Puts into the index what a block has become: itself, or its two halves.
void RowTable::split(Block* block) {
  char key[row_key_bytes_max];
  const char* at = block->rows();
  Row row{};
  // The first row at or behind the middle starts the second half, but never the block's first.
  while (at != block->end()) {
    row = row_at(at);
    std::memcpy(key + row.shared, row.rest.data(), row.rest.size());
    if (at != block->rows() && (at - block->rows() >= block->used / 2 || row.end() == block->end()))
      break;
    at = row.end();
  }
  if (at == block->end()) return add_to_index(block);  // one large row

  const std::size_t key_size = row.shared + row.rest.size();
  std::string second;
  append_head(second, 0, key_size, row.value.size());
  second.append(key, key_size).append(row.value.data(), block->end());
  const std::string first(static_cast<const Block*>(block)->rows(), at);
  drop_block(block);
  for (const std::string& half : {first, second}) {
    Block* made = make_block(half);
    if (half.size() > block_bytes) {
      split(made);
    } else {
      add_to_index(made);
    }
  }
}

// --- Changes -----------------------------------------------------------------------------------

void RowTable::put(std::string_view key, std::string_view value) {
  HUBBUB_CHECK(key.size() <= row_key_bytes_max);
  scratch_.clear();
  if (index_.empty()) {
    append_head(scratch_, 0, key.size(), value.size());
    scratch_.append(key).append(value);
    add_to_index(make_block(scratch_));
    ++rows_;
    return;
  }
  const auto where = block_of(key);
  const Block& block = *where->block;
  const Place place = search(block, key);
  const auto from = static_cast<std::size_t>(place.at - block.rows());
  if (place.found) {
    const Row old = row_at(place.at);
    append_head(scratch_, old.shared, old.rest.size(), value.size());
    scratch_.append(old.rest).append(value);
    const auto to = static_cast<std::size_t>(old.end() - block.rows());
    if (scratch_.size() == to - from) {
      std::memcpy(where->block->rows() + from, scratch_.data(), scratch_.size());
    } else {
      replace_block(where, from, to, scratch_);
    }
    return;
  }
  const std::string_view rest = key.substr(place.shared_before);
  append_head(scratch_, place.shared_before, rest.size(), value.size());
  scratch_.append(rest).append(value);
  std::size_t to = from;
  if (place.at != block.end()) {
    // The row behind shares more with the new key than with the one before it.
    const Row next = row_at(place.at);
    const std::string_view next_rest = next.rest.substr(place.shared_after - next.shared);
    append_head(scratch_, place.shared_after, next_rest.size(), next.value.size());
    scratch_.append(next_rest);
    to = static_cast<std::size_t>(next.value.data() - block.rows());
  }
  replace_block(where, from, to, scratch_);
  ++rows_;
}

bool RowTable::erase(std::string_view key) {
  if (index_.empty()) return false;
  const auto where = block_of(key);
  const Block& block = *where->block;
  const Place place = search(block, key);
  if (!place.found) return false;
  const Row gone = row_at(place.at);
  const auto from = static_cast<std::size_t>(place.at - block.rows());
  auto to = static_cast<std::size_t>(gone.end() - block.rows());
  scratch_.clear();
  if (gone.end() != block.end()) {
    // The row behind takes over what it shared with the one that goes.
    const Row next = row_at(gone.end());
    const std::size_t shared = std::min(gone.shared, next.shared);
    const std::string_view taken = gone.rest.substr(0, next.shared - shared);
    append_head(scratch_, shared, taken.size() + next.rest.size(), next.value.size());
    scratch_.append(taken).append(next.rest);
    to = static_cast<std::size_t>(next.value.data() - block.rows());
  }
  replace_block(where, from, to, scratch_);
  --rows_;
  return true;
}

std::optional<std::string_view> RowTable::find(std::string_view key) const {
  if (index_.empty()) return {};
  const Place place = search(*block_of(key)->block, key);
  if (!place.found) return {};
  return row_at(place.at).value;
}

}  // namespace hubbub
