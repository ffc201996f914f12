#include "sim/engine/statistics.hpp"

#include <cmath>

#include "core/base/check.hpp"

namespace hubbub::sim {

void MeanVariance::add(double value) {
  const double before = value - mean_;
  mean_ += before / static_cast<double>(++count_);
  squares_ += before * (value - mean_);
}

double MeanVariance::variance() const {
  return count_ < 2 ? 0 : squares_ / static_cast<double>(count_ - 1);
}

double MeanVariance::deviation() const { return std::sqrt(variance()); }

double student_t_999(double degrees_of_freedom) {
  HUBBUB_CHECK(degrees_of_freedom >= 18);
  constexpr double z = 3.2905267314919255;  // of the normal distribution
  constexpr double z3 = z * z * z;
  constexpr double z5 = z3 * z * z;
  constexpr double z7 = z5 * z * z;
  constexpr double g1 = (z3 + z) / 4;
  constexpr double g2 = (5 * z5 + 16 * z3 + 3 * z) / 96;
  constexpr double g3 = (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / 384;
  const double v = degrees_of_freedom;
  return z + (g1 + (g2 + g3 / v) / v) / v;
}

Interval confidence_999(const MeanVariance& values) {
  HUBBUB_CHECK(values.count() >= 20);
  const auto n = static_cast<double>(values.count());
  return {values.mean(), student_t_999(n - 1) * values.deviation() / std::sqrt(n)};
}

BatchMeans::BatchMeans(std::uint64_t batch_size) : batch_size_(batch_size) {
  HUBBUB_CHECK(batch_size > 0);
}

void BatchMeans::add(double value) {
  sum_ += value;
  if (++in_batch_ < batch_size_) return;
  batches_.add(sum_ / static_cast<double>(batch_size_));
  in_batch_ = 0;
  sum_ = 0;
}

void ControlledMeans::add(double value, double control) {
  values_.push_back(value);
  controls_.push_back(control);
}

Interval ControlledMeans::confidence_999() const {
  HUBBUB_CHECK(values_.size() >= 20);
  MeanVariance value;
  MeanVariance control;
  for (const double v : values_) value.add(v);
  for (const double c : controls_) control.add(c);
  // Least squares: value = intercept + slope * control; the answer is the intercept at control 0.
  double products = 0;
  double squares = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const double c = controls_[i] - control.mean();
    products += c * (values_[i] - value.mean());
    squares += c * c;
  }
  const double slope = squares > 0 ? products / squares : 0;
  const double intercept = value.mean() - slope * control.mean();
  double residuals = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const double r = values_[i] - intercept - slope * controls_[i];
    residuals += r * r;
  }
  const auto n = static_cast<double>(values_.size());
  const double leverage = squares > 0 ? control.mean() * control.mean() / squares : 0;
  const double error = std::sqrt(residuals / (n - 2) * (1 / n + leverage));
  return {intercept, student_t_999(n - 2) * error};
}

void TimeAverage::set(Duration now, double level) {
  HUBBUB_CHECK(now >= changed_);
  area_ += level_ * static_cast<double>((now - changed_).count());
  changed_ = now;
  level_ = level;
}

double TimeAverage::average(Duration now) const {
  HUBBUB_CHECK(now >= changed_);
  if (now == start_) return level_;
  const double area = area_ + level_ * static_cast<double>((now - changed_).count());
  return area / static_cast<double>((now - start_).count());
}

void TimeAverage::restart(Duration now) {
  HUBBUB_CHECK(now >= changed_);
  start_ = changed_ = now;
  area_ = 0;
}

void LittlesLaw::arrive(Duration now) {
  ++arrived_;
  present_.add(now, 1);
}

void LittlesLaw::depart(Duration now, Duration sojourn) {
  HUBBUB_CHECK(departed_ < arrived_);
  ++departed_;
  present_.add(now, -1);
  sojourns_.add(static_cast<double>(sojourn.count()));
}

double LittlesLaw::arrival_rate(Duration now) const {
  return now == start_
             ? 0
             : static_cast<double>(arrived_) / static_cast<double>((now - start_).count());
}

double LittlesLaw::discrepancy(Duration now) const {
  const double present = mean_present(now);
  if (present == 0) return 0;
  return std::abs(present - arrival_rate(now) * mean_sojourn()) / present;
}

}  // namespace hubbub::sim
