#include "core/server/store_edge.hpp"

#include "core/server/node_loop.hpp"

namespace hubbub::server {

StoreEdge::StoreEdge(Store& store, Durability durability)
    : durability_(durability), thread_(store, *this) {}

void StoreEdge::submit(NodeId node, std::span<const output::Commit> commits,
                       std::span<const output::Read> reads) {
  for (const output::Commit& commit : commits) {
    const bool sync = commit.sync || durability_ == Durability::synced;
    thread_.commit({node, commit.partition, commit.batch}, commit.rows,
                   sync ? Sync::yes : Sync::no);
  }
  for (const output::Read& read : reads) thread_.read({node, read.ticket}, read.range);
}

void StoreEdge::durable(const CommitId& id) {
  deliver(id.node, input::CommitDurable{id.partition, id.batch});
}

void StoreEdge::unknown(const CommitId& id, std::string_view reason) {
  deliver(id.node, input::CommitUnknown{id.partition, id.batch, reason});
}

void StoreEdge::rows(const ReadId& id, std::string_view rows, bool more) {
  deliver(id.node, input::ReadDone{id.ticket, rows, more});
}

void StoreEdge::read_failed(const ReadId& id, std::string_view reason) {
  deliver(id.node, input::ReadFailed{id.ticket, reason});
}

void StoreEdge::deliver(NodeId node, const Input& input) {
  loops_[node.value]->deliver({&input, 1});
}

}  // namespace hubbub::server
