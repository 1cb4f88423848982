// SPDX-License-Identifier: MIT
// "Any issuer" would silently be no check at all.
// expect: any_audience is for the audience alone; leave out an issuer or a subject that is not to be checked
#include <credence/jwt/validation.hpp>

struct Claims {};

#ifdef CREDENCE_MUST_FAIL
const credence::Validation<Claims> rules{.issuer = credence::any_audience};
#else
const credence::Validation<Claims> rules{.issuer = "https://id.example", .audience = credence::any_audience};
#endif
