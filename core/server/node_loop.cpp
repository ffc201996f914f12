#include "core/server/node_loop.hpp"

#include <boost/asio/post.hpp>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"
#include "core/server/clock.hpp"

namespace hubbub::server {
namespace {

/// Socket handlers between two steps: enough that a busy node steps batches, few enough that a
/// step is never far.
constexpr int handlers_per_round = 512;
/// Inputs offered to one step; it never takes more than its units.
constexpr std::size_t inputs_per_step = limits::step_units;
/// What a stopping loop waits for its connections to end and its commits to finish.
constexpr Duration drain_time = 5s;

}  // namespace

NodeLoop::NodeLoop(const NodeConfig& config, StoreEdge& store, Events events)
    : id_(config.id),
      store_(store),
      events_(std::move(events)),
      clients_(read_clocks().mono, mix64(config.entropy)),
      node_(config) {}

NodeLoop::~NodeLoop() {
  abandon();
  join();
}

void NodeLoop::link(std::span<NodeLoop* const> loops) {
  loops_.assign(loops.begin(), loops.end());
  to_peers_.resize(loops.size());
  for (const NodeLoop* peer : loops_) {
    if (peer != this) mailbox_.put(input::PeerLinked{peer->id()});
  }
}

void NodeLoop::start() {
  thread_ = std::thread([this] { run(); });
}

void NodeLoop::deliver(std::span<const Input> inputs) {
  if (mailbox_.put(inputs)) boost::asio::post(io_, [] {});
}

void NodeLoop::stop() {
  stop_asked_ = true;
  boost::asio::post(io_, [] {});
}

void NodeLoop::abandon() {
  abandoned_ = true;
  boost::asio::post(io_, [] {});
}

void NodeLoop::join() {
  if (thread_.joinable()) thread_.join();
}

void NodeLoop::run() {
  while (!finished()) {
    wait_for_work();
    take_inputs();
    step_all();
    say_if_open();
    clients_.inputs_taken();
    clients_.flush();
    drain_if_asked();
  }
}

void NodeLoop::wait_for_work() {
  const Duration now = read_clocks().mono;
  const Duration until = std::min(clients_.next_deadline(), node_.next_deadline());
  clients_.set_now(now);
  if (until > now && clients_.inputs().empty()) io_.run_one_for(until - now);
  clients_.set_now(read_clocks().mono);
  for (int i = 0; i < handlers_per_round && io_.poll_one() > 0; ++i) {
  }
}

void NodeLoop::take_inputs() {
  inputs_.clear();
  mailbox_.take(inputs_);
  for (const Input& input : inputs_) {
    if (std::holds_alternative<input::CommitDurable>(input) ||
        std::holds_alternative<input::CommitUnknown>(input) ||
        std::holds_alternative<input::ReadDone>(input) ||
        std::holds_alternative<input::ReadFailed>(input)) {
      HUBBUB_CHECK(in_flight_ > 0);
      --in_flight_;
    }
  }
  const std::vector<Input>& said = clients_.inputs();
  inputs_.insert(inputs_.end(), said.begin(), said.end());
  clients_.inputs().clear();
}

void NodeLoop::step_all() {
  std::span<Input> rest = inputs_;
  std::size_t arrived = 0;  // of `rest`, whose waited_ns is a time that has passed already
  do {
    const Instant now = read_clocks();
    const std::span<Input> offered = rest.first(std::min(rest.size(), inputs_per_step));
    for (; arrived < offered.size(); ++arrived) {
      if (auto* frame = std::get_if<input::Frame>(&offered[arrived]))
        frame->waited_ns = std::max<std::int64_t>(0, now.mono.count() - frame->waited_ns);
    }
    const std::size_t taken = node_.step(offered, now, out_);
    carry_out();
    out_.clear();
    rest = rest.subspan(taken);
    arrived -= taken;
  } while (!rest.empty() && !abandoned_);
}

void NodeLoop::carry_out() {
  if (!out_.alarm.empty()) events_.alarm(std::string(out_.alarm));
  if (!out_.fatal.empty()) {
    abandoned_ = true;
    return events_.fatal(std::string(out_.fatal));
  }
  clients_.carry_out(out_);
  send_to_peers();
  if (out_.commits.empty() && out_.reads.empty()) return;
  in_flight_ += out_.commits.size() + out_.reads.size();
  store_.submit(id_, out_.commits, out_.reads);
}

void NodeLoop::send_to_peers() {
  for (const output::ToPeer& message : out_.peers) {
    HUBBUB_CHECK(message.node != id_ && message.node.value < loops_.size());
    to_peers_[message.node.value].push_back(input::FromPeer{id_, message.bytes});
  }
  for (std::size_t node = 0; node < to_peers_.size(); ++node) {
    if (to_peers_[node].empty()) continue;
    loops_[node]->deliver(to_peers_[node]);
    to_peers_[node].clear();
  }
}

void NodeLoop::say_if_open() {
  if (open_ || !node_.open()) return;
  open_ = true;
  events_.opened();
}

void NodeLoop::drain_if_asked() {
  if (!stop_asked_ || draining_) return;
  draining_ = true;
  drain_until_ = read_clocks().mono + drain_time;
  clients_.drain(CloseCode::draining, "the server is going down; come back");
}

bool NodeLoop::finished() {
  if (abandoned_) return true;
  if (!draining_) return false;
  const bool idle = clients_.count() == 0 && in_flight_ == 0;
  return idle || read_clocks().mono >= drain_until_;
}

}  // namespace hubbub::server
