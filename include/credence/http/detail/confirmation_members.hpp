// SPDX-License-Identifier: MIT
// The keys that a token is bound to, from its cnf. RFC 7800 §3.1, RFC 8705 §3.1, RFC 9449 §6.1
#pragma once

#include <credence/result.hpp>
#include <credence/detail/json/json_reader.hpp>
#include <credence/detail/json/json_words.hpp>

#include <string>
#include <string_view>

namespace credence::detail {

/// The members of a `cnf` whose possession the client must prove; an absent one is empty.
struct ConfirmationMembers {
    std::string jkt = {};       ///< the thumbprint of the key that signs DPoP proofs
    std::string x5t_s256 = {};  ///< the SHA-256 thumbprint of the client's certificate
};

/// Reads a `cnf`. `missing_claim` if there is none; `proof_required` if it names nothing, or something that is not
/// supported, because its proof cannot be checked.
[[nodiscard]] inline Result<ConfirmationMembers> read_confirmation(std::string_view json) {
    const auto refused = [](std::string_view reason) { return Error{Errc::proof_required, "cnf", reason}; };
    if (json.empty()) return Error{Errc::missing_claim, "cnf", "the token is not bound to a key"};
    std::string text{json};
    text.append(json_padding, '\0');
    JsonReader reader{std::string_view{text}.substr(0, json.size())};
    if (reader.peek() != '{') return refused("the cnf is not an object");
    ConfirmationMembers members;
    bool is_known = true;
    const bool read = reader.object([&](std::string_view name) {
        std::string* const member = name == "jkt" ? &members.jkt : name == "x5t#S256" ? &members.x5t_s256 : nullptr;
        if (!reader.note_name(name)) return false;
        const bool is_text = member != nullptr && reader.peek() == '"';
        if (!is_text) {
            is_known = false;
            return reader.skip();
        }
        if (!reader.string(*member)) return false;
        is_known = is_known && !member->empty();
        return true;
    });
    if (!read || !reader.at_end()) return refused("the cnf is not an object");
    if (!is_known) return refused("the cnf has an unknown or malformed confirmation");
    if (members.jkt.empty() && members.x5t_s256.empty()) return refused("the cnf names no confirmation");
    return members;
}

}  // namespace credence::detail
