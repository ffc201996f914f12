// What is wrong with a scenario file, gathered so that one reading of the file reports all of it.
//
// A problem names file, line, column and key, and its sentence says what was found, what is
// expected with an example, and the nearest valid name where there is one. At most
// `problems_shown` are kept; the rest are counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::sim {

/// Enough to repair a file in one go, few enough to read.
inline constexpr std::size_t problems_shown = 20;

/// Where a value stands. Lines and columns count from 1, columns in code points; line 0 means that
/// the source has no lines (an override on the command line).
struct Place {
  std::uint32_t source = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct ScenarioError {
  std::string file;  ///< or "--set key=value"
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string key;  ///< "clients.users"; empty where no key is concerned
  std::string what;
  bool operator==(const ScenarioError&) const = default;
};

/// "file:line:column: key: what", without the parts that are missing. One line, no control bytes.
std::string to_text(const ScenarioError& error);

class Problems {
 public:
  /// Registers a file or an override; the result goes into `Place::source`.
  std::uint32_t add_source(std::string_view name);

  void add(const Place& at, std::string_view key, std::string what);

  /// All found, shown or not.
  std::size_t count() const { return count_; }
  bool full() const { return errors_.size() >= problems_shown; }
  /// Is there a problem at this key or below it?
  bool concerns(std::string_view key) const;
  /// In order of source, line and column; the last one says how many more there are.
  std::vector<ScenarioError> take();

 private:
  struct Found {
    Place at;
    std::string key;
    std::string what;
  };
  std::vector<std::string> sources_;
  std::vector<Found> errors_;
  std::size_t count_ = 0;
};

/// As a JSON string: control characters of all kinds escaped, bytes that are no UTF-8 as U+FFFD.
std::string json_text(std::string_view text);
/// `text` in quotes and on one line, cut after 60 characters, safe for a terminal whatever its
/// bytes.
std::string in_quotes(std::string_view text);
/// The same without the quotes, for keys.
std::string printable(std::string_view text);

}  // namespace hubbub::sim
