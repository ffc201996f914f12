#include "loadgen/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/hash.hpp"

namespace hubbub::loadgen {
namespace {

}  // namespace

Fleet::Fleet(const Options& options, const Plan& plan, sim::DeviceObserver& observer)
    : plan_(plan), edge_{settings_, observer, {}} {
  for (std::uint32_t client = 0; client < options.connections; ++client)
    devices_.emplace_back(plan.user(client), std::uint16_t{0}, options.seed);
  alarm_at_.resize(devices_.size(), never);
  counted_.resize(devices_.size());
  openings_.resize(devices_.size());
  was_synced_.resize(devices_.size());
}

Fleet::~Fleet() = default;

Result<std::unique_ptr<Fleet>> Fleet::make(const Options& options, const Url& url, const Plan& plan,
                                           sim::DeviceObserver& observer) {
  std::unique_ptr<Fleet> fleet(new Fleet(options, plan, observer));
  auto sockets = Sockets::make(url, options.connections, *fleet);
  if (!sockets) return tl::unexpected(sockets.error());
  fleet->sockets_ = std::move(*sockets);
  // Only loopback has more than one address to come from without asking anyone.
  const bool loopback = url.host.starts_with("127.") || url.host == "localhost";
  const std::uint32_t sources = (options.connections - 1) / connections_per_source + 1;
  for (std::uint32_t i = 0; i < sources; ++i)
    fleet->sources_.push_back(loopback && sources > 1 ? fmt::format("127.0.0.{}", i + 1) : "");
  return fleet;
}

template <class Act>
void Fleet::with(std::uint32_t client, Act&& act) {
  edge_.actions.clear();
  act(devices_[client], edge_);
  carry_out(client);
  schedule(client);
}

void Fleet::carry_out(std::uint32_t client) {
  std::span<const to_server::Frame> frames = edge_.actions.frames;
  while (!frames.empty()) {
    const std::size_t count = std::min(frames.size(), limits::frames_per_message);
    std::string message;
    encode(frames.first(count), message);
    sockets_->send(client, std::move(message));
    frames = frames.subspan(count);
  }
  if (edge_.actions.close) sockets_->close(client);
  if (edge_.actions.connect)
    sockets_->connect(client, sources_[client / connections_per_source % sources_.size()], query(client));
}

std::string Fleet::query(std::uint32_t client) const {
  const sim::ReturnPlan& plan = devices_[client].return_plan();
  std::string query = "token=dev-insecure:" + to_text(plan_.user(client));
  if (plan.resumes()) query += "&resume=1";
  if (!plan.ticket().none()) query += "&ticket=" + to_text(plan.ticket());
  return query;
}

void Fleet::schedule(std::uint32_t client) {
  const bool attached = devices_[client].attached();
  if (attached != counted_[client]) {
    counted_[client] = attached;
    attached ? ++attached_ : --attached_;
  }
  const Duration at = devices_[client].deadline();
  if (at >= alarm_at_[client]) return;
  alarm_at_[client] = at;
  alarms_.push({at, client});
}

void Fleet::run_timers(Duration now) {
  while (!alarms_.empty() && alarms_.top().at <= now) {
    const Alarm alarm = alarms_.top();
    alarms_.pop();
    if (alarm.at != alarm_at_[alarm.client]) continue;  // an earlier one took its place
    alarm_at_[alarm.client] = never;
    if (devices_[alarm.client].deadline() > now) {
      schedule(alarm.client);
      continue;
    }
    with(alarm.client,
         [&](sim::Device& device, sim::DeviceEdge& edge) { device.timer(now, edge); });
  }
}

void Fleet::go_online(std::uint32_t client) {
  with(client,
       [](sim::Device& device, sim::DeviceEdge& edge) { device.go_online(monotonic_now(), edge); });
}

void Fleet::go_offline(std::uint32_t client) {
  with(client, [](sim::Device& device, sim::DeviceEdge& edge) {
    device.go_offline(monotonic_now(), edge);
  });
}

bool Fleet::write(std::uint32_t client, const ConversationId& conversation, std::string_view text) {
  written_ = true;
  const Content content{static_cast<std::uint32_t>(text.size()), hash_bytes(text), text};
  bool taken = false;
  with(client, [&](sim::Device& device, sim::DeviceEdge& edge) {
    taken = device.write(monotonic_now(), conversation, content, /*ahead=*/true, edge);
  });
  return taken;
}

void Fleet::request(std::uint32_t client, const to_server::Frame& frame) {
  std::string message;
  encode(frame, message);
  sockets_->send(client, std::move(message));
}

void Fleet::run_until(Duration mono) {
  run_timers(monotonic_now());
  if (!alarms_.empty()) mono = std::min(mono, alarms_.top().at);
  sockets_->run_until(mono);
}

bool Fleet::quiet() const {
  return std::ranges::all_of(devices_, [](const sim::Device& device) { return device.quiet(); });
}

void Fleet::opened(std::uint32_t client) {
  openings_[client] = static_cast<std::uint8_t>(std::min(openings_[client] + 1, 2));
  with(client,
       [](sim::Device& device, sim::DeviceEdge& edge) { device.connected(monotonic_now(), edge); });
}

void Fleet::message(std::uint32_t client, std::string_view text) {
  const Duration now = monotonic_now();
  arena_.clear();
  parse_server_message(text, arena_, parsed_);
  if (!parsed_.errors.empty()) {
    broken_frames_ += parsed_.errors.size();
    if (first_broken_.empty())
      first_broken_ = fmt::format("{} in {}", parsed_.errors.front().detail, text.substr(0, 400));
  }
  for (const to_client::Frame& frame : parsed_.frames) {
    if (foreign(now, client, frame)) continue;
    look_for_history(client, frame);
    with(client,
         [&](sim::Device& device, sim::DeviceEdge& edge) { device.frame(now, frame, edge); });
  }
}

/// A second connection may be welcomed as a second one because the first welcome was lost.
void Fleet::look_for_history(std::uint32_t client, const to_client::Frame& frame) {
  if (std::holds_alternative<to_client::Synced>(frame) && !was_synced_[client]) {
    was_synced_[client] = true;
    ++caught_up_;
  }
  if (written_ || with_history_) return;
  const auto* welcome = std::get_if<to_client::Welcome>(&frame);
  const bool was_here = welcome && welcome->generation > 1 && openings_[client] == 1;
  if (was_here || std::holds_alternative<to_client::Event>(frame) ||
      std::holds_alternative<to_client::Ranges>(frame))
    with_history_ = plan_.user(client);
}

bool Fleet::foreign(Duration now, std::uint32_t client, const to_client::Frame& frame) {
  RequestId id = 0;
  if (const auto* page = std::get_if<to_client::HistoryPage>(&frame)) id = page->id;
  if (const auto* error = std::get_if<to_client::Error>(&frame)) id = error->id;
  if (id < foreign_requests) return false;
  if (answers_) answers_->answer(now, client, frame);
  return true;
}

void Fleet::closed(std::uint32_t client, CloseCode code, std::string_view reason) {
  reasons_.try_emplace(static_cast<std::uint16_t>(code), reason);
  const Advice advice = parse_close_reason(reason);
  with(client, [&](sim::Device& device, sim::DeviceEdge& edge) {
    device.closed(monotonic_now(), code, edge, advice);
  });
}

}  // namespace hubbub::loadgen
