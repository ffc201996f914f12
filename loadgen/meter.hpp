// What the devices of a load live through, counted, timed and held before the judge.
#pragma once

#include <array>
#include <map>
#include <vector>

#include "loadgen/plan.hpp"
#include "sim/check/checker.hpp"
#include "sim/clients/device.hpp"
#include "sim/engine/histogram.hpp"

namespace hubbub::loadgen {

class Meter final : public sim::DeviceObserver {
 public:
  struct Counts {
    std::uint64_t sent = 0;      ///< for the first time
    std::uint64_t repeated = 0;  ///< sent again under the same number
    std::uint64_t acknowledged = 0;
    std::uint64_t refused = 0;
    std::uint64_t put_off = 0;    ///< answered "later"
    std::uint64_t delivered = 0;  ///< messages that reached the recipient's device
    std::uint64_t welcomes = 0;
    std::uint64_t lost = 0;    ///< connections, after a welcome
    std::uint64_t failed = 0;  ///< attempts to connect
  };

  explicit Meter(const Plan& plan);

  /// From when intended times count, on the monotonic clock.
  void load_begins(Duration now) { begun_ = now; }

  sim::Checker& checker() { return checker_; }
  const Counts& counts() const { return counts_; }
  /// Connections that ended, by close code.
  const std::map<std::uint16_t, std::uint64_t>& close_codes() const { return close_codes_; }
  /// From the intended time to `ok`, and to the recipient's device. Nanoseconds.
  const sim::Histogram& acknowledgement() const { return acknowledgement_; }
  const sim::Histogram& delivery() const { return delivery_; }
  /// The highest acknowledged sequence of each conversation that was written to.
  const std::map<ConversationId, Sequence>& conversations() const { return conversations_; }
  const std::string& first_refusal() const { return first_refusal_; }

 private:
  void sent(Duration, const sim::Device&, const ConversationId&, const sim::Outgoing&) override;
  void repeated(Duration, const sim::Device&, const ConversationId&, const sim::Outgoing&) override;
  void acknowledged(Duration, const sim::Device&, const ConversationId&, const sim::Outgoing&,
                    const to_client::Ok&) override;
  void refused(Duration, const sim::Device&, const ConversationId&, const sim::Outgoing&,
               const to_client::Error&) override;
  void put_off(Duration, const sim::Device&, const to_client::Error&) override;
  void shown(Duration, const sim::Device&, const to_client::Event&) override;
  void declared(Duration, const sim::Device&, const to_client::Ranges&) override;
  void synced(Duration, const sim::Device&, const to_client::Synced&) override;
  void reset(Duration, const sim::Device&, const to_client::Reset&) override;
  void paged(Duration, const sim::Device&, const to_server::History&,
             const to_client::HistoryPage&) override;
  void attached(Duration, const sim::Device&, const to_client::Welcome&) override;
  void lost(Duration, const sim::Device&, CloseCode, bool) override;

  void arrived(Duration now, const sim::Device& device, const Message& message);
  void record(Duration now, std::uint64_t index, sim::Histogram& to);

  const Plan& plan_;
  Duration begun_{};
  sim::Checker checker_;
  Counts counts_;
  std::map<std::uint16_t, std::uint64_t> close_codes_;
  sim::Histogram acknowledgement_;
  sim::Histogram delivery_;
  std::vector<bool> delivered_;  ///< by message index
  std::map<ConversationId, Sequence> conversations_;
  std::string first_refusal_;
};

}  // namespace hubbub::loadgen
