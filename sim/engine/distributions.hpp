// Draws from the usual distributions, the same to the last bit on every machine.
#pragma once

#include <cstdint>

#include "sim/engine/random.hpp"

namespace hubbub::sim {

/// Exponential with mean 1.
double draw_exponential(Random& random);

/// Normal with mean 0 and deviation 1.
double draw_normal(Random& random);

/// A distribution with its parameters worked out once, to draw from many times. The unit of its
/// values is whatever the parameters were in.
class Sampler {
 public:
  /// Always 0.
  Sampler() = default;

  static Sampler constant(double value);
  /// REQUIRES: least <= greatest.
  static Sampler uniform(double least, double greatest);
  /// REQUIRES: mean >= 0.
  static Sampler exponential(double mean);
  /// A normal distribution whose negative values are replaced by 0. REQUIRES: deviation >= 0.
  static Sampler normal(double mean, double deviation);
  /// REQUIRES: 0 < median <= p99.
  static Sampler lognormal(double median, double p99);

  double draw(Random& random) const;
  /// The draw rounded to an integer, at least 0 and at most 2^53.
  std::int64_t draw_integer(Random& random) const;

  /// The mean of what is drawn (of normal: without the cut at 0).
  double mean() const;

 private:
  enum class Kind : std::uint8_t { constant, uniform, exponential, normal, lognormal };
  Sampler(Kind kind, double a, double b) : kind_(kind), a_(a), b_(b) {}

  Kind kind_ = Kind::constant;
  double a_ = 0;  ///< value; least; mean; mean; median
  double b_ = 0;  ///< -; width; -; deviation; deviation of the logarithm
};

}  // namespace hubbub::sim
