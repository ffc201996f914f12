// The house in order; and that every rule notices when it is not.
#include "tests/tools/house_rules.hpp"

#include <gmock/gmock.h>

namespace hubbub::house {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The tests run in the root of the project.
const Files& tree() {
  static const Files files = read_tree(std::filesystem::current_path());
  return files;
}

std::string listed(const Findings& findings) {
  std::string all;
  for (const std::string& finding : findings) all += finding + "\n";
  return all;
}

TEST(House, IsTheOneThatIsMeant) {
  EXPECT_GT(tree().size(), 50u);
  EXPECT_TRUE(
      std::ranges::any_of(tree(), [](const File& f) { return f.path == "core/base/ids.hpp"; }));
}

TEST(House, HasAPureCore) { EXPECT_EQ(listed(impurities(tree())), ""); }
TEST(House, IncludesOnlyDownwards) { EXPECT_EQ(listed(wrong_includes(tree())), ""); }
TEST(House, WalksNoHashContainer) { EXPECT_EQ(listed(unordered_walks(tree())), ""); }
TEST(House, HasNoLongFiles) { EXPECT_EQ(listed(long_files(tree())), ""); }
TEST(House, ExplainsEveryFolder) { EXPECT_EQ(listed(folders_without_readme(tree())), ""); }
TEST(House, HasNoLooseEnds) { EXPECT_EQ(listed(loose_ends(tree())), ""); }

TEST(HouseRules, NoticeAClockInTheCore) {
  const auto in_core = [](const std::string& text) {
    return impurities({{"core/chat/a.cpp", text}});
  };
  EXPECT_THAT(in_core("#include <thread>\n"), ElementsAre(HasSubstr("core/chat/a.cpp:1: ")));
  EXPECT_THAT(in_core("\nauto t = std::chrono::steady_clock::now();\n"),
              ElementsAre(HasSubstr("a.cpp:2: the core is pure, and says steady_clock")));
  EXPECT_THAT(in_core("int r = rand();\n"), ElementsAre(HasSubstr("rand(")));
  EXPECT_THAT(in_core("long t = time(nullptr);\n"), ElementsAre(HasSubstr("time(")));
  EXPECT_THAT(in_core("#include <boost/asio.hpp>\n"), ElementsAre(HasSubstr("boost/asio.hpp")));
  EXPECT_THAT(in_core("// steady_clock and rand() are not used\nlog(\"time(\");\nx.time();\n"),
              IsEmpty());
  EXPECT_THAT(impurities({{"core/server/a.cpp", "#include <thread>\n"}}), IsEmpty());
}

TEST(HouseRules, NoticeAnIncludeUpwards) {
  const Files files = {{"core/base/a.hpp", "#include \"core/wire/b.hpp\"\n"},
                       {"core/wire/b.hpp", "#include \"core/base/a.hpp\"\n"},
                       {"sim/world/c.hpp", "#include \"core/server/d.hpp\"\n"},
                       {"core/server/d.hpp", "#include \"e.hpp\"\n"}};
  EXPECT_THAT(wrong_includes(files),
              ElementsAre("core/base/a.hpp:1: core/base may not include core/wire/b.hpp",
                          "sim/world/c.hpp:1: sim/world may not include core/server/d.hpp",
                          HasSubstr("core/server/d.hpp:1: \"e.hpp\" is no file")));
}

TEST(HouseRules, NoticeAWalkOverAHashContainer) {
  const std::string header = "absl::flat_hash_map<UserId, std::vector<int>> users_;\n";
  const auto with = [&](const std::string& text) {
    return unordered_walks({{"core/chat/a.hpp", header}, {"core/chat/a.cpp", text}});
  };
  EXPECT_THAT(with("for (auto& [id, u] : users_) f(u);\n"),
              ElementsAre(HasSubstr("a.cpp:1: walks")));
  EXPECT_THAT(with("for (auto& [id, u] : shard.users_) f(u);\n"), ElementsAre(HasSubstr("users_")));
  EXPECT_THAT(with("std::sort(users_.begin(), users_.end());\n"), ElementsAre(HasSubstr("users_")));
  EXPECT_THAT(with("// A sum: in any order.\nfor (auto& u : users_) n += u;\n"), IsEmpty());
  EXPECT_THAT(with("for (auto& u : others_) f(u);\nusers_.find(x);\n"), IsEmpty());
}

TEST(HouseRules, NoticeWhatGrewTooLong) {
  EXPECT_THAT(long_files({{"core/chat/a.cpp", std::string(601, '\n')}}), testing::SizeIs(1));
  EXPECT_THAT(long_files({{"core/chat/a.cpp", std::string(600, '\n')}}), IsEmpty());
}

TEST(HouseRules, NoticeAFolderThatExplainsNothing) {
  EXPECT_THAT(folders_without_readme({{"core/chat/a.cpp", ""}, {"core/README.md", ""}}),
              ElementsAre(HasSubstr("core/chat/README.md")));
}

TEST(HouseRules, NoticeLooseEnds) {
  const auto in = [](const std::string& path, const std::string& text) {
    return loose_ends({{path, text}});
  };
  EXPECT_THAT(in("a.cpp", std::string("// TO") + "DO: later\n"),
              ElementsAre(HasSubstr("a.cpp:1: ")));
  EXPECT_THAT(in("a.md", std::string("see /ho") + "me/me/notes\n"),
              ElementsAre(HasSubstr("machine")));
  EXPECT_THAT(in("core/string_utils.cpp", ""), ElementsAre(HasSubstr("utils")));
  EXPECT_THAT(in("core/helpers/a.cpp", ""), ElementsAre(HasSubstr("helpers")));
  EXPECT_THAT(in("core/a.hpp", ""), ElementsAre(HasSubstr("#pragma once")));
  EXPECT_THAT(in("core/utilisation.cpp", "XXH3\n"), IsEmpty());
}

TEST(HouseRules, ReadCodeWithoutItsCommentsAndTexts) {
  EXPECT_EQ(code_of("a // b\nc /* d\n e */ f \"g\\\"h\" 'i' 1'000\n"),
            "a     \nc     \n      f \"    \" ' ' 1'000\n");
}

}  // namespace
}  // namespace hubbub::house
