#include "core/server/listener.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include "core/server/websocket.hpp"

namespace hubbub::server {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// How long to wait after accepting failed for want of descriptors or memory.
constexpr auto accept_pause = std::chrono::milliseconds(200);

}  // namespace

Listener::Listener(boost::asio::io_context& io, std::span<NodeLoop* const> loops,
                   std::function<void(std::string_view)> say)
    : acceptor_(io.get_executor()),
      wait_(io.get_executor()),
      loops_(loops.begin(), loops.end()),
      say_(std::move(say)) {}

Result<void> Listener::open(std::string_view address, std::uint16_t port) {
  error_code error;
  const auto ip = boost::asio::ip::make_address(std::string(address), error);
  if (error) {
    return failure(fmt::format(
        "the address \"{}\" is not an IP address such as 127.0.0.1, or 0.0.0.0 for all", address));
  }
  const tcp::endpoint endpoint(ip, port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
  if (error) {
    return failure(fmt::format(
        "cannot listen on {} port {}: {}; choose another with --port, or 0 for any free one",
        address, port, error.message()));
  }
  port_ = acceptor_.local_endpoint(error).port();
  return {};
}

void Listener::stop() {
  error_code ignored;
  acceptor_.close(ignored);
  wait_.cancel();
}

void Listener::accept_next() {
  NodeLoop* const loop = loops_[next_];
  acceptor_.async_accept(loop->io(), [this, loop](const error_code& error, Socket socket) {
    if (error) return on_error(error);
    said_ = false;
    next_ = (next_ + 1) % loops_.size();
    boost::asio::post(loop->io(), [loop, socket = std::move(socket)]() mutable {
      serve_socket(std::move(socket), loop->clients());
    });
    accept_next();
  });
}

void Listener::on_error(const error_code& error) {
  if (!acceptor_.is_open()) return;
  if (error == boost::asio::error::connection_aborted) return accept_next();
  if (!std::exchange(said_, true)) {
    say_(
        fmt::format("accepting connections failed ({}) and is tried again; is the limit of open "
                    "files (ulimit -n) too low?",
                    error.message()));
  }
  wait_.expires_after(accept_pause);
  wait_.async_wait([this](const error_code& cancelled) {
    if (!cancelled && acceptor_.is_open()) accept_next();
  });
}

}  // namespace hubbub::server
