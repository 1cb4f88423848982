// SPDX-License-Identifier: MIT
// A JWK Set: an accepted set is strict JSON, has at most one key for each entry, and no key for the algorithm none.
#include <credence/keys/key_set.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/fuzzing.hpp"
#include "support/json_oracle.hpp"

#include <nlohmann/json.hpp>

namespace {

using support::demand;

template <class Set>
void check(std::string_view text) {
    const auto set = Set::from_jwks(text);
    if (!set) return;
    const support::JsonOracle oracle{text};
    demand(oracle.accepts_strictly(text), "a key set is strict JSON");
    const auto& keys = oracle.document["keys"];
    demand(keys.is_array() && set->size() <= keys.size(), "there are at most as many keys as entries");
    for (const auto& entry : keys) {
        if (!entry.is_object()) continue;
        const auto alg = entry.value("alg", nlohmann::json{}), kid = entry.value("kid", nlohmann::json{});
        if (!alg.is_string() || !kid.is_string()) continue;
        const auto found = set->find({.alg = alg.get<std::string>(), .kid = kid.get<std::string>()});
        demand(!found || set->size() > 0, "an empty set has no key");
        demand(!found || entry.value("use", "sig") == "sig" || keys.size() > 1, "a key is for signatures");
    }
    demand(!set->find({.alg = "none", .kid = ""}), "there is no key for none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = support::fuzz_input(data, size);
    check<credence::KeySet<credence::RS256, credence::ES256, credence::ES512, credence::EdDSA>>(text);
    check<credence::KeySet<credence::HS256>>(text);
    support::demand_clean_error_queue();
    return 0;
}
