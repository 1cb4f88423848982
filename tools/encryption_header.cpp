// SPDX-License-Identifier: MIT
// Headers of encrypted tokens.
#include "encryption_header.hpp"

#include <credence/detail/encoding/base64url.hpp>
#include <credence/jwe/detail/jwe_token.hpp>

#include <array>
#include <optional>

namespace credence::command {

namespace {

/// Members that the command itself writes, and members that no reader here understands.
constexpr std::array<std::string_view, 8> members_of_encryption{"epk", "iv", "tag", "p2s", "p2c", "zip", "crit", "b64"};

/// The bytes of `apu` or `apv`; nullopt if it is not base64url.
std::optional<std::string> party_of(const JsonObject& wanted, std::string_view name) {
    const std::string_view* const json = wanted.find(name);
    return json == nullptr ? std::string{} : detail::decode_base64url(plain_text(*json));
}

}  // namespace

std::string fault_of_header(const JsonObject& wanted, std::string_view alg, std::string_view enc) {
    for (const std::string_view name : {"alg", "enc", "kid", "typ", "cty", "apu", "apv"}) {
        const std::string_view* const json = wanted.find(name);
        if (json == nullptr) continue;
        const std::string member = "header." + std::string{name};
        if (json->front() != '"') return member + " must be a string";
        if (name == "alg" && plain_text(*json) != alg) return member + " must be the same as alg";
        if (name == "enc" && plain_text(*json) != enc) return member + " must be the same as enc";
        if (name.starts_with("ap") && !party_of(wanted, name)) return member + " must be strict base64url";
    }
    for (const std::string_view name : members_of_encryption) {
        if (wanted.find(name) != nullptr) return "header must not have " + std::string{name};
    }
    return {};
}

Result<std::string> encrypt_text(const Recipient& recipient, ContentAlgorithm content, const JsonObject& wanted,
                                 std::string_view plaintext) {
    ObjectText header;
    header.add_text("alg", recipient.key->alg).add_text("enc", to_string(content));
    if (!recipient.kid.empty() && wanted.find("kid") == nullptr) header.add_text("kid", recipient.kid);
    for (const Member& member : wanted.members()) {
        if (member.name != "alg" && member.name != "enc") header.add(member.name, member.json);
    }
    if (JsonObject{header.text()}.fault()) return Errc::invalid_json;  // deeper than a token may be
    const detail::AgreementParties parties{party_of(wanted, "apu").value_or(""), party_of(wanted, "apv").value_or("")};
    return detail::seal_jwe(*recipient.key, content, header.text(), parties, detail::as_bytes(plaintext));
}

}  // namespace credence::command
