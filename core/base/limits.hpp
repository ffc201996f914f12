// Everything that can grow has its limit here, with its reason. At a limit the server answers
// with a clear error or sheds; it never grows on. The relations between them are checked below.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace hubbub::limits {

using namespace std::chrono_literals;

// --- Placement ---------------------------------------------------------------------------------
/// Logical shards of users and conversations. Many, so that load can be moved in small pieces.
inline constexpr std::uint16_t shards = 1024;
/// A partition is what moves and what commits; 64 keep a fleet of 20 servers balanced.
inline constexpr std::uint16_t partitions = 64;
inline constexpr std::uint16_t shards_per_partition = shards / partitions;
/// Bits of a message id that name its shard.
inline constexpr unsigned message_id_shard_bits = 10;
/// Nodes one process or one simulated fleet may have.
inline constexpr std::uint16_t nodes = 256;

/// A node says that it lives this often, and is taken for dead when it has not for the second:
/// long enough that a pause or a change of the register's leader costs nobody a partition, short
/// enough that a dead server's are served again within 5 s.
inline constexpr auto registration_interval = 500ms;
inline constexpr auto registration_ttl = 2500ms;
/// How long a reader of the register waits for a change, and for one that is away.
inline constexpr auto register_wait = 2s;
inline constexpr auto register_retry = 200ms;
/// Loads are measured over this, and said this often: registrations that do not change are cheap.
inline constexpr auto load_interval = 10s;
/// While the register loses many registrations at once it is not believed, for this long (R27).
inline constexpr auto suspicion = 30s;
/// Nodes that vanish while they open a partition before it stays closed (R12).
inline constexpr std::uint8_t vanished_most = 2;
/// Records are written in a newer form when everybody has read it for so long (R12): whoever is
/// away for a moment may still be of an older version, and an upgrade may be taken back.
inline constexpr auto form_wait = 30s;
/// Partitions that move at a time for the sake of balance: each is away for a moment.
inline constexpr std::uint16_t moves_at_once = 4;
/// Keys and values of the register: a map, or a registration with every partition in it, fits.
inline constexpr std::size_t register_key_bytes = 64;
inline constexpr std::size_t register_value_bytes = 64 * 1024;

// --- Text and frames ---------------------------------------------------------------------------
/// "Fewer than 100,000 characters": Unicode code points.
inline constexpr std::size_t text_code_points = 99'999;
/// The longest legal text in UTF-8.
inline constexpr std::size_t text_bytes = text_code_points * 4;
/// JSON writes a code point in at most 12 bytes: a surrogate pair, both escaped.
inline constexpr std::size_t text_escaped_bytes = text_code_points * 12;
/// What a frame has beside its text.
inline constexpr std::size_t frame_head_bytes = 2048;
/// One WebSocket message, in or out.
inline constexpr std::size_t frame_bytes = 1'280 * 1024;
/// Frames that may share one WebSocket message from a client.
inline constexpr std::size_t frames_per_message = 64;
/// A device's name: long enough for a UUID with a prefix.
inline constexpr std::size_t device_name_bytes = 40;
/// A conversation's name, in bytes of UTF-8.
inline constexpr std::size_t conversation_name_bytes = 256;
/// Outbound bytes an edge holds for one connection before it cuts it (4002).
inline constexpr std::size_t outbound_bytes = 4 * 1024 * 1024;

// --- Numbers and repeats -----------------------------------------------------------------------
/// Unanswered messages of one device in one conversation, and answers remembered for it (R1).
inline constexpr std::uint64_t repeat_window = 64;
/// A message's opaque name, for who does not number: a UUID with a prefix, or a name of the sender's own.
inline constexpr std::size_t client_id_bytes = 64;
/// Such names of one device in one conversation that are remembered, 48 bytes each, in memory while the
/// device writes there. They go as others come, and by no clock: one that is wrong would make a repeat new.
inline constexpr std::uint16_t opaque_window = 1000;
/// Unanswered requests of one session, over all conversations.
inline constexpr std::size_t session_requests = 256;

// --- Users and conversations -------------------------------------------------------------------
/// Members of a group; the default, a setting. The hard bound below it is what one conversation's
/// record is built for: 6 MB of memory while it is in use.
inline constexpr std::uint32_t group_members_default = 100;
inline constexpr std::uint32_t group_members_max = 100'000;
/// Users that one call may put into a group: so many rows fit what may wait for one commit, and their
/// names fit a frame.
inline constexpr std::uint32_t members_at_once = 1000;
/// Membership intervals of one conversation, over all time: every joining makes one.
inline constexpr std::uint32_t membership_intervals = 262'144;
/// Above so many members a group is a channel, and nobody is copied to (R18); a channel is a group
/// again below so many hundredths of that.
inline constexpr std::uint32_t push_limit = 5000;
inline constexpr std::uint32_t push_again_percent = 80;
/// Times that a group becomes a channel, or a group again: its deliveries go by all of them, for ever.
/// Odd, so that who has changed so often stays a channel.
inline constexpr std::size_t mode_changes = 63;
/// Members of one group in one shard. Chance never gets near it (five thousand members over a thousand
/// shards); it bounds the rows one delivery can write. A channel may have more: it is not delivered.
inline constexpr std::uint32_t members_per_shard = 60;
/// The same of a channel: what one look at who is due there goes over.
inline constexpr std::uint32_t channel_members_per_shard = 1024;
/// Intervals kept in one row, so that a change rewrites little and a large group is few rows.
inline constexpr std::uint32_t members_per_row = 64;
/// Answers to changing calls remembered per device and conversation (R4): a device sends one at a
/// time, so a few suffice.
inline constexpr std::uint64_t call_window = 8;
/// Devices of one user, over all time: the number is part of ids and never reused.
inline constexpr std::uint16_t devices_per_user = 256;

// --- Mentions, and a message by its id ---------------------------------------------------------
/// Users that one message mentions: who means more of them means everybody.
inline constexpr std::size_t mentions_in_message = 16;
/// A user's newest mentions are kept, in one row each: some years of most people's.
inline constexpr std::uint64_t mentions_kept = 1000;
inline constexpr std::uint32_t mentions_in_page = 64;
/// Messages of one channel that mention somebody and are not in the inboxes of all whom they mention: more
/// wait. In memory 24 bytes for each user.
inline constexpr std::size_t mentions_owed = 256;
/// Conversations of a user's that are looked through for the one of a message's shard, and those of that
/// shard in which the message is looked for. Hardly anybody has so many; it is a search in 64 reads, and
/// then, in each that is found, in as many as the number of its messages has bits.
inline constexpr std::uint32_t found_among = 4096;
inline constexpr std::size_t found_in = 16;

// --- Delivery and sync -------------------------------------------------------------------------
/// A device further behind than this gets ranges instead of entries (R16).
inline constexpr std::uint64_t sync_entries = 256;
/// After `reset`, the newest entries a device starts from.
inline constexpr std::uint64_t reset_window = 1024;
/// Entries sent to a device beyond what it acknowledged.
inline constexpr std::uint64_t unacknowledged_entries = 64;
/// Shards that one fan-out goes to at once; what is left of a larger one goes on when there is nothing
/// else to do, so many shards in a step, and with a few in any other step.
inline constexpr std::uint32_t fan_out_at_once = 128;
inline constexpr std::uint32_t fan_out_idle = 16;
inline constexpr std::uint32_t fan_out_busy = 2;
/// Entries in one delivery between partitions, and inbox rows it may write.
inline constexpr std::size_t delivery_entries = 16;
inline constexpr std::size_t delivery_rows = 60;
/// Content bytes in one delivery or page, unless a single message is longer.
inline constexpr std::size_t page_bytes = 64 * 1024;
/// Messages in one page of history: one read's worth.
inline constexpr std::uint32_t history_messages = 64;
inline constexpr std::uint32_t history_messages_default = 50;
/// Conversations in one page of `list`.
inline constexpr std::uint32_t list_conversations = 64;
/// Inbox entries that one Ranges frame declares at most, and that may be declared ahead of what
/// the device acknowledged.
inline constexpr std::uint64_t ranges_chunk = 64;
inline constexpr std::uint64_t unacknowledged_ranges = 1024;

// --- Channels ----------------------------------------------------------------------------------
/// Channels that one session looks at, and that one frame names; more than a screen shows.
inline constexpr std::uint32_t looked_channels = 64;
inline constexpr std::uint32_t looked_in_frame = 64;
/// Who looks is told of a new head at these moments, so that a lively channel costs a few frames a
/// second and not one for each message.
inline constexpr auto head_interval = 200ms;
/// Readers that wait for one read of the store; the next one begins another.
inline constexpr std::size_t shared_read = 1024;

// --- Presence ----------------------------------------------------------------------------------
/// Users that one session watches; of the rest it asks. And users that one frame asks for.
inline constexpr std::uint32_t watched_users = 256;
inline constexpr std::uint32_t watched_in_frame = 64;
/// What sessions watched that have ended is taken out of a gateway's memory this often, going over so
/// many relations for one unit of work.
inline constexpr auto watch_sweep = 10s;
inline constexpr std::size_t watches_swept = 16;
/// And so many in one piece.
inline constexpr std::size_t watches_at_once = 256;
/// Of whom an owner could say nothing, it is asked again after this.
inline constexpr auto watch_retry = 1s;
/// A new owner waits this long for the sessions of its users before it says who is there (R25).
inline constexpr auto presence_settles = 10s;
/// Online is told when it has lasted for so long, gone when it has for so long: a tunnel is not seen.
inline constexpr auto presence_delay = 3s;
inline constexpr auto presence_grace = 5s;
/// What changes is told at these moments, together.
inline constexpr auto presence_batch = 500ms;
/// When somebody was last seen is written this long after, and at once when they log out: most are
/// back by then, and a server that dies takes many sessions with it.
inline constexpr auto last_seen_delay = 20s;

// --- People ------------------------------------------------------------------------------------
/// Contacts of one user, and users that one has blocked: more than anybody has. They are rows; memory
/// only counts them.
inline constexpr std::uint16_t contacts = 10'000;
inline constexpr std::uint16_t blocked_users = 10'000;
/// A contact's name, in bytes of UTF-8.
inline constexpr std::size_t contact_name_bytes = 128;
/// In one page of `contacts`, and of `members`.
inline constexpr std::uint32_t contacts_in_page = 64;
inline constexpr std::uint32_t members_in_page = 64;
/// Memberships that one page of `members` looks at: most of an old group's may have ended.
inline constexpr std::uint32_t members_looked_at = 1024;
/// Calls that wait until one conversation has stored a block: repeats of a call, and of other
/// devices. The oldest is given up, and asked again.
inline constexpr std::size_t waiting_for_block = 8;
/// A conversation that has not said that it has stored a block is told again after this.
inline constexpr auto block_retry = 500ms;

// --- Receipts and typing -----------------------------------------------------------------------
/// In a conversation of more members, counts are told instead of each one's marks, and nobody's
/// typing: what one message sets off does not grow with the square of the members (R19).
inline constexpr std::uint32_t receipt_members = 20;
/// What receipts say gathers for so long, then is stored and told together.
inline constexpr auto receipt_interval = 1s;
/// Members of a larger conversation who are told how many have their newest message: those who
/// wrote last.
inline constexpr std::size_t receipt_writers = 8;
/// Members whose marks are stored, confirmed and told in one piece of work.
inline constexpr std::size_t receipts_at_once = 32;
/// A user's newest inbox entries that memory keeps until their receipts are out: what one round of
/// receipts is about, unless a device was away. Older ones are read.
inline constexpr std::size_t unreceipted_entries = 16;
/// Conversations that a round of a user's receipts is about before it goes out.
inline constexpr std::size_t receipt_round = 32;
/// Receipts that were not confirmed are said again after this.
inline constexpr auto receipt_retry = 5s;
/// A session's typing is passed on no more often than this.
inline constexpr auto typing_interval = 3s;

// --- Pushes (R20) ------------------------------------------------------------------------------
/// Devices of one user that are pushed to: more than anybody carries. Each costs a push.
inline constexpr std::size_t push_devices = 16;
/// A push waits so long: what comes meanwhile is in it, and who comes back needs none. After a
/// session that broke, longer: most are back by then.
inline constexpr auto push_delay = 1s;
inline constexpr auto push_grace = 10s;
/// A mark is taken off this long after everything was acknowledged: a lively user writes it once.
inline constexpr auto push_mark_delay = 5s;
/// Inbox rows that are read for one push at a time, and conversations that it names.
inline constexpr std::uint32_t push_rows = 64;
inline constexpr std::size_t push_conversations = 16;
/// Users who are being pushed to at once: with 50 ms at the provider, 5,000 a second.
inline constexpr std::size_t push_rounds = 256;
/// Users who wait for that in memory. Whoever does not fit is found by the marks, when a quarter of
/// this is left.
inline constexpr std::size_t push_waiting = 16'384;
/// What a provider did not take is offered again after this, then twice this, as often as the second
/// says; and a provider that takes nothing is left alone for as long.
inline constexpr auto push_retry = 1s;
inline constexpr std::size_t push_doublings = 6;
/// An edge that hears nothing of a push for so long says that it was not taken.
inline constexpr auto push_patience = 10s;

// --- The node ----------------------------------------------------------------------------------
/// What time says is done after what arrived; if that never ends, after this long all the same.
inline constexpr auto patience = 100ms;
/// Units of work in one step (R35): an input, a delivery, a row, a re-attachment are one each.
inline constexpr std::uint32_t step_units = 256;
/// Rows one read returns; the reader asks on.
inline constexpr std::uint32_t read_rows = 64;
inline constexpr std::size_t read_bytes = 256 * 1024;
/// One partition's batch; gathering more is refused with `overloaded` (R5).
inline constexpr std::size_t batch_bytes = 4 * 1024 * 1024;
inline constexpr std::size_t log_record_bytes = 8 * 1024 * 1024;
/// Requests that wait for one conversation's or user's rows.
inline constexpr std::size_t parked_per_entity = 256;
/// Bytes of requests that wait for rows, over one node.
inline constexpr std::size_t parked_bytes = 64 * 1024 * 1024;
/// How long a request may wait before its work is dropped (R32), and a gateway for its answer.
inline constexpr auto request_age = 5s;
inline constexpr auto answer_wait = 10s;
/// A longer gap between steps is a pause (R28).
inline constexpr auto pause = 1s;
/// Recent messages kept in memory: per conversation (B11), and in all.
inline constexpr std::uint32_t recent_messages = 15;
inline constexpr std::size_t recent_bytes = 16 * 1024 * 1024;
/// Bytes of effects that wait for their batch to be durable, over one partition.
inline constexpr std::size_t held_bytes = 32 * 1024 * 1024;
inline constexpr auto retry_unavailable = 1s;
inline constexpr auto retry_overloaded = 2s;
/// Loads that a sweep (opening a partition, a peer's return) keeps under way.
inline constexpr std::uint32_t sweep_loads = 64;
/// How long an idle record stays in memory.
inline constexpr auto idle = 30s;
/// The server's copy of a device's cursor is written within this (R19).
inline constexpr auto cursor_write_delay = 1s;
/// An `owing` mark is taken off this long after everything was confirmed: a lively conversation
/// writes it once.
inline constexpr auto owing_delay = 5s;
/// A session that catches up waits this long for content, then gets a range in its place.
inline constexpr auto fetch_wait = 5s;
/// A refused delivery is sent again after this.
inline constexpr auto delivery_retry = 500ms;
/// Time bits of message ids reserved ahead, so that not every message writes the bound.
inline constexpr auto message_id_reservation = 10s;

// --- Replicated logs ---------------------------------------------------------------------------
/// An append that was refused, or whose end is unknown, is repeated after this, then twice this.
inline constexpr auto log_retry = 100ms;
inline constexpr auto log_retry_most = 1s;
/// A reader that has not come to what another saw is asked again after this.
inline constexpr auto log_reread = 20ms;
/// Who follows a log waits this long for its next record, then asks again.
inline constexpr auto log_wait = 2s;
inline constexpr std::size_t log_page_bytes = 256 * 1024;
inline constexpr std::size_t log_page_records = 32;
/// Between a partition's checkpoints while a pass of them goes on; and how long an owner waits for
/// its standby's word on a whole pass before it begins another (R11).
inline constexpr auto checkpoint_interval = 10ms;
inline constexpr auto pass_wait = 10s;
/// Who asks for a copy of a partition waits this long for a piece of it, then asks another.
inline constexpr auto copy_wait = 2s;
/// A person is told when nobody has given one for so long.
inline constexpr auto copy_alarm = 30s;
/// The register is told within this that a partition is being opened, or it is opened all the same.
inline constexpr auto announce_wait = 1s;
/// Who takes a partition over gives its last owner, if it can be heard, this long to end (R11).
inline constexpr auto hand_over = 2s;
/// An owner that has not proved for so long that it is one says nothing until it has (R21).
inline constexpr auto proof = 5s;

// --- Between nodes -----------------------------------------------------------------------------
/// Packets to a peer that it has not said to have taken; what follows gathers.
inline constexpr std::uint32_t peer_window = 32;
/// The longest packet; a longer message goes in several. A peer may take less, though not less than
/// the second.
inline constexpr std::size_t packet_bytes = 256 * 1024;
inline constexpr std::size_t packet_bytes_least = 1024;
/// What gathers for a peer that takes nothing, and what arrived and waits to be handled.
inline constexpr std::size_t peer_backlog_bytes = 16 * 1024 * 1024;
inline constexpr std::size_t arrived_bytes = 16 * 1024 * 1024;
/// A packet that was not taken is sent again after this, then twice this, up to the most.
inline constexpr auto peer_resend = 300ms;
inline constexpr auto peer_resend_most = 2s;
/// What was taken is said within this, with other packets if there are any.
inline constexpr auto peer_tell_delay = 50ms;
/// Something is said to every peer this often; who is not heard for the second is lost.
inline constexpr auto peer_heartbeat = 500ms;
inline constexpr auto peer_silence = 2s;

// --- Draining ----------------------------------------------------------------------------------
/// The clients of a server that drains are sent away in so many waves, this far apart.
inline constexpr std::size_t drain_waves = 50;
inline constexpr auto drain_interval = 200ms;

// --- Admission ---------------------------------------------------------------------------------
/// No slot is given further ahead: a client that waits so long may as well try elsewhere (R29).
inline constexpr auto slot_horizon = 30s;
/// A slot is kept for its client so long after its time: a handshake over a bad link.
inline constexpr auto slot_held = 1s;
/// Every so manieth slot is for who logs in, the others for who resumes (R31).
inline constexpr std::uint64_t slots_per_login = 4;
/// Slots that nobody came for are kept for so long: what may come at once, ahead of the schedule.
inline constexpr auto slot_burst = 50ms;
/// Handshakes that may be under way: what the schedule lets in within this. More would only wait for
/// each other.
inline constexpr auto handshakes_ahead = 1s;
/// The bounds of a spread, and how long a plan holds before it is told anew (R30).
inline constexpr auto plan_least = 500ms;
inline constexpr auto plan_most = 10min;
inline constexpr auto plan_interval = 1min;
/// Sessions that are told a new plan at a time, this far apart.
inline constexpr std::size_t advise_burst = 64;
inline constexpr auto advise_interval = 20ms;
/// A node looks at what it could take on this often, and tells its peers; if it is hardly different,
/// no more often than the second.
inline constexpr auto capacity_interval = 1s;
inline constexpr auto capacity_again = 10s;

// --- Tokens (R34) --------------------------------------------------------------------------------
/// The longest token, in bytes.
inline constexpr std::size_t token_bytes = 4096;
/// A session may outlive its token by so much, and clocks may differ by so much.
inline constexpr auto token_leeway = 5min;
/// Sessions are ended from so long before that on, so many at a time, this far apart: by its end all
/// are of which there is room, although their tokens ended at one moment.
inline constexpr auto token_margin = 15s;
inline constexpr std::size_t token_burst = 64;
inline constexpr auto token_interval = 20ms;
/// Nodes tell each other their clocks this often, and go by those heard within the second.
inline constexpr auto clock_interval = 2s;
inline constexpr auto clock_heard = 10s;
/// With fewer clocks than this nobody can say which one is wrong.
inline constexpr std::size_t clocks_least = 3;

// --- Quotas (R33) --------------------------------------------------------------------------------
inline constexpr auto quota_window = 1min;
/// What a gateway may have of a key's quota beyond what its shard gave it: a part, and at most so
/// much. Also the most that it takes ahead.
inline constexpr std::uint32_t quota_slices = 64;
inline constexpr std::uint32_t slice_most = 256;
/// A gateway asks again after this if it was not answered.
inline constexpr auto slice_retry = 100ms;
/// A new owner gives nothing for so long: gateways tell it first what they had.
inline constexpr auto quota_settles = 1s;
/// Keys that one node counts, and that one gateway has sessions of.
inline constexpr std::size_t quota_keys = 65'536;

// --- Overload (R32) ------------------------------------------------------------------------------
/// How far behind a node is, is the least that frames waited within this: a burst is worked off in
/// it, and what waits longer is more than can be done.
inline constexpr auto pressure_interval = 500ms;
/// From which waits on what matters little is shed, reads wait, and sends are put off.
inline constexpr auto pressure_sheds = 100ms;
inline constexpr auto pressure_delays_reads = 200ms;
inline constexpr auto pressure_refuses_sends = 400ms;
/// Presence and receipts are then told together at these moments.
inline constexpr auto pressure_batch = 2s;
/// Reads that wait, in bytes, and how often one of them goes on all the same.
inline constexpr std::size_t waiting_reads_bytes = 1024 * 1024;
inline constexpr auto waiting_read_interval = 20ms;
/// Who is put off comes back after this at the least, and this at the most.
inline constexpr auto come_back_least = 1s;
inline constexpr auto come_back_most = 30s;

// --- Returning to a partition that has moved -----------------------------------------------------
/// A gateway's sessions attach again so many at a time, this far apart.
inline constexpr std::size_t attach_burst = 64;
inline constexpr auto attach_interval = 20ms;

// --- Polls (R37) ---------------------------------------------------------------------------------
/// The longest that a poll is held: what stands between often cuts off what is silent for a minute.
inline constexpr auto poll_wait = 30s;
/// A polled session whose device has asked for nothing for so long is over: room for one poll that is
/// lost among those of a device that polls every 10 s, and for its retry.
inline constexpr auto poll_ttl = 25s;
/// What a session is told while it catches up gathers for so long before a poll takes it: a device
/// far behind makes a few round trips, not one for each entry.
inline constexpr auto poll_gathers = 100ms;

// --- Heartbeats --------------------------------------------------------------------------------
inline constexpr auto ping_interval = 25s;
inline constexpr auto ping_grace = 10s;

static_assert(token_margin / token_interval * token_burst > 2 * 20'000 && token_margin < token_leeway,
              "the sessions of a full server, and as many again, end in time");
static_assert(pressure_refuses_sends < request_age);
static_assert(last_seen_delay < idle, "who was seen is still in memory when that is written");
static_assert(peer_silence >= 4 * peer_heartbeat && peer_resend > 2 * peer_tell_delay);
static_assert(registration_ttl >= 4 * registration_interval, "a few lost heartbeats kill nobody");
static_assert(frame_bytes >= text_escaped_bytes + frame_head_bytes,
              "the longest legal text, fully escaped, fits a frame");
static_assert(outbound_bytes >= 2 * frame_bytes, "a connection can wait with one frame while one leaves");
static_assert(log_record_bytes >= frame_bytes, "one message fits a log record");
static_assert(batch_bytes <= log_record_bytes, "a batch becomes one log record");
static_assert(shards == (1u << message_id_shard_bits), "a shard fits the id's shard bits");
static_assert(shards % partitions == 0);
static_assert(recent_bytes >= 4 * text_bytes, "the recent cache outlives one long message");
static_assert(poll_gathers < poll_wait && poll_ttl > 2 * ping_grace);
static_assert(contacts_in_page <= read_rows && mentions_in_page <= read_rows);
static_assert(mentions_kept <= UINT16_MAX && opaque_window <= UINT16_MAX, "the slots have 16-bit numbers");
static_assert(push_rows <= read_rows);
static_assert(push_waiting / 4 + sweep_loads * read_rows <= push_waiting,
              "the marks are read only while there is room for what they tell");
static_assert(history_messages <= read_rows && list_conversations <= read_rows && ranges_chunk <= read_rows);
static_assert(group_members_max <= membership_intervals);
static_assert(membership_intervals / members_per_row <= UINT16_MAX, "a row of members has a 16-bit number");
static_assert(mode_changes % 2 == 1);
static_assert(unacknowledged_entries <= sync_entries);
static_assert(step_units / 4 + receipts_at_once * 3 + receipt_members * 2 + receipt_writers <= step_units,
              "a row, a confirmation and an echo for each member, and then what is told to all");
static_assert(step_units / 4 + 2 * read_rows + receipt_round <= step_units,
              "the last read of a round, and the receipts of all of its conversations");
static_assert(members_per_shard <= delivery_rows &&
                  step_units / 4 + delivery_rows * 3 + 4 <= step_units,
              "one delivery fits what is left of a step that may still begin one: for each row an "
              "inbox's, a user's and a list's, and beside them a stream's row and an answer");

}  // namespace hubbub::limits
