#include "sim/world/register_service.hpp"

#include "core/place/assigner.hpp"
#include "core/place/keys.hpp"
#include "core/place/shard_map.hpp"

namespace hubbub::sim {
namespace {

constexpr std::uint32_t register_source = 3003;

}  // namespace

RegisterService::RegisterService(Stage& stage)
    : stage_(stage),
      answers_(stage, register_source),
      latency_(sampler(stage.scenario.registry.latency)),
      random_(stage.seed, purpose::registry, 0) {}

void RegisterService::set(const Asker& asker, const output::RegisterSet& set, bool heard) {
  if (!heard || is_away()) {
    const RegisterOutcome outcome = heard && random_.chance(0.5) ? RegisterOutcome::away : RegisterOutcome::unknown;
    return answers_.give(asker, stage_.now + stage_.scenario.registry.timeout,
                         input::RegisterSet{set.ticket, {outcome, 0, {}}});
  }
  ByteBuffer bytes;
  wire::encode(set, bytes);
  answers_.put(asker, stage_.now + latency(), Happening::register_set, bytes.view());
}

void RegisterService::read(const Asker& asker, const output::RegisterRead& read, bool heard) {
  if (!heard || is_away())
    return answers_.give(asker, stage_.now + stage_.scenario.registry.timeout,
                         input::RegisterRead{read.ticket, {.away = true, .whole = false, .revision = 0, .entries = {}}});
  ByteBuffer bytes;
  wire::encode(read, bytes);
  answers_.put(asker, stage_.now + latency(), Happening::register_read, bytes.view());
}

void RegisterService::set_arrives(Piece* piece) {
  catch_up();
  arena_.clear();
  const auto set = wire::decode<output::RegisterSet>(piece->view(), arena_);
  const Asker asker{piece->a, piece->b};
  register_.set(set->set, [this, asker, ticket = set->ticket](const RegisterSetDone& done) {
    answers_.give(asker, stage_.now + latency(), input::RegisterSet{ticket, done});
  });
  stage_.slab.release(piece);
  go_on();
}

void RegisterService::read_arrives(Piece* piece) {
  catch_up();
  arena_.clear();
  const auto read = wire::decode<output::RegisterRead>(piece->view(), arena_);
  const Asker asker{piece->a, piece->b};
  register_.read(read->revision, read->wait, [this, asker, ticket = read->ticket](const RegisterPage& page) {
    answers_.give(asker, stage_.now + latency(), input::RegisterRead{ticket, page});
  });
  stage_.slab.release(piece);
  go_on();
}

void RegisterService::look(RegisterView& view) {
  if (is_away()) return;
  catch_up();
  register_.read(view.revision(), {}, [&view](const RegisterPage& page) { view.apply(page); });
  go_on();
}

void RegisterService::wakes() {
  wakes_at_ = never;
  catch_up();
  go_on();
}

void RegisterService::expire_everyone() {
  catch_up();
  register_.expire_now(keys::node_prefix);
  go_on();
}

void RegisterService::heal() {
  away_until_ = {};
  reopen_closed();
}

/// What a person does once everything is well again (R12).
void RegisterService::reopen_closed() {
  catch_up();
  register_.read(0, {}, [this](const RegisterPage& page) {
    for (const RegisterEntry& entry : page.entries) {
      if (entry.key != keys::map) continue;
      auto map = decode_map(entry.value);
      HUBBUB_CHECK(map.has_value());
      bool any = false;
      for (std::uint16_t p = 0; p < limits::partitions; ++p) {
        if (!map->places[p].closed) continue;
        reopen(*map, PartitionId{p});
        any = true;
      }
      if (!any) return;
      ByteBuffer bytes;
      encode(*map, bytes);
      register_.set({keys::map, entry.version, bytes.view(), {}}, [](const RegisterSetDone&) {});
    }
  });
  go_on();
}

void RegisterService::catch_up() {
  if (stage_.now > register_.now()) register_.advance(stage_.now - register_.now());
}

void RegisterService::go_on() {
  while (register_.poll()) {
  }
  const Duration next = register_.next_deadline();
  if (next >= wakes_at_ || next == never) return;
  wakes_at_ = next;
  answers_.wake(next, Happening::register_wakes);
}

}  // namespace hubbub::sim
