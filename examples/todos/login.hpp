// SPDX-License-Identifier: MIT
// How somebody is known: by a token of their own, or by a session of ours. To the handlers it is the same.
#pragma once

#include <credence/claims/registered_claims.hpp>
#include <credence/http/rejection.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>

#include <functional>
#include <utility>  // Boost 1.74 needs it before asio

#include "exchange.hpp"

#include <boost/asio/awaitable.hpp>

namespace todos {

using Claims = credence::RegisteredClaims;
using credence::Verified;

using Proof = credence::Result<Verified<Claims>, credence::Rejection>;

struct Login {
    /// Proves who sent a request, from its head. The head and this object outlive the coroutine.
    std::function<asio::awaitable<Proof>(const Head&)> prove = {};
    /// Whether browsers send the credential by themselves, also with what a page of another site asks for.
    bool uses_cookie = false;
};

}  // namespace todos
