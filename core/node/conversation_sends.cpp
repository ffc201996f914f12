// What is said: messages that a device numbers, and those that it names (R1 to R3); whom they mention.
#include <algorithm>

#include "core/base/hash.hpp"
#include "core/node/calls.hpp"
#include "core/node/conversations.hpp"

namespace hubbub {
namespace {

/// What a repeat must say again. A text alone is its own digest.
std::uint64_t digest_of(const to_server::Send& s) {
  std::uint64_t digest = s.content.digest;
  for (const UserId user : s.mentions) digest = mix64(digest ^ user.value);
  return s.client_id.empty() ? digest : mix64(digest ^ hash_bytes(s.client_id));
}

}  // namespace

void Conversations::call(const peer::Request& r, Conversation& conv, const to_server::Send& s) {
  const auto caller = caller_of(r, conv);
  if (!caller) return;
  if (s.number == 0) return call_named(*caller, s);
  Numbers& numbers = caller->sender.messages;
  const std::uint64_t digest = digest_of(s);
  std::uint64_t number = s.number;
  if (c_.config.policy.repeats == RepeatPolicy::remembered) {
    const Numbers::Verdict verdict = numbers.judge(s.number, s.key, digest);
    if (verdict.judgement == Numbers::Judgement::repeat) {
      ++c_.counters.repeats;
      return ok(r, s.id, *verdict.first, numbers.next());
    }
    // A gap may be this node's: what is missing may have been taken by who owns it now (R1).
    if (s.number > numbers.next() && !c_.sure(caller->partition)) return;
    // The number is right, so the key is not: another number would not help.
    if (verdict.judgement == Numbers::Judgement::conflict && s.number == numbers.next())
      return refuse_finally(*caller, ErrorCode::conflict,
                            "this key was used for another message here; a new message needs a new key");
    if (verdict.judgement == Numbers::Judgement::conflict || s.number != numbers.next())
      return conflict(r, numbers.next(), "this is not the device's next number here");
  } else {
    number = std::max(number, numbers.next());
  }
  if (!may_say(*caller, s)) return;
  Message entry{.kind = EntryKind::text, .number = number, .key = s.key, .content = s.content,
                .users = mentioned(*caller, s)};
  ++c_.counters.accepted;
  accept(*caller, numbers, false, s.id, entry, digest);
}

/// By a name of its own, without an order.
void Conversations::call_named(const Caller& caller, const to_server::Send& s) {
  const peer::Request& r = caller.request;
  OpaqueRecord* names = c_.need(OpaqueKey{{r.conversation, r.from}});
  if (names == nullptr) return;
  const std::uint64_t key = hash_bytes(s.client_id);
  const std::uint64_t digest = digest_of(s);
  if (c_.config.policy.repeats == RepeatPolicy::remembered) {
    const Numbers::Verdict verdict = names->judge(key, digest);
    if (verdict.judgement == Numbers::Judgement::repeat) {
      ++c_.counters.repeats;
      rows::Remembered first = *verdict.first;
      first.number = 0;
      return ok(r, s.id, first, 0);
    }
    if (verdict.judgement == Numbers::Judgement::conflict)
      return refuse_finally(caller, ErrorCode::conflict,
                            "this client_id was used for another message here; a new message needs a new one");
  }
  if (!may_say(caller, s)) return;
  Message entry{.kind = EntryKind::text, .key = key, .content = s.content, .users = mentioned(caller, s)};
  ++c_.counters.accepted;
  place(caller, entry);
  rows::Remembered what{names->next(), key, digest, entry.seq, entry.id, entry.sent_at_ms};
  names->accept(what);
  store_generation(caller);
  put_entry(caller, entry);
  c_.put(caller.partition, rows::remembered_opaque(r.conversation, r.from, OpaqueNames::slot(what.number)),
         rows::RememberedRow{.what = what});
  spread(caller, entry);
  what.number = 0;
  ok(r, s.id, what, 0);
}

/// All that is judged of something new, and said if it is not taken.
bool Conversations::may_say(const Caller& caller, const to_server::Send& s) {
  const Conversation& conv = caller.conversation;
  const auto refuse = [&](ErrorCode code, std::string_view detail) {
    refuse_finally(caller, code, detail);
    return false;
  };
  if (!conv.exists) return refuse(ErrorCode::not_found, "there is no such conversation");
  if (!conv.members.contains(caller.request.from.user))
    return refuse(ErrorCode::not_member, "you are not a member of it");
  // The same words to both, so that they tell nobody who has blocked whom.
  if (conv.is_blocked()) return refuse(ErrorCode::blocked, "one of you has blocked the other");
  if (!may_take(caller)) return false;
  if (s.mentions.empty() || conv.modes.mentions.size() < limits::mentions_owed) return true;
  put_off(c_, caller.request, ErrorCode::unavailable, limits::retry_unavailable,
          "a server is away on which people are whom the channel's messages mention; try again");
  return false;
}

/// Of those whom it names, the members, each once; who says it need not be told. Valid until the next call.
std::span<const UserId> Conversations::mentioned(const Caller& caller, const to_server::Send& s) {
  mentioned_.clear();
  for (const UserId user : s.mentions)
    if (user != caller.request.from.user && caller.conversation.members.contains(user) &&
        std::find(mentioned_.begin(), mentioned_.end(), user) == mentioned_.end())
      mentioned_.push_back(user);
  return mentioned_;
}

}  // namespace hubbub
