// Files with expected output. HUBBUB_REWRITE=1 writes them again instead of comparing; read the
// difference before you keep it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace hubbub::sim {

inline std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path << " cannot be read";
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void expect_golden(const std::string& path, const std::string& text) {
  if (std::getenv("HUBBUB_REWRITE") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  EXPECT_EQ(text, file_text(path)) << path << " differs; HUBBUB_REWRITE=1 writes it again";
}

}  // namespace hubbub::sim
