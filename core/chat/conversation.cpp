#include "core/chat/conversation.hpp"

#include <algorithm>

namespace hubbub {

bool Conversation::restore(std::string_view key, std::string_view value, Arena& arena) {
  const auto parsed = rows::parse(key, value, arena);
  if (!parsed) return false;
  if (const auto* self = std::get_if<rows::ConversationRow>(&parsed->row)) {
    exists = true;
    head = self->head;
    owing_from = self->owing_from;
    name = self->name;
    marks.restore(self->writers);
  } else if (const auto* some = std::get_if<rows::MembersRow>(&parsed->row)) {
    members.restore(some->intervals);
  } else if (const auto* blocks = std::get_if<rows::BlocksRow>(&parsed->row)) {
    by_first = blocks->by_first;
    by_second = blocks->by_second;
  } else if (const auto* group = std::get_if<rows::GroupRow>(&parsed->row)) {
    settings = group->settings;
  } else if (const auto* changes = std::get_if<rows::ModesRow>(&parsed->row)) {
    for (const Sequence entry : changes->changes) modes.change(entry);
  } else if (const auto* mentioned = std::get_if<rows::MentionedRow>(&parsed->row)) {
    modes.mentions.add(parsed->number, mentioned->users);
  } else if (const auto* some_marks = std::get_if<rows::MarksRow>(&parsed->row)) {
    marks.restore(parsed->number, some_marks->marks);
  }
  return true;
}

void Conversation::restored(const ConversationId& id) {
  if (id.is_group()) {
    members.index();
  } else {
    members = Members::direct(id);
    exists = true;
  }
  marks.restored(members);
  add_streams(owing_from == 0 ? head : owing_from - 1);
}

void Conversation::add_streams(Sequence confirmed) {
  std::vector<UserId> recipients;
  for (const ShardId shard : members.shards()) {
    if (stream(shard) != nullptr) continue;
    DeliveryStream added{.shard = shard, .confirmed = confirmed};
    const auto at = std::lower_bound(
        streams.begin(), streams.end(), shard,
        [](const DeliveryStream& s, ShardId wanted) { return s.shard < wanted; });
    DeliveryStream& s = *streams.insert(at, added);
    set_settled(s, !members.next_run(shard, confirmed, head, recipients, modes).has_value());
  }
}

bool OpaqueRecord::restore(std::string_view key, std::string_view value, Arena& arena) {
  const auto parsed = rows::parse(key, value, arena);
  const auto* remembered = parsed ? std::get_if<rows::RememberedRow>(&parsed->row) : nullptr;
  if (remembered == nullptr || remembered->what.number == 0) return false;
  OpaqueNames::restore(remembered->what);
  return true;
}

bool SenderRecord::restore(std::string_view key, std::string_view value, Arena& arena) {
  const auto parsed = rows::parse(key, value, arena);
  if (!parsed) return false;
  if (const auto* self = std::get_if<rows::SenderRow>(&parsed->row))
    generation = self->generation;
  else if (const auto* remembered = std::get_if<rows::RememberedRow>(&parsed->row))
    (parsed->call ? calls : messages).restore(remembered->what);
  return true;
}

}  // namespace hubbub
