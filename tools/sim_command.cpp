// `hubbub sim`: runs scenarios in virtual time and prints their verdicts.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
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
#include "tools/arguments.hpp"
#include "tools/commands.hpp"
#include "tools/interruption.hpp"
#include "tools/sim_places.hpp"
#include "tools/standard_output.hpp"

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

/// One scenario with one seed.
struct Job {
  std::string file;
  const sim::Scenario* scenario = nullptr;
  std::uint64_t seed = 0;
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
  options.interrupt = &interrupted();
  if (line != nullptr) options.progress = [line](const sim::RunProgress& p) { line->show(p); };
  sim::StoryWriter story(job.scenario->servers.all() * job.scenario->servers.nodes,
                         job.scenario->policy);
  if (!arguments.story.empty()) options.story = &story;
  const auto started = std::chrono::steady_clock::now();
  const sim::RunResult result = sim::run(*job.scenario, options);
  job.story = story.text();
  options.story = nullptr;
  const Duration real = std::chrono::steady_clock::now() - started;
  job.summary =
      sim::summarize(*job.scenario, result, real, command_again(arguments, job, result.seed));
  job.series = sim::series_of(result);
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
    for (std::size_t i = next++; i < jobs.size() && !interrupted(); i = next++)
      run_job(arguments, jobs[i], line ? &*line : nullptr);
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < std::min<std::size_t>(arguments.jobs, jobs.size()); ++i)
    others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  if (line) line->clear();
}

void print_documents(const std::vector<Job>& jobs) {
  std::vector<sim::Summary> summaries;
  for (const Job& job : jobs)
    if (job.done) summaries.push_back(job.summary);
  print_out(jobs.size() == 1 && !summaries.empty() ? sim::summary_json(summaries.front())
                                                   : sim::summaries_json(summaries));
}

void print(const SimArguments& arguments, const std::vector<Job>& jobs) {
  if (arguments.json) return print_documents(jobs);
  const sim::Style style = sim::style_for(STDOUT_FILENO);
  std::vector<int> statuses;
  for (const Job& job : jobs) {
    if (!job.done) continue;
    statuses.push_back(sim::exit_status(job.summary));
    print_out(arguments.quiet ? sim::verdict_line(job.summary, style)
                              : sim::verdict_text(job.summary, style));
  }
  if (jobs.size() > 1) print_out(sim::tally(statuses, jobs.size() - statuses.size()));
}

/// Standard output belongs to the documents if there are any, and to a line a run if so asked.
void tell(const SimArguments& arguments, const std::string& line) {
  if (!arguments.json && !arguments.quiet) return print_out(line + "\n");
  flush_out();
  fmt::print(stderr, "{}\n", line);
}

int fail(int status, const std::string& why) {
  fmt::print(stderr, "hubbub sim: {}\n", why);
  return status;
}

/// Nothing if a file was wrong; what, is said.
std::optional<std::vector<sim::Scenario>> load_all(const SimArguments& arguments) {
  std::vector<sim::Scenario> scenarios;
  bool right = true;
  for (const std::string& file : arguments.files) {
    if (const std::string meant = meant_as_option(file); !meant.empty()) {
      right = false;
      fail(0, meant);
      continue;
    }
    sim::ScenarioResult scenario = sim::load_scenario(file, arguments.overrides);
    if (scenario) {
      scenarios.push_back(std::move(*scenario));
      continue;
    }
    right = false;
    for (const sim::ScenarioError& error : scenario.error())
      fmt::print(stderr, "{}\n", sim::to_text(error));
  }
  if (!right) return {};
  return scenarios;
}

std::vector<Job> jobs_of(const SimArguments& arguments,
                         const std::vector<sim::Scenario>& scenarios) {
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const std::vector<std::uint64_t> own{scenarios[i].seed};
    for (const std::uint64_t seed : arguments.seeds.empty() ? own : arguments.seeds)
      jobs.push_back({arguments.files[i], &scenarios[i], seed, {}, {}, {}});
  }
  return jobs;
}

Result<void> write_all(const SimArguments& arguments, const std::vector<Job>& jobs,
                       Places& places) {
  bool written = false;
  for (std::size_t i = 0; i < jobs.size() && places.reports(); ++i) {
    if (!jobs[i].done) continue;
    const auto report = sim::write_report(places.directory(i), jobs[i].summary, jobs[i].series);
    if (!report) return tl::unexpected(report.error());
    written = true;
  }
  if (written)
    tell(arguments, fmt::format("Report: {} in {}", "summary.json, series.csv and junit.xml",
                                places.told(jobs.size())));
  if (arguments.story.empty() || !jobs.front().done) return {};
  if (const auto story = places.write_story(jobs.front().story); !story) return story;
  tell(arguments, "Story: " + arguments.story);
  return {};
}

int simulate(const SimArguments& arguments) {
  const auto scenarios = load_all(arguments);
  if (!scenarios) return sim::status::bad_input;
  std::vector<Job> jobs = jobs_of(arguments, *scenarios);
  std::vector<RunName> names;
  for (const Job& job : jobs) names.push_back({job.file, job.seed});
  take_interruptions();
  auto places = Places::make(arguments.report, arguments.story, names);
  if (!places) return fail(sim::status::bad_input, places.error().what);
  run_all(arguments, jobs);
  leave_interruptions();
  print(arguments, jobs);
  int status = sim::status::holds;
  if (const auto written = write_all(arguments, jobs, *places); !written)
    status = fail(sim::status::bad_input, written.error().what);
  for (const Job& job : jobs)
    status =
        sim::worse(status, job.done ? sim::exit_status(job.summary) : sim::status::interrupted);
  return with_signal(status);
}

}  // namespace

void add_sim(CLI::App& app, int& status) {
  auto arguments = std::make_shared<SimArguments>();
  CLI::App* command = app.add_subcommand("sim", "Run scenarios in virtual time, to a verdict");
  command->add_option("FILE", arguments->files, "Scenario files")->required();
  command
      ->add_option_function<std::vector<std::string>>(
          "--seed",
          [seeds = &arguments->seeds](const std::vector<std::string>& words) {
            for (const std::string& word : words)
              seeds->push_back(read_whole("--seed", word, 0, UINT64_MAX));
          },
          "Seeds in place of the files' own, a run each")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->option_text("UINT[,UINT...] (may be repeated)");
  command->add_option("--set", arguments->overrides, "Change a key: --set clients.users=500")
      ->allow_extra_args(false)
      ->option_text("KEY=VALUE (may be repeated)");
  add_path(
      *command, "--report", arguments->report, "DIR",
      "Write summary.json, series.csv and junit.xml into this directory; of several runs, each "
      "into FILE-SEED in it");
  add_path(*command, "--story", arguments->story, "FILE",
           "Write what clients did and which nodes died as a story for tests of the node");
  command->add_flag("--json", arguments->json,
                    "Print the summary as JSON; of several runs, a list of them");
  command->add_flag("--quiet", arguments->quiet, "Print one line a run");
  command->add_flag("--verify", arguments->verify, "Run twice and compare, window by window");
  add_whole(*command, "-j,--jobs", arguments->jobs, "Runs side by side", 1u, 256u);
  command->callback([arguments, &status] { status = simulate(*arguments); });
}

}  // namespace hubbub::tools
