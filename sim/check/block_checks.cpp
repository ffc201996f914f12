#include "sim/check/block_checks.hpp"

#include <utility>

#include "core/base/hash.hpp"

namespace hubbub::sim {
namespace {

/// Of a call that is not to be believed, as an end of a block was under way when it was made.
constexpr std::uint32_t not_believed = UINT32_MAX;

}  // namespace

std::uint64_t BlockChecks::keyed(std::uint32_t device, std::uint32_t conversation,
                                 std::uint64_t key) {
  return mix64(mix64(std::uint64_t{device} << 32 | conversation) ^ key);
}

void BlockChecks::asked(UserId user, UserId other, bool blocked, std::uint64_t key) {
  Pair& p = pair(user, other);
  Side& s = side(p, user, other);
  if (blocked) {
    s.asked = true;
    s.open = false;
    ++s.blocking;
    calls_[key] = s.ending == 0 ? s.ends : not_believed;
    return;
  }
  ++s.ending;
  ++s.ends;
  const bool was_blocked = p.blocked();
  s.blocked = false;
  if (was_blocked && !p.blocked()) ++p.period;
}

void BlockChecks::answered(Duration now, UserId user, UserId other, bool blocked, std::uint64_t key, bool done) {
  Side& s = side(pair(user, other), user, other);
  if (!blocked) {
    if (s.ending > 0) --s.ending;
    if (done && s.ending == 0 && s.blocking == 0) s.open = true;
    return;
  }
  if (s.blocking > 0) --s.blocking;
  const auto call = calls_.find(key);
  if (call == calls_.end()) return;
  if (done && call->second == s.ends && !std::exchange(s.blocked, true)) s.since = now;
  calls_.erase(call);
}

std::optional<Duration> BlockChecks::blocked_since(UserId user, UserId other) const {
  const Side* s = find(user, other);
  return s != nullptr && s->blocked ? std::optional(s->since) : std::nullopt;
}

bool BlockChecks::open(UserId user, UserId other) const {
  const Side* mine = find(user, other);
  return mine == nullptr || (mine->open && find(other, user)->open);
}

bool BlockChecks::ever_asked(UserId user, UserId other) const {
  const Side* s = find(user, other);
  return s != nullptr && s->asked;
}

const BlockChecks::Side* BlockChecks::find(UserId user, UserId other) const {
  if (pairs_.empty() || user == other) return nullptr;
  const auto found = pairs_.find(ledger_.entities.known(ConversationId::direct(user, other)));
  return found == pairs_.end() ? nullptr : &found->second.sides[user < other ? 0 : 1];
}

void BlockChecks::sent(std::uint32_t device, std::uint32_t conversation, std::uint64_t key) {
  const auto found = pairs_.find(conversation);
  if (found != pairs_.end() && found->second.blocked())
    sent_[keyed(device, conversation, key)] = found->second.period;
}

void BlockChecks::refused(std::uint32_t device, std::uint32_t conversation, std::uint64_t key) {
  if (sent_.erase(keyed(device, conversation, key)) > 0) ledger_.compared(Invariant::blocked_out);
}

void BlockChecks::acknowledged(Duration now, std::uint32_t device, std::uint32_t conversation,
                               std::uint64_t key) {
  const auto sent = sent_.find(keyed(device, conversation, key));
  if (sent == sent_.end()) return;
  const Pair& p = pairs_[conversation];
  const bool all_along = p.blocked() && p.period == sent->second;
  sent_.erase(sent);
  ledger_.compared(Invariant::blocked_out);
  if (!all_along) return;
  ledger_.violated(Invariant::blocked_out, now, {device, conversation}, [&] {
    return fmt::format("{}: its message into {} was accepted, though one of the two had been "
                       "answered that they have blocked the other",
                       ledger_.device(device), ledger_.conversation(conversation));
  });
}

std::size_t BlockChecks::memory() const {
  return pairs_.capacity() * (sizeof(Pair) + 5) + (calls_.capacity() + sent_.capacity()) * 13;
}

}  // namespace hubbub::sim
