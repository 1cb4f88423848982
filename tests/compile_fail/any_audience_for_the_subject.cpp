// SPDX-License-Identifier: MIT
// The same for a subject that is set after construction.
// expect: any_audience is for the audience alone; leave out an issuer or a subject that is not to be checked
#include <credence/jwt/validation.hpp>

struct Claims {};

credence::Validation<Claims> rules() {
    credence::Validation<Claims> made;
#ifdef CREDENCE_MUST_FAIL
    made.subject = credence::any_audience;
#else
    made.audience = credence::any_audience;
    made.subject = "bob";
#endif
    return made;
}
