// SPDX-License-Identifier: MIT
// Raw bytes in a char buffer would end at their first zero byte, or beyond the buffer's end.
// expect: the length of a char buffer is ambiguous; write std::string_view{buffer, size}
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
