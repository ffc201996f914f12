#include "core/wire/batch.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace hubbub {
namespace {

struct Row {
  bool erase;
  std::string key;
  std::string value;
  bool operator==(const Row&) const = default;
};

std::string written(const std::vector<Row>& rows) {
  ByteBuffer bytes;
  BatchWriter writer(bytes);
  for (const Row& row : rows) row.erase ? writer.erase(row.key) : writer.put(row.key, row.value);
  return std::string(bytes.view());
}

/// The rows up to the first that is none, and whether the end was reached.
std::pair<std::vector<Row>, bool> read(std::string_view bytes) {
  std::vector<Row> rows;
  BatchReader reader(bytes);
  for (RowWrite row; reader.next(row);)
    rows.push_back({row.erase, std::string(row.key), std::string(row.value)});
  return {rows, reader.ok()};
}

std::vector<Row> any_rows() {
  std::vector<Row> rows(*rc::gen::inRange<std::size_t>(0, 8));
  for (Row& row : rows) {
    row.erase = *rc::gen::arbitrary<bool>();
    row.key = (*rc::gen::arbitrary<std::string>()).substr(0, row_key_bytes_max);
    if (!row.erase) row.value = *rc::gen::arbitrary<std::string>();
  }
  return rows;
}

RC_GTEST_PROP(Batch, GivesBackWhatWasWrittenInOrder, ()) {
  const std::vector<Row> rows = any_rows();
  const auto [back, ok] = read(written(rows));
  RC_ASSERT(ok);
  RC_ASSERT(back == rows);
}

RC_GTEST_PROP(Batch, CutAnywhereGivesAPrefixAndNeverMore, ()) {
  const std::vector<Row> rows = any_rows();
  const std::string bytes = written(rows);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string cut = bytes.substr(0, size);
    const auto [back, ok] = read(cut);
    RC_ASSERT(back.size() < rows.size());
    RC_ASSERT(std::equal(back.begin(), back.end(), rows.begin()));
    RC_ASSERT(ok == (written(back).size() == size));
  }
}

RC_GTEST_PROP(Batch, NeverFailsOnAnyBytes, (const std::string& bytes)) {
  const auto [rows, ok] = read(bytes);
  if (ok) RC_ASSERT(written(rows) == bytes);
}

TEST(Batch, HasTheByteFormThatIsWrittenDown) {
  EXPECT_EQ(written({{false, "k", "val"}, {true, "xy", ""}}),
            std::string("\x01\x01k\x03\0\0\0val\x02\x02xy", 14));
}

TEST(Batch, TakesTheLongestKey) {
  const std::vector<Row> rows = {{false, std::string(row_key_bytes_max, '\xFF'), ""}};
  EXPECT_EQ(read(written(rows)).first, rows);
}

TEST(Batch, RefusesALongerKey) {
  const std::string key(row_key_bytes_max + 1, 'k');
  EXPECT_EXIT(written({{true, key, ""}}), testing::ExitedWithCode(70), "row_key_bytes_max");
  const std::string bytes = "\x02" + std::string(1, static_cast<char>(key.size())) + key;
  EXPECT_FALSE(read(bytes).second);
}

}  // namespace
}  // namespace hubbub
