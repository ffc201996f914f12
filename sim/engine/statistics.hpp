// What a simulation concludes from what it saw: means and how sure they are, averages over time,
// and whether its books balance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/time.hpp"

namespace hubbub::sim {

/// Mean and variance in one pass, without cancellation (Welford, Technometrics 4(3), 1962).
class MeanVariance {
 public:
  void add(double value);
  std::uint64_t count() const { return count_; }
  double mean() const { return mean_; }
  /// Of the sample (n - 1); 0 for fewer than two values.
  double variance() const;
  double deviation() const;

 private:
  std::uint64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;  ///< sum of squared differences from the mean
};

struct Interval {
  double mean = 0;
  double half_width = 0;
  bool contains(double value) const {
    return mean - half_width <= value && value <= mean + half_width;
  }
};

/// The 99.9% confidence interval of the mean of independent, about normal values.
/// REQUIRES: at least 20 of them.
Interval confidence_999(const MeanVariance& values);

/// The quantile 0.9995 of Student's t, that is, the factor of a two-sided 99.9% interval, within
/// 0.5% for 19 degrees of freedom or more (Abramowitz and Stegun, 26.7.5).
double student_t_999(double degrees_of_freedom);

/// A confidence interval for the mean of values that depend on their neighbours: means of long
/// batches hardly do (Law, Simulation Modeling and Analysis, section 9.5.3).
class BatchMeans {
 public:
  /// REQUIRES: batch_size > 0. Choose it many times as long as values depend on each other.
  explicit BatchMeans(std::uint64_t batch_size);
  void add(double value);
  std::uint64_t batches() const { return batches_.count(); }
  /// Of the complete batches. REQUIRES: batches() >= 20.
  Interval confidence_999() const { return sim::confidence_999(batches_); }

 private:
  std::uint64_t batch_size_;
  std::uint64_t in_batch_ = 0;
  double sum_ = 0;
  MeanVariance batches_;
};

/// The same, where each batch also has a figure whose true mean is known: as far as the two go
/// together, chance is taken out (control variates; Law, section 11.4).
class ControlledMeans {
 public:
  /// `control` has true mean 0.
  void add(double value, double control);
  std::size_t batches() const { return values_.size(); }
  /// REQUIRES: batches() >= 20.
  Interval confidence_999() const;

 private:
  std::vector<double> values_;
  std::vector<double> controls_;
};

/// The average over time of a level that changes in steps: events pending, clients online.
class TimeAverage {
 public:
  explicit TimeAverage(Duration start = {}, double level = 0)
      : start_(start), changed_(start), level_(level) {}
  /// REQUIRES: `now` does not go back.
  void set(Duration now, double level);
  void add(Duration now, double change) { set(now, level_ + change); }
  double level() const { return level_; }
  /// Until `now`, which is not before the last change; the level if no time has passed.
  double average(Duration now) const;
  /// Forgets what was before `now`: the warm-up, or the last batch.
  void restart(Duration now);

 private:
  Duration start_;
  Duration changed_;
  double level_;
  double area_ = 0;  ///< level times nanoseconds
};

/// Little's law: over a time at whose ends a system is empty, L = λW exactly (Little, Operations
/// Research 9(3), 1961). A model that loses or invents customers, or times, breaks it.
class LittlesLaw {
 public:
  explicit LittlesLaw(Duration start = {}) : start_(start), present_(start) {}
  void arrive(Duration now);
  /// REQUIRES: someone is present.
  void depart(Duration now, Duration sojourn);

  std::uint64_t arrived() const { return arrived_; }
  std::uint64_t departed() const { return departed_; }
  double mean_present(Duration now) const { return present_.average(now); }  ///< L
  double arrival_rate(Duration now) const;                                   ///< λ, a nanosecond
  double mean_sojourn() const { return sojourns_.mean(); }                   ///< W, nanoseconds
  /// |L - λW| / L; 0 for nobody.
  double discrepancy(Duration now) const;

 private:
  Duration start_;
  TimeAverage present_;
  MeanVariance sojourns_;
  std::uint64_t arrived_ = 0;
  std::uint64_t departed_ = 0;
};

}  // namespace hubbub::sim
