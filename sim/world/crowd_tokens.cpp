// Clients' tokens: had at the login, and got anew from where logins are looked up.
#include <fmt/format.h>

#include "sim/world/credentials.hpp"
#include "sim/world/crowd.hpp"

namespace hubbub::sim {

Random Crowd::token_random(std::uint32_t number) {
  return {stage_.seed, purpose::client_token, std::uint64_t{number} << 32 | tokens_drawn_++};
}

void Crowd::receive_token(std::uint32_t number) {
  const Tokens& t = stage_.scenario.clients.token;
  const Duration wall = epoch + stage_.now;
  Random random = token_random(number);
  tokens_[number].got(stage_.now, t.lifetime, t.refresh == TokenRefresh::early,
                      {to_ms(wall), to_ms(wall + t.lifetime)}, random);
}

/// The answer is known when it is asked for: whether the store is away, and how slow it is.
void Crowd::ask_for_token(Client& client, std::uint32_t number) {
  stage_.meters.tokens_asked.count(stage_.now);
  const Duration there = latency(client, number, nobody);
  const Duration back = latency(client, number, nobody);
  tokens_[number].asks(stage_.now + there + fleet_.login_takes() + back);
}

/// True: it has no token to show, and has asked for one; `token_turn` goes on.
bool Crowd::waits_for_token(Client& client, std::uint32_t number) {
  if (tokens_.empty()) return false;
  TokenKeeper& token = tokens_[number];
  // The first is part of the login, which the servers have looked up.
  if (!token.has()) receive_token(number);
  if (!token.needs(stage_.now)) return false;
  token.holds_up(client.attempt);
  if (!token.asking()) ask_for_token(client, number);
  return true;
}

Duration Crowd::token_due(const Client& client, std::uint32_t number) const {
  if (tokens_.empty()) return never;
  const TokenKeeper& token = tokens_[number];
  if (token.asking()) return token.answer_at();
  return client.device.attached() ? token.refresh_at() : never;
}

void Crowd::token_turn(std::uint32_t number) {
  Client& client = at(number);
  if (token_due(client, number) > stage_.now) return;
  TokenKeeper& token = tokens_[number];
  if (!token.asking()) return ask_for_token(client, number);
  const bool dials = token.take_held_up() == client.attempt && client.link == Link::dialling;
  if (client.in_tunnel || fleet_.logins_away()) {
    Random random = token_random(number);
    token.failed(stage_.now, random);
    if (dials) ended(client, number, broken);
    return;
  }
  receive_token(number);
  if (dials) return go_on_dialling(client, number);
  if (!client.device.attached()) return;
  edge_.actions.clear();
  client.device.renew(text_of(token.span()), edge_);
  carry_out(number);
}

}  // namespace hubbub::sim
