// Watches the clients: tells the judge, the meters and the hash chain what they were told.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <utility>

#include "sim/clients/device.hpp"
#include "sim/world/stage.hpp"

namespace hubbub::sim {

class Observer final : public DeviceObserver {
 public:
  Observer(Stage& stage, std::uint32_t clients, std::uint32_t devices)
      : stage_(stage), devices_(devices), watched_(clients) {}

  /// A client begins to want a connection.
  void wants(std::uint32_t client);
  /// It does no more, by its own doing or its network's: what it tries from now on says nothing of
  /// the servers.
  void leaves(std::uint32_t client);
  /// Its user wrote a message, or asked for a change.
  void tries(std::uint32_t client, Operation operation);
  /// It asks for a page.
  void asks_page(std::uint32_t client);

  void sent(Duration, const Device&, const ConversationId&, const Outgoing&) override;
  void repeated(Duration, const Device&, const ConversationId&, const Outgoing&) override;
  void acknowledged(Duration, const Device&, const ConversationId&, const Outgoing&,
                    const to_client::Ok&) override;
  void refused(Duration, const Device&, const ConversationId&, const Outgoing&,
               const to_client::Error&) override;
  void put_off(Duration, const Device&, const to_client::Error&) override;
  void call_asked(Duration, const Device&, const Call&) override;
  void call_done(Duration, const Device&, const Call&, const to_client::Ok&) override;
  void call_refused(Duration, const Device&, const Call&, const to_client::Error&) override;
  void shown(Duration, const Device&, const to_client::Event&) override;
  void declared(Duration, const Device&, const to_client::Ranges&) override;
  void synced(Duration, const Device&, const to_client::Synced&) override;
  void reset(Duration, const Device&, const to_client::Reset&) override;
  void paged(Duration, const Device&, const to_server::History& asked,
             const to_client::HistoryPage&) override;
  void attached(Duration, const Device&, const to_client::Welcome&) override;
  void lost(Duration, const Device&, CloseCode, bool was_attached) override;
  void presence(Duration, const Device&, const PresenceOf&) override;
  void looks(Duration, const Device&, std::span<const ConversationId>, bool at_them) override;
  void head_told(Duration, const Device&, const HeadOf&) override;
  void holds(Duration, const Device&, const Cursor&) override;
  void read(Duration, const Device&, const ConversationId&, Sequence) override;
  void receipt(Duration, const Device&, const to_client::Receipt&) override;
  void typing(Duration, const Device&, const to_client::Typing&) override;
  void found(Duration, const Device&, const Wanted&, const to_client::Found*) override;
  void mentions(Duration, const Device&, const to_client::MentionsPage&) override;

  std::size_t bytes() const { return watched_.capacity() * sizeof(Watched); }

  /// Groups that were created: by tag (see crowd.cpp).
  struct Created {
    std::uint64_t tag;
    ConversationId conversation;
  };
  std::vector<Created> created;

 private:
  /// Of the time since when a client is online; coarse, so that it is small.
  static constexpr Duration tick = 10ms;
  static constexpr std::uint32_t offline = UINT32_MAX;
  /// What is remembered of each client.
  struct Watched {
    Duration since{};           ///< wants a connection, or is attached and not synced
    std::uint32_t online = offline;  ///< the tick from which on it wants to be connected
    std::uint32_t page_asked = 0;    ///< microseconds, modulo 2^32
    std::uint32_t entries = 0;  ///< sent in this sync
    std::uint32_t bytes : 27 = 0;
    bool synced : 1 = true;
    bool ever : 1 = false;
    bool connecting : 1 = false;  ///< as something that was tried
    bool cut_off : 1 = false;     ///< a connection of its was lost, at some time
    bool displaced : 1 = false;   ///< its server was lost after the first fault; it is not back yet
  };
  Watched& watched(const Device& device) {
    return watched_[(device.user().value - 1) * devices_ + device.index()];
  }
  void pulled(const Device& device, const to_client::HistoryPage& page);
  void block_answered(const Device& device, const Call& call, bool done);
  enum class Fact : std::uint64_t {
    sent,
    repeated,
    acknowledged,
    refused,
    put_off,
    call_done,
    call_refused,
    shown,
    declared,
    synced,
    reset,
    paged,
    attached,
    lost,
    presence,
    read,
    receipt,
    typing,
    head,
    found,
    mentions,
  };
  void chain(Fact fact, const Device& device, std::uint64_t what) {
    stage_.chain.add(stage_.clients_entity(),
                     mix64(static_cast<std::uint64_t>(stage_.now.count()) ^ what) +
                         (static_cast<std::uint64_t>(fact) << 58) + (device.user().value << 4) +
                         device.index());
  }
  /// Whether what was begun then is tried at the servers: the client wanted to be connected.
  bool tried(const Watched& w, Duration begun) const { return begun / tick >= w.online; }
  void answered(const Device& device, Operation operation, Duration begun);
  void page_answered(const Device& device);
  /// What counts for the quota of the key that it comes by was done.
  void counted_for_key(const Device& device, Duration asked);
  /// A message that no fault has to do with: after the first one, by one who lost nothing, in a
  /// partition that stayed.
  bool beside(UserId from, Duration written, PartitionId partition) const;
  bool stayed(PartitionId partition) const {
    return stage_.meters.unowned[partition.value].to < stage_.first_fault;
  }
  std::uint32_t microseconds() const {
    return static_cast<std::uint32_t>(stage_.now / std::chrono::microseconds(1));
  }
  bool counted(Duration written) const {
    return stage_.safety && written >= stage_.scenario.warm_up;
  }

  Stage& stage_;
  std::uint32_t devices_;
  std::vector<Watched> watched_;
  /// What was read last, by conversation and user, and is not shown to another yet.
  struct Said {
    Sequence seq{};
    Duration at{};
  };
  absl::flat_hash_map<std::pair<ConversationId, UserId>, Said> said_;
};

}  // namespace hubbub::sim
