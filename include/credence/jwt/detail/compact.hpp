// SPDX-License-Identifier: MIT
// Splits a token into its three parts, and holds a decoded part. RFC 7515 §7.1
#pragma once

#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/json/json_words.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>

namespace credence::detail {

/// The three parts of a token, as views into it.
struct CompactParts {
    std::string_view header = {};
    std::string_view payload = {};
    std::string_view signature = {};
    std::string_view signing_input = {};  ///< header, dot, payload: the signed text. RFC 7515 §5.2
};

/// The position of the first dot; `text.size()` if there is none.
[[nodiscard]] inline std::size_t first_dot(std::string_view text) noexcept {
    const void* dot = text.empty() ? nullptr : std::memchr(text.data(), '.', text.size());
    return dot == nullptr ? text.size() : static_cast<std::size_t>(static_cast<const char*>(dot) - text.data());
}

/// Splits at the two dots; nullopt if there are fewer or more. One scan, which ends at a third dot.
[[nodiscard]] inline std::optional<CompactParts> split_compact(std::string_view token) noexcept {
    const std::size_t first = first_dot(token);
    if (first == token.size()) return std::nullopt;
    const std::string_view behind_first{token.data() + first + 1, token.size() - first - 1};
    const std::size_t second = first_dot(behind_first);
    if (second == behind_first.size()) return std::nullopt;
    const std::string_view signature{behind_first.data() + second + 1, behind_first.size() - second - 1};
    if (first_dot(signature) != signature.size()) return std::nullopt;
    return CompactParts{.header = {token.data(), first},
                        .payload = {behind_first.data(), second},
                        .signature = signature,
                        .signing_input = {token.data(), first + 1 + second}};
}

/// The same for a header and a signature of expected sizes: only these two places are checked. Nullopt if the dots are
/// not there. A further dot in the payload or the signature is not found here, but is not base64url.
[[nodiscard]] inline std::optional<CompactParts> split_expected(std::string_view token, std::size_t header,
                                                                std::size_t signature) noexcept {
    if (token.size() < header + signature + 2) return std::nullopt;
    const std::size_t last = token.size() - signature - 1;
    const char* const text = token.data();
    if (text[header] != '.' || text[last] != '.') return std::nullopt;
    return CompactParts{.header = {text, header},
                        .payload = {text + header + 1, last - header - 1},
                        .signature = {text + last + 1, signature},
                        .signing_input = {text, last}};
}

/// Removes one or two `=` from a text of the right length, for issuers that pad.
[[nodiscard]] constexpr std::string_view without_padding(std::string_view text) noexcept {
    if (text.size() % 4 != 0) return text;
    for (int signs = 0; signs < 2 && text.ends_with('='); ++signs) text.remove_suffix(1);
    return text;
}

/// A decoded part, followed by zero bytes for the JSON reader. Parts of a usual size need no heap memory.
class DecodedPart {
public:
    /// Decodes `text` in place of an earlier result. \return whether it is strict base64url.
    [[nodiscard]] bool decode(std::string_view text) {
        size_ = base64url_decoded_size(text.size());
        const std::size_t room = size_ + base64url_slack + json_padding;
        if (room > inline_.size()) heap_ = std::make_unique_for_overwrite<char[]>(room);
        data_ = room > inline_.size() ? heap_.get() : inline_.data();
        source_ = {};
        if (!decode_base64url(text, data_)) return false;
        std::memset(data_ + size_, 0, json_padding);
        source_ = text;
        return true;
    }

    [[nodiscard]] std::string_view bytes() const noexcept { return {data_, size_}; }

    /// Whether these are the bytes of this very text: of the same characters at the same place.
    [[nodiscard]] bool is_of(std::string_view text) const noexcept {
        return source_.data() == text.data() && source_.size() == text.size();
    }

private:
    std::array<char, 2048> inline_;
    std::unique_ptr<char[]> heap_;
    char* data_ = inline_.data();
    std::size_t size_ = 0;
    std::string_view source_ = {};
};

}  // namespace credence::detail
