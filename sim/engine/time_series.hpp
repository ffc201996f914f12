// What happened when: one row for each interval of virtual time.
//
// A column is either counted (messages sent in the interval) or sampled (clients online at its
// end). Rows of intervals in which nothing happened are there as well, so that row i always
// covers [i, i + 1) times the interval.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/time.hpp"

namespace hubbub::sim {

class TimeSeries {
 public:
  enum class Kind { counted, sampled };
  struct Column {
    std::string name;
    Kind kind = Kind::counted;
  };

  /// REQUIRES: interval > 0.
  TimeSeries(Duration interval, std::vector<Column> columns);

  /// Adds to a counted column of the row that `now` is in. REQUIRES: `now` does not go back.
  void count(Duration now, std::size_t column, double amount = 1);
  /// Sets a sampled column from `now` on. REQUIRES: as above.
  void sample(Duration now, std::size_t column, double value);
  /// Closes the rows that end by `now`, and the one that `now` lies in if it has begun.
  void finish(Duration now);

  Duration interval() const { return interval_; }
  const std::vector<Column>& columns() const { return columns_; }
  std::size_t rows() const { return columns_.empty() ? 0 : cells_.size() / columns_.size(); }
  /// Of a closed row. REQUIRES: row < rows(), column < columns().size().
  double at(std::size_t row, std::size_t column) const;

 private:
  void advance(Duration now);
  void close_row();

  Duration interval_;
  std::vector<Column> columns_;
  std::vector<double> open_;
  std::vector<double> cells_;  ///< closed rows, one after the other
  Duration open_until_;
};

}  // namespace hubbub::sim
