// SPDX-License-Identifier: MIT
// A verifier that reads the request needs more than the value of one field.
// expect: credence: this verifier reads more of a request than the token
#include <credence/http/request_verifier.hpp>

#include "stack.hpp"

struct Bound {
    using claims_type = Account;
    credence::Result<credence::Verified<Account>> verify(std::string_view, const credence::RequestContext&) const;
};

#ifdef CREDENCE_MUST_FAIL
auto check(std::string_view value, const Bound& verifier) { return credence::require_bearer(value, verifier); }
#else
auto check(const Request& request, const Bound& verifier) { return credence::require_bearer(request, verifier); }
#endif
