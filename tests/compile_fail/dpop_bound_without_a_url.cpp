// SPDX-License-Identifier: MIT
// A stack that cannot tell method and URL would have each DPoP proof refused, request by request.
// expect: credence: a DPoP proof names the method and the URL of a request
#include <credence/http/dpop.hpp>
#include <credence/http/first_of.hpp>

#include "stack.hpp"

using Tokens = credence::Verifier<Account, credence::DecodingKey<credence::ES256>>;

#ifdef CREDENCE_MUST_FAIL
using Asked = Request;
#else
using Asked = WholeRequest;
#endif

auto guard(const Tokens& tokens, const credence::DpopOptions& options) {
    const credence::FirstOf both{credence::dpop_bound(tokens, options), tokens};
    return credence::protect(both, [](const credence::Verified<Account>&, const Asked&, Response&) {});
}
