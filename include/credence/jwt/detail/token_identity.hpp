// SPDX-License-Identifier: MIT
// The identity of a token for a revocation store, from its payload.
#pragma once

#include <credence/error.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/jwt/detail/claim_index.hpp>
#include <credence/jwt/detail/rules.hpp>

#include <optional>
#include <string>

namespace credence::detail {

/// Reads the identity of a token for a revocation store. \return the error for a missing claim. Called after the rules
/// held.
[[nodiscard]] inline std::optional<Error> read_identity(const ClaimIndex& index, TokenIdentity& identity) {
    std::string scratch;
    for (const auto claim : {RecognisedClaim::jti, RecognisedClaim::sub, RecognisedClaim::iat}) {
        if (!index.has(claim)) return refuse(Errc::missing_claim, claim, "revocation needs it");
    }
    if (index.has(RecognisedClaim::iss)) identity.issuer = unquoted(index.text(RecognisedClaim::iss), scratch);
    identity.id = unquoted(index.text(RecognisedClaim::jti), scratch);
    identity.subject = unquoted(index.text(RecognisedClaim::sub), scratch);
    const TokenDates& dates = index.dates();
    if (dates.iat.date) identity.issued_at = *dates.iat.date;
    if (dates.exp.date) identity.expires_at = *dates.exp.date;
    return std::nullopt;
}

}  // namespace credence::detail
