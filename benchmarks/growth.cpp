// SPDX-License-Identifier: MIT
// Measures growing payloads, members, keys, issuers and entries of a table. The script benchmarks/growth fits the exponents.
#include <credence/claims/registered_claims.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/stores/memory_revocations.hpp>

#include <memory>
#include <string>
#include <vector>

#include "jobs.hpp"
#include "support/claims.hpp"
#include "support/job.hpp"
#include "support/measure.hpp"
#include "support/registry.hpp"

namespace {

using credence::HS256;
using support::Small;

/// The small payload, with more members after it.
std::string payload_with(const std::string& more) {
    return std::string{Small::payload.substr(0, Small::payload.size() - 1)} + more + "}";
}

void add_verify(const std::string& name, const std::string& payload) {
    support::add(name, [payload] {
        return [verifier = credence::verifier_for<Small>(
                    support::keys<HS256>(), {.audience = credence::any_audience, .max_token_bytes = 8 << 20}),
                token = support::token<HS256>(payload)] { return verifier.verify(token); };
    });
}

std::string members(int count) {
    std::string text;
    for (int number = 0; number < count; ++number) text += ",\"member" + std::to_string(number) + "\":0";
    return text;
}

void add_keys(int count) {
    support::add("growth/keys/" + std::to_string(count), [count] {
        std::vector<credence::Keys<HS256>> keys;
        for (int number = 0; number < count; ++number)
            keys.push_back(credence::Keys<HS256>::generate().value().with_kid("key-" + std::to_string(number)));
        const std::string last = "key-" + std::to_string(count - 1);
        return
            [set = credence::KeySet<HS256>::from_keys(keys), last] { return set.find({.alg = "HS256", .kid = last}); };
    });
}

/// Measures only the search for the issuer and its key: a signature of the wrong length is refused without a
/// computation.
void add_issuers(std::size_t count) {
    support::add("growth/issuers/" + std::to_string(count), [count] {
        const auto registry = support::registry_of<credence::RegisteredClaims>(count);
        const std::string token = support::signing_input<credence::RS256>(
            R"({"iss":"https://id-)" + std::to_string(count / 2) + R"(.example","exp":4102444800})");
        return [registry, token = token + ".AA"] {
            const auto who = registry.verify(token);
            return !who && who.error().code == credence::Errc::invalid_signature;
        };
    });
}

void add_entries(int count) {
    support::add("growth/entries/" + std::to_string(count), [count] {
        const auto store = std::make_shared<credence::MemoryRevocationStore>(std::size_t{1} << 20);
        for (int number = 0; number < count; ++number) {
            const std::string id = "revoked-" + std::to_string(number);
            if (!store->revoke({.issuer = "i", .id = id})) break;
        }
        return [store] { return store->is_revoked({.issuer = "i", .id = "another", .subject = "somebody"}); };
    });
}

}  // namespace

void jobs::add_growth() {
    for (const int bytes : {4096, 16384, 65536, 262144}) {
        add_verify("growth/payload/" + std::to_string(bytes),
                   payload_with(R"(,"text":")" + std::string(static_cast<std::size_t>(bytes), 'x') + "\""));
    }
    for (const int count : {100, 400, 1600, 6400}) {
        add_verify("growth/members/" + std::to_string(count), payload_with(members(count)));
        add_verify("growth/nested/" + std::to_string(count),
                   payload_with(R"(,"all":{"first":0)" + members(count) + "}"));
    }
    for (const int count : {8, 64, 512}) add_keys(count);
    for (const std::size_t count : {10, 100, 1000}) add_issuers(count);
    for (const int count : {100, 10'000, 100'000}) add_entries(count);
}
