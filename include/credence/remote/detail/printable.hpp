// SPDX-License-Identifier: MIT
// Makes text from an issuer safe for one line of a log.
#pragma once

#include <credence/version.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace credence::detail {

/// The longest piece of foreign text in a log line, in bytes.
inline constexpr std::size_t longest_quote = 200;

/// `text` in single quotes. Everything except printable ASCII is escaped by a backslash, x and two hexadecimal digits.
/// So a log line has no line breaks and no terminal commands, and different texts look different. A long text is cut.
[[nodiscard]] inline std::string quoted_for_log(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string quoted{'\''};
    for (const char character : text.substr(0, longest_quote)) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte >= 0x20 && byte < 0x7f && byte != '\'' && byte != '\\') {
            quoted.push_back(character);
        } else {
            quoted.append("\\x").append({digits[byte >> 4], digits[byte & 0x0f]});
        }
    }
    quoted.append(text.size() > longest_quote ? "'..." : "'");
    return quoted;
}

}  // namespace credence::detail
