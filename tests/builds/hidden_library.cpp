// SPDX-License-Identifier: MIT
// A shared library with hidden visibility that reports an error of credence's to a program that it is loaded into.
#include <credence/error.hpp>
#include <credence/result.hpp>

#include <system_error>

extern "C" [[gnu::visibility("default")]] void report(std::error_code& code) { code = credence::Errc::token_expired; }

extern "C" [[gnu::visibility("default")]] bool is_expired(const std::error_code& code) {
    return code == credence::Errc::token_expired && code != credence::Errc::token_revoked;
}

extern "C" [[gnu::visibility("default")]] void raise_error() {
    static_cast<void>(credence::Result<int>{credence::Error{credence::Errc::token_expired}}.value());
}
