// SPDX-License-Identifier: MIT
// A stack that knows neither the certificate nor the proxy that passes it on would have each token refused.
// expect: credence: this verifier compares the client's certificate
#include <credence/http/mtls.hpp>

#include "stack.hpp"

using Tokens = credence::Verifier<Account, credence::DecodingKey<credence::ES256>>;

#ifdef CREDENCE_MUST_FAIL
using Asked = Request;
#else
using Asked = WholeRequest;
#endif

auto check(const Asked& request, const Tokens& tokens) {
    return credence::require_bearer(request, credence::certificate_bound(tokens));
}
