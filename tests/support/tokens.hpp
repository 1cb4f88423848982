// SPDX-License-Identifier: MIT
// Tokens with any header, any payload and a good signature, and the result of a verification in one line.
#pragma once

#include <credence/jwt/decode.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "support/accounts.hpp"

#include <nlohmann/json.hpp>

namespace support {

/// The time of the clock in all tests of claims.
inline constexpr credence::NumericDate noon{std::chrono::seconds{1'700'000'000}};

inline credence::NumericDate noon_clock() { return noon; }

/// A token of two segments that are already encoded, with their signature.
template <class Alg = credence::HS256>
std::string signed_segments(std::string_view header, std::string_view payload,
                            const credence::Keys<Alg>& keys = account_keys()) {
    std::string token{header};
    token.append(".").append(payload);
    const auto& key = credence::detail::KeyAccess::prepared(keys.encoding);
    std::vector<unsigned char> signature(key.signature_size());
    if (!key.sign(token, signature.data())) return {};
    const std::string bytes(signature.begin(), signature.end());
    return token + '.' + credence::detail::encode_base64url(bytes);
}

/// A token of any two texts.
template <class Alg = credence::HS256>
std::string signed_texts(std::string_view header, std::string_view payload,
                         const credence::Keys<Alg>& keys = account_keys()) {
    return signed_segments(credence::detail::encode_base64url(header), credence::detail::encode_base64url(payload),
                           keys);
}

inline constexpr std::string_view usual_header = R"({"alg":"HS256","typ":"JWT"})";

/// A token with the usual header.
inline std::string signed_payload(std::string_view payload) { return signed_texts(usual_header, payload); }

/// An error in one line: the code, then a space and the claim if there is one.
inline std::string in_words(const credence::Error& error) {
    std::string text{to_string(error.code)};
    if (!error.claim.empty()) text.append(" ").append(error.claim);
    return text;
}

/// The result of `decode` at noon: `accepted`, or the error in one line.
template <class Claims = nlohmann::json>
std::string verdict(std::string_view token, credence::Validation<Claims> rules = {}) {
    rules.clock = noon_clock;
    const auto who = credence::decode<Claims>(token, account_keys(), rules);
    return who ? "accepted" : in_words(who.error());
}

}  // namespace support
