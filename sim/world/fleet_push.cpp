// Pushes on their way to the provider, and what the judge sees of them.
#include "sim/check/push_checks.hpp"
#include "sim/world/body.hpp"
#include "sim/world/fleet.hpp"

namespace hubbub::sim {

void Fleet::push(std::uint32_t node, const output::Push& push, bool heard) {
  const UserId user = push.device.user;
  PushChecks& checks = stage_.checker.pushes();
  arena_.clear();
  if (on_own_disk(shard_of(user), node))
    stage_.checker.effect(stage_.now, durable(node, rows::inbox(user, push.through)).has_value(),
                          "a push");
  Duration newest{};
  std::uint64_t entries = 0;
  for (const PushItem& item : push.items) {
    entries += item.count;
    // The message lies where its conversation does.
    const std::uint32_t home = replicated() ? node : map_.owner(shard_of(item.conversation)).value;
    if (!replicated() && !up(home)) continue;
    const auto bytes = durable(home, rows::message(item.conversation, item.seq));
    const auto row = bytes ? rows::decode<rows::MessageRow>(*bytes, arena_) : std::nullopt;
    if (!row) continue;
    const Message& message = row->message;
    const bool text = message.kind == EntryKind::text && message.content.body.size() == Body::size;
    const Duration written = text ? Body::written(message.content.body) : Duration{0};
    newest = std::max(newest, written);
    checks.left(stage_.now, push.device, {item.conversation, item.seq, message.from, written});
  }
  const auto outcome = push_provider_.push({node, hosts_[host_of(node)].life}, push, heard);
  if (outcome == PushProvider::Outcome::gone) checks.gone(push.device);
  if (outcome != PushProvider::Outcome::taken) return;
  Meters& m = stage_.meters;
  ++m.pushes;
  m.push_items += entries;
  if (!checks.taken(push.device, push.items, push.more, push.through)) ++m.pushes_again;
  if (newest >= stage_.scenario.warm_up) m.push.record((stage_.now - newest).count());
  stage_.agenda.put(stage_.now, Happening::at_pushed, nodes_[node].source,
                    Agenda::pair(static_cast<std::uint32_t>(user.value), push.device.device.value));
}

}  // namespace hubbub::sim
