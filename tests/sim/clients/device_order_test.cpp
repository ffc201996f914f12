// A device against a simple model of a conversation's numbers (R1): whatever is refused, put off,
// lost or repeated, what is accepted is what was written, once each and in order.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <map>

#include "sim/clients/device.hpp"

namespace hubbub::sim {
namespace {

const UserId ann{1};
const ConversationId chat = ConversationId::direct(ann, UserId{2});

/// Takes the next number only; knows the last 64 by key.
struct ConversationModel {
  std::uint64_t next = 1;
  std::map<std::uint64_t, std::uint64_t> by_key;
  std::vector<std::uint64_t> accepted;  ///< digests

  to_client::Frame take(const to_server::Send& send) {
    if (const auto known = by_key.find(send.key); known != by_key.end())
      return to_client::Ok{send.id, chat, known->second, {}, 0, known->second, next};
    if (send.number != next)
      return to_client::Error{send.id, ErrorCode::conflict, false, 0, next, ""};
    by_key[send.key] = next;
    accepted.push_back(send.content.digest);
    return to_client::Ok{send.id, chat, next, {}, 0, next, next + 1};
  }
};

struct Refusals : DeviceObserver {
  std::vector<std::uint64_t> digests;
  void refused(Duration, const Device&, const ConversationId&, const Outgoing& m,
               const to_client::Error&) override {
    digests.push_back(m.digest);
  }
};

RC_GTEST_PROP(DeviceOrder, AcceptsWhatWasWrittenOnceAndInOrder, ()) {
  DeviceSettings settings;
  settings.retry_budget = 1e9;
  Refusals refusals;
  DeviceEdge edge{settings, refusals, {}};
  Device device(ann, 0, *rc::gen::arbitrary<std::uint64_t>());
  ConversationModel model;
  std::deque<to_server::Send> up;
  std::deque<to_client::Frame> down;
  Duration now{0};
  bool linked = false;
  std::uint64_t written = 0;

  const auto carry_out = [&] {
    for (const to_server::Frame& f : edge.actions.frames)
      if (const auto* send = std::get_if<to_server::Send>(&f)) up.push_back(*send);
    if (edge.actions.close) linked = false;
    if (!linked) up.clear(), down.clear();
    const bool connect = edge.actions.connect;
    edge.actions.clear();
    if (!connect) return;
    linked = true;
    device.connected(now, edge);
    edge.actions.clear();
    device.frame(now, to_client::Welcome{{}, ann, DeviceNumber{1}, 1, Durability::synced, 1}, edge);
    for (const to_server::Frame& f : edge.actions.frames)
      if (const auto* send = std::get_if<to_server::Send>(&f)) up.push_back(*send);
    edge.actions.clear();
  };
  const auto serve = [&](int how) {
    if (up.empty()) return;
    const to_server::Send send = up.front();
    up.pop_front();
    if (how == 0 && !model.by_key.contains(send.key) && send.number == model.next)
      down.push_back(to_client::Error{send.id, ErrorCode::too_large, false, 0, 0, ""});
    else if (how == 1)
      down.push_back(to_client::Error{send.id, ErrorCode::unavailable, true, 100, 0, ""});
    else
      down.push_back(model.take(send));
  };
  const auto hear = [&] {
    if (down.empty()) return;
    const to_client::Frame frame = down.front();
    down.pop_front();
    device.frame(now, frame, edge);
    carry_out();
  };

  device.go_online(now, edge);
  carry_out();
  const auto moves = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 20));
  for (const int move : moves) {
    now += 50ms;
    if (move < 7) {
      if (device.write(now, chat, Content{1, ++written, "x"}, move % 2 == 0, edge)) {
      } else {
        --written;
      }
    } else if (move < 12) {
      serve(move - 7);
    } else if (move < 17) {
      hear();
    } else if (move == 17 && linked) {
      linked = false;
      up.clear(), down.clear();
      device.closed(now, broken, edge);
    } else {
      now += 1s;
      device.timer(now, edge);
    }
    carry_out();
  }
  // Everything heals: all must be answered.
  for (int i = 0; i < 100'000 && device.pending() > 0; ++i) {
    while (!up.empty()) serve(9);
    while (!down.empty()) hear();
    if (device.pending() == 0) break;
    now = std::max(now + 1ms, device.deadline() == never ? now : device.deadline());
    device.timer(now, edge);
    carry_out();
  }
  RC_ASSERT(device.pending() == 0u);

  std::vector<std::uint64_t> expected;
  for (std::uint64_t digest = 1; digest <= written; ++digest)
    if (std::find(refusals.digests.begin(), refusals.digests.end(), digest) ==
        refusals.digests.end())
      expected.push_back(digest);
  RC_ASSERT(model.accepted == expected);
}

}  // namespace
}  // namespace hubbub::sim
