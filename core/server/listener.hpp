// Accepts sockets and deals them round to the nodes' loops.
//
// When the process has no file descriptor left it says so once, waits a little and goes on: those
// who are connected notice nothing, those who come wait in the system's queue.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/errors.hpp"
#include "core/server/node_loop.hpp"

namespace hubbub::server {

class Listener {
 public:
  /// `io` is where accepting happens; the sockets go to the loops' own. `say` gets warnings.
  Listener(boost::asio::io_context& io, std::span<NodeLoop* const> loops,
           std::function<void(std::string_view)> say);

  /// Port 0: any. The error says what would be right.
  Result<void> open(std::string_view address, std::uint16_t port);
  std::uint16_t port() const { return port_; }
  void start() { accept_next(); }
  void stop();

 private:
  using Executor = boost::asio::io_context::executor_type;
  void accept_next();
  void on_error(const boost::system::error_code& error);

  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor> acceptor_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
      wait_;
  std::vector<NodeLoop*> loops_;
  std::function<void(std::string_view)> say_;
  std::size_t next_ = 0;
  std::uint16_t port_ = 0;
  bool said_ = false;
};

}  // namespace hubbub::server
