// Random comings and goings, blocks, contacts and crashes, against a model of who may see whom: in the
// end everyone is shown who is there, and at no time is anyone shown who hides from them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <map>
#include <ostream>
#include <vector>

#include "core/base/hash.hpp"
#include "tests/core/node/cluster.hpp"

namespace hubbub::test {
namespace {

constexpr std::uint16_t nodes = 3;
constexpr std::uint64_t users = 4;

struct Happening {
  enum class What : std::uint8_t {
    come, drop, leave, watch, unwatch, glance, block, unblock, contact, uncontact, to_contacts, to_everyone, crash, sleep
  };
  What what{};
  std::uint8_t who{}, whom{}, how{};
};

std::ostream& operator<<(std::ostream& out, const Happening& h) {
  static constexpr std::array names = {"come", "drop", "leave", "watch", "unwatch", "glance", "block", "unblock", "contact",
                                       "uncontact", "to_contacts", "to_everyone", "crash", "sleep"};
  return out << names[static_cast<std::size_t>(h.what)] << '(' << int{h.who} << ',' << int{h.whom} << ','
             << int{h.how} << ')';
}

struct Person {
  UserId user;
  NodeId node;
  ConnectionId connection;
  bool connected = false;
  std::uint64_t calls = 0;
  RequestId requests = 0;
  bool done = false;  ///< the last call
  // What chat is.
  bool only_contacts = false;
  std::map<UserId, bool> contacts, blocked;
  // What it was told on this connection.
  std::map<UserId, PresenceState> seen;
  std::map<UserId, int> told;
};

class World {
 public:
  World() : cluster_(nodes) {
    cluster_.listener.frame = [this](ConnectionId c, NodeId n, const to_client::Frame& f) { hear(c, n, f); };
    cluster_.listener.close = [this](ConnectionId c, NodeId n, CloseCode) {
      if (Person* p = find(c, n)) p->connected = false;
      cluster_.close(n, c);
    };
    for (std::uint16_t n = 0; n < nodes; ++n) cluster_.start(NodeId{n});
    for (std::uint64_t u = 1; u <= users; ++u) people_.push_back({.user = UserId{u}});
    cluster_.wait(limits::presence_settles);
  }

  void apply(const Happening& h) {
    using What = Happening::What;
    Person& p = people_[h.who % users];
    Person& other = people_[(h.who + 1 + h.whom % (users - 1)) % users];
    switch (h.what) {
      case What::come: return come(p, NodeId{static_cast<std::uint16_t>(h.how % nodes)});
      case What::drop: return go(p, false);
      case What::leave: return go(p, true);
      case What::watch: return say(p, to_server::Watch{{&other.user, 1}, false});
      case What::unwatch: return say(p, to_server::Unwatch{{&other.user, 1}});
      case What::glance: return say(p, to_server::Watch{{&other.user, 1}, true});
      case What::block: return change(p, Call::block, other.user);
      case What::unblock: return change(p, Call::unblock, other.user);
      case What::contact: return change(p, Call::contact, other.user);
      case What::uncontact: return change(p, Call::uncontact, other.user);
      case What::to_contacts: return change(p, Call::visible, {}, VisibleTo::contacts);
      case What::to_everyone: return change(p, Call::visible, {}, VisibleTo::everyone);
      case What::crash: return crash(NodeId{static_cast<std::uint16_t>(h.how % nodes)});
      case What::sleep: return cluster_.wait(std::chrono::milliseconds(h.how * 50));
    }
  }

  /// Everyone comes back and watches everyone; then each goes, and comes again.
  void judge() {
    cluster_.wait(20s);
    for (Person& p : people_)
      if (!p.connected) come(p, NodeId{0});
    cluster_.wait(5s);
    std::vector<UserId> all;
    for (const Person& p : people_) all.push_back(p.user);
    for (Person& p : people_) say(p, to_server::Watch{all, false});
    for (const Person& of : people_) expect(of, true);
    for (Person& of : people_) {
      for (Person& p : people_) p.told.clear();
      go(of, true);
      cluster_.wait(1s);
      expect(of, false);
      come(of, of.node);
      cluster_.wait(4s);
      for (const Person& p : people_) {
        if (&p == &of) continue;
        const int told = p.told.contains(of.user) ? p.told.at(of.user) : 0;
        RC_ASSERT(told == (sees(p, of) ? 2 : 0));
      }
      say(of, to_server::Watch{all, false});
      expect(of, true);
    }
    RC_ASSERT(cluster_.units_max() <= limits::step_units);
  }

 private:
  using Call = to_server::ContactChange::What;

  Person* find(ConnectionId connection, NodeId node) {
    for (Person& p : people_)
      if (p.connected && p.connection == connection && p.node == node) return &p;
    return nullptr;
  }
  static bool sees(const Person& viewer, const Person& of) {
    const auto is = [&](const std::map<UserId, bool>& set) { return set.contains(viewer.user) && set.at(viewer.user); };
    return &viewer == &of || (!is(of.blocked) && (!of.only_contacts || is(of.contacts)));
  }
  void expect(const Person& of, bool there) const {
    for (const Person& p : people_) {
      if (!p.connected) continue;
      RC_ASSERT(p.seen.contains(of.user));
      RC_ASSERT((p.seen.at(of.user) == PresenceState::online) == (there && sees(p, of)));
      RC_ASSERT(p.seen.at(of.user) != PresenceState::unknown);
    }
  }

  void hear(ConnectionId c, NodeId n, const to_client::Frame& frame) {
    Person* p = find(c, n);
    if (p == nullptr) return;
    if (std::holds_alternative<to_client::Ok>(frame)) p->done = true;
    const auto* presence = std::get_if<to_client::Presence>(&frame);
    if (presence == nullptr) return;
    for (const PresenceOf& of : presence->users) {
      const Person& whom = people_[of.user.value - 1];
      // Who hides from somebody is offline to them, and was never seen.
      if (!sees(*p, whom)) RC_ASSERT(of.state != PresenceState::online && of.last_seen_ms == 0);
      p->seen[of.user] = of.state;
      ++p->told[of.user];
    }
  }

  void come(Person& p, NodeId node) {
    go(p, false);
    p.node = node;
    p.connection = {++last_slot_, 1};
    p.connected = true;
    p.seen.clear();
    p.told.clear();
    cluster_.open(p.node, p.connection, p.user);
    cluster_.send(p.node, p.connection, to_server::Hello{"phone", false, {}});
    cluster_.run();
  }
  void go(Person& p, bool left) {
    if (!p.connected) return;
    p.connected = false;
    cluster_.close(p.node, p.connection, left);
    cluster_.run();
  }
  template <class Frame>
  void say(Person& p, const Frame& frame) {
    if (!p.connected) return;
    cluster_.send(p.node, p.connection, frame);
    cluster_.run();
  }

  /// Asked until it is answered: only then does the model count it.
  void change(Person& p, Call what, UserId whom, VisibleTo visible_to = {}) {
    if (!p.connected) come(p, NodeId{0});
    ++p.calls;
    p.done = false;
    // Who is to be hidden from may be told once more meanwhile, and who is to see, already.
    for (int tries = 0; !p.done; ++tries) {
      RC_ASSERT(tries < 30);
      say(p, to_server::ContactChange{.id = ++p.requests, .number = p.calls, .key = mix64(p.calls), .what = what,
                                      .user = whom, .visible_to = visible_to});
      if (!p.done) cluster_.wait(1s);
      if (!p.connected) come(p, p.node);
    }
    if (what == Call::visible) p.only_contacts = visible_to == VisibleTo::contacts;
    if (what == Call::block || what == Call::unblock) p.blocked[whom] = what == Call::block;
    if (what == Call::contact || what == Call::uncontact) p.contacts[whom] = what == Call::contact;
    cluster_.run();
  }

  void crash(NodeId node) {
    cluster_.crash(node);
    for (Person& p : people_)
      if (p.node == node) p.connected = false;
    cluster_.run();
    cluster_.start(node);
    cluster_.wait(1s);
  }

  Cluster cluster_;
  std::vector<Person> people_;
  std::uint32_t last_slot_ = 0;
};

rc::Gen<Happening> any_happening() {
  return rc::gen::apply(
      [](int what, std::uint8_t who, std::uint8_t whom, std::uint8_t how) {
        return Happening{static_cast<Happening::What>(what), who, whom, how};
      },
      rc::gen::inRange(0, 14), rc::gen::arbitrary<std::uint8_t>(), rc::gen::arbitrary<std::uint8_t>(),
      rc::gen::arbitrary<std::uint8_t>());
}

RC_GTEST_PROP(PresenceModel, IsWhoIsThereAndNobodyWhoHides, ()) {
  const auto happenings = *rc::gen::container<std::vector<Happening>>(any_happening());
  World world;
  for (const Happening& h : happenings) world.apply(h);
  world.judge();
}

}  // namespace
}  // namespace hubbub::test
