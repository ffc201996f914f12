// A time series: named columns, a row for each window of virtual time.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/engine/time_series.hpp"

namespace hubbub::sim {

/// Names say their unit last: "time_s", "ack_p99_ms".
class SeriesTable {
 public:
  SeriesTable() = default;
  explicit SeriesTable(std::vector<std::string> columns) : columns_(std::move(columns)) {}

  /// REQUIRES: one value for each column. Not a number: nothing was measured in this window.
  void add_row(std::span<const double> values);

  const std::vector<std::string>& columns() const { return columns_; }
  std::size_t rows() const { return columns_.empty() ? 0 : values_.size() / columns_.size(); }
  std::span<const double> row(std::size_t index) const;

 private:
  std::vector<std::string> columns_;
  std::vector<double> values_;
};

/// The closed rows, with a first column "time_s": where each interval begins.
SeriesTable series_of(const TimeSeries& recorded);

/// As RFC 4180 has it: a head line, fields quoted where needed, lines end in CR LF. What was not
/// measured is an empty field.
std::string series_csv(const SeriesTable& series);

}  // namespace hubbub::sim
