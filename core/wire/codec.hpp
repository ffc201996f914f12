// One way to write a structure as bytes and to read it back.
//
// A structure names its fields once, `static auto fields(auto& s) { return std::tie(s.a, s.b); }`,
// and has its byte form by that: numbers little-endian at their full width, text and lists with a
// 32-bit count before them, variants with their index. Reading checks every length against what is
// left before it allocates, and every enumeration that has a `last_of`: lists are placed in the
// caller's arena, text is a view into the input.
#pragma once

#include <bit>
#include <concepts>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/base/bytes.hpp"
#include "core/base/ids.hpp"
#include "core/base/time.hpp"

namespace hubbub::wire {

static_assert(std::endian::native == std::endian::little, "byte forms are little-endian");

template <class T>
concept HasFields = requires(T& t) { std::remove_const_t<T>::fields(t); };

template <class T>
concept Number = std::integral<T> || std::is_enum_v<T> || std::same_as<T, Duration>;

template <class T>
inline constexpr bool is_span = false;
template <class T>
inline constexpr bool is_span<std::span<const T>> = true;

template <class T>
inline constexpr bool is_id = false;
template <class Tag, class Rep>
inline constexpr bool is_id<Id<Tag, Rep>> = true;

template <class T>
inline constexpr bool is_variant = false;
template <class... T>
inline constexpr bool is_variant<std::variant<T...>> = true;

/// A `last_of(E)` beside an enumeration says which values there are; reading refuses all others.
template <class T>
concept BoundedEnum = std::is_enum_v<T> && requires(T value) {
  { last_of(value) } -> std::same_as<T>;
};

/// The bytes that a value takes at least.
template <class T>
consteval std::size_t least_bytes() {
  if constexpr (Number<T> || is_id<T>) {
    return sizeof(T);
  } else if constexpr (std::same_as<T, std::string_view> || is_span<T>) {
    return sizeof(std::uint32_t);
  } else if constexpr (is_variant<T>) {
    return sizeof(std::uint8_t);
  } else {
    return []<class... Field>(std::type_identity<std::tuple<Field&...>>) {
      return (std::size_t{0} + ... + least_bytes<Field>());
    }(std::type_identity<decltype(T::fields(std::declval<T&>()))>{});
  }
}

/// Whether every value of the type takes the same number of bytes.
template <class T>
consteval bool fixed_size() {
  if constexpr (Number<T> || is_id<T>) {
    return true;
  } else if constexpr (std::same_as<T, std::string_view> || is_span<T> || is_variant<T>) {
    return false;
  } else {
    return []<class... Field>(std::type_identity<std::tuple<Field&...>>) {
      return (true && ... && fixed_size<Field>());
    }(std::type_identity<decltype(T::fields(std::declval<T&>()))>{});
  }
}

/// The bytes that `value` takes.
template <class T>
std::size_t size_of(const T& value) {
  if constexpr (fixed_size<T>()) {
    return least_bytes<T>();
  } else if constexpr (std::same_as<T, std::string_view>) {
    return sizeof(std::uint32_t) + value.size();
  } else if constexpr (is_span<T>) {
    std::size_t size = sizeof(std::uint32_t);
    using Item = std::remove_const_t<typename T::element_type>;
    if constexpr (fixed_size<Item>())
      size += value.size() * least_bytes<Item>();
    else
      for (const auto& item : value) size += size_of(item);
    return size;
  } else if constexpr (is_variant<T>) {
    return sizeof(std::uint8_t) +
           std::visit([](const auto& alternative) { return size_of(alternative); }, value);
  } else {
    static_assert(HasFields<T>, "give the structure a `fields`");
    return std::apply([](const auto&... field) { return (std::size_t{0} + ... + size_of(field)); },
                      T::fields(value));
  }
}

/// Appends byte forms to a buffer. Room is made once for each value, not for each of its numbers.
class Writer {
 public:
  explicit Writer(ByteBuffer& to) : to_(to) {}

  template <class T>
  void write(const T& value) {
    put(to_.extend(size_of(value)), value);
  }

  /// The form of a text that holds `value`'s byte form.
  template <class T>
  void write_sized(const T& value) {
    const std::size_t size = size_of(value);
    char* at = to_.extend(sizeof(std::uint32_t) + size);
    put(put(at, static_cast<std::uint32_t>(size)), value);
  }

 private:
  /// Puts `value` at `at`; gives where the next one goes. (By value, so that it stays in a register.)
  template <class T>
  static char* put(char* at, const T& value) {
    if constexpr (Number<T>) {
      std::memcpy(at, &value, sizeof value);
      return at + sizeof value;
    } else if constexpr (is_id<T>) {
      return put(at, value.value);
    } else if constexpr (std::same_as<T, std::string_view>) {
      at = put(at, static_cast<std::uint32_t>(value.size()));
      if (!value.empty()) std::memcpy(at, value.data(), value.size());
      return at + value.size();
    } else if constexpr (is_span<T>) {
      at = put(at, static_cast<std::uint32_t>(value.size()));
      for (const auto& item : value) at = put(at, item);
      return at;
    } else if constexpr (is_variant<T>) {
      at = put(at, static_cast<std::uint8_t>(value.index()));
      return std::visit([at](const auto& alternative) { return put(at, alternative); }, value);
    } else {
      std::apply([&at](const auto&... field) { ((at = put(at, field)), ...); }, T::fields(value));
      return at;
    }
  }

  ByteBuffer& to_;
};

class Reader {
 public:
  Reader(std::string_view from, Arena& arena)
      : at_(from.data()), end_(from.data() + from.size()), arena_(arena) {}

  /// False once anything did not fit; then nothing that was read may be used.
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && at_ == end_; }

  template <class T>
  void read(T& value) {
    if constexpr (fixed_size<T>()) {
      if (has(least_bytes<T>())) at_ = get(at_, value);
    } else if constexpr (std::same_as<T, std::string_view>) {
      std::uint32_t size = 0;
      read(size);
      if (!has(size)) return;
      value = {at_, size};
      at_ += size;
    } else if constexpr (is_span<T>) {
      using Item = std::remove_const_t<typename T::element_type>;
      std::uint32_t count = 0;
      read(count);
      // A count of more items than fit into the rest is a lie.
      if (!ok_ || count > left() / least_bytes<Item>()) {
        ok_ = false;
        return;
      }
      if (count == 0) return;
      const std::span<Item> items = arena_.array<Item>(count);
      for (Item& item : items) read(item);
      value = items;
    } else if constexpr (is_variant<T>) {
      std::uint8_t index = 0;
      read(index);
      if (!ok_ || index >= std::variant_size_v<T>) {
        ok_ = false;
        return;
      }
      read_alternative(value, index, std::make_index_sequence<std::variant_size_v<T>>{});
    } else {
      static_assert(HasFields<T>, "give the structure a `fields`");
      std::apply([&](auto&... field) { (read(field), ...); }, T::fields(value));
    }
  }

 private:
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  bool has(std::size_t size) {
    if (size > left()) [[unlikely]]
      ok_ = false;
    return ok_;
  }

  /// A value of fixed size at `at`; gives where the next one is. REQUIRES: its bytes are there.
  template <class T>
  const char* get(const char* at, T& value) {
    if constexpr (std::same_as<T, bool>) {
      if (*at != 0 && *at != 1) ok_ = false;
      value = *at == 1;
      return at + 1;
    } else if constexpr (Number<T>) {
      std::memcpy(&value, at, sizeof value);
      if constexpr (BoundedEnum<T>)
        if (value > last_of(value)) {
          value = T{};
          ok_ = false;
        }
      return at + sizeof value;
    } else if constexpr (is_id<T>) {
      return get(at, value.value);
    } else {
      std::apply([&](auto&... field) { ((at = get(at, field)), ...); }, T::fields(value));
      return at;
    }
  }

  template <class V, std::size_t... I>
  void read_alternative(V& value, std::size_t index, std::index_sequence<I...>) {
    (void)((index == I && (read(value.template emplace<I>()), true)) || ...);
  }

  const char* at_;
  const char* end_;
  Arena& arena_;
  bool ok_ = true;
};

/// Appends `value`'s byte form to `to`.
template <class T>
void encode(const T& value, ByteBuffer& to) {
  Writer(to).write(value);
}

/// The value whose byte form is exactly `bytes`, or nothing.
template <class T>
std::optional<T> decode(std::string_view bytes, Arena& arena) {
  Reader reader(bytes, arena);
  std::optional<T> value(std::in_place);
  reader.read(*value);
  if (!reader.at_end()) value.reset();
  return value;
}

}  // namespace hubbub::wire
