// SPDX-License-Identifier: MIT
// A verifier whose source of keys is spelled out, and is not a source of keys.
// expect: credence: a token is verified with a DecodingKey, a Keys, a KeySet or a RotatingKeys
#include <credence/jwt/decode.hpp>

#include <string>

struct Account {
    std::string role;
};

#ifdef CREDENCE_MUST_FAIL
using Source = std::string;
#else
using Source = credence::DecodingKey<credence::HS256>;
#endif

auto prepare(const Source& source) { return credence::Verifier<Account, Source>{source}; }
