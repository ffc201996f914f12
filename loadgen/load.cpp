#include "loadgen/load.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <deque>

#include "core/base/hash.hpp"
#include "loadgen/auditor.hpp"
#include "loadgen/fleet.hpp"

namespace hubbub::loadgen {
namespace {

/// Files a process has beside its connections.
constexpr std::uint64_t other_files = 64;
/// How often progress is said.
constexpr Duration progress_time = 2s;
/// The longest wait between two looks at what is asked of the load itself.
constexpr Duration glance = 50ms;
/// A generator whose own writes are later than this, one in a hundred, measured itself.
constexpr Duration late = 10ms;
constexpr double busy_share = 0.9;

Result<void> check_load(const Options& options) {
  if (!std::isfinite(options.rate) || options.rate < 0 || options.rate > rate_max)
    return failure(fmt::format("--rate must be 0 to {:.0f} messages a second", rate_max));
  if (options.duration < duration_min || options.duration > duration_max)
    return failure("--duration must be 1ms to 24h");
  if (options.connections == 0) return failure("--connections must be at least 1");
  if (options.rate > 0 && options.connections < 2)
    return failure("messages need somebody to receive them: --connections must be at least 2");
  if (options.conversations == 0) return failure("--conversations must be at least 1");
  if (options.length == 0 || options.length > limits::text_code_points)
    return failure(fmt::format("--length must be 1 to {}", limits::text_code_points));
  if (options.connect_rate == 0) return failure("--connect-rate must be at least 1");
  if (options.first_user > first_user_max)
    return failure(fmt::format("--first-user may be at most {}", first_user_max));
  return {};
}

Result<void> check_host(const Options& options, std::uint64_t files) {
  if (options.connections + other_files > files) {
    return failure(fmt::format(
        "{} connections need {} open files, and this process may have {}: raise the limit "
        "(ulimit -n) or start several load generators with different --first-user",
        options.connections, options.connections + other_files, files));
  }
  if (options.server_pid != 0 && !usage_of(options.server_pid))
    return failure(fmt::format("--server-pid: there is no process {}", options.server_pid));
  return {};
}

/// No second try will be answered in another way: 4xx but Request Timeout and Too Many Requests.
bool is_final(unsigned http_status) {
  return http_status >= 400 && http_status < 500 && http_status != 408 && http_status != 429;
}

std::uint64_t wall_bits() {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(t.tv_nsec);
}

class Load {
 public:
  Load(const Options& options, const Progress& progress, std::uint64_t first_user,
       std::uint64_t run)
      : options_(options), progress_(progress), plan_(options, first_user, run), meter_(plan_) {
    summary_.options = options;
    summary_.first_user = first_user;
  }

  Result<Summary> run(const Url& url) {
    auto fleet = Fleet::make(options_, url, plan_, meter_);
    if (!fleet) return tl::unexpected(fleet.error());
    fleet_ = std::move(*fleet);
    held_back_.resize(options_.connections);
    connect();
    if (const auto user = fleet_->with_history()) return has_history(*user);
    summary_.never_connected = meter_.counts().welcomes == 0;
    if (!summary_.never_connected) {
      write_all();
      settle();
      audit();
    }
    judge();
    return std::move(summary_);
  }

 private:
  struct Waiting {
    std::uint64_t index;
    std::uint32_t to;
  };

  bool interrupted() {
    if (!summary_.interrupted && progress_.interrupted && progress_.interrupted())
      summary_.interrupted = true;
    return summary_.interrupted;
  }

  void say_sometimes(std::string_view phase) {
    const Duration now = monotonic_now();
    if (!progress_.say || now < next_progress_) return;
    next_progress_ = now + progress_time;
    const Meter::Counts& n = meter_.counts();
    progress_.say(fmt::format(
        "{}: {} of {} connected, {} acknowledged, {} delivered, {} lost connections", phase,
        fleet_->attached(), fleet_->size(), n.acknowledged, n.delivered, n.lost));
  }

  std::optional<Usage> server() const {
    return options_.server_pid != 0 ? usage_of(options_.server_pid) : std::nullopt;
  }

  void connect() {
    if (const auto usage = server()) {
      summary_.server_seen = true;
      summary_.server_bytes_before = usage->resident_bytes;
    }
    const Duration begun = monotonic_now();
    const Duration deadline = begun + options_.connect_within;
    std::uint32_t started = 0;
    // Who is attached is not yet told what the inbox holds.
    while ((fleet_->attached() < fleet_->size() || fleet_->caught_up() < fleet_->size()) &&
           monotonic_now() < deadline && !interrupted() && !hopeless()) {
      const double passed = std::chrono::duration<double>(monotonic_now() - begun).count();
      const auto due = static_cast<std::uint64_t>(passed * options_.connect_rate) + 1;
      for (; started < fleet_->size() && started < due; ++started) fleet_->go_online(started);
      fleet_->run_until(monotonic_now() + (started < fleet_->size() ? 1ms : glance));
      say_first_failure(deadline);
      say_sometimes("connecting");
    }
    summary_.connecting = monotonic_now() - begun;
    summary_.attached = fleet_->attached();
    if (const auto usage = server()) summary_.server_bytes_idle = usage->resident_bytes;
  }

  bool hopeless() const {
    return fleet_->with_history() ||
           (meter_.counts().welcomes == 0 && is_final(fleet_->sockets().declined()));
  }

  void say_first_failure(Duration deadline) {
    if (failure_said_ || fleet_->reasons().empty() || meter_.counts().welcomes > 0) return;
    failure_said_ = true;
    if (!progress_.say || hopeless()) return;
    const auto left = std::chrono::round<std::chrono::seconds>(deadline - monotonic_now());
    progress_.say(fmt::format("{}; is the server running? Trying for {} s more",
                              fleet_->reasons().begin()->second, left.count()));
  }

  tl::unexpected<Failure> has_history(UserId user) const {
    return failure(fmt::format(
        "users {} to {} have history on this server ({} for one); their old messages cannot be "
        "judged: choose another --first-user, or leave it out",
        to_text(plan_.user(0)), to_text(plan_.user(fleet_->size() - 1)), to_text(user)));
  }

  void write_all() {
    const Duration cpu_before = own_usage().cpu;
    const auto server_before = server();
    const Duration begun = monotonic_now();
    const std::uint64_t acknowledged_before = meter_.counts().acknowledged;
    meter_.load_begins(begun);
    std::optional<Plan::Write> next = plan_.next();
    while (!interrupted()) {
      const Duration now = monotonic_now();
      for (; next && begun + next->at <= now; next = plan_.next()) {
        summary_.lateness.record((monotonic_now() - begun - next->at).count());
        write(next->from, {next->index, next->to});
      }
      if (now >= begun + options_.duration) break;
      write_held_back();
      const Duration until = next ? begun + next->at : begun + options_.duration;
      fleet_->run_until(std::min(until, now + glance));
      say_sometimes("loading");
    }
    summary_.intended = plan_.count();
    summary_.loading = monotonic_now() - begun;
    const double seconds = std::chrono::duration<double>(summary_.loading).count();
    summary_.cpu = own_usage().cpu - cpu_before;
    summary_.cpu_share = std::chrono::duration<double>(summary_.cpu).count() / seconds;
    summary_.acknowledged_per_second =
        static_cast<double>(meter_.counts().acknowledged - acknowledged_before) / seconds;
    const auto server_after = server();
    if (server_before && server_after) summary_.server_cpu = server_after->cpu - server_before->cpu;
    // Nothing was said: by now pings went and came, and what attaching needed was given back.
    if (server_after && options_.rate == 0)
      summary_.server_bytes_idle = server_after->resident_bytes;
    summary_.bottleneck = summary_.cpu_share > busy_share ||
                          summary_.lateness.percentile(99) > Duration(late).count();
  }

  /// A device takes 64 unanswered messages of a conversation; what is beyond that waits here, in
  /// order, and its latency goes on counting from its intended time.
  void write(std::uint32_t from, Waiting message) {
    if (!held_back_[from].empty() || !try_write(from, message)) {
      held_back_[from].push_back(message);
      if (held_back_[from].size() == 1) holding_.push_back(from);
    }
  }

  bool try_write(std::uint32_t from, const Waiting& message) {
    return fleet_->write(from, plan_.conversation(from, message.to), plan_.text(message.index));
  }

  void write_held_back() {
    std::erase_if(holding_, [this](std::uint32_t from) {
      auto& waiting = held_back_[from];
      while (!waiting.empty() && try_write(from, waiting.front())) waiting.pop_front();
      return waiting.empty();
    });
  }

  void settle() {
    const Duration begun = monotonic_now();
    const Duration deadline = begun + options_.settle;
    const auto done = [this] { return holding_.empty() && fleet_->quiet(); };
    while (!done() && monotonic_now() < deadline && !interrupted()) {
      write_held_back();
      fleet_->run_until(monotonic_now() + glance);
      say_sometimes("settling");
    }
    // What others wrote last may still be on its way to a device that awaits nothing itself.
    const Duration quiet_until = std::min(deadline, monotonic_now() + 5s);
    while (meter_.counts().delivered < meter_.counts().acknowledged &&
           monotonic_now() < quiet_until && !interrupted()) {
      fleet_->run_until(monotonic_now() + glance);
    }
    while (!done() && monotonic_now() < deadline && !interrupted())
      fleet_->run_until(monotonic_now() + glance);
    summary_.settled = done();
    summary_.settling = monotonic_now() - begun;
  }

  void audit() {
    if (!options_.verify_history || interrupted()) return;
    if (!summary_.settled && fleet_->attached() == 0) {
      summary_.problems.push_back(
          "nobody was connected any more after the load, so nothing could be read back");
      return;
    }
    Auditor auditor(*fleet_, plan_, meter_);
    summary_.audited = auditor.run(monotonic_now() + options_.settle);
    summary_.audited_conversations = auditor.conversations();
    summary_.audited_messages = auditor.messages();
    if (!auditor.problem().empty()) summary_.problems.push_back(auditor.problem());
  }

  void judge() {
    const Duration now = monotonic_now();
    meter_.checker().finish(now, {.stores_seen = false,
                                  .liveness_reached = !summary_.interrupted,
                                  .messages_seen = summary_.audited});
    for (std::uint32_t client = 0; client < fleet_->size(); ++client) {
      const sim::Device& device = fleet_->device(client);
      if (device.id().device == DeviceNumber{}) continue;  // it was never welcomed
      meter_.checker().device_at_end(device.id(), device.wants_connection(), device.attached(),
                                     device.cursor(), device.unanswered(), device.unpaged(),
                                     device.pending() - device.unanswered());
    }
    summary_.checks = meter_.checker().results();
    summary_.violations = meter_.checker().violations();
    summary_.counts = meter_.counts();
    summary_.close_codes = meter_.close_codes();
    summary_.close_reasons = fleet_->reasons();
    summary_.acknowledgement = meter_.acknowledgement();
    summary_.delivery = meter_.delivery();
    summary_.first_refusal = meter_.first_refusal();
    summary_.broken_frames = fleet_->broken_frames();
    if (!fleet_->first_broken().empty())
      summary_.problems.push_back("a frame of the server was broken: " + fleet_->first_broken());
    summary_.bytes_sent = fleet_->sockets().bytes_sent();
    summary_.bytes_received = fleet_->sockets().bytes_received();
  }

  Options options_;
  Progress progress_;
  Plan plan_;
  Meter meter_;
  std::unique_ptr<Fleet> fleet_;
  Summary summary_;
  std::vector<std::deque<Waiting>> held_back_;  ///< by client
  std::vector<std::uint32_t> holding_;          ///< clients that hold something back
  Duration next_progress_{};
  bool failure_said_ = false;
};

}  // namespace

int Summary::exit_status() const {
  const auto broken = [this](bool safety) {
    return std::ranges::any_of(checks, [safety](const sim::InvariantResult& check) {
      return check.safety == safety && check.violated > 0;
    });
  };
  if (broken(true)) return 3;
  if (interrupted) return 130;
  if (never_connected) return 1;
  const bool lost = counts.delivered < counts.acknowledged;
  if (broken(false) || !settled || lost) return 4;
  const auto compared = [](const sim::InvariantResult& check) { return check.compared > 0; };
  if (options.rate > 0 && (counts.acknowledged == 0 || std::ranges::none_of(checks, compared)))
    return 6;
  if (attached < options.connections || broken_frames > 0 || !problems.empty() ||
      counts.refused > 0)
    return 1;
  return 0;
}

Result<Summary> run_load(const Options& options, const Progress& progress) {
  const Result<void> possible =
      check_load(options).and_then([&] { return check_host(options, raise_file_limit()); });
  if (!possible) return tl::unexpected(possible.error());
  const Result<Url> url = parse_url(options.url);
  if (!url) return tl::unexpected(url.error());
  const std::uint64_t run = mix64(wall_bits() ^ mix64(options.seed));
  // 2^27 blocks of a million users each: of a hundred runs on one server, two meet once in 27,000 times, and
  // that is noticed.
  const std::uint64_t first_user =
      options.first_user != 0 ? options.first_user : 1 + (run >> 37) * (1 << 20);
  return Load(options, progress, first_user, run).run(*url);
}

}  // namespace hubbub::loadgen
