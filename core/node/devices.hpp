// A user's devices: which there are, and the end of one that is not theirs any more (A16).
//
// A revoked device keeps its number, so that what it said stays what it is; the name can come again, with
// a token that was given later, as another device under a number of its own.
#pragma once

#include "core/node/context.hpp"
#include "core/node/presences.hpp"
#include "core/node/pushes.hpp"

namespace hubbub {

class Devices {
 public:
  Devices(Context& context, Presences& presences, Pushes& pushes)
      : c_(context), presences_(presences), pushes_(pushes) {}

  void on(const peer::Request& request);
  void page_read(const reads::DevicesPage& page, std::string_view rows, bool more);

 private:
  void read(const reads::DevicesPage& page);
  bool in_use(UserId user, DeviceOf& of) const;
  void call(const peer::Request& r, const to_server::Revoke& revoke);

  Context& c_;
  Presences& presences_;
  Pushes& pushes_;
};

}  // namespace hubbub
