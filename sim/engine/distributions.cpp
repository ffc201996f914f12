#include "sim/engine/distributions.hpp"

#include <array>
#include <cmath>

#include "core/base/check.hpp"
#include "sim/engine/exact_math.hpp"

namespace hubbub::sim {
namespace {

// The ziggurat (Marsaglia and Tsang, Journal of Statistical Software 5(8), 2000), with 256 layers
// of equal area under a density f that falls from f(0) = 1. `edge[i]` is layer i's width, layer 0
// being the base with the tail. A point below the width of the layer above is certainly under the
// curve, which saves the exponential in 99 of 100 draws.
constexpr int layers = 256;

struct Ziggurat {
  std::array<double, layers + 1> edge{};
  std::array<double, layers + 1> height{};  ///< f(edge)
};

constexpr double exponential_density(double x) { return exact_exp(-x); }
constexpr double normal_density(double x) { return exact_exp(-0.5 * x * x); }

// Where the tail begins and the area of a layer, from the paper (section 2: 256 layers).
constexpr double exponential_tail = 7.69711747013104972;
constexpr double exponential_area = 0.0039496598225815571993;
constexpr double normal_tail = 3.6541528853610088;
constexpr double normal_area = 0.00492867323399;

/// `inverse(y)` is the x with f(x) = y.
template <class Density, class Inverse>
Ziggurat make_ziggurat(double tail, double area, Density density, Inverse inverse) {
  Ziggurat z;
  z.edge[0] = area / density(tail);
  z.height[0] = 0;
  z.edge[1] = tail;
  z.height[1] = density(tail);
  for (int i = 2; i < layers; ++i) {
    z.height[i] = z.height[i - 1] + area / z.edge[i - 1];
    z.edge[i] = inverse(z.height[i]);
  }
  z.edge[layers] = 0;
  z.height[layers] = 1;
  return z;
}

const Ziggurat exponential_table =
    make_ziggurat(exponential_tail, exponential_area, exponential_density,
                  [](double y) { return -exact_log(y); });
const Ziggurat normal_table = make_ziggurat(normal_tail, normal_area, normal_density,
                                            [](double y) { return std::sqrt(-2 * exact_log(y)); });

/// In (0, 1], for logarithms.
double positive_unit(Random& random) {
  return static_cast<double>((random.bits() >> 11) + 1) * 0x1.0p-53;
}

/// Whether a point at x, at a random height in the layer's strip, is under the curve.
bool under_curve(const Ziggurat& z, std::size_t layer, double density, Random& random) {
  const double low = z.height[layer];
  return low + random.unit() * (z.height[layer + 1] - low) < density;
}

/// Beyond the base layer (Marsaglia, Technometrics 6, 1964).
double draw_normal_tail(Random& random) {
  for (;;) {
    const double x = -exact_log(positive_unit(random)) / normal_tail;
    const double y = -exact_log(positive_unit(random));
    if (2 * y > x * x) return normal_tail + x;
  }
}

constexpr double normal_quantile_99 = 2.3263478740408408;

}  // namespace

double draw_exponential(Random& random) {
  const Ziggurat& z = exponential_table;
  double beyond = 0;
  for (;;) {
    const std::uint64_t bits = random.bits();
    const std::size_t layer = bits % layers;
    const double x = static_cast<double>(bits >> 11) * 0x1.0p-53 * z.edge[layer];
    if (x < z.edge[layer + 1]) return beyond + x;
    if (layer == 0) {
      beyond += exponential_tail;  // what is left of an exponential is one again
    } else if (under_curve(z, layer, exponential_density(x), random)) {
      return beyond + x;
    }
  }
}

double draw_normal(Random& random) {
  const Ziggurat& z = normal_table;
  for (;;) {
    const std::uint64_t bits = random.bits();
    const std::size_t layer = bits % layers;
    const double sign = (bits & layers) != 0 ? -1 : 1;
    const double x = static_cast<double>(bits >> 11) * 0x1.0p-53 * z.edge[layer];
    if (x < z.edge[layer + 1]) return sign * x;
    if (layer == 0) return sign * draw_normal_tail(random);
    if (under_curve(z, layer, normal_density(x), random)) return sign * x;
  }
}

Sampler Sampler::constant(double value) { return {Kind::constant, value, 0}; }

Sampler Sampler::uniform(double least, double greatest) {
  HUBBUB_CHECK(least <= greatest);
  return {Kind::uniform, least, greatest - least};
}

Sampler Sampler::exponential(double mean) {
  HUBBUB_CHECK(mean >= 0);
  return {Kind::exponential, mean, 0};
}

Sampler Sampler::normal(double mean, double deviation) {
  HUBBUB_CHECK(deviation >= 0);
  return {Kind::normal, mean, deviation};
}

Sampler Sampler::lognormal(double median, double p99) {
  HUBBUB_CHECK(median > 0 && median <= p99);
  return {Kind::lognormal, median, exact_log(p99 / median) / normal_quantile_99};
}

double Sampler::draw(Random& random) const {
  switch (kind_) {
    case Kind::constant:
      return a_;
    case Kind::uniform:
      return a_ + random.unit() * b_;
    case Kind::exponential:
      return a_ * draw_exponential(random);
    case Kind::normal: {
      const double value = a_ + b_ * draw_normal(random);
      return value > 0 ? value : 0;
    }
    case Kind::lognormal:
      return a_ * exact_exp(b_ * draw_normal(random));
  }
  return 0;
}

std::int64_t Sampler::draw_integer(Random& random) const {
  const double value = draw(random) + 0.5;
  if (!(value > 0)) return 0;
  return value < 0x1.0p53 ? static_cast<std::int64_t>(value) : std::int64_t{1} << 53;
}

double Sampler::mean() const {
  switch (kind_) {
    case Kind::uniform:
      return a_ + b_ / 2;
    case Kind::lognormal:
      return a_ * exact_exp(b_ * b_ / 2);
    default:
      return a_;
  }
}

}  // namespace hubbub::sim
