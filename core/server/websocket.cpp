#include "core/server/websocket.hpp"

#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <memory>

#include "core/server/clients.hpp"
#include "core/server/connection.hpp"
#include "core/server/http_answer.hpp"
#include "core/server/outbound.hpp"

namespace hubbub::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;

/// A request's line and headers. Browsers send about one kilobyte; a token may be long.
constexpr std::uint32_t header_bytes = 8 * 1024;
/// What a message is first read into. Most frames of a device fit; a connection keeps no more.
constexpr std::size_t small_read_bytes = 256;
/// A longer message grows by this.
constexpr std::size_t large_read_bytes = 16 * 1024;

class WebSocketConnection final : public Connection,
                                  public std::enable_shared_from_this<WebSocketConnection> {
 public:
  WebSocketConnection(Socket socket, Clients& clients)
      : ws_(std::move(socket)), clients_(clients) {}

  void start() {
    error_code ignored;
    socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    id_ = clients_.accepted(shared_from_this());
    upgrade_ = std::make_unique<Upgrade>();
    upgrade_->parser.header_limit(header_bytes);
    http::async_read_header(
        socket(), upgrade_->buffer, upgrade_->parser,
        [self = self()](error_code error, std::size_t) { self->on_request(error); });
  }

  void read_on() override {
    if (stopped_reading_) return;
    large_.clear();
    large_.shrink_to_fit();
    read_some();
  }

  bool send(std::string_view frame) override { return outbound_.add(frame); }

  void flush() override { write_next(); }

  void ping() override {
    ping_wanted_ = true;
    write_next();
  }

  void close(CloseCode code, std::string_view reason, bool drop_waiting) override {
    if (close_wanted_) return;
    close_wanted_ = true;
    stopped_reading_ = true;
    close_code_ = code;
    close_reason_ = reason.substr(0, close_reason_bytes);
    if (drop_waiting) outbound_.drop_waiting();
    write_next();
  }

  void abort() override { gone(); }

 private:
  struct Upgrade {
    beast::flat_buffer buffer{header_bytes + 1024};
    http::request_parser<http::empty_body> parser;
    std::string answer;
  };
  /// A close frame carries at most 123 bytes of reason (RFC 6455, 5.5).
  static constexpr std::size_t close_reason_bytes = 123;

  Socket& socket() { return ws_.next_layer(); }
  std::shared_ptr<WebSocketConnection> self() { return shared_from_this(); }

  // --- The upgrade -------------------------------------------------------------------------------

  void on_request(error_code error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return answer({431, ErrorCode::too_large, "the request's headers are longer than 8 KiB"});
    }
    if (error.category() == make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
      return answer({400, ErrorCode::bad_request, "this is not an HTTP/1.1 request"});
    }
    if (error) return gone();
    const auto& request = upgrade_->parser.get();
    const RequestHead head{
        .method = request.method_string(),
        .target = request.target(),
        .authorization = request[http::field::authorization],
        .sub_protocols = request[http::field::sec_websocket_protocol],
        .version = request[http::field::sec_websocket_version],
        .is_upgrade = websocket::is_upgrade(request),
        .early_bytes = upgrade_->buffer.size(),
    };
    const HttpDecision decision = decide(head);
    if (decision.answer) return answer(*decision.answer);
    user_ = decision.user;
    returning_ = decision.returning;
    accept();
  }

  void answer(const HttpAnswer& answer) {
    upgrade_->answer = to_http(answer);
    asio::async_write(socket(), asio::buffer(upgrade_->answer),
                      [self = self()](error_code, std::size_t) {
                        // Reading on until the peer is done would let it keep us; a reset after
                        // this little text is the lesser evil.
                        error_code ignored;
                        self->socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
                        self->gone();
                      });
  }

  void accept() {
    ws_.auto_fragment(false);
    ws_.text(true);
    ws_.read_message_max(0);  // on_read counts, to say what is wrong before closing
    ws_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
      response.set(http::field::sec_websocket_protocol, json_subprotocol);
      response.set(http::field::server, "hubbub");
    }));
    ws_.async_accept(upgrade_->parser.get(),
                     [self = self()](error_code error) { self->on_accepted(error); });
  }

  void on_accepted(error_code error) {
    upgrade_.reset();
    ws_.set_option(websocket::stream_base::decorator([](websocket::response_type&) {}));
    if (error) return gone();
    ws_.control_callback(
        [this](websocket::frame_type, beast::string_view) { clients_.heard(id_); });
    clients_.upgraded(id_, user_, returning_);
    if (!stopped_reading_) read_some();
  }

  // --- Reading -----------------------------------------------------------------------------------

  void read_some() {
    asio::mutable_buffer to = asio::buffer(small_);
    if (!large_.empty()) {
      const std::size_t have = large_.size();
      large_.resize(have + large_read_bytes);
      to = asio::buffer(large_.data() + have, large_read_bytes);
    }
    ws_.async_read_some(
        to, [self = self()](error_code error, std::size_t size) { self->on_read(error, size); });
  }

  /// The client closed, and not because something was wrong.
  bool said_good_bye(error_code error) const {
    return error == websocket::error::closed &&
           ws_.reason().code == websocket::close_code::normal;
  }

  void on_read(error_code error, std::size_t size) {
    if (error) return gone(said_good_bye(error));
    if (stopped_reading_) return read_to_end();
    clients_.heard(id_);
    const bool in_large = !large_.empty();
    if (in_large) large_.resize(large_.size() - large_read_bytes + size);
    if (ws_.got_binary()) {
      return clients_.bad_message(id_, ErrorCode::bad_request,
                                  "frames are text: send JSON as a text message, not a binary one");
    }
    if (large_.size() > limits::frame_bytes) {
      return clients_.bad_message(id_, ErrorCode::too_large, "a message is longer than 1280 KiB");
    }
    if (!ws_.is_message_done()) {
      if (!in_large) large_.assign(small_.data(), size);
      return read_some();
    }
    clients_.message(id_,
                     in_large ? std::string_view(large_) : std::string_view(small_.data(), size));
  }

  /// After our close: what still comes is thrown away, until the peer's close or the deadline.
  void read_to_end() {
    large_.clear();
    ws_.async_read_some(asio::buffer(small_), [self = self()](error_code error, std::size_t) {
      if (error) return self->gone();
      self->read_to_end();
    });
  }

  // --- Writing: one operation at a time ----------------------------------------------------------

  void write_next() {
    if (busy_) return;
    if (!outbound_.empty()) return write_message();
    if (close_wanted_) return write_close();
    if (ping_wanted_) return write_ping();
  }

  void write_message() {
    busy_ = true;
    const std::string_view message = outbound_.begin_write();
    ws_.async_write(asio::buffer(message.data(), message.size()),
                    [self = self()](error_code error, std::size_t) {
                      self->busy_ = false;
                      self->outbound_.written();
                      if (error) return self->gone();
                      self->write_next();
                    });
  }

  void write_ping() {
    busy_ = true;
    ping_wanted_ = false;
    ws_.async_ping({}, [self = self()](error_code error) {
      self->busy_ = false;
      if (error) return self->gone();
      self->write_next();
    });
  }

  void write_close() {
    if (close_written_) return;
    close_written_ = true;
    busy_ = true;
    websocket::close_reason reason(static_cast<std::uint16_t>(close_code_));
    reason.reason.assign(close_reason_.data(), close_reason_.size());
    // Ends with the peer's close frame and the end of the stream, or at the loop's deadline.
    ws_.async_close(reason, [self = self()](error_code) { self->gone(); });
  }

  void gone(bool left = false) {
    stopped_reading_ = true;
    error_code ignored;
    socket().close(ignored);
    if (!std::exchange(gone_, true)) clients_.gone(id_, left);
  }

  websocket::stream<Socket, false> ws_;
  Clients& clients_;
  ConnectionId id_;
  std::optional<UserId> user_;
  Returning returning_;
  std::unique_ptr<Upgrade> upgrade_;
  std::array<char, small_read_bytes> small_;
  std::string large_;
  OutboundQueue outbound_;
  std::string close_reason_;
  CloseCode close_code_{};
  bool busy_ = false;
  bool ping_wanted_ = false;
  bool close_wanted_ = false;
  bool close_written_ = false;
  bool stopped_reading_ = false;
  bool gone_ = false;
};

}  // namespace

void serve_socket(Socket socket, Clients& clients) {
  std::make_shared<WebSocketConnection>(std::move(socket), clients)->start();
}

}  // namespace hubbub::server
