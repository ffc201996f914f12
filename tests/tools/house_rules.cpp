#include "tests/tools/house_rules.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <regex>
#include <set>
#include <sstream>

namespace hubbub::house {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t lines_max = 600;

bool is_source(const std::string& path) { return path.ends_with(".hpp") || path.ends_with(".cpp"); }

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

bool is_in(const std::string& path, const std::string& folder) {
  return path.starts_with(folder + "/");
}

bool is_in_any(const std::string& path, const std::vector<std::string>& folders) {
  return std::ranges::any_of(folders, [&](const auto& folder) { return is_in(path, folder); });
}

std::string finding(const File& file, std::size_t line, const std::string& what) {
  return file.path + ":" + std::to_string(line) + ": " + what;
}

void for_each_line(const std::string& text,
                   const std::function<void(const std::string&, std::size_t)>& visit) {
  std::istringstream lines(text);
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) visit(line, number);
}

File read_file(const fs::path& root, const std::string& path) {
  std::ifstream in(root / path, std::ios::binary);
  return {path, std::string(std::istreambuf_iterator<char>(in), {})};
}

/// What git tracks or would add; empty if it cannot say.
std::vector<std::string> paths_by_git(const fs::path& root) {
  const std::string command =
      "git -C '" + root.string() + "' ls-files --cached --others --exclude-standard 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string all;
  char piece[4096];
  while (pipe && std::fgets(piece, sizeof piece, pipe.get()) != nullptr) all += piece;
  std::vector<std::string> paths;
  for_each_line(all, [&](const std::string& path, std::size_t) {
    if (fs::is_regular_file(root / path)) paths.push_back(path);
  });
  return paths;
}

std::vector<std::string> paths_by_walking(const fs::path& root) {
  std::vector<std::string> paths;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::recursive_directory_iterator();
       ++at) {
    if (at->path().filename().string().starts_with(".")) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file()) {
      paths.push_back(fs::relative(at->path(), root).string());
    }
  }
  return paths;
}

// --- The tables --------------------------------------------------------------------------------

const std::vector<std::string> pure_folders = {"core/base", "core/wire", "core/chat", "core/place",
                                               "core/node"};

/// Ends the process with a sentence when an invariant is broken: the one thing that prints.
const std::string check_source = "core/base/check.cpp";

struct Permission {
  std::string folder;
  std::vector<std::string> may;  ///< folders; its own comes with it
  std::vector<std::string> not_even = {};
};

const std::vector<Permission> permissions = {
    {"core/base", {}},
    {"core/wire", {"core/base"}},
    {"core/chat", {"core/base", "core/wire"}},
    {"core/place", {"core/base", "core/wire"}},
    {"core/node", {"core/base", "core/wire", "core/chat", "core/place", "core/store/store.hpp", "core/store/replicated_log.hpp"}},
    {"core/store", {"core/base", "core/wire"}},
    {"core/server", {"core"}},
    {"sim/engine", {"core/base"}},
    {"sim/clients", {"core/base", "core/wire", "sim/engine"}},
    {"sim/check", {"core/base", "core/wire"}},
    {"sim/scenario", {"core/base", "core/wire"}},
    {"sim/report", {"sim/engine", "sim/check", "core/base"}},
    {"sim/world", {"sim", "core"}, {"core/server"}},
    {"loadgen", {"core/base", "core/wire", "sim"}, {"sim/world"}},
    {"tools", {"core", "sim", "loadgen"}},
    {"tests", {"core", "sim", "loadgen", "tools"}},
};

bool matches(const std::string& include, const std::string& folder_or_file) {
  return include == folder_or_file || is_in(include, folder_or_file);
}

bool may_include(const Permission& who, const std::string& include) {
  const auto in = [&](const std::string& what) { return matches(include, what); };
  if (in(who.folder)) return true;
  return std::ranges::any_of(who.may, in) && std::ranges::none_of(who.not_even, in);
}

}  // namespace

std::string code_of(const std::string& source) {
  std::string code = source;
  enum class In { program, line_comment, comment, text, character } in = In::program;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const char c = source[i];
    const char next = i + 1 < source.size() ? source[i + 1] : '\0';
    switch (in) {
      case In::program:
        if (c == '/' && next == '/') in = In::line_comment;
        if (c == '/' && next == '*') in = In::comment;
        if (c == '"') in = In::text;
        // A quote between digits groups them: 1'000.
        if (c == '\'' && (i == 0 || !std::isalnum(static_cast<unsigned char>(source[i - 1]))))
          in = In::character;
        if (in == In::line_comment || in == In::comment) code[i] = ' ';
        continue;
      case In::line_comment:
        if (c == '\n') in = In::program;
        break;
      case In::comment:
        if (c == '*' && next == '/') {
          code[i] = code[i + 1] = ' ';
          ++i;
          in = In::program;
          continue;
        }
        break;
      case In::text:
      case In::character:
        if (c == '\\') {
          code[i] = ' ';
          if (next != '\n') code[i + 1] = ' ';
          ++i;
          continue;
        }
        if (c == (in == In::text ? '"' : '\'') || c == '\n') {
          in = In::program;
          continue;
        }
        break;
    }
    if (c != '\n') code[i] = ' ';
  }
  return code;
}

Files read_tree(const fs::path& root) {
  std::vector<std::string> paths = paths_by_git(root);
  if (paths.empty()) paths = paths_by_walking(root);
  std::ranges::sort(paths);
  Files files;
  for (const std::string& path : paths) files.push_back(read_file(root, path));
  return files;
}

Findings impurities(const Files& files) {
  static const std::regex header(
      R"(^\s*#\s*include\s*<(thread|mutex|shared_mutex|condition_variable|future|stop_token|semaphore|latch|barrier|random|fstream|iostream|filesystem|ctime|time\.h|unistd\.h|fcntl\.h|sys/.*|netinet/.*|pthread\.h|boost/.*|leveldb/.*|cstdio|stdio\.h)>)");
  static const std::regex call(
      R"(\b(system_clock|steady_clock|high_resolution_clock|random_device|mt19937(_64)?|getenv)\b|\b(std::)?(rand|srand|time|clock|sleep|usleep|fopen|printf)\s*\(|\bthread_local\b)");
  Findings findings;
  for (const File& file : files) {
    if (!is_source(file.path) || !is_in_any(file.path, pure_folders)) continue;
    for_each_line(code_of(file.text), [&](const std::string& line, std::size_t number) {
      std::smatch found;
      if (file.path != check_source && std::regex_search(line, found, header))
        findings.push_back(
            finding(file, number, "the core is pure, and includes <" + found[1].str() + ">"));
      // A member or a function of ours may be called what a library's is: only free calls count.
      if (std::regex_search(line, found, call) &&
          !(found.position() > 0 &&
            std::string(".>").find(line[static_cast<std::size_t>(found.position() - 1)]) !=
                std::string::npos))
        findings.push_back(finding(file, number, "the core is pure, and says " + found[0].str()));
    });
  }
  return findings;
}

Findings wrong_includes(const Files& files) {
  static const std::regex include(R"re(^\s*#\s*include\s*"([^"]*)")re");
  std::set<std::string> paths;
  for (const File& file : files) paths.insert(file.path);
  Findings findings;
  for (const File& file : files) {
    if (!is_source(file.path)) continue;
    const auto who = std::ranges::find_if(
        permissions, [&](const Permission& p) { return is_in(file.path, p.folder); });
    if (who == permissions.end()) {
      findings.push_back(finding(file, 1, "sources live in the folders of the house"));
      continue;
    }
    for_each_line(file.text, [&](const std::string& line, std::size_t number) {
      std::smatch found;
      if (!std::regex_search(line, found, include)) return;
      const std::string what = found[1].str();
      if (!paths.contains(what)) {
        findings.push_back(
            finding(file, number, "\"" + what + "\" is no file, from the root of the project"));
      } else if (!may_include(*who, what)) {
        findings.push_back(finding(file, number, who->folder + " may not include " + what));
      }
    });
  }
  return findings;
}

Findings unordered_walks(const Files& files) {
  static const std::regex declared(
      R"((?:flat_hash_(?:map|set)|node_hash_(?:map|set)|unordered_(?:map|set))<[^;(){}]*>&?\s+(\w+)\s*[;{=,)])");
  static const std::regex walk(R"(for\s*\([^;]*[^:]:\s*(?:\w+(?:\.|->))*(\w+)\s*\))");
  static const std::regex begin(R"((\w+)\.c?begin\(\))");
  const std::vector<std::string> judged = {"core/base", "core/wire",  "core/chat",   "core/place",
                                           "core/node", "sim/engine", "sim/clients", "sim/world"};
  std::map<std::string, std::set<std::string>> names;  // by folder: what hash containers are called
  for (const File& file : files) {
    if (!is_source(file.path) || !is_in_any(file.path, judged)) continue;
    const std::string code = code_of(file.text);
    for (auto at = std::sregex_iterator(code.begin(), code.end(), declared);
         at != std::sregex_iterator(); ++at)
      names[folder_of(file.path)].insert((*at)[1].str());
  }
  Findings findings;
  for (const File& file : files) {
    const auto known = names.find(folder_of(file.path));
    if (!is_source(file.path) || known == names.end()) continue;
    std::vector<std::string> lines;
    for_each_line(file.text, [&](const std::string& l, std::size_t) { lines.push_back(l); });
    const auto is_excused = [&](std::size_t number) {
      return lines[number - 1].find("any order") != std::string::npos ||
             (number > 1 && lines[number - 2].find("any order") != std::string::npos);
    };
    for_each_line(code_of(file.text), [&](const std::string& line, std::size_t number) {
      std::smatch found;
      if ((std::regex_search(line, found, walk) || std::regex_search(line, found, begin)) &&
          known->second.contains(found[1].str()) && !is_excused(number))
        findings.push_back(
            finding(file, number,
                    "walks the hash container " + found[1].str() + ", whose order is nobody's"));
    });
  }
  return findings;
}

Findings long_files(const Files& files) {
  Findings findings;
  for (const File& file : files) {
    const auto lines = static_cast<std::size_t>(std::ranges::count(file.text, '\n'));
    if (is_source(file.path) && lines > lines_max)
      findings.push_back(finding(
          file, lines,
          "has more than " + std::to_string(lines_max) + " lines: it holds more than one idea"));
  }
  return findings;
}

Findings folders_without_readme(const Files& files) {
  std::set<std::string> paths;
  std::set<std::string> folders;
  for (const File& file : files) {
    paths.insert(file.path);
    const std::string folder = folder_of(file.path);
    // The tests mirror the tree: one README for all of them.
    if (is_in(file.path, "tests")) {
      folders.insert("tests");
    } else if (is_source(file.path) || is_in(file.path, "scenarios")) {
      folders.insert(folder);
      folders.insert(folder.substr(0, folder.find('/')));
    }
  }
  Findings findings;
  for (const std::string& folder : folders)
    if (!paths.contains(folder + "/README.md"))
      findings.push_back(folder + "/README.md: is missing: what is this folder?");
  return findings;
}

Findings loose_ends(const Files& files) {
  static const std::set<std::string> empty_names = {"util",    "utils",   "common", "helper",
                                                    "helpers", "manager", "misc",   "stuff"};
  // In halves, so that this file is not a finding of itself.
  static const std::regex undone(
      "\\b(TO"
      "DO|FIX"
      "ME|XX"
      "X|HA"
      "CK)\\b");
  static const std::regex machine(
      "(^|[\\s\"'`(=:])(/wo"
      "rk|/ho"
      "me|/ro"
      "ot|/Use"
      "rs)/\\w");
  Findings findings;
  for (const File& file : files) {
    for (const fs::path& part : fs::path(file.path)) {
      std::string name = part.stem().string();
      for (const char* joint : {"_", "-"})
        if (const auto at = name.rfind(joint);
            at != std::string::npos && empty_names.contains(name.substr(at + 1)))
          name = name.substr(at + 1);
      if (empty_names.contains(name))
        findings.push_back(finding(file, 1, "\"" + name + "\" says nothing of what it is about"));
    }
    if (is_in_any(file.path, {"tests"}) && file.path.find("/corpus/") != std::string::npos)
      continue;
    for_each_line(file.text, [&](const std::string& line, std::size_t number) {
      std::smatch found;
      if (std::regex_search(line, found, undone))
        findings.push_back(finding(file, number, "has a " + found[1].str()));
      if (std::regex_search(line, found, machine))
        findings.push_back(finding(file, number, "has a path of somebody's machine: " + line));
    });
    if (file.path.ends_with(".hpp") && file.text.find("#pragma once") == std::string::npos)
      findings.push_back(finding(file, 1, "has no #pragma once"));
  }
  return findings;
}

}  // namespace hubbub::house
