#include "core/server/clients.hpp"

#include <nlohmann/json.hpp>

#include "core/base/hash.hpp"
#include "core/server/token.hpp"

namespace hubbub::server {
namespace {

/// The frames' scratch text is given back when one was this much longer than usual.
constexpr std::size_t kept_json_bytes = 256 * 1024;

std::string_view close_sentence(CloseCode code) {
  switch (code) {
    case CloseCode::normal:
      return "";
    case CloseCode::draining:
      return "the server is going down; come back";
    case CloseCode::server_error:
      return "the server failed; come back";
    case CloseCode::too_slow:
      return "too much waits for you unread; come back and sync";
    case CloseCode::silent:
      return "nothing was heard from you";
    case CloseCode::position_lost:
      return "your position was lost; come back and sync";
    case CloseCode::moved:
      return "your user has moved; come back";
    case CloseCode::rate_limited:
      return "too many requests; come back later";
    case CloseCode::overloaded:
      return "overloaded; come back later";
    case CloseCode::bad_frame:
      return "a frame was not understood";
    case CloseCode::bad_token:
      return "the token is missing or wrong";
    case CloseCode::token_expired:
      return "the token has expired; refresh it first";
    case CloseCode::forbidden:
      return "not allowed";
    case CloseCode::unsupported_version:
      return "this version is not spoken here";
    case CloseCode::replaced:
      return "a newer connection of this device; do not return unasked";
  }
  return "";
}

/// The `token` of the first frame, which must be a `hello`; none if there is none.
std::optional<std::string> hello_token(std::string_view text) {
  auto message = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (message.is_array() && !message.empty()) message = nlohmann::json(message.front());
  if (!message.is_object() || message.value("type", nlohmann::json()) != "hello") return {};
  const auto token = message.find("token");
  if (token == message.end() || !token->is_string()) return {};
  return token->get<std::string>();
}

}  // namespace

Clients::Clients(Duration now, std::uint64_t seed) : now_(now), seed_(seed), deadlines_(now) {}

// --- From connections ----------------------------------------------------------------------------

ConnectionId Clients::accepted(std::shared_ptr<Connection> connection) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(clients_.size()));
    clients_.emplace_back();
  }
  const std::uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  Client& client = clients_[slot];
  const std::uint32_t use = client.use + 1;
  client = Client{.connection = std::move(connection), .heard = now_, .use = use};
  client.state = State::upgrading;
  ++count_;
  const ConnectionId id{slot, use};
  deadlines_.enter(id, Deadlines::Reason::greeting, now_ + greeting_time);
  client.known = true;
  inputs_.push_back(input::Arrived{id});
  return id;
}

void Clients::upgraded(ConnectionId id, std::optional<UserId> user, const Returning& returning) {
  Client* client = find(id);
  if (!client) return;
  client->state = State::greeting;
  client->heard = now_;
  client->returning = returning;
  if (draining_) return close(id, *client, *draining_, draining_reason_);
  if (user) open(id, *client, *user);
}

void Clients::heard(ConnectionId id) {
  Client* client = find(id);
  if (!client) return;
  client->heard = now_;
}

void Clients::message(ConnectionId id, std::string_view text) {
  Client* client = find(id);
  if (!client || client->state == State::closing) return;
  reading_.push_back(client->connection);
  if (!client->opened && !authenticate(id, *client, text)) return;
  parse_client_message(text, arena_, parsed_);
  for (const to_client::Error& error : parsed_.errors) send(id, *client, error);
  if (parsed_.close) return close(id, *client, CloseCode::bad_frame, {});
  take_frames(id, *client);
}

void Clients::bad_message(ConnectionId id, ErrorCode code, std::string_view detail) {
  Client* client = find(id);
  if (!client || client->state == State::closing) return;
  send(id, *client, to_client::Error{.code = code, .detail = detail});
  close(id, *client, CloseCode::bad_frame, {});
}

void Clients::gone(ConnectionId id, bool left) {
  Client* client = find(id);
  if (!client) return;
  forget(id, *client, left);
  client->connection.reset();
  client->state = State::free;
  free_slots_.push_back(id.slot);
  --count_;
}

// --- From the loop -------------------------------------------------------------------------------

void Clients::set_now(Duration now) {
  now_ = now;
  deadlines_.advance(now, [this](ConnectionId id, Deadlines::Reason reason) { look(id, reason); });
}

void Clients::inputs_taken() {
  arena_.clear();
  for (const auto& connection : reading_) connection->read_on();
  reading_.clear();
}

void Clients::carry_out(const Outbox& out) {
  for (const output::Frame& frame : out.frames) {
    if (Client* client = find(frame.connection)) send(frame.connection, *client, frame.frame);
  }
  for (const output::Close& wanted : out.closes) {
    if (Client* client = find(wanted.connection))
      close(wanted.connection, *client, wanted.code,
            wanted.advice.none() ? std::string{} : to_close_reason(wanted.advice));
  }
  for (const output::Entry& entry : out.entries) {
    Client* client = find(entry.connection);
    if (!client || entry.enters) continue;
    // Unless it is through already: then the node knows it as opened, and is told of its end.
    client->known = client->opened;
    const std::shared_ptr<Connection> connection = client->connection;
    connection->abort();
  }
}

void Clients::flush() {
  for (const ConnectionId id : to_flush_) {
    Client* client = find(id);
    if (!client) continue;
    client->to_flush = false;
    const std::shared_ptr<Connection> connection = client->connection;
    connection->flush();
  }
  to_flush_.clear();
}

void Clients::drain(CloseCode code, std::string_view reason) {
  draining_ = code;
  draining_reason_ = reason;
  for (std::uint32_t slot = 0; slot < clients_.size(); ++slot) {
    Client& client = clients_[slot];
    const ConnectionId id{slot, client.use};
    if (client.state == State::upgrading)
      client.connection->abort();
    else if (client.state != State::free)
      close(id, client, code, reason);
  }
}

// --- Within --------------------------------------------------------------------------------------

Clients::Client* Clients::find(ConnectionId id) {
  if (id.slot >= clients_.size()) return nullptr;
  Client& client = clients_[id.slot];
  return client.state != State::free && client.use == id.use ? &client : nullptr;
}

bool Clients::authenticate(ConnectionId id, Client& client, std::string_view text) {
  const std::optional<std::string> token = hello_token(text);
  const Result<UserId> user =
      token ? check_token(*token)
            : failure(
                  "no token came with the request, so the first frame must be a \"hello\" "
                  "with a \"token\"");
  if (user) {
    open(id, client, *user);
    return true;
  }
  send(id, client,
       to_client::Error{.code = ErrorCode::unauthenticated, .detail = user.error().what});
  close(id, client, CloseCode::bad_token, {});
  return false;
}

void Clients::open(ConnectionId id, Client& client, UserId user) {
  client.user = user;
  client.known = client.opened = true;
  inputs_.push_back(input::Opened{id, user, client.returning.resumes, client.returning.ticket});
}

void Clients::take_frames(ConnectionId id, Client& client) {
  for (to_server::Frame& frame : parsed_.frames) {
    const auto* hello = std::get_if<to_server::Hello>(&frame);
    if (hello != nullptr && hello->polled) {
      send(id, client,
           to_client::Error{.code = ErrorCode::unsupported,
                            .detail = "a WebSocket is not polled: say hello without \"polled\""});
      continue;
    }
    if (std::holds_alternative<to_server::Hello>(frame) && client.state == State::greeting) {
      client.state = State::live;
      const auto jitter = Duration(mix64(seed_ ^ (std::uint64_t{id.use} << 32 | id.slot)) %
                                   Duration(limits::ping_interval).count());
      deadlines_.enter(id, Deadlines::Reason::heartbeat, now_ + jitter);
    }
    if (auto* change = std::get_if<to_server::Change>(&frame)) {
      if (change->what == to_server::Change::What::leave) change->user = client.user;
    }
    if (const auto* renewal = std::get_if<to_server::Token>(&frame)) {
      const auto user = check_token(renewal->token);
      inputs_.push_back(input::Renewed{id, renewal->id, user && *user == client.user, {}});
      continue;
    }
    inputs_.push_back(input::Frame{id, now_.count(), frame});
  }
}

void Clients::send(ConnectionId id, Client& client, const to_client::Frame& frame) {
  if (client.state == State::closing) return;
  json_.clear();
  if (json_.capacity() > kept_json_bytes) json_.shrink_to_fit();
  encode(frame, json_);
  if (!client.connection->send(json_))
    return close(id, client, CloseCode::too_slow, {}, /*drop_waiting=*/true);
  if (!client.to_flush) {
    client.to_flush = true;
    to_flush_.push_back(id);
  }
}

void Clients::close(ConnectionId id, Client& client, CloseCode code, std::string_view reason,
                    bool drop_waiting) {
  if (client.state == State::closing) return;
  forget(id, client);
  client.state = State::closing;
  deadlines_.enter(id, Deadlines::Reason::closing, now_ + closing_time);
  client.connection->close(code, reason.empty() ? close_sentence(code) : reason, drop_waiting);
}

void Clients::forget(ConnectionId id, Client& client, bool left) {
  if (std::exchange(client.known, false)) inputs_.push_back(input::Closed{id, left});
}

void Clients::look(ConnectionId id, Deadlines::Reason reason) {
  Client* client = find(id);
  if (!client) return;
  // Ending a connection may call back and free the slot: hold it.
  const std::shared_ptr<Connection> connection = client->connection;
  switch (reason) {
    case Deadlines::Reason::greeting:
      if (client->state == State::upgrading) connection->abort();
      if (client->state == State::greeting)
        close(id, *client, CloseCode::silent, "say hello within ten seconds");
      return;
    case Deadlines::Reason::heartbeat:
      if (client->state == State::live) look_at_heartbeat(id, *client);
      return;
    case Deadlines::Reason::closing:
      if (client->state == State::closing) connection->abort();
      return;
  }
}

void Clients::look_at_heartbeat(ConnectionId id, Client& client) {
  const Duration quiet = now_ - client.heard;
  if (quiet >= limits::ping_interval + limits::ping_grace) {
    // The node closes it. Should it not, the edge does at the next look.
    if (client.told_silent) return close(id, client, CloseCode::silent, {});
    client.told_silent = true;
    inputs_.push_back(input::Silent{id});
    deadlines_.enter(id, Deadlines::Reason::heartbeat, now_ + closing_time);
    return;
  }
  if (quiet >= limits::ping_interval || !std::exchange(client.pinged, true)) {
    client.connection->ping();
    deadlines_.enter(id, Deadlines::Reason::heartbeat, now_ + limits::ping_grace);
  } else {
    deadlines_.enter(id, Deadlines::Reason::heartbeat, client.heard + limits::ping_interval);
  }
}

}  // namespace hubbub::server
