// What each scenario is about, as overrides that switch it off, and what must fail then. One list
// for the tests that run the scenarios and for those that only read them.
#pragma once

#include <string>
#include <vector>

namespace hubbub::sim {

struct Mechanism {
  std::string file;                   ///< in scenarios/, without ".json"
  std::vector<std::string> off;       ///< overrides
  std::vector<std::string> violated;  ///< at least one of these invariants, if not empty
  std::string missed;                 ///< else this metric's expectation
};

inline const std::vector<Mechanism>& mechanisms() {
  static const std::vector<Mechanism> list{
      {"first-light", {"policy.acknowledge=before_commit"}, {"acked-kept"}, ""},
      {"crash-unsynced", {"policy.durability=buffered"}, {"acked-kept"}, ""},
      {"torn-write", {"policy.torn_write=accept"}, {"no-gaps", "one-binding", "stream-order", "delivered-only"}, ""},
      {"sync-error", {"policy.unknown_commit=assume_done"}, {"acked-kept"}, ""},
      {"long-absence", {"policy.catch_up=entries"}, {}, "sync.entries.max"},
      {"group-500", {"policy.step=unbounded"}, {"bounded"}, ""},
      {"group-5000", {"policy.step=unbounded"}, {"bounded"}, ""},
      {"receipts-500", {"policy.receipts=each"}, {}, "receipts.message"},
      {"two-devices", {"policy.own_messages=not_in_inbox"}, {"delivered-all"}, ""},
      {"retry-storm",
       {"policy.expired_work=serve", "clients.retry_budget=1000000000", "policy.overload=fifo"},
       {},
       "goodput.ratio"},
      {"failover", {"policy.failover=stays"}, {}, "takeover.p99"},
      {"zombie-owner", {"policy.fencing=none"}, {"one-writer"}, ""},
      {"zombie-reader", {"policy.stale_owner=speaks"}, {"stale-bound"}, ""},
      {"late-append", {"policy.unknown_append=assume_done"}, {"effects-durable"}, ""},
      {"leader-change", {"policy.unknown_append=exit"}, {}, "moves"},
      {"discovery-away", {"policy.discovery=believed"}, {}, "moves"},
      {"clock-steps", {"policy.message_ids=clock"}, {"id-unique"}, ""},
      {"bad-boot-clock", {"policy.message_ids=clock"}, {"id-unique"}, ""},
      {"split-map", {"policy.older_map=takes"}, {}, "moves"},
      {"takeover-race", {"policy.fencing=none"}, {"effects-durable", "acked-kept", "one-binding"}, ""},
      {"one-way-partition", {"policy.peers=trusting"}, {"settled", "delivered-all", "caught-up"}, ""},
      {"drain", {"policy.hand_over=abandoned"}, {}, "takeover.p99"},
      {"whole-fleet-restart", {"policy.durability=quorum_memory"}, {"acked-kept"}, ""},
      {"diverging-replica", {"policy.trimming=unverified"}, {"acked-kept", "one-binding", "exactly-once"}, ""},
      {"rolling-upgrade", {"policy.forms=newest"}, {}, "exits"},
      {"poison-record", {"policy.poison=retried"}, {}, "exits"},
      {"restored-backup", {"policy.takeovers=assumed", "policy.fencing=none"}, {"one-writer", "effects-durable", "acked-kept"}, ""},
      {"region-lost", {"policy.failover=stays"}, {}, "takeover.p99"},
      {"presence-tunnel", {"policy.presence.grace=0s"}, {}, "presence.gone"},
      {"presence-5s-10s", {"policy.presence.heartbeat=60s", "policy.presence.ttl=300s"}, {}, "presence.gone"},
      {"presence-60s-300s", {"policy.presence.heartbeat=5s", "policy.presence.ttl=10s"}, {}, "pings"},
      {"presence-owner-lost", {"policy.presence.settles=0s"}, {}, "presence.gone"},
      {"storm-20k", {"policy.admission=none"}, {}, "beside.delivery.p99"},
      {"drain-waves", {"policy.admission=none"}, {}, "back.p99"},
      {"lossy-network", {"policy.peers=trusting"}, {"settled", "delivered-all", "caught-up"}, ""},
      {"blocked", {"policy.blocks=told_once"}, {"blocked-out"}, ""},
      {"push-provider-back", {"policy.push=once"}, {"pushed"}, ""},
      {"channel-crossing", {"policy.push_limit=1000000"}, {}, "inbox.per_message"},
      {"group-100000-presence", {"policy.presence.group=pushed"}, {}, "presence.per_turn"},
      {"token-expiry-wave", {"clients.token.refresh=on_expiry"}, {}, "token.asked.peak"},
      {"clock-wrong-token", {"policy.token_clock=own"}, {}, "barred"},
      {"quota-20-gateways", {"policy.quota=per_gateway"}, {"quota"}, ""},
      {"long-poll", {"policy.polls=forgotten"}, {}, "sessions"},
      {"overload-shed", {"policy.overload=fifo"}, {}, "answer.p99"},
  };
  return list;
}

}  // namespace hubbub::sim
