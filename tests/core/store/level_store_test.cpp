// What opening accepts, cuts and refuses, and that nothing wrong is ever served.
#include "core/store/level_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/core/store/conformance.hpp"
#include "tests/core/store/power_loss_env.hpp"

namespace hubbub {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class LevelStoreOnFaultyDisk : public testing::Test {
 protected:
  Result<std::unique_ptr<LevelStore>> open() {
    return LevelStore::open(
        "/data",
        {.env = &env_, .sync_directory = env_.sync_directory(), .write_buffer_bytes = 64 * 1024});
  }
  std::unique_ptr<LevelStore> must_open() {
    auto store = open();
    EXPECT_TRUE(store.has_value()) << (store ? "" : store.error().what);
    return store ? std::move(*store) : nullptr;
  }
  std::string why_not() {
    const auto store = open();
    return store ? "it opened" : store.error().what;
  }
  /// Rows 000, 001 … each its own synced write.
  void write_rows(LevelStore& store, int from, int to, std::size_t value_bytes = 20) {
    for (int i = from; i < to; ++i) {
      ASSERT_TRUE(write(store,
                        {put(key_of(i), std::string(value_bytes, static_cast<char>('a' + i % 26)))},
                        Sync::yes));
    }
  }
  static std::string key_of(int i) { return "row " + std::to_string(1000 + i); }

  std::string newest_log() { return env_.files(".log").back(); }
  void flip(const std::string& path, std::size_t at, char bits = 0x20) {
    std::string bytes = env_.contents(path);
    bytes.at(at) = static_cast<char>(bytes[at] ^ bits);
    env_.set_contents(path, bytes);
  }
  void truncate(const std::string& path, std::size_t size) {
    env_.set_contents(path, env_.contents(path).substr(0, size));
  }

  PowerLossEnv env_;
};

TEST_F(LevelStoreOnFaultyDisk, ATornLastWriteIsCutKeptAsideAndSaid) {
  auto store = must_open();
  write_rows(*store, 0, 3);
  store.reset();
  const std::string log = newest_log();
  const std::string whole = env_.contents(log);
  truncate(log, whole.size() - 5);

  store = must_open();
  EXPECT_THAT(everything(*store), SizeIs(2));
  ASSERT_THAT(store->recovery().cuts, SizeIs(1));
  const Recovery::Cut& cut = store->recovery().cuts.front();
  EXPECT_EQ(cut.file, log);
  EXPECT_EQ(cut.kept_as, "/data/torn" + log.substr(5) + ".1");
  EXPECT_EQ(env_.contents(cut.kept_as), whole.substr(whole.size() / 3 * 2, whole.size() / 3 - 5));
  EXPECT_THAT(store->recovery().sentences(),
              ElementsAre(AllOf(HasSubstr("cut"), HasSubstr(log), HasSubstr(cut.kept_as))));
  store.reset();
  store = must_open();
  EXPECT_THAT(store->recovery().cuts, IsEmpty());
  EXPECT_THAT(everything(*store), SizeIs(2));
}

TEST_F(LevelStoreOnFaultyDisk, GarbageAndZerosBehindTheLastWriteAreCutToo) {
  for (const std::string& tail :
       {std::string(3000, '\0'), std::string(3000, 'x'), std::string("ab")}) {
    auto store = must_open();
    write_rows(*store, 0, 3);
    store.reset();
    env_.set_contents(newest_log(), env_.contents(newest_log()) + tail);
    store = must_open();
    EXPECT_THAT(store->recovery().cuts, SizeIs(1));
    EXPECT_EQ(store->recovery().cuts.front().bytes, tail.size());
    EXPECT_THAT(everything(*store), SizeIs(3));
  }
}

TEST_F(LevelStoreOnFaultyDisk, ADamagedRecordWithOthersBehindItIsRefusedAndNothingIsChanged) {
  auto store = must_open();
  write_rows(*store, 0, 3);
  store.reset();
  const std::string log = newest_log();
  flip(log, 30);
  const std::string before = env_.contents(log);
  EXPECT_THAT(why_not(), AllOf(HasSubstr(log), HasSubstr("damaged"), HasSubstr("backup")));
  EXPECT_EQ(env_.contents(log), before);
  EXPECT_THAT(env_.files(".1"), IsEmpty());
}

// LevelDB alone would open this, with rows missing.
TEST_F(LevelStoreOnFaultyDisk, ALogWithAHoleOfZerosIsRefused) {
  auto store = must_open();
  write_rows(*store, 0, 100);
  store.reset();
  const std::string log = newest_log();
  std::string bytes = env_.contents(log);
  std::fill(bytes.begin() + 1024, bytes.begin() + 1536, '\0');
  env_.set_contents(log, bytes);
  EXPECT_THAT(why_not(), HasSubstr("damaged"));
}

/// A directory as a crash leaves it in the middle of turning logs into tables: two live logs.
class TwoLogs : public LevelStoreOnFaultyDisk {
 protected:
  TwoLogs() {
    auto store = must_open();
    write_rows(*store, 0, 3);
    store.reset();
    older_ = newest_log();
    const std::string bytes = env_.contents(older_);
    // The newer log takes the last write of the older one.
    newer_ = "/data/000099.log";
    const std::size_t record = bytes.size() / 3;
    env_.set_contents(newer_, bytes.substr(2 * record));
    env_.set_contents(older_, bytes.substr(0, 2 * record));
  }
  std::string older_;
  std::string newer_;
};

TEST_F(TwoLogs, AreBothRead) { EXPECT_THAT(everything(*must_open()), SizeIs(3)); }

TEST_F(TwoLogs, AnOlderLogCutShortIsRefused) {
  truncate(older_, env_.contents(older_).size() - 1);
  EXPECT_THAT(why_not(), AllOf(HasSubstr(older_), HasSubstr("newer logs exist")));
}

TEST_F(TwoLogs, AnOlderLogThatLacksItsLastRecordIsRefused) {
  truncate(older_, env_.contents(older_).size() / 2);
  EXPECT_THAT(why_not(), AllOf(HasSubstr(newer_), HasSubstr("missing or cut short")));
}

TEST_F(TwoLogs, AMissingOlderLogIsRefused) {
  ASSERT_TRUE(env_.RemoveFile(older_).ok());
  EXPECT_THAT(why_not(), AllOf(HasSubstr(older_), HasSubstr("is missing")));
}

TEST_F(TwoLogs, ATornWriteBeforeAnEmptyLogIsCut) {
  env_.set_contents(newer_, "");
  truncate(older_, env_.contents(older_).size() - 1);
  const auto store = must_open();
  EXPECT_THAT(store->recovery().cuts, SizeIs(1));
  EXPECT_THAT(everything(*store), SizeIs(1));
}

TEST_F(TwoLogs, ANewerLogWithNothingWholeIsCut) {
  truncate(newer_, 9);
  const auto store = must_open();
  EXPECT_THAT(store->recovery().cuts, SizeIs(1));
  EXPECT_THAT(everything(*store), SizeIs(2));
}

TEST_F(LevelStoreOnFaultyDisk, ADamagedOrMissingManifestOrCurrentIsRefused) {
  auto store = must_open();
  write_rows(*store, 0, 3);
  store.reset();
  const std::string current = env_.contents("/data/CURRENT");
  const std::string manifest = "/data/" + current.substr(0, current.size() - 1);
  const std::string bytes = env_.contents(manifest);
  for (const std::size_t at : {std::size_t{2}, std::size_t{10}, bytes.size() - 3}) {
    flip(manifest, at);
    EXPECT_THAT(why_not(), AllOf(HasSubstr(manifest), HasSubstr("backup"))) << at;
    env_.set_contents(manifest, bytes);
  }
  ASSERT_TRUE(env_.RemoveFile(manifest).ok());
  EXPECT_THAT(why_not(), AllOf(HasSubstr(manifest), HasSubstr("is missing")));
  env_.set_contents(manifest, bytes);
  ASSERT_TRUE(env_.RemoveFile("/data/CURRENT").ok());
  EXPECT_THAT(why_not(), AllOf(HasSubstr("CURRENT"), HasSubstr("is missing")))
      << "LevelDB alone would begin an empty database";
}

TEST_F(LevelStoreOnFaultyDisk, ATornLastEntryOfTheManifestIsCut) {
  auto store = must_open();
  write_rows(*store, 0, 3);
  store.reset();
  const std::string current = env_.contents("/data/CURRENT");
  const std::string manifest = "/data/" + current.substr(0, current.size() - 1);
  env_.set_contents(manifest, env_.contents(manifest) + std::string("\1\2\3\4\x40\0\1abc", 10));
  store = must_open();
  EXPECT_THAT(store->recovery().cuts, SizeIs(1));
  EXPECT_THAT(everything(*store), SizeIs(3));
}

TEST_F(LevelStoreOnFaultyDisk, AFlippedByteInATableIsNeverServed) {
  auto store = must_open();
  write_rows(*store, 0, 300, 500);
  store.reset();
  const auto expected = everything(*(store = must_open()));
  store.reset();
  const std::vector<std::string> tables = env_.files(".ldb");
  ASSERT_FALSE(tables.empty());
  int refused = 0;
  for (const std::string& table : tables) {
    const std::string bytes = env_.contents(table);
    for (std::size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 40) {
      flip(table, at);
      // Either it is not opened, or a read says so, or every row is right (padding, or a block
      // that holds nothing of the range).
      if (auto opened = open(); opened) {
        ByteBuffer found;
        const auto read = (*opened)->read({"", "\xff", 1000, 1u << 30, false}, found);
        if (read) {
          EXPECT_EQ(rows_of(found.view()).size(), expected.size());
          for (const auto& [key, value] : rows_of(found.view())) EXPECT_EQ(expected.at(key), value);
        } else {
          ++refused;
          EXPECT_TRUE(found.empty()) << "nothing that was read may be used";
          EXPECT_THAT(read.error().what, HasSubstr("backup"));
        }
      } else {
        ++refused;
      }
      env_.set_contents(table, bytes);
    }
  }
  EXPECT_GT(refused, 20);
}

TEST_F(LevelStoreOnFaultyDisk, AMissingTableIsRefused) {
  auto store = must_open();
  write_rows(*store, 0, 3);
  store.reset();
  must_open().reset();
  ASSERT_TRUE(env_.RemoveFile(env_.files(".ldb").front()).ok());
  EXPECT_THAT(why_not(), AllOf(HasSubstr("missing"), HasSubstr("backup")));
}

// LevelDB alone would go on writing behind the half record.
TEST_F(LevelStoreOnFaultyDisk, AfterAnAppendThatFailedHalfWayWritesAreRefused) {
  auto store = must_open();
  write_rows(*store, 0, 2);
  env_.fail_next_log_append();
  EXPECT_FALSE(write(*store, {put("x", "1")}, Sync::yes));
  const auto refused = write(*store, {put("y", "1")}, Sync::yes);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("No space left"));
  EXPECT_THAT(everything(*store), SizeIs(2));
  store.reset();
  store = must_open();
  EXPECT_THAT(store->recovery().cuts, SizeIs(1));
  EXPECT_THAT(everything(*store), SizeIs(2));
}

TEST_F(LevelStoreOnFaultyDisk, ADirectoryInUseIsRefused) {
  const auto store = must_open();
  EXPECT_THAT(why_not(), AllOf(HasSubstr("/data"), HasSubstr("another process")));
}

TEST_F(LevelStoreOnFaultyDisk, ANewerFormIsRefused) {
  must_open().reset();
  EXPECT_EQ(env_.contents("/data/HUBBUB"), "hubbub store, format 1\n");
  env_.set_contents("/data/HUBBUB", "hubbub store, format 2\n");
  EXPECT_THAT(why_not(), AllOf(HasSubstr("form 2"), HasSubstr("newer version")));
  for (const std::string text : {"", "hubbub store, format \n", "hubbub store, format 1", "else\n",
                                 "hubbub store, format 1x\n", "hubbub store, format 0\n"}) {
    env_.set_contents("/data/HUBBUB", text);
    EXPECT_THAT(why_not(), HasSubstr("does not say")) << text;
  }
}

TEST_F(LevelStoreOnFaultyDisk, ADatabaseThatIsNotOursIsRefused) {
  must_open().reset();
  ASSERT_TRUE(env_.RemoveFile("/data/HUBBUB").ok());
  EXPECT_THAT(why_not(), HasSubstr("not this program's"));
}

TEST(LevelStore, KeepsItsRowsInARealDirectory) {
  const std::string directory = testing::TempDir() + "hubbub_level_store_test";
  std::filesystem::remove_all(directory);
  {
    const auto store = LevelStore::open(directory);
    ASSERT_TRUE(store.has_value()) << store.error().what;
    ASSERT_TRUE(write(**store, {put("a", "1")}, Sync::yes));
    const auto second = LevelStore::open(directory);
    ASSERT_FALSE(second.has_value());
    EXPECT_THAT(second.error().what, HasSubstr("another process"));
  }
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().extension() == ".log")
      std::ofstream(file.path(), std::ios::app | std::ios::binary) << "torn";
  }
  {
    const auto store = LevelStore::open(directory);
    ASSERT_TRUE(store.has_value()) << store.error().what;
    EXPECT_THAT((*store)->recovery().cuts, SizeIs(1));
    EXPECT_THAT(everything(**store), ElementsAre(Pair("a", "1")));
  }
  std::filesystem::remove_all(directory);
}

TEST(LevelStore, SaysWhatIsWrongWithADirectoryThatCannotBeMade) {
  const auto store = LevelStore::open("/dev/null/data");
  ASSERT_FALSE(store.has_value());
  EXPECT_THAT(store.error().what, AllOf(HasSubstr("/dev/null/data"), HasSubstr("must exist")));
}

}  // namespace
}  // namespace hubbub
