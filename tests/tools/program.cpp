#include "tests/tools/program.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

namespace hubbub::tools {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

fs::path fresh_file() {
  std::string name = (fs::temp_directory_path() / "hubbub-output-XXXXXX").string();
  ::close(::mkstemp(name.data()));
  return name;
}

int status_of(int ended) { return WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended); }

}  // namespace

Outcome hubbub(const std::string& words, const std::string& redirect) {
  const fs::path out = fresh_file();
  const fs::path err = fresh_file();
  const std::string command = std::string(HUBBUB_PROGRAM) + " " + words + " 2>" + err.string() +
                              (redirect.empty() ? " >" + out.string() : redirect);
  const int ended = std::system(command.c_str());
  Outcome outcome{status_of(ended), content(out), content(err)};
  fs::remove(out);
  fs::remove(err);
  return outcome;
}

Running::Running(const std::string& words) : out_(fresh_file()), err_(fresh_file()) {
  pid_ = ::fork();
  if (pid_ != 0) return;
  const std::string command =
      "exec " HUBBUB_PROGRAM " " + words + " >" + out_.string() + " 2>" + err_.string();
  ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  ::_exit(127);
}

Running::~Running() {
  if (!waited_) {
    signal(SIGKILL);
    wait();
  }
  fs::remove(out_);
  fs::remove(err_);
}

bool Running::says(const std::string& text) {
  while (true) {
    const bool ended = ::waitpid(pid_, &ended_, WNOHANG) == pid_;
    if ((content(out_) + content(err_)).find(text) != std::string::npos) {
      waited_ = ended;
      return true;
    }
    if (ended) {
      waited_ = true;
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void Running::signal(int signal) {
  if (!waited_) ::kill(pid_, signal);
}

Outcome Running::wait() {
  if (!waited_) ::waitpid(pid_, &ended_, 0);
  waited_ = true;
  return {status_of(ended_), content(out_), content(err_)};
}

Scratch::Scratch() {
  std::string name = (fs::temp_directory_path() / "hubbub-command-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
}

Scratch::~Scratch() { fs::remove_all(path_); }

std::string Scratch::file(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name, std::ios::binary) << text;
  return *this / name;
}

}  // namespace hubbub::tools
