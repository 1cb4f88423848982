// SPDX-License-Identifier: MIT
// Authentication: by a token of the issuer, or by a session of ours. Handlers see no difference.
#pragma once

#include <credence/claims/registered_claims.hpp>
#include <credence/http/http_traits.hpp>
#include <credence/http/rejection.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>

#include <functional>
#include <utility>  // Boost 1.74 needs it before asio

#include "../support/beast/exchange.hpp"

#include <boost/asio/awaitable.hpp>

namespace todos {

using namespace support::beast;

using Claims = credence::RegisteredClaims;
using credence::Verified;

using Proof = credence::Result<Verified<Claims>, credence::Rejection>;

/// Proves the sender of a request, from its head. The head and this object outlive the coroutine.
using Login = std::function<asio::awaitable<Proof>(const Head&)>;

/// The rules for pages that make a browser change something. curl and other programs name no origin, and are allowed.
/// Browsers before 2020 may not name it either: for them, the cookie has SameSite=Strict.
[[nodiscard]] inline credence::CrossOrigin origin_rules() { return {.allow_missing_origin = true}; }

}  // namespace todos
