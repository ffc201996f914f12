// What tests of the records share: rows given as they come from a store.
#pragma once

#include "core/base/bytes.hpp"
#include "core/wire/codec.hpp"
#include "core/wire/rows.hpp"

namespace hubbub {

template <class Record, class Row>
bool restore(Record& record, const rows::Key& key, const Row& row) {
  ByteBuffer value;
  wire::encode(row, value);
  Arena arena;
  return record.restore(key, value.view(), arena);
}

inline bool encloses(const rows::Bounds& bounds, const rows::Key& key) {
  return bounds.from.view() <= key.view() && key.view() < bounds.to.view();
}

}  // namespace hubbub
