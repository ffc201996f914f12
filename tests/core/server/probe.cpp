#include "tests/core/server/probe.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace hubbub::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

struct Probe::Impl {
  asio::io_context io;
  websocket::stream<asio::ip::tcp::socket> ws{io};
  beast::flat_buffer buffer;

  /// Runs until `done`, for 20 s at most: a test fails then, it does not hang.
  bool run(const bool& done) {
    io.restart();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done && std::chrono::steady_clock::now() < end) io.run_one_until(end);
    return done;
  }
};

Probe::Probe(std::uint16_t port, int receive_buffer) : impl_(std::make_unique<Impl>()) {
  auto& socket = impl_->ws.next_layer();
  socket.open(asio::ip::tcp::v4());
  if (receive_buffer > 0) socket.set_option(asio::socket_base::receive_buffer_size(receive_buffer));
  socket.connect({asio::ip::address_v4::loopback(), port});
  impl_->ws.read_message_max(16 * 1024 * 1024);
}

Probe::~Probe() = default;

void Probe::send_raw(std::string_view bytes) {
  error_code ignored;
  asio::write(impl_->ws.next_layer(), asio::buffer(bytes.data(), bytes.size()), ignored);
}

std::string Probe::read_raw() {
  std::string text;
  bool done = false;
  asio::async_read(impl_->ws.next_layer(), asio::dynamic_buffer(text),
                   [&](error_code, std::size_t) { done = true; });
  if (!impl_->run(done)) impl_->ws.next_layer().close();
  impl_->run(done);
  return text;
}

int Probe::upgrade(const std::string& target, const std::string& sub_protocol,
                   const std::string& authorization) {
  impl_->ws.set_option(websocket::stream_base::decorator([=](websocket::request_type& request) {
    if (!sub_protocol.empty())
      request.set(beast::http::field::sec_websocket_protocol, sub_protocol);
    if (!authorization.empty()) request.set(beast::http::field::authorization, authorization);
  }));
  websocket::response_type response;
  bool done = false;
  impl_->ws.async_handshake(response, "localhost", target, [&](error_code) { done = true; });
  return impl_->run(done) ? response.result_int() : 0;
}

bool Probe::send(std::string_view text) {
  bool done = false;
  error_code failed;
  impl_->ws.text(true);
  impl_->ws.async_write(asio::buffer(text.data(), text.size()), [&](error_code error, std::size_t) {
    failed = error;
    done = true;
  });
  return impl_->run(done) && !failed;
}

void Probe::send_binary(std::string_view bytes) {
  bool done = false;
  impl_->ws.binary(true);
  impl_->ws.async_write(asio::buffer(bytes.data(), bytes.size()),
                        [&](error_code, std::size_t) { done = true; });
  impl_->run(done);
}

std::optional<std::string> Probe::read() {
  bool done = false;
  error_code failed;
  impl_->ws.async_read(impl_->buffer, [&](error_code error, std::size_t) {
    failed = error;
    done = true;
  });
  if (!impl_->run(done)) {
    impl_->ws.next_layer().close();
    impl_->run(done);
    return {};
  }
  if (failed) return {};
  std::string text = beast::buffers_to_string(impl_->buffer.data());
  impl_->buffer.clear();
  return text;
}

std::string Probe::read_until(std::string_view part) {
  while (const auto text = read())
    if (text->find(part) != std::string::npos) return *text;
  return {};
}

std::uint16_t Probe::close_code() {
  while (read()) {
  }
  const auto code = impl_->ws.reason().code;
  return code == websocket::close_code::none ? std::uint16_t{1006}
                                             : static_cast<std::uint16_t>(code);
}

std::string Probe::close_reason() const {
  const auto& reason = impl_->ws.reason().reason;
  return {reason.data(), reason.size()};
}

}  // namespace hubbub::server
