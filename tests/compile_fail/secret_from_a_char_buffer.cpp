// SPDX-License-Identifier: MIT
// Raw bytes in a char buffer would end at their first zero byte, or beyond the buffer's end.
// expect: how much of a char buffer is meant? say std::string_view{buffer, size}
#include <credence/keys/keys.hpp>

#include <string_view>

auto read() {
    char buffer[32] = {};
#ifdef CREDENCE_MUST_FAIL
    return credence::Keys<credence::HS256>::from_secret(buffer);
#else
    return credence::Keys<credence::HS256>::from_secret(std::string_view{buffer, sizeof buffer});
#endif
}
