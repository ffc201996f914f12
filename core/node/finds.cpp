#include "core/node/finds.hpp"

#include "core/chat/message_ids.hpp"
#include "core/node/calls.hpp"
#include "core/wire/batch.hpp"

namespace hubbub {
namespace {

constexpr std::string_view no_such_message = "there is no such message for you";

}  // namespace

void Finds::refuse(ShardId shard, const SessionRef& session, RequestId request, ErrorCode code,
                   std::string_view detail) {
  c_.emit(c_.partition(shard), session.node,
          peer::Answer{session, to_client::Error{request, code, false, 0, 0, detail}});
}

void Finds::put_off(const SessionRef& session, RequestId request) {
  ++c_.counters.asked_to_retry;
  const to_client::Error error{request, ErrorCode::unavailable, true,
                               static_cast<std::uint32_t>(to_ms(limits::retry_unavailable)), 0,
                               "the message's server cannot be asked now; try again"};
  c_.send(session.node, peer::Answer{session, error});
}

void Finds::closed(PartitionId partition) {
  absl::erase_if(among_, [&](const auto& one) {
    return partition_of(shard_of(one.second.reader)) == partition;
  });
  absl::erase_if(searches_, [&](const auto& one) {
    return partition_of(MessageIds::shard_of(one.second.message)) == partition;
  });
}

// --- In the asker's shard ----------------------------------------------------------------------------

void Finds::on(const peer::Request& r) {
  Partition& p = c_.partition(shard_of(r.from.user));
  if (p.state != Partition::State::open) return turn_away_own(c_, r);
  const auto& get = std::get<to_server::Get>(r.call);
  if (c_.config.policy.message_ids != MessageIdPolicy::never_back)
    return refuse(shard_of(r.from.user), r.session, get.id, ErrorCode::unsupported,
                  "ids do not grow along a conversation here: ask for \"history\" with \"around\"");
  // What it names may have been said, and the asker told, under an owner that this node knows nothing of.
  if (!c_.sure(p)) return;
  const std::uint64_t number = ++last_;
  among_.emplace(number, Among{.session = r.session, .request = get.id, .reader = r.from.user,
                               .message = get.message, .found = {}});
  look_on(number, rows::chats_of(r.from.user).from);
}

void Finds::look_on(std::uint64_t number, const rows::Key& from) {
  c_.read(reads::FindChats{among_.at(number).reader, number}, from,
          rows::chats_of(among_.at(number).reader).to, limits::read_rows);
}

void Finds::chats_read(const reads::FindChats& job, std::string_view rows, bool more) {
  const auto at = among_.find(job.number);
  if (at == among_.end()) return;
  Among& among = at->second;
  const ShardId shard = MessageIds::shard_of(among.message);
  BatchReader reader(rows);
  RowWrite row;
  rows::Key last;
  while (reader.next(row)) {
    c_.work(1);
    const auto parsed = rows::parse(row.key, row.value, c_.scratch);
    if (!parsed || !std::holds_alternative<rows::ChatRow>(parsed->row)) return c_.unreadable();
    ++among.looked_at;
    last = rows::chat(job.user, parsed->conversation);
    if (shard_of(parsed->conversation) == shard) among.found.push_back(parsed->conversation);
  }
  const bool too_many = among.found.size() > limits::found_in ||
                        (more && among.looked_at >= limits::found_among);
  if (more && !too_many) return look_on(job.number, last.next());
  if (too_many)
    refuse(shard_of(job.user), among.session, among.request, ErrorCode::too_large,
           "you are in too many conversations to find a message by its id alone: ask for \"history\" "
           "with \"around\"");
  else if (among.found.empty())
    refuse(shard_of(job.user), among.session, among.request, ErrorCode::not_found, no_such_message);
  else
    ask(among);
  among_.erase(at);
}

void Finds::ask(const Among& among) {
  const NodeId owner = c_.owner(MessageIds::shard_of(among.message));
  if (!c_.up(owner)) return put_off(among.session, among.request);
  c_.emit(c_.partition(shard_of(among.reader)), owner,
          peer::Find{among.session, among.request, among.reader, among.message, among.found});
}

// --- In that of the message --------------------------------------------------------------------------

void Finds::turn_away(const peer::Find& f) { put_off(f.session, f.request); }

void Finds::on(const peer::Find& f) {
  Partition& p = c_.partition(MessageIds::shard_of(f.message));
  if (p.state != Partition::State::open || f.conversations.empty()) return turn_away(f);
  if (!c_.sure(p)) return;
  for (const ConversationId& id : f.conversations)
    if (c_.conversations.find(id) == c_.conversations.none)
      c_.load<reads::Kind::conversation>(c_.conversations, id);
  for (const ConversationId& id : f.conversations)
    if (c_.need(id) == nullptr) return;
  Search search{.session = f.session, .request = f.request, .reader = f.reader, .message = f.message,
                .in = {f.conversations.begin(), f.conversations.end()}};
  const std::uint64_t number = ++last_;
  if (begin(search) && go_on(number, search)) searches_.emplace(number, std::move(search));
}

/// In the last of those that are left. False: there is none, and the asker was told.
bool Finds::begin(Search& search) {
  if (search.in.empty()) {
    refuse(MessageIds::shard_of(search.message), search.session, search.request, ErrorCode::not_found,
           no_such_message);
    return false;
  }
  const auto slot = c_.conversations.find(search.in.back());
  if (slot == c_.conversations.none || !c_.conversations[slot].loaded) {
    put_off(search.session, search.request);  // it has left memory meanwhile
    return false;
  }
  c_.conversations.touch(slot, c_.now.mono);
  search.from = 1;
  search.to = c_.conversations[slot].record.head;
  return true;
}

bool Finds::go_on(std::uint64_t number, Search& search) {
  for (;;) {
    c_.work(1);
    if (search.from > search.to) {
      search.in.pop_back();
      if (!begin(search)) return false;
      continue;
    }
    const ConversationId& id = search.in.back();
    const auto slot = c_.conversations.find(id);
    const Sequence seq = search.middle();
    const bool loaded = slot != c_.conversations.none && c_.conversations[slot].loaded;
    const auto bytes =
        loaded ? c_.recent.find(c_.conversations[slot].record.newest, seq) : std::nullopt;
    const auto message = bytes ? wire::decode<Message>(*bytes, c_.scratch) : std::nullopt;
    if (!message) {
      c_.read(reads::FindStep{partition_of(shard_of(id)), number},
              rows::only(rows::message(id, seq)), 1);
      return true;
    }
    if (!judge(search, *message)) return false;
  }
}

/// Goes to the half in which it is. False: this is it, and the asker was told.
bool Finds::judge(Search& search, const Message& m) {
  if (m.id == search.message) return answer(search, m);
  if (m.id < search.message)
    search.from = m.seq + 1;
  else
    search.to = m.seq - 1;
  return true;
}

void Finds::step_read(const reads::FindStep& job, std::string_view rows) {
  const auto at = searches_.find(job.number);
  if (at == searches_.end()) return;
  Search& search = at->second;
  BatchReader reader(rows);
  RowWrite row;
  bool goes_on = true;
  if (reader.next(row)) {
    const auto parsed = rows::decode<rows::MessageRow>(row.value, c_.scratch);
    if (!parsed) return c_.unreadable();
    goes_on = judge(search, parsed->message);
  } else {
    search.to = search.middle() - 1;  // so new that it is not stored yet: nobody was told its id
  }
  if (!goes_on || !go_on(job.number, search)) searches_.erase(at);
}

bool Finds::answer(const Search& search, const Message& m) {
  const ConversationId& id = search.in.back();
  const ShardId shard = shard_of(id);
  const auto slot = c_.conversations.find(id);
  if (slot == c_.conversations.none || !c_.conversations[slot].loaded) {
    put_off(search.session, search.request);
    return false;
  }
  const Conversation& conv = c_.conversations[slot].record;
  const auto piece = conv.members.readable_below(search.reader, m.seq, conv.head);
  if (piece && piece->from < m.seq && m.seq <= piece->to)
    c_.emit(c_.partition(shard), search.session.node,
            peer::Answer{search.session, to_client::Found{search.request, id, m}});
  else
    refuse(shard, search.session, search.request, ErrorCode::not_found, no_such_message);
  return false;
}

}  // namespace hubbub
