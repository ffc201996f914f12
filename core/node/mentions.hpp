// What mentions a user: their newest mentions, each a row beside the inbox's entry that brought it, written
// with it, so that each is there once.
#pragma once

#include "core/node/context.hpp"

namespace hubbub {

class Mentions {
 public:
  explicit Mentions(Context& context) : c_(context) {}

  static bool mentions(UserId user, const Message& message);
  /// An entry that mentions the user goes into their inbox; the user's row is written after this.
  void add(Partition& p, UserId id, User& user, const ConversationId& conversation,
           const Message& message);

  void on(const peer::Request& request);
  void page_read(const reads::Mentions& job, std::string_view rows);

 private:
  void read(reads::Mentions page);

  Context& c_;
};

}  // namespace hubbub
