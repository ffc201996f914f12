// `hubbub sim`: runs scenarios in virtual time and prints their verdicts.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "sim/report/documents.hpp"
#include "sim/report/exit_status.hpp"
#include "sim/report/progress.hpp"
#include "sim/report/verdict.hpp"
#include "sim/scenario/load.hpp"
#include "sim/world/summarize.hpp"
#include "tools/commands.hpp"

namespace hubbub::tools {
namespace {

struct SimArguments {
  std::vector<std::string> files;
  std::vector<std::uint64_t> seeds;
  std::vector<std::string> overrides;
  std::string report;
  std::string story;
  unsigned jobs = 1;
  bool json = false;
  bool quiet = false;
  bool verify = false;
};

/// Set by Ctrl-C; every run looks at it.
std::atomic<bool> interrupted{false};

void interrupt(int) {
  interrupted.store(true, std::memory_order_relaxed);
  std::signal(SIGINT, SIG_DFL);  // a second one ends at once
}

/// One scenario with one seed.
struct Job {
  std::string file;
  const sim::Scenario* scenario = nullptr;
  std::optional<std::uint64_t> seed;
  sim::Summary summary;
  sim::SeriesTable series;
  std::string story;
  bool done = false;
};

std::string quoted(const std::string& word) {
  if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "_./=-:,%[]") == std::string::npos)
    return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string command_again(const SimArguments& arguments, const Job& job, std::uint64_t seed) {
  std::string text = fmt::format("tools/hubbub sim {} --seed {}", quoted(job.file), seed);
  for (const std::string& change : arguments.overrides) text += " --set " + quoted(change);
  return text;
}

/// The moving line on a terminal. Of runs side by side it shows one.
class ProgressLine {
 public:
  ProgressLine() : width_(sim::style_for(STDERR_FILENO).width), started_(Clock::now()) {}

  void show(const sim::RunProgress& p) {
    const auto now = Clock::now();
    if (now - painted_ < std::chrono::milliseconds(100)) return;
    const std::lock_guard lock(mutex_);
    painted_ = now;
    const double real = std::chrono::duration<double>(now - started_).count();
    const double simulated = std::chrono::duration<double>(p.now).count();
    sim::ProgressFigures line;
    line.virtual_time = p.now;
    line.total = p.settling ? p.now : p.safety_end;
    line.speed = simulated / real;
    line.events_per_second = static_cast<double>(p.events) / real;
    line.online = p.online;
    if (p.ack_p99 > Duration{0}) line.p99 = p.ack_p99;
    if (!p.settling && p.now > Duration{0})
      line.left = Duration{static_cast<std::int64_t>(
          real * 1e9 * (std::chrono::duration<double>(p.safety_end).count() / simulated - 1))};
    const std::string bytes = line_.show(sim::progress_line(line, width_));
    std::fwrite(bytes.data(), 1, bytes.size(), stderr);
    std::fflush(stderr);
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    const std::string bytes = line_.clear();
    std::fwrite(bytes.data(), 1, bytes.size(), stderr);
  }

 private:
  using Clock = std::chrono::steady_clock;
  int width_;
  Clock::time_point started_;
  Clock::time_point painted_{};
  sim::TerminalLine line_;
  std::mutex mutex_;
};

void run_job(const SimArguments& arguments, Job& job, ProgressLine* line) {
  sim::RunOptions options;
  options.seed = job.seed;
  options.interrupt = &interrupted;
  if (line != nullptr) options.progress = [line](const sim::RunProgress& p) { line->show(p); };
  sim::StoryWriter story(job.scenario->servers.count * job.scenario->servers.nodes,
                         job.scenario->policy);
  if (!arguments.story.empty()) options.story = &story;
  const auto started = std::chrono::steady_clock::now();
  const sim::RunResult result = sim::run(*job.scenario, options);
  job.story = story.text();
  options.story = nullptr;
  const Duration real = std::chrono::steady_clock::now() - started;
  job.summary =
      sim::summarize(*job.scenario, result, real, command_again(arguments, job, result.seed));
  job.series = sim::series_of(result.meters.series);
  if (arguments.verify && !result.interrupted) {
    const sim::RunResult second = sim::run(*job.scenario, options);
    if (!second.interrupted) sim::note_repetition(job.summary, result, second);
    job.summary.interrupted = second.interrupted;
  }
  job.done = true;
}

/// Runs all jobs, `jobs` at a time. Which thread runs which, and when, changes no result.
void run_all(const SimArguments& arguments, std::vector<Job>& jobs) {
  std::optional<ProgressLine> line;
  if (!arguments.quiet && !arguments.json && ::isatty(STDERR_FILENO) == 1) line.emplace();
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < jobs.size() && !interrupted; i = next++)
      run_job(arguments, jobs[i], line ? &*line : nullptr);
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < std::min<std::size_t>(arguments.jobs, jobs.size()); ++i)
    others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  if (line) line->clear();
}

/// DIR itself for one run; for several a folder in it for each.
bool write_reports(const SimArguments& arguments, const std::vector<Job>& jobs) {
  for (const Job& job : jobs) {
    if (!job.done) continue;
    std::filesystem::path directory = arguments.report;
    if (jobs.size() > 1)
      directory /=
          fmt::format("{}-{}", std::filesystem::path(job.file).stem().string(), job.summary.seed);
    const auto written = sim::write_report(directory, job.summary, job.series);
    if (written) continue;
    std::fprintf(stderr, "hubbub sim: %s\n", written.error().what.c_str());
    return false;
  }
  return true;
}

bool write_story(const std::string& file, const std::string& story) {
  std::ofstream out(file, std::ios::binary);
  out << story;
  if (out.flush()) return true;
  std::fprintf(stderr, "hubbub sim: %s: the story cannot be written here\n", file.c_str());
  return false;
}

void print(const SimArguments& arguments, const std::vector<Job>& jobs) {
  const sim::Style style = sim::style_for(STDOUT_FILENO);
  for (const Job& job : jobs) {
    if (!job.done) continue;
    const std::string text = arguments.json    ? sim::summary_json(job.summary)
                             : arguments.quiet ? sim::verdict_line(job.summary, style)
                                               : sim::verdict_text(job.summary, style);
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (text.empty() || text.back() != '\n') std::fputc('\n', stdout);
  }
  std::fflush(stdout);
}

int simulate(const SimArguments& arguments) {
  std::vector<sim::Scenario> scenarios;
  bool right = true;
  scenarios.reserve(arguments.files.size());
  for (const std::string& file : arguments.files) {
    sim::ScenarioResult scenario = sim::load_scenario(file, arguments.overrides);
    if (scenario) {
      scenarios.push_back(std::move(*scenario));
      continue;
    }
    right = false;
    for (const sim::ScenarioError& error : scenario.error())
      std::fprintf(stderr, "%s\n", sim::to_text(error).c_str());
  }
  if (!right) return sim::status::bad_input;

  std::vector<Job> jobs;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    if (arguments.seeds.empty())
      jobs.push_back({arguments.files[i], &scenarios[i], {}, {}, {}, {}});
    for (const std::uint64_t seed : arguments.seeds)
      jobs.push_back({arguments.files[i], &scenarios[i], seed, {}, {}, {}});
  }
  if (!arguments.story.empty() && jobs.size() != 1) {
    std::fprintf(
        stderr,
        "hubbub sim: --story tells of one run, and these are %zu; name one file and one seed\n",
        jobs.size());
    return sim::status::bad_input;
  }
  std::signal(SIGINT, interrupt);
  run_all(arguments, jobs);
  std::signal(SIGINT, SIG_DFL);
  print(arguments, jobs);
  if (!arguments.report.empty() && !write_reports(arguments, jobs)) return sim::status::bad_input;
  if (!arguments.story.empty() && jobs.front().done &&
      !write_story(arguments.story, jobs.front().story))
    return sim::status::bad_input;

  int status = sim::status::holds;
  for (const Job& job : jobs)
    status =
        sim::worse(status, job.done ? sim::exit_status(job.summary) : sim::status::interrupted);
  return status;
}

}  // namespace

void add_sim(CLI::App& app, int& status) {
  auto arguments = std::make_shared<SimArguments>();
  CLI::App* command = app.add_subcommand("sim", "Run scenarios in virtual time, to a verdict");
  command->add_option("FILE", arguments->files, "Scenario files")->required();
  command->add_option("--seed", arguments->seeds, "Seeds in place of the files' own, a run each")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--set", arguments->overrides, "Change a key: clients.users=500")
      ->allow_extra_args(false);
  command->add_option("--report", arguments->report,
                      "Write summary.json, series.csv and junit.xml into this directory");
  command->add_option(
      "--story", arguments->story,
      "Write what clients did and which nodes died as a story for tests of the node");
  command->add_flag("--json", arguments->json, "Print the summary as JSON");
  command->add_flag("--quiet", arguments->quiet, "Print one line a run");
  command->add_flag("--verify", arguments->verify, "Run twice and compare, window by window");
  command->add_option("-j,--jobs", arguments->jobs, "Runs side by side")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->callback([arguments, &status] { status = simulate(*arguments); });
}

}  // namespace hubbub::tools
