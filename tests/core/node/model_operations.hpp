// What happens in the model test, in random order; what the numbers mean, each operation says for itself.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <ostream>

namespace hubbub::test {

struct Operation {
  enum class What : std::uint8_t {
    say, say_again, create, add, remove, leave, rename, reconnect, move,
    crash, power_loss, crash_during, sleep,
    promote, demote, hand_over, settings, contact, uncontact, block, unblock, read,
    add_all, look, look_away, say_named, say_named_again, lose_answer
  };
  What what{};
  std::uint8_t a{}, b{}, c{};
};

inline std::ostream& operator<<(std::ostream& out, const Operation& o) {
  static constexpr const char* names[] = {"say", "say_again", "create", "add", "remove", "leave", "rename",
                                          "reconnect", "move", "crash", "power_loss", "crash_during", "sleep",
                                          "promote", "demote", "hand_over", "settings", "contact",
                                          "uncontact", "block", "unblock", "read", "add_all", "look", "look_away",
                                          "say_named", "say_named_again", "lose_answer"};
  return out << names[static_cast<int>(o.what)] << '(' << int{o.a} << ',' << int{o.b} << ','
             << int{o.c} << ')';
}

inline rc::Gen<Operation> any_operation() {
  return rc::gen::apply(
      [](int what, std::uint8_t a, std::uint8_t b, std::uint8_t c) {
        // Half of all operations say something.
        return Operation{what < 28 ? static_cast<Operation::What>(what) : Operation::What::say, a, b, c};
      },
      rc::gen::inRange(0, 46), rc::gen::arbitrary<std::uint8_t>(), rc::gen::arbitrary<std::uint8_t>(),
      rc::gen::arbitrary<std::uint8_t>());
}

}  // namespace hubbub::test
