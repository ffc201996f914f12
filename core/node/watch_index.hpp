// Who watches whom at one gateway: a set of relations (user, list), where a list is what one session
// watches. There are more of these than of anything else that a gateway keeps for who is there, so
// a relation takes 8 bytes and little more.
//
// They are found by user, for that is how a change comes; nothing leads from a list to its users. Lists
// that have ended are swept out, many at once.
//
// A user's id is scrambled, reversibly, within its 48 bits. The highest of them choose the bucket, and
// the bucket holds the others, the list and a flag in one sorted word each. So all relations of a user
// are neighbours, and when the buckets are doubled each is cut in two where it stands.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/base/ids.hpp"

namespace hubbub {

class WatchIndex {
 public:
  using List = std::uint32_t;
  static constexpr List lists = List{1} << 24;

  WatchIndex() : buckets_(std::size_t{1} << bits_) {}

  /// False: it was there. A new one is not told of changes. REQUIRES: list < lists.
  bool add(UserId user, List list);
  /// False: it was not there.
  bool remove(UserId user, List list);
  bool has(UserId user) const { return !of(user).empty(); }
  bool has(UserId user, List list) const { return find(user, list) != nullptr; }
  std::size_t size() const { return size_; }
  /// Bytes allocated.
  std::size_t memory() const;

  /// Is the list told of the user's changes?
  bool told(UserId user, List list) const {
    const std::uint64_t* word = find(user, list);
    return word != nullptr && (*word & 1) != 0;
  }
  /// No effect on what is not there.
  void tell(UserId user, List list, bool told);

  /// A place in the order of relations, which stays meaningful whatever is added and removed.
  struct Place {
    std::uint64_t key = 0;  ///< a scrambled user
    List list = 0;
  };
  static Place first(UserId user) { return {scrambled(user), 0}; }

  /// Shows `visit` the user's relations from `at` on, as (list, told), until it says false, and leaves
  /// `at` there. True: that was all. `visit` may tell, and must not add or remove.
  template <class Visit>
  bool visit(UserId user, Place& at, Visit&& visit) const {
    const std::size_t bucket = at.key >> rest();
    const Words& words = buckets_[bucket];
    for (auto word = from(words, at); word != words.end() && key_of(bucket, *word) == scrambled(user); ++word) {
      at.list = list_of(*word);
      if (!visit(at.list, (*word & 1) != 0)) return false;
    }
    return true;
  }

  /// The same of every relation there is, as (user, list, told).
  template <class Visit>
  bool visit_all(Place& at, Visit&& visit) const {
    while (at.key <= key_max) {
      const std::size_t bucket = at.key >> rest();
      const Words& words = buckets_[bucket];
      for (auto word = from(words, at); word != words.end(); ++word) {
        at = {key_of(bucket, *word), list_of(*word)};
        if (!visit(unscrambled(at.key), at.list, (*word & 1) != 0)) return false;
      }
      at = {(bucket + 1) << rest(), 0};
    }
    return true;
  }

  /// Looks at up to `most` relations from `at` on, removes those whose list is `dead`, calls `gone` with
  /// the users that nobody watches any more, and gives how many it looked at. Ends beyond key_max.
  template <class Dead, class Gone>
  std::size_t sweep(Place& at, std::size_t most, Dead&& dead, Gone&& gone) {
    const std::size_t bucket = at.key >> rest();
    Words& words = buckets_[bucket];
    const auto begin = words.begin() + (from(words, at) - words.begin());
    const auto end = begin + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(most), words.end() - begin);
    at = end == words.end() ? Place{(bucket + 1) << rest(), 0} : Place{key_of(bucket, *end), list_of(*end)};
    const std::size_t looked_at = static_cast<std::size_t>(end - begin);
    std::vector<std::uint64_t> fewer;  // users with fewer than before
    auto kept = begin;
    for (auto word = begin; word != end; ++word) {
      if (!dead(list_of(*word))) {
        *kept++ = *word;
      } else if (const std::uint64_t key = key_of(bucket, *word); fewer.empty() || fewer.back() != key) {
        fewer.push_back(key);
      }
    }
    size_ -= static_cast<std::size_t>(end - kept);
    words.erase(kept, end);
    if (words.capacity() > 2 * words.size() + spare) words.shrink_to_fit();
    for (const std::uint64_t key : fewer)
      if (!has(unscrambled(key))) gone(unscrambled(key));
    return looked_at;
  }
  static constexpr std::uint64_t key_max = (std::uint64_t{1} << 48) - 1;

 private:
  using Words = std::vector<std::uint64_t>;
  static constexpr unsigned list_bits = 24;
  static constexpr std::size_t spare = 4;
  /// With more a bucket, all are doubled.
  static constexpr std::size_t load = 128;

  // Odd factors have an inverse modulo a power of two. That of the golden ratio spreads what counts up
  // (Knuth, The Art of Computer Programming, volume 3, section 6.4).
  static constexpr std::uint64_t factor = 0x9e3779b97f4b;
  static constexpr std::uint64_t inverse() {
    std::uint64_t x = factor;  // right in 3 bits; each round doubles them (Newton)
    for (int round = 0; round < 5; ++round) x *= 2 - factor * x;
    return x & key_max;
  }
  static std::uint64_t scrambled(UserId user) { return user.value * factor & key_max; }
  static UserId unscrambled(std::uint64_t key) { return UserId{key * inverse() & key_max}; }

  unsigned rest() const { return 48 - bits_; }
  std::uint64_t word(std::uint64_t key, List list) const {
    return (key & ((std::uint64_t{1} << rest()) - 1)) << (list_bits + 1) | std::uint64_t{list} << 1;
  }
  static List list_of(std::uint64_t word) { return static_cast<List>(word >> 1) & (lists - 1); }
  std::uint64_t key_of(std::size_t bucket, std::uint64_t word) const {
    return std::uint64_t{bucket} << rest() | word >> (list_bits + 1);
  }
  Words::const_iterator from(const Words& words, const Place& at) const;
  std::span<const std::uint64_t> of(UserId user) const;
  const std::uint64_t* find(UserId user, List list) const;
  void insert(Words& words, std::uint64_t word);
  void double_buckets();

  unsigned bits_ = 9;  ///< 48 - 9 of a user, 24 of a list and the flag are 64
  std::vector<Words> buckets_;
  std::size_t size_ = 0;
};

}  // namespace hubbub
