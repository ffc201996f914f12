#include "loadgen/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>

namespace hubbub::loadgen {
namespace {

constexpr std::size_t violations_shown = 3;
constexpr std::size_t events_shown = 3;
constexpr std::array<double, 6> percentiles{50, 90, 99, 99.9, 99.99, 100};

double ms(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }
double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

double kib_per_connection(const Summary& s) {
  if (s.attached == 0 || s.server_bytes_idle < s.server_bytes_before) return 0;
  return static_cast<double>(s.server_bytes_idle - s.server_bytes_before) / 1024 / s.attached;
}

double cpu_us_per_message(const Summary& s) {
  return s.counts.acknowledged == 0
             ? 0
             : seconds(s.server_cpu) * 1e6 / static_cast<double>(s.counts.acknowledged);
}

std::string_view verdict(const Summary& s) {
  if (s.never_connected && !s.interrupted) return "nobody could connect, so there was no load";
  switch (s.exit_status()) {
    case 0:
      if (s.options.rate == 0)
        return s.counts.lost == 0
                   ? "holds: all connected and stayed; no message was sent"
                   : "holds: all connected, and who was lost came back; no message was sent";
      return "holds: nothing was lost, repeated or out of order";
    case 1:
      return "not all was as asked";
    case 3:
      return "BROKEN: something false was said (safety)";
    case 4:
      return "BROKEN: something that was owed did not come (liveness)";
    case 6:
      return "nothing was checked, so nothing is shown";
    case 130:
      return "interrupted; nothing false was said until then";
    default:
      return "failed";
  }
}

class Table {
 public:
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void latency_row(Table& table, std::string_view name, const sim::Histogram& histogram) {
  std::string row = fmt::format("  {:<24}", name);
  for (const double p : percentiles)
    row += histogram.count() == 0 ? fmt::format("{:>10}", "-")
                                  : fmt::format("{:>10.2f}", ms(histogram.percentile(p)));
  table.line("{}", row);
}

void latencies(Table& table, const Summary& s) {
  table.line("  latency in ms, from the intended time");
  table.line("  {:<24}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}", "", "p50", "p90", "p99", "p99.9",
             "p99.99", "max");
  latency_row(table, "to the acknowledgement", s.acknowledgement);
  latency_row(table, "to the other's device", s.delivery);
  latency_row(table, "(this program's own)", s.lateness);
}

void checks(Table& table, const Summary& s) {
  table.line("  checked                     compared  violated");
  for (const sim::InvariantResult& check : s.checks) {
    if (check.compared == 0 && check.violated == 0) continue;
    table.line("  {:<22}{:>14}{:>10}", check.name, check.compared, check.violated);
  }
  std::uint64_t violated = 0;
  for (const sim::InvariantResult& check : s.checks) violated += check.violated;
  const std::size_t shown = std::min(s.violations.size(), violations_shown);
  for (const sim::Violation& violation : std::span(s.violations).first(shown)) {
    table.line("  VIOLATED {} at {:.3f} s: {}", violation.invariant, seconds(violation.at),
               violation.what);
    const std::size_t skip =
        violation.before.size() - std::min(violation.before.size(), events_shown);
    for (const std::string& before : std::span(violation.before).subspan(skip))
      table.line("      after {}", before);
  }
  if (violated > shown) table.line("  and {} more violations", violated - shown);
}

/// Why connections ended or were not made.
void reasons(Table& table, const Summary& s) {
  for (const auto& [code, count] : s.close_codes) {
    const auto reason = s.close_reasons.find(code);
    const bool told = reason != s.close_reasons.end() && !reason->second.empty();
    table.line("  closed with {}: {}{}{}", code, count, told ? "; the first: " : "",
               told ? reason->second : "");
  }
  if (!s.first_refusal.empty()) table.line("  first refusal: {}", s.first_refusal);
}

void server(Table& table, const Summary& s) {
  if (!s.server_seen) return;
  table.line(
      "  server: {:.1f} MiB before the first connection, {:.1f} MiB with {}: {:.1f} KiB a "
      "connection",
      static_cast<double>(s.server_bytes_before) / 1048576,
      static_cast<double>(s.server_bytes_idle) / 1048576, s.attached, kib_per_connection(s));
  if (s.counts.acknowledged > 0)
    table.line("  server: {:.0f} us of CPU a message", cpu_us_per_message(s));
}

nlohmann::json to_json(const sim::Histogram& histogram) {
  nlohmann::json json{{"count", histogram.count()},
                      {"mean", ms(static_cast<std::int64_t>(histogram.mean()))}};
  for (const double p : percentiles)
    json[p == 100 ? "max" : fmt::format("p{:g}", p)] = ms(histogram.percentile(p));
  return json;
}

}  // namespace

std::string to_table(const Summary& s) {
  Table table;
  const Meter::Counts& n = s.counts;
  table.line(
      "load of {}: {} connections, {:g} messages a second for {:g} s, seed {}, users from u_{}",
      s.options.url, s.options.connections, s.options.rate, seconds(s.options.duration),
      s.options.seed, s.first_user);
  table.line("  connected {} of {} in {:.1f} s; {} connections lost, {} attempts failed",
             s.attached, s.options.connections, seconds(s.connecting), n.lost, n.failed);
  reasons(table, s);
  if (s.never_connected) {
    table.line("{}", verdict(s));
    return table.take();
  }
  table.line(
      "  intended {}, sent {}, repeated {}, acknowledged {} ({:.0f}/s), refused {}, put off {}, "
      "delivered {}",
      s.intended, n.sent, n.repeated, n.acknowledged, s.acknowledged_per_second, n.refused,
      n.put_off, n.delivered);
  if (s.options.rate > 0) latencies(table, s);
  checks(table, s);
  if (s.audited)
    table.line("  read back {} messages of {} conversations", s.audited_messages,
               s.audited_conversations);
  server(table, s);
  table.line("  this program: {:.1f} s of CPU while loading, {:.0f}% of a core", seconds(s.cpu),
             s.cpu_share * 100);
  if (s.bottleneck && s.options.rate > 0) {
    table.line(
        "  WARNING: this program itself could not keep its times; latencies are at most as good "
        "as its own above. Lower the rate, or start several.");
  }
  if (!s.settled && !s.interrupted)
    table.line("  not everything was answered within {:.0f} s after the load",
               seconds(s.options.settle));
  for (const std::string& problem : s.problems) table.line("  {}", problem);
  table.line("{}", verdict(s));
  return table.take();
}

std::string to_json(const Summary& s) {
  nlohmann::json json{
      {"url", s.options.url},
      {"connections", s.options.connections},
      {"rate", s.options.rate},
      {"duration_s", seconds(s.options.duration)},
      {"seed", s.options.seed},
      {"first_user", s.first_user},
      {"connected", s.attached},
      {"connecting_s", seconds(s.connecting)},
      {"intended", s.intended},
      {"sent", s.counts.sent},
      {"repeated", s.counts.repeated},
      {"acknowledged", s.counts.acknowledged},
      {"acknowledged_per_s", s.acknowledged_per_second},
      {"refused", s.counts.refused},
      {"put_off", s.counts.put_off},
      {"delivered", s.counts.delivered},
      {"connections_lost", s.counts.lost},
      {"attempts_failed", s.counts.failed},
      {"acknowledgement_ms", to_json(s.acknowledgement)},
      {"delivery_ms", to_json(s.delivery)},
      {"own_lateness_ms", to_json(s.lateness)},
      {"settled", s.settled},
      {"audited", s.audited},
      {"audited_messages", s.audited_messages},
      {"broken_frames", s.broken_frames},
      {"cpu_s", seconds(s.cpu)},
      {"cpu_share", s.cpu_share},
      {"bottleneck", s.bottleneck},
      {"bytes_sent", s.bytes_sent},
      {"bytes_received", s.bytes_received},
      {"problems", s.problems},
      {"exit_status", s.exit_status()},
  };
  for (const auto& [code, count] : s.close_codes) json["closed_with"][std::to_string(code)] = count;
  for (const auto& [code, reason] : s.close_reasons)
    json["closed_because"][std::to_string(code)] = reason;
  for (const sim::InvariantResult& check : s.checks)
    json["checks"][check.name] = {{"compared", check.compared}, {"violated", check.violated}};
  for (const sim::Violation& violation : s.violations)
    json["violations"].push_back({{"invariant", violation.invariant}, {"what", violation.what}});
  if (s.server_seen) {
    json["server"] = {{"resident_before", s.server_bytes_before},
                      {"resident_connected", s.server_bytes_idle},
                      {"kib_per_connection", kib_per_connection(s)},
                      {"cpu_us_per_message", cpu_us_per_message(s)}};
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace hubbub::loadgen
