// What an edge keeps of a polled session (R37): which requests are open, and what waits for a poll.
//
// An answer goes back on the request that asked, once all that it asked is answered; everything else
// waits until the node says that a poll takes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/node/outbox.hpp"
#include "sim/clients/device.hpp"

namespace hubbub::sim {

class HttpSession {
 public:
  using Exchange = Device::Exchange;
  /// What leaves on one exchange, which is over with it.
  struct Answer {
    std::uint32_t exchange = 0;
    Exchange what{};
    std::string bytes;         ///< frames, each with its size before it
    std::size_t length = 0;    ///< of all frames, with their texts
    std::size_t longest = 0;   ///< of one
  };

  /// A frame of a device came, on this exchange.
  void arrived(std::uint32_t exchange, const to_server::Frame& frame);
  /// That was the whole of the exchange.
  void arrived_whole();
  /// The node said something. `bytes`: the frame in its byte form, `length` with its text.
  void told(const to_client::Frame& frame, std::string_view bytes, std::size_t length);
  void polled(const output::Poll& poll);
  /// What leaves because of it.
  std::vector<Answer> take() { return std::exchange(answers_, {}); }
  /// All exchanges that are open end with nothing.
  void break_all();
  bool has_open() const { return request_ != 0 || !polls_.empty(); }
  /// That wait for a poll.
  std::size_t waiting_bytes() const { return waiting_bytes_; }

 private:
  struct Waiting {
    bool of_stream = false;
    std::string bytes;
    std::size_t length = 0;
  };
  struct OpenPoll {
    std::uint32_t exchange = 0;
    RequestId id{};
  };
  static void append(Answer& to, std::string_view bytes, std::size_t length);
  void answer_request();

  std::vector<Waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::vector<OpenPoll> polls_;  ///< one that a newer one took the place of ends soon
  std::uint32_t request_ = 0;    ///< the exchange; 0: none is open
  bool greets_ = false;          ///< it has a `hello`
  std::vector<RequestId> awaited_;
  Answer replies_;
  std::vector<Answer> answers_;
};

}  // namespace hubbub::sim
