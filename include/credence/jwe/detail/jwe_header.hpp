// SPDX-License-Identifier: MIT
// The five parts of an encrypted token, and the members of its header. RFC 7516 §4.1, §7.1
#pragma once

#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/result.hpp>
#include <credence/detail/json/json_reader.hpp>
#include <credence/jwt/detail/compact.hpp>
#include <credence/jwt/detail/jose_header.hpp>
#include <credence/jwt/detail/token_form.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// The parts of a token, as views into it.
struct JweParts {
    std::string_view header = {};
    std::string_view encrypted_key = {};
    std::string_view iv = {};
    std::string_view ciphertext = {};
    std::string_view tag = {};
};

/// Splits at the four dots; nullopt if there are fewer or more. One scan, which ends at a fifth dot.
[[nodiscard]] inline std::optional<JweParts> split_jwe(std::string_view token) noexcept {
    JweParts parts;
    const std::array<std::string_view*, 4> before_dots{&parts.header, &parts.encrypted_key, &parts.iv,
                                                       &parts.ciphertext};
    for (std::string_view* const part : before_dots) {
        const std::size_t dot = first_dot(token);
        if (dot == token.size()) return std::nullopt;
        *part = token.substr(0, dot);
        token.remove_prefix(dot + 1);
    }
    if (first_dot(token) != token.size()) return std::nullopt;
    parts.tag = token;
    return parts;
}

/// Why a text does not have the five parts of an encrypted token.
[[nodiscard]] constexpr std::string_view why_not_five_parts(std::string_view text) noexcept {
    if (const std::string_view reason = why_no_token(text); !reason.empty()) return reason;
    switch (std::count(text.begin(), text.end(), '.')) {
        case 0: return "one part; an encrypted token has five";
        case 1: return "two parts; an encrypted token has five";
        case 2: return "a signed token (three parts), not an encrypted one";
        case 3: return "four parts; an encrypted token has five";
        default: return "more than five parts";
    }
}

/// The sender's key as `epk` has it. RFC 7518 §4.6.1.1
struct EphemeralKey {
    std::string kty = {};
    std::string crv = {};
    std::string x = {};
    std::string y = {};
    bool has_private = false;
};

/// A header that was read but not yet checked.
struct JweHeader : JoseHeader {
    std::string enc = {};
    std::string cty = {};
    std::string apu = {};
    std::string apv = {};
    std::string iv = {};   ///< of the content key, for AES-GCM key wrap
    std::string tag = {};  ///< the same
    EphemeralKey epk = {};
    bool has_enc = false;
    bool has_zip = false;
    bool has_epk = false;
    bool has_iv = false;
    bool has_tag = false;
};

/// Reads the value of `epk`. Only its strings count.
[[nodiscard]] inline bool read_epk(JsonReader& reader, JweHeader& out) {
    out.has_epk = true;
    if (reader.peek() != '{') {
        if (out.mismatch.empty()) out.mismatch = "the epk is not an object";
        return reader.skip();
    }
    return reader.object([&](std::string_view name) {
        if (!reader.note_name(name)) return false;
        if (name == "d") out.epk.has_private = true;
        std::string* const member = name == "kty"   ? &out.epk.kty
                                    : name == "crv" ? &out.epk.crv
                                    : name == "x"   ? &out.epk.x
                                    : name == "y"   ? &out.epk.y
                                                    : nullptr;
        return member != nullptr && reader.peek() == '"' ? reader.string(*member) : reader.skip();
    });
}

/// Reads the value of a member that belongs to encryption; nullopt if the name is not one of these.
[[nodiscard]] inline std::optional<bool> read_jwe_member(JsonReader& reader, std::string_view name, JweHeader& out) {
    const auto read = [&](std::string& value, bool* is_there, std::string_view reason) {
        return read_string_member(reader, {&value, is_there, reason, reason}, false, out.mismatch);
    };
    if (name == "enc") return read(out.enc, &out.has_enc, "the enc is not a string");
    if (name == "cty") return read(out.cty, nullptr, "the cty is not a string");
    // As in a signed token, but there is no `allow_null_members`, which the reasons there name.
    if (name == "kid") return read(out.header.kid, &out.has_kid, "the kid is not a string");
    if (name == "typ") return read(out.header.typ, nullptr, "the typ is not a string");
    if (name == "apu") return read(out.apu, nullptr, "the apu is not a string");
    if (name == "apv") return read(out.apv, nullptr, "the apv is not a string");
    if (name == "iv") return read(out.iv, &out.has_iv, "the iv is not a string");
    if (name == "tag") return read(out.tag, &out.has_tag, "the tag is not a string");
    if (name == "epk") return read_epk(reader, out);
    if (name != "zip") return std::nullopt;
    out.has_zip = true;
    return reader.skip();
}

/// Why a header that is a JSON object is malformed; empty if it is not.
[[nodiscard]] inline std::string_view why_malformed_jwe(const JweHeader& header) noexcept {
    if (const auto reason = why_malformed(header); !reason.empty()) return reason;
    return header.has_enc ? std::string_view{} : "the header has no enc";
}

/// The reason why a part is not base64url. There is no `allow_padding` for encrypted tokens.
[[nodiscard]] constexpr std::string_view why_bad_jwe_part(std::string_view part) noexcept {
    return part.ends_with('=') ? "padding with =; an encrypted token has none" : why_not_base64url(part, false);
}

/// Reads a header segment. `malformed_token`, `invalid_base64`, `invalid_json`, `duplicate_member`.
[[nodiscard]] inline Result<JweHeader> read_jwe_header(std::string_view segment) {
    if (segment.empty()) return Error{Errc::malformed_token, {}, "the header is empty"};
    DecodedPart part;
    if (!part.decode(segment)) return Error{Errc::invalid_base64, {}, why_bad_jwe_part(segment)};
    JsonReader reader{part.bytes(), header_json_rules(segment.size())};
    JweHeader header;
    auto error = read_object_text(reader, header_reasons, [&] {
        return reader.object([&](std::string_view name) {
            if (!count_member(reader, header) || !reader.note_name(name)) return false;
            const auto read = read_jwe_member(reader, name, header);
            return read ? *read : read_header_member(reader, name, false, header);
        });
    });
    if (auto refused = header_error(std::move(error), header, reader)) return *std::move(refused);
    if (const auto reason = why_malformed_jwe(header); !reason.empty()) {
        return Error{Errc::malformed_token, {}, reason};
    }
    if (header.lists_critical_names()) header.names = member_names(part.bytes());
    return header;
}

/// The conditions that a token must meet before its key is used.
struct JweRules {
    std::size_t max_token_bytes;
    ContentAlgorithms content;
    const std::vector<std::string>& understood;
};

/// An encrypted token whose header is acceptable.
struct JweToken {
    JweParts parts;
    JweHeader header;
    ContentAlgorithm content;
};

/// Why the library has no key management algorithm of this name. RFC 7518 §4.1
[[nodiscard]] constexpr std::string_view why_no_management(std::string_view alg) noexcept {
    if (alg == "RSA1_5" || alg.starts_with("PBES2-")) return "RSA1_5 and PBES2 are never supported";
    return "no algorithm of key management has this name; names are case-sensitive";
}

/// The error of a header whose algorithms are not acceptable; `accepts(alg)` says whether the recipient has it.
template <class Accepts>
[[nodiscard]] std::optional<Error> check_algorithms(const JweHeader& header, ContentAlgorithms contents,
                                                    Accepts accepts) {
    if (!is_known_key_management(header.header.alg)) {
        return Error{Errc::unsupported_algorithm, {}, why_no_management(header.header.alg)};
    }
    if (!accepts(header.header.alg)) return Error{Errc::algorithm_not_allowed, {}, key_of_other_algorithm};
    const auto content = content_algorithm(header.enc);
    if (!content) return Error{Errc::unsupported_algorithm, {}, "the enc is not supported"};
    if (!contents.has(*content)) return Error{Errc::algorithm_not_allowed, {}, "the enc is not in the list"};
    // Nothing is ever decompressed: a few bytes could become gigabytes. RFC 8725 §3.6
    if (header.has_zip) return Error{Errc::unsupported_algorithm, {}, "the content is compressed (zip)"};
    return std::nullopt;
}

/// The longest token that is read, in bytes, whatever limit the caller sets. OpenSSL counts in `int`, so a longer part
/// would have a negative length. A token of 1 GiB of content is shorter.
inline constexpr std::size_t longest_jwe = std::size_t{3} << 29;

/// Reads a token up to the point where its key is needed: size, form, header.
template <class Accepts>
[[nodiscard]] Result<JweToken> read_jwe(std::string_view token, const JweRules& rules, Accepts accepts) {
    if (token.size() > rules.max_token_bytes) return Error{Errc::token_too_large, {}, longer_than_allowed};
    if (token.size() > longest_jwe) return Error{Errc::token_too_large, {}, "longer than OpenSSL can count"};
    const auto parts = split_jwe(token);
    if (!parts) return Error{Errc::malformed_token, {}, why_not_five_parts(token)};
    auto header = read_jwe_header(parts->header);
    if (!header) return std::move(header).error();
    if (auto refused = check_algorithms(*header, rules.content, accepts)) return *std::move(refused);
    if (auto refused = check_critical(*header, rules.understood)) return *std::move(refused);
    const ContentAlgorithm content = *content_algorithm(header->enc);
    return JweToken{*parts, *std::move(header), content};
}

}  // namespace credence::detail
