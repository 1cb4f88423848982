// SPDX-License-Identifier: MIT
// RS256, ES256 and EdDSA: OpenSSL needs nearly all of the time, and the library should add little.
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_export.hpp>

#include <string>

#include "jobs.hpp"
#include "support/claims.hpp"
#include "support/floor.hpp"
#include "support/job.hpp"
#include "support/measure.hpp"

namespace {

using support::Large, support::Small;

template <credence::Algorithm Alg, class Claims>
auto verifier(credence::TokenCache cache = {}) {
    return credence::verifier_for<Claims>(support::keys<Alg>(), {.audience = credence::any_audience}, {.cache = cache});
}

template <credence::Algorithm Alg, class Claims>
void add_verify(const std::string& name, credence::TokenCache cache = {}) {
    support::add(name, [cache] {
        return [verifier = verifier<Alg, Claims>(cache), token = support::token<Alg>(Claims::payload)] {
            return verifier.verify(token);
        };
    });
}

template <credence::Algorithm Alg, class Claims>
void add_sign(const std::string& name) {
    support::add(name, [] {
        const std::string token = support::token<Alg>(Claims::payload);
        return [keys = support::keys<Alg>(), claims = *verifier<Alg, Claims>().verify(token).value()] {
            return credence::encode(claims, keys);
        };
    });
}

/// The floors: the same operation by OpenSSL alone.
template <credence::Algorithm Alg, class Claims>
void add_floor(const std::string& name, bool (support::FloorSignature::*operation)()) {
    support::add(name, [operation] {
        const std::string pem = credence::export_private_pem_in_the_clear(support::keys<Alg>()).value();
        return
            [operation, floor = support::FloorSignature{pem, support::signing_input<Alg>(Claims::payload)}]() mutable {
                return (floor.*operation)();
            };
    });
}

template <credence::Algorithm Alg, class Claims>
void add_all(const std::string& size) {
    const std::string job = std::string{Alg::name} + "/" + size;
    add_verify<Alg, Claims>("verify/" + job);
    add_floor<Alg, Claims>("floor/verify/" + job, &support::FloorSignature::verify);
    add_sign<Alg, Claims>("sign/" + job);
    add_floor<Alg, Claims>("floor/sign/" + job, &support::FloorSignature::sign);
}

}  // namespace

void jobs::add_public_keys() {
    add_all<credence::RS256, Small>("small");
    add_verify<credence::RS256, Small>("verify_again/RS256/small", {.max_tokens = 1000});
    add_all<credence::ES256, Small>("small");
    add_all<credence::EdDSA, Small>("small");
    add_all<credence::RS256, Large>("large");
    add_all<credence::ES256, Large>("large");
    add_all<credence::EdDSA, Large>("large");
}
