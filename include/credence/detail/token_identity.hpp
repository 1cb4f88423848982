// SPDX-License-Identifier: MIT
// What a revocation store is told of a token, from its payload.
#pragma once

#include <credence/result.hpp>
#include <credence/revocation.hpp>
#include <credence/detail/payload.hpp>
#include <credence/detail/rules.hpp>

#include <cstddef>
#include <string>

namespace credence::detail {

[[nodiscard]] inline Error missing(Noted claim) {
    return {Errc::missing_claim, std::string{noted_names[static_cast<std::size_t>(claim)]}};
}

/// What a revocation store knows a token by; or the claim without which it cannot be asked. The rules held.
[[nodiscard]] inline Result<TokenIdentity> token_identity(const PayloadFacts& facts, const TokenDates& dates) {
    TokenIdentity identity;
    std::string scratch;
    for (const auto claim : {Noted::jti, Noted::sub, Noted::iat}) {
        if (!facts.has(claim)) return missing(claim);
    }
    if (facts.has(Noted::iss)) identity.issuer = unquoted(facts.text(Noted::iss), scratch);
    identity.id = unquoted(facts.text(Noted::jti), scratch);
    identity.subject = unquoted(facts.text(Noted::sub), scratch);
    if (dates.iat.bounds) identity.issued_at = dates.iat.bounds->floor;
    if (dates.exp.bounds) identity.expires_at = dates.exp.bounds->ceiling;
    return identity;
}

}  // namespace credence::detail
