// SPDX-License-Identifier: MIT
// Everything that a program needs: keys, claims, encode and decode, and the answers over HTTP. What looks into a token
// without verifying it (`unverified.hpp`), helpers for tests (`testing.hpp`) and the adapters (`http/`) are apart.
#pragma once

#include <credence/access_token.hpp>
#include <credence/algorithm.hpp>
#include <credence/bearer.hpp>
#include <credence/cache.hpp>
#include <credence/claims.hpp>
#include <credence/cookie.hpp>
#include <credence/error.hpp>
#include <credence/header.hpp>
#include <credence/http_traits.hpp>
#include <credence/jwk.hpp>
#include <credence/key_set.hpp>
#include <credence/keys.hpp>
#include <credence/refresh.hpp>
#include <credence/refresh_memory.hpp>
#include <credence/registered_claims.hpp>
#include <credence/rejection.hpp>
#include <credence/result.hpp>
#include <credence/revocation.hpp>
#include <credence/rotating_keys.hpp>
#include <credence/scope.hpp>
#include <credence/token.hpp>
#include <credence/validation.hpp>
#include <credence/verified.hpp>
#include <credence/verifier.hpp>
#include <credence/verifiers.hpp>
#include <credence/version.hpp>
