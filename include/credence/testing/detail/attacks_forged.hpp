// SPDX-License-Identifier: MIT
// Attacks that need no key: tokens that anybody can make from a good one.
#pragma once

#include <credence/testing/detail/attack_token.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// Another algorithm in the header, with the old signature or none. RFC 8725 §2.1
inline void add_algorithm_swaps(const GoodToken& good, std::vector<Attack>& out) {
    const auto header_of = [&](std::string_view alg) {
        return encode_base64url(with_member(good.header_json, "alg", alg));
    };
    for (const std::string_view none : {"\"none\"", "\"None\"", "\"NONE\"", "\"nOnE\"", "\"none \"", "\"\""}) {
        const std::string start = header_of(none) + '.' + good.payload, name = "alg is " + std::string{none};
        out.push_back({"algorithm", name + ", with an empty signature", start + '.'});
        out.push_back({"algorithm", name + ", without a signature", start});
        out.push_back({"algorithm", name + ", with the old signature", start + '.' + good.signature});
    }
    for (const std::string_view alg :
         {"\"HS256\"", "\"HS384\"", "\"HS512\"", "\"RS256\"", "\"PS256\"", "\"ES256\"", "\"ES384\"", "\"EdDSA\"",
          "\"hs256\"", "\"rs256\"", "\"HS256 \"", "null", "0", "[\"none\"]", "{}", "true"}) {
        if (nlohmann::json::parse(alg) == good.header_json.value("alg", nlohmann::json{})) continue;
        out.push_back({"algorithm", "alg is " + std::string{alg}, good.with_header(header_of(alg))});
    }
    out.push_back({"algorithm", "no alg", good.with_header(encode_base64url(without_member(good.header_json, "alg")))});
}

/// Wrong signatures. CVE-2022-21449, RFC 7518 §3.4
inline void add_false_signatures(const GoodToken& good, std::vector<Attack>& out) {
    const auto add = [&](std::string name, std::string token) {
        out.push_back({"signature", std::move(name), std::move(token)});
    };
    for (const std::size_t size : {1U, 20U, 32U, 48U, 64U, 96U, 114U, 132U, 256U, 384U, 512U}) {
        add(std::to_string(size) + " zero bytes as signature", good.with_signature_bytes(std::string(size, '\0')));
        add(std::to_string(size) + " bytes 0xff as signature", good.with_signature_bytes(std::string(size, '\xff')));
    }
    const std::string& bytes = good.signature_bytes;
    for (const std::size_t place : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
        for (const int bit : {0, 7}) {
            std::string flipped = bytes;
            flipped[place] = static_cast<char>(flipped[place] ^ (1 << bit));
            add("a bit of the signature's byte " + std::to_string(place) + " flipped",
                good.with_signature_bytes(flipped));
        }
    }
    for (const std::size_t kept :
         {std::size_t{0}, std::size_t{1}, std::size_t{4}, bytes.size() / 2, bytes.size() - 1}) {
        add("the signature's first " + std::to_string(kept) + " bytes",
            good.with_signature_bytes(bytes.substr(0, kept)));
    }
    std::string reversed{bytes.rbegin(), bytes.rend()};
    if (reversed == bytes) reversed += '\0';
    add("the signature backwards", good.with_signature_bytes(reversed));
    add("the signature twice", good.with_signature_bytes(bytes + bytes));
    add("a zero byte behind the signature", good.with_signature_bytes(bytes + '\0'));
    add("a zero byte before the signature", good.with_signature_bytes('\0' + bytes));
    add("zeros in DER as signature",
        good.with_signature_bytes(std::string_view{"\x30\x06\x02\x01\x00\x02\x01\x00", 8}));
    add("no signature and no dot", good.header + '.' + good.payload);
    add("the payload as signature", good.with_signature(good.payload));
}

/// The right bytes in another encoding. RFC 4648 §3.5, RFC 7515 §2
inline void add_false_encodings(const GoodToken& good, std::vector<Attack>& out) {
    for (const std::string_view junk :
         {"=", "==", "====", " ", "\n", "\r\n", "\t", "+", "/", "!", "%3D", "\xc2\xa0", "A"}) {
        const std::string text{junk};
        // HTTP removes white space round a field's value, so a whole service may admit what a verifier must refuse.
        const bool is_blank = junk.find_first_not_of(" \t\r\n") == std::string_view::npos;
        const std::string before = is_blank ? "white space" : "encoding";
        const std::string behind = junk.front() == '=' ? "padding" : before;
        out.push_back({behind, "'" + text + "' behind the token", good.with_signature(good.signature + text)});
        out.push_back({before, "'" + text + "' before the token", text + good.with_signature(good.signature)});
    }
    const std::string zero(1, '\0');
    out.push_back({"encoding", "a zero byte behind the token", good.with_signature(good.signature + zero)});
    out.push_back({"encoding", "a zero byte before the token", zero + good.with_signature(good.signature)});
    if (const auto spare = with_spare_bits(good.signature); spare != good.signature) {
        out.push_back({"encoding", "spare bits in the signature", good.with_signature(spare)});
    }
    out.push_back({"padding", "padding behind the header", good.with_header(with_padding(good.header))});
    out.push_back({"padding", "padding behind the payload", good.with_payload(with_padding(good.payload))});
}

/// Another number of parts, or parts in other places. RFC 7515 §7.1, CVE-2025-30204
inline void add_false_forms(const GoodToken& good, std::vector<Attack>& out) {
    const std::string token = good.with_signature(good.signature);
    const auto add = [&](std::string name, std::string text) {
        out.push_back({"form", std::move(name), std::move(text)});
    };
    add("nothing", "");
    for (const std::string_view dots : {".", "..", "...", "....", "........"}) add("dots alone", std::string{dots});
    add("a dot behind the token", token + '.');
    add("a dot before the token", '.' + token);
    add("two dots in the middle", good.header + ".." + good.payload + '.' + good.signature);
    add("the token twice", token + '.' + token);
    add("five parts, as of an encrypted token", token + ".e30.e30");
    add("the header alone", good.header);
    add("no header", '.' + good.payload + '.' + good.signature);
    add("no payload", good.header + ".." + good.signature);
    add("header and payload swapped", good.payload + '.' + good.header + '.' + good.signature);
    add("the header as payload", good.header + '.' + good.header + '.' + good.signature);
    add("the scheme with the token", "Bearer " + token);
    add("the token in quotes", '"' + token + '"');
    add("flattened JSON", R"({"protected":")" + good.header + R"(","payload":")" + good.payload + R"(","signature":")" +
                              good.signature + "\"}");
    add("a member name as token", R"({")" + token + R"(":""})");
    add("100000 characters", std::string(100'000, 'A'));
    add("100000 dots", std::string(100'000, '.'));
    add("a header of 100000 brackets", good.with_header(encode_base64url(std::string(100'000, '['))));
}

/// Other claims under the old signature.
inline void add_changed_claims(const GoodToken& good, std::vector<Attack>& out) {
    const auto add = [&](std::string name, const std::string& text) {
        if (text == good.payload_text) return;
        out.push_back({"signature", std::move(name), good.with_payload(encode_base64url(text))});
    };
    add("another subject", with_member(good.payload_json, "sub", "\"administrator\""));
    add("another role", with_member(good.payload_json, "role", "\"administrator\""));
    add("more scopes", with_member(good.payload_json, "scope", "\"admin read write\""));
    add("a later exp", with_member(good.payload_json, "exp", "253402300799"));
    add("no exp", without_member(good.payload_json, "exp"));
    add("no claims", "{}");
    add("a space more", good.payload_text + ' ');
    add("null as payload", "null");
    out.push_back(
        {"signature", "a space more in the header", good.with_header(encode_base64url(good.header_text + ' '))});
    out.push_back({"signature", "another kid",
                   good.with_header(encode_base64url(with_member(good.header_json, "kid", "\"x\"")))});
}

/// Secrets that attackers try first, keys in the token itself, and targets that a kid may point to. RFC 8725 §2.2,
/// §3.10, CVE-2018-0114
inline void add_attackers_keys(const GoodToken& good, std::vector<Attack>& out) {
    const std::string header = with_member(good.header_json, "alg", "\"HS256\"");
    for (const std::string_view secret :
         {"", "secret", "Secret", "password", "changeme", "key", "test", "your-256-bit-secret", "your_jwt_secret",
          "my$ecretK3y", "0123456789abcdef0123456789abcdef"}) {
        out.push_back({"weak secret", "signed with the secret '" + std::string{secret} + "'",
                       signed_by_attacker(Hash::sha256, header, good.payload_text, secret)});
    }
    out.push_back({"weak secret", "signed with 32 zero bytes",
                   signed_by_attacker(Hash::sha256, header, good.payload_text, std::string(32, '\0'))});
    const std::string secret(32, 'x');
    const std::string jwk = R"({"kty":"oct","alg":"HS256","k":")" + encode_base64url(secret) + "\"}";
    const std::array<std::array<std::string, 2>, 5> brought{{{"jwk", jwk},
                                                             {"jku", R"("https://attacker.example/jwks.json")"},
                                                             {"x5u", R"("file:///dev/null")"},
                                                             {"x5c", R"(["MIIB"])"},
                                                             {"kid", '"' + secret + '"'}}};
    for (const auto& [name, value] : brought) {
        const std::string brings = with_member(nlohmann::json::parse(header), name, value);
        out.push_back({"embedded key", "signed with a key of its own in " + name,
                       signed_by_attacker(Hash::sha256, brings, good.payload_text, secret)});
    }
    for (const std::string_view kid : {R"("/dev/null")", R"("../../../../../../dev/null")", R"("x' UNION SELECT '")"}) {
        const std::string points = with_member(nlohmann::json::parse(header), "kid", kid);
        out.push_back({"embedded key", "an empty secret, and the kid " + std::string{kid},
                       signed_by_attacker(Hash::sha256, points, good.payload_text, "")});
    }
}

/// All attacks that need no key.
inline void add_forged(const GoodToken& good, std::vector<Attack>& out) {
    add_algorithm_swaps(good, out);
    if (!good.signature_bytes.empty()) add_false_signatures(good, out);
    add_false_encodings(good, out);
    add_false_forms(good, out);
    add_changed_claims(good, out);
    add_attackers_keys(good, out);
}

/// HMAC with the text of a public key as its secret. RFC 8725 §2.1
inline void add_key_confusion(const GoodToken& good, std::string_view public_text, std::vector<Attack>& out) {
    std::string trimmed{public_text};
    while (!trimmed.empty() && trimmed.back() == '\n') trimmed.pop_back();
    constexpr std::array<Hash, 3> hashes{Hash::sha256, Hash::sha384, Hash::sha512};
    constexpr std::array<std::string_view, 3> names{"\"HS256\"", "\"HS384\"", "\"HS512\""};
    for (std::size_t index = 0; index < hashes.size(); ++index) {
        const std::string header = with_member(good.header_json, "alg", names[index]);
        for (const std::string& secret : {std::string{public_text}, trimmed}) {
            out.push_back({"key confusion", "the public key as the secret of " + std::string{names[index]},
                           signed_by_attacker(hashes[index], header, good.payload_text, secret)});
        }
        out.push_back({"key confusion", "the same under the header's own alg",
                       signed_by_attacker(hashes[index], good.header_text, good.payload_text, public_text)});
    }
}

}  // namespace credence::detail
