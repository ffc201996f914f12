// Pages of a conversation: history for readers (R21), content for sessions that catch up (R16).
#include <algorithm>

#include "core/node/conversations.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {

void Conversations::call(const peer::Request& r, Conversation& conv, const to_server::History& h) {
  Partition& p = c_.partition(shard_of(r.conversation));
  const auto refuse_with = [&](ErrorCode code, Sequence expected, std::string_view detail) {
    const to_client::Error error{h.id, code, false, 0, expected, detail};
    c_.emit(p, r.session.node, peer::Answer{r.session, error});
  };
  // Of a group that is not stored its creator alone is believed: its id says who that is.
  const bool believed =
      conv.exists ? conv.members.knows(r.from.user) : r.conversation.first() == r.from.user;
  if (believed && h.seen > conv.head) {
    if (!c_.sure(p)) return;
    // R21: nobody who was told of a message is shown a history that ends before it.
    c_.tail_lost(p, "a device knows more of a conversation than is stored");
    const auto last = conv.members.readable_below(r.from.user, conv.head, conv.head);
    return refuse_with(ErrorCode::cursor_expired, last ? last->to : 0,
                       "the conversation's store has lost its end; \"expected\" is where it ends");
  }
  if (!conv.exists || !believed)
    return refuse_with(ErrorCode::not_member, 0, "you were never a member of it");
  serve(history_page(conv, r, h));
}

/// The page as one piece of one membership: [from, to], empty when from > to.
reads::Page Conversations::history_page(const Conversation& conv, const peer::Request& r,
                                        const to_server::History& h) const {
  using Direction = to_server::History::Direction;
  const std::uint64_t limit = std::clamp<std::uint64_t>(h.limit, 1, limits::history_messages);
  reads::Page page{.conversation = r.conversation,
                   .from = 1,
                   .to = 0,
                   .session = r.session,
                   .request = h.id,
                   .reader = r.from.user};
  const auto last = conv.members.readable_below(r.from.user, conv.head, conv.head);
  page.head = last ? last->to : 0;
  const bool after = h.direction == Direction::after;
  const Sequence at = after ? h.anchor + 1
                      : h.direction == Direction::before
                          ? (h.anchor == 0 ? conv.head : h.anchor - 1)
                          : std::clamp<Sequence>(h.anchor, 1, std::max<Sequence>(conv.head, 1));
  const auto piece = after ? conv.members.readable_above(r.from.user, at, conv.head)
                           : conv.members.readable_below(r.from.user, at, conv.head);
  if (!piece || at == 0) return page;
  const Sequence least = piece->from + 1;
  switch (h.direction) {
    case Direction::after:
      page.from = std::max(at, least);
      page.to = std::min(piece->to, page.from + limit - 1);
      page.more = page.to < page.head;
      break;
    case Direction::before:
      page.descending = true;
      page.to = std::min(at, piece->to);
      page.from = page.to - least >= limit ? page.to - limit + 1 : least;
      page.more = conv.members.readable_below(r.from.user, page.from - 1, conv.head).has_value();
      break;
    case Direction::around:
      page.to = std::min(piece->to, at + limit / 2);
      page.from = page.to - least >= limit ? page.to - limit + 1 : least;
      page.more = page.to < page.head ||
                  conv.members.readable_below(r.from.user, page.from - 1, conv.head).has_value();
      break;
  }
  return page;
}

void Conversations::on(const peer::Fetch& f) {
  if (c_.partition(shard_of(f.range.conversation)).state != Partition::State::open)
    return turn_away(f);
  const Conversation* conv = c_.need(f.range.conversation);
  if (conv == nullptr) return;
  reads::Page page{.conversation = f.range.conversation,
                   .from = f.range.from,
                   .to = 0,
                   .asker = f.asker,
                   .ticket = f.ticket,
                   .reader = f.reader,
                   .fetch = true};
  const auto piece = conv->members.due_below(f.reader, f.range.from, conv->head);
  if (piece && piece->to >= f.range.from) page.to = std::min(f.range.to, piece->to);
  serve(page);
}

/// Serves a page from memory if all of it is there, else asks for its rows.
void Conversations::serve(reads::Page page) {
  if (page.from > page.to) return reply(page, {});
  const auto slot = c_.conversations.find(page.conversation);
  const auto newest = c_.conversations[slot].record.newest;
  const std::size_t count = page.to - page.from + 1;
  bool in_memory = count <= limits::recent_messages;
  const std::span<Message> messages =
      c_.scratch.array<Message>(in_memory ? count : 0);
  for (std::size_t i = 0; i < messages.size() && in_memory; ++i) {
    const auto bytes = c_.recent.find(newest, page.from + i);
    const auto message = bytes ? wire::decode<Message>(*bytes, c_.scratch) : std::nullopt;
    in_memory = message.has_value();
    if (in_memory) messages[i] = *message;
  }
  if (in_memory) {
    ++c_.counters.recent_hits;
    return reply(page, messages);
  }
  ++c_.counters.recent_misses;
  if (shared_reads_.join(page)) {
    ++c_.counters.shared_reads;
    return;
  }
  c_.read(page, rows::message(page.conversation, page.from),
          rows::message(page.conversation, page.to + 1), limits::read_rows, page.descending);
}

void Conversations::page_read(const reads::Page& page, std::string_view rows, bool more) {
  shared_reads_.done(page, rows, more, reply_read(page, rows, more));
}

/// Those who waited for a page that somebody else asked for.
void Conversations::serve_waiting() {
  while (shared_reads_.waiting() && !c_.exhausted()) {
    SharedReads::Served& served = shared_reads_.front();
    const reads::Page page = served.readers.back();
    served.readers.pop_back();
    c_.scratch.clear();
    const auto slot = c_.conversations.find(page.conversation);
    const bool in_memory = slot != c_.conversations.none && c_.conversations[slot].loaded;
    if (served.whole)
      reply_read(page, served.rows, served.more);
    else if (in_memory)
      serve(page);
    else
      later(page);
    if (served.readers.empty()) shared_reads_.pop();
  }
}

/// Answers with what was read. True: that is the whole page.
bool Conversations::reply_read(reads::Page page, std::string_view rows, bool more) {
  std::vector<Message> messages;
  BatchReader reader(rows);
  RowWrite row;
  while (reader.next(row)) {
    const auto parsed = rows::decode<rows::MessageRow>(row.value, c_.scratch);
    if (!parsed) {
      c_.unreadable();
      return false;
    }
    const Sequence seq = parsed->message.seq;
    const Sequence expected = messages.empty() ? (page.descending ? seq : page.from)
                              : page.descending ? messages.back().seq - 1
                                                : messages.back().seq + 1;
    if (seq != expected) break;
    messages.push_back(parsed->message);
  }
  if (page.descending) std::reverse(messages.begin(), messages.end());
  const bool whole = messages.size() == page.to + 1 - page.from;
  // The newest may not be durable yet, so not in the store: the page ends where the store does.
  if (messages.empty() && !page.fetch) {
    later(page);
    return false;
  }
  const Sequence end = messages.empty() ? page.from - 1 : messages.back().seq;
  if (page.descending) page.more |= more;
  if (end < page.to && (page.descending || !more)) {
    page.head = std::min(page.head, page.to = end);
    if (!page.descending) page.more = false;
  }
  reply(page, messages);
  return whole;
}

/// All of the page is still on its way to the disk, or its conversation has left memory meanwhile.
void Conversations::later(const reads::Page& page) {
  if (page.fetch) return c_.send(page.asker, peer::Fetched{page.reader, page.ticket, {}});
  ++c_.counters.asked_to_retry;
  const to_client::Error error{page.request, ErrorCode::unavailable, true,
                               static_cast<std::uint32_t>(to_ms(limits::retry_unavailable)), 0,
                               "what was asked for is being stored; try again"};
  c_.send(page.session.node, peer::Answer{page.session, error});
}

/// Answers with as much of the page as fits, from the end that was asked for.
void Conversations::reply(const reads::Page& page, std::span<const Message> messages) {
  std::size_t count = 0;
  std::size_t bytes = 0;
  while (count < messages.size()) {
    const Message& m = page.descending ? messages[messages.size() - 1 - count] : messages[count];
    bytes += m.content.body.size() + m.users.size_bytes();
    if (count > 0 && bytes > limits::page_bytes) break;
    ++count;
  }
  const bool cut = count < messages.size() ||
                   (!page.descending && count < page.to + 1 - std::min(page.from, page.to + 1));
  const auto kept = page.descending ? messages.last(count) : messages.first(count);
  Partition& p = c_.partition(shard_of(page.conversation));
  c_.work(static_cast<std::uint32_t>(count));
  if (page.fetch)
    return c_.emit(p, page.asker, peer::Fetched{page.reader, page.ticket, kept});
  const to_client::HistoryPage answer{page.request, page.conversation, kept, page.more || cut,
                                      page.head};
  c_.emit(p, page.session.node, peer::Answer{page.session, answer});
}

}  // namespace hubbub
