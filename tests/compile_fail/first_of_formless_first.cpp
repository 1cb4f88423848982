// SPDX-License-Identifier: MIT
// A verifier that takes every text leaves nothing to the verifiers after it.
// expect: credence: a verifier that recognizes no form of token takes every text, so it stands last in FirstOf
#include <credence/http/first_of.hpp>

#include "stack.hpp"

struct Opaque {
    using claims_type = Account;
    credence::Result<credence::Verified<Account>> verify(std::string_view) const;
};

using Signed = credence::Verifier<Account, credence::DecodingKey<credence::HS256>>;

#ifdef CREDENCE_MUST_FAIL
auto both(const Signed& tokens) { return credence::FirstOf{Opaque{}, tokens}; }
#else
auto both(const Signed& tokens) { return credence::FirstOf{tokens, Opaque{}}; }
#endif
