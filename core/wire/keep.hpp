// Makes a structure independent of the bytes its views point into: texts and lists are copied into
// an arena, at any depth. By the structure's `fields`, as in codec.hpp.
#pragma once

#include "core/base/bytes.hpp"
#include "core/wire/codec.hpp"

namespace hubbub::wire {

template <class T>
void keep(T& value, Arena& arena) {
  if constexpr (std::same_as<T, std::string_view>) {
    value = arena.copy(value);
  } else if constexpr (is_span<T>) {
    if (value.empty()) return;
    using Item = std::remove_const_t<typename T::element_type>;
    const std::span<Item> items = arena.array<Item>(value.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      items[i] = value[i];
      keep(items[i], arena);
    }
    value = items;
  } else if constexpr (is_variant<T>) {
    std::visit([&](auto& alternative) { keep(alternative, arena); }, value);
  } else if constexpr (!Number<T> && !is_id<T>) {
    static_assert(HasFields<T>, "give the structure a `fields`");
    std::apply([&](auto&... field) { (keep(field, arena), ...); }, T::fields(value));
  }
}

}  // namespace hubbub::wire
