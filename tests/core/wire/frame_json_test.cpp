// The JSON of every frame, written out: what clients are promised.
#include "core/wire/frame_json.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/hash.hpp"
#include "core/wire/json_text.hpp"
#include "core/wire/json_value.hpp"
#include "tests/core/wire/generators.hpp"

namespace hubbub {
namespace {

using generators::bytes_of;

const ConversationId direct = ConversationId::direct(UserId{71}, UserId{84});
const ConversationId group = ConversationId::group(UserId{71}, DeviceNumber{2}, 17);
const std::vector<UserId> two_users = {UserId{84}, UserId{90}};

Content content_of(std::string_view text) {
  return {static_cast<std::uint32_t>(text.size()), hash_bytes(text), text};
}

/// Frames and errors of one message, as one structure that is compared by its bytes.
template <class Frame>
ParsedFrames<Frame> parse(std::string_view text, Arena& arena) {
  ParsedFrames<Frame> parsed;
  if constexpr (std::same_as<Frame, to_server::Frame>) parse_client_message(text, arena, parsed);
  if constexpr (std::same_as<Frame, to_client::Frame>) parse_server_message(text, arena, parsed);
  return parsed;
}

/// `frame` is written as `text`, and read back from it.
template <class Frame>
void expect_golden(const Frame& frame, std::string_view text) {
  std::string written;
  encode(frame, written);
  EXPECT_EQ(written, text);
  Arena arena;
  const auto parsed = parse<Frame>(text, arena);
  ASSERT_EQ(parsed.frames.size(), 1u)
      << (parsed.errors.empty() ? "" : std::string(parsed.errors[0].detail));
  EXPECT_EQ(bytes_of(parsed.frames[0]), bytes_of(frame));
}

Message message_of(EntryKind kind, std::string_view text, std::span<const UserId> users) {
  return {.seq = 42,
          .id = MessageId{18'000'000'000'000'000'001u},
          .sent_at_ms = 1'700'000'000'123,
          .kind = kind,
          .from = UserId{71},
          .device = DeviceNumber{2},
          .number = 317,
          .key = 0x9f2c,
          .content = text.empty() && kind != EntryKind::renamed ? Content{} : content_of(text),
          .users = users};
}

TEST(ClientFrame, Hello) {
  expect_golden<to_server::Frame>(
      to_server::Hello{.device = "tablet", .has_cursor = false, .cursor = {}},
      R"({"type":"hello","device":"tablet"})");
  expect_golden<to_server::Frame>(
      to_server::Hello{.device = "tablet", .has_cursor = true, .cursor = Cursor::at(0x5f3a, 0x1c)},
      R"({"type":"hello","device":"tablet","cursor":"5f3a-1c"})");
}

TEST(ClientFrame, HelloOfWhoPolls) {
  expect_golden<to_server::Frame>(
      to_server::Hello{.device = "tablet", .has_cursor = false, .cursor = {}, .polled = true},
      R"({"type":"hello","device":"tablet","polled":true})");
}

TEST(ClientFrame, Poll) {
  expect_golden<to_server::Frame>(to_server::Poll{4, false, {}, 0, false},
                                  R"({"type":"poll","id":4,"wait_ms":0})");
  expect_golden<to_server::Frame>(
      to_server::Poll{5, true, Cursor::at(0x5f3a, 0x1c), 25'000, true},
      R"({"type":"poll","id":5,"cursor":"5f3a-1c","wait_ms":25000,"sync":true})");
}

TEST(ClientFrame, APollWithoutAWaitIsAnsweredAtOnce) {
  Arena arena;
  const auto parsed = parse<to_server::Frame>(R"({"type":"poll","id":3})", arena);
  ASSERT_EQ(parsed.frames.size(), 1u);
  EXPECT_EQ(std::get<to_server::Poll>(parsed.frames[0]).wait_ms, 0u);
}

TEST(ClientFrame, Message) {
  expect_golden<to_server::Frame>(
      to_server::Send{1, direct, 317, 0x9f2c, content_of("Lunch at \"one\"?")},
      R"({"type":"message","id":1,"conversation_id":"c_71_84","n":317,"key":"0000000000009f2c","content":"Lunch at \"one\"?"})");
}

TEST(ClientFrame, MessagesThatMentionOrAreNamed) {
  to_server::Send send{1, direct, 317, 0x9f2c, content_of("Lunch?")};
  send.mentions = two_users;
  expect_golden<to_server::Frame>(
      send,
      R"({"type":"message","id":1,"conversation_id":"c_71_84","n":317,"key":"0000000000009f2c","content":"Lunch?","mentions":["u_84","u_90"]})");
  send = {1, direct, 0, 0, content_of("Lunch?")};
  send.client_id = "menu-4711";
  expect_golden<to_server::Frame>(
      send,
      R"({"type":"message","id":1,"conversation_id":"c_71_84","client_id":"menu-4711","content":"Lunch?"})");
}

TEST(ClientFrame, QuestionsAboutMessagesAndDevices) {
  expect_golden<to_server::Frame>(to_server::Get{2, MessageId{18'000'000'000'000'000'001u}},
                                  R"({"type":"get","id":2,"message_id":"18000000000000000001"})");
  expect_golden<to_server::Frame>(to_server::Mentions{2, 17, 10},
                                  R"({"type":"mentions","id":2,"before":17,"limit":10})");
  expect_golden<to_server::Frame>(to_server::Devices{2}, R"({"type":"devices","id":2})");
  expect_golden<to_server::Frame>(to_server::Devices{2, DeviceNumber{6}},
                                  R"({"type":"devices","id":2,"after":6})");
  expect_golden<to_server::Frame>(
      to_server::Revoke{2, 18, 3, DeviceNumber{4}},
      R"({"type":"revoke","id":2,"n":18,"key":"0000000000000003","device_number":4})");
}

TEST(ServerFrame, AnswersAboutMessagesAndDevices) {
  const Message message = message_of(EntryKind::text, "Lunch?", two_users);
  expect_golden<to_client::Frame>(
      to_client::Found{2, group, message},
      R"({"type":"get","id":2,"conversation_id":"c_71_2_17","message":{"type":"message","seq":42,"message_id":"18000000000000000001","from":"u_71","device_number":2,"n":317,"key":"0000000000009f2c","sent_at":1700000000123,"content":"Lunch?","mentions":["u_84","u_90"]}})");
  const MentionOf of{17, group, 42, MessageId{4711}, UserId{84}};
  expect_golden<to_client::Frame>(
      to_client::MentionsPage{2, {&of, 1}, true},
      R"({"type":"mentions","id":2,"mentions":[{"number":17,"conversation_id":"c_71_2_17","seq":42,"message_id":"4711","from":"u_84"}],"has_more":true})");
  const DeviceOf devices[] = {{DeviceNumber{1}, "phone", true, 0},
                              {DeviceNumber{3}, "tablet", false, 1'700'000'000'123}};
  expect_golden<to_client::Frame>(
      to_client::DevicesPage{2, devices, true},
      R"({"type":"devices","id":2,"devices":[{"device_number":1,"device":"phone","online":true},{"device_number":3,"device":"tablet","online":false,"last_seen":1700000000123}],"has_more":true})");
}

TEST(ClientFrame, Token) {
  expect_golden<to_server::Frame>(to_server::Token{9, "dev-insecure:u_71"},
                                  R"({"type":"token","id":9,"token":"dev-insecure:u_71"})");
}

TEST(ClientFrame, AckAndSync) {
  const Cursor cursor = Cursor::during(1, 2, 9, 5);
  expect_golden<to_server::Frame>(to_server::Acknowledge{cursor},
                                  R"({"type":"ack","cursor":"1-2-9-5"})");
  expect_golden<to_server::Frame>(to_server::Sync{cursor}, R"({"type":"sync","cursor":"1-2-9-5"})");
}

TEST(ClientFrame, History) {
  using Direction = to_server::History::Direction;
  expect_golden<to_server::Frame>(
      to_server::History{3, group, Direction::around, 40, 20, 44},
      R"({"type":"history","id":3,"conversation_id":"c_71_2_17","around":40,"limit":20,"seen":44})");
}

TEST(ClientFrame, HistoryOfTheNewestNeedsNoAnchor) {
  Arena arena;
  const auto parsed =
      parse<to_server::Frame>(R"({"type":"history","id":3,"conversation_id":"c_71_84"})", arena);
  ASSERT_EQ(parsed.frames.size(), 1u);
  const to_server::Frame expected = to_server::History{
      3, direct, to_server::History::Direction::before, 0, limits::history_messages_default, 0};
  EXPECT_EQ(bytes_of(parsed.frames[0]), bytes_of(expected));
}

TEST(ClientFrame, Create) {
  expect_golden<to_server::Frame>(
      to_server::Create{4, 17, 1, true, two_users, "Lunch"},
      R"({"type":"create","id":4,"n":17,"key":"0000000000000001","kind":"group","members":["u_84","u_90"],"name":"Lunch"})");
  expect_golden<to_server::Frame>(
      to_server::Create{4, 17, 1, true, two_users, "", {ChangedBy::admins, NewcomersRead::from_joining}},
      R"({"type":"create","id":4,"n":17,"key":"0000000000000001","kind":"group","members":["u_84","u_90"],"changes":"admins","history":"from_joining"})");
  expect_golden<to_server::Frame>(
      to_server::Create{4, 17, 1, false, std::span(two_users).first(1), ""},
      R"({"type":"create","id":4,"n":17,"key":"0000000000000001","kind":"direct","members":["u_84"]})");
}

TEST(ClientFrame, Changes) {
  using What = to_server::Change::What;
  const std::string rest =
      R"(,"id":5,"n":18,"key":"0000000000000002","conversation_id":"c_71_2_17")";
  expect_golden<to_server::Frame>(to_server::Change{5, 18, 2, What::add, group, UserId{90}, ""},
                                  R"({"type":"add")" + rest + R"(,"user":"u_90"})");
  expect_golden<to_server::Frame>(to_server::Change{5, 18, 2, What::remove, group, UserId{90}, ""},
                                  R"({"type":"remove")" + rest + R"(,"user":"u_90"})");
  expect_golden<to_server::Frame>(to_server::Change{5, 18, 2, What::leave, group, UserId{}, ""},
                                  R"({"type":"leave")" + rest + "}");
  expect_golden<to_server::Frame>(to_server::Change{5, 18, 2, What::rename, group, UserId{}, "Tea"},
                                  R"({"type":"rename")" + rest + R"(,"name":"Tea"})");
  for (const auto& [what, type] : {std::pair(What::promote, "promote"), std::pair(What::demote, "demote"),
                                   std::pair(What::hand_over, "hand_over")})
    expect_golden<to_server::Frame>(to_server::Change{5, 18, 2, what, group, UserId{90}, ""},
                                    R"({"type":")" + std::string(type) + '"' + rest + R"(,"user":"u_90"})");
  expect_golden<to_server::Frame>(
      to_server::Change{5, 18, 2, What::settings, group, {}, "", {ChangedBy::admins, NewcomersRead::all}},
      R"({"type":"settings")" + rest + R"(,"changes":"admins","history":"all"})");
}

TEST(ClientFrame, ContactChanges) {
  using What = to_server::ContactChange::What;
  const std::string rest = R"(,"id":5,"n":18,"key":"0000000000000002")";
  expect_golden<to_server::Frame>(to_server::ContactChange{5, 18, 2, What::contact, UserId{90}, "Ann"},
                                  R"({"type":"contact")" + rest + R"(,"user":"u_90","name":"Ann"})");
  for (const auto& [what, type] : {std::pair(What::uncontact, "uncontact"), std::pair(What::block, "block"),
                                   std::pair(What::unblock, "unblock")})
    expect_golden<to_server::Frame>(to_server::ContactChange{5, 18, 2, what, UserId{90}, ""},
                                    R"({"type":")" + std::string(type) + '"' + rest + R"(,"user":"u_90"})");
  expect_golden<to_server::Frame>(
      to_server::ContactChange{5, 18, 2, What::visible, {}, "", VisibleTo::contacts},
      R"({"type":"visible")" + rest + R"(,"to":"contacts"})");
}

TEST(ClientFrame, ContactsAndMembers) {
  expect_golden<to_server::Frame>(to_server::Contacts{6, UserId{90}, 10},
                                  R"({"type":"contacts","id":6,"after":"u_90","limit":10})");
  expect_golden<to_server::Frame>(to_server::Contacts{6, {}, 64}, R"({"type":"contacts","id":6,"limit":64})");
  expect_golden<to_server::Frame>(
      to_server::Members{6, group, 64},
      R"({"type":"members","id":6,"conversation_id":"c_71_2_17","after":64})");
}

TEST(ClientFrame, Push) {
  expect_golden<to_server::Frame>(to_server::Push{6, true}, R"({"type":"push","id":6,"on":true})");
  expect_golden<to_server::Frame>(to_server::Push{6, false}, R"({"type":"push","id":6})");
}

TEST(ClientFrame, Channels) {
  const ConversationId both[] = {group, direct};
  expect_golden<to_server::Frame>(to_server::Channels{6, true, group, 10},
                                  R"({"type":"channels","id":6,"after":"c_71_2_17","limit":10})");
  expect_golden<to_server::Frame>(to_server::Look{both, false},
                                  R"({"type":"look","conversations":["c_71_2_17","c_71_84"]})");
  expect_golden<to_server::Frame>(
      to_server::Look{std::span(both).first(1), true},
      R"({"type":"look","conversations":["c_71_2_17"],"once":true})");
  expect_golden<to_server::Frame>(to_server::Unlook{std::span(both).first(1)},
                                  R"({"type":"unlook","conversations":["c_71_2_17"]})");
}

TEST(ClientFrame, AddsSeveralAtOnce) {
  const UserId users[] = {UserId{84}, UserId{90}};
  expect_golden<to_server::Frame>(
      to_server::AddMembers{5, 18, 2, group, users},
      R"({"type":"add","id":5,"n":18,"key":"0000000000000002","conversation_id":"c_71_2_17","users":["u_84","u_90"]})");
}

TEST(ServerFrame, Heads) {
  const HeadOf heads[] = {{group, 42}, {direct, 0}};
  expect_golden<to_client::Frame>(
      to_client::Heads{heads},
      R"({"type":"heads","heads":[{"conversation_id":"c_71_2_17","head":42},{"conversation_id":"c_71_84","head":0}]})");
}

TEST(ClientFrame, List) {
  expect_golden<to_server::Frame>(to_server::List{6, true, direct, 10},
                                  R"({"type":"list","id":6,"after":"c_71_84","limit":10})");
}

TEST(ClientFrame, Watch) {
  const UserId users[] = {UserId{71}, UserId{90}};
  expect_golden<to_server::Frame>(to_server::Watch{users, false},
                                  R"({"type":"watch","users":["u_71","u_90"]})");
  expect_golden<to_server::Frame>(to_server::Watch{users, true},
                                  R"({"type":"watch","users":["u_71","u_90"],"once":true})");
  expect_golden<to_server::Frame>(to_server::Unwatch{users},
                                  R"({"type":"unwatch","users":["u_71","u_90"]})");
}

TEST(ClientFrame, ReceiptsAndTyping) {
  const auto ours = ConversationId::direct(UserId{71}, UserId{84});
  expect_golden<to_server::Frame>(to_server::Read{ours, 42},
                                  R"({"type":"read","conversation_id":"c_71_84","seq":42})");
  expect_golden<to_server::Frame>(to_server::Typing{ours},
                                  R"({"type":"typing","conversation_id":"c_71_84"})");
  expect_golden<to_server::Frame>(to_server::Receipts{7, ours},
                                  R"({"type":"receipts","id":7,"conversation_id":"c_71_84"})");
}

TEST(ServerFrame, ReceiptsAndTyping) {
  const auto ours = ConversationId::direct(UserId{71}, UserId{84});
  const MarkOf marks[] = {{UserId{71}, 42, 42}, {UserId{84}, 42, 40}};
  expect_golden<to_client::Frame>(
      to_client::Receipt{.conversation = ours, .marks = marks},
      R"({"type":"receipt","conversation_id":"c_71_84","marks":[{"user":"u_71","delivered":42,"read":42},)"
      R"({"user":"u_84","delivered":42,"read":40}]})");
  expect_golden<to_client::Frame>(
      to_client::Receipt{.id = 7,
                         .conversation = ConversationId::group(UserId{71}, DeviceNumber{2}, 17),
                         .marks = {marks, 1},
                         .seq = 42,
                         .delivered = 480,
                         .read = 311},
      R"({"type":"receipt","id":7,"conversation_id":"c_71_2_17","marks":[{"user":"u_71","delivered":42,)"
      R"("read":42}],"seq":42,"delivered":480,"read":311})");
  expect_golden<to_client::Frame>(to_client::Typing{ours, UserId{84}},
                                  R"({"type":"typing","conversation_id":"c_71_84","user":"u_84"})");
}

TEST(ServerFrame, Presence) {
  const PresenceOf users[] = {{UserId{71}, PresenceState::online},
                              {UserId{90}, PresenceState::offline, 1'700'000'000'000},
                              {UserId{8}, PresenceState::unknown}};
  expect_golden<to_client::Frame>(
      to_client::Presence{users},
      R"({"type":"presence","users":[{"user":"u_71","state":"online"},)"
      R"({"user":"u_90","state":"offline","last_seen":1700000000000},{"user":"u_8","state":"unknown"}]})");
}

TEST(ServerFrame, Advise) {
  using to_client::Advise;
  expect_golden<to_client::Frame>(
      Advise{Advise::Reason::plan, {}, {11'111, 22'222, 4}},
      R"({"type":"advise","reason":"plan","on_loss":{"spread_ms":11111,"fleet_spread_ms":22222,"servers":4}})");
  expect_golden<to_client::Frame>(Advise{Advise::Reason::draining, {.delay_ms = 0, .jitter_ms = 200}, {}},
                                  R"({"type":"advise","reason":"draining","delay_ms":0,"jitter_ms":200})");
}

TEST(ServerFrame, WelcomeWithAPlan) {
  const to_client::Welcome plain{.user = UserId{71}};
  to_client::Welcome planned = plain;
  planned.on_loss = {.spread_ms = 11'111, .fleet_spread_ms = 22'222, .servers = 4};
  std::string without, with;
  encode(to_client::Frame{plain}, without);
  encode(to_client::Frame{planned}, with);
  without.insert(without.size() - 1, R"(,"on_loss":{"spread_ms":11111,"fleet_spread_ms":22222,"servers":4})");
  EXPECT_EQ(with, without);
}

TEST(ServerFrame, Welcome) {
  expect_golden<to_client::Frame>(
      to_client::Welcome{.session = {NodeId{2}, 7, {40, 3}},
                         .user = UserId{71},
                         .device = DeviceNumber{2},
                         .generation = 5,
                         .durability = Durability::synced,
                         .incarnation = 0xfedcba9876543210},
      R"({"type":"welcome","session":"s_2_7_40_3","user":"u_71","device_number":2,"generation":5,)"
      R"("durability":"synced","incarnation":"fedcba9876543210","limits":{"text_characters":99999,)"
      R"("frame_bytes":1310720,"frames_per_message":64,"unanswered":64,"unanswered_session":256,)"
      R"("ack_every":32,"group_members":100,"name_bytes":256,"history":64,"list":64,"watched":256,"watched_in_frame":64,)"
      R"("members_at_once":1000,"looked":64,"mentions":16},"ping_s":25})");
}

TEST(ServerFrame, Ok) {
  expect_golden<to_client::Frame>(
      to_client::Ok{1, direct, 42, MessageId{18'000'000'000'000'000'001u}, 1'700'000'000'123, 317,
                    318},
      R"({"type":"ok","id":1,"conversation_id":"c_71_84","seq":42,"message_id":"18000000000000000001",)"
      R"("sent_at":1700000000123,"n":317,"next":318})");
  expect_golden<to_client::Frame>(to_client::Ok{.id = 1, .conversation = direct},
                                  R"({"type":"ok","id":1,"conversation_id":"c_71_84"})");
}

TEST(ServerFrame, Error) {
  expect_golden<to_client::Frame>(
      to_client::Error{1, ErrorCode::rate_limited, true, 900, 0, "slower, please"},
      R"({"type":"error","id":1,"code":"rate_limited","retry":true,"retry_after_ms":900,"detail":"slower, please"})");
  expect_golden<to_client::Frame>(
      to_client::Error{1, ErrorCode::conflict, false, 0, 318, ""},
      R"({"type":"error","id":1,"code":"conflict","retry":false,"expected":318,"detail":""})");
}

TEST(ServerFrame, Message) {
  expect_golden<to_client::Frame>(
      to_client::Event{direct, message_of(EntryKind::text, "Lunch?", {}), Cursor::at(1, 9)},
      R"({"type":"message","conversation_id":"c_71_84","seq":42,"message_id":"18000000000000000001",)"
      R"("from":"u_71","device_number":2,"n":317,"key":"0000000000009f2c","sent_at":1700000000123,)"
      R"("content":"Lunch?","cursor":"1-9"})");
}

TEST(ServerFrame, Conversation) {
  const std::string rest =
      R"(,"conversation_id":"c_71_2_17","seq":42,"message_id":"18000000000000000001",)"
      R"("from":"u_71","device_number":2,"n":317,"key":"0000000000009f2c","sent_at":1700000000123,)";
  const auto golden = [&](EntryKind kind, std::string_view text, std::span<const UserId> users,
                          const std::string& name, const std::string& end) {
    expect_golden<to_client::Frame>(
        to_client::Event{group, message_of(kind, text, users), Cursor::at(1, 9)},
        R"({"type":"conversation","event":")" + name + "\"" + rest + end + R"(,"cursor":"1-9"})");
  };
  golden(EntryKind::created, "Lunch", two_users, "created",
         R"("users":["u_84","u_90"],"changes":"everyone","history":"from_joining","name":"Lunch")");
  golden(EntryKind::joined, "", two_users, "joined", R"("users":["u_84","u_90"])");
  golden(EntryKind::left, "", std::span(two_users).first(1), "left", R"("users":["u_84"])");
  golden(EntryKind::left, "", two_users, "left", R"("users":["u_84"],"owner":"u_90")");
  golden(EntryKind::promoted, "", std::span(two_users).first(1), "promoted", R"("users":["u_84"])");
  golden(EntryKind::settings, "", {}, "settings", R"("changes":"everyone","history":"from_joining")");
  golden(EntryKind::renamed, "", {}, "renamed", R"("name":"")");
}

TEST(ServerFrame, Range) {
  const std::vector<Range> ranges = {{direct, 3, 9}, {group, 1, 1}};
  expect_golden<to_client::Frame>(
      to_client::Ranges{ranges, Cursor::during(1, 2, 9, 5)},
      R"({"type":"range","ranges":[{"conversation_id":"c_71_84","from":3,"to":9},)"
      R"({"conversation_id":"c_71_2_17","from":1,"to":1}],"cursor":"1-2-9-5"})");
}

TEST(ServerFrame, SyncedAndReset) {
  expect_golden<to_client::Frame>(to_client::Synced{Cursor::at(1, 9)},
                                  R"({"type":"synced","cursor":"1-9"})");
  expect_golden<to_client::Frame>(to_client::Reset{Cursor::at(1, 9)},
                                  R"({"type":"reset","cursor":"1-9"})");
}

TEST(ServerFrame, History) {
  const std::vector<Message> messages = {message_of(EntryKind::text, "Lunch?", {}),
                                         message_of(EntryKind::renamed, "Tea", {})};
  expect_golden<to_client::Frame>(
      to_client::HistoryPage{3, group, messages, true, 43},
      R"({"type":"history","id":3,"conversation_id":"c_71_2_17","messages":[)"
      R"({"type":"message","seq":42,"message_id":"18000000000000000001","from":"u_71",)"
      R"("device_number":2,"n":317,"key":"0000000000009f2c","sent_at":1700000000123,"content":"Lunch?"},)"
      R"({"type":"conversation","event":"renamed","seq":42,"message_id":"18000000000000000001",)"
      R"("from":"u_71","device_number":2,"n":317,"key":"0000000000009f2c","sent_at":1700000000123,"name":"Tea"}],)"
      R"("has_more":true,"head":43})");
}

TEST(ServerFrame, Contacts) {
  const std::vector<ContactOf> contacts = {{UserId{84}, true, false, "Ann"}, {UserId{90}, false, true, ""}};
  expect_golden<to_client::Frame>(
      to_client::ContactsPage{6, VisibleTo::contacts, contacts, true},
      R"({"type":"contacts","id":6,"visible_to":"contacts","contacts":[)"
      R"({"user":"u_84","contact":true,"name":"Ann"},{"user":"u_90","blocked":true}],"has_more":true})");
}

TEST(ServerFrame, Members) {
  const std::vector<MemberOf> members = {{UserId{84}, Role::owner}, {UserId{90}, Role::member}};
  expect_golden<to_client::Frame>(
      to_client::MembersPage{6, group, "Lunch", {ChangedBy::admins, NewcomersRead::all}, Role::admin, members, 64},
      R"({"type":"members","id":6,"conversation_id":"c_71_2_17","role":"admin","name":"Lunch",)"
      R"("changes":"admins","history":"all","members":[{"user":"u_84","role":"owner"},)"
      R"({"user":"u_90","role":"member"}],"next":64})");
}

TEST(ServerFrame, OkOfWhatIsOnesOwn) {
  expect_golden<to_client::Frame>(to_client::Ok{.id = 1, .number = 3, .next = 4},
                                  R"({"type":"ok","id":1,"n":3,"next":4})");
}

TEST(ServerFrame, List) {
  const std::vector<ConversationId> conversations = {direct, group};
  expect_golden<to_client::Frame>(
      to_client::ListPage{6, conversations, false},
      R"({"type":"list","id":6,"conversations":["c_71_84","c_71_2_17"],"has_more":false})");
}

template <class Frame>
void comes_back_equal(const Frame& frame) {
  std::string text;
  encode(frame, text);
  Arena arena;
  const auto parsed = parse<Frame>(text, arena);
  for (const auto& error : parsed.errors) RC_FAIL(std::string(error.detail) + " in " + text);
  RC_ASSERT(parsed.frames.size() == 1u);
  RC_ASSERT(bytes_of(parsed.frames[0]) == bytes_of(frame));
}

RC_GTEST_PROP(FrameJson, BringsEveryClientFrameBack, ()) {
  comes_back_equal(generators::client_frame_for_json());
}
RC_GTEST_PROP(FrameJson, BringsEveryServerFrameBack, ()) {
  comes_back_equal(generators::server_frame_for_json());
}

RC_GTEST_PROP(FrameJson, BringsSeveralFramesBackInTheirOrder, ()) {
  std::vector<to_client::Frame> frames(*rc::gen::inRange<std::size_t>(1, 6));
  for (auto& frame : frames) frame = generators::server_frame_for_json();
  std::string text;
  encode(frames, text);
  Arena arena;
  const auto parsed = parse<to_client::Frame>(text, arena);
  RC_ASSERT(parsed.frames.size() == frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i)
    RC_ASSERT(bytes_of(parsed.frames[i]) == bytes_of(frames[i]));
}

RC_GTEST_PROP(FrameJson, IsJsonWhateverBytesATextHolds, (const std::string& bytes)) {
  std::string text;
  encode(to_client::Error{.detail = bytes}, text);
  RC_ASSERT(!nlohmann::json::parse(text, nullptr, false).is_discarded());
}

TEST(FrameJson, EscapesEveryCodePointSoThatItComesBack) {
  std::string all;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    char bytes[4];
    all.append(bytes, json::put_utf8(c, bytes));
  }
  std::string text;
  json::append_string(all, text);
  EXPECT_EQ(nlohmann::json::parse(text).get<std::string>(), all);
  Arena arena;
  const auto parsed = json::parse(text, {.values = 1, .depth = 1}, arena);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ((*parsed)->text, all);
  const std::string ascii = nlohmann::json(all).dump(-1, ' ', true);  // everything escaped
  const auto unescaped = json::parse(ascii, {.values = 1, .depth = 1}, arena);
  ASSERT_TRUE(unescaped.has_value());
  EXPECT_EQ((*unescaped)->text, all);
}

TEST(FrameJson, EmitsTheReplacementCharacterForEveryByteThatIsNotUtf8) {
  std::string text;
  json::append_string("a\xC0\xAF\xED\xA0\x80z\xF0\x9F\x98", text);
  EXPECT_EQ(text, "\"a\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDz\uFFFD\uFFFD\uFFFD\"");
}

}  // namespace
}  // namespace hubbub
