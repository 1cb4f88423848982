// SPDX-License-Identifier: MIT
// Tokens: encode and decode, verifiers, validation rules, proofs, revocation.
#pragma once

#include <credence/jwt/accept.hpp>
#include <credence/jwt/access_token.hpp>
#include <credence/jwt/check.hpp>
#include <credence/jwt/confirmation.hpp>
#include <credence/jwt/decode.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/granted.hpp>
#include <credence/jwt/header.hpp>
#include <credence/jwt/header_options.hpp>
#include <credence/jwt/multi_issuer.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/jwt/token_cache.hpp>
#include <credence/jwt/token_verifier.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/jwt/verified_header.hpp>
#include <credence/jwt/verifier.hpp>
