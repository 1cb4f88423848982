// SPDX-License-Identifier: MIT
// The end of a login, as a revocation of what its tokens have in common.
#include "ended_logins.hpp"

#include <string>

namespace account {
namespace {

/// A login as the revocations know it. Tokens have the issuer `account`, so no `jti` is ever taken for a login.
credence::TokenIdentity identity_of_login(std::string_view login) {
    return {.issuer = "account:login", .id = std::string{login}};
}

}  // namespace

credence::Result<void> EndedLogins::add(std::string_view login) const {
    credence::TokenIdentity identity = identity_of_login(login);
    identity.expires_at = credence::now() + longest_login_;
    return revocations_->revoke(identity);
}

credence::Result<void> EndedLogins::check(std::string_view login) const {
    const auto has_ended = revocations_->is_revoked(identity_of_login(login));
    if (!has_ended) return credence::Errc::store_unavailable;
    if (*has_ended) return credence::Errc::token_revoked;
    return {};
}

}  // namespace account
