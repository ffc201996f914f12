// What clients do of themselves: arriving, writing, leaving.
#include "sim/world/crowd.hpp"

#include <fmt/format.h>

#include "sim/check/presence_checks.hpp"
#include "sim/check/push_checks.hpp"
#include "sim/world/body.hpp"

namespace hubbub::sim {
namespace {

constexpr std::uint32_t first_client_source = 4096;

PopulationSettings population_settings(const Scenario& scenario, std::uint64_t seed) {
  const Clients& c = scenario.clients;
  PopulationSettings p;
  p.seed = seed;
  p.users = c.users;
  p.devices = c.devices;
  p.online = c.online;
  p.acquaintances = c.acquaintances;
  p.conversations = c.conversations;
  for (const Groups& groups : c.groups) p.groups.push_back({groups.count, groups.members, {groups.changes, groups.history}});
  p.group_share = c.group_share;
  p.messages_per_day = c.messages_per_day;
  p.peak = c.peak;
  p.length = sampler(c.length);
  p.typed_ahead = c.typed_ahead;
  p.group_changes_per_day = c.group_changes_per_day;
  p.blocks_per_day = c.blocks_per_day;
  p.revokes_per_day = c.revokes_per_day;
  p.mentions = c.mentions;
  p.open_history = c.open_history;
  return p;
}

DeviceSettings device_settings(const Scenario& scenario) {
  const Clients& c = scenario.clients;
  DeviceSettings s;
  // The two enumerations are the same; sim/clients knows nothing of scenario files.
  s.backoff.kind = static_cast<BackoffKind>(c.reconnect.policy);
  s.backoff.base = c.reconnect.base;
  s.backoff.cap = c.reconnect.cap;
  s.acknowledge_after = c.acknowledge_every;
  s.answer_timeout = c.answer_timeout;
  s.retry_budget = c.retry_budget;
  s.reads = c.read_after != Distribution{};
  s.read_after = sampler(c.read_after);
  s.poll_wait = c.polling.wait;
  s.poll_interval = c.polling.interval;
  return s;
}
static_assert(static_cast<int>(BackoffKind::full_jitter) ==
                  static_cast<int>(ReconnectPolicy::full_jitter) &&
              static_cast<int>(BackoffKind::fixed) == static_cast<int>(ReconnectPolicy::fixed) &&
              static_cast<int>(BackoffKind::exponential) ==
                  static_cast<int>(ReconnectPolicy::exponential) &&
              static_cast<int>(BackoffKind::equal_jitter) ==
                  static_cast<int>(ReconnectPolicy::equal_jitter) &&
              static_cast<int>(BackoffKind::planned) == static_cast<int>(ReconnectPolicy::planned));

}  // namespace

Crowd::Crowd(Stage& stage, Fleet& fleet)
    : stage_(stage),
      fleet_(fleet),
      population_(population_settings(stage.scenario, stage.seed)),
      observer_(stage, population_.clients(), stage.scenario.clients.devices),
      settings_(device_settings(stage.scenario)),
      edge_{settings_, observer_, {}},
      latency_(sampler(stage.scenario.network.client)),
      tunnel_every_(sampler(stage.scenario.clients.tunnels.every)),
      tunnel_length_(sampler(stage.scenario.clients.tunnels.length)),
      absence_every_(sampler(stage.scenario.clients.absence.every)),
      absence_length_(sampler(stage.scenario.clients.absence.length)),
      groups_(population_.groups().size()) {
  clients_.reserve(population_.clients());
  const std::uint64_t seed = mix64(stage.seed ^ purpose::devices);
  for (std::uint32_t i = 0; i < population_.clients(); ++i) {
    Client& client = clients_.emplace_back(
        Device(Population::id_of(population_.user_of(i)), population_.device_of(i), seed));
    client.source.number = first_client_source + i;
    const double look = stage.scenario.clients.look;
    if (look > 0)
      client.device.follow_channels(Random(stage.seed, purpose::client_looks, i).chance(look));
    const Clients& c = stage.scenario.clients;
    if (c.bots > 0 && Random(stage.seed, purpose::client_names, i).chance(c.bots))
      client.device.name_messages();
    if (c.questions > 0) client.device.ask_questions();
  }
  for (std::uint32_t i = 0; i < population_.clients(); ++i) {
    const Transport transport = transport_of(stage.scenario, stage.seed, clients_[i].device.user());
    clients_[i].device.poll_by(transport);
    if (population_.comes_online(population_.user_of(i)))
      ++stage.meters.clients[static_cast<std::size_t>(transport)];
  }
  if (anybody_polls(stage.scenario)) exchanges_.resize(population_.clients());
  if (stage.scenario.clients.token.lifetime > Duration{0}) tokens_.resize(population_.clients());
}

void Crowd::start() {
  for (std::uint32_t g = 0; g < groups_.size(); ++g) {
    std::uint32_t user = 0;
    if (population_.creator(g, user)) at(user * stage_.scenario.clients.devices).creates = true;
  }
  const auto arrive = static_cast<std::uint64_t>(stage_.scenario.clients.arrive.count());
  for (std::uint32_t i = 0; i < clients(); ++i) {
    if (!population_.comes_online(population_.user_of(i))) continue;
    Client& client = at(i);
    Random random(stage_.seed, purpose::client_arrival, i);
    const Duration when{static_cast<std::int64_t>(random.below(arrive + 1))};
    // Its first turn is its arrival: the end of an absence.
    client.absent = true;
    stage_.agenda.put(stage_.now + when, Happening::client_leaves, client.source,
                      Agenda::pair(i, static_cast<std::uint32_t>(Turn::absence_ends)));
  }
}

void Crowd::turns(std::uint32_t number, std::uint32_t turn_value) {
  if (!stage_.safety) return;
  Client& client = at(number);
  const auto turn = static_cast<Turn>(turn_value);
  const bool first = client.acts == 0 && client.turns == 0;
  ++client.turns;
  edge_.actions.clear();
  switch (turn) {
    case Turn::tunnel_begins:
      client.in_tunnel = true;
      observer_.leaves(number);
      lose(client);
      break;
    case Turn::tunnel_ends:
      client.in_tunnel = false;
      if (!client.absent) go_online(client, number);
      break;
    case Turn::absence_begins:
      client.absent = true;
      observer_.leaves(number);
      if (client.device.attached())
        observer_.lost(stage_.now, client.device, CloseCode::normal, true);
      client.device.go_offline(stage_.now, edge_);
      carry_out(number);
      break;
    case Turn::absence_ends:
      client.absent = client.opens = false;
      if (!client.in_tunnel) go_online(client, number);
      break;
  }
  if (first) {
    schedule_act(client, number);
    schedule_turn(client, number, Turn::tunnel_ends);
  }
  schedule_turn(client, number, turn);
}

bool Crowd::stays_away(std::uint32_t client) const {
  const double share = stage_.scenario.clients.stay_away;
  return share > 0 &&
         Random(stage_.seed, purpose::stays_away, population_.user_of(client)).chance(share);
}

/// Its connection is gone; it knows, and cannot say so.
void Crowd::lose(Client& client) {
  if (client.link == Link::open) fleet_.cut(client.node.value, client.connection);
  client.link = Link::none;
  client.device.closed(stage_.now, broken, edge_);
  edge_.actions.clear();
  client.device.go_offline(stage_.now, edge_);
  edge_.actions.clear();
  ++client.attempt;
}

/// After a tunnel's end the next one is drawn, and so on; a share of the clients does this.
void Crowd::schedule_turn(Client& client, std::uint32_t number, Turn turn) {
  const bool tunnel = turn == Turn::tunnel_begins || turn == Turn::tunnel_ends;
  const bool begins = turn == Turn::tunnel_begins || turn == Turn::absence_begins;
  const Absence& absence =
      tunnel ? stage_.scenario.clients.tunnels : stage_.scenario.clients.absence;
  const std::uint64_t use = tunnel ? purpose::client_tunnel : purpose::client_absence;
  const bool stays = !tunnel && stays_away(number);
  if (stays && begins) return;  // for good
  if (!stays && !Random(stage_.seed, use, number).chance(absence.share)) return;
  Random random(stage_.seed, use + 1, std::uint64_t{number} << 32 | client.turns);
  const Sampler& sampler = tunnel ? (begins ? tunnel_length_ : tunnel_every_)
                                  : (begins ? absence_length_ : absence_every_);
  const Duration wait = draw(sampler, random);
  if (wait == Duration{0} && !begins) return;  // never away
  if (wait >= stage_.scenario.duration) return;
  const auto next = static_cast<Turn>(static_cast<std::uint32_t>(turn) ^ 1);
  stage_.agenda.put(stage_.now + wait, Happening::client_leaves, client.source,
                    Agenda::pair(number, static_cast<std::uint32_t>(next)));
}

void Crowd::go_online(Client& client, std::uint32_t number) {
  observer_.wants(number);
  client.device.go_online(stage_.now, edge_);
  carry_out(number);
}

void Crowd::settle() {
  narrow_.clear();
  reset_held();
  for (std::uint32_t i = 0; i < clients(); ++i) {
    Client& client = at(i);
    if (!population_.comes_online(population_.user_of(i))) continue;
    if (client.absent && stays_away(i) && client.device.pending() == 0) continue;
    client.in_tunnel = client.absent = false;
    if (client.device.wants_connection() || client.device.gone()) continue;
    edge_.actions.clear();
    go_online(client, i);
  }
}

// --- Acts ----------------------------------------------------------------------------------------

void Crowd::schedule_act(Client& client, std::uint32_t number) {
  const Duration pause = population_.pause_after(number, client.acts);
  // What would come after the end need not be remembered.
  if (pause >= stage_.scenario.duration || stage_.now + pause >= stage_.scenario.duration) return;
  stage_.agenda.put(stage_.now + pause, Happening::client_acts, client.source, number);
}

void Crowd::acts(std::uint32_t number) {
  if (!stage_.safety) return;
  Client& client = at(number);
  const Act act = population_.act(number, client.acts++);
  if (!client.absent && !client.device.gone()) {
    edge_.actions.clear();
    ConversationId conversation;
    if (act.kind == Act::Kind::write) {
      write(client, number, act);
    } else if (act.kind == Act::Kind::change) {
      change(client, number, act);
    } else if (act.kind == Act::Kind::block) {
      block(client, number, act);
    } else if (act.kind == Act::Kind::revoke) {
      revoke(client, number, act);
    } else if (!asks(client, number) && conversation_of(client, act, conversation)) {
      client.device.open_history(stage_.now, conversation, edge_);
      if (stage_.scenario.clients.viewport > 0 && client.device.attached())
        look_around(client, act);
    }
    carry_out(number);
  }
  schedule_act(client, number);
}

bool Crowd::conversation_of(const Client& client, const Act& act, ConversationId& id) const {
  if (act.in_group) {
    id = groups_[act.group];
    return id != ConversationId{};
  }
  if (act.peer == UserId{} || act.peer == client.device.user()) return false;
  id = ConversationId::direct(client.device.user(), act.peer);
  return true;
}

void Crowd::ask_for_pushes(Client& client, std::uint32_t number) {
  const double share = stage_.scenario.clients.push;
  if (client.wants_push || !Random(stage_.seed, purpose::push_wanted, number).chance(share)) return;
  client.wants_push = true;
  Call call;
  call.push = true;
  observer_.tries(number, Operation::change);
  edge_.actions.clear();
  client.device.call(stage_.now, std::move(call), edge_);
  carry_out(number);
}

void Crowd::pushed(UserId user, DeviceNumber device) {
  if (!stage_.safety || stage_.scenario.clients.push_opens == 0) return;
  const std::uint32_t devices = stage_.scenario.clients.devices;
  const auto first = static_cast<std::uint32_t>(user.value - 1) * devices;
  for (std::uint32_t number = first; number < first + devices; ++number) {
    Client& client = at(number);
    if (client.device.id().device != device || client.opens || !client.absent || !stays_away(number))
      continue;
    Random random(stage_.seed, purpose::push_opens ^ mix64(number),
                  static_cast<std::uint64_t>(stage_.now.count()));
    client.opens = random.chance(stage_.scenario.clients.push_opens);
    const Duration after = 2s + Duration{static_cast<std::int64_t>(random.below(18'000'000'000))};
    if (client.opens)
      stage_.agenda.put(stage_.now + after, Happening::client_leaves, client.source,
                        Agenda::pair(number, static_cast<std::uint32_t>(Turn::absence_ends)));
  }
}

/// It has just been welcomed, and wants to see who else is there.
void Crowd::begin_presence(Client& client, std::uint32_t number) {
  client.welcomed = true;
  client.asks_again = false;
  const std::uint32_t watched =
      std::min(stage_.scenario.clients.watched, population_.acquaintances());
  if (watched == 0) return;
  seen_.clear();
  for (std::uint32_t k = 0; k < watched; ++k) {
    seen_.push_back(Population::id_of(population_.acquaintance(population_.user_of(number), k)));
    stage_.checker.presence().watches(client.device.id(), seen_.back());
  }
  edge_.actions.clear();
  client.device.watch(seen_, edge_);
  carry_out(number);
}

/// Who of those on the screen is there.
void Crowd::look_around(Client& client, const Act& act) {
  seen_.clear();
  if (!act.in_group) {
    seen_.push_back(act.peer);
  } else {
    const Population::Group& group = population_.groups()[act.group];
    const std::uint32_t shown = std::min(stage_.scenario.clients.viewport, group.members);
    for (std::uint32_t m = 0; m < shown; ++m)
      seen_.push_back(Population::id_of((group.first + m) % population_.users()));
  }
  client.device.glance(seen_, edge_);
}

void Crowd::write(Client& client, std::uint32_t number, const Act& act) {
  ConversationId conversation;
  if (!conversation_of(client, act, conversation)) return;
  const Body body(stage_.now, number);
  const Content content{act.length, hash_bytes(body.view()), body.view()};
  ++stage_.meters.written;
  observer_.tries(number, Operation::send);
  if (Random(stage_.seed, purpose::client_typing, std::uint64_t{number} << 32 | client.acts)
          .chance(stage_.scenario.clients.typing))
    client.device.begin_writing(conversation, edge_);
  if (!client.device.write(stage_.now, conversation, content, act.ahead, edge_,
                           std::span(act.mentioned).first(act.mentions)))
    ++stage_.meters.not_taken;
}

void Crowd::change(Client& client, std::uint32_t number, const Act& act) {
  ConversationId conversation;
  if (!conversation_of(client, act, conversation)) return;
  if (client.device.pending() > 4) return;  // people do not pile up such requests
  // Who was made an admin does not act as one: the crowd keeps no roles.
  std::uint32_t creator = 0;
  const bool admins_only = population_.groups()[act.group].settings.changes == ChangedBy::admins;
  if (admins_only && (!population_.creator(act.group, creator) ||
                      creator != population_.user_of(number)))
    return;
  Call call;
  call.what = act.change;
  call.conversation = conversation;
  call.user = act.change == to_server::Change::What::leave ? client.device.user() : act.peer;
  if (act.change == to_server::Change::What::rename)
    call.name = fmt::format("named by {} for the {}th time", number, client.acts);
  if (act.change == to_server::Change::What::rename) call.user = UserId{};
  observer_.tries(number, Operation::change);
  client.device.call(stage_.now, std::move(call), edge_);
}

void Crowd::block(Client& client, std::uint32_t number, const Act& act) {
  if (client.device.pending() > 4) return;
  Call call;
  call.contact = act.blocked ? to_server::ContactChange::What::block
                             : to_server::ContactChange::What::unblock;
  call.user = act.peer;
  observer_.tries(number, Operation::change);
  client.device.call(stage_.now, std::move(call), edge_);
}

void Crowd::create_groups(Client& client, std::uint32_t number) {
  client.creates = false;
  for (std::uint32_t g = 0; g < groups_.size(); ++g) {
    std::uint32_t creator = 0;
    if (!population_.creator(g, creator) || creator != population_.user_of(number)) continue;
    const Population::Group& group = population_.groups()[g];
    Call call;
    call.create = call.group = true;
    call.tag = std::uint64_t{g} + 1;
    call.name = fmt::format("group {}", g);
    call.settings = group.settings;
    add_members(call, g, 0);
    // A device's actions point into it, so they are carried out before its next call.
    edge_.actions.clear();
    observer_.tries(number, Operation::change);
    client.device.call(stage_.now, std::move(call), edge_);
    carry_out(number);
  }
}

/// Those whose turn it is: one call names so many, and the one who makes the group is in it.
void Crowd::add_members(Call& call, std::uint32_t g, std::uint32_t first) const {
  const Population::Group& group = population_.groups()[g];
  std::uint32_t creator = 0;
  population_.creator(g, creator);
  const std::uint32_t end = std::min(group.members, first + limits::members_at_once);
  for (std::uint32_t m = first; m < end; ++m) {
    const std::uint32_t user = (group.first + m) % population_.users();
    if (user != creator) call.members.push_back(Population::id_of(user));
  }
}

void Crowd::note_created() {
  std::vector<Observer::Created> created;
  created.swap(observer_.created);
  for (const Observer::Created& c : created) {
    const auto g = static_cast<std::uint32_t>(c.tag - 1);
    groups_[g] = c.conversation;
    std::uint32_t creator = 0;
    population_.creator(g, creator);
    const std::uint32_t number = creator * stage_.scenario.clients.devices;
    const std::uint32_t members = population_.groups()[g].members;
    for (std::uint32_t first = limits::members_at_once; first < members;
         first += limits::members_at_once) {
      Call call;
      call.conversation = c.conversation;
      add_members(call, g, first);
      edge_.actions.clear();
      observer_.tries(number, Operation::change);
      at(number).device.call(stage_.now, std::move(call), edge_);
      carry_out(number);
    }
  }
}

// --- Looking -------------------------------------------------------------------------------------

bool Crowd::quiet(const Client& client) const {
  const Device& d = client.device;
  // Who stays away is not pushed to before their last connection is known to be gone.
  const bool believed = stage_.scenario.clients.push > 0 && client.node != nobody &&
                        fleet_.stands(client.node.value, client.connection);
  if (!d.wants_connection()) return (d.pending() == 0 && !believed) || d.gone();
  // A server that lost its power said nothing: the client may believe in a connection that is not.
  return d.quiet() && !client.dead && fleet_.stands(client.node.value, client.connection);
}

bool Crowd::quiet() const {
  for (const Client& client : clients_)
    if (!quiet(client)) return false;
  return true;
}

std::vector<std::string> Crowd::stuck() const {
  constexpr std::size_t shown = 5;
  std::vector<std::string> what;
  for (const Client& client : clients_) {
    const Device& d = client.device;
    if (quiet(client)) continue;
    if (what.size() < shown)
      what.push_back(fmt::format(
          "{} on its device {}: {}, {}, {} unanswered, {} ranges to page", to_text(d.user()),
          d.index(),
          !d.attached()                                         ? "not attached"
          : client.dead                                         ? "attached to what is dead"
          : fleet_.stands(client.node.value, client.connection) ? "attached"
                                                                : "attached to what is gone",
          d.at_head() ? "at the head" : "not at the head", d.pending(), d.unpaged()));
  }
  return what;
}

void Crowd::tell_the_end(Checker& checker) const {
  for (const Client& client : clients_) {
    const Device& d = client.device;
    if (d.id().device == DeviceNumber{} && !d.wants_connection()) continue;  // never came
    checker.device_at_end(d.id(), d.wants_connection(), d.attached(), d.cursor(), d.unanswered(),
                          d.unpaged(), d.pending() - d.unanswered());
    if (!d.attached()) continue;
    for (const Device::Followed& f : d.followed())
      checker.receipts_at_end(d.id(), f.conversation, {f.marks, f.seq, f.delivered, f.read});
  }
}

void Crowd::tell_who_is_away(PushChecks& checks) const {
  const std::uint32_t devices = stage_.scenario.clients.devices;
  for (std::uint32_t user = 0; user < population_.users(); ++user) {
    Sequence held = 0;
    bool away = true;
    for (std::uint32_t i = user * devices; i < (user + 1) * devices; ++i) {
      const Device& d = clients_[i].device;
      held = std::max<Sequence>(held, d.cursor().held);
      away = away && !d.wants_connection();
    }
    if (away) checks.is_away(Population::id_of(user), held);
  }
}

std::uint64_t Crowd::pending() const {
  std::uint64_t sum = 0;
  for (const Client& client : clients_) sum += client.device.pending();
  return sum;
}

std::size_t Crowd::bytes() const {
  std::size_t sum = clients_.capacity() * sizeof(Client) + observer_.bytes();
  for (const Client& client : clients_) sum += client.device.heap_bytes();
  return sum;
}

}  // namespace hubbub::sim
