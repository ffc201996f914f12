#include "tests/core/node/story.hpp"

#include <fmt/format.h>

#include <map>
#include <sstream>
#include <vector>

#include "core/base/hash.hpp"
#include "tests/core/node/cluster.hpp"

namespace hubbub::test {
namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& line) {
  std::istringstream in(line);
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::string_view name_of(EntryKind kind) {
  switch (kind) {
    case EntryKind::text: return "message";
    case EntryKind::created: return "created";
    case EntryKind::joined: return "joined";
    case EntryKind::left: return "left";
    case EntryKind::renamed: return "renamed";
  }
  return "?";
}

/// What a cursor says, without the incarnation's random bits.
std::string text_of(const Cursor& c) {
  if (!c.in_sync()) return fmt::format("@{}", c.held);
  return fmt::format("@{}..{} down to {}", c.held, c.target, c.reached);
}

class Teller {
 public:
  /// Does one command; gives what was seen.
  std::string command(const std::string& line) {
    seen_.clear();
    const Words w = words_of(line);
    try {
      obey(w, line);
      if (cluster_) cluster_->run();
    } catch (const std::exception& e) {
      seen_ += fmt::format("error: {}: {}\n", line, e.what());
    }
    return seen_;
  }

 private:
  struct Device {
    UserId user;
    std::string user_name;
    std::string name;
    NodeId node;
    ConnectionId connection;
    bool connected = false;
    bool has_cursor = false;
    Cursor cursor;
    std::uint64_t last_request = 0;
  };

  void obey(const Words& w, const std::string& line) {
    const std::string& verb = w.at(0);
    if (verb == "cluster") return start_cluster(w);
    if (!cluster_) throw std::runtime_error("a story begins with `cluster N`");
    if (verb == "connect" || verb == "reinstall") return connect(w);
    if (verb == "send") return send(w, line);
    if (verb == "create" || verb == "add" || verb == "remove" || verb == "leave" ||
        verb == "rename")
      return change(w);
    if (verb == "history") return history(w);
    if (verb == "list") {
      Device& d = device(w, 1);
      return say(d, to_server::List{.id = ++d.last_request, .limit = 50});
    }
    if (verb == "ack") return say(device(w, 1), to_server::Acknowledge{device(w, 1).cursor});
    if (verb == "drop" || verb == "silent") return drop(w);
    if (verb == "wait") return cluster_->wait(std::chrono::milliseconds(std::stoll(w.at(1))));
    control(w);
  }

  void control(const Words& w) {
    const NodeId node{static_cast<std::uint16_t>(std::stoul(w.at(1)))};
    if (node.value >= cluster_->size()) throw std::runtime_error("no such node");
    if (w[0] == "crash") {
      cluster_->crash(node, w.size() > 2 && w[2] == "power");
      for (Device& d : devices_)
        if (d.node == node) d.connected = false;
    } else if (w[0] == "start") {
      cluster_->start(node);
    } else if (w[0] == "hold-disk") {
      cluster_->hold_disk(node);
    } else if (w[0] == "release-disk") {
      cluster_->release_disk(node);
    } else if (w[0] == "fail-sync") {
      cluster_->fail_next_sync(node);
    } else if (w[0] == "pause") {
      cluster_->pause(node);
    } else if (w[0] == "resume") {
      cluster_->resume(node);
    } else {
      throw std::runtime_error("unknown command");
    }
  }

  void start_cluster(const Words& w) {
    Policy policy;
    for (std::size_t i = 2; i < w.size(); ++i) {
      if (w[i] == "buffered") policy.durability = Durability::buffered;
      else throw std::runtime_error("unknown setting " + w[i]);
    }
    cluster_ = std::make_unique<Cluster>(static_cast<std::uint16_t>(std::stoul(w.at(1))), policy);
    cluster_->listener.frame = [this](ConnectionId c, NodeId n, const to_client::Frame& f) {
      heard(c, n, f);
    };
    cluster_->listener.close = [this](ConnectionId c, NodeId n, CloseCode code) {
      Device& d = at(c, n);
      d.connected = false;
      cluster_->close(n, c);
      seen_ += fmt::format("{}.{} < closed {}\n", d.user_name, d.name, static_cast<int>(code));
    };
    cluster_->listener.note = [this](NodeId n, std::string_view what) {
      seen_ += fmt::format("node {} {}\n", n.value, what);
    };
  }

  UserId user(const std::string& name) {
    if (const auto id = parse_user(name)) return *id;
    const auto [at, added] = users_.emplace(name, UserId{users_.size() + 1});
    if (added)
      seen_ += fmt::format("({} is {}, on node {})\n", name, to_text(at->second),
                           cluster_->map().owner(at->second).value);
    return at->second;
  }

  Device& device(const Words& w, std::size_t at) {
    const UserId id = user(w.at(at));
    for (Device& d : devices_)
      if (d.user == id && d.name == w.at(at + 1) && d.user_name == w.at(at)) return d;
    devices_.push_back({.user = id, .user_name = w[at], .name = w[at + 1]});
    return devices_.back();
  }

  Device& at(ConnectionId c, NodeId n) {
    for (Device& d : devices_)
      if (d.connection == c && d.node == n) return d;
    throw std::runtime_error("a frame to nobody");
  }

  void connect(const Words& w) {
    Device& d = device(w, 1);
    if (w[0] == "reinstall") d.has_cursor = false;
    if (d.connected) {
      devices_.push_back(d);  // the connection that is to be replaced still has its say
      devices_.back().user_name = "(before) " + d.user_name;
    }
    d.node = NodeId{w.size() > 3 ? static_cast<std::uint16_t>(std::stoul(w[3])) : std::uint16_t{0}};
    d.connection = {++last_slot_, 1};
    d.connected = true;
    cluster_->open(d.node, d.connection, d.user);
    say(d, to_server::Hello{d.name, d.has_cursor, d.cursor});
  }

  void drop(const Words& w) {
    Device& d = device(w, 1);
    if (w[0] == "silent") return cluster_->silent(d.node, d.connection);
    d.connected = false;
    cluster_->close(d.node, d.connection);
  }

  ConversationId conversation(Device& d, const std::string& name) {
    if (const auto id = parse_conversation(name)) return *id;
    const auto group = groups_.find(name);
    return group != groups_.end() ? group->second : ConversationId::direct(d.user, user(name));
  }

  /// send USER DEVICE TO N TEXT…: the key is made of device, conversation and text, so that the
  /// same words are the same intention.
  void send(const Words& w, const std::string& line) {
    Device& d = device(w, 1);
    const ConversationId c = conversation(d, w.at(3));
    const std::string text = line.substr(line.find(w.at(5), line.find(w.at(4) + " " + w.at(5))));
    say(d, to_server::Send{.id = ++d.last_request,
                           .conversation = c,
                           .number = std::stoull(w.at(4)),
                           .key = hash_bytes(text + d.user_name + d.name + to_text(c)),
                           .content = {static_cast<std::uint32_t>(text.size()), hash_bytes(text), text}});
  }

  /// create USER DEVICE N GROUP MEMBER…;  add|remove USER DEVICE N GROUP WHO;
  /// leave USER DEVICE N GROUP;  rename USER DEVICE N GROUP NAME
  void change(const Words& w) {
    Device& d = device(w, 1);
    const std::uint64_t number = std::stoull(w.at(3));
    const std::uint64_t key = hash_bytes(w[0] + w[3] + d.name, d.user.value);
    if (w[0] == "create") {
      std::vector<UserId> members;
      for (std::size_t i = 5; i < w.size(); ++i) members.push_back(user(w[i]));
      groups_[w.at(4)] = ConversationId::group(d.user, DeviceNumber{1}, number);
      return say(d, to_server::Create{++d.last_request, number, key, true, members, w[4]});
    }
    using What = to_server::Change::What;
    to_server::Change change{.id = ++d.last_request,
                             .number = number,
                             .key = key,
                             .conversation = conversation(d, w.at(4))};
    if (w[0] == "rename") {
      change.what = What::rename;
      change.name = w.at(5);
    } else if (w[0] == "leave") {
      change.what = What::leave;
    } else {
      change.what = w[0] == "add" ? What::add : What::remove;
      change.user = user(w.at(5));
    }
    say(d, change);
  }

  /// history USER DEVICE TO before|after|around ANCHOR LIMIT [SEEN]
  void history(const Words& w) {
    Device& d = device(w, 1);
    using Direction = to_server::History::Direction;
    say(d, to_server::History{
               .id = ++d.last_request,
               .conversation = conversation(d, w.at(3)),
               .direction = w.at(4) == "before"  ? Direction::before
                            : w.at(4) == "after" ? Direction::after
                                                 : Direction::around,
               .anchor = std::stoull(w.at(5)),
               .limit = static_cast<std::uint32_t>(std::stoul(w.at(6))),
               .seen = w.size() > 7 ? std::stoull(w[7]) : 0});
  }

  void say(Device& d, const to_server::Frame& frame) {
    if (!cluster_->is_up(d.node)) throw std::runtime_error("that node is down");
    cluster_->send(d.node, d.connection, frame);
  }

  std::string text_of_message(const Message& m) {
    std::string text = fmt::format("#{} {} {}", m.seq, to_text(m.from), name_of(m.kind));
    if (!m.content.body.empty()) text += fmt::format(" \"{}\"", m.content.body);
    for (const UserId u : m.users) text += " " + to_text(u);
    return text;
  }

  void heard(ConnectionId c, NodeId n, const to_client::Frame& frame) {
    Device& d = at(c, n);
    const std::string what = std::visit([&](const auto& f) { return text(d, f); }, frame);
    seen_ += fmt::format("{}.{} < {}\n", d.user_name, d.name, what);
  }

  std::string text(Device&, const to_client::Welcome& f) {
    return fmt::format("welcome: device {}, generation {}", f.device.value, f.generation);
  }
  std::string text(Device&, const to_client::Ok& f) {
    return fmt::format("ok {}: {} #{} as number {}, next {}", f.id, to_text(f.conversation), f.seq,
                       f.number, f.next);
  }
  std::string text(Device&, const to_client::Error& f) {
    std::string t = fmt::format("error {}: {}", f.id, to_text(f.code));
    if (f.retry) t += f.retry_after_ms ? fmt::format(", retry after {} ms", f.retry_after_ms) : ", retry";
    if (f.expected) t += fmt::format(", expected {}", f.expected);
    return t + fmt::format(" ({})", f.detail);
  }
  std::string text(Device& d, const to_client::Event& f) {
    keep(d, f.cursor);
    return fmt::format("{} {} {}", text_of(f.cursor), to_text(f.conversation),
                       text_of_message(f.message));
  }
  std::string text(Device& d, const to_client::Ranges& f) {
    keep(d, f.cursor);
    std::string t = fmt::format("{} to page:", text_of(f.cursor));
    for (const Range& r : f.ranges) t += fmt::format(" {} {}-{}", to_text(r.conversation), r.from, r.to);
    return t;
  }
  std::string text(Device& d, const to_client::Synced& f) {
    keep(d, f.cursor);
    return fmt::format("{} synced", text_of(f.cursor));
  }
  std::string text(Device& d, const to_client::Reset& f) {
    keep(d, f.cursor);
    return fmt::format("{} reset", text_of(f.cursor));
  }
  std::string text(Device&, const to_client::HistoryPage& f) {
    std::string t = fmt::format("page {} of {}, head {}{}:", f.id, to_text(f.conversation), f.head,
                                f.has_more ? ", more" : "");
    for (const Message& m : f.messages) t += "\n    " + text_of_message(m);
    return t;
  }
  std::string text(Device&, const to_client::ListPage& f) {
    std::string t = fmt::format("list {}{}:", f.id, f.has_more ? ", more" : "");
    for (const ConversationId& c : f.conversations) t += " " + to_text(c);
    return t;
  }
  void keep(Device& d, const Cursor& cursor) {
    d.cursor = cursor;
    d.has_cursor = true;
  }

  std::unique_ptr<Cluster> cluster_;
  std::map<std::string, UserId> users_;
  std::map<std::string, ConversationId> groups_;
  std::deque<Device> devices_;
  std::uint32_t last_slot_ = 0;
  std::string seen_;
};

}  // namespace

std::string tell(const std::string& story) {
  Teller teller;
  std::string told;
  std::istringstream in(story);
  std::string pending;  // output of the block's commands so far
  bool in_output = false;
  const auto end_block = [&] {
    if (!pending.empty() || in_output) told += "----\n" + pending;
    pending.clear();
    in_output = false;
  };
  for (std::string line; std::getline(in, line);) {
    if (line == "----") {
      in_output = true;
    } else if (line.empty()) {
      end_block();
      told += "\n";
    } else if (!in_output) {
      told += line + "\n";
      if (line.front() != '#') pending += teller.command(line);
    }
  }
  end_block();
  return told;
}

}  // namespace hubbub::test
