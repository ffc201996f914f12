// Conversations and who sent what into them: acked-kept, refused-never, one-binding, no-gaps,
// exactly-once, sender-order, no-forgery, id-unique, and each sender's accounts.
//
// Each (conversation, sequence) has one word: whether it was acknowledged, told or stored; 31 bits
// that hash who it is (message id, sender, device, number, key, text or not); 30 bits that hash
// what it says, 0 while unknown. Two different messages look the same to one comparison with
// probability 2^-31. Sends are kept in full only until they are answered.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include "sim/check/ledger.hpp"
#include "sim/check/runs.hpp"
#include "sim/check/sequence_words.hpp"

namespace hubbub::sim {

/// How something came to be known of a sequence.
enum class Source : std::uint8_t { acknowledgement, device, store };

class MessageChecks {
 public:
  MessageChecks(Ledger& ledger, bool saw_the_beginning)
      : ledger_(ledger), saw_the_beginning_(saw_the_beginning) {}

  /// A device's number and key in a conversation; devices and conversations as in Entities.
  struct Send {
    Duration now{};
    std::uint32_t device{};
    std::uint32_t conversation{};
    std::uint64_t number{};
    std::uint64_t key{};
  };
  /// True: for the first time under this key.
  bool sent(const Send& send, std::uint64_t digest);
  void acknowledged(const Send& send, Sequence seq, MessageId id);
  void refused(const Send& send);
  void abandoned(const Send& send);
  void changed(const Send& call, Sequence seq, MessageId id);

  /// A message that a device was shown, on its stream or in a page.
  void told(Duration now, std::uint32_t reader, std::uint32_t conversation, const Message& message);
  /// See Checker::stored_message.
  void stored(std::uint32_t conversation, const Message& message);
  /// The device's own count of sends without an answer.
  void pending_at_end(Duration now, std::uint32_t device, std::uint64_t pending);
  void finish(Duration now, bool stores_seen);

  /// The last sequence stored; 0 if none.
  Sequence stored_head(std::uint32_t conversation) const {
    return conversation < conversations_.size() ? conversations_[conversation].stored_head : 0;
  }
  std::uint32_t conversations() const { return static_cast<std::uint32_t>(conversations_.size()); }
  /// Was anything at all said of this sequence?
  bool known(std::uint32_t conversation, Sequence seq) const {
    return conversation < conversations_.size() && conversations_[conversation].words.get(seq) != 0;
  }
  std::size_t memory() const;

 private:
  /// The entry of the greatest sequence met so far, by which the next ones are judged.
  struct Latest {
    Sequence seq = 0;
    std::uint64_t value = 0;
  };
  struct Conversation {
    SequenceWords words;
    Latest id;
    Sequence stored_head = 0;
    std::uint32_t life = 0;  ///< raised when a sequence was bound anew
  };
  /// A send without an answer. It may have been sent under several numbers (R1).
  struct Pending {
    std::uint64_t digest{};
    std::uint64_t least_number{};
    std::uint64_t greatest_number{};
    Sequence seen_at = 0;
    bool abandoned = false;
  };
  /// One device's sends into one conversation.
  struct Sender {
    std::uint64_t first_sent = 0;
    std::uint64_t greatest_sent = 0;
    std::uint64_t acknowledged_through = 0;
    Latest number;
    std::uint32_t life = 0;  ///< the conversation's, as of `number`
  };
  struct Account {
    std::uint32_t sent = 0;
    std::uint32_t acknowledged = 0;
    std::uint32_t refused = 0;
    std::uint32_t abandoned = 0;
  };
  /// A message's word, and how to name it in a sentence.
  struct Claim {
    std::uint64_t identity{};
    std::uint64_t content{};
    MessageId id;
    std::uint32_t device{};
    std::uint64_t number{};
  };
  enum class Bound : std::uint8_t { first, same, conflict };

  Claim claim_of(std::uint32_t device, const Message& message) const;
  Claim claim_of(const Send& send, MessageId id, bool text, std::uint64_t content) const;
  Conversation& conversation(std::uint32_t index);
  Account& account(std::uint32_t device);

  Bound bind(Duration now, std::uint32_t c, Sequence seq, const Claim& claim, Source source);
  void say_conflict(Duration now, std::uint32_t c, Sequence seq, std::uint64_t was,
                    const Claim& claim, Source source);
  void judge_origin(Duration now, std::uint32_t device, std::uint32_t c, const Message& message);
  void judge_id(Duration now, std::uint32_t c, Sequence seq, MessageId id);
  void judge_order(Duration now, std::uint32_t device, std::uint32_t c, Sequence seq,
                   std::uint64_t number);
  void judge_refused(Duration now, std::uint32_t device, std::uint32_t c, const Message& message);
  void judge_stored_sender(std::uint32_t device, std::uint32_t c, const Message& message);
  void finish_conversation(Duration now, std::uint32_t c);
  void judge_ids_unique(Duration now);

  Ledger& ledger_;
  bool saw_the_beginning_;
  std::vector<Conversation> conversations_;
  StableVector<Account> accounts_;
  /// By (device, conversation), and by (device, conversation, key).
  absl::flat_hash_map<std::uint64_t, Sender> senders_;
  absl::flat_hash_map<std::uint64_t, Pending> pending_;
  absl::flat_hash_set<std::uint64_t> refused_;
  std::vector<std::uint64_t> ids_;

  // Of the conversation whose rows are coming in.
  std::uint32_t storing_ = no_entity;
  MessageId stored_id_;
  absl::flat_hash_map<std::uint32_t, Runs> stored_numbers_;
  absl::flat_hash_set<std::uint64_t> stored_keys_;
  /// Over all conversations: calls are numbered per device.
  absl::flat_hash_set<std::uint64_t> stored_calls_;
  /// Rows come before the end has a time; what they show is told as of the last event.
  Duration last_now_{};
};

}  // namespace hubbub::sim
