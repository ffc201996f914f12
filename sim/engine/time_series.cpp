#include "sim/engine/time_series.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace hubbub::sim {

TimeSeries::TimeSeries(Duration interval, std::vector<Column> columns)
    : interval_(interval),
      columns_(std::move(columns)),
      open_(columns_.size()),
      open_until_(interval) {
  HUBBUB_CHECK(interval > Duration{});
}

void TimeSeries::count(Duration now, std::size_t column, double amount) {
  HUBBUB_CHECK(columns_[column].kind == Kind::counted);
  advance(now);
  open_[column] += amount;
}

void TimeSeries::sample(Duration now, std::size_t column, double value) {
  HUBBUB_CHECK(columns_[column].kind == Kind::sampled);
  advance(now);
  open_[column] = value;
}

void TimeSeries::finish(Duration now) {
  advance(now);
  if (now > open_until_ - interval_) close_row();
}

double TimeSeries::at(std::size_t row, std::size_t column) const {
  HUBBUB_CHECK(row < rows() && column < columns_.size());
  return cells_[row * columns_.size() + column];
}

void TimeSeries::advance(Duration now) {
  HUBBUB_CHECK(now >= open_until_ - interval_);
  while (now >= open_until_) close_row();
}

void TimeSeries::close_row() {
  cells_.insert(cells_.end(), open_.begin(), open_.end());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].kind == Kind::counted) open_[i] = 0;
  }
  open_until_ += interval_;
}

}  // namespace hubbub::sim
