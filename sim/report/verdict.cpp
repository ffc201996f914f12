#include "sim/report/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/report/exit_status.hpp"

namespace hubbub::sim {
namespace {

enum class Tone { plain, good, bad, quiet, strong };

constexpr std::size_t metrics_shown = 24;
constexpr std::size_t violations_shown = 3;
constexpr std::size_t events_shown = 3;
constexpr std::size_t stuck_shown = 5;

class Page {
 public:
  explicit Page(const Style& style)
      : style_(style), width_(static_cast<std::size_t>(std::max(style.width, 40))) {}

  std::size_t width() const { return width_; }
  std::string take() { return std::move(text_); }

  std::string toned(Tone tone, std::string_view text) const {
    if (!style_.colour || tone == Tone::plain) return std::string(text);
    const char* code = tone == Tone::good    ? "32"
                       : tone == Tone::bad   ? "1;31"
                       : tone == Tone::quiet ? "2"
                                             : "1";
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
  }
  std::string mark(bool good) const {
    if (style_.unicode) return toned(good ? Tone::good : Tone::bad, good ? "\u2713" : "\u2717");
    return toned(good ? Tone::good : Tone::bad, good ? "+" : "x");
  }
  std::string clean(std::string_view text) const { return printable(text, style_.unicode); }

  void line(std::string_view text = {}) { text_ += fmt::format("{}\n", text); }
  void heading(std::string_view text) {
    line();
    line(toned(Tone::strong, text));
  }
  /// A sentence of any length, its later lines as far in as its first, or by `hanging` more.
  void sentence(std::string_view text, std::size_t indent, Tone tone = Tone::plain,
                std::size_t hanging = 0) {
    std::size_t in = indent;
    for (const std::string& part : wrap(clean(text), width_ - indent - hanging)) {
      line(std::string(in, ' ') + toned(tone, part));
      in = indent + hanging;
    }
  }

 private:
  Style style_;
  std::size_t width_;
  std::string text_;
};

std::string padded(std::string text, std::size_t width) {
  const std::size_t taken = columns(text);
  if (taken < width) text.append(width - taken, ' ');
  return text;
}

std::string padded_left(std::string text, std::size_t width) {
  const std::size_t taken = columns(text);
  if (taken < width) text.insert(0, width - taken, ' ');
  return text;
}

std::string broken_names(const Summary& s, bool safety) {
  std::string names;
  for (const InvariantResult& r : s.checks)
    if (r.safety == safety && r.violated > 0 && !is_wanted(s, r.name))
      names += (names.empty() ? "" : ", ") + r.name;
  return names;
}

std::string verdict_words(const Summary& s) {
  const int status = exit_status(s);
  std::string words(meaning(status));
  if (status == status::safety_broken) {
    words += ": " + broken_names(s, true);
    if (const std::string others = broken_names(s, false); !others.empty())
      words += "; liveness: " + others;
  }
  if (status == status::liveness_broken) words += ": " + broken_names(s, false);
  if (status == status::program_failed) words += ": " + s.failure;
  if (status == status::not_deterministic && !s.difference.empty()) words += ": " + s.difference;
  return words;
}

std::string times(const Summary& s) {
  const double real = std::chrono::duration<double>(s.real_time).count();
  const double simulated = std::chrono::duration<double>(s.virtual_time).count();
  std::string text = fmt::format("seed {}, {} in {}", s.seed, format_duration(s.virtual_time),
                                 format_duration(s.real_time));
  if (real > 0) {
    text += fmt::format(
        " ({} times real time), {} events ({})",
        format_count(simulated / real >= 10
                         ? static_cast<double>(static_cast<std::int64_t>(simulated / real))
                         : simulated / real),
        format_count(static_cast<double>(s.events)),
        format_rate(static_cast<double>(s.events) / real));
  }
  return text;
}

const char* verified(const Summary& s) {
  return *s.repeated_alike ? "both runs alike" : "the two runs differ";
}

void head(Page& page, const Summary& s) {
  const bool good = exit_status(s) == status::holds;
  const std::string name = page.clean(s.scenario);
  const std::size_t left = page.width() - std::min(columns(name) + 4, page.width() / 2);
  bool first = true;
  for (const std::string& part : wrap(page.clean(verdict_words(s)), left)) {
    if (first) {
      page.line(page.mark(good) + " " + page.toned(Tone::strong, name + ":") + " " +
                page.toned(good ? Tone::good : Tone::bad, part));
    } else {
      page.line("    " + page.toned(Tone::bad, part));
    }
    first = false;
  }
  if (!s.about.empty()) page.sentence(s.about, 2);
  page.sentence(times(s), 2, Tone::quiet);
  if (s.hash) page.line("  " + page.toned(Tone::quiet, fmt::format("hash {:016x}", *s.hash)));
  if (s.repeated_alike) page.line(std::string("  verified: ") + verified(s));
}

void expectations(Page& page, const Summary& s) {
  if (s.expectations.empty()) return;
  page.heading("Expected");
  std::size_t name_width = 0;
  std::size_t value_width = 0;
  for (const Expected& e : s.expectations) {
    name_width = std::max(name_width, columns(page.clean(e.name)));
    value_width = std::max(value_width, format_value(e.measured, e.unit).size());
  }
  for (const Expected& e : s.expectations) {
    const std::string value = padded_left(format_value(e.measured, e.unit), value_width);
    // What an interrupted run did not come to is not held against it.
    const bool open = s.interrupted && !e.met;
    page.line(fmt::format(
        "  {} {}  {}  {}", open ? "-" : page.mark(e.met), padded(page.clean(e.name), name_width),
        page.toned(e.met || open ? Tone::plain : Tone::bad, value),
        page.toned(Tone::quiet, "wanted " + page.clean(e.wanted) + (open ? ", not come to" : ""))));
  }
}

/// Cells side by side, column by column, as many columns as fit.
void cells(Page& page, const std::vector<std::string>& plain,
           const std::vector<std::string>& shown) {
  std::size_t widest = 0;
  for (const std::string& cell : plain) widest = std::max(widest, columns(cell));
  const std::size_t across = std::clamp<std::size_t>(page.width() / (widest + 2), 1, 4);
  const std::size_t down = (plain.size() + across - 1) / across;
  for (std::size_t row = 0; row < down; ++row) {
    std::string text = " ";
    for (std::size_t i = row; i < plain.size(); i += down) {
      text += " " + shown[i];
      if (i + down < plain.size()) text.append(widest - columns(plain[i]) + 1, ' ');
    }
    page.line(text);
  }
}

void figures(Page& page, const Summary& s) {
  if (s.metrics.empty()) return;
  page.heading("Measured");
  const std::size_t count = std::min(s.metrics.size(), metrics_shown);
  std::size_t name_width = 0;
  std::size_t value_width = 0;
  for (std::size_t i = 0; i < count; ++i) {
    name_width = std::max(name_width, columns(page.clean(s.metrics[i].name)));
    value_width = std::max(value_width, format_value(s.metrics[i].value, s.metrics[i].unit).size());
  }
  std::vector<std::string> plain;
  for (std::size_t i = 0; i < count; ++i) {
    plain.push_back(padded(page.clean(s.metrics[i].name), name_width) + "  " +
                    padded_left(format_value(s.metrics[i].value, s.metrics[i].unit), value_width));
  }
  cells(page, plain, plain);
  if (s.metrics.size() > count)
    page.line(page.toned(
        Tone::quiet, fmt::format("  and {} more in the summary file", s.metrics.size() - count)));
}

/// The ways to reach the servers, side by side.
void transports(Page& page, const Summary& s) {
  if (s.transports.empty()) return;
  constexpr std::size_t column = 13;
  std::string head = "  " + padded("to a device by", 14);
  for (const char* name : {"clients", "delivery p50", "p99", "bytes/min", "requests/min"})
    head += padded_left(name, name == std::string_view("clients") ? 9 : column);
  const bool fits = columns(head) <= page.width();
  if (fits) page.line(page.toned(Tone::quiet, head));
  for (const ByTransport& t : s.transports) {
    const std::string clients = format_count(static_cast<double>(t.clients));
    const std::string p50 = format_value(t.delivery_p50, MetricUnit::duration);
    const std::string p99 = format_value(t.delivery_p99, MetricUnit::duration);
    const std::string bytes = format_value(t.bytes, MetricUnit::bytes);
    const std::string requests = format_value(t.requests, MetricUnit::count);
    if (fits)
      page.line("  " + padded(page.clean(t.name), 14) + padded_left(clients, 9) +
                padded_left(p50, column) + padded_left(p99, column) + padded_left(bytes, column) +
                padded_left(requests, column));
    else
      page.sentence(fmt::format("by {}: {} clients, delivery p50 {}, p99 {}, {} and {} requests a minute",
                                t.name, clients, p50, p99, bytes, requests),
                    2, Tone::plain, 2);
  }
}

std::string count_of_fault(const Summary& s, std::string_view kind) {
  const auto fault = std::ranges::find(s.faults, kind, &FaultCount::kind);
  return fault == s.faults.end() ? "" : format_count(static_cast<double>(fault->count));
}

/// Where something is broken, that comes first; the rest is in the summary file.
void faults_in_short(Page& page, const Summary& s) {
  std::string all = "Faults that took effect: ";
  for (const FaultCount& fault : s.faults)
    all += fmt::format("{}{} {}", &fault == s.faults.data() ? "" : ", ", fault.kind,
                       format_count(static_cast<double>(fault.count)));
  page.line();
  page.sentence(all, 0, Tone::plain, 2);
}

/// A line for each kind, a column for each operation; where that is too wide, a sentence for each.
void faults(Page& page, const Summary& s) {
  if (s.faults.empty()) return;
  if (s.availability.empty() || !s.violations.empty()) return faults_in_short(page, s);
  constexpr std::size_t column = 9;
  page.heading("Faults, and what was answered in time");
  std::size_t name_width = 0;
  for (const Available& a : s.availability)
    name_width = std::max(name_width, columns(page.clean(a.during)));
  std::string head = std::string(2 + name_width, ' ') + padded_left("times", 7) +
                     padded_left("seconds", column);
  for (const Available::Operation& o : s.availability.front().operations)
    head += padded_left(page.clean(o.name), column);
  const bool fits = columns(head) <= page.width();
  if (fits) page.line(page.toned(Tone::quiet, head));
  for (const Available& a : s.availability) {
    const std::string seconds = format_count(static_cast<double>(a.seconds));
    const std::string times = count_of_fault(s, a.during);
    std::string row = "  " + padded(page.clean(a.during), name_width) + padded_left(times, 7) +
                      padded_left(seconds, column);
    std::string words = a.during + (times.empty() ? "" : " " + times) + " (" + seconds + " s):";
    for (const Available::Operation& o : a.operations) {
      const std::string share = format_value(o.share(), MetricUnit::share);
      row += padded_left(share, column);
      words += (&o == a.operations.data() ? " " : ", ") + o.name + " " + share;
    }
    if (fits)
      page.line(row);
    else
      page.sentence(words, 2, Tone::plain, 2);
  }
}

void log(Page& page, const Summary& s) {
  if (s.log.empty()) return;
  if (s.faults.empty()) page.line();
  std::string all;
  for (const LogCount& one : s.log)
    all += fmt::format("{} {} {}", all.empty() ? "in the log:" : ",", one.what,
                       format_count(static_cast<double>(one.count)));
  page.sentence(all, 2);
}

/// What is broken has a place of its own; what holds, and what there was nothing of, are sentences. Of
/// what holds, the one is shown that was compared least: the others are in the machine's report.
void checks(Page& page, const Summary& s) {
  page.heading("Compared by the checkers");
  std::size_t name_width = 0;
  for (const InvariantResult& r : s.checks) name_width = std::max(name_width, r.name.size());
  std::vector<std::string> plain;
  std::vector<std::string> shown;
  std::string holds, nothing;
  const InvariantResult* least = nullptr;
  const auto add = [](std::string& sentence, const std::string& words) {
    sentence += (sentence.empty() ? "" : ", ") + words;
  };
  for (const InvariantResult& r : s.checks) {
    const std::string compared = format_rough_count(static_cast<double>(r.compared));
    if (r.violated > 0 && !is_wanted(s, r.name)) {
      const std::string text = padded(r.name, name_width) + " " + padded_left(compared, 6);
      plain.push_back("  " + text);
      shown.push_back(page.mark(false) + " " + text);
    } else if (r.compared > 0) {
      add(holds, r.name);
      if (least == nullptr || r.compared < least->compared) least = &r;
    } else {
      add(nothing, r.name);
    }
  }
  cells(page, plain, shown);
  if (least != nullptr)
    page.sentence(fmt::format("holds, least compared {} ({}): {}", least->name,
                              format_rough_count(static_cast<double>(least->compared)), holds),
                  2, Tone::plain, 2);
  if (!nothing.empty()) page.sentence("nothing to compare: " + nothing, 2, Tone::quiet, 2);
}

void violation(Page& page, const Summary& s, const Violation& v) {
  const std::string wanted = is_wanted(s, v.invariant) ? " (wanted)" : "";
  page.sentence(fmt::format("{}{} at {:.6f} s: {}", v.invariant, wanted,
                            std::chrono::duration<double>(v.at).count(), v.what),
                2, wanted.empty() ? Tone::bad : Tone::plain, 2);
  const std::size_t skip = v.before.size() > events_shown ? v.before.size() - events_shown : 0;
  for (std::size_t i = skip; i < v.before.size(); ++i)
    page.sentence("after " + v.before[i], 6, Tone::quiet, 2);
}

void findings(Page& page, const Summary& s) {
  if (s.violations.empty()) return;
  page.heading("Broken");
  std::vector<const Violation*> order;
  for (const Violation& v : s.violations) order.push_back(&v);
  // What nobody wanted comes first, and of each invariant the first before the second.
  std::ranges::stable_sort(order, {},
                           [&](const Violation* v) { return is_wanted(s, v->invariant); });
  std::vector<const Violation*> firsts;
  std::vector<const Violation*> others;
  for (const Violation* v : order) {
    const bool again = std::ranges::any_of(
        firsts, [v](const Violation* f) { return f->invariant == v->invariant; });
    (again ? others : firsts).push_back(v);
  }
  firsts.insert(firsts.end(), others.begin(), others.end());
  std::uint64_t all = 0;
  for (const InvariantResult& r : s.checks) all += r.violated;
  const std::size_t count = std::min(firsts.size(), violations_shown);
  for (std::size_t i = 0; i < count; ++i) violation(page, s, *firsts[i]);
  if (all > count)
    page.line(page.toned(
        Tone::quiet, fmt::format("  and {} more", format_count(static_cast<double>(all - count)))));
}

void sentences(Page& page, std::string_view heading, const std::vector<std::string>& all,
               std::size_t most) {
  if (all.empty()) return;
  page.heading(heading);
  const std::size_t count = std::min(all.size(), most);
  for (std::size_t i = 0; i < count; ++i) page.sentence(all[i], 2, Tone::plain, 2);
  if (all.size() > count)
    page.line(page.toned(Tone::quiet, fmt::format("  and {} more", all.size() - count)));
}

}  // namespace

std::string verdict_text(const Summary& summary, const Style& style) {
  Page page(style);
  head(page, summary);
  expectations(page, summary);
  figures(page, summary);
  transports(page, summary);
  faults(page, summary);
  log(page, summary);
  checks(page, summary);
  findings(page, summary);
  sentences(page, "Not done at the end", summary.stuck, stuck_shown);
  sentences(page, "To know", summary.notes, stuck_shown);
  page.line();
  // A command is not wrapped, so that it can be copied.
  if (!summary.again.empty()) page.line("Run it again: " + page.clean(summary.again));
  page.line(page.toned(Tone::quiet, "What is not modelled: sim/README.md"));
  return page.take();
}

std::string verdict_line(const Summary& summary, const Style& style) {
  Page page(style);
  page.line(page.mark(exit_status(summary) == status::holds) + " " + page.clean(summary.scenario) +
            ": " + page.clean(verdict_words(summary)) + " (" + times(summary) +
            (summary.repeated_alike ? std::string("; verified: ") + verified(summary) : "") + ")");
  return page.take();
}

std::string tally(std::span<const int> statuses, std::size_t not_begun) {
  struct Kind {
    int status;
    const char* words;
  };
  constexpr Kind kinds[] = {
      {status::holds, "hold"},
      {status::expectation_missed, "missed an expectation"},
      {status::vacuous, "compared nothing"},
      {status::liveness_broken, "broke liveness"},
      {status::safety_broken, "broke safety"},
      {status::not_deterministic, "differed when repeated"},
      {status::program_failed, "failed"},
      {status::interrupted, "interrupted"},
  };
  std::string text;
  const auto add = [&text](std::size_t count, std::string_view words) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, words);
  };
  for (const Kind& kind : kinds)
    add(static_cast<std::size_t>(std::ranges::count(statuses, kind.status)),
        kind.status == status::holds && std::ranges::count(statuses, kind.status) == 1
            ? "holds"
            : kind.words);
  add(not_begun, "not begun");
  return fmt::format("{} runs: {}\n", statuses.size() + not_begun, text);
}

}  // namespace hubbub::sim
