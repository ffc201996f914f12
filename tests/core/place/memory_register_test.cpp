#include "core/place/memory_register.hpp"

#include "tests/core/place/register_conformance.hpp"

namespace hubbub::test {
namespace {

class MemoryWorld final : public RegisterWorld {
 public:
  Register& reg() override { return register_; }
  void pass(Duration time) override {
    register_.poll();
    register_.advance(time);
    register_.poll();
  }
  void reconnect() override { register_.forget_history(); }

 private:
  MemoryRegister register_;
};

INSTANTIATE_TEST_SUITE_P(Memory, RegisterConformance,
                         testing::Values(RegisterMaker{
                             "Memory", [] { return std::make_unique<MemoryWorld>(); }}),
                         register_name);

TEST(MemoryRegister, SaysWhenSomethingWillHappen) {
  MemoryRegister memory;
  EXPECT_EQ(memory.next_deadline(), never);
  memory.set({"a", 0, "1", 5s}, [](const RegisterSetDone&) {});
  EXPECT_EQ(memory.next_deadline(), 5s);
  memory.read(memory.revision(), 3s, [](const RegisterPage&) {});
  EXPECT_EQ(memory.next_deadline(), 3s);
  memory.advance(4s);
  EXPECT_EQ(memory.now(), 4s);
  EXPECT_EQ(memory.next_deadline(), 5s);
  EXPECT_TRUE(memory.poll());
  EXPECT_FALSE(memory.poll());
  memory.read(memory.revision(), never, [](const RegisterPage&) {});
  memory.advance(1s);
  EXPECT_EQ(memory.next_deadline(), never);
}

TEST(MemoryRegister, AnswersWhatIsAskedInAnAnswerInTheSamePoll) {
  MemoryRegister memory;
  std::uint64_t version = 0;
  memory.set({"a", 0, "1", {}}, [&](const RegisterSetDone& first) {
    memory.set({"a", first.version, "2", {}},
               [&](const RegisterSetDone& second) { version = second.version; });
  });
  EXPECT_TRUE(memory.poll());
  EXPECT_EQ(version, memory.revision());
}

TEST(MemoryRegister, RemembersTheLastKeysThatWereTakenAway) {
  MemoryRegister memory;
  const std::uint64_t before = memory.revision();
  const auto make_and_take = [&](std::size_t n) {
    const std::string key = "k" + std::to_string(n);
    memory.set({key, 0, "1", {}}, [](const RegisterSetDone&) {});
    memory.set({key, memory.revision(), "", {}}, [](const RegisterSetDone&) {});
  };
  const auto page_from_before = [&] {
    std::pair<bool, std::size_t> found;
    memory.read(before, {}, [&](const RegisterPage& page) {
      found = {page.whole, page.entries.size()};
    });
    memory.poll();
    return found;
  };
  for (std::size_t n = 0; n < MemoryRegister::remembered_most; ++n) make_and_take(n);
  EXPECT_EQ(page_from_before(), std::pair(false, MemoryRegister::remembered_most));
  make_and_take(MemoryRegister::remembered_most);
  EXPECT_EQ(page_from_before(), std::pair(true, std::size_t{0}));
}

TEST(MemoryRegister, IsAwayForWhoKnowsMoreThanThereIs) {
  MemoryRegister memory;
  bool away = false;
  memory.read(memory.revision() + 1, 1h, [&](const RegisterPage& page) { away = page.away; });
  memory.poll();
  EXPECT_TRUE(away);
}

}  // namespace
}  // namespace hubbub::test
