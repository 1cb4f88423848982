// SPDX-License-Identifier: MIT
// Puts a token together: the header, the payload, and the signature over both. RFC 7515 §5.1
#pragma once

#include <credence/jwt/header_options.hpp>
#include <credence/result.hpp>
#include <credence/claims/detail/claims_writer.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/json/json_dom.hpp>
#include <credence/detail/json/json_reader.hpp>
#include <credence/detail/json/json_writer.hpp>
#include <credence/jwt/detail/jose_header.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// Why these members cannot be added to a header; empty if they can. A verifier reads at most 64 members.
[[nodiscard]] inline std::string_view why_no_header(const nlohmann::json& others) {
    constexpr std::size_t most = 61;
    if (others.is_null()) return {};
    if (!others.is_object()) return "HeaderOptions::header is not an object";
    if (others.size() > most) return "HeaderOptions::header has more than 61 members";
    for (const char* name : {"alg", "typ", "kid"}) {
        if (others.contains(name)) return "HeaderOptions::header must not have alg, typ or kid";
    }
    for (const char* name : {"crit", "b64"}) {
        if (others.contains(name)) return "HeaderOptions::header must not have crit or b64";
    }
    return {};
}

/// Whether a header has more values than a verifier reads.
[[nodiscard]] inline bool has_too_many_values(std::string text) {
    const std::size_t size = text.size();
    text.append(json_padding, '\0');
    JsonReader reader{std::string_view{text}.substr(0, size), {.skipped_limit = most_header_values}};
    return !reader.skip() && reader.skipped_too_many();
}

inline constexpr std::string_view header_not_written = "the header has text that is not UTF-8, or nests too deep";

/// The header segment, as it stands in the token.
[[nodiscard]] inline Result<std::string> header_segment(std::string_view alg, std::string_view type,
                                                        std::string_view kid, const nlohmann::json& others = {}) {
    if (const auto reason = why_no_header(others); !reason.empty()) return Error{Errc::malformed_token, {}, reason};
    std::string text;
    JsonWriter writer{text};
    writer.open('{');
    bool written = writer.name("alg") && writer.string(alg);
    if (!type.empty()) written = written && writer.name("typ") && writer.string(type);
    if (!kid.empty()) written = written && writer.name("kid") && writer.string(kid);
    for (const auto& [name, value] : others.items()) {
        written = written && writer.name(name) && write_dom<nlohmann::json>(writer, value, 2);
    }
    writer.close('}');
    if (!written) return Error{Errc::invalid_json, {}, header_not_written};
    if (!others.empty() && has_too_many_values(text)) {
        return Error{Errc::malformed_token, {}, "HeaderOptions::header has more than 256 values"};
    }
    std::string segment = encode_base64url(text);
    if (count_of(text, '\\') <= most_escapes_in_header(segment.size())) return segment;
    if (auto read = read_jose_header(segment); !read) return std::move(read).error();  // as a verifier would
    return segment;
}

/// The token of a header segment and a payload.
template <class Key>
[[nodiscard]] Result<std::string> sign_parts(std::string_view header, std::string_view payload, const Key& key) {
    const std::size_t signature_size = key.signature_size();
    const std::size_t input_size = header.size() + 1 + base64url_encoded_size(payload.size());
    std::string token(input_size + 1 + base64url_encoded_size(signature_size), '.');
    char* end = std::copy(header.begin(), header.end(), token.data()) + 1;
    end = encode_base64url(payload, end) + 1;

    std::array<unsigned char, 512> inline_room;  // of RSA up to 4096 bits
    std::unique_ptr<unsigned char[]> heap_room;
    if (signature_size > inline_room.size())
        heap_room = std::make_unique_for_overwrite<unsigned char[]>(signature_size);
    unsigned char* signature = heap_room ? heap_room.get() : inline_room.data();
    if (!key.sign({token.data(), input_size}, signature))
        return Error{Errc::invalid_key, {}, "OpenSSL cannot sign with this key"};
    encode_base64url({reinterpret_cast<const char*>(signature), signature_size}, end);
    return token;
}

/// The whole of `encode`: the default header of an algorithm is made once.
template <class Alg, class Claims, class Key>
[[nodiscard]] Result<std::string> sign_claims(const Claims& claims, const Key& key, const HeaderOptions& options,
                                              const std::string& kid_of_key) {
    std::string payload;
    payload.reserve(256);
    if (auto written = write_claims(payload, claims); !written) return std::move(written).error();
    const std::string& kid = options.kid.empty() ? kid_of_key : options.kid;
    if (kid.empty() && options.type == "JWT" && options.header.is_null()) {
        static const std::string usual = header_segment(Alg::name, "JWT", {}).value();
        return sign_parts(usual, payload, key);
    }
    const auto header = header_segment(Alg::name, options.type, kid, options.header);
    if (!header) return header.error();
    return sign_parts(*header, payload, key);
}

}  // namespace credence::detail
