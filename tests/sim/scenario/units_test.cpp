#include "sim/scenario/units.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

namespace hubbub::sim {
namespace {

double read(std::string_view text, Unit unit) {
  const Result<double> value = parse_quantity(text, unit);
  EXPECT_TRUE(value.has_value()) << text;
  return value.value_or(-1);
}

std::string complaint(std::string_view text, Unit unit) {
  const Result<double> value = parse_quantity(text, unit);
  return value ? "none" : value.error().what;
}

TEST(Units, ReadDurationsInNanoseconds) {
  EXPECT_EQ(read("40ms", Unit::duration), 40e6);
  EXPECT_EQ(read("1.5s", Unit::duration), 1.5e9);
  EXPECT_EQ(read("2h", Unit::duration), 7200e9);
  EXPECT_EQ(read("1d", Unit::duration), 86400e9);
  EXPECT_EQ(read("10m", Unit::duration), 600e9);
  EXPECT_EQ(read("7ns", Unit::duration), 7);
}

TEST(Units, ReadPowersOfTenExactly) {
  EXPECT_EQ(read("0.1us", Unit::duration), 100);
  EXPECT_EQ(read("4.35s", Unit::duration), 4'350'000'000);
  EXPECT_EQ(read("29%", Unit::share), 0.29);
  EXPECT_EQ(read("57%", Unit::share), 0.57);
}

TEST(Units, ReadSizesOfBothKinds) {
  EXPECT_EQ(read("16KiB", Unit::size), 16384);
  EXPECT_EQ(read("1MB", Unit::size), 1e6);
  EXPECT_EQ(read("60B", Unit::size), 60);
}

TEST(Units, SayWhatIsWrongWithAUnit) {
  EXPECT_EQ(complaint("10 s", Unit::duration), "did you mean \"10s\"?");
  EXPECT_EQ(complaint("10min", Unit::duration), "did you mean \"10m\"?");
  EXPECT_EQ(complaint("10\u00B5s", Unit::duration), "did you mean \"10us\"?");
  EXPECT_EQ(complaint("10", Unit::duration), "the unit is missing (ns, us, ms, s, m, h or d)");
  EXPECT_EQ(complaint("10MB", Unit::duration), "the unit is one of ns, us, ms, s, m, h or d");
  EXPECT_EQ(complaint("5kb", Unit::size), "did you mean \"5KB\"?");
  EXPECT_EQ(complaint("5 percent", Unit::share), "did you mean \"5%\"?");
  EXPECT_EQ(complaint("-5s", Unit::duration), "it starts with digits");
  EXPECT_EQ(complaint("", Unit::duration), "it starts with digits");
  EXPECT_EQ(complaint("nan", Unit::none), "it starts with digits");
  EXPECT_EQ(complaint("1e5", Unit::none), "a plain number has no unit");
  EXPECT_EQ(complaint("1.s", Unit::duration), "the unit is one of ns, us, ms, s, m, h or d");
  EXPECT_EQ(complaint(std::string(401, '9'), Unit::none), "the number has too many digits");
  EXPECT_EQ(complaint(std::string(400, '9') + "d", Unit::duration), "the number is out of range");
}

TEST(Units, WriteTheLargestUnitThatDivides) {
  EXPECT_EQ(format_quantity(90e9, Unit::duration), "90s");
  EXPECT_EQ(format_quantity(120e9, Unit::duration), "2m");
  EXPECT_EQ(format_quantity(0, Unit::duration), "0s");
  EXPECT_EQ(format_quantity(1.5, Unit::duration), "1.5ns");
  EXPECT_EQ(format_quantity(2048, Unit::size), "2KiB");
  EXPECT_EQ(format_quantity(1000, Unit::size), "1000B");
  EXPECT_EQ(format_quantity(0.05, Unit::share), "5%");
  EXPECT_EQ(format_quantity(1, Unit::share), "100%");
  EXPECT_EQ(format_quantity(0.125, Unit::share), "12.5%");
}

RC_GTEST_PROP(Units, ReadWhatTheyWroteToTheLastBit, ()) {
  const auto digits =
      static_cast<double>(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 53));
  const double value = std::ldexp(digits, *rc::gen::inRange(-900, 900));
  for (const Unit unit : {Unit::none, Unit::duration, Unit::size, Unit::share}) {
    const std::string text = format_quantity(value, unit);
    RC_ASSERT(parse_quantity(text, unit).value_or(-1) == value);
  }
}

RC_GTEST_PROP(Units, ReadWhatTheyWroteOfWholeNumbers, ()) {
  const auto value = static_cast<double>(*rc::gen::inRange<std::int64_t>(0, 8'640'000'000'000'000));
  for (const Unit unit : {Unit::duration, Unit::size}) {
    RC_ASSERT(parse_quantity(format_quantity(value, unit), unit).value_or(-1) == value);
  }
}

}  // namespace
}  // namespace hubbub::sim
