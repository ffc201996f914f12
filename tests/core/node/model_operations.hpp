// Who there is in the model test, and what happens, in random order; what the numbers mean, each
// operation says for itself.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "core/wire/frames.hpp"
#include "tests/core/node/reference_model.hpp"

namespace hubbub::test {

/// One device of each user, a good client in the smallest form: it numbers, repeats and keeps what
/// it is shown.
struct Person {
  UserId user;
  NodeId node;
  ConnectionId connection;
  bool connected = false;
  bool polled = false;
  RequestId last_poll = 0;
  bool got_something = false;  ///< by its last poll
  Cursor cursor;
  bool has_cursor = false;
  std::map<ConversationId, std::uint64_t> numbers;
  std::uint64_t calls = 0;
  RequestId last_request = 0;
  std::optional<to_client::Frame> answer;
  std::map<ConversationId, std::map<Sequence, ReferenceModel::Entry>> shown;

  /// What it looks at on this connection, and the head that it was told.
  std::map<ConversationId, Sequence> heads;

  std::map<ConversationId, Sequence> read;
  std::map<ConversationId, std::map<UserId, MarkOf>> receipts;  ///< the highest that it was told
  std::vector<ConversationId> listed;
  std::map<UserId, ReferenceModel::Contact> contacts;
  std::vector<std::pair<UserId, Role>> members;
};

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
