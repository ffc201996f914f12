// From the loops to the store's threads and back: what an outbox wants committed or read, and what
// became of it as a node's input.
#pragma once

#include <span>
#include <vector>

#include "core/base/policy.hpp"
#include "core/node/input.hpp"
#include "core/node/outbox.hpp"
#include "core/store/commit_thread.hpp"

namespace hubbub::server {

class NodeLoop;

class StoreEdge final : private CommitListener {
 public:
  /// `store` as CommitThread requires it. With `synced`, every commit is synced.
  StoreEdge(Store& store, Durability durability);

  /// All loops of the process, by node id. Before anything is submitted.
  void link(std::span<NodeLoop* const> loops) { loops_.assign(loops.begin(), loops.end()); }

  /// From the thread of `node`'s loop. Bytes are copied. Each ends as one input of that loop,
  /// delivered from another thread.
  void submit(NodeId node, std::span<const output::Commit> commits,
              std::span<const output::Read> reads);

  /// Answers all that was submitted, then ends.
  void stop() { thread_.stop(); }

  CommitStatistics statistics() const { return thread_.statistics(); }

 private:
  void durable(const CommitId& id) override;
  void unknown(const CommitId& id, std::string_view reason) override;
  void rows(const ReadId& id, std::string_view rows, bool more) override;
  void read_failed(const ReadId& id, std::string_view reason) override;
  void deliver(NodeId node, const Input& input);

  Durability durability_;
  std::vector<NodeLoop*> loops_;
  CommitThread thread_;
};

}  // namespace hubbub::server
