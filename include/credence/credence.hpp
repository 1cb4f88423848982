// SPDX-License-Identifier: MIT
// Everything that most programs need: keys, claims, encode and decode, verifiers, and the answers over HTTP.
//
// Not included: adapters for HTTP stacks (`stacks/`), stores (`stores/`), sessions, API keys and refresh tokens
// (`opaque.hpp`), `unverified.hpp`, `testing.hpp`.
#pragma once

#include <credence/bytes.hpp>
#include <credence/claims.hpp>
#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/exceptions.hpp>
#include <credence/http.hpp>
#include <credence/jwt.hpp>
#include <credence/keys.hpp>
#include <credence/result.hpp>
#include <credence/version.hpp>
