// Writes what clients did and which nodes died, in the order it reached the nodes, as a story: the
// form in which tests of the node are told (tests/core/node/README.md). So a run's beginning can
// be read, cut down and kept as a test.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "core/base/policy.hpp"
#include "core/base/time.hpp"
#include "core/node/input.hpp"

namespace hubbub::sim {

class StoryWriter {
 public:
  StoryWriter(std::uint32_t nodes, const Policy& policy);

  /// An input that a node took; only what comes from clients is part of a story.
  void input(Duration now, NodeId node, const Input& input);
  void crash(Duration now, NodeId node, bool power);
  void start(Duration now, NodeId node);

  const std::string& text() const { return text_; }

 private:
  struct Speaker {
    UserId user;
    std::string device;
  };
  using Place = std::pair<NodeId, ConnectionId>;

  void line(Duration now, const std::string& command);
  void frame(Duration now, const Place& at, const to_server::Frame& frame);
  std::string command(const Speaker& who, const to_server::Frame& frame) const;

  std::string text_;
  Duration told_until_{};
  std::map<Place, Speaker> speakers_;
};

}  // namespace hubbub::sim
