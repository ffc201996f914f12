// A story: commands to a small cluster, and what came of them, in one file that reads as both
// explanation and test.
//
//   # A comment explains what is about to be seen.
//   cluster 2
//   connect anna phone          (u_1, on the node that story places it, see below)
//   send anna phone ben 1 hello
//   ----
//   anna.phone < ok 1 c_1_2 #1
//   ...
//
// Blocks are separated by blank lines; what stands below `----` is the golden output, rewritten
// when HUBBUB_REWRITE_STORIES is set. The commands are listed in README.md.
#pragma once

#include <string>

namespace hubbub::test {

/// The story's text with every block's output as it is now. An error in a command stands in the
/// output as "error: ...".
std::string tell(const std::string& text);

}  // namespace hubbub::test
