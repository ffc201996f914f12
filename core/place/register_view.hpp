// The register as one reader has seen it: a copy that pages are laid onto.
//
// It never goes back: what an older page says is ignored.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/place/register.hpp"
#include "core/place/registration.hpp"

namespace hubbub {

class RegisterView {
 public:
  RegisterView() = default;
  RegisterView(const RegisterView&) = delete;
  RegisterView& operator=(const RegisterView&) = delete;

  /// False if there was nothing in it: away, older than what is here, or no change.
  /// REQUIRES: a page that is not whole answers a read from this view's revision or an older one.
  bool apply(const RegisterPage& page);

  /// What the next read is to name. 0: nothing was seen yet.
  std::uint64_t revision() const { return revision_; }
  /// `key` as it is here; version 0: it is not there. Valid until the next `apply`.
  RegisterEntry find(std::string_view key) const;
  /// Who is registered. What stands under a node's key and is not its registration counts as
  /// unreadable: somebody lives there. Valid until the next `apply`.
  Fleet fleet() const { return {live_, unreadable_}; }

 private:
  struct Stored {
    std::uint64_t version{};
    std::string value;
  };
  void put(const RegisterEntry& entry);
  void read_registrations();

  std::uint64_t revision_ = 0;
  std::map<std::string, Stored, std::less<>> entries_;
  /// Made of `entries_`; text and lists lie there and in `arena_`.
  std::vector<Registration> live_;
  std::vector<NodeId> unreadable_;
  Arena arena_;
};

}  // namespace hubbub
