#include "core/server/mailbox.hpp"

#include "core/base/check.hpp"

namespace hubbub::server {
namespace {

/// The one view an input from another thread has, or nothing.
std::string_view* view_of(Input& input) {
  if (auto* peer = std::get_if<input::FromPeer>(&input)) return &peer->bytes;
  if (auto* read = std::get_if<input::ReadDone>(&input)) return &read->rows;
  if (auto* failed = std::get_if<input::ReadFailed>(&input)) return &failed->reason;
  if (auto* unknown = std::get_if<input::CommitUnknown>(&input)) return &unknown->reason;
  HUBBUB_CHECK(!std::holds_alternative<input::Frame>(input));  // has views of its own; never mailed
  return nullptr;
}

/// Memory kept from one batch to the next; a burst's is given back.
constexpr std::size_t kept_bytes = 1024 * 1024;

}  // namespace

bool Mailbox::put(std::span<const Input> inputs) {
  if (inputs.empty()) return false;
  const std::lock_guard lock(mutex_);
  const bool was_empty = arriving_.letters.empty();
  for (const Input& input : inputs) {
    auto& letter = arriving_.letters.emplace_back(Letters::Letter{input});
    if (const std::string_view* view = view_of(letter.input)) {
      letter.from = arriving_.bytes.size();
      letter.size = view->size();
      arriving_.bytes.append(*view);
    }
  }
  return was_empty;
}

void Mailbox::take(std::vector<Input>& inputs) {
  taken_.letters.clear();
  if (taken_.bytes.size() > kept_bytes) taken_.bytes = ByteBuffer();
  taken_.bytes.clear();
  {
    const std::lock_guard lock(mutex_);
    std::swap(taken_, arriving_);
  }
  for (auto& letter : taken_.letters) {
    if (std::string_view* view = view_of(letter.input))
      *view = taken_.bytes.view(letter.from, letter.size);
    inputs.push_back(letter.input);
  }
}

}  // namespace hubbub::server
