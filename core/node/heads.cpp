#include "core/node/heads.hpp"

#include <algorithm>

namespace hubbub {

void Heads::on(const peer::Look& m) {
  Partition& p = c_.partition(shard_of(m.conversation));
  if (p.state != Partition::State::open) return turn_away(m);
  const Conversation* conv = c_.need(m.conversation);
  if (conv == nullptr) return;
  const bool may = conv->exists && conv->members.contains(m.viewer);
  if (may && !m.once) {
    Looked& looked = looked_[m.conversation];
    const Gateway gateway{m.session.node, m.session.life};
    if (std::find(looked.gateways.begin(), looked.gateways.end(), gateway) == looked.gateways.end())
      looked.gateways.push_back(gateway);
  }
  ++c_.counters.heads_told;
  c_.emit(p, m.session.node,
          peer::Head{p.epoch, {m.conversation, may ? conv->head : 0}, {&m.session.connection, 1}});
}

void Heads::on(const peer::Unlook& m) {
  const auto looked = looked_.find(m.conversation);
  if (looked == looked_.end()) return;
  std::erase_if(looked->second.gateways,
                [&](const Gateway& g) { return g.node == c_.current.from; });
  looked->second.next = 0;  // told twice does no harm
  if (looked->second.gateways.empty() && !looked->second.due) looked_.erase(looked);
}

void Heads::wrote(const ConversationId& conversation, Sequence head) {
  if (looked_.empty()) return;
  const auto at = looked_.find(conversation);
  if (at == looked_.end()) return;
  Looked& looked = at->second;
  looked.head = head;
  if (looked.due) return;
  looked.due = true;
  const Duration interval = limits::head_interval;
  due_.push({conversation, (c_.now.mono / interval + 1) * interval});
}

void Heads::left(const ConversationId& conversation, UserId user) {
  const auto looked = looked_.find(conversation);
  if (looked == looked_.end()) return;
  Partition& p = c_.partition(shard_of(conversation));
  for (const Gateway& gateway : looked->second.gateways)
    if (alive(gateway)) c_.emit(p, gateway.node, peer::LookEnded{conversation, user});
}

void Heads::on(const peer::GroupPresence& m) {
  const auto looked = looked_.find(m.conversation);
  if (looked == looked_.end()) return;
  for (const Gateway& gateway : looked->second.gateways) {
    c_.work(1);
    if (alive(gateway)) c_.send(gateway.node, peer::GroupPresenceTold{m.conversation, m.of});
  }
}

void Heads::closed(PartitionId partition) {
  absl::erase_if(looked_, [&](const auto& looked) {
    return partition_of(shard_of(looked.first)) == partition;
  });
}

bool Heads::tell(const ConversationId& conversation) {
  const auto at = looked_.find(conversation);
  if (at == looked_.end()) return true;
  Looked& looked = at->second;
  looked.due = false;  // what is written from here on is told again
  if (looked.next == 0)
    std::erase_if(looked.gateways, [this](const Gateway& g) { return !alive(g); });
  Partition& p = c_.partition(shard_of(conversation));
  for (; looked.next < looked.gateways.size(); ++looked.next) {
    if (c_.exhausted()) return false;
    ++c_.counters.heads_told;
    c_.emit(p, looked.gateways[looked.next].node,
            peer::Head{p.epoch, {conversation, looked.head}, {}});
  }
  looked.next = 0;
  if (looked.gateways.empty() && !looked.due) looked_.erase(at);
  return true;
}

void Heads::timers() {
  while (!due_.empty() && due_.front().at <= c_.now.mono && !c_.exhausted())
    if (tell(due_.front().conversation)) due_.pop();
}

}  // namespace hubbub
