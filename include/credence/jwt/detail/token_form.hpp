// SPDX-License-Identifier: MIT
// Reasons why a text is not a token: what was passed instead, or what is wrong with a part. All are static texts.
#pragma once

#include <credence/detail/json/json_words.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace credence::detail {

/// Reasons that are used in several places.
inline constexpr std::string_view longer_than_allowed = "longer than max_token_bytes";
inline constexpr std::string_view key_of_other_algorithm = "the key or the list of algorithms does not allow it";

/// The character after the letters that a text begins with, if they may be a word in front of a token: `Token eyJ…`,
/// `jwt=eyJ…`; a zero byte if they may not.
[[nodiscard]] constexpr char behind_first_word(std::string_view text) noexcept {
    constexpr std::size_t shortest_word = 3, longest_word = 32;
    const auto is_letter = [](char character) {
        const char lower = static_cast<char>(character | 0x20);
        return (lower >= 'a' && lower <= 'z') || character == '_' || character == '-';
    };
    const std::string_view start = text.substr(0, longest_word + 1);  // a stranger's text may be long
    const auto end = std::find_if_not(start.begin(), start.end(), is_letter);
    const auto size = static_cast<std::size_t>(end - start.begin());
    if (size < shortest_word || size > longest_word || text.size() < size + 2) return '\0';
    return is_json_space(text[size + 1]) || text[size + 1] == '=' || text[size + 1] == '.' ? '\0' : *end;
}

/// Recognises by its beginning a text that is not a token, and says what it is; empty if it may be a token.
[[nodiscard]] constexpr std::string_view why_no_token(std::string_view text) noexcept {
    const auto begins_with = [text](std::string_view word) {
        const auto is_same = [](char left, char right) { return (left | 0x20) == (right | 0x20); };
        return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(), is_same);
    };
    if (text.empty()) return "an empty text";
    if (begins_with("bearer ") || begins_with("bearer\t"))
        return "the text begins with the word Bearer; pass only the token after it";
    if (begins_with("dpop ") || begins_with("dpop\t"))
        return "the text begins with the word DPoP; pass only the token after it";
    if (begins_with("authorization:")) return "a whole Authorization field; pass only the token in it";
    if (begins_with("-----begin")) return "PEM: a key or a certificate, not a token";
    if (text.starts_with("\xef\xbb\xbf")) return "a byte order mark before the token";
    if (begins_with("http://") || begins_with("https://")) return "a URL; pass only the token in it";
    switch (behind_first_word(text)) {
        case '=': return "a form field; pass only the token after the equals sign";
        case ' ':
        case '\t': return "a word in front of the token; pass only the token after it";
        default: break;
    }
    switch (text.front()) {
        case '"':
        case '\'': return "the token is in quotes; pass it without them";
        case '{':
        case '[': return "a JSON document; pass only the token in it";
        case '<': return "XML, HTML or a placeholder; pass only the token";
        case ' ':
        case '\t':
        case '\r':
        case '\n': return "white space before the token";
        default: return {};
    }
}

/// Why a text does not have the three parts of a token. RFC 7515 §7.1, RFC 7516 §7.1
[[nodiscard]] inline std::string_view why_not_three_parts(std::string_view text) noexcept {
    if (const std::string_view reason = why_no_token(text); !reason.empty()) return reason;
    switch (count_of(text, '.')) {
        case 0: return "one part: an opaque token, or a piece of a token";
        case 1: return "two parts: the signature is missing";
        case 3: return "four parts";
        case 4: return "an encrypted token (five parts)";
        default: return "more than five parts";
    }
}

/// Why a part is not base64url without padding. RFC 7515 §2
[[nodiscard]] constexpr std::string_view why_not_base64url(std::string_view part, bool allow_padding) noexcept {
    if (const std::string_view reason = why_no_token(part); !part.empty() && !reason.empty()) return reason;
    const auto is_letter = [](char character) {
        return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z') ||
               (character >= '0' && character <= '9') || character == '-' || character == '_';
    };
    const auto invalid = std::find_if_not(part.begin(), part.end(), is_letter);
    if (invalid == part.end()) {
        return part.size() % 4 == 1 ? "a part is cut off: no base64url has this length"
                                    : "the last character of a part has bits that are not zero";
    }
    switch (*invalid) {
        case '=': return allow_padding ? "padding in the wrong place or number" : "padding with =; see allow_padding";
        case '+':
        case '/': return "the alphabet of standard base64; a token uses base64url";
        case ' ':
        case '\t':
        case '\r':
        case '\n':
            return std::find_if_not(invalid, part.end(), is_json_space) == part.end() ? "white space after the token"
                                                                                      : "white space in a part";
        case '%': return "percent-encoding; decode the text first";
        case '~': return "an SD-JWT, whose disclosures follow ~";
        default:
            return static_cast<unsigned char>(*invalid) < 0x80 ? "a character outside the base64url alphabet"
                                                               : "a character that is not ASCII";
    }
}

/// Why the library has no algorithm of this name. RFC 7518 §3.1: names are case-sensitive
[[nodiscard]] constexpr std::string_view why_unsupported(std::string_view alg) noexcept {
    constexpr std::string_view none = "none";
    const auto is_same = [](char left, char right) { return (left | 0x20) == right; };
    if (alg.size() == none.size() && std::equal(alg.begin(), alg.end(), none.begin(), is_same)) {
        return "an unsigned token";
    }
    return "no signature algorithm has this name; names are case-sensitive";
}

}  // namespace credence::detail
