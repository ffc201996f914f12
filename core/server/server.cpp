#include "core/server/server.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <random>
#include <vector>

#include "core/place/shard_map.hpp"
#include "core/server/clock.hpp"
#include "core/server/listener.hpp"
#include "core/server/node_loop.hpp"
#include "core/server/store_edge.hpp"
#include "core/server/token.hpp"
#include "core/store/level_store.hpp"

namespace hubbub::server {
namespace {

/// The status of a process that could not go on, to be started again.
constexpr int status_failed = 70;

std::uint64_t random_bits() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

void print_line(std::string_view line) {
  std::fprintf(stdout, "%.*s\n", static_cast<int>(line.size()), line.data());
  std::fflush(stdout);
}

tl::unexpected<StartFailure> refuse(int status, std::string what) {
  return tl::unexpected(StartFailure{status, std::move(what)});
}

}  // namespace

struct Server::Impl {
  explicit Impl(const ServerOptions& from) : options(from) {}

  ServerOptions options;
  std::mutex say_mutex;
  std::unique_ptr<LevelStore> store;
  std::unique_ptr<StoreEdge> store_edge;
  boost::asio::io_context io{1};  ///< of `run`'s thread: accepting, signals, being told to stop
  std::vector<std::unique_ptr<NodeLoop>> loops;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<boost::asio::signal_set> signals;
  Duration started{};
  std::atomic<bool> failed = false;
  bool stopping = false;
  std::size_t open_nodes = 0;

  void say(std::string_view line) {
    const std::lock_guard lock(say_mutex);
    options.say ? options.say(line) : print_line(line);
  }

  void make_loops();
  void say_start();
  void say_end();
  void one_is_open();
  void fail(const std::string& why);
  void begin_stop(std::string_view why);
  int finish();
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  for (const auto& loop : impl_->loops) loop->abandon();
  for (const auto& loop : impl_->loops) loop->join();
  // Before the loops, to whom it answers.
  impl_->store_edge.reset();
}

tl::expected<std::unique_ptr<Server>, StartFailure> Server::start(const ServerOptions& options) {
  if (options.data.empty()) return refuse(2, "a server needs a directory for its data: --data DIR");
  if (options.nodes == 0 || options.nodes > limits::partitions) {
    return refuse(2, fmt::format("{} nodes: choose 1 to {}, as many as there are partitions",
                                 options.nodes, limits::partitions));
  }
  auto impl = std::make_unique<Impl>(options);
  // From here on a signal waits for `run`, also one that comes while the store is recovered.
  if (options.handle_signals)
    impl->signals = std::make_unique<boost::asio::signal_set>(impl->io, SIGTERM, SIGINT);
  std::error_code unknown;
  if (const auto there = std::filesystem::status(options.data, unknown);
      std::filesystem::exists(there) && !std::filesystem::is_directory(there))
    return refuse(2, fmt::format("{} is a file; --data wants a directory", options.data));
  auto store = LevelStore::open(options.data);
  if (!store) return refuse(store.error().wrong_place ? 2 : status_failed, store.error().what);
  impl->store = std::move(*store);
  impl->store_edge = std::make_unique<StoreEdge>(*impl->store, options.durability);
  impl->make_loops();

  std::vector<NodeLoop*> loops;
  for (const auto& loop : impl->loops) loops.push_back(loop.get());
  Impl* const raw = impl.get();
  impl->listener =
      std::make_unique<Listener>(impl->io, loops, [raw](std::string_view line) { raw->say(line); });
  const Result<void> open = impl->listener->open(options.address, options.port);
  if (!open) return refuse(2, open.error().what);

  impl->started = read_clocks().mono;
  for (const auto& loop : impl->loops) loop->start();
  impl->say_start();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const { return impl_->listener->port(); }

int Server::run() {
  if (impl_->signals) {
    impl_->signals->async_wait([this](const boost::system::error_code& cancelled, int signal) {
      if (!cancelled) impl_->begin_stop(signal == SIGTERM ? "SIGTERM" : "SIGINT");
    });
  }
  // Without signals nothing else would keep the context busy while accepting is stopped.
  const auto work = boost::asio::make_work_guard(impl_->io);
  while (!impl_->stopping) impl_->io.run_one();
  return impl_->finish();
}

void Server::stop() {
  boost::asio::post(impl_->io, [this] { impl_->begin_stop("being told to"); });
}

void Server::Impl::make_loops() {
  const ShardMap map = static_map(options.nodes);
  Policy policy;
  policy.durability = options.durability;
  policy.push = PushPolicy::none;  // no provider is connected yet: who asks for pushes is told so
  for (std::uint16_t node = 0; node < options.nodes; ++node) {
    loops.push_back(std::make_unique<NodeLoop>(
        NodeConfig{.id = NodeId{node},
                   .map = map,
                   .policy = policy,
                   .entropy = random_bits(),
                   .chained = false,
                   .admission = {.rate = options.accept_rate, .key = {random_bits(), random_bits()}}},
        *store_edge,
        NodeLoop::Events{[this](const std::string& why) { fail(why); },
                         [this](const std::string& what) { say("ALARM: " + what); },
                         [this] { boost::asio::post(io, [this] { one_is_open(); }); }}));
  }
  std::vector<NodeLoop*> all;
  for (const auto& loop : loops) all.push_back(loop.get());
  store_edge->link(all);
  for (NodeLoop* loop : all) loop->link(all);
}

void Server::Impl::say_start() {
  for (const std::string& sentence : store->recovery().sentences()) say("recovery: " + sentence);
  say(fmt::format("data in {}, {} {}", options.data, options.nodes,
                  options.nodes == 1 ? "node" : "nodes"));
  say(options.durability == Durability::synced
          ? "durability: synced; what is acknowledged survives the process, the system and power"
          : "durability: buffered; what is acknowledged may be lost with the power");
  say(fmt::format(
      "INSECURE: tokens of the form {}u_71 are accepted; whoever can reach this address "
      "can be anyone",
      development_token_prefix));
  const bool v6 = options.address.find(':') != std::string::npos;
  say(fmt::format("listening on ws://{}{}{}:{}/ws", v6 ? "[" : "", options.address, v6 ? "]" : "",
                  listener->port()));
}

/// Clients are let in once all nodes are open. Until then they wait in the listening socket.
void Server::Impl::one_is_open() {
  if (++open_nodes == loops.size() && !stopping) listener->start();
}

void Server::Impl::fail(const std::string& why) {
  if (failed.exchange(true)) return;
  say("cannot go on: " + why + "; start the server again");
  // What waits at other nodes is not let out any more than what waits at this one.
  for (const auto& loop : loops) loop->abandon();
  boost::asio::post(io, [this] { begin_stop("a failure"); });
}

void Server::Impl::begin_stop(std::string_view why) {
  if (std::exchange(stopping, true)) return;
  if (!failed) say(fmt::format("stopping after {}: closing connections, finishing commits", why));
  listener->stop();
  for (const auto& loop : loops) loop->stop();
}

int Server::Impl::finish() {
  // The accept that was cancelled holds a socket of a loop: let it go while the loop is there.
  signals.reset();
  io.poll();
  for (const auto& loop : loops) loop->join();
  store_edge->stop();
  say_end();
  store_edge.reset();
  store.reset();
  if (failed) return status_failed;
  say("stopped cleanly");
  return 0;
}

void Server::Impl::say_end() {
  const CommitStatistics done = store_edge->statistics();
  NodeCounters sum;
  std::uint64_t most_connections = 0;
  for (const auto& loop : loops) {
    const NodeCounters& node = loop->counters();
    sum.accepted += node.accepted;
    sum.repeats += node.repeats;
    sum.entries_sent += node.entries_sent;
    most_connections += loop->most_connections();
  }
  const std::uint64_t writes = done.batches_per_write.count();
  const double seconds = std::chrono::duration<double>(read_clocks().mono - started).count();
  if (most_connections == 0 && sum.accepted == 0) {
    say(fmt::format("in {:.1f} s nobody connected", seconds));
    return;
  }
  say(fmt::format(
      "in {:.1f} s: {} messages accepted, {} repeats, {} entries sent, at most about {} "
      "connections",
      seconds, sum.accepted, sum.repeats, sum.entries_sent, most_connections));
  if (writes == 0) return;
  const std::string messages =
      sum.accepted == 0 ? ""
                        : fmt::format("{:.2f} messages and ", static_cast<double>(sum.accepted) /
                                                                  static_cast<double>(writes));
  say(
      fmt::format("store: {} writes ({} synced), {}{:.2f} batches a write; write p50 {} us, p99 {} "
                  "us; {} reads, "
                  "p99 {} us",
                  writes, done.synced_writes, messages, done.batches_per_write.mean(),
                  done.write_us.quantile(0.5), done.write_us.quantile(0.99), done.read_us.count(),
                  done.read_us.quantile(0.99)));
}

}  // namespace hubbub::server
