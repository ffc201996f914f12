// Who appears in these tests, and ways to spoil a history.
#pragma once

#include <gmock/gmock.h>

#include <functional>

#include "tests/sim/check/chat_model.hpp"

namespace hubbub::sim {

inline constexpr UserId alice{1}, bob{2}, carol{3};
inline constexpr DeviceId alices{alice, DeviceNumber{1}}, alices_tablet{alice, DeviceNumber{2}};
inline constexpr DeviceId bobs{bob, DeviceNumber{1}}, carols{carol, DeviceNumber{1}};
inline const ConversationId alice_and_bob = ConversationId::direct(alice, bob);

/// Alice sends Bob `messages` messages; both have all of it, and everything is stored.
inline ChatModel talk(int messages = 3) {
  ChatModel chat;
  chat.attach(alices);
  chat.attach(bobs);
  for (int i = 0; i < messages; ++i) {
    const Message m = chat.send(alices, alice_and_bob);
    chat.acknowledge(alices, alice_and_bob, m);
    chat.catch_up(alices);
    chat.catch_up(bobs);
  }
  return chat;
}

/// The n-th event (from 0) of this kind, for which `which` holds. Fails the test if there is none.
inline std::size_t find(const std::vector<Event>& history, Event::Kind kind, int n = 0,
                        const std::function<bool(const Event&)>& which = {}) {
  for (std::size_t i = 0; i < history.size(); ++i)
    if (history[i].kind == kind && (!which || which(history[i])) && n-- == 0) return i;
  ADD_FAILURE() << "the history has no such event";
  return 0;
}

inline void drop(std::vector<Event>& history, std::size_t index) {
  history.erase(history.begin() + static_cast<std::ptrdiff_t>(index));
}

inline std::function<bool(const Event&)> to(DeviceId device) {
  return [device](const Event& e) { return e.device == device; };
}

}  // namespace hubbub::sim
