#include "core/node/step_chain.hpp"

#include "core/base/hash.hpp"
#include "core/wire/codec.hpp"

namespace hubbub {

void StepChain::add(std::span<const Input> inputs, Instant now, const Outbox& out) {
  bytes_.clear();
  wire::Writer writer(bytes_);
  writer.write(now.mono.count());
  writer.write(now.wall.count());
  writer.write(inputs);
  writer.write(std::span<const output::Frame>(out.frames));
  writer.write(std::span<const output::Close>(out.closes));
  writer.write(std::span<const output::ToPeer>(out.peers));
  writer.write(std::span<const output::Commit>(out.commits));
  writer.write(std::span<const output::Read>(out.reads));
  writer.write(std::span<const output::Append>(out.appends));
  writer.write(std::span<const output::LogRead>(out.log_reads));
  writer.write(std::span<const output::LogTrim>(out.log_trims));
  writer.write(std::span<const output::RegisterSet>(out.register_sets));
  writer.write(std::span<const output::RegisterRead>(out.register_reads));
  writer.write(std::span<const output::Entry>(out.entries));
  if (!out.polls.empty()) writer.write(std::span<const output::Poll>(out.polls));
  if (!out.pushes.empty()) writer.write(std::span<const output::Push>(out.pushes));
  hash_ = hash_bytes(bytes_.view(), hash_);
}

}  // namespace hubbub
