// What a message costs at a server's edge: read from a client's JSON, written for a reader.
#include <benchmark/benchmark.h>

#include "core/wire/frame_json.hpp"

namespace hubbub {
namespace {

std::string message_with(std::size_t characters) {
  return R"({"type":"message","id":1,"conversation_id":"c_71_84","n":317,"key":"9f2c000000000001",)"
         R"("content":")" +
         std::string(characters, 'x') + "\"}";
}

void parse_message(benchmark::State& state) {
  const std::string text = message_with(static_cast<std::size_t>(state.range(0)));
  Arena arena;
  ParsedClientFrames parsed;
  for (auto _ : state) {
    arena.clear();
    parse_client_message(text, arena, parsed);
    benchmark::DoNotOptimize(parsed.frames.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(parse_message)->Arg(100)->Arg(10'000);

void write_event(benchmark::State& state) {
  const std::string body(static_cast<std::size_t>(state.range(0)), 'x');
  const to_client::Frame event =
      to_client::Event{ConversationId::direct(UserId{71}, UserId{84}),
                       Message{.seq = 42,
                               .id = MessageId{1},
                               .sent_at_ms = 1'700'000'000'123,
                               .from = UserId{71},
                               .content = {static_cast<std::uint32_t>(body.size()), 0, body}},
                       Cursor::at(1, 9)};
  std::string out;
  for (auto _ : state) {
    out.clear();
    encode(event, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(write_event)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace hubbub
