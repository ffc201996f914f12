#include "core/wire/rows.hpp"

namespace hubbub::rows {
namespace {

enum Tag : std::uint8_t {
  tag_self = 0, tag_list = 1, tag_sender = 2, tag_chat = 2, tag_contact = 4, tag_channel = 7, tag_mention = 8,
  tag_entry = 9
};
enum SelfTag : std::uint8_t { self_blocks = 1, self_group = 2, self_modes = 3, self_mentioned = 4, self_push = 1 };
enum ListTag : std::uint8_t { tag_marks = 1, list_name = 255 };
static_assert(limits::call_window < list_name);
/// A device's opaque names lie behind its numbers: they are read apart.
enum SenderTag : std::uint8_t {
  sender_self = 0, sender_message = 1, sender_call = 2, sender_end = 3, sender_opaque = 3, opaque_end = 4
};

template <class... Part>
Key in_partition(PartitionId partition, char table, const Part&... parts) {
  return Key(std::uint8_t{1}, partition.value, table, parts...);
}

template <class... Part>
Key in_conversation(const ConversationId& c, std::uint8_t tag, const Part&... parts) {
  return in_partition(partition_of(shard_of(c)), 'c', c, tag, parts...);
}

template <class... Part>
Key in_sender(const ConversationId& c, DeviceId d, std::uint8_t tag, const Part&... parts) {
  return in_conversation(c, tag_sender, d.user.value, d.device.value, tag, parts...);
}

template <class... Part>
Key in_user(UserId user, std::uint8_t tag, const Part&... parts) {
  return in_partition(partition_of(shard_of(user)), 'u', user.value, tag, parts...);
}

/// Takes numbers off the front of a key.
class KeyReader {
 public:
  explicit KeyReader(std::string_view key) : rest_(key) {}
  template <class N>
  N take() {
    std::uint64_t number = 0;
    if (rest_.size() < sizeof(N)) ok_ = false;
    if (!ok_) return N{};
    for (std::size_t i = 0; i < sizeof(N); ++i)
      number = number << 8 | static_cast<std::uint8_t>(rest_[i]);
    rest_.remove_prefix(sizeof(N));
    return static_cast<N>(number);
  }
  ConversationId conversation() {
    const auto high = take<std::uint64_t>();
    return {high, take<std::uint64_t>()};
  }
  bool at_end() const { return ok_ && rest_.empty(); }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

class Parser {
 public:
  Parser(std::string_view key, std::string_view value, Arena& arena)
      : key_(key), value_(value), arena_(arena) {}

  std::optional<Parsed> parse() {
    const auto kind = key_.take<std::uint8_t>();
    key_.take<std::uint16_t>();
    if (kind == 0) return key_.at_end() ? row<NodeRow>() : node_row();
    if (kind != 1) return {};
    switch (key_.take<char>()) {
      case 'h': return row<HeadRow>();
      case 'm': return row<PartitionRow>();
      case 'o': parsed_.conversation = key_.conversation(); return row<OwingRow>();
      case 's':
        parsed_.shard = ShardId{key_.take<std::uint16_t>()};
        parsed_.conversation = key_.conversation();
        return row<StreamRow>();
      case 'c': parsed_.conversation = key_.conversation(); return conversation_row();
      case 'b':
        parsed_.device.user = UserId{key_.take<std::uint64_t>()};
        parsed_.other = UserId{key_.take<std::uint64_t>()};
        return row<BlockOwedRow>();
      case 'n': parsed_.device.user = UserId{key_.take<std::uint64_t>()}; return row<PushOwedRow>();
      case 'u': parsed_.device.user = UserId{key_.take<std::uint64_t>()}; return user_row();
      default: return {};
    }
  }

 private:
  std::optional<Parsed> node_row() {
    if (key_.take<char>() != 'p') return {};
    return row<MapRow>();
  }

  std::optional<Parsed> conversation_row() {
    switch (key_.take<std::uint8_t>()) {
      case tag_self: return key_.at_end() ? row<ConversationRow>() : self_row();
      case tag_list: return list_row();
      case tag_sender: return sender_row();
      case tag_entry: parsed_.number = key_.take<std::uint64_t>(); return row<MessageRow>();
      default: return {};
    }
  }

  std::optional<Parsed> push_row() {
    if (key_.take<std::uint8_t>() != self_push) return {};
    return row<PushRow>();
  }

  std::optional<Parsed> self_row() {
    switch (key_.take<std::uint8_t>()) {
      case self_blocks: return row<BlocksRow>();
      case self_group: return row<GroupRow>();
      case self_modes: return row<ModesRow>();
      case self_mentioned: parsed_.number = key_.take<std::uint64_t>(); return row<MentionedRow>();
      default: return {};
    }
  }
  std::optional<Parsed> list_row() {
    parsed_.number = key_.take<std::uint16_t>();
    if (key_.at_end()) return row<MembersRow>();
    if (key_.take<std::uint8_t>() != tag_marks) return {};
    return row<MarksRow>();
  }

  std::optional<Parsed> sender_row() {
    parsed_.device.user = UserId{key_.take<std::uint64_t>()};
    parsed_.device.device = DeviceNumber{key_.take<std::uint16_t>()};
    const auto tag = key_.take<std::uint8_t>();
    if (tag == sender_self) return row<SenderRow>();
    parsed_.call = tag == sender_call;
    parsed_.opaque = tag == sender_opaque;
    if (parsed_.opaque)
      key_.take<std::uint16_t>();
    else if (tag == sender_message || parsed_.call)
      key_.take<std::uint8_t>();
    else
      return {};
    return row<RememberedRow>();
  }

  std::optional<Parsed> user_row() {
    switch (key_.take<std::uint8_t>()) {
      case tag_self: return key_.at_end() ? row<UserRow>() : push_row();
      case tag_list:
        parsed_.device.device = DeviceNumber{key_.take<std::uint16_t>()};
        if (key_.at_end()) return row<DeviceRow>();
        if (key_.take<std::uint8_t>() == list_name) return row<DeviceNameRow>();
        parsed_.call = true;
        return row<RememberedRow>();
      case tag_chat: parsed_.conversation = key_.conversation(); return row<ChatRow>();
      case tag_channel: parsed_.conversation = key_.conversation(); return row<ChannelRow>();
      case tag_contact: parsed_.other = UserId{key_.take<std::uint64_t>()}; return row<ContactRow>();
      case tag_mention: key_.take<std::uint16_t>(); return row<MentionRow>();
      case tag_entry: parsed_.number = key_.take<std::uint64_t>(); return row<InboxRow>();
      default: return {};
    }
  }

  template <class Row>
  std::optional<Parsed> row() {
    if (!key_.at_end()) return {};
    const auto value = decode<Row>(value_, arena_);
    if (!value) return {};
    parsed_.row = *value;
    return parsed_;
  }

  KeyReader key_;
  std::string_view value_;
  Arena& arena_;
  Parsed parsed_;
};

}  // namespace

Key node(NodeId n) { return Key(std::uint8_t{0}, n.value); }
Key map(NodeId n) { return Key(std::uint8_t{0}, n.value, 'p'); }
Key head(PartitionId p) { return in_partition(p, 'h'); }
Key partition(PartitionId p) { return in_partition(p, 'm'); }
Key owing(PartitionId p, const ConversationId& c) { return in_partition(p, 'o', c); }
Key conversation(const ConversationId& c) { return in_conversation(c, tag_self); }
Key members(const ConversationId& c, std::uint16_t chunk) {
  return in_conversation(c, tag_list, chunk);
}
Key marks(const ConversationId& c, std::uint16_t chunk) {
  return in_conversation(c, tag_list, chunk, tag_marks);
}
Key sender(const ConversationId& c, DeviceId d) { return in_sender(c, d, sender_self); }
Key remembered_message(const ConversationId& c, DeviceId d, std::uint8_t slot) {
  return in_sender(c, d, sender_message, slot);
}
Key remembered_call(const ConversationId& c, DeviceId d, std::uint8_t slot) {
  return in_sender(c, d, sender_call, slot);
}
Key remembered_opaque(const ConversationId& c, DeviceId d, std::uint16_t slot) {
  return in_sender(c, d, sender_opaque, slot);
}
Key mentioned(const ConversationId& c, Sequence seq) {
  return in_conversation(c, tag_self, std::uint8_t{self_mentioned}, seq);
}
Key message(const ConversationId& c, Sequence seq) { return in_conversation(c, tag_entry, seq); }
Key stream(ShardId s, const ConversationId& c) {
  return in_partition(partition_of(s), 's', s.value, c);
}
Key user(UserId u) { return in_user(u, tag_self); }
Key device(DeviceId d) { return in_user(d.user, tag_list, d.device.value); }
Key chat(UserId u, const ConversationId& c) { return in_user(u, tag_chat, c); }
Key inbox(UserId u, Sequence number) { return in_user(u, tag_entry, number); }
Key mention(UserId u, std::uint16_t slot) { return in_user(u, tag_mention, slot); }

Key blocks(const ConversationId& c) { return in_conversation(c, tag_self, std::uint8_t{self_blocks}); }
Key group(const ConversationId& c) { return in_conversation(c, tag_self, std::uint8_t{self_group}); }
Key modes(const ConversationId& c) { return in_conversation(c, tag_self, std::uint8_t{self_modes}); }
Key channel(UserId u, const ConversationId& c) { return in_user(u, tag_channel, c); }
Key remembered_call(DeviceId d, std::uint8_t slot) {
  return in_user(d.user, tag_list, d.device.value, slot);
}
Key device_name(DeviceId d) {
  return in_user(d.user, tag_list, d.device.value, std::uint8_t{list_name});
}
Key contact(UserId u, UserId other) { return in_user(u, tag_contact, other.value); }
Key block_owed(UserId u, UserId other) {
  return in_partition(partition_of(shard_of(u)), 'b', u.value, other.value);
}

Key push(UserId u) { return in_user(u, tag_self, std::uint8_t{self_push}); }
Key push_owed(UserId u) { return in_partition(partition_of(shard_of(u)), 'n', u.value); }

Bounds node_rows(NodeId n) { return {node(n), Key(std::uint8_t{0}, static_cast<std::uint16_t>(n.value + 1))}; }
Bounds owing_of(PartitionId p) { return {in_partition(p, 'o'), in_partition(p, 'o' + 1)}; }
Bounds conversation_record(const ConversationId& c) {
  return {in_conversation(c, tag_self), in_conversation(c, tag_sender)};
}
Bounds sender_record(const ConversationId& c, DeviceId d) {
  return {in_sender(c, d, sender_self), in_sender(c, d, sender_end)};
}
Bounds opaque_record(const ConversationId& c, DeviceId d) {
  return {in_sender(c, d, sender_opaque), in_sender(c, d, opaque_end)};
}
Bounds user_record(UserId u) { return {in_user(u, tag_self), in_user(u, tag_chat)}; }
Bounds contacts_of(UserId u) { return {in_user(u, tag_contact), in_user(u, tag_contact + 1)}; }
Bounds blocks_owed_of(PartitionId p) { return {in_partition(p, 'b'), in_partition(p, 'b' + 1)}; }
Bounds pushes_owed_of(PartitionId p) { return {in_partition(p, 'n'), in_partition(p, 'n' + 1)}; }
Bounds channels_of(UserId u) { return {in_user(u, tag_channel), in_user(u, tag_channel + 1)}; }
Bounds chats_of(UserId u) { return {in_user(u, tag_chat), in_user(u, tag_chat + 1)}; }

PartitionId partition_of_key(std::string_view key) {
  KeyReader reader(key);
  reader.take<std::uint8_t>();
  return PartitionId{reader.take<std::uint16_t>()};
}

Key copied_begin(PartitionId p) { return Key(std::uint8_t{1}, p.value); }
Key copied_end(PartitionId p, std::string_view from) {
  const Key head_row = head(p);
  return from < head_row.view() ? head_row : Key(std::uint8_t{1}, static_cast<std::uint16_t>(p.value + 1));
}
std::string copied_next(PartitionId p, std::string_view from, std::string_view last, bool more) {
  if (more) return std::string(last) + '\0';
  const Key head_row = head(p);
  return from < head_row.view() ? std::string(head_row.next().view()) : std::string();
}

std::optional<Parsed> parse(std::string_view key, std::string_view value, Arena& arena) {
  return Parser(key, value, arena).parse();
}

}  // namespace hubbub::rows
