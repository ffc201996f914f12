// The JSON of what a server says.
#include <array>
#include <chrono>

#include "core/base/check.hpp"
#include "core/wire/entry_json.hpp"
#include "core/wire/frame_json.hpp"
#include "core/wire/frame_list.hpp"
#include "core/wire/json_writer.hpp"
#include "core/wire/people_json.hpp"

namespace hubbub {
namespace {

using json::FrameFields;
using json::ObjectWriter;
using json::read_choice;
using json::read_entry;
using json::write_entry;
using to_client::Frame;

/// A server is trusted further than a client: what it gathers for one connection may be one
/// message.
constexpr json::MessageBounds bounds{.bytes = limits::outbound_bytes,
                                     .frames = limits::outbound_bytes,
                                     .json = {.values = limits::outbound_bytes / 4, .depth = 16}};

constexpr std::array<std::string_view, 4> durabilities = {"buffered", "synced", "quorum-memory",
                                                         "quorum-synced"};
constexpr std::array<std::string_view, 2> advise_reasons = {"plan", "draining"};
constexpr std::array<std::string_view, 3> presence_states = {"offline", "online", "unknown"};
// --- The parts that several frames have ----------------------------------------------------------

/// "s_2_7_40_3": node, its life, slot, its use.
std::string session_text(const SessionRef& s) {
  return fmt::format("s_{}_{}_{}_{}", s.node.value, s.life, s.connection.slot, s.connection.use);
}

std::optional<SessionRef> parse_session(std::string_view text) {
  std::array<std::uint32_t, 4> parts{};
  if (!text.starts_with("s")) return {};
  text.remove_prefix(1);
  for (std::uint32_t& part : parts) {
    if (!text.starts_with("_")) return {};
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), part);
    if (error != std::errc{}) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  if (!text.empty() || parts[0] > UINT16_MAX) return {};
  return SessionRef{NodeId{static_cast<std::uint16_t>(parts[0])}, parts[1], {parts[2], parts[3]}};
}

/// Absent: nothing is known.
OnLoss read_on_loss(FrameFields& in) {
  constexpr std::string_view right = "an object with \"spread_ms\", \"fleet_spread_ms\" and \"servers\"";
  const json::Value* value = in.find("on_loss");
  if (value == nullptr) return {};
  if (value->kind != json::Value::Kind::object) {
    in.fail("on_loss", value, right);
    return {};
  }
  FrameFields fields(*value, in.arena());
  OnLoss plan;
  plan.spread_ms = static_cast<std::uint32_t>(fields.number("spread_ms", 1, UINT32_MAX));
  plan.fleet_spread_ms = static_cast<std::uint32_t>(fields.number("fleet_spread_ms", 1, UINT32_MAX));
  plan.servers = static_cast<std::uint16_t>(fields.number("servers", 1, UINT16_MAX));
  if (fields.failed()) in.fail(fields.error().code, fmt::format("\"on_loss\": {}", fields.error().detail));
  return plan;
}

// --- Reading -----------------------------------------------------------------------------------

Frame read_welcome(FrameFields& in) {
  to_client::Welcome f;
  constexpr std::string_view form = "a session's id like \"s_2_7_40_3\"";
  const auto session = parse_session(in.text("session", form));
  if (!session) in.fail("session", in.find("session"), form);
  f.session = session.value_or(SessionRef{});
  f.user = in.user("user");
  f.device = DeviceNumber{static_cast<std::uint16_t>(in.number("device_number", 0, UINT16_MAX))};
  f.generation = static_cast<Generation>(in.number("generation", 0, UINT32_MAX));
  f.durability = static_cast<Durability>(
      read_choice(in, "durability", durabilities, "\"buffered\", \"synced\", \"quorum-memory\" or \"quorum-synced\""));
  f.incarnation = in.hexadecimal("incarnation");
  f.on_loss = read_on_loss(in);
  return f;
}

Frame read_ok(FrameFields& in) {
  to_client::Ok f;
  f.id = in.request_id();
  if (in.has("conversation_id")) f.conversation = in.conversation("conversation_id");
  f.seq = in.number_or("seq", 0, 0, json_number_max);
  f.message = in.message_id_or_zero();
  f.sent_at_ms = in.time_ms_or_zero("sent_at");
  f.number = in.number_or("n", 0, 0, json_number_max);
  f.next = in.number_or("next", 0, 0, json_number_max);
  return f;
}

Frame read_error(FrameFields& in) {
  to_client::Error f;
  constexpr std::string_view form = "the code of an error like \"bad_request\"";
  f.id = in.number_or("id", 0, 0, json_number_max);
  const auto code = parse_error_code(in.text("code", form));
  if (!code) in.fail("code", in.find("code"), form);
  f.code = code.value_or(ErrorCode::internal);
  f.retry = in.boolean_or_false("retry");
  f.retry_after_ms = static_cast<std::uint32_t>(in.number_or("retry_after_ms", 0, 0, UINT32_MAX));
  f.expected = in.number_or("expected", 0, 0, json_number_max);
  f.detail = in.text("detail", "a text");
  return f;
}

Frame read_event(FrameFields& in) {
  to_client::Event f;
  f.conversation = in.conversation("conversation_id");
  f.message = read_entry(in);
  f.cursor = in.cursor();
  return f;
}

/// The objects of a list, read by `read_item` with each one's own keys. An item that is wrong makes
/// the whole frame wrong.
template <class Item, class ReadItem>
std::span<const Item> read_objects(FrameFields& in, std::string_view key, ReadItem read_item) {
  const json::Value* list = in.list(key, "a list of objects");
  if (list == nullptr) return {};
  const std::span<Item> items = in.arena().array<Item>(list->count);
  std::size_t filled = 0;
  for (const json::Value* value = list->first; value != nullptr; value = value->next) {
    if (value->kind != json::Value::Kind::object) {
      in.fail(key, list, "a list of objects");
      return {};
    }
    FrameFields fields(*value, in.arena());
    items[filled++] = read_item(fields);
    if (fields.failed()) {
      in.fail(fields.error().code,
              fmt::format("\"{}\", item {}: {}", key, filled, fields.error().detail));
      return {};
    }
  }
  return items;
}

Frame read_ranges(FrameFields& in) {
  to_client::Ranges f;
  f.ranges = read_objects<Range>(in, "ranges", [](FrameFields& item) {
    Range range;
    range.conversation = item.conversation("conversation_id");
    range.from = item.number("from", 1, json_number_max);
    range.to = item.number("to", range.from, json_number_max);
    return range;
  });
  f.cursor = in.cursor();
  return f;
}

Frame read_synced(FrameFields& in) { return to_client::Synced{in.cursor()}; }

Frame read_reset(FrameFields& in) { return to_client::Reset{in.cursor()}; }

Frame read_history(FrameFields& in) {
  to_client::HistoryPage f;
  f.id = in.request_id();
  f.conversation = in.conversation("conversation_id");
  f.messages = read_objects<Message>(in, "messages", read_entry);
  f.has_more = in.boolean_or_false("has_more");
  f.head = in.number("head", 0, json_number_max);
  return f;
}

Frame read_list(FrameFields& in) {
  to_client::ListPage f;
  f.id = in.request_id();
  f.conversations = in.conversations("conversations");
  f.has_more = in.boolean_or_false("has_more");
  return f;
}

Frame read_presence(FrameFields& in) {
  to_client::Presence f;
  f.users = read_objects<PresenceOf>(in, "users", [](FrameFields& item) {
    PresenceOf of;
    of.user = item.user("user");
    of.state = static_cast<PresenceState>(
        read_choice(item, "state", presence_states, "\"offline\", \"online\" or \"unknown\""));
    of.last_seen_ms = item.time_ms_or_zero("last_seen");
    return of;
  });
  return f;
}

Frame read_heads(FrameFields& in) {
  to_client::Heads f;
  f.heads = read_objects<HeadOf>(in, "heads", [](FrameFields& item) {
    HeadOf of;
    of.conversation = item.conversation("conversation_id");
    of.head = item.number("head", 0, json_number_max);
    return of;
  });
  return f;
}

Frame read_advise(FrameFields& in) {
  to_client::Advise f;
  f.reason = static_cast<to_client::Advise::Reason>(
      read_choice(in, "reason", advise_reasons, "\"plan\" or \"draining\""));
  f.advice.delay_ms = static_cast<std::uint32_t>(in.number_or("delay_ms", 0, 0, UINT32_MAX));
  f.advice.jitter_ms = static_cast<std::uint32_t>(in.number_or("jitter_ms", 0, 0, UINT32_MAX));
  f.on_loss = read_on_loss(in);
  return f;
}

Frame read_contacts(FrameFields& in) {
  to_client::ContactsPage f;
  f.id = in.request_id();
  f.visible_to = in.choice<VisibleTo>("visible_to", json::visible_to);
  f.contacts = read_objects<ContactOf>(in, "contacts", [](FrameFields& item) {
    ContactOf of;
    of.user = item.user("user");
    of.contact = item.boolean_or_false("contact");
    of.blocked = item.boolean_or_false("blocked");
    if (item.has("name")) of.name = item.name("name", 0, limits::contact_name_bytes);
    return of;
  });
  f.has_more = in.boolean_or_false("has_more");
  return f;
}

Frame read_members(FrameFields& in) {
  to_client::MembersPage f;
  f.id = in.request_id();
  f.conversation = in.conversation("conversation_id");
  f.role = in.choice<Role>("role", json::roles);
  if (in.has("name")) f.name = in.name("name", 0, limits::conversation_name_bytes);
  if (in.has("changes")) f.settings = json::read_settings(in);
  f.members = read_objects<MemberOf>(in, "members", [](FrameFields& item) {
    MemberOf of;
    of.user = item.user("user");
    of.role = item.choice<Role>("role", json::roles);
    return of;
  });
  f.next = static_cast<std::uint32_t>(in.number_or("next", 0, 0, UINT32_MAX));
  return f;
}

Frame read_receipt(FrameFields& in) {
  to_client::Receipt f;
  f.id = in.number_or("id", 0, 0, json_number_max);
  f.conversation = in.conversation("conversation_id");
  if (in.has("marks"))
    f.marks = read_objects<MarkOf>(in, "marks", [](FrameFields& item) {
      MarkOf mark;
      mark.user = item.user("user");
      mark.delivered = item.number("delivered", 0, json_number_max);
      mark.read = item.number("read", 0, mark.delivered);
      return mark;
    });
  if (!in.has("seq")) return f;
  f.seq = in.number("seq", 1, json_number_max);
  f.delivered = static_cast<std::uint32_t>(in.number("delivered", 0, UINT32_MAX));
  f.read = static_cast<std::uint32_t>(in.number("read", 0, f.delivered));
  return f;
}

Frame read_typing(FrameFields& in) {
  to_client::Typing f;
  f.conversation = in.conversation("conversation_id");
  f.user = in.user("user");
  return f;
}

Frame read_found(FrameFields& in) {
  to_client::Found f;
  f.id = in.request_id();
  f.conversation = in.conversation("conversation_id");
  const json::Value* value = in.find("message");
  if (value == nullptr || value->kind != json::Value::Kind::object) {
    in.fail("message", value, "a message, as in a page of history");
    return f;
  }
  FrameFields fields(*value, in.arena());
  f.message = read_entry(fields);
  if (fields.failed())
    in.fail(fields.error().code, fmt::format("\"message\": {}", fields.error().detail));
  return f;
}

Frame read_mentions(FrameFields& in) {
  to_client::MentionsPage f;
  f.id = in.request_id();
  f.mentions = read_objects<MentionOf>(in, "mentions", [](FrameFields& item) {
    MentionOf of;
    of.number = item.number("number", 1, json_number_max);
    of.conversation = item.conversation("conversation_id");
    of.seq = item.number("seq", 1, json_number_max);
    of.message = item.message_id_or_zero();
    of.from = item.user("from");
    return of;
  });
  f.has_more = in.boolean_or_false("has_more");
  return f;
}

Frame read_devices(FrameFields& in) {
  to_client::DevicesPage f;
  f.id = in.request_id();
  f.devices = read_objects<DeviceOf>(in, "devices", [](FrameFields& item) {
    DeviceOf of;
    of.device = DeviceNumber{static_cast<std::uint16_t>(item.number("device_number", 1, UINT16_MAX))};
    of.name = item.name("device", 1, limits::device_name_bytes);
    of.online = item.boolean_or_false("online");
    of.last_seen_ms = item.time_ms_or_zero("last_seen");
    return of;
  });
  f.has_more = in.boolean_or_false("has_more");
  return f;
}

constexpr json::FrameType<Frame> types[] = {
    {"message", read_event},   {"ok", read_ok},         {"conversation", read_event},
    {"range", read_ranges},    {"synced", read_synced}, {"history", read_history},
    {"welcome", read_welcome}, {"error", read_error},   {"reset", read_reset},
    {"list", read_list},       {"presence", read_presence}, {"advise", read_advise},
    {"contacts", read_contacts}, {"members", read_members}, {"heads", read_heads},
    {"receipt", read_receipt}, {"typing", read_typing},
    {"get", read_found},       {"mentions", read_mentions}, {"devices", read_devices},
};

// --- Writing -----------------------------------------------------------------------------------

/// What a client needs to know to stay within the server's bounds.
void write_limits(ObjectWriter& frame, std::string& out) {
  frame.name("limits");
  ObjectWriter object(out);
  object.number("text_characters", limits::text_code_points);
  object.number("frame_bytes", limits::frame_bytes);
  object.number("frames_per_message", limits::frames_per_message);
  object.number("unanswered", limits::repeat_window);
  object.number("unanswered_session", limits::session_requests);
  object.number("ack_every", limits::unacknowledged_entries / 2);
  object.number("group_members", limits::group_members_default);
  object.number("name_bytes", limits::conversation_name_bytes);
  object.number("history", limits::history_messages);
  object.number("list", limits::list_conversations);
  object.number("watched", limits::watched_users);
  object.number("watched_in_frame", limits::watched_in_frame);
  object.number("members_at_once", limits::members_at_once);
  object.number("looked", limits::looked_channels);
  object.number("mentions", limits::mentions_in_message);
  object.close();
}

void write_on_loss(const OnLoss& plan, ObjectWriter& frame, std::string& out) {
  frame.name("on_loss");
  ObjectWriter object(out);
  object.number("spread_ms", plan.spread_ms);
  object.number("fleet_spread_ms", plan.fleet_spread_ms);
  object.number("servers", plan.servers);
  object.close();
}

void write(const to_client::Welcome& f, ObjectWriter& object, std::string& out) {
  object.word("type", "welcome");
  object.word("session", session_text(f.session));
  object.word("user", to_text(f.user));
  object.number("device_number", f.device.value);
  object.number("generation", f.generation);
  object.word("durability", durabilities[static_cast<std::size_t>(f.durability)]);
  object.number_as_text("incarnation", f.incarnation, 16);
  write_limits(object, out);
  object.number("ping_s", std::chrono::seconds(limits::ping_interval).count());
  if (!f.on_loss.none()) write_on_loss(f.on_loss, object, out);
}

void write(const to_client::Ok& f, ObjectWriter& object, std::string&) {
  object.word("type", "ok");
  object.number("id", f.id);
  if (f.conversation != ConversationId{}) object.word("conversation_id", to_text(f.conversation));
  if (f.seq != 0) object.number("seq", f.seq);
  if (f.message.value != 0) object.number_as_text("message_id", f.message.value);
  if (f.sent_at_ms != 0) object.number("sent_at", f.sent_at_ms);
  if (f.number != 0) object.number("n", f.number);
  if (f.next != 0) object.number("next", f.next);
}

void write(const to_client::Error& f, ObjectWriter& object, std::string&) {
  object.word("type", "error");
  if (f.id != 0) object.number("id", f.id);
  object.word("code", to_text(f.code));
  object.boolean("retry", f.retry);
  if (f.retry_after_ms != 0) object.number("retry_after_ms", f.retry_after_ms);
  if (f.expected != 0) object.number("expected", f.expected);
  object.text("detail", f.detail);
}

void write(const to_client::Event& f, ObjectWriter& object, std::string&) {
  json::write_entry_type(f.message, object);
  object.word("conversation_id", to_text(f.conversation));
  write_entry(f.message, object);
  object.word("cursor", to_text(f.cursor));
}

void write(const to_client::Ranges& f, ObjectWriter& object, std::string& out) {
  object.word("type", "range");
  object.list("ranges", f.ranges, [&](const Range& range) {
    ObjectWriter item(out);
    item.word("conversation_id", to_text(range.conversation));
    item.number("from", range.from);
    item.number("to", range.to);
    item.close();
  });
  object.word("cursor", to_text(f.cursor));
}

void write(const to_client::Synced& f, ObjectWriter& object, std::string&) {
  object.word("type", "synced");
  object.word("cursor", to_text(f.cursor));
}

void write(const to_client::Reset& f, ObjectWriter& object, std::string&) {
  object.word("type", "reset");
  object.word("cursor", to_text(f.cursor));
}

/// An entry beside which its conversation stands.
void write_object(const Message& m, std::string& out) {
  ObjectWriter item(out);
  json::write_entry_type(m, item);
  write_entry(m, item);
  item.close();
}

void write(const to_client::HistoryPage& f, ObjectWriter& object, std::string& out) {
  object.word("type", "history");
  object.number("id", f.id);
  object.word("conversation_id", to_text(f.conversation));
  object.list("messages", f.messages, [&](const Message& m) { write_object(m, out); });
  object.boolean("has_more", f.has_more);
  object.number("head", f.head);
}

void write(const to_client::ListPage& f, ObjectWriter& object, std::string&) {
  object.word("type", "list");
  object.number("id", f.id);
  object.words("conversations", f.conversations,
               [](const ConversationId& c) { return to_text(c); });
  object.boolean("has_more", f.has_more);
}

void write(const to_client::Presence& f, ObjectWriter& object, std::string& out) {
  object.word("type", "presence");
  object.list("users", f.users, [&](const PresenceOf& of) {
    ObjectWriter item(out);
    item.word("user", to_text(of.user));
    item.word("state", presence_states[static_cast<std::size_t>(of.state)]);
    if (of.last_seen_ms != 0) item.number("last_seen", of.last_seen_ms);
    item.close();
  });
}

void write(const to_client::Heads& f, ObjectWriter& object, std::string& out) {
  object.word("type", "heads");
  object.list("heads", f.heads, [&](const HeadOf& of) {
    ObjectWriter item(out);
    item.word("conversation_id", to_text(of.conversation));
    item.number("head", of.head);
    item.close();
  });
}

void write(const to_client::Advise& f, ObjectWriter& object, std::string& out) {
  object.word("type", "advise");
  object.word("reason", advise_reasons[static_cast<std::size_t>(f.reason)]);
  if (!f.advice.none()) {
    object.number("delay_ms", f.advice.delay_ms);
    object.number("jitter_ms", f.advice.jitter_ms);
  }
  if (!f.on_loss.none()) write_on_loss(f.on_loss, object, out);
}

void write(const to_client::ContactsPage& f, ObjectWriter& object, std::string& out) {
  object.word("type", "contacts");
  object.number("id", f.id);
  object.word("visible_to", json::visible_to[static_cast<std::size_t>(f.visible_to)]);
  object.list("contacts", f.contacts, [&](const ContactOf& of) {
    ObjectWriter item(out);
    item.word("user", to_text(of.user));
    if (of.contact) item.boolean("contact", true);
    if (of.blocked) item.boolean("blocked", true);
    if (!of.name.empty()) item.text("name", of.name);
    item.close();
  });
  object.boolean("has_more", f.has_more);
}

void write(const to_client::MembersPage& f, ObjectWriter& object, std::string& out) {
  object.word("type", "members");
  object.number("id", f.id);
  object.word("conversation_id", to_text(f.conversation));
  object.word("role", json::roles[static_cast<std::size_t>(f.role)]);
  if (f.conversation.is_group()) {
    object.text("name", f.name);
    json::write_settings(f.settings, object);
  }
  object.list("members", f.members, [&](const MemberOf& of) {
    ObjectWriter item(out);
    item.word("user", to_text(of.user));
    item.word("role", json::roles[static_cast<std::size_t>(of.role)]);
    item.close();
  });
  if (f.next != 0) object.number("next", f.next);
}

void write(const to_client::Receipt& f, ObjectWriter& object, std::string& out) {
  object.word("type", "receipt");
  if (f.id != 0) object.number("id", f.id);
  object.word("conversation_id", to_text(f.conversation));
  if (!f.marks.empty())
    object.list("marks", f.marks, [&](const MarkOf& mark) {
      ObjectWriter item(out);
      item.word("user", to_text(mark.user));
      item.number("delivered", mark.delivered);
      item.number("read", mark.read);
      item.close();
    });
  if (f.seq == 0) return;
  object.number("seq", f.seq);
  object.number("delivered", f.delivered);
  object.number("read", f.read);
}

void write(const to_client::Typing& f, ObjectWriter& object, std::string&) {
  object.word("type", "typing");
  object.word("conversation_id", to_text(f.conversation));
  object.word("user", to_text(f.user));
}

void write(const to_client::Found& f, ObjectWriter& object, std::string& out) {
  object.word("type", "get");
  object.number("id", f.id);
  object.word("conversation_id", to_text(f.conversation));
  object.name("message");
  write_object(f.message, out);
}

void write(const to_client::MentionsPage& f, ObjectWriter& object, std::string& out) {
  object.word("type", "mentions");
  object.number("id", f.id);
  object.list("mentions", f.mentions, [&](const MentionOf& of) {
    ObjectWriter item(out);
    item.number("number", of.number);
    item.word("conversation_id", to_text(of.conversation));
    item.number("seq", of.seq);
    item.number_as_text("message_id", of.message.value);
    item.word("from", to_text(of.from));
    item.close();
  });
  object.boolean("has_more", f.has_more);
}

void write(const to_client::DevicesPage& f, ObjectWriter& object, std::string& out) {
  object.word("type", "devices");
  object.number("id", f.id);
  object.list("devices", f.devices, [&](const DeviceOf& of) {
    ObjectWriter item(out);
    item.number("device_number", of.device.value);
    item.text("device", of.name);
    item.boolean("online", of.online);
    if (of.last_seen_ms != 0) item.number("last_seen", of.last_seen_ms);
    item.close();
  });
  object.boolean("has_more", f.has_more);
}

}  // namespace

void parse_server_message(std::string_view text, Arena& arena, ParsedServerFrames& out) {
  json::read_message<Frame>(text, bounds, types, arena, out);
}

void encode(const to_client::Frame& frame, std::string& out) {
  ObjectWriter object(out);
  std::visit([&](const auto& f) { write(f, object, out); }, frame);
  object.close();
}

void encode(std::span<const to_client::Frame> frames, std::string& out) {
  HUBBUB_CHECK(!frames.empty());
  json::append_frames(frames, out);
}

}  // namespace hubbub
