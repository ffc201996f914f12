#include <fmt/format.h>

#include "sim/report/documents.hpp"
#include "sim/report/exit_status.hpp"
#include "sim/report/plain_text.hpp"

namespace hubbub::sim {
namespace {

/// For text and for attributes. Control characters cannot be written in XML 1.0 at all.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : printable(text, true)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&apos;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

class Suite {
 public:
  explicit Suite(const Summary& s) : s_(s) {
    run();
    for (const Expected& e : s.expectations) expectation(e);
    for (const InvariantResult& r : s.checks) invariant(r);
  }

  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;

  std::string text() const {
    return fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
        "time=\"{:.3f}\">\n{}  </testsuite>\n",
        escaped(s_.scenario), tests, failures, errors, skipped, seconds(), cases_);
  }
  double seconds() const { return std::chrono::duration<double>(s_.real_time).count(); }

 private:
  /// `body`: empty for a case that passed.
  void add(std::string_view group, std::string_view name, std::string_view body) {
    ++tests;
    cases_ += fmt::format("    <testcase classname=\"{}.{}\" name=\"{}\"", escaped(s_.scenario),
                          group, escaped(name));
    cases_ += body.empty() ? "/>\n" : fmt::format(">\n{}    </testcase>\n", body);
  }
  static std::string element(std::string_view kind, std::string_view message,
                             std::string_view more) {
    const std::string start = fmt::format("      <{} message=\"{}\"", kind, escaped(message));
    if (more.empty()) return start + "/>\n";
    return fmt::format("{}>{}</{}>\n", start, more, kind);
  }

  /// The run itself: did it come to its end, twice the same if asked?
  void run() {
    std::string body;
    if (!s_.failure.empty()) {
      body = element("error", s_.failure, escaped(s_.again));
    } else if (s_.repeated_alike == false) {
      body = element("error", "two runs differ: " + s_.difference, escaped(s_.again));
    } else if (s_.interrupted) {
      body = element("error", "interrupted", {});
    } else if (outcome_of(s_).vacuous) {
      body = element("error", "the checkers compared nothing", escaped(s_.again));
    }
    if (!body.empty()) ++errors;
    add("run", fmt::format("seed {}", s_.seed), body);
  }

  void expectation(const Expected& e) {
    std::string body;
    if (!e.met && s_.interrupted) {
      ++skipped;
      body = element("skipped", "the run was interrupted before it came to this", {});
    } else if (!e.met) {
      ++failures;
      body =
          element("failure",
                  fmt::format("measured {}, wanted {}", format_value(e.measured, e.unit), e.wanted),
                  escaped(s_.again));
    }
    add("expected", e.name + " " + e.wanted, body);
  }

  void invariant(const InvariantResult& r) {
    std::string body;
    if (r.violated > 0 && !is_wanted(s_, r.name)) {
      ++failures;
      std::string told;
      for (const Violation& v : s_.violations)
        if (v.invariant == r.name)
          told += escaped(fmt::format("{:.6f} s: {}", std::chrono::duration<double>(v.at).count(),
                                      v.what)) +
                  "\n";
      body = element("failure", fmt::format("violated {} times", r.violated),
                     told + escaped(s_.again));
    } else if (r.compared == 0) {
      ++skipped;
      body = element("skipped", "compared nothing", {});
    }
    add(r.safety ? "safety" : "liveness", r.name, body);
  }

  const Summary& s_;
  std::string cases_;
};

}  // namespace

std::string junit_xml(std::span<const Summary> summaries) {
  std::string suites;
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  double seconds = 0;
  for (const Summary& summary : summaries) {
    const Suite suite(summary);
    suites += suite.text();
    tests += suite.tests;
    failures += suite.failures;
    errors += suite.errors;
    seconds += suite.seconds();
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"hubbub\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
      "time=\"{:.3f}\">\n{}</testsuites>\n",
      tests, failures, errors, seconds, suites);
}

}  // namespace hubbub::sim
