// SPDX-License-Identifier: MIT
// How somebody is known: by a token of their own, or by a session of ours. To the handlers it is the same.
#pragma once

#include <credence/http_traits.hpp>
#include <credence/registered_claims.hpp>
#include <credence/result.hpp>
#include <credence/verified.hpp>

#include <functional>
#include <string_view>

namespace todos {

using Claims = credence::RegisteredClaims;
using credence::Verified;

/// A verifier, whichever it is: what `require_bearer` asks of one is `claims_type` and `verify`.
struct Login {
    using claims_type = Claims;

    [[nodiscard]] credence::Result<Verified<Claims>> verify(std::string_view credential) const {
        return check(credential);
    }

    std::function<credence::Result<Verified<Claims>>(std::string_view)> check;
    credence::TokenSource source = {};  ///< Where a request carries it.
};

}  // namespace todos
