#include "core/wire/advice.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/bytes.hpp"
#include "core/wire/frame_fields.hpp"
#include "core/wire/json_writer.hpp"

namespace hubbub {
namespace {

constexpr std::size_t word_digits = 16;

void append_bits(std::uint64_t bits, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out += digits[bits >> shift & 15];
}

std::optional<std::uint64_t> parse_bits(std::string_view text) {
  std::uint64_t bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return bits;
}

}  // namespace

std::string to_text(const Ticket& ticket) {
  std::string text;
  append_bits(ticket.slot, text);
  text += '-';
  append_bits(ticket.seal, text);
  return text;
}

std::optional<Ticket> parse_ticket(std::string_view text) {
  if (text.size() != 2 * word_digits + 1 || text[word_digits] != '-') return {};
  const auto slot = parse_bits(text.substr(0, word_digits));
  const auto seal = parse_bits(text.substr(word_digits + 1));
  if (!slot || !seal) return {};
  return Ticket{*slot, *seal};
}

std::string to_close_reason(const Advice& advice) {
  std::string reason;
  json::ObjectWriter object(reason);
  object.number("delay_ms", advice.delay_ms);
  if (advice.jitter_ms != 0) object.number("jitter_ms", advice.jitter_ms);
  if (!advice.ticket.none()) object.word("ticket", to_text(advice.ticket));
  object.close();
  return reason;
}

Advice parse_close_reason(std::string_view reason) {
  constexpr json::Bounds bounds{.values = 16, .depth = 2};
  Arena arena;
  const auto value = json::parse(reason, bounds, arena);
  if (!value || (*value)->kind != json::Value::Kind::object) return {};
  json::FrameFields in(**value, arena);
  Advice advice;
  advice.delay_ms = static_cast<std::uint32_t>(in.number_or("delay_ms", 0, 0, UINT32_MAX));
  advice.jitter_ms = static_cast<std::uint32_t>(in.number_or("jitter_ms", 0, 0, UINT32_MAX));
  if (in.has("ticket"))
    advice.ticket = parse_ticket(in.text("ticket", "a ticket as it was given")).value_or(Ticket{});
  return in.failed() ? Advice{} : advice;
}

}  // namespace hubbub
