// SPDX-License-Identifier: MIT
// Measures the refusal of hostile inputs: the tokens of hostile.json, the most expensive known ones within the size
// limit, for verifiers of RS256 keys, of HS256 keys and of two issuers; and hostile Cookie fields, in which a token is
// searched. The goal for each is less than two verifications of RS256.
#include <credence/http/cookie.hpp>
#include <credence/jwt/multi_issuer.hpp>
#include <credence/jwt/verifier.hpp>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "jobs.hpp"
#include "support/claims.hpp"
#include "support/files.hpp"
#include "support/hostile_token.hpp"
#include "support/job.hpp"
#include "support/measure.hpp"

namespace {

using credence::HS256, credence::RS256;
using support::Small;

constexpr std::size_t most_bytes = 16 * 1024;

credence::Validation<Small> rules(const std::string& issuer) {
    return {.issuer = issuer, .audience = credence::any_audience, .max_token_bytes = most_bytes};
}

/// The recipes of the file that CREDENCE_HOSTILE names, such as one that the search wrote; otherwise hostile.json.
std::vector<support::Recipe> recipes() {
    const char* const other = std::getenv("CREDENCE_HOSTILE");
    return nlohmann::json::parse(support::read_file(other == nullptr ? CREDENCE_HOSTILE_TOKENS : other));
}

/// The work succeeds if the token is refused.
template <class Verifier>
void add_refusal(const std::string& name, const Verifier& verifier, const std::string& token) {
    if (token.size() > most_bytes) throw std::runtime_error{name + " is too long"};
    support::add(name, [verifier, token] { return [verifier, token] { return !verifier.verify(token); }; });
}

}  // namespace

void jobs::add_hostile() {
    const auto one = credence::verifier_for<Small>(support::keys<RS256>(), rules("https://id.example"));
    const auto secret = credence::verifier_for<Small>(support::keys<HS256>(), rules("https://id.example"));
    const credence::Verifiers two{credence::verifier_for<Small>(support::keys<RS256>(), rules("https://other.example")),
                                  one};
    for (const auto& recipe : recipes()) {
        const std::string token = token_of(recipe, {"RS256", 342, most_bytes});
        add_refusal("hostile/one/" + recipe.name, one, token);
        add_refusal("hostile/two/" + recipe.name, two, token);
        add_refusal("hostile/secret/" + recipe.name, secret, token_of(recipe, {"HS256", 43, most_bytes}));
        if (recipe.text.empty()) continue;
        support::add("hostile/cookie/" + recipe.name, [token] {
            return [token] {
                const auto found = credence::find_cookie(token, "token");
                return !found || !*found || !(*found)->empty();
            };
        });
    }
}
