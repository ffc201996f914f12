// Users, devices and conversations as dense numbers, in the order in which they were first met.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "core/base/ids.hpp"

namespace hubbub::sim {

inline constexpr std::uint32_t no_entity = ~std::uint32_t{0};

inline std::string to_text(DeviceId device) {
  return fmt::format("device {} of {}", device.device.value, hubbub::to_text(device.user));
}

class Entities {
 public:
  std::uint32_t user(UserId id) { return number(id, user_numbers_, users_); }
  std::uint32_t device(DeviceId id) { return number(id, device_numbers_, devices_); }
  std::uint32_t conversation(const ConversationId& id) {
    return number(id, conversation_numbers_, conversations_);
  }

  UserId user_id(std::uint32_t user) const { return users_[user]; }
  DeviceId device_id(std::uint32_t device) const { return devices_[device]; }
  const ConversationId& conversation_id(std::uint32_t c) const { return conversations_[c]; }

  std::size_t memory() const {
    return user_numbers_.capacity() * 17 + device_numbers_.capacity() * 25 +
           conversation_numbers_.capacity() * 25 + users_.capacity() * sizeof(UserId) +
           devices_.capacity() * sizeof(DeviceId) +
           conversations_.capacity() * sizeof(ConversationId);
  }

 private:
  template <class Key>
  static std::uint32_t number(const Key& id, absl::flat_hash_map<Key, std::uint32_t>& numbers,
                              std::vector<Key>& all) {
    const auto [found, is_new] = numbers.try_emplace(id, static_cast<std::uint32_t>(all.size()));
    if (is_new) all.push_back(id);
    return found->second;
  }

  absl::flat_hash_map<UserId, std::uint32_t> user_numbers_;
  absl::flat_hash_map<DeviceId, std::uint32_t> device_numbers_;
  absl::flat_hash_map<ConversationId, std::uint32_t> conversation_numbers_;
  std::vector<UserId> users_;
  std::vector<DeviceId> devices_;
  std::vector<ConversationId> conversations_;
};

}  // namespace hubbub::sim
