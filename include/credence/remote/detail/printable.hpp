// SPDX-License-Identifier: MIT
// Text of an issuer's, made fit for one line of a log.
#pragma once

#include <credence/version.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace credence::detail {

/// The longest piece of foreign text that a log line repeats, in bytes.
inline constexpr std::size_t longest_quote = 200;

/// `text` in single quotes. Everything but printable ASCII is escaped, by a backslash, x and two hexadecimal digits: a
/// log line has no line breaks, no terminal commands, and no two texts that differ and look alike. A long text is cut.
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
