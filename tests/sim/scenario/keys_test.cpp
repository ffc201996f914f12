// The description of the file leaves out no member of the structure.
#include "sim/scenario/keys.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace hubbub::sim {

/// Converts to whatever a member is, where nothing is evaluated: so it has no definition, and is not
/// in the unnamed namespace, where a compiler would ask for one.
struct Anything {
  template <class T>
  operator T() const;
};

namespace {

/// Members of an aggregate: as many values as it can be made of.
template <class Struct, class... Given>
consteval std::size_t members_of() {
  if constexpr (requires { Struct{Given{}..., Anything{}}; }) {
    return members_of<Struct, Given..., Anything>();
  } else {
    return sizeof...(Given);
  }
}

/// Counts the keys of one structure that have a member behind them.
class KeyCount {
 public:
  template <class Struct>
  static std::size_t of() {
    KeyCount keys;
    Struct fresh{};
    describe(keys, fresh);
    return keys.count_;
  }

  void directive(std::string_view, const Spec&, std::string_view) {}
  template <class T>
  void field(std::string_view, T&, const Spec&, std::string_view) {
    ++count_;
  }
  template <class Struct>
  void object(std::string_view, Struct&, std::string_view) {
    ++count_;
  }
  template <class Struct>
  void list(std::string_view, std::vector<Struct>&, std::size_t, std::string_view) {
    ++count_;
  }

 private:
  std::size_t count_ = 0;
};

template <class Struct>
class Keys : public testing::Test {};

using Structs = testing::Types<ServiceTimes, Disk, Servers, Network, Reconnect, Absence, Groups,
                               Clients, Fault, Policy, Expect, Scenario>;
TYPED_TEST_SUITE(Keys, Structs);

TYPED_TEST(Keys, DescribeEveryMember) {
  EXPECT_EQ(KeyCount::of<TypeParam>(), members_of<TypeParam>());
}

}  // namespace
}  // namespace hubbub::sim
