// Who may change what of a group.
#pragma once

#include "core/wire/frames.hpp"

namespace hubbub {

/// Whether a member of this role may, in a group with these settings, as far as that does not depend
/// on who it is done to.
constexpr bool may_change(Role role, const GroupSettings& settings, to_server::Change::What what) {
  using What = to_server::Change::What;
  switch (what) {
    case What::leave: return true;
    case What::add:
    case What::rename: return role >= Role::admin || settings.changes == ChangedBy::everyone;
    case What::remove:
    case What::promote:
    case What::demote: return role >= Role::admin;
    case What::hand_over:
    case What::settings: return role == Role::owner;
  }
  return false;
}

}  // namespace hubbub
