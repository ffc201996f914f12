// What any register does (core/place/register.hpp): a suite that each must pass. To join, include
// this in one source of a test program, write a RegisterWorld and
//
//   INSTANTIATE_TEST_SUITE_P(Memory, RegisterConformance, testing::Values(RegisterMaker{...}),
//                            register_name);
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/limits.hpp"
#include "core/place/register.hpp"
#include "core/place/register_view.hpp"
#include "sim/engine/random.hpp"

namespace hubbub::test {

/// An empty register, and what it lives in.
class RegisterWorld {
 public:
  virtual ~RegisterWorld() = default;
  virtual Register& reg() = 0;
  /// Time passes, and answers come; 0: those that are there.
  virtual void pass(Duration time) = 0;
  /// What lies between the register and who asks is made anew, and the register may have forgotten
  /// what changed up to now. REQUIRES: nothing is unanswered.
  virtual void reconnect() = 0;
  /// How late an answer, or a key's vanishing, may be.
  virtual Duration lateness() const { return {}; }
};

struct RegisterMaker {
  std::string name;
  std::function<std::unique_ptr<RegisterWorld>()> make;
};
inline std::string register_name(const testing::TestParamInfo<RegisterMaker>& chosen) {
  return chosen.param.name;
}

/// An answer that outlives its call.
struct SetAnswer {
  RegisterOutcome outcome{};
  std::uint64_t version{};
  std::string value;
};
struct PageAnswer {
  bool away{};
  bool whole{};
  std::uint64_t revision{};
  std::map<std::string, std::pair<std::uint64_t, std::string>> entries;
};

class RegisterConformance : public testing::TestWithParam<RegisterMaker> {
 protected:
  using Values = std::map<std::string, std::string>;

  /// Answers arrive here; kept until the end, as answers may come late.
  template <class Answer>
  using Waiting = std::shared_ptr<std::optional<Answer>>;

  Waiting<SetAnswer> begin_set(const RegisterSet& set) {
    auto answer = std::make_shared<std::optional<SetAnswer>>();
    world->reg().set(set, [answer](const RegisterSetDone& done) {
      ASSERT_FALSE(*answer) << "answered twice";
      *answer = {done.outcome, done.version, std::string(done.value)};
    });
    EXPECT_FALSE(*answer) << "no answer comes before the call returns";
    return answer;
  }
  Waiting<PageAnswer> begin_read(std::uint64_t revision, Duration wait) {
    auto answer = std::make_shared<std::optional<PageAnswer>>();
    world->reg().read(revision, wait, [answer](const RegisterPage& page) {
      ASSERT_FALSE(*answer) << "answered twice";
      *answer = {page.away, page.whole, page.revision, {}};
      for (const RegisterEntry& entry : page.entries) {
        ASSERT_FALSE((*answer)->entries.contains(std::string(entry.key))) << "a key twice";
        (*answer)->entries[std::string(entry.key)] = {entry.version, std::string(entry.value)};
      }
    });
    EXPECT_FALSE(*answer) << "no answer comes before the call returns";
    return answer;
  }
  /// Gives an answer that is due its time.
  template <class Answer>
  Answer finish(const Waiting<Answer>& waiting) {
    world->pass({});
    if (!*waiting) world->pass(world->lateness());
    EXPECT_TRUE(*waiting) << "no answer";
    return waiting->value_or(Answer{});
  }

  SetAnswer set(std::string_view key, std::uint64_t version, std::string_view value,
                Duration lives = {}) {
    return finish(begin_set({key, version, value, lives}));
  }
  /// The version that a set gave; it must succeed.
  std::uint64_t put(std::string_view key, std::uint64_t version, std::string_view value,
                    Duration lives = {}) {
    const SetAnswer answer = set(key, version, value, lives);
    EXPECT_EQ(answer.outcome, RegisterOutcome::done);
    return answer.version;
  }
  PageAnswer read(std::uint64_t revision) { return finish(begin_read(revision, {})); }
  std::uint64_t revision() { return read(0).revision; }
  Values values() {
    Values found;
    for (const auto& [key, entry] : read(0).entries) found[key] = entry.second;
    return found;
  }
  /// Long enough for anything that is due to have happened.
  void pass_beyond(Duration time) { world->pass(time + world->lateness()); }

  static constexpr Duration ttl = 2s;
  std::unique_ptr<RegisterWorld> world = GetParam().make();
};

// --- Compare and set ---------------------------------------------------------------------------

TEST_P(RegisterConformance, SetsAKeyThatIsAbsentUnderVersionZeroOnly) {
  const SetAnswer wrong = set("map", 7, "x");
  EXPECT_EQ(wrong.outcome, RegisterOutcome::conflict);
  EXPECT_EQ(wrong.version, 0u);
  EXPECT_EQ(wrong.value, "");
  EXPECT_GT(put("map", 0, "x"), 0u);
  EXPECT_EQ(values(), (Values{{"map", "x"}}));
}

TEST_P(RegisterConformance, SetsAKeyThatIsThereUnderItsVersionOnlyAndSaysWhatIsThere) {
  const std::uint64_t first = put("map", 0, "x");
  const std::uint64_t second = put("map", first, "y");
  EXPECT_GT(second, first);
  for (const std::uint64_t version : {std::uint64_t{0}, first, second + 1}) {
    const SetAnswer answer = set("map", version, "z");
    EXPECT_EQ(answer.outcome, RegisterOutcome::conflict);
    EXPECT_EQ(answer.version, second);
    EXPECT_EQ(answer.value, "y");
  }
  EXPECT_EQ(values(), (Values{{"map", "y"}}));
}

TEST_P(RegisterConformance, LetsOneOfManySettersWin) {
  std::uint64_t version = 0;
  for (int round = 0; round < 5; ++round) {
    std::vector<Waiting<SetAnswer>> answers;
    for (int i = 0; i < 8; ++i)
      answers.push_back(begin_set({"map", version, std::to_string(10 * round + i), {}}));
    std::optional<SetAnswer> winner;
    std::vector<SetAnswer> losers;
    for (int i = 0; i < 8; ++i) {
      const SetAnswer answer = finish(answers[static_cast<std::size_t>(i)]);
      if (answer.outcome == RegisterOutcome::done) {
        EXPECT_FALSE(winner);
        winner = {answer.outcome, answer.version, std::to_string(10 * round + i)};
      } else {
        losers.push_back(answer);
      }
    }
    ASSERT_TRUE(winner);
    for (const SetAnswer& loser : losers) {
      EXPECT_EQ(loser.outcome, RegisterOutcome::conflict);
      EXPECT_EQ(loser.version, winner->version);
      EXPECT_EQ(loser.value, winner->value);
    }
    EXPECT_EQ(values(), (Values{{"map", winner->value}}));
    version = winner->version;
  }
}

TEST_P(RegisterConformance, GivesEveryChangeTheNextRevisionAndTheKeyThatAsItsVersion) {
  const std::uint64_t a = put("a", 0, "1");
  EXPECT_EQ(revision(), a);
  const std::uint64_t b = put("b", 0, "1");
  EXPECT_GT(b, a);
  EXPECT_EQ(revision(), b);
  const PageAnswer page = read(0);
  EXPECT_EQ(page.entries.at("a").first, a);
  EXPECT_EQ(page.entries.at("b").first, b);
  set("b", a, "2");
  EXPECT_EQ(revision(), b) << "a conflict changes nothing";
  const std::uint64_t again = put("b", b, "2");
  EXPECT_EQ(revision(), again);
}

TEST_P(RegisterConformance, TakesAKeyAwayWithAnEmptyValue) {
  const std::uint64_t version = put("a", 0, "1");
  EXPECT_EQ(set("a", version + 1, "").outcome, RegisterOutcome::conflict);
  EXPECT_EQ(put("a", version, ""), 0u);
  EXPECT_GT(revision(), version);
  EXPECT_THAT(values(), testing::IsEmpty());
  EXPECT_EQ(set("a", version, "2").outcome, RegisterOutcome::conflict);
  EXPECT_GT(put("a", 0, "2"), version) << "a version is never used again";
  const std::uint64_t before = revision();
  EXPECT_EQ(put("never there", 0, ""), 0u);
  EXPECT_EQ(revision(), before);
}

TEST_P(RegisterConformance, HoldsTheLongestKeysAndValues) {
  const std::string key(limits::register_key_bytes, 'k');
  std::string value(limits::register_value_bytes, '\0');
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<char>(i * 7);
  put(key, 0, value);
  EXPECT_EQ(values(), (Values{{key, value}}));
}

// --- Time to live ------------------------------------------------------------------------------

TEST_P(RegisterConformance, RefreshingKeepsVersionAndRevisionAndTheKeyAlive) {
  const std::uint64_t version = put("node/1", 0, "x", ttl);
  for (int i = 0; i < 6; ++i) {
    world->pass(ttl / 2);
    EXPECT_EQ(put("node/1", version, "x", ttl), version);
    EXPECT_EQ(revision(), version);
  }
  pass_beyond(ttl);
  EXPECT_THAT(values(), testing::IsEmpty());
  EXPECT_EQ(set("node/1", version, "x", ttl).outcome, RegisterOutcome::conflict);
}

TEST_P(RegisterConformance, AKeyLivesForTheTimeThatItWasSetWithLast) {
  const std::uint64_t a = put("a", 0, "x", ttl);
  const std::uint64_t b = put("b", 0, "x");
  const std::uint64_t c = put("c", 0, "x", ttl);
  put("a", a, "x");
  put("b", b, "x", ttl);
  put("c", c, "y", 3 * ttl);
  pass_beyond(ttl);
  EXPECT_EQ(values(), (Values{{"a", "x"}, {"c", "y"}}));
  pass_beyond(2 * ttl);
  EXPECT_EQ(values(), (Values{{"a", "x"}}));
}

TEST_P(RegisterConformance, ARefusedSetRefreshesNothing) {
  const std::uint64_t version = put("a", 0, "x", ttl);
  world->pass(ttl / 2);
  set("a", version + 1, "x", ttl);
  pass_beyond(ttl / 2);
  EXPECT_THAT(values(), testing::IsEmpty());
}

TEST_P(RegisterConformance, VanishingIsAChangeThatAWaitingReadSees) {
  const std::uint64_t version = put("node/1", 0, "x", ttl);
  put("map", 0, "m");
  const std::uint64_t before = revision();
  const auto waiting = begin_read(before, 10 * ttl);
  world->pass(ttl / 2);
  EXPECT_FALSE(*waiting) << "it lives";
  world->pass(ttl / 2);
  const PageAnswer page = finish(waiting);
  EXPECT_GT(page.revision, before);
  EXPECT_FALSE(page.whole);
  ASSERT_EQ(page.entries.size(), 1u);
  EXPECT_EQ(page.entries.at("node/1").first, 0u);
  EXPECT_GT(put("node/1", 0, "x", ttl), version);
}

// --- Reading -----------------------------------------------------------------------------------

TEST_P(RegisterConformance, EvenAnEmptyRegisterHasARevisionToWaitFrom) {
  const PageAnswer empty = finish(begin_read(0, 1h));
  EXPECT_TRUE(empty.whole);
  EXPECT_GT(empty.revision, 0u);
  EXPECT_THAT(empty.entries, testing::IsEmpty());
  const auto waiting = begin_read(empty.revision, 1h);
  world->pass({});
  EXPECT_FALSE(*waiting);
  put("a", 0, "1");
  EXPECT_EQ(finish(waiting).entries.size(), 1u);
}

TEST_P(RegisterConformance, TellsEverythingToWhoKnowsNothingAndElseWhatChanged) {
  const std::uint64_t a = put("a", 0, "1");
  const std::uint64_t b = put("b", 0, "1");
  const std::uint64_t c = put("c", 0, "1");
  const std::uint64_t known = revision();
  const std::uint64_t b2 = put("b", b, "2");
  put("c", c, "");
  const PageAnswer all = read(0);
  EXPECT_TRUE(all.whole);
  EXPECT_EQ(all.entries, (decltype(all.entries){{"a", {a, "1"}}, {"b", {b2, "2"}}}));
  const PageAnswer changes = read(known);
  EXPECT_FALSE(changes.whole);
  EXPECT_EQ(changes.revision, all.revision);
  EXPECT_EQ(changes.entries, (decltype(all.entries){{"b", {b2, "2"}}, {"c", {0, ""}}}));
}

TEST_P(RegisterConformance, AReadEndsWithItsWaitWhenNothingChanges) {
  const std::uint64_t version = put("a", 0, "1", 1h);
  const PageAnswer at_once = read(version);
  EXPECT_EQ(at_once.revision, version);
  EXPECT_FALSE(at_once.whole);
  EXPECT_THAT(at_once.entries, testing::IsEmpty());

  const auto waiting = begin_read(version, 3s);
  world->pass(1s);
  EXPECT_EQ(put("a", version, "1", 1h), version);
  world->pass(1s);
  EXPECT_FALSE(*waiting) << "a refresh is no change";
  world->pass(1s);
  const PageAnswer page = finish(waiting);
  EXPECT_FALSE(page.away);
  EXPECT_EQ(page.revision, version);
  EXPECT_THAT(page.entries, testing::IsEmpty());
}

TEST_P(RegisterConformance, AChangeAnswersEveryoneWhoWaits) {
  const std::uint64_t known = put("a", 0, "1");
  std::vector<Waiting<PageAnswer>> readers;
  for (int i = 0; i < 5; ++i) readers.push_back(begin_read(known, 1h));
  world->pass({});
  for (const auto& reader : readers) EXPECT_FALSE(*reader);
  const std::uint64_t changed = put("b", 0, "1");
  for (const auto& reader : readers) EXPECT_EQ(finish(reader).revision, changed);
}

TEST_P(RegisterConformance, WhoComesBackAfterLongKnowsWhatThereIs) {
  const std::uint64_t a = put("a", 0, "1");
  put("b", 0, "1");
  RegisterView view;
  const auto look = [&] {
    const auto waiting = std::make_shared<bool>(true);
    world->reg().read(view.revision(), {}, [&view, waiting](const RegisterPage& page) {
      EXPECT_GE(page.revision, view.revision());
      view.apply(page);
      *waiting = false;
    });
    world->pass({});
    if (*waiting) world->pass(world->lateness());
    EXPECT_FALSE(*waiting);
  };
  look();
  EXPECT_EQ(view.find("a").version, a);
  put("a", a, "");
  put("c", 0, "1");
  world->reconnect();
  look();
  EXPECT_EQ(view.find("a").version, 0u);
  EXPECT_EQ(view.find("b").value, "1");
  EXPECT_EQ(view.find("c").value, "1");
}

TEST_P(RegisterConformance, ReadersFollowWhateverSettersDoAndNeverGoBack) {
  struct Reader {
    RegisterView view;
    bool waits = false;
  };
  sim::Random random(2026, 1, 1);
  std::map<std::string, std::pair<std::uint64_t, std::string>> truth;
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; i < 3; ++i) readers.push_back(std::make_unique<Reader>());
  const auto look = [&](Reader& reader, Duration wait) {
    if (reader.waits) return;
    reader.waits = true;
    const std::uint64_t from = reader.view.revision();
    world->reg().read(from, wait, [&reader, from](const RegisterPage& page) {
      reader.waits = false;
      ASSERT_FALSE(page.away);
      EXPECT_GE(page.revision, from);
      reader.view.apply(page);
    });
  };
  const auto wait_for_all = [&] {
    for (int i = 0; i < 5; ++i) world->pass(i == 0 ? 0s : 1s);
  };
  for (int step = 0; step < 300; ++step) {
    const std::string key = "key" + std::to_string(random.below(5));
    const auto at = truth.find(key);
    const std::uint64_t version = at == truth.end() ? 0 : at->second.first;
    const std::string value(random.below(3), 'v');
    switch (random.below(8)) {
      case 0:
        wait_for_all();
        world->reconnect();
        break;
      case 1:
      case 2:
      case 3:
        look(*readers[random.below(3)], random.below(3) * 1s);
        break;
      case 4:
        EXPECT_EQ(set(key, version + 1, value).outcome, RegisterOutcome::conflict);
        break;
      default:
        truth[key] = {put(key, version, value), value};
        if (value.empty()) truth.erase(key);
    }
  }
  wait_for_all();
  for (auto& reader : readers) {
    look(*reader, {});
    wait_for_all();
    EXPECT_FALSE(reader->waits);
    for (int k = 0; k < 5; ++k) {
      const std::string key = "key" + std::to_string(k);
      const auto at = truth.find(key);
      const RegisterEntry found = reader->view.find(key);
      EXPECT_EQ(found.version, at == truth.end() ? 0 : at->second.first);
      EXPECT_EQ(found.value, at == truth.end() ? "" : at->second.second);
    }
  }
}

TEST_P(RegisterConformance, TakesItForAFaultOfTheCallerIfAKeyOrValueIsTooLong) {
  const std::string key(limits::register_key_bytes + 1, 'k');
  const std::string value(limits::register_value_bytes + 1, 'v');
  EXPECT_EXIT(set(key, 0, "v"), testing::ExitedWithCode(70), "register_key_bytes");
  EXPECT_EXIT(set("", 0, "v"), testing::ExitedWithCode(70), "key");
  EXPECT_EXIT(set("k", 0, value), testing::ExitedWithCode(70), "register_value_bytes");
}

}  // namespace hubbub::test
