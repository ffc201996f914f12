// A client for tests that does exactly what it is told, also what no good client would.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hubbub::server {

class Probe {
 public:
  /// `receive_buffer`: what the kernel may take for it, in bytes; 0: as much as it likes.
  explicit Probe(std::uint16_t port, int receive_buffer = 0);
  ~Probe();

  /// Sends bytes as they are, before any upgrade.
  void send_raw(std::string_view bytes);
  /// Everything until the server closes.
  std::string read_raw();

  /// Upgrades. The answer's status: 101 when it worked.
  int upgrade(const std::string& target, const std::string& sub_protocol = "hubbub.v1.json",
              const std::string& authorization = "");
  /// False: the connection is gone.
  bool send(std::string_view text);
  void send_binary(std::string_view bytes);
  /// The next message; none when the connection has ended or 20 s have passed.
  std::optional<std::string> read();
  /// Reads until a message contains `part`, and gives that one; else empty.
  std::string read_until(std::string_view part);
  /// Reads on to the end; the close code, 1006 if there was none.
  std::uint16_t close_code();
  /// What the close frame said. REQUIRES: `close_code` was read.
  std::string close_reason() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hubbub::server
