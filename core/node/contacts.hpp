// The people that the users of a node's partitions know: contacts and blocks, and who may see that a
// user is there (A16b, R4). Changed by calls of the users' own, deduplicated like all others.
//
// A block is stored here first, then by the direct conversation of the two, which is what refuses
// messages; only then is it answered. Until the conversation has said that it has it, it is owed:
// a mark beside the row says so, so that it survives the end of this node, and the conversation is
// told again and again.
#pragma once

#include "core/node/context.hpp"
#include "core/node/mark_sweeps.hpp"
#include "core/node/presences.hpp"

namespace hubbub {

class Contacts {
 public:
  Contacts(Context& context, Presences& presences)
      : c_(context), presences_(presences), owing_sweeps_(context, rows::blocks_owed_of) {}

  /// One about contacts (calls.hpp).
  void on(const peer::Request& request);
  void on(const peer::BlockStored& stored);

  // --- Rows that were asked for --------------------------------------------------------------------
  void page_read(const reads::ContactsPage& page, std::string_view rows, bool more);
  /// One came into memory; what is owed because of it goes out.
  void loaded(std::uint32_t slot) {
    if (c_.contacts[slot].record.owed) tell(slot);
  }
  /// A partition's marks: loads those that owe.
  void owing_read(PartitionId partition, std::string_view rows, bool more);
  void sweep_owing(PartitionId partition) { owing_sweeps_.begin(partition); }

  // --- Turns of a step -------------------------------------------------------------------------------
  void work() { owing_sweeps_.work(); }
  bool has_work() const { return owing_sweeps_.has_work(); }
  void timers();
  Duration next_deadline() const { return retries_.empty() ? never : retries_.front().due; }
  bool evictable(const Contact& contact) const { return !contact.owed && contact.waiting.empty(); }
  /// Blocks that a conversation has not said to have stored.
  std::uint64_t owed() const;

 private:
  using Slot = std::uint32_t;
  /// Who calls, and what a call changes.
  struct Caller {
    const peer::Request& request;
    const to_server::ContactChange& change;
    Partition& partition;
    User& user;
    Numbers& calls;
    Contact* contact;  ///< nullptr where the call is about nobody
  };

  void call(const peer::Request& r, const to_server::ContactChange& change);
  void call(const peer::Request& r, const to_server::Contacts& wanted);
  std::optional<std::string_view> too_many(const Caller& caller) const;
  void change(const Caller& caller);
  void set_blocked(const Caller& caller, bool blocked);
  void answer(const Caller& caller, std::uint64_t number, std::uint64_t next);
  void put(Partition& p, const ContactKey& key, const Contact& contact);
  void tell(Slot slot);
  void stored(Slot slot);

  struct Retry {
    Slot slot{};
    std::uint32_t use{};
    Duration due{};
  };

  Context& c_;
  Presences& presences_;
  Ring<Retry> retries_;
  MarkSweeps<reads::BlocksOwed> owing_sweeps_;
};

}  // namespace hubbub
