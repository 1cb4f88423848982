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

credence::Result<std::optional<credence::RefreshRecord>> LoginStore::find(std::string_view hash) {
    auto record = families_->find(hash);
    if (!record || !*record) return record;
    const auto goes_on = ended_.check((*record)->family);
    if (goes_on) return record;
    if (goes_on.error().code == credence::Errc::token_revoked) return std::optional<credence::RefreshRecord>{};
    return goes_on.error();
}

credence::Result<void> LoginStore::revoke_family(std::string_view family) {
    // Once the end is noted, no token of the login is good, of either kind. Should the other step fail, the family is but
    // left over; the other way round, nobody could find the login any more whose access tokens are still to be refused.
    if (const auto ended = ended_.add(family); !ended) return ended.error();
    return families_->revoke_family(family);
}

}  // namespace account
