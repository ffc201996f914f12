#include "core/node/mentions.hpp"

#include <algorithm>

#include "core/node/calls.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {
namespace {

constexpr std::uint16_t slot_of(std::uint64_t number) {
  return static_cast<std::uint16_t>(number % limits::mentions_kept);
}

}  // namespace

bool Mentions::mentions(UserId user, const Message& m) {
  return m.kind == EntryKind::text && std::find(m.users.begin(), m.users.end(), user) != m.users.end();
}

void Mentions::add(Partition& p, UserId id, User& user, const ConversationId& conversation,
                   const Message& m) {
  ++c_.counters.mentions;
  ++user.mentions;
  c_.put(p, rows::mention(id, slot_of(user.mentions)),
         rows::MentionRow{.number = user.mentions, .conversation = conversation, .seq = m.seq,
                          .message = m.id, .from = m.from});
}

void Mentions::on(const peer::Request& r) {
  if (c_.partition(shard_of(r.from.user)).state != Partition::State::open)
    return turn_away_own(c_, r);
  const User* user = c_.need(r.from.user);
  if (user == nullptr) return;
  const auto& wanted = std::get<to_server::Mentions>(r.call);
  const std::uint64_t newest = user->mentions;
  const std::uint64_t kept = std::min<std::uint64_t>(newest, limits::mentions_kept);
  read({.session = r.session,
        .request = wanted.id,
        .user = r.from.user,
        .least = newest - kept + 1,
        .to = wanted.before == 0 ? newest : std::min(newest, wanted.before - 1),
        .limit = std::clamp<std::uint32_t>(wanted.limit, 1, limits::mentions_in_page)});
}

/// The newest up to `page.to`, as far as their slots are one range.
void Mentions::read(reads::Mentions page) {
  const std::uint64_t beside = page.to - std::min<std::uint64_t>(page.to, slot_of(page.to));
  page.from = page.to - std::min<std::uint64_t>(page.to, page.limit - 1);
  page.from = std::max({page.from, page.least, beside});
  if (page.to < page.least)
    return c_.emit(c_.partition(shard_of(page.user)), page.session.node,
                   peer::Answer{page.session, to_client::MentionsPage{.id = page.request}});
  const rows::Key last = rows::mention(page.user, slot_of(page.to));
  c_.read(page, rows::mention(page.user, slot_of(page.from)), last.next(),
          static_cast<std::uint32_t>(page.to - page.from + 1), true);
}

void Mentions::page_read(const reads::Mentions& page, std::string_view rows) {
  const std::span<MentionOf> found = c_.scratch.array<MentionOf>(limits::mentions_in_page);
  std::size_t count = 0;
  BatchReader reader(rows);
  RowWrite row;
  while (count < found.size() && reader.next(row)) {
    c_.work(1);
    const auto of = rows::decode<rows::MentionRow>(row.value, c_.scratch);
    if (!of) return c_.unreadable();
    // Of a slot that is written anew, the store may show what was there before, or what comes after.
    if (of->number >= page.from && of->number <= page.to)
      found[count++] = {of->number, of->conversation, of->seq, of->message, of->from};
  }
  const bool more = page.from > page.least;
  // A page names where the next begins, so it names at least one.
  if (count == 0 && more) {
    reads::Mentions older = page;
    older.to = page.from - 1;
    return read(older);
  }
  c_.emit(c_.partition(shard_of(page.user)), page.session.node,
          peer::Answer{page.session, to_client::MentionsPage{page.request, found.first(count), more}});
}

}  // namespace hubbub
