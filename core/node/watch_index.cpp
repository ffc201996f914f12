#include "core/node/watch_index.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace hubbub {

WatchIndex::Words::const_iterator WatchIndex::from(const Words& words, const Place& at) const {
  return std::lower_bound(words.begin(), words.end(), word(at.key, at.list));
}

std::span<const std::uint64_t> WatchIndex::of(UserId user) const {
  const std::uint64_t key = scrambled(user);
  const Words& words = buckets_[key >> rest()];
  const auto begin = from(words, {key, 0});
  auto end = begin;
  // Most are watched by few. Of many, the last is looked for as the first was.
  for (std::size_t step = 0; end != words.end() && step < load; ++step, ++end)
    if (word(key, list_of(*end)) != (*end & ~std::uint64_t{1})) return {begin, end};
  if (end != words.end())
    end = std::upper_bound(end, words.end(), word(key, lists - 1) | 1);
  return {begin, end};
}

const std::uint64_t* WatchIndex::find(UserId user, List list) const {
  const std::uint64_t key = scrambled(user);
  const Words& words = buckets_[key >> rest()];
  const std::uint64_t wanted = word(key, list);
  const auto at = std::lower_bound(words.begin(), words.end(), wanted);
  return at != words.end() && (*at & ~std::uint64_t{1}) == wanted ? &*at : nullptr;
}

bool WatchIndex::add(UserId user, List list) {
  HUBBUB_CHECK(list < lists && user.value <= key_max);
  if (find(user, list) != nullptr) return false;
  if (size_ >= load * buckets_.size()) double_buckets();
  const std::uint64_t key = scrambled(user);
  insert(buckets_[key >> rest()], word(key, list));
  ++size_;
  return true;
}

/// With room for a few more, and not for twice as many as a vector would by itself.
void WatchIndex::insert(Words& words, std::uint64_t word) {
  if (words.size() == words.capacity()) words.reserve(words.size() + spare + words.size() / 16);
  words.insert(std::lower_bound(words.begin(), words.end(), word), word);
}

bool WatchIndex::remove(UserId user, List list) {
  const std::uint64_t* found = find(user, list);
  if (found == nullptr) return false;
  Words& words = buckets_[scrambled(user) >> rest()];
  words.erase(words.begin() + (found - words.data()));
  --size_;
  return true;
}

void WatchIndex::tell(UserId user, List list, bool told) {
  const std::uint64_t* found = find(user, list);
  if (found == nullptr) return;
  Words& words = buckets_[scrambled(user) >> rest()];
  words[static_cast<std::size_t>(found - words.data())] = (*found & ~std::uint64_t{1}) | (told ? 1 : 0);
}

void WatchIndex::double_buckets() {
  std::vector<Words> doubled;
  doubled.reserve(buckets_.size() * 2);
  // Of each word the highest bit of the user goes into the number of its bucket.
  const std::uint64_t highest = std::uint64_t{1} << (rest() + list_bits);
  for (const Words& words : buckets_) {
    const auto middle = std::lower_bound(words.begin(), words.end(), highest);
    for (const auto& half : {std::span(words.begin(), middle), std::span(middle, words.end())}) {
      Words& to = doubled.emplace_back();
      to.reserve(half.size() + spare);
      for (const std::uint64_t word : half) to.push_back(word & ~highest);
    }
  }
  buckets_ = std::move(doubled);
  ++bits_;
}

std::size_t WatchIndex::memory() const {
  std::size_t sum = buckets_.capacity() * sizeof(Words);
  for (const Words& words : buckets_) sum += words.capacity() * sizeof(std::uint64_t);
  return sum;
}

}  // namespace hubbub
