// SPDX-License-Identifier: MIT
// The building blocks of the attacks of `testing.hpp`: a good token taken apart, and functions to build others.
#pragma once

#include <credence/testing/attack.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/json/json_dom.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/jwt/detail/compact.hpp>
#include <credence/keys/detail/hmac.hpp>
#include <credence/keys/detail/signature.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace credence::detail {

using testing::Attack;

/// A good token taken apart.
struct GoodToken {
    std::string header, payload, signature;    ///< the segments
    std::string header_text, payload_text;     ///< their contents
    nlohmann::json header_json, payload_json;  ///< the same, as values
    std::string signature_bytes = {};

    /// Nullopt if it is not a compact token with two JSON objects.
    [[nodiscard]] static std::optional<GoodToken> from(std::string_view token) {
        const auto parts = split_compact(token);
        if (!parts) return std::nullopt;
        auto header = decode_base64url(parts->header), payload = decode_base64url(parts->payload),
             signature = decode_base64url(parts->signature);
        if (!header || !payload || !signature) return std::nullopt;
        auto header_json = read_json(*header), payload_json = read_json(*payload);
        if (!header_json || !payload_json || !header_json->is_object() || !payload_json->is_object())
            return std::nullopt;
        return GoodToken{std::string{parts->header}, std::string{parts->payload}, std::string{parts->signature},
                         *std::move(header),         *std::move(payload),         *std::move(header_json),
                         *std::move(payload_json),   *std::move(signature)};
    }

    [[nodiscard]] std::string with_signature(std::string_view other) const {
        return header + '.' + payload + '.' + std::string{other};
    }
    [[nodiscard]] std::string with_signature_bytes(std::string_view other) const {
        return with_signature(encode_base64url(other));
    }
    [[nodiscard]] std::string with_header(std::string_view other) const {
        return std::string{other} + '.' + payload + '.' + signature;
    }
    [[nodiscard]] std::string with_payload(std::string_view other) const {
        return header + '.' + std::string{other} + '.' + signature;
    }
};

/// An object as text, with one member set to a value that is given as JSON text.
[[nodiscard]] inline std::string with_member(nlohmann::json object, const std::string& name, std::string_view value) {
    object.erase(name);
    std::string text = write_json(object).value();
    text.pop_back();
    if (!object.empty()) text += ',';
    return text + write_json(name).value() + ':' + std::string{value} + '}';
}

/// An object as text, with more members after its own.
[[nodiscard]] inline std::string with_more(const std::string& object, std::string_view members) {
    const std::size_t end = object.rfind('}');
    const bool is_empty = object.find('"') == std::string::npos;
    return object.substr(0, end) + (is_empty ? "" : ",") + std::string{members} + '}';
}

[[nodiscard]] inline std::string without_member(nlohmann::json object, const std::string& name) {
    object.erase(name);
    return write_json(object).value();
}

/// Nested brackets of this depth.
[[nodiscard]] inline std::string nested_arrays(std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
}

/// A segment whose last character has spare bits set; the segment itself if it has no spare bits.
[[nodiscard]] inline std::string with_spare_bits(std::string segment) {
    const auto value = segment.empty() ? std::string_view::npos : base64url_alphabet.find(segment.back());
    if (segment.size() % 4 != 0 && value + 1 < base64url_alphabet.size())
        segment.back() = base64url_alphabet[value + 1];
    return segment;
}

/// A segment padded with `=`, or with a whole group of them.
[[nodiscard]] inline std::string with_padding(std::string segment) {
    do segment += '=';
    while (segment.size() % 4 != 0);
    return segment;
}

/// Two segments and their signature by a key; no signature if the key cannot sign.
template <class Key>
[[nodiscard]] std::string sign_segments(std::string_view header, std::string_view payload, const Key& key) {
    std::string token = std::string{header} + '.' + std::string{payload};
    std::vector<unsigned char> signature(key.signature_size());
    if (!key.sign(token, signature.data())) return token + '.';
    return token + '.' + encode_base64url({reinterpret_cast<const char*>(signature.data()), signature.size()});
}

/// A token that an attacker signs with HMAC and a secret of her own choice, which may be empty.
[[nodiscard]] inline std::string signed_by_attacker(Hash hash, std::string_view header, std::string_view payload,
                                                    std::string_view secret) {
    const std::string first = encode_base64url(header), second = encode_base64url(payload);
    const auto key = HmacKey::make(hash, SecretBytes{as_bytes(secret)});
    return key ? sign_segments(first, second, *key) : first + '.' + second + '.';
}

}  // namespace credence::detail
