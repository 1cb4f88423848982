// SPDX-License-Identifier: MIT
// A Granted of other claims than the verifier proves.
// expect: the handler takes other claims than the verifier proves
#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
auto guard =
    credence::protect(AccountVerifier{}, [](const credence::Granted<Device, "a">&, const Request&, Response&) {});
#else
auto guard =
    credence::protect(AccountVerifier{}, [](const credence::Granted<Account, "a">&, const Request&, Response&) {});
#endif
