#include "loadgen/sockets.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <time.h>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/base/limits.hpp"
#include "core/wire/frame_json.hpp"

namespace hubbub::loadgen {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using Socket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;

/// A connection that broke without a close frame (RFC 6455, 7.1.5).
constexpr CloseCode broken = CloseCode{1006};
/// Handlers between two looks at the time.
constexpr int handlers_per_round = 256;

/// Bytes of an HTTP answer's body that are told.
constexpr std::size_t told_bytes = 300;

/// What all links add to.
struct Traffic {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  unsigned declined = 0;
};

/// A server's own words if it answers as ours does, else as they are.
std::string told(const websocket::response_type& answer) {
  const auto json = nlohmann::json::parse(answer.body(), nullptr, /*allow_exceptions=*/false);
  if (json.is_object() && json.contains("detail") && json["detail"].is_string())
    return json["detail"].get<std::string>();
  return answer.body().substr(0, told_bytes);
}

class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(asio::io_context& io, std::uint32_t client, Sockets::Events& events, Traffic& traffic)
      : ws_(Socket(io.get_executor())), client_(client), events_(&events), traffic_(traffic) {}

  void connect(const tcp::endpoint& server, const std::string& source, const std::string& host,
               const std::string& target) {
    error_code error;
    socket().open(server.protocol(), error);
    if (!error) socket().set_option(tcp::no_delay(true), error);
    if (!error && !source.empty()) bind(source, error);
    if (error) return lose_later(fmt::format("cannot make a socket: {}", error.message()));
    socket().async_connect(server, [self = self(), host, target](error_code failed) {
      if (failed)
        return self->lose(broken, fmt::format("cannot connect to {}: {}", host, failed.message()));
      self->upgrade(host, target);
    });
  }

  void send(std::string message) {
    waiting_.push_back(std::move(message));
    if (open_) write_next();
  }

  /// Nothing more is heard of it.
  void forget() {
    events_ = nullptr;
    error_code ignored;
    // A reset in place of a FIN: thousands of ports in TIME_WAIT would be in the next run's way.
    socket().set_option(asio::socket_base::linger(true, 0), ignored);
    socket().close(ignored);
  }

 private:
  Socket& socket() { return ws_.next_layer(); }
  std::shared_ptr<Link> self() { return shared_from_this(); }

  void bind(const std::string& source, error_code& error) {
    const auto address = asio::ip::make_address(source, error);
    if (error) return;
    // The port is chosen when connecting, per destination; else the range of ports is shared by
    // all.
    using late_port = asio::detail::socket_option::boolean<IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT>;
    socket().set_option(late_port(true), error);
    if (!error) socket().bind(tcp::endpoint(address, 0), error);
  }

  void upgrade(const std::string& host, const std::string& target) {
    ws_.auto_fragment(false);
    ws_.text(true);
    ws_.read_message_max(2 * limits::outbound_bytes);
    ws_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
      request.set(beast::http::field::sec_websocket_protocol, json_subprotocol);
    }));
    ws_.async_handshake(answer_, host, target, [self = self(), host](error_code failed) {
      if (failed == websocket::error::upgrade_declined) return self->decline(host);
      if (failed)
        return self->lose(broken, fmt::format("{} does not answer as a WebSocket does: {}", host,
                                              failed.message()));
      self->answer_ = {};
      self->open_ = true;
      if (self->events_) self->events_->opened(self->client_);
      if (!self->events_) return;
      self->read();
      self->write_next();
    });
  }

  void decline(const std::string& host) {
    traffic_.declined = answer_.result_int();
    lose(broken, fmt::format("{} answered {}: {}", host, answer_.result_int(), told(answer_)));
  }

  void read() {
    ws_.async_read(buffer_,
                   [self = self()](error_code failed, std::size_t) { self->on_read(failed); });
  }

  void on_read(error_code failed) {
    if (failed == websocket::error::closed) {
      const websocket::close_reason& reason = ws_.reason();
      const std::string text(reason.reason.data(), reason.reason.size());
      return lose(reason.code == websocket::close_code::none ? broken : CloseCode{reason.code},
                  text);
    }
    if (failed) return lose(broken, "the connection broke: " + failed.message());
    if (!events_) return;
    const auto bytes = buffer_.cdata();
    traffic_.received += bytes.size();
    events_->message(client_, {static_cast<const char*>(bytes.data()), bytes.size()});
    buffer_.consume(buffer_.size());
    if (buffer_.capacity() > 64 * 1024) buffer_.shrink_to_fit();
    if (events_) read();
  }

  void write_next() {
    if (writing_ || waiting_.empty()) return;
    writing_ = true;
    traffic_.sent += waiting_.front().size();
    ws_.async_write(asio::buffer(waiting_.front()),
                    [self = self()](error_code failed, std::size_t) {
                      self->writing_ = false;
                      self->waiting_.pop_front();
                      // A broken connection is noticed by the read, with its close code if there
                      // was one.
                      if (!failed) self->write_next();
                    });
  }

  void lose(CloseCode code, std::string_view reason) {
    error_code ignored;
    socket().close(ignored);
    open_ = false;
    if (Sockets::Events* events = std::exchange(events_, nullptr))
      events->closed(client_, code, reason);
  }

  void lose_later(std::string why) {
    asio::post(ws_.get_executor(),
               [self = self(), why = std::move(why)] { self->lose(broken, why); });
  }

  websocket::stream<Socket, false> ws_;
  std::uint32_t client_;
  Sockets::Events* events_;
  Traffic& traffic_;
  beast::flat_buffer buffer_;
  websocket::response_type answer_;  ///< of the handshake
  std::deque<std::string> waiting_;
  bool open_ = false;
  bool writing_ = false;
};

}  // namespace

struct Sockets::Impl {
  asio::io_context io{1};
  tcp::endpoint server;
  std::string host;
  std::string path;
  Events& events;
  Traffic traffic;
  std::vector<std::shared_ptr<Link>> links;

  explicit Impl(Events& to) : events(to) {}
};

Sockets::Sockets(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sockets::~Sockets() { close_all(); }

Result<std::unique_ptr<Sockets>> Sockets::make(const Url& url, std::uint32_t clients,
                                               Events& events) {
  auto impl = std::make_unique<Impl>(events);
  tcp::resolver resolver(impl->io);
  error_code error;
  const auto found = resolver.resolve(url.host, std::to_string(url.port), error);
  if (error || found.empty()) {
    return failure(fmt::format("the host \"{}\" has no address ({}); is it spelled right?",
                               url.host, error.message()));
  }
  impl->server = found.begin()->endpoint();
  const bool v6 = url.host.find(':') != std::string::npos;
  impl->host = fmt::format(fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), url.host, url.port);
  impl->path = url.path;
  impl->links.resize(clients);
  return std::unique_ptr<Sockets>(new Sockets(std::move(impl)));
}

void Sockets::connect(std::uint32_t client, const std::string& source, const std::string& query) {
  close(client);
  auto& link = impl_->links[client];
  link = std::make_shared<Link>(impl_->io, client, impl_->events, impl_->traffic);
  link->connect(impl_->server, source, impl_->host, fmt::format("{}?{}", impl_->path, query));
}

void Sockets::send(std::uint32_t client, std::string message) {
  if (impl_->links[client]) impl_->links[client]->send(std::move(message));
}

void Sockets::close(std::uint32_t client) {
  if (auto link = std::exchange(impl_->links[client], nullptr)) link->forget();
}

void Sockets::close_all() {
  for (std::uint32_t client = 0; client < impl_->links.size(); ++client) close(client);
}

void Sockets::run_until(Duration mono) {
  impl_->io.restart();
  const Duration now = monotonic_now();
  if (mono > now && impl_->io.run_one_for(mono - now) == 0) {
    // Without a single connection the context has no work and does not wait: so wait here.
    const Duration rest = mono - monotonic_now();
    if (impl_->io.stopped() && rest > Duration{0}) {
      const timespec wait{std::chrono::duration_cast<std::chrono::seconds>(rest).count(),
                          (rest % 1s).count()};
      ::nanosleep(&wait, nullptr);
    }
    return;
  }
  for (int i = 0; i < handlers_per_round && impl_->io.poll_one() > 0; ++i) {
  }
}

const std::string& Sockets::server() const { return impl_->host; }
unsigned Sockets::declined() const { return impl_->traffic.declined; }

std::uint64_t Sockets::bytes_sent() const { return impl_->traffic.sent; }
std::uint64_t Sockets::bytes_received() const { return impl_->traffic.received; }

Duration monotonic_now() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

}  // namespace hubbub::loadgen
