// SPDX-License-Identifier: MIT
// Verifies a token and its scopes.
#include "verify_token.hpp"

#include <credence/http/scope.hpp>
#include <credence/jwt/verifier.hpp>

namespace credence::command {

namespace {

template <class Source>
Result<void> verify_with(std::string_view token, const Source& key, const Rules& rules,
                         const std::vector<std::string>& scopes) {
    const auto verified = Verifier{key, rules}.verify(token);
    if (!verified) return verified.error();
    for (const std::string& scope : scopes) {
        if (!require_scope(*verified, scope)) {
            return Error{Errc::insufficient_scope, "scope",
                         (*verified).scopes().empty() ? "the token grants no scopes; see scope_claims"
                                                      : "the token grants other scopes"};
        }
    }
    return {};
}

}  // namespace

Result<void> verify_token(std::string_view token, const LazyKey& key, const Rules& rules,
                          const std::vector<std::string>& scopes) {
    return verify_with(token, key, rules, scopes);
}

Result<void> verify_token(std::string_view token, const DecodingKey<HS256>& key, const Rules& rules,
                          const std::vector<std::string>& scopes) {
    return verify_with(token, key, rules, scopes);
}

}  // namespace credence::command
