// Runs every story beside it and compares what comes of it with what it says.
// HUBBUB_REWRITE_STORIES=1 writes what came of them into the files instead.
#include "tests/core/node/story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace hubbub::test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> stories() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator("tests/core/node/stories"))
    if (entry.path().extension() == ".story") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class Stories : public testing::TestWithParam<fs::path> {};

TEST_P(Stories, GoAsTheyAreTold) {
  const std::string written = read(GetParam());
  const std::string told = tell(written);
  if (std::getenv("HUBBUB_REWRITE_STORIES") != nullptr)
    std::ofstream(GetParam()) << told;
  else
    EXPECT_EQ(told, written) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Node, Stories, testing::ValuesIn(stories()),
                         [](const auto& story) {
                           std::string name = story.param.stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace hubbub::test
