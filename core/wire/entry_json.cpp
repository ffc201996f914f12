#include "core/wire/entry_json.hpp"

#include <algorithm>
#include <array>

#include "core/base/hash.hpp"
#include "core/wire/frame_json.hpp"
#include "core/wire/people_json.hpp"

namespace hubbub::json {
namespace {

/// By EntryKind; a text is no `conversation` event but a `message`.
constexpr std::array<std::string_view, 11> events = {
    "", "created", "joined", "left", "renamed", "promoted", "demoted", "handed_over", "settings",
    "channel", "group"};
constexpr std::string_view event_form = "the name of an event like \"joined\"";

bool names_users(EntryKind kind) {
  return kind != EntryKind::text && kind != EntryKind::renamed && kind < EntryKind::settings;
}
bool has_settings(EntryKind kind) {
  return kind == EntryKind::created || kind == EntryKind::settings;
}

void read_name_of_conversation(FrameFields& in, Message& m) {
  const std::string_view name = in.name("name", 0, limits::conversation_name_bytes);
  m.content = {static_cast<std::uint32_t>(name.size()), hash_bytes(name), name};
}

/// Who owns the group now that its owner has left stands behind who left.
void read_new_owner(FrameFields& in, Message& m) {
  const std::span<UserId> users = in.arena().array<UserId>(2);
  if (m.users.empty())
    in.fail("owner", in.find("owner"), "absent, where nobody has left");
  else
    users[0] = m.users.front();
  users[1] = in.user("owner");
  m.users = users;
}

}  // namespace

/// The index of the key's text among `names`, or an error.
std::size_t read_choice(FrameFields& in, std::string_view key,
                        std::span<const std::string_view> names, std::string_view right) {
  const std::string_view text = in.text(key, right);
  const auto found = std::ranges::find(names, text);
  if (found != names.end() && !text.empty()) return static_cast<std::size_t>(found - names.begin());
  in.fail(key, in.find(key), right);
  return 0;
}

GroupSettings read_settings(FrameFields& in) {
  return {in.choice<ChangedBy>("changes", json::changed_by),
          in.choice<NewcomersRead>("history", json::newcomers_read)};
}

Message read_entry(FrameFields& in) {
  Message m;
  constexpr std::array<std::string_view, 2> types = {"message", "conversation"};
  const bool is_text = read_choice(in, "type", types, "\"message\" or \"conversation\"") == 0;
  m.kind = is_text ? EntryKind::text
                   : static_cast<EntryKind>(read_choice(in, "event", events, event_form));
  m.seq = in.number("seq", 1, json_number_max);
  m.id = in.message_id_or_zero();
  m.sent_at_ms = in.time_ms_or_zero("sent_at");
  m.from = in.user("from");
  m.device = DeviceNumber{static_cast<std::uint16_t>(in.number("device_number", 0, UINT16_MAX))};
  m.number = in.number("n", 0, json_number_max);
  m.key = in.key("key");
  if (is_text) {
    m.content = in.content();
    if (in.has("mentions")) m.users = in.users("mentions", limits::mentions_in_message);
    return m;
  }
  if (names_users(m.kind))
    m.users = in.users_or_none("users", m.kind == EntryKind::left ? 1 : limits::members_at_once);
  if (m.kind == EntryKind::left && in.has("owner")) read_new_owner(in, m);
  if (has_settings(m.kind)) m.settings = read_settings(in);
  if (m.kind == EntryKind::created || m.kind == EntryKind::renamed)
    read_name_of_conversation(in, m);
  return m;
}

void write_entry_type(const Message& m, ObjectWriter& out) {
  out.word("type", m.kind == EntryKind::text ? "message" : "conversation");
  if (m.kind != EntryKind::text) out.word("event", events[static_cast<std::size_t>(m.kind)]);
}

void write_entry(const Message& m, ObjectWriter& out) {
  out.number("seq", m.seq);
  out.number_as_text("message_id", m.id.value);
  out.word("from", to_text(m.from));
  out.number("device_number", m.device.value);
  out.number("n", m.number);
  out.bits("key", m.key);
  out.number("sent_at", m.sent_at_ms);
  if (m.kind == EntryKind::text) {
    out.text("content", m.content.body);
    if (!m.users.empty()) out.words("mentions", m.users, [](UserId user) { return to_text(user); });
    return;
  }
  const bool new_owner = m.kind == EntryKind::left && m.users.size() == 2;
  if (names_users(m.kind))
    out.words("users", new_owner ? m.users.first(1) : m.users, [](UserId user) { return to_text(user); });
  if (new_owner) out.word("owner", to_text(m.users.back()));
  if (has_settings(m.kind)) write_settings(m.settings, out);
  if (m.kind == EntryKind::created || m.kind == EntryKind::renamed)
    out.text("name", m.content.body);
}

}  // namespace hubbub::json
