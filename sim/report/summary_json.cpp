#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/report/documents.hpp"
#include "sim/report/exit_status.hpp"

namespace hubbub::sim {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  if (!std::isfinite(value)) return nullptr;
  // Counts and nanoseconds are whole, and should look it.
  if (value == std::floor(value) && std::abs(value) < 0x1p53)
    return static_cast<std::int64_t>(value);
  return value;
}

Json metrics(const Summary& s) {
  Json all = Json::object();
  for (const Metric& m : s.metrics)
    all[m.name] = {{"value", number(m.value)}, {"unit", to_text(m.unit)}};
  return all;
}

Json expectations(const Summary& s) {
  Json all = Json::array();
  for (const Expected& e : s.expectations) {
    all.push_back({{"name", e.name},
                   {"wanted", e.wanted},
                   {"measured", number(e.measured)},
                   {"unit", to_text(e.unit)},
                   {"met", e.met}});
  }
  return all;
}

Json checks(const Summary& s) {
  Json all = Json::object();
  for (const InvariantResult& r : s.checks) {
    all[r.name] = {{"kind", r.safety ? "safety" : "liveness"},
                   {"compared", r.compared},
                   {"violated", r.violated},
                   {"wanted", is_wanted(s, r.name)}};
  }
  return all;
}

Json violations(const Summary& s) {
  Json all = Json::array();
  for (const Violation& v : s.violations) {
    all.push_back({{"invariant", v.invariant},
                   {"at_ns", v.at.count()},
                   {"what", v.what},
                   {"before", v.before}});
  }
  return all;
}

Json availability(const Summary& s) {
  Json all = Json::array();
  for (const Available& a : s.availability) {
    Json operations = Json::object();
    for (const Available::Operation& o : a.operations)
      operations[o.name] = {{"tried", o.tried}, {"in_time", o.in_time}};
    all.push_back({{"during", a.during}, {"seconds", a.seconds}, {"operations", operations}});
  }
  return all;
}

Json document(const Summary& s) {
  const int status = exit_status(s);
  const double real_s = std::chrono::duration<double>(s.real_time).count();
  Json all;
  all["scenario"] = s.scenario;
  all["about"] = s.about;
  all["seed"] = s.seed;
  all["again"] = s.again;
  all["status"] = status;
  all["verdict"] = meaning(status);
  all["interrupted"] = s.interrupted;
  all["failure"] = s.failure.empty() ? Json(nullptr) : Json(s.failure);
  all["virtual_ns"] = s.virtual_time.count();
  all["real_ns"] = s.real_time.count();
  all["events"] = s.events;
  all["events_per_second"] =
      real_s > 0 ? number(static_cast<double>(s.events) / real_s) : Json(nullptr);
  all["hash"] = s.hash ? Json(fmt::format("{:016x}", *s.hash)) : Json(nullptr);
  all["repeated_alike"] = s.repeated_alike ? Json(*s.repeated_alike) : Json(nullptr);
  if (!s.difference.empty()) all["difference"] = s.difference;
  all["expectations"] = expectations(s);
  all["metrics"] = metrics(s);
  all["faults"] = Json::object();
  for (const FaultCount& fault : s.faults) all["faults"][fault.kind] = fault.count;
  all["availability"] = availability(s);
  if (!s.log.empty()) {
    all["log"] = Json::object();
    for (const LogCount& one : s.log) all["log"][one.what] = one.count;
  }
  for (const ByTransport& t : s.transports)
    all["transports"][t.name] = {{"clients", t.clients},
                                 {"delivery_p50_ns", number(t.delivery_p50)},
                                 {"delivery_p99_ns", number(t.delivery_p99)},
                                 {"bytes_a_minute", number(t.bytes)},
                                 {"requests_a_minute", number(t.requests)}};
  all["checks"] = checks(s);
  all["violations"] = violations(s);
  all["stuck"] = s.stuck;
  all["notes"] = s.notes;
  return all;
}

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string summary_json(const Summary& summary) { return text_of(document(summary)); }

std::string summaries_json(std::span<const Summary> summaries) {
  Json all = Json::array();
  for (const Summary& summary : summaries) all.push_back(document(summary));
  return text_of(all);
}

}  // namespace hubbub::sim
