#include "core/chat/marks.hpp"

#include <algorithm>
#include <functional>

#include "core/base/limits.hpp"

namespace hubbub {

Marks::Kept& Marks::touch(Place place) {
  if (place >= kept_.size()) kept_.resize(place + 1);
  Kept& kept = kept_[place];
  if (!kept.touched) touched_.push_back(place);
  kept.touched = true;
  return kept;
}

void Marks::raise(Place place, rows::Mark to) {
  to.delivered = std::max(to.delivered, to.read);
  const rows::Mark had = of(place);
  if (to.delivered <= had.delivered && to.read <= had.read) return;
  Kept& kept = touch(place);
  kept.mark = {std::max(to.delivered, had.delivered), std::max(to.read, had.read)};
  kept.unstored = kept.untold = true;
  kept.unechoed |= to.read > had.read;
}

void Marks::confirm(Place place) { touch(place).unconfirmed = true; }

void Marks::echo(Place place) { touch(place).unechoed = true; }

void Marks::take(std::size_t most, std::vector<Place>& taken) {
  // From the back, so that what is left need not be moved: the greatest come last of all.
  std::sort(touched_.begin(), touched_.end(), std::greater<>());
  const std::size_t count = std::min(most, touched_.size());
  taken.assign(touched_.rbegin(), touched_.rbegin() + static_cast<std::ptrdiff_t>(count));
  touched_.resize(touched_.size() - count);
  for (const Place place : taken) kept_[place].touched = false;
}

void Marks::store(std::size_t chunk, std::vector<rows::Mark>& row) {
  const std::size_t from = chunk * limits::members_per_row;
  const std::size_t to = std::min(kept_.size(), from + limits::members_per_row);
  row.clear();
  for (std::size_t place = from; place < to; ++place) {
    row.push_back(kept_[place].mark);
    kept_[place].unstored = false;
  }
}

void Marks::wrote(UserId user, Sequence seq) {
  std::erase_if(writers_, [user](const Writer& w) { return w.user == user; });
  if (writers_.size() == limits::receipt_writers) writers_.erase(writers_.begin());
  writers_.push_back({{user, seq}});
}

void Marks::count(const Members& members, Writer& writer) const {
  writer.delivered = writer.read = 0;
  members.for_each([&](UserId user, Place place) {
    if (user == writer.user) return;
    const rows::Mark mark = of(place);
    writer.delivered += mark.delivered >= writer.seq ? 1 : 0;
    writer.read += mark.read >= writer.seq ? 1 : 0;
  });
}

void Marks::restore(std::size_t chunk, std::span<const rows::Mark> marks) {
  const std::size_t from = chunk * limits::members_per_row;
  if (kept_.size() < from + marks.size()) kept_.resize(from + marks.size());
  for (std::size_t i = 0; i < marks.size(); ++i) kept_[from + i].mark = marks[i];
}

void Marks::restore(std::span<const rows::Writer> writers) {
  for (const rows::Writer& w : writers) writers_.push_back({w});
}

void Marks::restored(const Members& members) {
  for (Writer& w : writers_) count(members, w);
}

}  // namespace hubbub
