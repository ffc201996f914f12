// The program itself, run as from a shell.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace hubbub::tools {

struct Outcome {
  int status = -1;  ///< 128 + signal if one ended it
  std::string out;  ///< standard output
  std::string err;
};

/// `words` stand behind the program's name and are read by a shell. `redirect`: of standard output.
Outcome hubbub(const std::string& words, const std::string& redirect = "");

/// One that is sent a signal while it runs.
class Running {
 public:
  explicit Running(const std::string& words);
  ~Running();
  Running(const Running&) = delete;

  /// Waits until standard error or output holds `text`. False: it ended before.
  bool says(const std::string& text);
  /// The file that holds its standard output.
  std::string output() const { return out_.string(); }
  void signal(int signal);
  Outcome wait();

 private:
  std::filesystem::path out_;
  std::filesystem::path err_;
  pid_t pid_ = -1;
  int ended_ = 0;
  bool waited_ = false;
};

/// A directory that is gone after the test.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  /// Writes a file and gives its path.
  std::string file(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace hubbub::tools
