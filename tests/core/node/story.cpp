#include "tests/core/node/story.hpp"

#include <fmt/format.h>

#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <vector>

#include "core/base/hash.hpp"
#include "tests/core/node/frame_text.hpp"
#include "tests/core/node/watch.hpp"

namespace hubbub::test {
namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& line) {
  std::istringstream in(line);
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

class Teller {
 public:
  /// Does one command; gives what was seen.
  std::string command(const std::string& line) {
    seen_.clear();
    if (cluster_) told_at_ = begun_at_ = cluster_->now().mono;
    const Words w = words_of(line);
    try {
      obey(w, line);
      if (cluster_) cluster_->run();
      if (watch_) watch_->flush();
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
    bool resumes = false;  ///< it had a session
    Ticket ticket;         ///< it was given a slot
    TokenSpan token;
    ApiKey key;
    std::uint64_t last_request = 0;
  };

  void obey(const Words& w, const std::string& line) {
    const std::string& verb = w.at(0);
    if (verb == "cluster") return start_cluster(w);
    if (!cluster_) throw std::runtime_error("a story begins with `cluster N`");
    if (verb == "connect" || verb == "reinstall") return connect(w);
    if (verb == "send" || verb == "mention" || verb == "post") return send(w, line);
    if (verb == "get" || verb == "mentions" || verb == "devices" || verb == "revoke") return ask(w);
    if (verb == "create" || verb == "add" || verb == "remove" || verb == "leave" ||
        verb == "rename" || verb == "promote" || verb == "demote" || verb == "hand-over" ||
        verb == "settings")
      return change(w);
    if (verb == "contact" || verb == "uncontact" || verb == "block" || verb == "unblock" ||
        verb == "visible")
      return change_contact(w);
    if (verb == "contacts") return contacts(w);
    if (verb == "members") return members(w);
    if (verb == "history") return history(w);
    if (verb == "list") {
      Device& d = device(w, 1);
      return say(d, to_server::List{.id = ++d.last_request, .limit = 50});
    }
    if (verb == "ack") return say(device(w, 1), to_server::Acknowledge{device(w, 1).cursor});
    if (verb == "poll" || verb == "lose") return poll(w);
    if (verb == "drop" || verb == "silent" || verb == "quit") return drop(w);
    if (verb == "look" || verb == "glance" || verb == "look-away") return look(w);
    if (verb == "follow" || verb == "peek" || verb == "unfollow") return follow(w);
    if (verb == "channels") {
      Device& d = device(w, 1);
      return say(d, to_server::Channels{.id = ++d.last_request, .limit = 50});
    }
    if (verb == "read" || verb == "typing" || verb == "receipts") return receipts(w);
    if (verb == "push" || verb == "provider") return push(w);
    if (verb == "token") return token(w);
    if (verb == "key")
      return void(device(w, 1).key = {static_cast<std::uint32_t>(std::stoul(w.at(3))),
                                      static_cast<std::uint32_t>(std::stoul(w.at(4)))});
    if (verb == "behind") return void(waited_ = std::chrono::milliseconds(std::stoll(w.at(1))));
    if (verb == "wait") return cluster_->wait(std::chrono::milliseconds(std::stoll(w.at(1))));
    if (verb == "name") return name(w);
    if (watch_ && obey_replicated(w)) return;
    control(w);
  }

  /// token USER DEVICE SECONDS: a new one, good for so long from now. Who is connected goes on with it;
  /// else it is shown with the next `connect`.
  void token(const Words& w) {
    Device& d = device(w, 1);
    const Duration wall = cluster_->now().wall;
    d.token = {to_ms(wall), to_ms(wall + std::chrono::seconds(std::stoll(w.at(3))))};
    if (d.connected) cluster_->renew(d.node, {d.connection, ++d.last_request, true, d.token});
  }

  /// poll USER DEVICE [MILLISECONDS [sync]]: held so long; lose: the answer to its next poll is lost.
  void poll(const Words& w) {
    Device& d = device(w, 1);
    if (w[0] == "lose") return cluster_->lose_next_answer(d.node, d.connection);
    const std::uint32_t wait = w.size() > 3 ? static_cast<std::uint32_t>(std::stoul(w[3])) : 0;
    say(d, to_server::Poll{++d.last_request, d.has_cursor, d.cursor, wait, w.size() > 4});
  }

  /// look USER DEVICE OTHER…: at who is there, from now on; glance: once; look-away: no more.
  void look(const Words& w) {
    Device& d = device(w, 1);
    std::vector<UserId> users;
    for (std::size_t i = 3; i < w.size(); ++i) users.push_back(user(w[i]));
    if (w[0] == "look-away") return say(d, to_server::Unwatch{users});
    say(d, to_server::Watch{users, w[0] == "glance"});
  }

  /// follow USER DEVICE TO…: its head, from now on; peek: once; unfollow: no more.
  void follow(const Words& w) {
    Device& d = device(w, 1);
    std::vector<ConversationId> channels;
    for (std::size_t i = 3; i < w.size(); ++i) channels.push_back(conversation(d, w[i]));
    if (w[0] == "unfollow") return say(d, to_server::Unlook{channels});
    say(d, to_server::Look{channels, w[0] == "peek"});
  }

  /// read USER DEVICE TO SEQ; typing USER DEVICE TO; receipts USER DEVICE TO
  void receipts(const Words& w) {
    Device& d = device(w, 1);
    const ConversationId c = conversation(d, w.at(3));
    if (w[0] == "read") return say(d, to_server::Read{c, std::stoull(w.at(4))});
    if (w[0] == "typing") return say(d, to_server::Typing{c});
    say(d, to_server::Receipts{++d.last_request, c});
  }

  /// push USER DEVICE on|off;  provider takes|puts-off|forgets: what it says to pushes from now on.
  void push(const Words& w) {
    if (w[0] == "push") {
      Device& d = device(w, 1);
      return say(d, to_server::Push{++d.last_request, w.at(3) == "on"});
    }
    static const std::map<std::string, PushOutcome> outcomes = {{"takes", PushOutcome::accepted},
                                                                {"puts-off", PushOutcome::not_now},
                                                                {"forgets", PushOutcome::gone}};
    cluster_->provider(outcomes.at(w.at(1)));
  }

  // --- Of replicated clusters ------------------------------------------------------------------------

  /// False: it is a command for any cluster.
  bool obey_replicated(const Words& w) {
    if (w[0] == "where")
      where(w);
    else if (w[0] == "crowd")
      crowd(w);
    else if (w[0] == "watch")
      watch(w);
    else if (w[0] == "append")
      cluster_->services().next_append(partition(w.at(1)), fate(w.at(2)));
    else if (w[0] == "land")
      cluster_->services().land_late(partition(w.at(1)));
    else
      return false;
    return true;
  }

  void watch(const Words& w) {
    for (std::size_t i = 1; i < w.size(); ++i)
      std::isdigit(w[i][0]) ? watch_->partition(partition(w[i])) : watch_->messages(w[i]);
  }

  static Services::Fate fate(const std::string& word) {
    if (word == "refused") return Services::Fate::refused;
    if (word == "unheard") return Services::Fate::unheard;
    if (word == "late") return Services::Fate::late;
    if (word == "lost") return Services::Fate::lost;
    throw std::runtime_error("an append is refused, unheard, late or lost");
  }

  static PartitionId partition(const std::string& word) {
    const PartitionId id{static_cast<std::uint16_t>(std::stoul(word))};
    if (id.value >= limits::partitions) throw std::runtime_error("partitions are 0 to 63");
    return id;
  }

  /// where USER: where the inbox is; where USER USER: their conversation.
  void where(const Words& w) {
    const UserId one = user(w.at(1));
    const bool inbox = w.size() < 3;
    const auto conversation = inbox ? ConversationId{} : ConversationId::direct(one, user(w[2]));
    const PartitionId p = partition_of(inbox ? shard_of(one) : shard_of(conversation));
    const Place& place = cluster_->map().places[p.value];
    see(fmt::format("{} is in partition {}: node {}'s, node {} follows",
                    inbox ? w[1] + "'s inbox" : to_text(conversation), p.value, place.owner.value,
                    place.standby.value));
  }

  /// crowd PEOPLE NODE PARTITION: a device each, of which nothing is told; their inboxes are there.
  void crowd(const Words& w) {
    const NodeId node{static_cast<std::uint16_t>(std::stoul(w.at(2)))};
    const PartitionId home = partition(w.at(3));
    UserId id{100'000};
    for (std::size_t people = std::stoull(w.at(1)); people > 0; ++id.value) {
      if (partition_of(shard_of(id)) != home) continue;
      --people;
      const ConnectionId connection{++last_slot_, 1};
      crowd_.insert(connection.slot);
      cluster_->open(node, connection, id);
      cluster_->send(node, connection, to_server::Hello{"phone", false, {}});
    }
  }

  void see(const std::string& line) { see(line, cluster_->now().mono); }
  /// A line, under the time at which it was seen, if time has passed since the last one.
  void see(const std::string& line, Duration at) {
    if (watch_ && at != told_at_) seen_ += fmt::format("  (after {} ms)\n", to_ms(at - begun_at_));
    told_at_ = at;
    seen_ += line + "\n";
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
    } else if (w[0] == "clock") {
      cluster_->step_wall(node, std::chrono::seconds(std::stoll(w.at(2))));
    } else if (w[0] == "drain") {
      cluster_->drain(node);
    } else if (w[0] == "new-disk") {
      cluster_->lose_disk(node);
    } else if (watch_ && w[0] == "hold-log") {
      cluster_->services().hold_log(node);
    } else if (watch_ && w[0] == "release-log") {
      cluster_->services().release_log(node);
    } else if (watch_ && (w[0] == "lose-register" || w[0] == "find-register")) {
      cluster_->services().lose_register(node, w[0] == "lose-register");
    } else {
      throw std::runtime_error("unknown command, or one of replicated clusters alone");
    }
  }

  void start_cluster(const Words& w) {
    Policy policy;
    AdmissionConfig admission;
    bool tokens = false;
    for (std::size_t i = 2; i < w.size(); ++i) {
      if (w[i] == "buffered") policy.durability = Durability::buffered;
      else if (w[i] == "replicated") policy.durability = Durability::quorum_synced;
      else if (w[i] == "log-kept") policy.log_kept = std::stoull(w.at(++i));
      else if (w[i] == "push-limit") policy.push_limit = static_cast<std::uint32_t>(std::stoul(w.at(++i)));
      else if (w[i] == "slots") admission = {.rate = static_cast<std::uint32_t>(std::stoul(w.at(++i))), .key = {1, 2}};
      else if (w[i] == "tokens") tokens = true;
      else throw std::runtime_error("unknown setting " + w[i]);
    }
    watch_.reset();
    devices_.clear();
    cluster_ = std::make_unique<Cluster>(static_cast<std::uint16_t>(std::stoul(w.at(1))), policy, admission, tokens);
    waited_ = {};
    cluster_->listener.advice = [this](ConnectionId c, NodeId n, const Advice& advice) {
      Device& d = at(c, n);
      d.ticket = advice.ticket;
      see(fmt::format("{}.{} < come back in {} to {} ms{}", d.user_name, d.name, advice.delay_ms,
                      advice.delay_ms + advice.jitter_ms, advice.ticket.none() ? "" : ", with this ticket"));
    };
    cluster_->listener.frame = [this](ConnectionId c, NodeId n, const to_client::Frame& f) {
      heard(c, n, f);
    };
    cluster_->listener.polled = [this](ConnectionId c, NodeId n, RequestId id, bool taken) {
      see(fmt::format("{}.{} < poll {}: {}", at(c, n).user_name, at(c, n).name, id,
                      taken ? "that is all" : "nothing"));
    };
    cluster_->listener.close = [this](ConnectionId c, NodeId n, CloseCode code) {
      Device& d = at(c, n);
      d.connected = false;
      cluster_->close(n, c);
      see(fmt::format("{}.{} < closed {}", d.user_name, d.name, static_cast<int>(code)));
    };
    cluster_->listener.push = [this](NodeId n, const output::Push& p) {
      std::string news;
      for (const PushItem& item : p.items)
        news += fmt::format("; {} up to {}, {} new", to_text(item.conversation), item.seq, item.count);
      see(fmt::format("node {} > provider: {}, device {}{}{}", n.value, to_text(p.device.user),
                      p.device.device.value, news, p.more ? "; and more" : ""));
    };
    cluster_->listener.note = [this](NodeId n, std::string_view what) {
      see(fmt::format("node {} {}", n.value, what));
    };
    if (!replicated(policy.durability)) return;
    watch_.emplace(*cluster_, [this](const std::string& line, Duration at) { see(line, at); });
    cluster_->listener.step = [this](NodeId n, std::span<const Input> inputs, const Outbox& out) {
      watch_->step(n, inputs, out);
    };
    told_at_ = begun_at_ = cluster_->now().mono;
  }

  UserId user(const std::string& name) {
    if (const auto id = parse_user(name)) return *id;
    const auto [at, added] = users_.emplace(name, UserId{users_.size() + 1});
    if (added)
      see(fmt::format("({} is {}, on node {})", name, to_text(at->second),
                      cluster_->map().owner(at->second).value));
    return at->second;
  }

  /// name NAME ID: instead of the next id that is free.
  void name(const Words& w) {
    const auto id = parse_user(w.at(2));
    if (!id) throw std::runtime_error("an id is like u_7");
    users_[w[1]] = *id;
    user(w[1]);
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
    const bool polled = w.back() == "polled";
    d.node = NodeId{w.size() > (polled ? 4 : 3) ? static_cast<std::uint16_t>(std::stoul(w[3])) : std::uint16_t{0}};
    d.connection = {++last_slot_, 1};
    d.connected = true;
    const input::Opened opened{d.connection, d.user, d.resumes, std::exchange(d.ticket, {})};
    if (d.token.ends() || d.key.id != 0)
      cluster_->open(d.node, input::OpenedWith{opened, d.token, d.key});
    else
      cluster_->open(d.node, opened);
    say(d, to_server::Hello{d.name, d.has_cursor, d.cursor, polled});
  }

  void drop(const Words& w) {
    Device& d = device(w, 1);
    if (w[0] == "silent") return cluster_->silent(d.node, d.connection);
    d.connected = false;
    cluster_->close(d.node, d.connection, w[0] == "quit");
  }

  ConversationId conversation(Device& d, const std::string& name) {
    if (const auto id = parse_conversation(name)) return *id;
    const auto group = groups_.find(name);
    return group != groups_.end() ? group->second : ConversationId::direct(d.user, user(name));
  }

  /// send USER DEVICE TO N TEXT…: the key is made of device, conversation and text, so that the
  /// same words are the same intention; mention USER DEVICE TO N WHO,WHO… TEXT…;
  /// post USER DEVICE TO NAME TEXT…: under a client_id.
  void send(const Words& w, const std::string& line) {
    Device& d = device(w, 1);
    const ConversationId c = conversation(d, w.at(3));
    std::vector<UserId> mentions;
    const std::size_t at = w[0] == "mention" ? 6 : 5;
    if (w[0] == "mention") {
      std::istringstream names(w.at(5));
      for (std::string who; std::getline(names, who, ',');) mentions.push_back(user(who));
    }
    const std::string text = line.substr(line.find(w.at(at), line.find(w.at(at - 1) + " " + w.at(at))));
    const bool named = w[0] == "post";
    say(d, to_server::Send{.id = ++d.last_request,
                           .conversation = c,
                           .number = named ? 0 : std::stoull(w.at(4)),
                           .key = named ? 0 : hash_bytes(text + d.user_name + d.name + to_text(c)),
                           .content = {static_cast<std::uint32_t>(text.size()), hash_bytes(text), text},
                           .mentions = mentions,
                           .client_id = named ? std::string_view(w[4]) : std::string_view()});
  }

  /// get USER DEVICE TO SEQ: by its id, if anybody was told of that; get USER DEVICE ID;
  /// mentions USER DEVICE [LIMIT [BEFORE]];  devices USER DEVICE;  revoke USER DEVICE N NUMBER
  void ask(const Words& w) {
    Device& d = device(w, 1);
    const std::uint64_t id = ++d.last_request;
    if (w[0] == "get" && w.size() == 4)
      return say(d, to_server::Get{id, MessageId{std::stoull(w[3])}});
    if (w[0] == "get")
      return say(d, to_server::Get{id, ids_.at({conversation(d, w.at(3)), std::stoull(w.at(4))})});
    if (w[0] == "devices") return say(d, to_server::Devices{id});
    if (w[0] == "revoke")
      return say(d, to_server::Revoke{id, std::stoull(w.at(3)), hash_bytes(w[3] + d.name, d.user.value),
                                      DeviceNumber{static_cast<std::uint16_t>(std::stoul(w.at(4)))}});
    say(d, to_server::Mentions{.id = id,
                               .before = w.size() > 4 ? std::stoull(w[4]) : 0,
                               .limit = w.size() > 3 ? static_cast<std::uint32_t>(std::stoul(w[3])) : 64});
  }

  /// contact USER DEVICE N WHO [NAME];  uncontact|block|unblock USER DEVICE N WHO;
  /// visible USER DEVICE N everyone|contacts
  void change_contact(const Words& w) {
    using What = to_server::ContactChange::What;
    static const std::map<std::string, What> verbs = {{"contact", What::contact},
                                                      {"uncontact", What::uncontact},
                                                      {"block", What::block},
                                                      {"unblock", What::unblock},
                                                      {"visible", What::visible}};
    Device& d = device(w, 1);
    to_server::ContactChange change{.id = ++d.last_request,
                                    .number = std::stoull(w.at(3)),
                                    .key = hash_bytes(w[0] + w[3] + d.name, d.user.value),
                                    .what = verbs.at(w[0])};
    if (change.what == What::visible)
      change.visible_to = w.at(4) == "contacts" ? VisibleTo::contacts : VisibleTo::everyone;
    else
      change.user = user(w.at(4));
    if (change.what == What::contact && w.size() > 5) change.name = w[5];
    say(d, change);
  }

  /// contacts USER DEVICE [LIMIT [AFTER]]
  void contacts(const Words& w) {
    Device& d = device(w, 1);
    say(d, to_server::Contacts{
               .id = ++d.last_request,
               .after = w.size() > 4 ? user(w[4]) : UserId{},
               .limit = w.size() > 3 ? static_cast<std::uint32_t>(std::stoul(w[3])) : 64});
  }

  /// members USER DEVICE TO [AFTER]
  void members(const Words& w) {
    Device& d = device(w, 1);
    say(d, to_server::Members{
               .id = ++d.last_request,
               .conversation = conversation(d, w.at(3)),
               .after = w.size() > 4 ? static_cast<std::uint32_t>(std::stoul(w[4])) : 0});
  }

  /// SETTING…: admins (they alone change it), all (newcomers may read all). Gives how many words.
  static std::size_t settings(const Words& w, std::size_t at, GroupSettings& settings) {
    std::size_t taken = 0;
    for (; at < w.size(); ++at, ++taken) {
      if (w[at] == "admins") settings.changes = ChangedBy::admins;
      else if (w[at] == "all") settings.history = NewcomersRead::all;
      else break;
    }
    return taken;
  }

  /// create USER DEVICE N GROUP SETTING… MEMBER…;  leave USER DEVICE N GROUP;
  /// add|remove|promote|demote|hand-over USER DEVICE N GROUP WHO;  rename USER DEVICE N GROUP NAME;
  /// settings USER DEVICE N GROUP SETTING…
  void change(const Words& w) {
    Device& d = device(w, 1);
    const std::uint64_t number = std::stoull(w.at(3));
    const std::uint64_t key = hash_bytes(w[0] + w[3] + d.name, d.user.value);
    if (w[0] == "create") {
      std::vector<UserId> members;
      GroupSettings set;
      for (std::size_t i = 5 + settings(w, 5, set); i < w.size(); ++i) members.push_back(user(w[i]));
      groups_[w.at(4)] = ConversationId::group(d.user, DeviceNumber{1}, number);
      return say(d, to_server::Create{++d.last_request, number, key, true, members, w[4], set});
    }
    using What = to_server::Change::What;
    to_server::Change change{.id = ++d.last_request,
                             .number = number,
                             .key = key, .conversation = conversation(d, w.at(4))};
    if (w[0] == "rename") {
      change.what = What::rename;
      change.name = w.at(5);
    } else if (w[0] == "leave") {
      change.what = What::leave;
    } else if (w[0] == "settings") {
      change.what = What::settings;
      settings(w, 5, change.settings);
    } else if (w[0] == "add" && w.size() > 6) {
      std::vector<UserId> users;
      for (std::size_t i = 5; i < w.size(); ++i) users.push_back(user(w[i]));
      return say(d, to_server::AddMembers{d.last_request, number, key, change.conversation, users});
    } else {
      change.what = w[0] == "add"       ? What::add
                    : w[0] == "remove"  ? What::remove
                    : w[0] == "promote" ? What::promote
                    : w[0] == "demote"  ? What::demote
                                        : What::hand_over;
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
    cluster_->send(d.node, d.connection, frame, waited_);
  }

  void heard(ConnectionId c, NodeId n, const to_client::Frame& frame) {
    if (crowd_.contains(c.slot)) return;
    Device& d = at(c, n);
    see(fmt::format("{}.{} < {}", d.user_name, d.name, text(frame)));
    d.resumes |= std::holds_alternative<to_client::Welcome>(frame);
    if (const auto* ok = std::get_if<to_client::Ok>(&frame)) ids_[{ok->conversation, ok->seq}] = ok->message;
    if (const auto* event = std::get_if<to_client::Event>(&frame))
      ids_[{event->conversation, event->message.seq}] = event->message.id;
    std::visit([&](const auto& f) { keep_cursor(d, f); }, frame);
  }

  template <class Frame>
  void keep_cursor(Device& d, const Frame& frame) {
    if constexpr (requires { frame.cursor; }) {
      d.cursor = frame.cursor;
      d.has_cursor = true;
    }
  }

  Duration waited_{};  ///< what frames have waited until they come to a node
  std::unique_ptr<Cluster> cluster_;
  std::optional<Watch> watch_;
  Duration begun_at_{};  ///< the command
  Duration told_at_{};   ///< the last line
  std::map<std::string, UserId> users_;
  std::map<std::string, ConversationId> groups_;
  std::map<std::pair<ConversationId, Sequence>, MessageId> ids_;
  std::deque<Device> devices_;
  std::uint32_t last_slot_ = 0;
  std::set<std::uint32_t> crowd_;  ///< by connection slot
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
    if (line == "----") in_output = true;
    if (line.empty()) {
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
