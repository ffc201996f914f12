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

namespace hubbub::wire {

static_assert(std::endian::native == std::endian::little, "byte forms are little-endian");

template <class T>
concept HasFields = requires(T& t) { std::remove_const_t<T>::fields(t); };

template <class T>
concept Number = std::integral<T> || std::is_enum_v<T>;

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

class Writer {
 public:
  explicit Writer(ByteBuffer& to) : to_(to) {}

  template <class T>
  void write(const T& value) {
    if constexpr (Number<T>) {
      to_.append_number(value);
    } else if constexpr (is_id<T>) {
      write(value.value);
    } else if constexpr (std::same_as<T, std::string_view>) {
      write(static_cast<std::uint32_t>(value.size()));
      to_.append(value);
    } else if constexpr (is_span<T>) {
      write(static_cast<std::uint32_t>(value.size()));
      for (const auto& item : value) write(item);
    } else if constexpr (is_variant<T>) {
      write(static_cast<std::uint8_t>(value.index()));
      std::visit([&](const auto& alternative) { write(alternative); }, value);
    } else {
      static_assert(HasFields<T>, "give the structure a `fields`");
      std::apply([&](const auto&... field) { (write(field), ...); }, T::fields(value));
    }
  }

 private:
  ByteBuffer& to_;
};

class Reader {
 public:
  Reader(std::string_view from, Arena& arena) : from_(from), arena_(arena) {}

  /// False once anything did not fit; then nothing that was read may be used.
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && from_.empty(); }
  std::string_view rest() const { return from_; }

  template <class T>
  void read(T& value) {
    if constexpr (std::same_as<T, bool>) {
      std::uint8_t byte = 0;
      read(byte);
      if (byte > 1) ok_ = false;
      value = byte == 1;
    } else if constexpr (Number<T>) {
      const std::string_view bytes = take(sizeof value);
      if (ok_) std::memcpy(&value, bytes.data(), sizeof value);
      if constexpr (BoundedEnum<T>)
        if (value > last_of(value)) {
          value = T{};
          ok_ = false;
        }
    } else if constexpr (is_id<T>) {
      read(value.value);
    } else if constexpr (std::same_as<T, std::string_view>) {
      std::uint32_t size = 0;
      read(size);
      value = take(size);
    } else if constexpr (is_span<T>) {
      using Item = std::remove_const_t<typename T::element_type>;
      std::uint32_t count = 0;
      read(count);
      // A count of more items than fit into the rest is a lie.
      if (!ok_ || count > from_.size() / least_bytes<Item>()) {
        ok_ = false;
        return;
      }
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
  template <class V, std::size_t... I>
  void read_alternative(V& value, std::size_t index, std::index_sequence<I...>) {
    (void)((index == I && (read(value.template emplace<I>()), true)) || ...);
  }

  std::string_view take(std::size_t size) {
    if (!ok_ || size > from_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view taken = from_.substr(0, size);
    from_.remove_prefix(size);
    return taken;
  }

  std::string_view from_;
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
  T value{};
  reader.read(value);
  if (!reader.at_end()) return {};
  return value;
}

}  // namespace hubbub::wire
