#include "sim/report/series.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/check.hpp"

namespace hubbub::sim {
namespace {

std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

void SeriesTable::add_row(std::span<const double> values) {
  HUBBUB_CHECK(!values.empty() && values.size() == columns_.size());
  values_.insert(values_.end(), values.begin(), values.end());
}

std::span<const double> SeriesTable::row(std::size_t index) const {
  HUBBUB_CHECK(index < rows());
  return std::span(values_).subspan(index * columns_.size(), columns_.size());
}

SeriesTable series_of(const TimeSeries& recorded) {
  std::vector<std::string> names{"time_s"};
  for (const auto& column : recorded.columns()) names.push_back(column.name);
  SeriesTable series(std::move(names));
  std::vector<double> values(series.columns().size());
  const double interval_s = std::chrono::duration<double>(recorded.interval()).count();
  for (std::size_t row = 0; row < recorded.rows(); ++row) {
    values[0] = static_cast<double>(row) * interval_s;
    for (std::size_t i = 1; i < values.size(); ++i) values[i] = recorded.at(row, i - 1);
    series.add_row(values);
  }
  return series;
}

std::string series_csv(const SeriesTable& series) {
  std::string text;
  for (std::size_t i = 0; i < series.columns().size(); ++i)
    text += (i == 0 ? "" : ",") + field(series.columns()[i]);
  text += "\r\n";
  for (std::size_t r = 0; r < series.rows(); ++r) {
    const auto row = series.row(r);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ',';
      // The shortest text that reads back as the same number.
      if (std::isfinite(row[i])) text += fmt::format("{}", row[i]);
    }
    text += "\r\n";
  }
  return text;
}

}  // namespace hubbub::sim
