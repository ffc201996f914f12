// How far each member of a conversation has it, and has read it (A9, R19), and what of that is still
// to be stored, confirmed and told.
//
// A member's marks are kept by the place of their first membership, which never changes. Nothing is
// stored or told at once: what was heard gathers until `take`.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/chat/members.hpp"
#include "core/wire/rows.hpp"

namespace hubbub {

class Marks {
 public:
  /// Of a member: Members::place_of.
  using Place = std::uint32_t;

  /// What a place has, and what is still to be done about it.
  struct Kept {
    rows::Mark mark;
    bool unstored = false;     ///< its row says less
    bool unconfirmed = false;  ///< a user shard waits for the word that it is durable
    bool untold = false;       ///< went further since it was told
    bool unechoed = false;     ///< the member's own devices are to be told
    bool touched = false;      ///< will be taken
  };
  /// Who wrote lately in a large conversation, and how many others have it: as they were told last.
  struct Writer : rows::Writer {
    std::uint32_t delivered = 0;
    std::uint32_t read = 0;
  };

  rows::Mark of(Place place) const { return place < kept_.size() ? kept_[place].mark : rows::Mark{}; }
  Kept& at(Place place) { return kept_[place]; }
  bool any() const { return !kept_.empty(); }

  /// The member has it up to there, and has read it up to `to.read`; never back. Reading raises
  /// delivered.
  void raise(Place place, rows::Mark to);
  /// Somebody waits for the word that what the place has is durable.
  void confirm(Place place);
  /// The member's own devices are to be told how far it has read.
  void echo(Place place);
  /// All is to be told once more: what was told may not have arrived.
  void tell_again() { again_ = true; }

  /// Fills `taken` with the next places to do something about, in ascending order; they are not given
  /// again until something is new.
  void take(std::size_t most, std::vector<Place>& taken);
  bool taken() const { return touched_.empty(); }
  /// Whether all is to be told, and no more from now on.
  bool take_again() { return std::exchange(again_, false); }
  /// Fills `row` with the marks of a row, which is stored now.
  void store(std::size_t chunk, std::vector<rows::Mark>& row);

  /// A member of a large conversation wrote.
  void wrote(UserId user, Sequence seq);
  std::span<Writer> writers() { return writers_; }
  std::span<const Writer> writers() const { return writers_; }
  /// Of the others who are members now, how many have what the writer wrote last, and have read it.
  void count(const Members& members, Writer& writer) const;

  /// Take back what rows held; then, when all of them were, what writers can have been told.
  void restore(std::size_t chunk, std::span<const rows::Mark> marks);
  void restore(std::span<const rows::Writer> writers);
  void restored(const Members& members);

  /// Something is to be done about it, at a time that somebody has noted.
  bool awaited = false;

 private:
  Kept& touch(Place place);

  std::vector<Kept> kept_;
  std::vector<Place> touched_;
  std::vector<Writer> writers_;
  bool again_ = false;
};

}  // namespace hubbub
