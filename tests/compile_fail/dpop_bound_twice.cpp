// SPDX-License-Identifier: MIT
// A bound verifier cannot be bound again: it demands its proof itself.
// expect: credence: dpop_bound takes a Verifier, a Verifiers, or a class whose verify(text, check)
#include <credence/http/dpop.hpp>

#include "stack.hpp"

auto bind(const credence::Verifier<Account, credence::DecodingKey<credence::ES256>>& verifier,
          const credence::DpopOptions& options) {
#ifdef CREDENCE_MUST_FAIL
    return credence::dpop_bound(credence::certificate_bound(verifier), options);
#else
    return credence::dpop_bound(verifier, options);
#endif
}
