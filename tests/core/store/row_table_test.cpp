#include "core/store/row_table.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/base/hash.hpp"

namespace hubbub {
namespace {

using Model = std::map<std::string, std::string>;

Model contents(const RowTable& table) {
  Model rows;
  std::string last;
  table.for_each([&](std::string_view key, std::string_view value) {
    EXPECT_TRUE(rows.empty() || last < key) << "keys ascend";
    last = key;
    rows.emplace(key, value);
  });
  return rows;
}

/// A fixed sequence of numbers.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : seed_(mix64(seed)) {}
  std::uint64_t below(std::uint64_t bound) { return mix64(seed_ + ++count_) % bound; }

 private:
  std::uint64_t seed_;
  std::uint64_t count_ = 0;
};

/// Keys that share much, little and nothing, of every length, with bytes of every value.
std::string some_key(Numbers& numbers, std::uint64_t spread) {
  std::string key(numbers.below(3) * 11, 'k');
  const std::uint64_t size = numbers.below(6);
  for (std::uint64_t i = 0; i < size; ++i)
    key.push_back(static_cast<char>(numbers.below(spread) * 255 / spread));
  return key;
}

class RowTableAgainstMap : public testing::TestWithParam<int> {};

TEST_P(RowTableAgainstMap, HoldsTheSameRowsAfterAnyChanges) {
  Numbers numbers(static_cast<std::uint64_t>(GetParam()));
  const std::uint64_t spread = 2 + numbers.below(200);
  const std::uint64_t erases = numbers.below(60);
  RowTable table;
  Model model;
  for (int i = 0; i < 6000; ++i) {
    const std::string key = some_key(numbers, spread);
    if (numbers.below(100) < erases) {
      EXPECT_EQ(table.erase(key), model.erase(key) == 1);
    } else {
      const std::uint64_t large = numbers.below(200) == 0 ? numbers.below(9000) : 0;
      const std::string value(numbers.below(50) + large, static_cast<char>(i));
      table.put(key, value);
      model[key] = value;
    }
    const std::string wanted = some_key(numbers, spread);
    const auto found = table.find(wanted);
    ASSERT_EQ(found.has_value(), model.contains(wanted));
    if (found) {
      ASSERT_EQ(*found, model[wanted]);
    }
    if (i % 500 == 0) {
      ASSERT_EQ(contents(table), model);
    }
  }
  EXPECT_EQ(contents(table), model);
  EXPECT_EQ(table.rows(), model.size());
}

TEST_P(RowTableAgainstMap, ReadsTheSameRanges) {
  Numbers numbers(static_cast<std::uint64_t>(GetParam()) + 1000);
  RowTable table;
  Model model;
  for (int i = 0; i < 2000; ++i) {
    const std::string key = some_key(numbers, 40);
    table.put(key, std::to_string(i));
    model[key] = std::to_string(i);
  }
  for (int i = 0; i < 300; ++i) {
    const std::string from = some_key(numbers, 40);
    const std::string to = some_key(numbers, 40);
    std::vector<std::string> expected;
    if (from < to) {
      for (auto at = model.lower_bound(from); at != model.lower_bound(to); ++at)
        expected.push_back(at->first + "=" + at->second);
    }
    std::vector<std::string> up;
    const auto into = [](std::vector<std::string>& rows) {
      return [&rows](std::string_view key, std::string_view value) {
        rows.push_back(std::string(key) + "=" + std::string(value));
        return true;
      };
    };
    table.ascend(from, to, into(up));
    std::vector<std::string> down;
    table.descend(from, to, into(down));
    std::reverse(down.begin(), down.end());
    ASSERT_EQ(up, expected);
    ASSERT_EQ(down, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RowTableAgainstMap, testing::Range(0, 8));

TEST(RowTable, KeepsOneRowPerKeyAndNothingAfterErasingAll) {
  RowTable table;
  for (int i = 0; i < 1000; ++i) table.put(std::to_string(i), std::string(100, 'v'));
  for (int i = 0; i < 1000; ++i) table.put(std::to_string(i), "short");
  EXPECT_EQ(table.rows(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(table.erase(std::to_string(i)));
  EXPECT_EQ(table.rows(), 0u);
  EXPECT_FALSE(table.erase("1"));
  EXPECT_FALSE(table.find("1").has_value());
  EXPECT_TRUE(contents(table).empty());
}

TEST(RowTable, SpendsAtMostNineBytesOnARowBesideItsValueWhenKeysRunOn) {
  RowTable table;
  constexpr std::uint64_t users = 500;
  constexpr std::uint64_t entries = 400;
  for (std::uint64_t number = 0; number < entries; ++number) {
    for (std::uint64_t user = 0; user < users; ++user) {
      std::string key = "\x01\x01\x01u";
      for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(user >> shift));
      key.push_back('\x09');
      for (int shift = 56; shift >= 0; shift -= 8)
        key.push_back(static_cast<char>(number >> shift));
      table.put(key, "sixteen bytes...");
    }
  }
  EXPECT_EQ(table.rows(), users * entries);
  EXPECT_LE(table.bytes() / table.rows(), 16 + 9);
}

}  // namespace
}  // namespace hubbub
