// Random operations, with crashes between and within them, against the reference model: whatever
// happens, what everyone is answered, shown and lets itself be shown is what chat is.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "core/base/hash.hpp"
#include "core/wire/exchange.hpp"
#include "tests/core/node/cluster.hpp"
#include "tests/core/node/model_operations.hpp"
#include "tests/core/node/reference_model.hpp"

namespace hubbub::test {
namespace {

constexpr std::uint16_t nodes = 3;
constexpr std::uint64_t users = 5;
constexpr std::uint64_t connected_users = 3;  ///< the others poll
constexpr std::uint32_t members_max = 4;
constexpr std::uint32_t push_limit = 3;

class World {
 public:
  World() : cluster_(nodes, policy()), model_(members_max, push_limit) {
    cluster_.listener.frame = [this](ConnectionId c, NodeId n, const to_client::Frame& f) { hear(c, n, f); };
    cluster_.listener.polled = [this](ConnectionId c, NodeId n, RequestId, bool taken) {
      if (Person* p = find(c, n)) p->got_something |= !taken;  // there may be more
    };
    cluster_.listener.close = [this](ConnectionId c, NodeId n, CloseCode) {
      if (Person* p = find(c, n)) p->connected = false;
      cluster_.close(n, c);
    };
    for (std::uint64_t u = 1; u <= users; ++u) {
      people_.push_back({.user = UserId{u}, .node = NodeId{static_cast<std::uint16_t>(u % nodes)}});
      people_.back().polled = u > connected_users;
      connect(people_.back());
    }
  }

  void apply(const Operation& o) {
    using What = Operation::What;
    Person& p = people_[o.a % people_.size()];
    switch (o.what) {
      case What::say: return say(p, conversation(p, o.b), "message " + std::to_string(++said_), mentions(o));
      case What::say_named: return say_named(p, conversation(p, o.b), mentions(o));
      case What::say_named_again: return say_named_again();
      case What::say_again: return say_again(p);
      case What::create: return create(p, o);
      case What::add: return change(p, to_server::Change::What::add, o);
      case What::remove: return change(p, to_server::Change::What::remove, o);
      case What::leave: return change(p, to_server::Change::What::leave, o);
      case What::rename: return change(p, to_server::Change::What::rename, o);
      case What::promote: return change(p, to_server::Change::What::promote, o);
      case What::demote: return change(p, to_server::Change::What::demote, o);
      case What::hand_over: return change(p, to_server::Change::What::hand_over, o);
      case What::settings: return change(p, to_server::Change::What::settings, o);
      case What::contact: return change_contact(p, to_server::ContactChange::What::contact, o);
      case What::uncontact: return change_contact(p, to_server::ContactChange::What::uncontact, o);
      case What::block: return change_contact(p, to_server::ContactChange::What::block, o);
      case What::unblock: return change_contact(p, to_server::ContactChange::What::unblock, o);
      case What::add_all: return add_all(p, o);
      case What::look: return look(p, o);
      case What::look_away: return look_away(p, o);
      case What::reconnect: return connect(p);
      case What::move:
        p.node = NodeId{static_cast<std::uint16_t>(o.b % nodes)};
        return connect(p);
      case What::crash: return crash(o.b, false);
      case What::power_loss: return crash(o.b, true);
      case What::crash_during: return crash_during(p, o);
      case What::read: return read(p, conversation(p, o.b));
      case What::lose_answer: return lose_answer(p);
      case What::sleep: return wait(std::chrono::seconds(o.b % 60));
    }
  }

  /// Everyone comes back, and then nothing may be missing, added or different.
  void judge() {
    wait(20s);
    for (Person& p : people_) connect(p);
    wait(20s);
    for (Person& p : people_) {
      for (const ConversationId& id : model_.all()) {
        RC_ASSERT(history(p, id) == model_.readable(p.user, id));
        RC_ASSERT(p.shown[id] == model_.delivered(p.user, id));
        p.members.clear();
        say_now(p, to_server::Members{.id = ++p.last_request, .conversation = id});
        RC_ASSERT(p.members == model_.members(p.user, id));
      }
      judge_found(p);
      RC_ASSERT(mentions_of(p) == model_.mentions(p.user));
      say_now(p, to_server::Contacts{.id = ++p.last_request, .limit = 64});
      RC_ASSERT(p.contacts == model_.contacts(p.user));
      const std::vector<ConversationId> all = list(p);
      RC_ASSERT(all == model_.list(p.user));
      std::vector<ConversationId> channels;
      for (const ConversationId& id : all)
        if (model_.is_channel(id)) channels.push_back(id);
      p.listed.clear();
      say_now(p, to_server::Channels{.id = ++p.last_request, .limit = 50});
      RC_ASSERT(p.listed == channels);
      for (const ConversationId& id : groups_) say_now(p, to_server::Look{{&id, 1}, false});
    }
    // Everybody looks at everything, and hears of what is said last.
    for (const ConversationId& id : groups_)
      for (Person& p : people_)
        if (model_.is_member(p.user, id)) say(p, id, "message " + std::to_string(++said_));
    wait(2s);
    for (Person& p : people_)
      for (const ConversationId& id : groups_)
        RC_ASSERT(p.heads[id] == (model_.is_member(p.user, id) ? model_.head(id) : 0));
    judge_receipts();
    for (std::uint16_t n = 0; n < nodes; ++n) RC_ASSERT(cluster_.node(NodeId{n}).sizes().owed == 0u);
    RC_ASSERT(cluster_.units_max() <= limits::step_units);
  }

 private:
  void run() {
    cluster_.run();
    poll_all();
  }
  void wait(Duration duration) {
    cluster_.wait(duration);
    poll_all();
  }

  /// Everybody who polls does, until there is nothing more.
  void poll_all() {
    for (Person& p : people_) {
      for (int polls = 0; p.polled && p.connected; ++polls) {
        RC_ASSERT(polls < 1000);
        p.got_something = false;
        cluster_.send(p.node, p.connection, to_server::Poll{++p.last_poll, p.has_cursor, p.cursor, 0, false});
        cluster_.run();
        // While the inbox's owner is away, polls end after a moment with what there is.
        if (!p.got_something) break;
      }
    }
  }

  /// By its id everything is found by who may read it, and by nobody else.
  void judge_found(Person& p) {
    for (const auto& [at, id] : ids_) {
      const auto& [conversation, seq] = at;
      found_.reset();
      answer_.reset();
      say_now(p, to_server::Get{++p.last_request, id});
      const auto readable = model_.readable(p.user, conversation);
      const auto entry = readable.find(seq);
      if (entry == readable.end()) {
        RC_ASSERT(!found_ && answer_.has_value());
        RC_ASSERT(std::get<to_client::Error>(*answer_).code == ErrorCode::not_found);
      } else {
        RC_ASSERT(found_ == std::make_pair(conversation, entry->second));
      }
    }
  }

  /// Who polls does not get what the next poll takes; it comes again, and nothing twice.
  void lose_answer(Person& p) {
    if (p.polled && p.connected) cluster_.lose_next_answer(p.node, p.connection);
  }

  /// All of a user's mentions, page by page: each once, the newest first.
  std::vector<std::pair<ConversationId, Sequence>> mentions_of(Person& p) {
    std::vector<std::pair<ConversationId, Sequence>> all;
    std::uint64_t before = 0;
    do {
      mentions_.clear();
      say_now(p, to_server::Mentions{++p.last_request, before, 3});
      for (const MentionOf& of : mentions_) {
        RC_ASSERT(before == 0 || of.number == before - 1);
        RC_ASSERT((ids_[{of.conversation, of.seq}]) == of.message);
        before = of.number;
        all.emplace_back(of.conversation, of.seq);
      }
      RC_ASSERT(!more_ || !mentions_.empty());
    } while (more_);
    std::sort(all.begin(), all.end());
    return all;
  }

  static std::vector<UserId> mentions(const Operation& o) {
    if (o.c % 3 != 0) return {};
    return {UserId{o.c % users + 1}, UserId{o.c / 8 % users + 1}, UserId{o.c % users + 1}};
  }

  /// R19: everything that is due to somebody was delivered to them, and what they read is known; who
  /// asks is told so, and nobody was told more at any time.
  void judge_receipts() {
    for (Person& p : people_)
      for (const auto& [id, seq] : p.read)
        if (seq != 0) cluster_.send(p.node, p.connection, to_server::Read{id, seq});
    wait(20s);
    for (Person& p : people_)
      for (const ConversationId& id : model_.all()) {
        if (!model_.is_member(p.user, id)) continue;
        answer_.reset();
        cluster_.send(p.node, p.connection, to_server::Receipts{++p.last_request, id});
        run();
        RC_ASSERT(answer_.has_value());
        for (Person& other : people_) {
          if (!model_.is_member(other.user, id)) continue;
          if (&other != &p && model_.is_blocked(id)) continue;  // is told no more
          const auto due = model_.delivered(other.user, id);
          const MarkOf expected{other.user, due.empty() ? 0 : due.rbegin()->first, other.read[id]};
          RC_ASSERT(p.receipts[id][other.user] == expected);
        }
      }
  }

  /// What was told is kept if it is more; it is never more than was said.
  void hear_receipt(Person& p, const to_client::Receipt& receipt) {
    for (const MarkOf& mark : receipt.marks) {
      Person& of = people_[mark.user.value - 1];
      const auto& shown = of.shown[receipt.conversation];
      const Sequence had = std::max(most_to_page_[receipt.conversation],
                                    shown.empty() ? 0 : shown.rbegin()->first);
      RC_ASSERT(mark.read <= mark.delivered);
      RC_ASSERT(mark.delivered <= had);
      RC_ASSERT(mark.read <= of.read[receipt.conversation]);
      MarkOf& known = p.receipts[receipt.conversation][mark.user];
      known = {mark.user, std::max(known.delivered, mark.delivered), std::max(known.read, mark.read)};
    }
  }

  /// All that was shown. It is said once: what is lost is said again in the end.
  void read(Person& p, const ConversationId& id) {
    const auto shown = p.shown.find(id);
    if (!p.connected || shown == p.shown.end() || shown->second.empty()) return;
    p.read[id] = shown->second.rbegin()->first;
    cluster_.send(p.node, p.connection, to_server::Read{id, p.read[id]});
    run();
  }

  static Policy policy() {
    Policy p;
    p.group_members = members_max;
    p.push_limit = push_limit;
    return p;
  }

  Person* find(ConnectionId c, NodeId n) {
    for (Person& p : people_)
      if (p.connection == c && p.node == n) return &p;
    return nullptr;
  }

  void connect(Person& p) {
    if (p.connected) cluster_.close(p.node, p.connection);
    p.connection = {++last_slot_, 1};
    p.connected = true;
    p.heads.clear();
    p.last_poll = 0;
    cluster_.open(p.node, p.connection, p.user);
    cluster_.send(p.node, p.connection, to_server::Hello{"phone", p.has_cursor, p.cursor, p.polled});
    run();
  }

  void hear(ConnectionId c, NodeId n, const to_client::Frame& frame) {
    Person* p = find(c, n);
    if (p == nullptr) return;
    p->got_something |= p->polled && waits_for_poll(frame);
    if (const auto* event = std::get_if<to_client::Event>(&frame)) {
      RC_ASSERT(event->cursor.held == p->cursor.held + 1);
      const Message& m = event->message;
      ids_[{event->conversation, m.seq}] = m.id;
      auto& shown = p->shown[event->conversation];
      if (!shown.empty()) RC_ASSERT(shown.rbegin()->first < m.seq);
      shown[m.seq] = entry(m);
      p->cursor = event->cursor;
      p->has_cursor = true;
      if (!p->polled) cluster_.send(n, c, to_server::Acknowledge{p->cursor});
    } else if (const auto* ranges = std::get_if<to_client::Ranges>(&frame)) {
      p->cursor = ranges->cursor;
      p->has_cursor = true;
      if (!p->polled) cluster_.send(n, c, to_server::Acknowledge{p->cursor});
      // Content that could not be had at once: paged when everything is back, in `judge`.
      for (const Range& r : ranges->ranges) {
        to_page_.push_back({p, r});
        most_to_page_[r.conversation] = std::max(most_to_page_[r.conversation], r.to);
      }
    } else if (const auto* synced = std::get_if<to_client::Synced>(&frame)) {
      p->cursor = synced->cursor;
      p->has_cursor = true;
    } else if (const auto* page = std::get_if<to_client::HistoryPage>(&frame)) {
      pages_.clear();
      for (const Message& m : page->messages) {
        pages_.push_back({m.seq, entry(m)});
        ids_[{page->conversation, m.seq}] = m.id;
      }
      more_ = page->has_more;
    } else if (const auto* found = std::get_if<to_client::Found>(&frame)) {
      found_ = {found->conversation, entry(found->message)};
    } else if (const auto* mentions = std::get_if<to_client::MentionsPage>(&frame)) {
      mentions_.assign(mentions->mentions.begin(), mentions->mentions.end());
      more_ = mentions->has_more;
    } else if (const auto* heads = std::get_if<to_client::Heads>(&frame)) {
      for (const HeadOf& of : heads->heads) told_head(*p, of);
    } else if (const auto* listed = std::get_if<to_client::ListPage>(&frame)) {
      p->listed.assign(listed->conversations.begin(), listed->conversations.end());
    } else if (const auto* contacts = std::get_if<to_client::ContactsPage>(&frame)) {
      p->contacts.clear();
      for (const ContactOf& of : contacts->contacts)
        p->contacts[of.user] = {of.contact, of.blocked, std::string(of.name)};
    } else if (const auto* members = std::get_if<to_client::MembersPage>(&frame)) {
      for (const MemberOf& of : members->members) p->members.emplace_back(of.user, of.role);
    } else if (const auto* receipt = std::get_if<to_client::Receipt>(&frame)) {
      hear_receipt(*p, *receipt);
      if (receipt->id != 0) answer_ = frame;
    } else if (!std::holds_alternative<to_client::Welcome>(frame)) {
      RC_ASSERT(!std::holds_alternative<to_client::Reset>(frame));
      answer_ = frame;
    }
  }

  static ReferenceModel::Entry entry(const Message& m) {
    return {m.from, m.kind, std::string(m.content.body), {m.users.begin(), m.users.end()}, m.settings};
  }

  ConversationId conversation(const Person& p, std::uint8_t which) {
    if (!groups_.empty() && which % 3 != 0) return groups_[which % groups_.size()];
    const UserId other{which % (users - 1) + 1};
    return ConversationId::direct(p.user, other == p.user ? UserId{users} : other);
  }

  /// Sends until there is a final answer, as a good client does.
  template <class Request, class Renumber>
  std::pair<ReferenceModel::Outcome, std::uint64_t> ask(Person& p, Request request, Renumber renumber) {
    for (int attempt = 0; attempt < 20; ++attempt) {
      if (!p.connected) connect(p);
      request.id = ++p.last_request;
      answer_.reset();
      cluster_.send(p.node, p.connection, request);
      run();
      if (answer_) {
        if (const auto* ok = std::get_if<to_client::Ok>(&*answer_)) return {{ok->seq, {}}, ok->next};
        const auto& error = std::get<to_client::Error>(*answer_);
        if (!error.retry) return {{0, error.code}, 0};
        if (error.expected != 0) renumber(request, error.expected);
      }
      wait(2s);
    }
    RC_FAIL("no answer");
    return {};
  }

  void say(Person& p, const ConversationId& id, const std::string& text,
           const std::vector<UserId>& mentions = {}) {
    std::uint64_t& last = p.numbers[id];
    to_server::Send send{.conversation = id,
                         .number = last + 1,
                         .key = hash_bytes(text),
                         .content = {static_cast<std::uint32_t>(text.size()), hash_bytes(text), text},
                         .mentions = mentions};
    const auto [outcome, next] =
        ask(p, send, [](to_server::Send& s, std::uint64_t expected) { s.number = expected; });
    RC_ASSERT(outcome == model_.say(p.user, id, text, mentions));
    if (outcome.seq == 0) return;
    last = next - 1;
    last_said_ = {send, p.user, outcome.seq};
    last_text_ = text;
    last_mentions_ = mentions;
  }

  /// R1: under a name of its own.
  void say_named(Person& p, const ConversationId& id, const std::vector<UserId>& mentions) {
    named_ = {p.user, id, "message " + std::to_string(++said_), mentions, 0};
    const auto outcome = say_named_once();
    RC_ASSERT(outcome == model_.say(p.user, id, named_.text, mentions));
    named_.seq = outcome.seq;
  }
  ReferenceModel::Outcome say_named_once() {
    Person& p = people_[named_.who.value - 1];
    const std::string name = "name of " + named_.text;
    const to_server::Send send{.conversation = named_.conversation,
                               .content = {static_cast<std::uint32_t>(named_.text.size()),
                                           hash_bytes(named_.text), named_.text},
                               .mentions = named_.mentions,
                               .client_id = name};
    return ask(p, send, [](to_server::Send&, std::uint64_t) { RC_FAIL("it has no number"); }).first;
  }
  /// The last of those once more.
  void say_named_again() {
    if (named_.seq == 0) return;
    RC_ASSERT(say_named_once().seq == named_.seq);
  }

  /// The last message once more, unchanged: the answer is what it was the first time.
  void say_again(Person&) {
    if (last_said_.seq == 0) return;
    to_server::Send again = last_said_.send;
    again.content.body = last_text_;
    again.mentions = last_mentions_;
    Person& p = people_[last_said_.who.value - 1];
    const auto [outcome, next] =
        ask(p, again, [](to_server::Send& s, std::uint64_t expected) { s.number = expected; });
    RC_ASSERT(outcome.seq == last_said_.seq);
  }

  void create(Person& p, const Operation& o) {
    std::vector<UserId> members = {UserId{o.b % users + 1}, UserId{o.c % users + 1}};
    if (o.c % 7 == 0) for (std::uint64_t u = 1; u <= users; ++u) members.push_back(UserId{u});
    const auto id = ConversationId::group(p.user, DeviceNumber{1}, ++p.calls);
    const auto [outcome, next] = ask(
        p, to_server::Create{.number = p.calls, .key = mix64(p.calls), .group = true, .members = members, .name = "group",
                             .settings = settings(o.b)},
        [](to_server::Create&, std::uint64_t) { RC_FAIL("a call number was taken"); });
    RC_ASSERT(outcome == model_.create(p.user, id, members, "group", settings(o.b)));
    if (outcome.seq != 0) groups_.push_back(id);
  }

  void add_all(Person& p, const Operation& o) {
    if (groups_.empty()) return;
    const ConversationId id = groups_[o.b % groups_.size()];
    const std::vector<UserId> whom = {UserId{o.c % users + 1}, UserId{o.c / 8 % users + 1},
                                      UserId{o.c / 16 % users + 1}};
    const auto [outcome, next] = ask(
        p, to_server::AddMembers{.number = ++p.calls, .key = mix64(p.calls), .conversation = id, .users = whom},
        [](to_server::AddMembers&, std::uint64_t) { RC_FAIL("a call number was taken"); });
    RC_ASSERT(outcome == model_.add_all(p.user, id, whom));
  }

  void look(Person& p, const Operation& o) {
    if (groups_.empty() || !p.connected) return;
    const ConversationId id = groups_[o.b % groups_.size()];
    cluster_.send(p.node, p.connection, to_server::Look{{&id, 1}, o.c % 4 == 0});
    run();
  }

  void look_away(Person& p, const Operation& o) {
    if (groups_.empty() || !p.connected) return;
    const ConversationId id = groups_[o.b % groups_.size()];
    cluster_.send(p.node, p.connection, to_server::Unlook{{&id, 1}});
    run();
  }

  /// Nobody is told of a head that is not there, or of what they are not in.
  void told_head(Person& p, const HeadOf& of) {
    p.heads[of.conversation] = of.head;
    if (of.head == 0) return;
    RC_ASSERT(of.head <= model_.head(of.conversation) + 2);  // the model hears of it with the answer
  }

  void change(Person& p, to_server::Change::What what, const Operation& o) {
    using What = to_server::Change::What;
    if (groups_.empty()) return;
    const ConversationId id = groups_[o.b % groups_.size()];
    UserId whom{o.c % users + 1};
    if (what == What::leave) whom = p.user;
    if (what == What::remove && whom == p.user) return;
    const GroupSettings set = what == What::settings ? settings(o.c) : GroupSettings{};
    const std::string name = "name " + std::to_string(o.c);
    const auto [outcome, next] = ask(
        p, to_server::Change{.number = ++p.calls, .key = mix64(p.calls), .what = what, .conversation = id, .user = whom,
                             .name = what == What::rename ? std::string_view(name) : std::string_view(),
                             .settings = set},
        [](to_server::Change&, std::uint64_t) { RC_FAIL("a call number was taken"); });
    RC_ASSERT(outcome == (what == What::add         ? model_.add(p.user, id, whom)
                          : what == What::rename    ? model_.rename(p.user, id, name)
                          : what == What::promote   ? model_.promote(p.user, id, whom)
                          : what == What::demote    ? model_.demote(p.user, id, whom)
                          : what == What::hand_over ? model_.hand_over(p.user, id, whom)
                          : what == What::settings  ? model_.set(p.user, id, set)
                                                    : model_.remove(p.user, id, whom)));
  }

  static GroupSettings settings(std::uint8_t bits) {
    return {bits % 3 == 0 ? ChangedBy::admins : ChangedBy::everyone,
            bits % 2 == 0 ? NewcomersRead::all : NewcomersRead::from_joining};
  }

  void change_contact(Person& p, to_server::ContactChange::What what, const Operation& o) {
    using What = to_server::ContactChange::What;
    const UserId whom{o.c % users + 1};
    if (whom == p.user) return;
    const std::string name = what == What::contact ? "contact " + std::to_string(o.b) : "";
    const auto [outcome, next] = ask(
        p, to_server::ContactChange{.number = ++p.calls, .key = mix64(p.calls), .what = what, .user = whom, .name = name},
        [](to_server::ContactChange&, std::uint64_t) { RC_FAIL("a call number was taken"); });
    RC_ASSERT(outcome == ReferenceModel::Outcome{});
    if (what == What::contact || what == What::uncontact)
      model_.contact(p.user, whom, what == What::contact, name);
    else
      model_.block(p.user, whom, what == What::block);
  }

  void crash(std::uint8_t which, bool power) {
    const NodeId node{static_cast<std::uint16_t>(which % nodes)};
    cluster_.crash(node, power);
    for (Person& p : people_)
      if (p.node == node) p.connected = false;
    run();
    cluster_.start(node);
    wait(1s);
  }

  /// The power goes while something is on its way to the disk: the client must ask again, and it
  /// happens once.
  void crash_during(Person& p, const Operation& o) {
    const NodeId node{static_cast<std::uint16_t>(o.b % nodes)};
    const ConversationId id = conversation(p, o.c);
    const std::string text = "message " + std::to_string(++said_);
    if (!p.connected) connect(p);
    cluster_.hold_disk(node);
    cluster_.send(p.node, p.connection,
                  to_server::Send{.id = ++p.last_request,
                                  .conversation = id,
                                  .number = p.numbers[id] + 1,
                                  .key = hash_bytes(text),
                                  .content = {static_cast<std::uint32_t>(text.size()), hash_bytes(text), text}});
    run();
    if (o.a % 2 == 0) cluster_.release_disk(node);
    crash(o.b, o.c % 2 == 0);
    if (!p.connected) connect(p);
    say(p, id, text);
  }

  std::map<Sequence, ReferenceModel::Entry> history(Person& p, const ConversationId& id) {
    std::map<Sequence, ReferenceModel::Entry> all;
    Sequence before = 0;
    for (int pages = 0; pages < 1000; ++pages) {
      pages_.clear();
      more_ = false;
      cluster_.send(p.node, p.connection,
                    to_server::History{.id = ++p.last_request, .conversation = id, .anchor = before, .limit = 3});
      run();
      all.insert(pages_.begin(), pages_.end());
      if (!more_ || pages_.empty()) break;
      before = pages_.front().first;
    }
    for (const auto& [who, range] : to_page_)
      if (who == &p && range.conversation == id)
        for (Sequence s = range.from; s <= range.to; ++s) p.shown[id][s] = all[s];
    return all;
  }

  std::vector<ConversationId> list(Person& p) {
    p.listed.clear();
    cluster_.send(p.node, p.connection, to_server::List{.id = ++p.last_request, .limit = 50});
    run();
    return p.listed;
  }

  void say_now(Person& p, const to_server::Frame& frame) {
    cluster_.send(p.node, p.connection, frame);
    run();
  }

  struct Said {
    to_server::Send send;
    UserId who;
    Sequence seq = 0;
  };

  Cluster cluster_;
  ReferenceModel model_;
  std::deque<Person> people_;
  std::vector<ConversationId> groups_;
  std::vector<std::pair<Person*, Range>> to_page_;
  std::map<ConversationId, Sequence> most_to_page_;  ///< that was declared to anybody
  std::vector<std::pair<Sequence, ReferenceModel::Entry>> pages_;
  bool more_ = false;
  std::optional<to_client::Frame> answer_;
  std::map<std::pair<ConversationId, Sequence>, MessageId> ids_;
  std::optional<std::pair<ConversationId, ReferenceModel::Entry>> found_;
  std::vector<MentionOf> mentions_;
  struct Named {
    UserId who;
    ConversationId conversation;
    std::string text;
    std::vector<UserId> mentions;
    Sequence seq = 0;
  };
  Named named_;
  std::vector<UserId> last_mentions_;
  Said last_said_;
  std::string last_text_;
  std::uint32_t last_slot_ = 0;
  int said_ = 0;
};

RC_GTEST_PROP(Node, DoesWhatChatIsWhateverCrashes, ()) {
  const auto operations = *rc::gen::container<std::vector<Operation>>(any_operation());
  World world;
  for (const Operation& o : operations) world.apply(o);
  world.judge();
}

}  // namespace
}  // namespace hubbub::test
