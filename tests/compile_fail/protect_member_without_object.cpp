// SPDX-License-Identifier: MIT
// A member function needs its object.
// expect: credence: a member function needs its object
#include "stack.hpp"

struct Api {
    void read(const credence::Verified<Account>&, const Request&, Response&) const;
};

#ifdef CREDENCE_MUST_FAIL
auto guard = credence::protect(AccountVerifier{}, &Api::read);
#else
Api api;
auto guard = credence::protect(AccountVerifier{}, &Api::read, &api);
#endif
