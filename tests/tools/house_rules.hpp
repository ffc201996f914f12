// The rules of the house that a compiler does not know, as checks over sources.
//
// Each takes files and says what is wrong, one finding a line: "core/chat/inbox.hpp:12: …". They
// read text, not C++: a rule that this cannot see is for a reviewer.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hubbub::house {

struct File {
  std::string path;  ///< from the root, "core/base/ids.hpp"
  std::string text;
};

using Files = std::vector<File>;
using Findings = std::vector<std::string>;

/// The project's files in `root`: those that git knows or would add, else all that are not hidden.
Files read_tree(const std::filesystem::path& root);

/// What the core decides with has no clock, socket, file, thread or chance of its own.
Findings impurities(const Files& files);

/// A folder includes only what the table in the implementation lets it, by its path from the root.
Findings wrong_includes(const Files& files);

/// Nothing walks a hash container, whose order is nobody's. A comment with "any order" on the line,
/// or the one before, says why it cannot be seen.
Findings unordered_walks(const Files& files);

/// A file holds one idea: at most 600 lines of source.
Findings long_files(const Files& files);

/// Every folder with sources says in a README.md what it is.
Findings folders_without_readme(const Files& files);

/// No file named for what it is not about, nothing left to do, no path of somebody's machine.
Findings loose_ends(const Files& files);

/// `source` without comments and the insides of strings; lines stay where they are.
std::string code_of(const std::string& source);

}  // namespace hubbub::house
