// The names a scenario file may use, each with what it means: enumerators, checkers, metrics.
//
// Checkers are sim/check's, metrics the summary's of a run; they are named here because a wrong
// name in a file must be found before anything runs.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/policy.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/units.hpp"

namespace hubbub::sim {

/// One enumerator as it is written.
struct Choice {
  std::uint8_t value;
  std::string_view name;
  std::string_view about;
};

/// One name that an expectation may be about, and the unit of its bound.
struct Bounded {
  std::string_view name;
  Unit unit;
  std::string_view about;
};

template <class Enum>
constexpr Choice choice(Enum value, std::string_view name, std::string_view about) {
  return {static_cast<std::uint8_t>(value), name, about};
}

/// Specialized for every enumeration that a file may name.
template <class Enum>
inline constexpr std::array<Choice, 0> choices{};

template <>
inline constexpr std::array choices<Durability>{
    choice(Durability::buffered, "buffered", "an acknowledgement survives nothing"),
    choice(Durability::synced, "synced", "it survives process, system and power"),
    choice(Durability::quorum_memory, "quorum_memory",
           "replicated: it survives any minority of machines, and the end of any process"),
    choice(Durability::quorum_synced, "quorum_synced", "replicated: these, and power"),
};
template <>
inline constexpr std::array choices<AcknowledgePolicy>{
    choice(AcknowledgePolicy::after_commit, "after_commit", "when the batch is durable"),
    choice(AcknowledgePolicy::before_commit, "before_commit", "at once (unsafe)"),
};
template <>
inline constexpr std::array choices<UnknownCommitPolicy>{
    choice(UnknownCommitPolicy::exit, "exit", "the process ends and starts again from its store"),
    choice(UnknownCommitPolicy::assume_done, "assume_done", "goes on as if durable (unsafe)"),
};
template <>
inline constexpr std::array choices<TornWritePolicy>{
    choice(TornWritePolicy::cut, "cut", "all of a batch or nothing"),
    choice(TornWritePolicy::accept, "accept", "whatever rows can be read (unsafe)"),
};
template <>
inline constexpr std::array choices<CatchUpPolicy>{
    choice(CatchUpPolicy::ranges, "ranges", "declares what is to be paged"),
    choice(CatchUpPolicy::entries, "entries", "sends everything (unsafe)"),
};
template <>
inline constexpr std::array choices<StepPolicy>{
    choice(StepPolicy::bounded, "bounded", "a step does at most its units of work"),
    choice(StepPolicy::unbounded, "unbounded", "a step does all there is (unsafe)"),
};
template <>
inline constexpr std::array choices<ExpiredWorkPolicy>{
    choice(ExpiredWorkPolicy::drop, "drop", "a request nobody waits for is dropped"),
    choice(ExpiredWorkPolicy::serve, "serve", "it is served all the same (unsafe)"),
};
template <>
inline constexpr std::array choices<OwnMessagesPolicy>{
    choice(OwnMessagesPolicy::in_inbox, "in_inbox", "the sender's other devices find them"),
    choice(OwnMessagesPolicy::not_in_inbox, "not_in_inbox", "they do not (unsafe)"),
};
template <>
inline constexpr std::array choices<RepeatPolicy>{
    choice(RepeatPolicy::remembered, "remembered", "answered as the first time"),
    choice(RepeatPolicy::forgotten, "forgotten", "taken as new (unsafe)"),
};
template <>
inline constexpr std::array choices<ResendPolicy>{
    choice(ResendPolicy::until_confirmed, "until_confirmed", "sent again until confirmed"),
    choice(ResendPolicy::once, "once", "sent once (unsafe)"),
};
template <>
inline constexpr std::array choices<StaleOwnerPolicy>{
    choice(StaleOwnerPolicy::silent, "silent", "says nothing until it has proved that it owns"),
    choice(StaleOwnerPolicy::speaks, "speaks", "goes on speaking (unsafe)"),
};
template <>
inline constexpr std::array choices<FencingPolicy>{
    choice(FencingPolicy::chained, "chained", "those that follow the last that counts, in its epoch"),
    choice(FencingPolicy::none, "none", "all, whoever wrote them (unsafe)"),
};
template <>
inline constexpr std::array choices<UnknownAppendPolicy>{
    choice(UnknownAppendPolicy::append_again, "append_again", "appends it again until it is decided"),
    choice(UnknownAppendPolicy::exit, "exit", "the process ends and starts again from the log"),
    choice(UnknownAppendPolicy::assume_done, "assume_done", "goes on as if it were in (unsafe)"),
};
template <>
inline constexpr std::array choices<FailoverPolicy>{
    choice(FailoverPolicy::moves, "moves", "to who followed their logs"),
    choice(FailoverPolicy::stays, "stays", "they wait for it to come back"),
};
template <>
inline constexpr std::array choices<DiscoveryPolicy>{
    choice(DiscoveryPolicy::doubted, "doubted", "the register is suspected, and nothing moves"),
    choice(DiscoveryPolicy::believed, "believed", "their partitions go to whoever is left"),
};
template <>
inline constexpr std::array choices<OlderMapPolicy>{
    choice(OlderMapPolicy::leaves, "leaves", "does not take it before it knows that map, too"),
    choice(OlderMapPolicy::takes, "takes", "takes it back (unsafe)"),
};
template <>
inline constexpr std::array choices<HandOverPolicy>{
    choice(HandOverPolicy::released, "released", "gives them away first"),
    choice(HandOverPolicy::abandoned, "abandoned", "ends, and they are missed"),
};
template <>
inline constexpr std::array choices<PeerPolicy>{
    choice(PeerPolicy::numbered, "numbered", "what is lost is sent again, in order, once"),
    choice(PeerPolicy::trusting, "trusting", "as if nothing were ever lost (unsafe)"),
};
template <>
inline constexpr std::array choices<MessageIdPolicy>{
    choice(MessageIdPolicy::never_back, "never_back", "the clock, unless an id above it was given out"),
    choice(MessageIdPolicy::clock, "clock", "the clock (unsafe)"),
};
template <>
inline constexpr std::array choices<PoisonPolicy>{
    choice(PoisonPolicy::closed, "closed", "after two it stays closed until a person has looked"),
    choice(PoisonPolicy::retried, "retried", "the next one opens it"),
};
template <>
inline constexpr std::array choices<TakeoverPolicy>{
    choice(TakeoverPolicy::appended, "appended", "by a takeover in the log, as anyone would"),
    choice(TakeoverPolicy::assumed, "assumed", "its disk says that it does (unsafe)"),
};
template <>
inline constexpr std::array choices<FormPolicy>{
    choice(FormPolicy::agreed, "agreed", "one that every server reads"),
    choice(FormPolicy::newest, "newest", "the newest that the writer knows (unsafe)"),
};
template <>
inline constexpr std::array choices<TrimPolicy>{
    choice(TrimPolicy::verified, "verified", "below what two servers hold and found equal"),
    choice(TrimPolicy::unverified, "unverified", "below what its owner holds (unsafe)"),
};
template <>
inline constexpr std::array choices<AdmissionPolicy>{
    choice(AdmissionPolicy::slots, "slots", "on a schedule: who comes early is told when to come"),
    choice(AdmissionPolicy::none, "none", "whoever comes is let in, and told nothing"),
};
template <>
inline constexpr std::array choices<BlockPolicy>{
    choice(BlockPolicy::once_stored, "once_stored", "when the conversation of the two has stored it"),
    choice(BlockPolicy::told_once, "told_once", "at once; the conversation is told one time (unsafe)"),
};
template <>
inline constexpr std::array choices<PushPolicy>{
    choice(PushPolicy::owed, "owed", "owed until a provider has taken it, or the user is back"),
    choice(PushPolicy::once, "once", "pushed when it comes, whatever becomes of that (unsafe)"),
    choice(PushPolicy::none, "none", "there is no provider, and nobody can ask for pushes"),
};
template <>
inline constexpr std::array choices<GroupPresencePolicy>{
    choice(GroupPresencePolicy::asked, "asked", "who opens it, of those on the screen"),
    choice(GroupPresencePolicy::pushed, "pushed", "all who look at it, of each change (wasteful)"),
};
template <>
inline constexpr std::array choices<TokenClockPolicy>{
    choice(TokenClockPolicy::median, "median",
           "the median of the servers'; one whose own differs by 5 minutes takes nobody"),
    choice(TokenClockPolicy::own, "own", "each server's own, however wrong (unsafe)"),
};
template <>
inline constexpr std::array choices<QuotaPolicy>{
    choice(QuotaPolicy::shared, "shared", "in one place for all servers, which take slices"),
    choice(QuotaPolicy::per_gateway, "per_gateway", "by each server alone (unsafe)"),
};
template <>
inline constexpr std::array choices<OverloadPolicy>{
    choice(OverloadPolicy::ordered, "ordered",
           "typing is dropped, presence and receipts wait, then reads wait, then sends are put off"),
    choice(OverloadPolicy::fifo, "fifo", "takes everything as it came"),
};
template <>
inline constexpr std::array choices<PollPolicy>{
    choice(PollPolicy::kept, "kept", "it goes on: the next poll finds it"),
    choice(PollPolicy::forgotten, "forgotten", "it is over, and who polls begins another (wasteful)"),
};
template <>
inline constexpr std::array choices<TokenRefresh>{
    choice(TokenRefresh::early, "early", "at any moment of the last tenth of its time, while connected"),
    choice(TokenRefresh::on_expiry, "on_expiry", "when a server closes the connection because of it"),
};
template <>
inline constexpr std::array choices<ChangedBy>{
    choice(ChangedBy::everyone, "everyone", "every member"),
    choice(ChangedBy::admins, "admins", "the owner and the admins"),
};
template <>
inline constexpr std::array choices<NewcomersRead>{
    choice(NewcomersRead::from_joining, "from_joining", "what is said from then on"),
    choice(NewcomersRead::all, "all", "what was said before, too"),
};
template <>
inline constexpr std::array choices<ReceiptPolicy>{
    choice(ReceiptPolicy::watermarks, "watermarks",
           "how far each has come, gathered for a second; counts in large groups"),
    choice(ReceiptPolicy::each, "each", "every step of everybody, at once, to whoever wrote"),
    choice(ReceiptPolicy::none, "none", "nothing"),
};
template <>
inline constexpr std::array choices<ReconnectPolicy>{
    choice(ReconnectPolicy::at_once, "at_once", "without waiting"),
    choice(ReconnectPolicy::fixed, "fixed", "after `base`"),
    choice(ReconnectPolicy::exponential, "exponential", "base, doubled each time up to `cap`"),
    choice(ReconnectPolicy::full_jitter, "full_jitter", "anywhere between 0 and that"),
    choice(ReconnectPolicy::equal_jitter, "equal_jitter", "anywhere between half of that and all"),
    choice(ReconnectPolicy::planned, "planned", "as its server said; else as full_jitter"),
};
template <>
inline constexpr std::array choices<FaultKind>{
    choice(FaultKind::crash, "crash", "the process ends; what the system holds stays"),
    choice(FaultKind::power_loss, "power_loss", "what was not synced is gone"),
    choice(FaultKind::torn_write, "torn_write", "power loss in the middle of the last write"),
    choice(FaultKind::slow_sync, "slow_sync", "syncs take `factor` times as long"),
    choice(FaultKind::sync_error, "sync_error", "the next sync fails"),
    choice(FaultKind::disconnect, "disconnect", "a `share` of a server's connections break"),
    choice(FaultKind::pause, "pause", "the process stands still; its clock runs on"),
    choice(FaultKind::slow_cpu, "slow_cpu", "work takes `factor` times as long"),
    choice(FaultKind::suspend, "suspend", "the process and its monotonic clock stand still"),
    choice(FaultKind::no_memory, "no_memory", "a server takes no new connections"),
    choice(FaultKind::restart_all, "restart_all", "every server loses its power at once"),
    choice(FaultKind::drain, "drain", "a server gives everything away and ends"),
    choice(FaultKind::restored_backup, "restored_backup", "a disk goes back to what it was `by` ago"),
    choice(FaultKind::lost_disk, "lost_disk", "power loss, and the disk is empty afterwards"),
    choice(FaultKind::disk_full, "disk_full", "a disk has no room: writes fail, and no process starts"),
    choice(FaultKind::read_error, "read_error", "the next read of a disk fails"),
    choice(FaultKind::corrupted_block, "corrupted_block",
           "rows are damaged: their reader ends, and starts again when the disk is replaced"),
    choice(FaultKind::cut_off, "cut_off", "a server reaches no other, nor log, nor register"),
    choice(FaultKind::mute, "mute", "what a server says to others is lost; it hears"),
    choice(FaultKind::deaf, "deaf", "a server hears nothing of the others; what it says arrives"),
    choice(FaultKind::no_services, "no_services", "a server reaches neither log nor register"),
    choice(FaultKind::lossy, "lossy", "a `share` of packets between servers is lost"),
    choice(FaultKind::repeats, "repeats", "a `share` of packets between servers comes twice"),
    choice(FaultKind::reorders, "reorders", "packets between servers overtake each other within `by`"),
    choice(FaultKind::clock_step, "clock_step", "a server's wall clock steps forward by `by`"),
    choice(FaultKind::clock_back, "clock_back", "a server's wall clock steps back by `by`"),
    choice(FaultKind::clock_drift, "clock_drift", "a server's clocks run `factor` ppm fast"),
    choice(FaultKind::bad_boot_clock, "bad_boot_clock",
           "power loss; the wall clock is `by` ahead until `for` after the start"),
    choice(FaultKind::dead_clock, "dead_clock",
           "power loss; the wall clock starts in 1970, and is set right `for` after the start"),
    choice(FaultKind::log_slow, "log_slow", "the log takes `factor` times as long"),
    choice(FaultKind::log_away, "log_away", "the log refuses, or does not answer"),
    choice(FaultKind::log_lost_answers, "log_lost_answers", "a `share` of appends gets no answer"),
    choice(FaultKind::log_late_appends, "log_late_appends", "a `share` of appends lands after its end"),
    choice(FaultKind::log_leader_change, "log_leader_change", "the log stands still"),
    choice(FaultKind::log_stale_reads, "log_stale_reads", "readers of the log see it as it was `by` ago"),
    choice(FaultKind::diverging_replica, "diverging_replica",
           "a `share` of the rows that a server follows is gone from its disk"),
    choice(FaultKind::poison_record, "poison_record",
           "a partition kills its owner, and whoever opens it"),
    choice(FaultKind::upgrade, "upgrade", "a server drains, and starts again as the newest version"),
    choice(FaultKind::downgrade, "downgrade", "a server drains, and starts again as the oldest version"),
    choice(FaultKind::register_away, "register_away", "the register refuses, or does not answer"),
    choice(FaultKind::register_expires, "register_expires", "every registration vanishes at once"),
    choice(FaultKind::register_stale, "register_stale", "readers see the register as it was `by` ago"),
    choice(FaultKind::register_split, "register_split",
           "half of the servers see the register as it was when this began"),
    choice(FaultKind::register_flapping, "register_flapping",
           "a server's registration vanishes every `by`, and comes back"),
    choice(FaultKind::half_open, "half_open", "a `share` of a server's connections die untold"),
    choice(FaultKind::changed_addresses, "changed_addresses",
           "a `share` of a server's clients connect anew; their old connections die untold"),
    choice(FaultKind::nat_forgets, "nat_forgets",
           "connections to a server on which nothing went for `by` die untold"),
    choice(FaultKind::slow_readers, "slow_readers", "a `share` of a server's clients reads nothing"),
    choice(FaultKind::stalled_uplinks, "stalled_uplinks",
           "what a `share` of a server's clients send arrives late, by up to `for`"),
    choice(FaultKind::large_vanish, "large_vanish",
           "to a `share` of a server's clients, frames above 1,400 bytes vanish, and their "
           "connections die untold"),
    choice(FaultKind::region_cut_off, "region_cut_off",
           "a region's servers and clients reach only each other; log and register lie elsewhere"),
    choice(FaultKind::region_lost, "region_lost", "all servers of a region lose their power"),
    choice(FaultKind::add_server, "add_server", "the next of the spare servers starts"),
    choice(FaultKind::remove_server, "remove_server",
           "a server drains and never comes back, if three or more are there"),
    choice(FaultKind::login_store_slow, "login_store_slow",
           "logins take `by` longer; who resumes does not notice"),
    choice(FaultKind::login_store_away, "login_store_away",
           "logins are refused; who resumes does not notice"),
    choice(FaultKind::certificate_expired, "certificate_expired",
           "nobody begins a connection to a server; those that stand go on"),
    choice(FaultKind::push_away, "push_away", "the provider of pushes refuses them, or does not answer"),
    choice(FaultKind::push_slow, "push_slow", "the provider of pushes takes `factor` times as long"),
};

/// The fault kinds, as expectations name them.
inline constexpr auto known_faults = [] {
  std::array<Bounded, choices<FaultKind>.size()> result{};
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = {choices<FaultKind>[i].name, Unit::none, choices<FaultKind>[i].about};
  }
  return result;
}();

inline constexpr std::array known_checkers{
    // Safety: judged while anything may be broken.
    Bounded{"acked-kept", Unit::none, "an acknowledged message stays for ever"},
    Bounded{"effects-durable", Unit::none, "nothing leaves before what it depends on is durable"},
    Bounded{"refused-never", Unit::none, "a message finally refused is never stored"},
    Bounded{"one-binding", Unit::none, "a sequence names one thing, the same for everyone"},
    Bounded{"no-gaps", Unit::none, "sequences run 1, 2, 3 ..."},
    Bounded{"exactly-once", Unit::none, "one intention to send makes at most one message"},
    Bounded{"sender-order", Unit::none, "a device's messages are numbered in sequence order"},
    Bounded{"stream-order", Unit::none, "a device is sent things in order, without holes"},
    Bounded{"delivered-only", Unit::none, "an inbox holds only what its user may have, once"},
    Bounded{"inbox-agrees", Unit::none, "all devices of a user see the same inbox"},
    Bounded{"monotonic-reads", Unit::none, "a history never ends before what was seen"},
    Bounded{"members-only", Unit::none, "nobody sees what is outside their membership"},
    Bounded{"no-forgery", Unit::none, "what is delivered equals a send"},
    Bounded{"id-unique", Unit::none, "message ids are unique and grow"},
    Bounded{"bounded", Unit::none, "nothing passes its limit, no step its units of work"},
    Bounded{"accounted", Unit::none, "sent = acknowledged + refused + pending, at every client"},
    Bounded{"one-writer", Unit::none, "of a partition's log, all take the same records to count"},
    Bounded{"stale-bound", Unit::none, "an owner that was replaced speaks 5 s longer at most"},
    Bounded{"presence-online", Unit::none, "nobody is shown online for long who is not heard"},
    Bounded{"presence-offline", Unit::none, "nobody is shown offline for long who is heard"},
    Bounded{"presence-private", Unit::none, "who is blocked is not told where somebody is"},
    Bounded{"admitted", Unit::none, "nobody is turned away more than 5 times for each server lost"},
    Bounded{"by-right", Unit::none, "a group is changed only by who may"},
    Bounded{"blocked-out", Unit::none, "who is blocked says nothing more, once the block is answered"},
    Bounded{"watermarks", Unit::none,
            "receipts show what devices said, in order, and it is stored"},
    Bounded{"pushed-only", Unit::none, "who asked for pushes is pushed what others say to them"},
    Bounded{"quota", Unit::none, "no key gets more than its quota and one slice a gateway"},
    Bounded{"token-bound", Unit::none, "no session outlives its token by more than 5 minutes"},
    Bounded{"mentions-only", Unit::none, "who is mentioned is listed so, once, and nobody else"},
    Bounded{"revoked-out", Unit::none, "a device that is revoked is shown nothing that comes later"},
    // Liveness: judged once faults are healed and no new work starts.
    Bounded{"delivered-all", Unit::none, "every inbox holds exactly what is due to it"},
    Bounded{"caught-up", Unit::none, "every connected device is at its inbox's head"},
    Bounded{"reconnected", Unit::none, "every client that wants a connection has one"},
    Bounded{"settled", Unit::none, "every send is answered, nothing is owed, queues are empty"},
    Bounded{"presence-settled", Unit::none, "who is shown online is, and nobody else"},
    Bounded{"receipts-shown", Unit::none, "writers are shown all that was delivered and read"},
    Bounded{"pushed", Unit::none, "who is away was pushed for all that they do not have"},
    Bounded{"channel-heads", Unit::none, "who looks at a channel is shown its head, and has pulled it"},
    Bounded{"mentioned", Unit::none, "every mention is in its user's list"},
};

inline constexpr std::array known_metrics{
    Bounded{"ack.p50", Unit::duration, "send to acknowledgement, median"},
    Bounded{"ack.p99", Unit::duration, "send to acknowledgement, 99th percentile"},
    Bounded{"ack.p999", Unit::duration, "send to acknowledgement, 99.9th percentile"},
    Bounded{"ack.max", Unit::duration, "send to acknowledgement, longest"},
    Bounded{"delivery.p50", Unit::duration, "send to shown at a recipient's device, median"},
    Bounded{"delivery.p99", Unit::duration, "send to shown, 99th percentile"},
    Bounded{"delivery.p999", Unit::duration, "send to shown, 99.9th percentile"},
    Bounded{"delivery.max", Unit::duration, "send to shown, longest"},
    Bounded{"connect.p99", Unit::duration, "wanting a connection to having one, 99th percentile"},
    Bounded{"sync.p99", Unit::duration, "connected to synced, 99th percentile"},
    Bounded{"accepted", Unit::none, "messages acknowledged"},
    Bounded{"delivered", Unit::none, "messages shown at devices"},
    Bounded{"goodput", Unit::none, "messages acknowledged per second after warm-up"},
    Bounded{"goodput.ratio", Unit::share,
            "goodput in the last third of the safety phase over that before the first fault"},
    Bounded{"amplification", Unit::none, "sends, repeats included, per first send"},
    Bounded{"refused", Unit::none, "messages finally refused"},
    Bounded{"retries", Unit::none, "sends repeated"},
    Bounded{"reconnects", Unit::none, "connections opened after the first of a device"},
    Bounded{"resyncs", Unit::none, "streams attached again by a gateway"},
    Bounded{"sync.entries.max", Unit::none, "most entries sent in one sync"},
    Bounded{"sync.bytes.max", Unit::size, "most bytes sent in one sync"},
    Bounded{"online.max", Unit::none, "most clients connected at once"},
    Bounded{"online.end", Unit::none, "clients connected at the end"},
    Bounded{"units.max", Unit::none, "most units of work in one step"},
    Bounded{"commit.batch.mean", Unit::none, "messages in one commit, mean"},
    Bounded{"commit.sync.p99", Unit::duration, "time of a sync, 99th percentile"},
    Bounded{"memory.client", Unit::size, "bytes of the simulator's memory per client online"},
    Bounded{"takeover.p99", Unit::duration,
            "from an owner's end, or its last word, to the takeover of its partition, 99th percentile"},
    Bounded{"takeover.max", Unit::duration, "the longest of these"},
    Bounded{"moved.p99", Unit::duration,
            "send to acknowledgement of what was sent while nobody owned its partition, 99th percentile"},
    Bounded{"trims", Unit::none, "times that the beginning of a log was given up"},
    Bounded{"copies", Unit::none, "partitions fetched whole from another server"},
    Bounded{"resent", Unit::none, "deliveries that servers sent each other again"},
    Bounded{"exits", Unit::none, "processes that ended by themselves"},
    Bounded{"moves", Unit::none, "takeovers of partitions after the warm-up"},
    Bounded{"races", Unit::none, "takeovers that another server's came before, so that they are void"},
    Bounded{"presence.shown", Unit::none, "times that a client was told of somebody's presence"},
    Bounded{"presence.gone", Unit::none, "of those, that somebody who was online, and is watched, is not any more"},
    Bounded{"presence.gone.p99", Unit::duration,
            "from a user being last heard to a watcher being told offline, 99th percentile"},
    Bounded{"presence.gone.max", Unit::duration, "the longest of these"},
    Bounded{"presence.here.p99", Unit::duration,
            "from a user being heard to a watcher being told online, 99th percentile"},
    Bounded{"pings", Unit::none, "pings that servers sent to clients, a second"},
    Bounded{"receipts", Unit::none, "receipts shown at devices that tell of others"},
    Bounded{"receipts.message", Unit::none, "of these, per message acknowledged"},
    Bounded{"receipts.p99", Unit::duration,
            "from saying that something is read to another user being shown it, 99th percentile"},
    Bounded{"typing", Unit::none, "times that a device was shown that somebody is typing"},
    Bounded{"liveness.time", Unit::duration, "time until all liveness invariants held"},
    Bounded{"available.connect", Unit::share, "attempts to be connected welcomed within 5 s"},
    Bounded{"available.connect.calm", Unit::share, "of those begun while no fault was about"},
    Bounded{"available.connect.fault", Unit::share, "of those begun while one was"},
    Bounded{"available.sync", Unit::share, "welcomes followed by all there is within 5 s"},
    Bounded{"available.sync.calm", Unit::share, "of those begun while no fault was about"},
    Bounded{"available.sync.fault", Unit::share, "of those begun while one was"},
    Bounded{"available.send", Unit::share, "messages finally answered within 1 s"},
    Bounded{"available.send.calm", Unit::share, "of those begun while no fault was about"},
    Bounded{"available.send.fault", Unit::share, "of those begun while one was"},
    Bounded{"available.history", Unit::share, "pages had within 1 s"},
    Bounded{"available.history.calm", Unit::share, "of those begun while no fault was about"},
    Bounded{"available.history.fault", Unit::share, "of those begun while one was"},
    Bounded{"available.change", Unit::share, "group changes finally answered within 1 s"},
    Bounded{"available.change.calm", Unit::share, "of those begun while no fault was about"},
    Bounded{"available.change.fault", Unit::share, "of those begun while one was"},
    Bounded{"back.p50", Unit::duration,
            "from noticing, after the first fault, that a server is lost or goes down to being welcomed elsewhere, median"},
    Bounded{"back.p99", Unit::duration, "the 99th percentile of these"},
    Bounded{"back.max", Unit::duration, "the longest of these"},
    Bounded{"beside.ack.p99", Unit::duration,
            "send to acknowledgement, after the first fault, by clients that never lost a connection, "
            "where no partition moved, 99th percentile"},
    Bounded{"beside.delivery.p99", Unit::duration,
            "send to shown, likewise, to clients that never lost one either, 99th percentile"},
    Bounded{"direct.ack.p99", Unit::duration, "send to acknowledgement in 1:1 conversations, 99th percentile"},
    Bounded{"direct.delivery.p99", Unit::duration, "send to shown in 1:1 conversations, 99th percentile"},
    Bounded{"dropped", Unit::none, "connections that servers closed at the door, without a word"},
    Bounded{"turned_away", Unit::none, "connections refused behind it, with or without a slot"},
    Bounded{"slots.claimed", Unit::share, "of the slots that were given, those that were come for in time"},
    Bounded{"refused.memory", Unit::none, "connections that found no memory, or too long a queue, at a server"},
    Bounded{"refused.login", Unit::none, "logins that were refused because their store was away"},
    Bounded{"refused.client.max", Unit::none,
            "the most times that one client was turned away between two sessions"},
    Bounded{"pushes", Unit::none, "pushes that the provider took"},
    Bounded{"pushes.put_off", Unit::none, "pushes that it did not take, or of which a server heard nothing"},
    Bounded{"pushes.again", Unit::none, "of those it took, that told nothing new"},
    Bounded{"pushes.entries", Unit::none, "inbox entries that a push tells of, mean"},
    Bounded{"pushes.owed.max", Unit::none, "most users at once who waited for a push, or to be looked at"},
    Bounded{"push.p50", Unit::duration, "send to taken by the provider, of the newest message that a push tells of, median"},
    Bounded{"push.p99", Unit::duration, "the 99th percentile of these"},
    Bounded{"inbox.per_message", Unit::none, "inbox entries written for each message that was accepted"},
    Bounded{"modes.shown", Unit::none,
            "times that a device was shown that a group became a channel, or a group again"},
    Bounded{"heads", Unit::none, "times that a client was told of a channel's head"},
    Bounded{"pulled.p99", Unit::duration,
            "send to being pulled from a channel by who looks at it, 99th percentile"},
    Bounded{"reads.per_head", Unit::none,
            "pages that were read from a store for each head that a gateway was told of"},
    Bounded{"reads.shared", Unit::none, "pages that waited for another's read of them"},
    Bounded{"presence.per_turn", Unit::none,
            "times that a client was told of somebody, for each who came or went"},
    Bounded{"answer.p99", Unit::duration,
            "from a message's last sending to its acknowledgement, 99th percentile"},
    Bounded{"barred", Unit::none, "connections closed with the word not to return; not those of replaced ones"},
    Bounded{"token.asked", Unit::none, "tokens that clients asked for after their logins"},
    Bounded{"token.asked.peak", Unit::none, "the most of these in one second"},
    Bounded{"token.renewed", Unit::none, "tokens renewed on a connection that went on"},
    Bounded{"token.ended", Unit::none, "connections closed because a token had ended"},
    Bounded{"clock.refused", Unit::none, "connections refused by a server whose clock is wrong"},
    Bounded{"quota.refused", Unit::none, "requests put off because their key's quota was spent"},
    Bounded{"quota.refused.beside", Unit::none,
            "of these, by keys of other groups than the first"},
    Bounded{"quota.unknown", Unit::none, "requests put off because nobody could say whether it was"},
    Bounded{"shed.typing", Unit::none, "typing that was dropped under load"},
    Bounded{"shed.presence", Unit::none, "moments at which presence was told later under load"},
    Bounded{"shed.receipts", Unit::none, "moments at which receipts were told later under load"},
    Bounded{"reads.delayed", Unit::none, "reads that waited under load"},
    Bounded{"sends.refused", Unit::none, "sends and changes put off under load"},
    Bounded{"polls", Unit::none, "polls that servers took, a second"},
    Bounded{"polls.empty", Unit::share, "of them, that ended with nothing new"},
    Bounded{"polls.again", Unit::none, "streams that began again because an answer to a poll was lost"},
    Bounded{"polls.silent", Unit::none, "polled sessions that ended because nobody came any more"},
    Bounded{"sessions", Unit::none, "sessions that began, a client"},
    Bounded{"delivery.websocket.p50", Unit::duration,
            "send to shown at a device with a WebSocket, median"},
    Bounded{"delivery.websocket.p99", Unit::duration, "the 99th percentile of these"},
    Bounded{"delivery.long_poll.p50", Unit::duration,
            "send to shown at a device whose polls are held, median"},
    Bounded{"delivery.long_poll.p99", Unit::duration, "the 99th percentile of these"},
    Bounded{"delivery.poll.p50", Unit::duration,
            "send to shown at a device whose polls are answered at once, median"},
    Bounded{"delivery.poll.p99", Unit::duration, "the 99th percentile of these"},
    Bounded{"bytes.websocket", Unit::size, "bytes to and from a device with a WebSocket, a minute"},
    Bounded{"bytes.long_poll", Unit::size, "bytes to and from one whose polls are held, a minute"},
    Bounded{"bytes.poll", Unit::size, "bytes to and from one whose polls are answered at once, a minute"},
};

}  // namespace hubbub::sim
