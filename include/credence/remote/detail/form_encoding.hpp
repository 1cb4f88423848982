// SPDX-License-Identifier: MIT
// Text for the body and the Authorization field of a POST: percent-encoding and base64. RFC 3986 §2.1, RFC 4648 §4
#pragma once

#include <credence/detail/encoding/ascii.hpp>
#include <credence/detail/encoding/base64url.hpp>

#include <string>
#include <string_view>

namespace credence::detail {

/// A form value: everything but unreserved characters is percent-encoded.
[[nodiscard]] inline std::string form_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char character : text) {
        const bool is_unreserved = is_letter(character) || is_digit(character) || character == '-' ||
                                   character == '.' || character == '_' || character == '~';
        if (is_unreserved) {
            encoded.push_back(character);
        } else {
            const auto byte = static_cast<unsigned char>(character);
            encoded.append("%").append({digits[byte >> 4U], digits[byte & 0x0fU]});
        }
    }
    return encoded;
}

/// Base64 with padding, as in HTTP Basic. RFC 7617 §2
[[nodiscard]] inline std::string base64_text(std::string_view bytes) {
    std::string text = encode_base64url(bytes);
    for (char& character : text) {
        if (character == '-') character = '+';
        if (character == '_') character = '/';
    }
    while (text.size() % 4 != 0) text.push_back('=');
    return text;
}

}  // namespace credence::detail
