#include "tests/core/node/frame_text.hpp"

#include <fmt/format.h>

#include <array>

namespace hubbub::test {
namespace {

std::string_view name_of(EntryKind kind) {
  switch (kind) {
    case EntryKind::text: return "message";
    case EntryKind::created: return "created";
    case EntryKind::joined: return "joined";
    case EntryKind::left: return "left";
    case EntryKind::renamed: return "renamed";
    case EntryKind::promoted: return "promoted";
    case EntryKind::demoted: return "demoted";
    case EntryKind::handed_over: return "handed over to";
    case EntryKind::settings: return "settings";
    case EntryKind::channel: return "became a channel";
    case EntryKind::group: return "became a group again";
  }
  return "?";
}

/// What a cursor says, without the incarnation's random bits.
std::string text_of(const Cursor& c) {
  if (!c.in_sync()) return fmt::format("@{}", c.held);
  return fmt::format("@{}..{} down to {}", c.held, c.target, c.reached);
}

constexpr std::array role_names = {"member", "admin", "owner"};

std::string text_of(const GroupSettings& s) {
  return fmt::format(" (changed by {}, newcomers read {})",
                     s.changes == ChangedBy::everyone ? "everyone" : "admins",
                     s.history == NewcomersRead::all ? "all" : "from joining on");
}

std::string text_of_message(const Message& m) {
  std::string text = fmt::format("#{} {} {}", m.seq, to_text(m.from), name_of(m.kind));
  if (!m.content.body.empty()) text += fmt::format(" \"{}\"", m.content.body);
  if (m.kind == EntryKind::text && !m.users.empty()) text += " mentions";
  for (const UserId u : m.users) text += " " + to_text(u);
  if (m.kind == EntryKind::settings || m.settings != GroupSettings{}) text += text_of(m.settings);
  return text;
}

std::string text_of(const to_client::Welcome& f) {
  return fmt::format("welcome: device {}, generation {}", f.device.value, f.generation);
}

std::string text_of(const to_client::Ok& f) {
  if (f.conversation == ConversationId{})
    return fmt::format("ok {}: as number {}, next {}", f.id, f.number, f.next);
  if (f.number == 0) return fmt::format("ok {}: {} #{}", f.id, to_text(f.conversation), f.seq);
  return fmt::format("ok {}: {} #{} as number {}, next {}", f.id, to_text(f.conversation), f.seq,
                     f.number, f.next);
}

std::string text_of(const to_client::Error& f) {
  std::string t = fmt::format("error {}: {}", f.id, to_text(f.code));
  if (f.retry) t += f.retry_after_ms ? fmt::format(", retry after {} ms", f.retry_after_ms) : ", retry";
  if (f.expected) t += fmt::format(", expected {}", f.expected);
  return t + fmt::format(" ({})", f.detail);
}

std::string text_of(const to_client::Event& f) {
  return fmt::format("{} {} {}", text_of(f.cursor), to_text(f.conversation),
                     text_of_message(f.message));
}

std::string text_of(const to_client::Receipt& f) {
  std::string t = f.id == 0 ? "receipt" : fmt::format("receipts {}:", f.id);
  t += " " + to_text(f.conversation);
  for (const MarkOf& m : f.marks)
    t += fmt::format(", {} has #{}, read #{}", to_text(m.user), m.delivered, m.read);
  if (f.seq != 0) t += fmt::format(", #{} is with {} others, read by {}", f.seq, f.delivered, f.read);
  return t;
}

std::string text_of(const to_client::Typing& f) {
  return fmt::format("{} is typing in {}", to_text(f.user), to_text(f.conversation));
}

std::string text_of(const to_client::Ranges& f) {
  std::string t = fmt::format("{} to page:", text_of(f.cursor));
  for (const Range& r : f.ranges) t += fmt::format(" {} {}-{}", to_text(r.conversation), r.from, r.to);
  return t;
}

std::string text_of(const to_client::Synced& f) {
  return fmt::format("{} synced", text_of(f.cursor));
}

std::string text_of(const to_client::Reset& f) {
  return fmt::format("{} reset", text_of(f.cursor));
}

std::string text_of(const to_client::HistoryPage& f) {
  std::string t = fmt::format("page {} of {}, head {}{}:", f.id, to_text(f.conversation), f.head,
                              f.has_more ? ", more" : "");
  for (const Message& m : f.messages) t += "\n    " + text_of_message(m);
  return t;
}

std::string text_of(const to_client::ListPage& f) {
  std::string t = fmt::format("list {}{}:", f.id, f.has_more ? ", more" : "");
  for (const ConversationId& c : f.conversations) t += " " + to_text(c);
  return t;
}

std::string text_of(const to_client::Heads& f) {
  std::string t = "heads:";
  for (const HeadOf& of : f.heads)
    t += of.head == 0 ? fmt::format(" {} is not yours", to_text(of.conversation))
                      : fmt::format(" {} #{}", to_text(of.conversation), of.head);
  return t;
}

std::string text_of(const to_client::Advise& f) {
  if (f.reason == to_client::Advise::Reason::plan)
    return fmt::format("advised: on a loss, come within {} ms, then {} ms", f.on_loss.spread_ms,
                       f.on_loss.fleet_spread_ms);
  return fmt::format("advised: come back in {} to {} ms", f.advice.delay_ms,
                     f.advice.delay_ms + f.advice.jitter_ms);
}

std::string text_of(const to_client::ContactsPage& f) {
  std::string t = fmt::format("contacts {}{}{}:", f.id, f.has_more ? ", more" : "",
                              f.visible_to == VisibleTo::contacts ? ", to whom alone I am visible" : "");
  for (const ContactOf& of : f.contacts)
    t += fmt::format("\n    {}{}{}{}", to_text(of.user), of.contact ? ", contact" : "",
                     of.name.empty() ? "" : fmt::format(" \"{}\"", of.name), of.blocked ? ", blocked" : "");
  return t;
}

std::string text_of(const to_client::MembersPage& f) {
  std::string t = fmt::format("members {} of {} \"{}\"{}, {} here{}:", f.id, to_text(f.conversation), f.name,
                              text_of(f.settings), role_names[static_cast<std::size_t>(f.role)],
                              f.next != 0 ? fmt::format(", more from {}", f.next) : "");
  for (const MemberOf& of : f.members)
    t += fmt::format(" {} {}", to_text(of.user), role_names[static_cast<std::size_t>(of.role)]);
  return t;
}

std::string text_of(const to_client::Found& f) {
  return fmt::format("found {}: {} {}", f.id, to_text(f.conversation), text_of_message(f.message));
}

std::string text_of(const to_client::MentionsPage& f) {
  std::string t = fmt::format("mentions {}{}:", f.id, f.has_more ? ", more" : "");
  for (const MentionOf& of : f.mentions)
    t += fmt::format("\n    {}. {} #{} by {}", of.number, to_text(of.conversation), of.seq, to_text(of.from));
  return t;
}

std::string text_of(const to_client::DevicesPage& f) {
  std::string t = fmt::format("devices {}{}:", f.id, f.has_more ? ", more" : "");
  for (const DeviceOf& of : f.devices)
    t += fmt::format(" {} {}{}", of.device.value, of.name,
                     of.online ? " (here)" : fmt::format(" (seen {})", of.last_seen_ms));
  return t;
}

std::string text_of(const to_client::Presence& f) {
  std::string t;
  for (const PresenceOf& of : f.users) {
    constexpr std::array states = {"offline", "online", "unknown"};
    t += fmt::format("{}{} is {}", t.empty() ? "" : ", ", to_text(of.user),
                     states[static_cast<std::size_t>(of.state)]);
    if (of.last_seen_ms != 0) t += fmt::format(", last seen {}", of.last_seen_ms);
  }
  return t;
}

}  // namespace

std::string text(const to_client::Frame& frame) {
  return std::visit([](const auto& f) { return text_of(f); }, frame);
}

}  // namespace hubbub::test
