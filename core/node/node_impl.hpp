// What a node is made of, for the sources of the node itself (node.cpp, node_records.cpp).
#pragma once

#include "core/node/calls.hpp"
#include "core/node/contacts.hpp"
#include "core/node/context.hpp"
#include "core/node/conversations.hpp"
#include "core/node/devices.hpp"
#include "core/node/finds.hpp"
#include "core/node/gateway.hpp"
#include "core/node/heads.hpp"
#include "core/node/quotas.hpp"
#include "core/node/receipts.hpp"
#include "core/node/registry.hpp"
#include "core/node/replicas.hpp"
#include "core/node/reports.hpp"
#include "core/node/step_chain.hpp"
#include "core/node/tenures.hpp"
#include "core/node/users.hpp"

namespace hubbub {

struct Node::Impl {
  explicit Impl(const NodeConfig& config)
      : c(config),
        gateway(c),
        receipts(c),
        heads(c),
        conversations(c, receipts, heads),
        pushes(c),
        presences(c, pushes),
        reports(c),
        mentions(c),
        users(c, presences, reports, pushes, mentions),
        contacts(c, presences),
        finds(c),
        devices(c, presences, pushes),
        replicas(c),
        registry(c, replicas, gateway),
        quotas(c),
        tenures(c, replicas, gateway, conversations, users, presences, contacts, receipts, heads,
                pushes, quotas, finds) {}

  std::size_t step(std::span<const Input> inputs, Instant now, Outbox& out);

  // --- Inputs ----------------------------------------------------------------------------------------
  void take(const input::Arrived& i) { gateway.on(i); }
  void take(const input::Opened& i) { gateway.on(i); }
  void take(const input::Closed& i) { gateway.on(i); }
  void take(const input::Silent& i) { gateway.on(i); }
  void take(const input::Frame& i) { gateway.on(i); }
  void take(const input::OpenedWith& i) { gateway.on(i); }
  void take(const input::Renewed& i) { gateway.on(i); }
  void take(const input::PeerLinked& i) { c.peers.linked(i.node, c.judged); }
  void take(const input::PeerLost& i) { c.peers.unlinked(i.node, c.judged); }
  void take(const input::FromPeer& i);
  void take(const input::ReadDone& i);
  void take(const input::ReadFailed& i) { fatal(i.reason); }
  void take(const input::CommitDurable& i);
  void take(const input::CommitUnknown& i);
  void take(const input::Drain&) {
    registry.drain();
    gateway.drain();
  }
  void take(const input::Appended& i) { replicas.on(i); }
  void take(const input::LogRead& i) { replicas.on(i); }
  void take(const input::RegisterSet& i) { registry.on(i); }
  void take(const input::PushDone& i) { pushes.on(i); }
  void take(const input::RegisterRead& i) {
    registry.on(i);
    if (registry.map_came()) tenures.follow_map();
  }

  // --- Peer messages -----------------------------------------------------------------------------------
  void handle(NodeId from, std::string_view bytes, Duration received);
  bool handle_next();
  void follow_peers();
  template <class M>
  void on(const M& m) {
    using T = std::remove_cvref_t<M>;
    if constexpr (is_any<T, peer::Attach, peer::Detach, peer::Acknowledged, peer::Deliver,
                         peer::ChannelDeliver, peer::Fetched>)
      users.on(m);
    else if constexpr (is_any<T, peer::Watch, peer::Unwatch>)
      presences.on(m);
    else if constexpr (is_any<T, peer::Look, peer::Unlook, peer::GroupPresence>)
      heads.on(m);
    else if constexpr (is_any<T, peer::Delivered, peer::Read, peer::Typing>)
      receipts.on(m);
    else if constexpr (is_any<T, peer::Receipted, peer::Relay>)
      reports.on(m);
    else if constexpr (is_any<T, peer::Confirm, peer::DeliverRefused, peer::Fetch, peer::SetBlock>)
      conversations.on(m);
    else if constexpr (is_any<T, peer::BlockStored>)
      contacts.on(m);
    else if constexpr (is_any<T, peer::PushDue, peer::PushReady>)
      pushes.on(m);
    else if constexpr (is_any<T, peer::Request>)
      request(m);
    else if constexpr (is_any<T, peer::Find>)
      finds.on(m);
    else if constexpr (is_any<T, peer::Owns>)
      tenures.on(m, c.current.from);
    else if constexpr (is_any<T, peer::CopyWanted, peer::Copied, peer::Verified>)
      replicas.on(m, c.current.from);
    else if constexpr (is_any<T, peer::TakeSlice>)
      quotas.on(m, c.current.from);
    else if constexpr (is_any<T, peer::Capacity, peer::Clock>)
      gateway.on(m, c.current.from);
    else
      gateway.on(m);
  }
  void request(const peer::Request& r) {
    if (!is_own(r)) return conversations.on(r);
    if (is_about_pushes(r)) return pushes.on(r);
    if (is_about_contacts(r)) return contacts.on(r);
    if (is_find(r)) return finds.on(r);
    if (is_about_mentions(r)) return mentions.on(r);
    if (is_about_devices(r)) return devices.on(r);
    users.on(r);
  }
  template <class T, class... Any>
  static constexpr bool is_any = (std::is_same_v<T, Any> || ...);

  // --- Opening (R5) --------------------------------------------------------------------------------------
  void own_rows(std::string_view rows);
  void open();

  // --- Reads -----------------------------------------------------------------------------------------------
  void done(const reads::Record& job, const input::ReadDone& i);
  void done(const reads::OwnRows&, const input::ReadDone& i) { own_rows(i.rows); }
  void done(const reads::Head& job, const input::ReadDone& i) {
    replicas.head_read(job.partition, i.rows);
  }
  void done(const reads::Slice& job, const input::ReadDone& i) { replicas.slice_read(job, i); }
  void done(const reads::PartitionMeta& job, const input::ReadDone& i) {
    tenures.meta_read(job.partition, i.rows);
  }
  void done(const reads::Owing& job, const input::ReadDone& i) {
    --c.loads_under_way;
    conversations.owing_read(job.partition, i.rows, i.more);
  }
  void done(const reads::Page& job, const input::ReadDone& i) { conversations.page_read(job, i.rows, i.more); }
  void done(const reads::Delivery& job, const input::ReadDone& i) {
    conversations.delivery_read(job, i.rows);
  }
  void done(const reads::Inbox& job, const input::ReadDone& i) { users.inbox_read(job, i.rows); }
  void done(const reads::Chats& job, const input::ReadDone& i) {
    users.chats_read(job, i.rows, i.more);
  }
  void done(const reads::ContactsPage& job, const input::ReadDone& i) {
    contacts.page_read(job, i.rows, i.more);
  }
  void done(const reads::PresenceChannels& job, const input::ReadDone& i) {
    presences.channels_read(job, i.rows);
  }
  void done(const reads::BlocksOwed& job, const input::ReadDone& i) {
    --c.loads_under_way;
    contacts.owing_read(job.partition, i.rows, i.more);
  }
  void done(const reads::Receipted& job, const input::ReadDone& i) {
    reports.inbox_read(job, i.rows, i.more);
  }
  void done(const reads::FindChats& job, const input::ReadDone& i) {
    finds.chats_read(job, i.rows, i.more);
  }
  void done(const reads::FindStep& job, const input::ReadDone& i) { finds.step_read(job, i.rows); }
  void done(const reads::DevicesPage& job, const input::ReadDone& i) { devices.page_read(job, i.rows, i.more); }
  void done(const reads::Mentions& job, const input::ReadDone& i) { mentions.page_read(job, i.rows); }
  void done(const reads::PushInbox& job, const input::ReadDone& i) { pushes.inbox_read(job, i.rows); }
  void done(const reads::PushesOwed& job, const input::ReadDone& i) {
    --c.loads_under_way;
    pushes.owed_read(job.partition, i.rows, i.more);
  }
  template <class Table>
  void loaded(Table& table, const reads::Record& job, const input::ReadDone& i);
  template <class Table>
  bool drain(Table& table, const Context::Drain& of);
  bool drain_next();

  // --- Turns -------------------------------------------------------------------------------------------------
  void settle();
  bool has_work() const;
  void timers();
  void evict();
  template <class Table, class Evictable>
  void evict(Table& table, Evictable evictable);
  void commit();
  Duration deadline() const;
  void notice_pause();
  bool judging() const { return gateway.judging() || users.judging() || c.peers.judging() || registry.judging(); }
  void fatal(std::string_view why) { c.out->fatal = c.out->arena.copy(why); }

  Context c;
  Gateway gateway;
  Receipts receipts;
  Heads heads;
  Conversations conversations;
  Pushes pushes;
  Presences presences;
  Reports reports;
  Mentions mentions;
  Users users;
  Contacts contacts;
  Finds finds;
  Devices devices;
  Replicas replicas;
  Registry registry;
  Quotas quotas;
  Tenures tenures;

  bool started = false;
  NodeGeneration next_life = 0;
  ByteBuffer own_batch;
  Duration last_step{};
  Duration busy_since = never;  ///< there was more to do than a step can, ever since
  Duration paused{};
  Duration evict_at{};
  Duration next{};
  ByteBuffer local_bytes;
  StepChain chain;
};

}  // namespace hubbub
