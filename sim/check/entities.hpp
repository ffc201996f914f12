// Users, devices and conversations as dense numbers, in the order in which they were first met.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <string>

#include "core/base/ids.hpp"
#include "core/base/stable_vector.hpp"

namespace hubbub::sim {

inline constexpr std::uint32_t no_entity = ~std::uint32_t{0};

inline std::string to_text(DeviceId device) {
  return fmt::format("device {} of {}", device.device.value, hubbub::to_text(device.user));
}

class Entities {
 public:
  std::uint32_t user(UserId id) { return number(id, user_numbers_, users_); }
  /// A user has few devices: they are a list that begins at the user.
  std::uint32_t device(DeviceId id) {
    const std::uint32_t of = user(id.user);
    std::uint32_t* at = &users_[of].first_device;
    for (; *at != no_entity; at = &devices_[*at].next)
      if (devices_[*at].number == id.device) return *at;
    const auto added = static_cast<std::uint32_t>(devices_.size());
    *at = added;
    devices_.emplace_back();
    devices_[added] = {of, no_entity, id.device};
    return added;
  }
  std::uint32_t conversation(const ConversationId& id) {
    return number(id, conversation_numbers_, conversations_);
  }

  /// `no_entity`: it was never met.
  std::uint32_t known(const ConversationId& id) const {
    const auto found = conversation_numbers_.find(id);
    return found == conversation_numbers_.end() ? no_entity : found->second;
  }

  UserId user_id(std::uint32_t user) const { return users_[user].id; }
  DeviceId device_id(std::uint32_t device) const {
    return {users_[devices_[device].user].id, devices_[device].number};
  }
  const ConversationId& conversation_id(std::uint32_t c) const { return conversations_[c]; }

  std::size_t memory() const {
    return user_numbers_.capacity() * 17 + conversation_numbers_.capacity() * 25 +
           users_.memory() + devices_.memory() + conversations_.memory();
  }

 private:
  struct User {
    UserId id;
    std::uint32_t first_device = no_entity;
  };
  struct Device {
    std::uint32_t user{};
    std::uint32_t next = no_entity;
    DeviceNumber number;
  };

  template <class Key, class Entity>
  static std::uint32_t number(const Key& id, absl::flat_hash_map<Key, std::uint32_t>& numbers,
                              StableVector<Entity>& all) {
    const auto [found, is_new] = numbers.try_emplace(id, static_cast<std::uint32_t>(all.size()));
    if (is_new) {
      all.emplace_back();
      all[found->second] = {id};
    }
    return found->second;
  }

  absl::flat_hash_map<UserId, std::uint32_t> user_numbers_;
  absl::flat_hash_map<ConversationId, std::uint32_t> conversation_numbers_;
  StableVector<User> users_;
  StableVector<Device> devices_;
  StableVector<ConversationId> conversations_;
};

}  // namespace hubbub::sim
