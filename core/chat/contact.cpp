#include "core/chat/contact.hpp"

namespace hubbub {

bool Contact::restore(std::string_view key, std::string_view value, Arena& arena) {
  const auto parsed = rows::parse(key, value, arena);
  const auto* row = parsed ? std::get_if<rows::ContactRow>(&parsed->row) : nullptr;
  if (row == nullptr) return false;
  contact = row->contact;
  blocked = row->blocked;
  owed = row->owed;
  number = row->number;
  name = row->name;
  return true;
}

}  // namespace hubbub
