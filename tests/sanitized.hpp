// Whether this build is watched by the address sanitizer, and so runs many times slower: what adds
// nothing to watch can be left out then.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HUBBUB_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HUBBUB_SANITIZED 1
#endif

namespace hubbub::test {

#ifdef HUBBUB_SANITIZED
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace hubbub::test
