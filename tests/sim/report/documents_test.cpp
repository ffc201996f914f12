#include "sim/report/documents.hpp"

#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "tests/sim/report/a_summary.hpp"

namespace hubbub::sim {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

/// A directory that is gone after the test.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "hubbub-report-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Scratch() { fs::remove_all(path); }
  fs::path path;
};

std::string content(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST(Documents, SummaryOfAGoodRun) { expect_golden("good.json", summary_json(a_good_run())); }

TEST(Documents, SummaryOfABadRun) { expect_golden("bad.json", summary_json(a_bad_run())); }

TEST(Documents, JUnitOfTwoRuns) {
  const std::array runs{a_good_run(), a_bad_run()};
  expect_golden("two_runs.xml", junit_xml(runs));
}

TEST(Documents, SummaryReadsBack) {
  const auto json = nlohmann::json::parse(summary_json(a_bad_run()));
  EXPECT_EQ(json["status"], 3);
  EXPECT_EQ(json["metrics"]["ack.p99"]["value"], 412'000'000);
  EXPECT_TRUE(json["metrics"]["page.p99"]["value"].is_null());
  EXPECT_EQ(json["hash"], "0123456789abcdef");
  EXPECT_EQ(json["checks"]["acked-kept"]["violated"], 2);
}

TEST(Documents, SeveralSummariesAreOneList) {
  const std::array runs{a_good_run(), a_bad_run()};
  const auto json = nlohmann::json::parse(summaries_json(runs));
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[1], nlohmann::json::parse(summary_json(a_bad_run())));
  EXPECT_EQ(summaries_json({}), "[]\n");
}

TEST(Documents, SummarySurvivesBrokenUtf8) {
  Summary s = a_good_run();
  s.about = "\xff\xfe";
  EXPECT_TRUE(nlohmann::json::accept(summary_json(s)));
}

TEST(Documents, JUnitEscapesWhatXmlCannotHold) {
  Summary s = a_good_run();
  s.scenario = "a<b & \"c\" 'd' \x01\xff";
  s.expectations = {{"x", "< 5", 7, MetricUnit::count, false}};
  const std::string xml = junit_xml({&s, 1});
  EXPECT_THAT(xml, HasSubstr("name=\"a&lt;b &amp; &quot;c&quot; &apos;d&apos; ??\""));
  EXPECT_THAT(xml, HasSubstr("message=\"measured 7, wanted &lt; 5\""));
  EXPECT_THAT(xml, Not(HasSubstr("\x01")));
}

TEST(Documents, JUnitDoesNotFailWhatAnInterruptedRunDidNotComeTo) {
  Summary s = a_good_run();
  s.expectations[1].met = false;
  EXPECT_THAT(junit_xml({&s, 1}), HasSubstr("failures=\"1\""));
  s.interrupted = true;
  EXPECT_THAT(junit_xml({&s, 1}), HasSubstr("failures=\"0\""));
  EXPECT_THAT(junit_xml({&s, 1}), HasSubstr("interrupted before it came to this"));
}

TEST(Documents, JUnitDoesNotFailWhatIsWanted) {
  Summary s = a_good_run();
  check_of(s, "acked-kept").violated = 4;
  EXPECT_THAT(junit_xml({&s, 1}), HasSubstr("failures=\"1\""));
  s.wanted_violations = {"acked-kept"};
  EXPECT_THAT(junit_xml({&s, 1}), HasSubstr("failures=\"0\""));
}

TEST(Report, IsThreeFiles) {
  const Scratch scratch;
  SeriesTable series({"time_s"});
  series.add_row(std::array{1.0});
  const auto written = write_report(scratch.path / "new" / "report", a_good_run(), series);
  ASSERT_TRUE(written) << written.error().what;
  ASSERT_EQ(written->size(), 3u);
  EXPECT_EQ(content((*written)[0]), summary_json(a_good_run()));
  EXPECT_EQ(content((*written)[1]), "time_s\r\n1\r\n");
  EXPECT_THAT(content((*written)[2]), EndsWith("</testsuites>\n"));
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path / "new" / "report"), {}), 3);
}

TEST(Report, IsPreparedBeforeThereIsAnythingToWrite) {
  const Scratch scratch;
  ASSERT_TRUE(prepare_report(scratch.path / "new" / "report"));
  EXPECT_TRUE(fs::is_empty(scratch.path / "new" / "report"));
  std::ofstream(scratch.path / "file") << "not a directory";
  EXPECT_FALSE(prepare_report(scratch.path / "file"));
  fs::create_directories(scratch.path / "blocked" / "summary.json.new");
  const auto blocked = prepare_report(scratch.path / "blocked");
  ASSERT_FALSE(blocked);
  EXPECT_THAT(blocked.error().what, HasSubstr("Is a directory"));
}

TEST(Report, ReplacesWhatWasThere) {
  const Scratch scratch;
  ASSERT_TRUE(write_report(scratch.path, a_bad_run(), SeriesTable({"a"})));
  ASSERT_TRUE(write_report(scratch.path, a_good_run(), SeriesTable({"a"})));
  EXPECT_EQ(content(scratch.path / "summary.json"), summary_json(a_good_run()));
}

TEST(Report, SaysWhatCouldNotBeWrittenAndWhatToDo) {
  const Scratch scratch;
  std::ofstream(scratch.path / "file") << "not a directory";
  const auto in_a_file = write_report(scratch.path / "file", a_good_run(), {});
  ASSERT_FALSE(in_a_file);
  EXPECT_THAT(in_a_file.error().what, HasSubstr("cannot make the directory"));
  EXPECT_THAT(in_a_file.error().what, HasSubstr("name a directory for the report"));

  fs::create_directory(scratch.path / "summary.json");
  std::ofstream(scratch.path / "summary.json" / "in the way") << "x";
  const auto blocked = write_report(scratch.path, a_good_run(), {});
  ASSERT_FALSE(blocked);
  EXPECT_THAT(blocked.error().what, HasSubstr("summary.json"));
}

}  // namespace
}  // namespace hubbub::sim
