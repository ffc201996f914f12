#include "sim/world/story.hpp"

#include <fmt/format.h>

#include <array>

namespace hubbub::sim {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;  // the second compiler does not find it by itself

std::string_view text_of(to_server::History::Direction d) {
  using Direction = to_server::History::Direction;
  return d == Direction::before ? "before" : d == Direction::after ? "after" : "around";
}

std::string text_of(const GroupSettings& s) {
  return std::string(s.changes == ChangedBy::admins ? " admins" : "") +
         (s.history == NewcomersRead::all ? " all" : "");
}

std::string text_of(const to_server::Change& c) {
  using What = to_server::Change::What;
  const std::string group = to_text(c.conversation);
  switch (c.what) {
    case What::add: return fmt::format("{} {}", group, to_text(c.user));
    case What::remove: return fmt::format("{} {}", group, to_text(c.user));
    case What::leave: return group;
    case What::rename: return fmt::format("{} {}", group, c.name);
    case What::promote:
    case What::demote:
    case What::hand_over: return fmt::format("{} {}", group, to_text(c.user));
    case What::settings: return group + text_of(c.settings);
  }
  return group;
}

std::string_view verb_of(to_server::Change::What what) {
  constexpr std::array<std::string_view, 8> verbs = {"add",     "remove", "leave",     "rename",
                                                     "promote", "demote", "hand-over", "settings"};
  return verbs[static_cast<std::size_t>(what)];
}

std::string_view verb_of(to_server::ContactChange::What what) {
  constexpr std::array<std::string_view, 5> verbs = {"contact", "uncontact", "block", "unblock",
                                                     "visible"};
  return verbs[static_cast<std::size_t>(what)];
}

}  // namespace

StoryWriter::StoryWriter(std::uint32_t nodes, const Policy& policy)
    : text_(fmt::format("cluster {}{}\n", nodes,
                        policy.durability == Durability::buffered ? " buffered" : "")) {}

void StoryWriter::line(Duration now, const std::string& command) {
  if (to_ms(now) > to_ms(told_until_))
    text_ += fmt::format("wait {}\n", to_ms(now) - to_ms(told_until_));
  told_until_ = now;
  text_ += command + "\n";
}

void StoryWriter::input(Duration now, NodeId node, const Input& input) {
  const auto leave = [&](ConnectionId connection, std::string_view verb) {
    const auto at = speakers_.find({node, connection});
    if (at == speakers_.end()) return;
    line(now, fmt::format("{} {} {}", verb, to_text(at->second.user), at->second.device));
    if (verb == "drop") speakers_.erase(at);
  };
  std::visit(Overloaded{[&](const input::Opened& i) { speakers_[{node, i.connection}].user = i.user; },
                        [&](const input::OpenedWith& i) {
                          speakers_[{node, i.opened.connection}].user = i.opened.user;
                        },
                        [&](const input::Closed& i) { leave(i.connection, "drop"); },
                        [&](const input::Silent& i) { leave(i.connection, "silent"); },
                        [&](const input::Frame& i) { frame(now, {node, i.connection}, i.frame); },
                        [](const auto&) {}},
             input);
}

void StoryWriter::crash(Duration now, NodeId node, bool power) {
  std::erase_if(speakers_, [&](const auto& s) { return s.first.first == node; });
  line(now, fmt::format("crash {}{}", node.value, power ? " power" : ""));
}

void StoryWriter::start(Duration now, NodeId node) {
  line(now, fmt::format("start {}", node.value));
}

void StoryWriter::frame(Duration now, const Place& at, const to_server::Frame& frame) {
  const auto speaker = speakers_.find(at);
  if (speaker == speakers_.end()) return;
  Speaker& who = speaker->second;
  if (const auto* hello = std::get_if<to_server::Hello>(&frame)) {
    who.device = hello->device;
    return line(now, fmt::format("connect {} {} {}", to_text(who.user), who.device, at.first.value));
  }
  const std::string said = command(who, frame);
  if (!said.empty()) line(now, said);
}

std::string StoryWriter::command(const Speaker& who, const to_server::Frame& frame) const {
  const std::string name = to_text(who.user) + " " + who.device;
  return std::visit(
      Overloaded{
          [&](const to_server::Send& f) {
            std::string mentioned;
            for (const UserId user : f.mentions) mentioned += (mentioned.empty() ? "" : ",") + to_text(user);
            if (f.number == 0)
              return fmt::format("post {} {} {} {}", name, to_text(f.conversation), f.client_id,
                                 f.content.body);
            if (!mentioned.empty())
              return fmt::format("mention {} {} {} {} {}", name, to_text(f.conversation), f.number,
                                 mentioned, f.content.body);
            return fmt::format("send {} {} {} {}", name, to_text(f.conversation), f.number,
                               f.content.body);
          },
          [&](const to_server::Acknowledge&) { return "ack " + name; },
          [&](const to_server::History& f) {
            return fmt::format("history {} {} {} {} {} {}", name, to_text(f.conversation),
                               text_of(f.direction), f.anchor, f.limit, f.seen);
          },
          [&](const to_server::Create& f) {
            std::string members;
            for (const UserId m : f.members) members += " " + to_text(m);
            return fmt::format("create {} {} {}{}{}", name, f.number, f.name, text_of(f.settings),
                               members);
          },
          [&](const to_server::Change& f) {
            return fmt::format("{} {} {} {}", verb_of(f.what), name, f.number, text_of(f));
          },
          [&](const to_server::List&) { return "list " + name; },
          [&](const to_server::Mentions&) { return "mentions " + name; },
          [&](const to_server::Revoke& f) {
            return fmt::format("revoke {} {} {}", name, f.number, f.device.value);
          },
          [&](const to_server::Push& f) { return fmt::format("push {} {}", name, f.on ? "on" : "off"); },
          [&](const to_server::ContactChange& f) {
            const bool visible = f.what == to_server::ContactChange::What::visible;
            const std::string of = visible ? f.visible_to == VisibleTo::contacts ? "contacts" : "everyone"
                                           : to_text(f.user);
            return fmt::format("{} {} {} {} {}", verb_of(f.what), name, f.number, of, f.name);
          },
          [](const auto&) { return std::string(); }},
      frame);
}

}  // namespace hubbub::sim
