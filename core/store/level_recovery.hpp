// What is looked at, and put right, before LevelDB opens a directory.
//
// The end of the newest log may hold a write that power loss tore: it was never acknowledged, so it
// is cut, kept aside in `torn/`, and said. The same goes for the end of the manifest, LevelDB's
// list of its files, when what is left of its last entry is a beginning and nothing, or zeros,
// after it: the files that the entry before lists are then all still there, which is checked.
// Anything else that is wrong is damage to data that had been acknowledged: the store is not
// opened.
#pragma once

#include <leveldb/env.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/errors.hpp"

namespace hubbub {

struct Recovery {
  struct Cut {
    std::string file;
    std::uint64_t bytes{};
    std::string kept_as;
  };
  std::vector<Cut> cuts;

  /// What a person should know, one sentence a cut; empty: there was nothing to put right.
  std::vector<std::string> sentences() const;
};

/// Checks the LevelDB files in `directory` and cuts torn ends. An error says which file is wrong
/// and what to do; then nothing was changed. REQUIRES: the caller holds the directory's lock, and
/// a rename by `env` is durable (SyncedEnv).
Result<Recovery> recover_directory(leveldb::Env& env, const std::string& directory);

}  // namespace hubbub
