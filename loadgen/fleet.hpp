// The devices of a load and their connections: each decides as the simulator's do, and what it
// decides is done on real sockets.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "core/wire/frame_json.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/sockets.hpp"
#include "sim/clients/device.hpp"

namespace hubbub::loadgen {

class Fleet : private Sockets::Events {
 public:
  /// Requests with ids from here on are not the devices' own; their answers go to `Answers`.
  static constexpr RequestId foreign_requests = RequestId{1} << 40;

  class Answers {
   public:
    virtual ~Answers() = default;
    virtual void answer(Duration now, std::uint32_t client, const to_client::Frame& frame) = 0;
  };

  static Result<std::unique_ptr<Fleet>> make(const Options& options, const Url& url,
                                             const Plan& plan, sim::DeviceObserver& observer);
  ~Fleet() override;

  std::uint32_t size() const { return static_cast<std::uint32_t>(devices_.size()); }
  const sim::Device& device(std::uint32_t client) const { return devices_[client]; }

  void go_online(std::uint32_t client);
  void go_offline(std::uint32_t client);
  /// Writes a message without waiting for earlier answers. False: too many are unanswered.
  bool write(std::uint32_t client, const ConversationId& conversation, std::string_view text);
  /// Sends a request beside the device's own. REQUIRES: the device is attached.
  void request(std::uint32_t client, const to_server::Frame& frame);
  void answers_to(Answers* answers) { answers_ = answers; }

  /// Handles what happens, until `mono` at the latest.
  void run_until(Duration mono);

  /// How connections ended or were not made: by close code, what the first one was told.
  const std::map<std::uint16_t, std::string>& reasons() const { return reasons_; }
  /// A user who, before this run said anything, had been here before or was sent something.
  std::optional<UserId> with_history() const { return with_history_; }

  std::uint32_t attached() const { return attached_; }
  /// Devices that were told, once at least, that their inbox holds no more.
  std::uint32_t caught_up() const { return caught_up_; }
  /// Every device is attached, at its head, and owes and awaits nothing.
  bool quiet() const;
  /// Frames that could not be read: the server broke the protocol.
  std::uint64_t broken_frames() const { return broken_frames_; }
  const std::string& first_broken() const { return first_broken_; }
  const Sockets& sockets() const { return *sockets_; }

 private:
  Fleet(const Options& options, const Plan& plan, sim::DeviceObserver& observer);

  void opened(std::uint32_t client) override;
  void message(std::uint32_t client, std::string_view text) override;
  void closed(std::uint32_t client, CloseCode code, std::string_view reason) override;

  /// Calls `act(device, edge)` and does what the device wants done.
  template <class Act>
  void with(std::uint32_t client, Act&& act);
  void carry_out(std::uint32_t client);
  /// What its request for a connection says.
  std::string query(std::uint32_t client) const;
  void schedule(std::uint32_t client);
  void run_timers(Duration now);
  void look_for_history(std::uint32_t client, const to_client::Frame& frame);
  bool foreign(Duration now, std::uint32_t client, const to_client::Frame& frame);

  struct Alarm {
    Duration at;
    std::uint32_t client;
    bool operator>(const Alarm& other) const { return at > other.at; }
  };

  const Plan& plan_;
  sim::DeviceSettings settings_;
  sim::DeviceEdge edge_;
  std::unique_ptr<Sockets> sockets_;
  std::vector<sim::Device> devices_;
  std::vector<std::string> sources_;
  std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;
  std::vector<Duration> alarm_at_;  ///< by client: its earliest entry in `alarms_`
  std::vector<bool> counted_;       ///< by client: in `attached_`
  std::uint32_t attached_ = 0;
  Answers* answers_ = nullptr;
  std::map<std::uint16_t, std::string> reasons_;
  std::optional<UserId> with_history_;
  std::vector<std::uint8_t> openings_;  ///< by client: connections opened, up to 2
  std::vector<bool> was_synced_;        ///< by client
  std::uint32_t caught_up_ = 0;
  bool written_ = false;  ///< this run has said something
  Arena arena_;
  ParsedServerFrames parsed_;
  std::uint64_t broken_frames_ = 0;
  std::string first_broken_;
};

}  // namespace hubbub::loadgen
