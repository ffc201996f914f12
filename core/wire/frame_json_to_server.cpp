// The JSON of what a device says.
#include <array>

#include "core/base/check.hpp"
#include "core/wire/frame_json.hpp"
#include "core/wire/frame_list.hpp"
#include "core/wire/json_writer.hpp"
#include "core/wire/people_json.hpp"

namespace hubbub {
namespace {

using json::FrameFields;
using json::ObjectWriter;
using to_server::Frame;

/// Enough for every frame of a message to create a group of the greatest size.
constexpr json::MessageBounds bounds{
    .bytes = limits::frame_bytes,
    .frames = limits::frames_per_message,
    .json = {.values = limits::frames_per_message * (limits::members_at_once + 24), .depth = 8}};

constexpr std::string_view kind_form = "\"direct\" or \"group\"";

// --- Reading -----------------------------------------------------------------------------------

Frame read_hello(FrameFields& in) {
  to_server::Hello f;
  f.device = in.name("device", 1, limits::device_name_bytes);
  f.has_cursor = in.has("cursor");
  if (f.has_cursor) f.cursor = in.cursor();
  f.polled = in.boolean_or_false("polled");
  return f;
}

Frame read_poll(FrameFields& in) {
  to_server::Poll f;
  f.id = in.request_id();
  f.has_cursor = in.has("cursor");
  if (f.has_cursor) f.cursor = in.cursor();
  f.wait_ms = static_cast<std::uint32_t>(in.number_or("wait_ms", 0, 0, limits::poll_wait / 1ms));
  f.sync = in.boolean_or_false("sync");
  return f;
}

Frame read_send(FrameFields& in) {
  to_server::Send f;
  f.id = in.request_id();
  f.conversation = in.conversation("conversation_id");
  if (in.has("client_id")) {
    if (in.has("n") || in.has("key"))
      in.fail("client_id", in.find("client_id"), "absent where \"n\" and \"key\" name the message");
    f.client_id = in.name("client_id", 1, limits::client_id_bytes);
  } else {
    if (!in.has("n") && !in.has("key"))
      in.fail(ErrorCode::bad_request,
              "\"n\" is not there: a message has \"n\" and \"key\", or, of who does not count, \"client_id\"");
    f.number = in.number("n", 1, json_number_max);
    f.key = in.key("key");
  }
  f.content = in.content();
  if (in.has("mentions")) f.mentions = in.users_or_none("mentions", limits::mentions_in_message);
  return f;
}

Frame read_acknowledge(FrameFields& in) { return to_server::Acknowledge{in.cursor()}; }

Frame read_sync(FrameFields& in) { return to_server::Sync{in.cursor()}; }

Frame read_history(FrameFields& in) {
  using Direction = to_server::History::Direction;
  to_server::History f;
  f.id = in.request_id();
  f.conversation = in.conversation("conversation_id");
  if (in.has("before") + in.has("after") + in.has("around") > 1)
    in.fail(ErrorCode::bad_request,
            "\"before\", \"after\" and \"around\" exclude each other: at most one may be there");
  f.direction = in.has("after")    ? Direction::after
                : in.has("around") ? Direction::around
                                   : Direction::before;
  constexpr std::array anchors = {"before", "after", "around"};
  f.anchor = in.number_or(anchors[static_cast<std::size_t>(f.direction)], 0, 0, json_number_max);
  f.limit = static_cast<std::uint32_t>(
      in.number_or("limit", limits::history_messages_default, 1, limits::history_messages));
  f.seen = in.number_or("seen", 0, 0, json_number_max);
  return f;
}

Frame read_create(FrameFields& in) {
  to_server::Create f;
  f.id = in.request_id();
  f.number = in.number("n", 1, group_number_max);
  f.key = in.key("key");
  const std::string_view kind = in.text("kind", kind_form);
  f.group = kind == "group";
  if (!f.group && kind != "direct") in.fail("kind", in.find("kind"), kind_form);
  f.members = in.users_or_none("members", limits::members_at_once);
  if (in.has("name")) f.name = in.name("name", 0, limits::conversation_name_bytes);
  if (in.has("changes")) f.settings.changes = in.choice<ChangedBy>("changes", json::changed_by);
  if (in.has("history")) f.settings.history = in.choice<NewcomersRead>("history", json::newcomers_read);
  if (!f.group && f.members.size() != 1)
    in.fail(ErrorCode::bad_request,
            fmt::format("\"members\" has {} users: a direct conversation is made with 1",
                        f.members.size()));
  if (!f.group && !f.name.empty())
    in.fail("name", in.find("name"), "absent, for a direct conversation has no name");
  if (!f.group && (in.has("changes") || in.has("history")))
    in.fail(ErrorCode::bad_request,
            "\"changes\" and \"history\" are a group's: a direct conversation has neither");
  return f;
}

to_server::Change read_change(FrameFields& in, to_server::Change::What what) {
  to_server::Change f;
  f.id = in.request_id();
  f.number = in.number("n", 1, group_number_max);
  f.key = in.key("key");
  f.what = what;
  f.conversation = in.conversation("conversation_id");
  return f;
}

template <to_server::Change::What What>
Frame read_change_of_member(FrameFields& in) {
  to_server::Change f = read_change(in, What);
  f.user = in.user("user");
  return f;
}

/// One user, or several.
Frame read_add(FrameFields& in) {
  if (!in.has("users")) return read_change_of_member<to_server::Change::What::add>(in);
  if (in.has("user")) in.fail("users", in.find("users"), "absent where \"user\" is one");
  to_server::AddMembers f;
  f.id = in.request_id();
  f.number = in.number("n", 1, group_number_max);
  f.key = in.key("key");
  f.conversation = in.conversation("conversation_id");
  f.users = in.users("users", limits::members_at_once);
  return f;
}

Frame read_leave(FrameFields& in) { return read_change(in, to_server::Change::What::leave); }

Frame read_rename(FrameFields& in) {
  to_server::Change f = read_change(in, to_server::Change::What::rename);
  f.name = in.name("name", 0, limits::conversation_name_bytes);
  return f;
}

Frame read_settings(FrameFields& in) {
  to_server::Change f = read_change(in, to_server::Change::What::settings);
  f.settings.changes = in.choice<ChangedBy>("changes", json::changed_by);
  f.settings.history = in.choice<NewcomersRead>("history", json::newcomers_read);
  return f;
}

to_server::ContactChange read_contact_change(FrameFields& in, to_server::ContactChange::What what) {
  to_server::ContactChange f;
  f.id = in.request_id();
  f.number = in.number("n", 1, group_number_max);
  f.key = in.key("key");
  f.what = what;
  return f;
}

template <to_server::ContactChange::What What>
Frame read_change_of_contact(FrameFields& in) {
  to_server::ContactChange f = read_contact_change(in, What);
  f.user = in.user("user");
  if (What == to_server::ContactChange::What::contact && in.has("name"))
    f.name = in.name("name", 0, limits::contact_name_bytes);
  return f;
}

Frame read_visible(FrameFields& in) {
  to_server::ContactChange f = read_contact_change(in, to_server::ContactChange::What::visible);
  f.visible_to = in.choice<VisibleTo>("to", json::visible_to);
  return f;
}

Frame read_contacts(FrameFields& in) {
  to_server::Contacts f;
  f.id = in.request_id();
  if (in.has("after")) f.after = in.user("after");
  f.limit = static_cast<std::uint32_t>(
      in.number_or("limit", limits::contacts_in_page, 1, limits::contacts_in_page));
  return f;
}

Frame read_members(FrameFields& in) {
  to_server::Members f;
  f.id = in.request_id();
  f.conversation = in.conversation("conversation_id");
  f.after = static_cast<std::uint32_t>(in.number_or("after", 0, 0, limits::membership_intervals));
  return f;
}

/// A list of conversations, or of channels.
template <class List>
Frame read_list(FrameFields& in) {
  List f;
  f.id = in.request_id();
  f.has_after = in.has("after");
  if (f.has_after) f.after = in.conversation("after");
  f.limit = static_cast<std::uint32_t>(
      in.number_or("limit", limits::list_conversations, 1, limits::list_conversations));
  return f;
}

std::span<const ConversationId> read_looked(FrameFields& in) {
  const auto conversations = in.conversations("conversations");
  if (conversations.empty() || conversations.size() > limits::looked_in_frame)
    in.fail("conversations", in.find("conversations"), "a list of 1 to 64 conversation ids");
  return conversations;
}

Frame read_look(FrameFields& in) {
  to_server::Look f;
  f.conversations = read_looked(in);
  f.once = in.boolean_or_false("once");
  return f;
}

Frame read_unlook(FrameFields& in) { return to_server::Unlook{read_looked(in)}; }

Frame read_watch(FrameFields& in) {
  to_server::Watch f;
  f.users = in.users("users", limits::watched_in_frame);
  f.once = in.boolean_or_false("once");
  return f;
}

Frame read_push(FrameFields& in) {
  to_server::Push f;
  f.id = in.request_id();
  f.on = in.boolean_or_false("on");
  return f;
}

Frame read_unwatch(FrameFields& in) {
  return to_server::Unwatch{in.users("users", limits::watched_in_frame)};
}

Frame read_read(FrameFields& in) {
  to_server::Read f;
  f.conversation = in.conversation("conversation_id");
  f.seq = in.number("seq", 1, json_number_max);
  return f;
}

Frame read_typing(FrameFields& in) { return to_server::Typing{in.conversation("conversation_id")}; }

Frame read_receipts(FrameFields& in) {
  to_server::Receipts f;
  f.id = in.request_id();
  f.conversation = in.conversation("conversation_id");
  return f;
}

Frame read_token(FrameFields& in) {
  to_server::Token f;
  f.id = in.request_id();
  f.token = in.name("token", 1, limits::token_bytes);
  return f;
}

Frame read_get(FrameFields& in) {
  to_server::Get f;
  f.id = in.request_id();
  constexpr std::string_view form = "a message's id, a whole number above 0 as a text";
  (void)in.text("message_id", form);
  f.message = in.message_id_or_zero();
  if (f.message == MessageId{}) in.fail("message_id", in.find("message_id"), form);
  return f;
}

Frame read_mentions(FrameFields& in) {
  to_server::Mentions f;
  f.id = in.request_id();
  f.before = in.number_or("before", 0, 0, json_number_max);
  f.limit = static_cast<std::uint32_t>(
      in.number_or("limit", limits::mentions_in_page, 1, limits::mentions_in_page));
  return f;
}

Frame read_devices(FrameFields& in) {
  to_server::Devices f;
  f.id = in.request_id();
  f.after = DeviceNumber{static_cast<std::uint16_t>(in.number_or("after", 0, 0, UINT16_MAX))};
  return f;
}

Frame read_revoke(FrameFields& in) {
  to_server::Revoke f;
  f.id = in.request_id();
  f.number = in.number("n", 1, group_number_max);
  f.key = in.key("key");
  f.device = DeviceNumber{static_cast<std::uint16_t>(in.number("device_number", 1, UINT16_MAX))};
  return f;
}

using What = to_server::Change::What;
using ContactWhat = to_server::ContactChange::What;
constexpr json::FrameType<Frame> types[] = {
    {"hello", read_hello},
    {"message", read_send},
    {"ack", read_acknowledge},
    {"sync", read_sync},
    {"history", read_history},
    {"create", read_create},
    {"add", read_add},
    {"remove", read_change_of_member<What::remove>},
    {"leave", read_leave},
    {"rename", read_rename},
    {"list", read_list<to_server::List>},
    {"watch", read_watch},
    {"unwatch", read_unwatch},
    {"promote", read_change_of_member<What::promote>},
    {"demote", read_change_of_member<What::demote>},
    {"hand_over", read_change_of_member<What::hand_over>},
    {"settings", read_settings},
    {"contact", read_change_of_contact<ContactWhat::contact>},
    {"uncontact", read_change_of_contact<ContactWhat::uncontact>},
    {"block", read_change_of_contact<ContactWhat::block>},
    {"unblock", read_change_of_contact<ContactWhat::unblock>},
    {"visible", read_visible},
    {"contacts", read_contacts},
    {"members", read_members},
    {"channels", read_list<to_server::Channels>},
    {"look", read_look},
    {"unlook", read_unlook},
    {"read", read_read},
    {"typing", read_typing},
    {"receipts", read_receipts},
    {"push", read_push},
    {"token", read_token},
    {"get", read_get},
    {"mentions", read_mentions},
    {"devices", read_devices},
    {"revoke", read_revoke},
    {"poll", read_poll},
};

// --- Writing -----------------------------------------------------------------------------------

void write(const to_server::Hello& f, ObjectWriter& out) {
  out.word("type", "hello");
  out.text("device", f.device);
  if (f.has_cursor) out.word("cursor", to_text(f.cursor));
  if (f.polled) out.boolean("polled", true);
}

void write(const to_server::Poll& f, ObjectWriter& out) {
  out.word("type", "poll");
  out.number("id", f.id);
  if (f.has_cursor) out.word("cursor", to_text(f.cursor));
  out.number("wait_ms", f.wait_ms);
  if (f.sync) out.boolean("sync", true);
}

void write(const to_server::Send& f, ObjectWriter& out) {
  out.word("type", "message");
  out.number("id", f.id);
  out.word("conversation_id", to_text(f.conversation));
  if (f.number == 0) {
    out.text("client_id", f.client_id);
  } else {
    out.number("n", f.number);
    out.bits("key", f.key);
  }
  out.text("content", f.content.body);
  if (!f.mentions.empty()) out.words("mentions", f.mentions, [](UserId user) { return to_text(user); });
}

void write(const to_server::Acknowledge& f, ObjectWriter& out) {
  out.word("type", "ack");
  out.word("cursor", to_text(f.cursor));
}

void write(const to_server::Sync& f, ObjectWriter& out) {
  out.word("type", "sync");
  out.word("cursor", to_text(f.cursor));
}

void write(const to_server::History& f, ObjectWriter& out) {
  constexpr std::array anchors = {"before", "after", "around"};
  out.word("type", "history");
  out.number("id", f.id);
  out.word("conversation_id", to_text(f.conversation));
  out.number(anchors[static_cast<std::size_t>(f.direction)], f.anchor);
  out.number("limit", f.limit);
  if (f.seen != 0) out.number("seen", f.seen);
}

void write(const to_server::Create& f, ObjectWriter& out) {
  out.word("type", "create");
  out.number("id", f.id);
  out.number("n", f.number);
  out.bits("key", f.key);
  out.word("kind", f.group ? "group" : "direct");
  out.words("members", f.members, [](UserId user) { return to_text(user); });
  if (!f.name.empty()) out.text("name", f.name);
  if (f.settings != GroupSettings{}) json::write_settings(f.settings, out);
}

void write(const to_server::Change& f, ObjectWriter& out) {
  constexpr std::array names = {"add",     "remove", "leave",     "rename",
                                "promote", "demote", "hand_over", "settings"};
  out.word("type", names[static_cast<std::size_t>(f.what)]);
  out.number("id", f.id);
  out.number("n", f.number);
  out.bits("key", f.key);
  out.word("conversation_id", to_text(f.conversation));
  if (f.what == What::rename) out.text("name", f.name);
  if (f.what == What::settings) return json::write_settings(f.settings, out);
  if (f.what != What::leave && f.what != What::rename) out.word("user", to_text(f.user));
}

void write(const to_server::ContactChange& f, ObjectWriter& out) {
  constexpr std::array names = {"contact", "uncontact", "block", "unblock", "visible"};
  out.word("type", names[static_cast<std::size_t>(f.what)]);
  out.number("id", f.id);
  out.number("n", f.number);
  out.bits("key", f.key);
  if (f.what == ContactWhat::visible)
    return out.word("to", json::visible_to[static_cast<std::size_t>(f.visible_to)]);
  out.word("user", to_text(f.user));
  if (!f.name.empty()) out.text("name", f.name);
}

void write(const to_server::Contacts& f, ObjectWriter& out) {
  out.word("type", "contacts");
  out.number("id", f.id);
  if (f.after != UserId{}) out.word("after", to_text(f.after));
  out.number("limit", f.limit);
}

void write(const to_server::Members& f, ObjectWriter& out) {
  out.word("type", "members");
  out.number("id", f.id);
  out.word("conversation_id", to_text(f.conversation));
  if (f.after != 0) out.number("after", f.after);
}

void write(const to_server::Token& f, ObjectWriter& out) {
  out.word("type", "token");
  out.number("id", f.id);
  out.text("token", f.token);
}

template <class List>
void write_list(std::string_view type, const List& f, ObjectWriter& out) {
  out.word("type", type);
  out.number("id", f.id);
  if (f.has_after) out.word("after", to_text(f.after));
  out.number("limit", f.limit);
}

void write(const to_server::List& f, ObjectWriter& out) { write_list("list", f, out); }
void write(const to_server::Channels& f, ObjectWriter& out) { write_list("channels", f, out); }

void write(const to_server::AddMembers& f, ObjectWriter& out) {
  out.word("type", "add");
  out.number("id", f.id);
  out.number("n", f.number);
  out.bits("key", f.key);
  out.word("conversation_id", to_text(f.conversation));
  out.words("users", f.users, [](UserId user) { return to_text(user); });
}

void write(const to_server::Look& f, ObjectWriter& out) {
  out.word("type", "look");
  out.words("conversations", f.conversations, [](const ConversationId& c) { return to_text(c); });
  if (f.once) out.boolean("once", true);
}

void write(const to_server::Unlook& f, ObjectWriter& out) {
  out.word("type", "unlook");
  out.words("conversations", f.conversations, [](const ConversationId& c) { return to_text(c); });
}

void write(const to_server::Watch& f, ObjectWriter& out) {
  out.word("type", "watch");
  out.words("users", f.users, [](UserId user) { return to_text(user); });
  if (f.once) out.boolean("once", true);
}

void write(const to_server::Push& f, ObjectWriter& out) {
  out.word("type", "push");
  out.number("id", f.id);
  if (f.on) out.boolean("on", true);
}

void write(const to_server::Unwatch& f, ObjectWriter& out) {
  out.word("type", "unwatch");
  out.words("users", f.users, [](UserId user) { return to_text(user); });
}

void write(const to_server::Read& f, ObjectWriter& out) {
  out.word("type", "read");
  out.word("conversation_id", to_text(f.conversation));
  out.number("seq", f.seq);
}

void write(const to_server::Typing& f, ObjectWriter& out) {
  out.word("type", "typing");
  out.word("conversation_id", to_text(f.conversation));
}

void write(const to_server::Receipts& f, ObjectWriter& out) {
  out.word("type", "receipts");
  out.number("id", f.id);
  out.word("conversation_id", to_text(f.conversation));
}

void write(const to_server::Get& f, ObjectWriter& out) {
  out.word("type", "get");
  out.number("id", f.id);
  out.number_as_text("message_id", f.message.value);
}

void write(const to_server::Mentions& f, ObjectWriter& out) {
  out.word("type", "mentions");
  out.number("id", f.id);
  if (f.before != 0) out.number("before", f.before);
  out.number("limit", f.limit);
}

void write(const to_server::Devices& f, ObjectWriter& out) {
  out.word("type", "devices");
  out.number("id", f.id);
  if (f.after != DeviceNumber{}) out.number("after", f.after.value);
}

void write(const to_server::Revoke& f, ObjectWriter& out) {
  out.word("type", "revoke");
  out.number("id", f.id);
  out.number("n", f.number);
  out.bits("key", f.key);
  out.number("device_number", f.device.value);
}

}  // namespace

void parse_client_message(std::string_view text, Arena& arena, ParsedClientFrames& out) {
  json::read_message<Frame>(text, bounds, types, arena, out);
}

void encode(const to_server::Frame& frame, std::string& out) {
  ObjectWriter object(out);
  std::visit([&](const auto& f) { write(f, object); }, frame);
  object.close();
}

void encode(std::span<const to_server::Frame> frames, std::string& out) {
  HUBBUB_CHECK(!frames.empty() && frames.size() <= limits::frames_per_message);
  json::append_frames(frames, out);
}

}  // namespace hubbub
