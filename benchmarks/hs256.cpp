// SPDX-License-Identifier: MIT
// HS256. The cryptography takes a quarter of a microsecond, so the library's own work is visible here.
#include <credence/http/bearer.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>

#include <string>

#include "jobs.hpp"
#include "support/claims.hpp"
#include "support/floor.hpp"
#include "support/job.hpp"
#include "support/measure.hpp"

namespace {

using credence::HS256;
using support::Large, support::SelfMapped, support::Small;

template <class Claims>
auto verifier() {
    return credence::verifier_for<Claims>(support::keys<HS256>(), {.audience = credence::any_audience});
}

template <class Claims>
Claims claims_of(std::string_view payload) {
    return *verifier<Claims>().verify(support::token<HS256>(payload)).value();
}

void add_floor(const std::string& name, std::string_view payload) {
    support::add(name, [payload] {
        return [hmac = support::FloorHmac{support::secret}, input = support::signing_input<HS256>(payload)]() mutable {
            return hmac(input);
        };
    });
}

template <class Claims>
void add_verify(const std::string& name, std::string_view payload) {
    support::add(name, [payload] {
        return
            [verifier = verifier<Claims>(), token = support::token<HS256>(payload)] { return verifier.verify(token); };
    });
}

template <class Claims>
void add_sign(const std::string& name, std::string_view payload) {
    support::add(name, [payload] {
        return [keys = support::keys<HS256>(), claims = claims_of<Claims>(payload)] {
            return credence::encode(claims, keys);
        };
    });
}

void add_require_bearer(const std::string& name, std::string_view payload) {
    support::add(name, [payload] {
        return [verifier = verifier<Small>(), header = "Bearer " + support::token<HS256>(payload)] {
            return credence::require_bearer(header, verifier);
        };
    });
}

/// One verifier that all threads use.
void verify_in_threads(benchmark::State& state) {
    static const auto shared = verifier<Small>();
    static const std::string token = support::token<HS256>(Small::payload);
    support::measure(state, [] { return shared.verify(token); });
    state.SetItemsProcessed(state.iterations());
}

/// The HMAC alone in the same number of threads: the limit of the processors.
void hash_in_threads(benchmark::State& state) {
    support::FloorHmac hmac{support::secret};
    const std::string input = support::signing_input<HS256>(Small::payload);
    support::measure(state, [&] { return hmac(input); });
    state.SetItemsProcessed(state.iterations());
}

}  // namespace

void jobs::add_hs256() {
    add_verify<Small>("verify/HS256/small", Small::payload);
    add_floor("floor/HS256/small", Small::payload);
    add_sign<Small>("sign/HS256/small", Small::payload);
    add_verify<SelfMapped>("verify/HS256/small/from_json", Small::payload);
    add_verify<nlohmann::json>("verify/HS256/small/json", Small::payload);
    add_sign<SelfMapped>("sign/HS256/small/to_json", Small::payload);
    add_require_bearer("require_bearer/HS256/small", Small::payload);
    add_verify<Large>("verify/HS256/large", Large::payload);
    add_floor("floor/HS256/large", Large::payload);
    add_sign<Large>("sign/HS256/large", Large::payload);
    add_verify<nlohmann::json>("verify/HS256/large/json", Large::payload);
    if (support::is_counting) return;
    for (const int threads : {1, 2}) {
        benchmark::RegisterBenchmark("threads/key", verify_in_threads)->Threads(threads)->UseRealTime();
        benchmark::RegisterBenchmark("threads/floor", hash_in_threads)->Threads(threads)->UseRealTime();
    }
}
