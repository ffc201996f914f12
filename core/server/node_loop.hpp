// One node, its thread, and its clients' sockets.
//
// The thread waits for sockets, for mail from other threads, and for the node's next deadline;
// takes what is there, steps the node until all is taken, and does what it said. The node's rules
// know nothing of threads, and share nothing: loops talk by mail.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "core/node/node.hpp"
#include "core/server/clients.hpp"
#include "core/server/mailbox.hpp"
#include "core/server/store_edge.hpp"

namespace hubbub::server {

class NodeLoop {
 public:
  /// Called on the loop's thread; all may come from several loops at once.
  struct Events {
    /// The process must end with status 70 and say this (R7).
    std::function<void(std::string)> fatal;
    /// A person must know.
    std::function<void(std::string)> alarm;
    /// The node is open: clients may come.
    std::function<void()> opened;
  };

  NodeLoop(const NodeConfig& config, StoreEdge& store, Events events);
  ~NodeLoop();
  NodeLoop(const NodeLoop&) = delete;
  NodeLoop& operator=(const NodeLoop&) = delete;

  NodeId id() const { return id_; }

  /// All loops of this process, by node id, this one among them. Before `start`.
  void link(std::span<NodeLoop* const> loops);
  void start();

  // --- From any thread ---------------------------------------------------------------------------
  /// Sockets of this node's clients live here.
  boost::asio::io_context& io() { return io_; }
  /// Of the loop's thread only, by what runs on `io`.
  Clients& clients() { return clients_; }
  void deliver(std::span<const Input> inputs);
  /// Closes all connections (4000), finishes commits, and ends the thread.
  void stop();
  /// Ends the thread as soon as it can.
  void abandon();
  void join();

  // --- After `join` ------------------------------------------------------------------------------
  const NodeCounters& counters() const { return node_.counters(); }
  std::size_t most_connections() const { return clients_.most(); }

 private:
  void run();
  void wait_for_work();
  void take_inputs();
  void step_all();
  void carry_out();
  void send_to_peers();
  void say_if_open();
  void drain_if_asked();
  bool finished();

  NodeId id_;
  StoreEdge& store_;
  Events events_;
  // The clients' connections hold sockets of `io_`, so it is there before them and after them.
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  Clients clients_;
  Node node_;
  Outbox out_;
  Mailbox mailbox_;
  std::vector<Input> inputs_;
  std::vector<NodeLoop*> loops_;
  std::vector<std::vector<Input>> to_peers_;  ///< of this step, by node
  std::uint64_t in_flight_ = 0;               ///< commits and reads at the store
  std::atomic<bool> stop_asked_ = false;
  std::atomic<bool> abandoned_ = false;
  bool open_ = false;  ///< and said so
  bool draining_ = false;
  Duration drain_until_{};
  std::thread thread_;
};

}  // namespace hubbub::server
