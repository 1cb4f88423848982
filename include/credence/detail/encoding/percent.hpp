// SPDX-License-Identifier: MIT
// Percent-encoding, as in URLs. RFC 3986 §2.1
#pragma once

#include <credence/version.hpp>
#include <credence/detail/encoding/ascii.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace credence::detail {

/// Decodes percent-encoding; nullopt if a `%` is not followed by two hexadecimal digits.
[[nodiscard]] inline std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded.push_back(text[at]);
            continue;
        }
        const auto byte = text.size() - at < 3 ? std::nullopt : whole_number(text.substr(at + 1, 2), 16, 0xff);
        if (!byte) return std::nullopt;
        decoded.push_back(static_cast<char>(static_cast<unsigned char>(*byte)));
        at += 2;
    }
    return decoded;
}

}  // namespace credence::detail
