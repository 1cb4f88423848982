// SPDX-License-Identifier: MIT
// require_scope, require_any_scope: check at run time that a token grants scopes, and give the answer if it does not.
// RFC 6750 §3.1
#pragma once

#include <credence/http/rejection.hpp>
#include <credence/jwt/granted.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace credence {

/// A list of required scopes: `"orders:write"` or `{"orders:read", "orders:write"}`.
class RequiredScopes {
public:
    /// One scope, or several, separated by single spaces.
    RequiredScopes(std::string_view scopes) : list_(scopes) {}
    RequiredScopes(const char* scopes) : list_(scopes) {}
    RequiredScopes(std::string scopes) : list_(std::move(scopes)) {}
    /// Several scopes.
    RequiredScopes(std::initializer_list<std::string_view> scopes) {
        for (const std::string_view scope : scopes) list_.append(scope).push_back(' ');
        if (!list_.empty()) list_.pop_back();
    }

    /// All of them, separated by spaces, as in a token and a challenge. RFC 6749 §3.3
    [[nodiscard]] const std::string& list() const noexcept { return list_; }

private:
    std::string list_;
};

/// Checks that the token grants every one of these scopes. Names are compared as a whole and with case.
///
/// \return success; or the answer to send, 403 `insufficient_scope`, whose challenge names all required scopes.
template <class Claims>
[[nodiscard]] Result<void, Rejection> require_scope(const Verified<Claims>& who, const RequiredScopes& scopes,
                                                    Challenge challenge = {}) {
    if (detail::grants_all(who, scopes.list())) return {};
    challenge.scope = scopes.list();
    return Rejection::from(Error{Errc::insufficient_scope, "scope", "it does not grant all of these scopes"},
                           challenge);
}

/// The same check for a proof that is known to have some scopes.
template <class Claims, ScopeName... Scopes>
[[nodiscard]] Result<void, Rejection> require_scope(const Granted<Claims, Scopes...>& who, const RequiredScopes& scopes,
                                                    Challenge challenge = {}) {
    return require_scope(who.verified(), scopes, std::move(challenge));
}

/// Checks that the token grants at least one of these scopes.
///
/// \return success; or the answer to send, 403 `insufficient_scope`, whose challenge names all of them.
template <class Claims>
[[nodiscard]] Result<void, Rejection> require_any_scope(const Verified<Claims>& who, const RequiredScopes& scopes,
                                                        Challenge challenge = {}) {
    if (detail::grants_any(who, scopes.list())) return {};
    challenge.scope = scopes.list();
    return Rejection::from(Error{Errc::insufficient_scope, "scope", "it grants none of these scopes"}, challenge);
}

/// The same check for a proof that is known to have some scopes.
template <class Claims, ScopeName... Scopes>
[[nodiscard]] Result<void, Rejection> require_any_scope(const Granted<Claims, Scopes...>& who,
                                                        const RequiredScopes& scopes, Challenge challenge = {}) {
    return require_any_scope(who.verified(), scopes, std::move(challenge));
}

}  // namespace credence
