#include "tests/core/wire/generators.hpp"

#include <algorithm>
#include <deque>
#include <variant>
#include <vector>

#include "core/base/hash.hpp"
#include "core/wire/frame_json.hpp"
#include "core/wire/json_text.hpp"

namespace hubbub::generators {

rc::Gen<std::string> unicode_text() {
  const auto code_point = rc::gen::oneOf(
      rc::gen::inRange<char32_t>(0x00, 0x80), rc::gen::inRange<char32_t>(0x80, 0x800),
      rc::gen::inRange<char32_t>(0x800, 0xD800), rc::gen::inRange<char32_t>(0xE000, 0x10000),
      rc::gen::inRange<char32_t>(0x10000, 0x110000), rc::gen::element<char32_t>('"', '\\', '/', 0));
  return rc::gen::map(rc::gen::container<std::vector<char32_t>>(code_point),
                      [](const std::vector<char32_t>& code_points) {
                        std::string text;
                        for (const char32_t c : code_points) {
                          char bytes[4];
                          text.append(bytes, json::put_utf8(c, bytes));
                        }
                        return text;
                      });
}

namespace {

/// Storage that lives as long as the process. A deque never moves what it holds.
template <class T>
const T& kept(T value) {
  static std::deque<T> all;
  return all.emplace_back(std::move(value));
}

/// 0 .. count - 1, all of them from the first case on, not only as cases grow.
std::size_t any_index(std::size_t count) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, count));
}

/// Fills whatever names its `fields` (see core/wire/codec.hpp).
template <class T>
T any() {
  if constexpr (std::same_as<T, bool>) {
    return *rc::gen::arbitrary<bool>();
  } else if constexpr (wire::BoundedEnum<T>) {
    return static_cast<T>(any_index(static_cast<std::size_t>(last_of(T{})) + 1));
  } else if constexpr (wire::Number<T>) {
    return static_cast<T>(*rc::gen::arbitrary<std::conditional_t<std::is_enum_v<T>, int, T>>());
  } else if constexpr (wire::is_id<T>) {
    return T{any<typename T::rep>()};
  } else if constexpr (std::same_as<T, std::string_view>) {
    return kept(*rc::gen::arbitrary<std::string>());
  } else if constexpr (wire::is_span<T>) {
    using Item = std::remove_const_t<typename T::element_type>;
    std::vector<Item> items(any_index(5));
    for (Item& item : items) item = any<Item>();
    return kept(std::move(items));
  } else if constexpr (wire::is_variant<T>) {
    T value;
    const auto index = any_index(std::variant_size_v<T>);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (void)((index == I &&
              (value.template emplace<I>(any<std::variant_alternative_t<I, T>>()), true)) ||
             ...);
    }
    (std::make_index_sequence<std::variant_size_v<T>>{});
    return value;
  } else {
    T value{};
    std::apply([](auto&... field) { ((field = any<std::remove_cvref_t<decltype(field)>>()), ...); },
               T::fields(value));
    return value;
  }
}

// --- What JSON can say -------------------------------------------------------------------------

void fix(Message& m);
void fix(Range& range);
void fix(PresenceOf& of);
void fix(ContactOf& of);
void fix(MemberOf& of);
void fix(HeadOf& of);
void fix(MarkOf& mark);
void fix(MentionOf& of);
void fix(DeviceOf& of);

void bound(std::uint64_t& number, std::uint64_t least, std::uint64_t greatest) {
  number = least + number % (greatest - least + 1);
}
void fix(std::uint64_t& number) { bound(number, 1, json_number_max); }
void fix(UserId& user) { bound(user.value, 1, user_id_max); }
void fix(ConversationId& c) {
  UserId first{c.high >> 1};
  UserId second{c.low};
  fix(first);
  fix(second);
  if ((c.high & 1) == 0) {
    if (first == second) second = UserId{first.value == 1 ? 2 : first.value - 1};
    c = ConversationId::direct(first, second);
  } else {
    const DeviceNumber device{static_cast<std::uint16_t>(second.value % 0xFFFF + 1)};
    c = ConversationId::group(first, device, second.value % group_number_max + 1);
  }
}
void fix(Cursor& c) {
  if (c.held == c.target) c.target = c.held + 1;
  if (c.held > c.target) std::swap(c.held, c.target);
  c = c.reached > c.held && c.reached < c.target ? c : Cursor::at(c.incarnation, c.target);
}
void fix_text(std::string_view& text, std::size_t least, std::size_t greatest) {
  std::string characters = *unicode_text();
  if (characters.size() < least) characters += "x";
  text = kept(std::string(json::prefix_of(characters, greatest)));
}
void fix(Content& content, std::size_t least) {
  fix_text(content.body, least, limits::conversation_name_bytes);
  content.length = static_cast<std::uint32_t>(content.body.size());
  content.digest = hash_bytes(content.body);
}
template <class T>
std::span<const T> fixed_items(std::span<const T> items) {
  std::vector<T> fixed(items.begin(), items.end());
  for (T& item : fixed) fix(item);
  return kept(std::move(fixed));
}
void fix_time(std::int64_t& ms) { ms %= static_cast<std::int64_t>(json_number_max); }

void fix(to_server::Hello& f) {
  fix_text(f.device, 1, limits::device_name_bytes);
  if (f.has_cursor) fix(f.cursor);
  if (!f.has_cursor) f.cursor = {};
}
void fix(to_server::Send& f) {
  fix(f.id);
  fix(f.conversation);
  fix(f.content, 1);
  f.mentions = fixed_items(f.mentions);
  if (!f.client_id.empty()) {
    f.number = f.key = 0;
    return fix_text(f.client_id, 1, limits::client_id_bytes);
  }
  fix(f.number);
}
void fix(to_server::Acknowledge& f) { fix(f.cursor); }
void fix(to_server::Sync& f) { fix(f.cursor); }
void fix(to_server::History& f) {
  fix(f.id);
  fix(f.conversation);
  fix(f.anchor);
  f.limit = f.limit % limits::history_messages + 1;
  fix(f.seen);
}
void fix(to_server::Create& f) {
  fix(f.id);
  bound(f.number, 1, group_number_max);
  f.members = fixed_items(f.members);
  if (f.group) fix_text(f.name, 0, limits::conversation_name_bytes);
  if (!f.group) {
    f.members = kept(std::vector<UserId>{f.members.empty() ? UserId{7} : f.members.front()});
    f.name = {};
    f.settings = {};
  }
}
void fix(to_server::Change& f) {
  using What = to_server::Change::What;
  fix(f.id);
  bound(f.number, 1, group_number_max);
  fix(f.conversation);
  fix(f.user);
  fix_text(f.name, 0, limits::conversation_name_bytes);
  if (f.what == What::leave || f.what == What::rename || f.what == What::settings) f.user = {};
  if (f.what != What::rename) f.name = {};
  if (f.what != What::settings) f.settings = {};
}
void fix(to_server::List& f) {
  fix(f.id);
  if (f.has_after) fix(f.after);
  if (!f.has_after) f.after = {};
  f.limit = f.limit % limits::list_conversations + 1;
}

void fix(to_server::Watch& f) { f.users = fixed_items(f.users); }
void fix(to_server::Unwatch& f) { f.users = fixed_items(f.users); }
void fix(to_server::Read& f) {
  fix(f.conversation);
  fix(f.seq);
}
void fix(to_server::Typing& f) { fix(f.conversation); }
void fix(to_server::Receipts& f) {
  fix(f.id);
  fix(f.conversation);
}

void fix(to_server::ContactChange& f) {
  using What = to_server::ContactChange::What;
  fix(f.id);
  bound(f.number, 1, group_number_max);
  fix(f.user);
  fix_text(f.name, 0, limits::contact_name_bytes);
  if (f.what != What::contact) f.name = {};
  if (f.what == What::visible) f.user = {};
  if (f.what != What::visible) f.visible_to = {};
}
void fix(to_server::Contacts& f) {
  fix(f.id);
  fix(f.after);
  f.limit = f.limit % limits::contacts_in_page + 1;
}
void fix(to_server::Push& f) { fix(f.id); }
void fix(to_server::Members& f) {
  fix(f.id);
  fix(f.conversation);
  f.after %= limits::membership_intervals + 1;
}

void fix(to_server::AddMembers& f) {
  fix(f.id);
  bound(f.number, 1, group_number_max);
  fix(f.conversation);
  f.users = fixed_items(f.users);
}
void fix(to_server::Channels& f) {
  fix(f.id);
  if (f.has_after) fix(f.after);
  if (!f.has_after) f.after = {};
  f.limit = f.limit % limits::list_conversations + 1;
}
/// As many as one frame may name, and at least one.
std::span<const ConversationId> looked(std::span<const ConversationId> any) {
  auto all = fixed_items(any.first(std::min<std::size_t>(any.size(), limits::looked_in_frame)));
  return all.empty() ? kept(std::vector{ConversationId::direct(UserId{1}, UserId{2})}) : all;
}
void fix(to_server::Look& f) { f.conversations = looked(f.conversations); }
void fix(to_server::Unlook& f) { f.conversations = looked(f.conversations); }
void fix(to_server::Get& f) {
  fix(f.id);
  if (f.message == MessageId{}) f.message.value = 1;
}
void fix(to_server::Mentions& f) {
  fix(f.id);
  fix(f.before);
  f.limit = f.limit % limits::mentions_in_page + 1;
}
void fix(to_server::Devices& f) { fix(f.id); }
void fix(to_server::Revoke& f) {
  fix(f.id);
  bound(f.number, 1, group_number_max);
  if (f.device == DeviceNumber{}) f.device.value = 1;
  f.at_s = 0;
}
void fix(to_server::Poll& f) {
  fix(f.id);
  if (f.has_cursor) fix(f.cursor);
  if (!f.has_cursor) f.cursor = {};
  f.wait_ms %= limits::poll_wait / 1ms + 1;
}
void fix(to_server::Token& f) {
  fix(f.id);
  fix_text(f.token, 1, limits::token_bytes);
}

void fix(Message& m) {
  fix(m.seq);
  fix_time(m.sent_at_ms);
  fix(m.from);
  fix(m.number);
  fix(m.content, m.kind == EntryKind::text ? 1 : 0);
  m.users = fixed_items(m.users);
  const bool has_settings = m.kind == EntryKind::created || m.kind == EntryKind::settings;
  if (!has_settings) m.settings = {};
  if (m.kind == EntryKind::renamed || m.kind >= EntryKind::settings) m.users = {};
  if (m.kind == EntryKind::left) m.users = m.users.first(std::min<std::size_t>(2, m.users.size()));
  const bool named = m.kind == EntryKind::created || m.kind == EntryKind::renamed;
  if (m.kind != EntryKind::text && !named) m.content = {};
}
void fix(Range& range) {
  fix(range.conversation);
  fix(range.from);
  fix(range.to);
  if (range.from > range.to) std::swap(range.from, range.to);
}
/// Known, or nothing of it.
void fix(OnLoss& plan) {
  if (plan.spread_ms == 0 || plan.fleet_spread_ms == 0 || plan.servers == 0) plan = {};
}
void fix(to_client::Welcome& f) {
  fix(f.user);
  fix(f.on_loss);
}
void fix(to_client::Advise& f) {
  f.advice.ticket = {};
  fix(f.on_loss);
}
void fix(to_client::Ok& f) {
  fix(f.id);
  fix(f.conversation);
  fix(f.seq);
  fix_time(f.sent_at_ms);
  fix(f.number);
  fix(f.next);
}
void fix(to_client::Error& f) {
  fix(f.id);
  fix(f.expected);
  fix_text(f.detail, 0, limits::frame_head_bytes);
}
void fix(to_client::Event& f) {
  fix(f.conversation);
  fix(f.message);
  fix(f.cursor);
}
void fix(to_client::Ranges& f) {
  f.ranges = fixed_items(f.ranges);
  fix(f.cursor);
}
void fix(PresenceOf& of) {
  fix(of.user);
  fix_time(of.last_seen_ms);
}
void fix(to_client::Presence& f) { f.users = fixed_items(f.users); }
void fix(MarkOf& mark) {
  fix(mark.user);
  fix(mark.delivered);
  bound(mark.read, 0, mark.delivered);
}
void fix(to_client::Receipt& f) {
  bound(f.id, 0, json_number_max);
  fix(f.conversation);
  f.marks = fixed_items(f.marks);
  bound(f.seq, 0, json_number_max);
  if (f.seq == 0) f.delivered = 0;
  f.read = f.delivered == 0 ? 0 : f.read % f.delivered;
}
void fix(to_client::Typing& f) {
  fix(f.conversation);
  fix(f.user);
}
void fix(to_client::Synced& f) { fix(f.cursor); }
void fix(to_client::Reset& f) { fix(f.cursor); }
void fix(to_client::HistoryPage& f) {
  fix(f.id);
  fix(f.conversation);
  f.messages = fixed_items(f.messages);
  fix(f.head);
}
void fix(ContactOf& of) {
  fix(of.user);
  fix_text(of.name, 0, limits::contact_name_bytes);
}
void fix(to_client::ContactsPage& f) {
  fix(f.id);
  f.contacts = fixed_items(f.contacts);
}
void fix(MemberOf& of) { fix(of.user); }
void fix(HeadOf& of) {
  fix(of.conversation);
  of.head %= json_number_max + 1;
}
void fix(to_client::Heads& f) { f.heads = fixed_items(f.heads); }
void fix(to_client::MembersPage& f) {
  fix(f.id);
  fix(f.conversation);
  fix_text(f.name, 0, limits::conversation_name_bytes);
  if (!f.conversation.is_group()) f.name = {};
  if (!f.conversation.is_group()) f.settings = {};
  f.members = fixed_items(f.members);
}
void fix(to_client::Found& f) {
  fix(f.id);
  fix(f.conversation);
  fix(f.message);
}
void fix(MentionOf& of) {
  fix(of.number);
  fix(of.conversation);
  fix(of.seq);
  fix(of.from);
}
void fix(to_client::MentionsPage& f) {
  fix(f.id);
  f.mentions = fixed_items(f.mentions);
}
void fix(DeviceOf& of) {
  if (of.device == DeviceNumber{}) of.device.value = 1;
  fix_text(of.name, 1, limits::device_name_bytes);
  fix_time(of.last_seen_ms);
}
void fix(to_client::DevicesPage& f) {
  fix(f.id);
  f.devices = fixed_items(f.devices);
}
void fix(to_client::ListPage& f) {
  fix(f.id);
  f.conversations = fixed_items(f.conversations);
}

template <class Frame>
Frame for_json() {
  Frame frame = any<Frame>();
  std::visit([](auto& f) { fix(f); }, frame);
  return frame;
}

}  // namespace

peer::Message any_peer_message() { return any<peer::Message>(); }
to_server::Frame any_client_frame() { return any<to_server::Frame>(); }
to_client::Frame any_server_frame() { return any<to_client::Frame>(); }
to_server::Frame client_frame_for_json() { return for_json<to_server::Frame>(); }
to_client::Frame server_frame_for_json() { return for_json<to_client::Frame>(); }
Cursor cursor() {
  Cursor cursor = any<Cursor>();
  fix(cursor);
  return cursor;
}

}  // namespace hubbub::generators
