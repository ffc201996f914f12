// The first-class client: one device that speaks the protocol as a good client does. It decides;
// whoever owns it has the connection, the clock and the user. The rules it follows are written
// down in this folder's README for those who write clients.
//
// Every call may put actions into the edge, which must have been cleared and are to be carried
// out before the next call:
//
//   edge.actions.clear();
//   device.write(now, conversation, length, digest, body, false, edge);
//   carry_out(edge.actions);
//   wake_me_at(device.deadline());            // then device.timer(now, edge)
//
// What it promises, whatever the server and the network do: each message is acknowledged or
// refused once; messages of one conversation are sent in the order they were written; nothing is
// sent again on a connection before it was answered; the cursor only moves to what the server said.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/ids.hpp"
#include "core/wire/cursor.hpp"
#include "sim/clients/device_edge.hpp"
#include "sim/clients/retry_budget.hpp"
#include "sim/clients/return_plan.hpp"
#include "sim/engine/random.hpp"

namespace hubbub::sim {

class Device {
 public:
  /// `index`: which of its user's devices, for its name. `seed`: of its own chance.
  Device(UserId user, std::uint16_t index, std::uint64_t seed);
  ~Device();
  Device(Device&&) noexcept;
  Device& operator=(Device&&) noexcept;

  // --- What its user wants ----------------------------------------------------------------------
  /// Wants to be connected from now on; connects at once.
  void go_online(Duration now, DeviceEdge& edge);
  /// Logs off. What is unanswered is kept for the next time.
  void go_offline(Duration now, DeviceEdge& edge);
  /// Writes a message, sent now or as soon as the rules allow. `ahead`: without waiting for the
  /// answers of earlier ones. False: 64 of this conversation are still unanswered; it was not
  /// taken.
  bool write(Duration now, const ConversationId& conversation, const Content& content, bool ahead,
             DeviceEdge& edge, std::span<const UserId> mentions = {});
  /// From now on it does not number its messages, but names them (R1). REQUIRES: it wrote nothing before.
  void name_messages() { names_messages_ = true; }
  /// From now on it remembers what it was shown last, and can ask for messages by their ids, and for what
  /// mentions its user: one question at a time, others are dropped.
  void ask_questions();
  /// What it remembers, if anything.
  std::optional<Wanted> shown_last() const;
  /// REQUIRES: ask_questions was called. Asks nothing unless it is attached.
  void find(Duration now, const Wanted& wanted, DeviceEdge& edge);
  void ask_mentions(Duration now, DeviceEdge& edge);
  /// Its user begins to write there.
  void begin_writing(const ConversationId& conversation, DeviceEdge& edge);
  /// Asks for a change; one is on its way at a time, the others wait.
  void call(Duration now, Call call, DeviceEdge& edge);
  /// Looks at the newest messages of a conversation, unless a page is on its way.
  void open_history(Duration now, const ConversationId& conversation, DeviceEdge& edge);

  /// Asks who of these is there, and to be told when that changes. They are forgotten with the
  /// connection. REQUIRES: attached.
  void watch(std::span<const UserId> users, DeviceEdge& edge);
  /// Asks who of these is there now. REQUIRES: attached, and as many as one frame may ask for.
  void glance(std::span<const UserId> users, DeviceEdge& edge);

  /// Asks for the heads of its channels whenever it has caught up, and, if it `looks`, to be told when
  /// they grow, and pulls what was said. Before that it takes no notice of them.
  void follow_channels(bool looks);
  /// It holds no connection from now on, and polls instead. Before it first goes online.
  void poll_by(Transport transport);
  /// Its new token, to go on with on this connection. REQUIRES: attached.
  void renew(std::string token, DeviceEdge& edge);

  // --- What happened ----------------------------------------------------------------------------
  void connected(Duration now, DeviceEdge& edge);
  void frame(Duration now, const to_client::Frame& frame, DeviceEdge& edge);
  /// The connection is gone, or could not be made. `advice`: the close frame's reason, if it was one.
  void closed(Duration now, CloseCode code, DeviceEdge& edge, const Advice& advice = {});
  /// Of a device that polls. What it says goes in requests, one at a time beside its poll; `connected`
  /// and `closed` are about its session. A request has ended, with all its answers, or a poll has.
  enum class Exchange : std::uint8_t { request, poll };
  void exchanged(Duration now, Exchange what, DeviceEdge& edge);
  /// It was seen to end without them. What it asked for may have been done.
  void exchange_lost(Duration now, Exchange what, DeviceEdge& edge);
  /// Nothing came for too long: the session is given up.
  void exchange_overdue(Duration now, DeviceEdge& edge);
  void timer(Duration now, DeviceEdge& edge);
  /// When `timer` is due; `never` if not at all. May be early, never late.
  Duration deadline() const;

  // --- What it is -------------------------------------------------------------------------------
  DeviceId id() const { return {user_, number_}; }
  UserId user() const { return user_; }
  std::uint16_t index() const { return index_; }
  const Cursor& cursor() const { return cursor_; }
  bool has_cursor() const { return has_cursor_; }
  Generation generation() const { return generation_; }
  /// What to show with the attempt that `connect` asks for: a ticket, and that it had a session.
  const ReturnPlan& return_plan() const { return return_; }
  bool wants_connection() const { return state_ != State::offline && state_ != State::gone; }
  /// It looks at this channel, and pulls what is said there.
  bool looks_at(const ConversationId& channel) const;
  bool attached() const { return state_ == State::attached; }
  Transport transport() const { return transport_; }
  /// Was told not to return.
  bool gone() const { return state_ == State::gone; }
  /// The stream was at its head when it was last heard.
  bool at_head() const { return at_head_; }
  /// Messages and calls without a final answer.
  std::size_t pending() const;
  /// Messages that were sent and have no final answer.
  std::size_t unanswered() const;
  /// Ranges still to be paged.
  std::size_t unpaged() const;
  /// What it was shown of who has a conversation, and has read it. Kept of those that its user wrote
  /// to last, by devices that read.
  struct Followed {
    ConversationId conversation;
    bool known = false;  ///< asked for since the connection began
    std::vector<MarkOf> marks;
    Sequence seq = 0;  ///< of the user's newest message in a large group; 0: not told
    std::uint32_t delivered = 0;
    std::uint32_t read = 0;
    void take(const to_client::Receipt& receipt);
  };
  std::span<const Followed> followed() const;
  /// Nothing left to do: attached, at the head, everything answered, paged and acknowledged.
  bool quiet() const;
  /// Bytes kept outside the object, for the memory account.
  std::size_t heap_bytes() const;

 private:
  /// put_off: it will say `hello` again, on the connection that it has.
  enum class State : std::uint8_t { offline, waiting, connecting, greeting, attached, gone, put_off };
  struct Known;
  struct Lane;
  struct Paging;
  struct Work;
  struct Channels;
  struct Receipts;
  struct Questions;

  Known& known(const ConversationId& conversation);
  Work& work();
  Lane& lane(const ConversationId& conversation);
  void drop_idle_work();
  bool session_full() const;
  bool may_repeat(Duration now, DeviceEdge& edge);
  Duration retry_wait(unsigned tries, std::uint32_t retry_after_ms, const DeviceEdge& edge);

  void pump(Duration now, DeviceEdge& edge);
  void pump_lane(Duration now, Lane& lane, DeviceEdge& edge);
  void pump_call(Duration now, DeviceEdge& edge);
  void pump_pages(Duration now, DeviceEdge& edge);
  void send_message(Duration now, Lane& lane, Outgoing& message, DeviceEdge& edge);
  void acknowledge(Duration now, DeviceEdge& edge);
  void moved_to(Duration now, const Cursor& cursor, DeviceEdge& edge);
  Receipts& receipts(const DeviceEdge& edge);
  void will_read(Duration now, const ConversationId& conversation, DeviceEdge& edge);
  void read(Duration now, const ConversationId& conversation, Sequence seq, DeviceEdge& edge);
  void pump_receipts(Duration now, DeviceEdge& edge);
  void follow(Duration now, const ConversationId& conversation, DeviceEdge& edge);
  void ask_receipts(Duration now, DeviceEdge& edge);
  void receipts_synced(Duration now, DeviceEdge& edge);
  bool receipts_error(Duration now, const to_client::Error& error, DeviceEdge& edge);
  bool receipts_overdue(Duration now) const;
  Duration receipts_deadline() const;
  bool receipts_quiet() const;
  std::size_t receipts_bytes() const;
  // Questions (device_questions.cpp).
  bool asks() const;
  RequestId ask(Duration now, const Wanted& wanted, DeviceEdge& edge);
  void remember(const to_client::Event& event);
  bool question_error(Duration now, const to_client::Error& error, DeviceEdge& edge);
  bool question_overdue(Duration now) const { return now >= question_deadline(); }
  Duration question_deadline() const;
  std::size_t question_bytes() const;
  void note_seen(const ConversationId& conversation, Sequence seq);
  /// `given_up`: by this device, because answers did not come.
  void lose_connection(bool given_up);
  void lose_requests(bool given_up);
  // Polling (device_polls.cpp).
  bool polls() const { return transport_ != Transport::websocket; }
  void poll(Duration now, DeviceEdge& edge);
  void begin_polling(Duration now, DeviceEdge& edge);
  void say_hello(Duration now, DeviceEdge& edge);
  bool greet_again(Duration now, const to_client::Error& error, const DeviceEdge& edge);
  void give_up(Duration now, DeviceEdge& edge);
  void end_connection(Duration now, CloseCode code, bool given_up, DeviceEdge& edge);
  void wait_to_return(Duration now, bool refused, Duration at_least, DeviceEdge& edge);
  bool answer_overdue(Duration now, const DeviceEdge& edge) const;

  void on(Duration now, const to_client::Welcome& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::Ok& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::Error& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::Event& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::Ranges& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::Synced& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::Reset& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::HistoryPage& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::ListPage& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::Presence& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::Advise& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::ContactsPage& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::MembersPage& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::Heads& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::Receipt& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::Typing& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::Found& frame, DeviceEdge& edge);
  void on(Duration now, const to_client::MentionsPage& frame, DeviceEdge& edge);
  void on(Duration, const to_client::DevicesPage&, DeviceEdge&) {}
  bool message_error(Duration now, const to_client::Error& error, DeviceEdge& edge);
  bool call_error(Duration now, const to_client::Error& error, DeviceEdge& edge);
  bool page_error(Duration now, const to_client::Error& error, DeviceEdge& edge);
  // Channels (device_channels.cpp).
  void list_channels(Duration now, DeviceEdge& edge);
  void ask_for_channels(Duration now, const ConversationId& after, DeviceEdge& edge);
  void listed(Duration now, const to_client::ListPage& page, DeviceEdge& edge);
  bool list_error(Duration now, const to_client::Error& error, DeviceEdge& edge);
  void note_membership(Duration now, const to_client::Event& event, DeviceEdge& edge);
  void told_head(Duration now, const HeadOf& of, DeviceEdge& edge);
  void forget_heads();
  bool knows_channels() const;

  UserId user_;
  Cursor cursor_;
  Random random_;
  std::vector<Known> known_;    ///< by conversation id
  std::unique_ptr<Work> work_;  ///< only while there is something to do
  std::unique_ptr<Channels> channels_;
  std::unique_ptr<Receipts> receipts_;  ///< only of a device that reads
  std::unique_ptr<Questions> questions_;  ///< only of a device that asks any
  Duration due_ = never;        ///< of the state: end of a wait, of an attempt, of a greeting; the next poll
  Duration acknowledge_due_ = never;
  RetryBudget budget_;
  ReturnPlan return_;
  std::uint32_t next_request_ = 1;
  std::uint32_t next_call_ = 1;
  Generation generation_ = 0;
  DeviceNumber number_;
  std::uint16_t index_;
  State state_ = State::offline;
  std::uint8_t unacknowledged_ = 0;
  std::uint8_t put_off_ = 0;  ///< tenths of a second, on this connection
  bool has_cursor_ : 1 = false;
  bool at_head_ : 1 = false;
  Transport transport_ = Transport::websocket;
  std::uint8_t exchanges_lost_ = 0;  ///< in a row
  bool sync_ = false;  ///< the answer to a poll was lost: the next one asks for what was in it again
  bool names_messages_ : 1 = false;
};

}  // namespace hubbub::sim
