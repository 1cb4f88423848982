// SPDX-License-Identifier: MIT
// Logins that have ended: none of their access tokens is good any more, whichever of them was shown at the end.
#pragma once

#include <credence/opaque/refresh_tokens.hpp>
#include <credence/result.hpp>
#include <credence/stores/any_store.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace account {

/// Which logins have ended. They are kept among the revocations, under an issuer that no token has. Threads share one.
class EndedLogins {
public:
    /// \param longest_login  from the login to the end of its last access token: so long an end is remembered.
    EndedLogins(std::shared_ptr<credence::AnyStore> revocations, std::chrono::seconds longest_login)
        : revocations_(std::move(revocations)), longest_login_(longest_login) {}

    /// Refuses every token of a login from now on.
    ///
    /// \param login  the claim `sid`, which is also the family of its refresh tokens.
    [[nodiscard]] credence::Result<void> add(std::string_view login) const;

    /// Nothing; `token_revoked` for a login that has ended; `store_unavailable`.
    [[nodiscard]] credence::Result<void> check(std::string_view login) const;

private:
    std::shared_ptr<credence::AnyStore> revocations_;
    std::chrono::seconds longest_login_;
};

/// A store of refresh tokens that ends the login with the family: at log out, and when a token is used twice.
template <credence::RefreshStore Families>
class LoginStore {
public:
    LoginStore(std::shared_ptr<Families> families, EndedLogins ended)
        : families_(std::move(families)), ended_(std::move(ended)) {}

    [[nodiscard]] credence::Result<void> insert(const credence::RefreshRecord& record) {
        return families_->insert(record);
    }
    /// A token of a login that has ended is not found.
    [[nodiscard]] credence::Result<std::optional<credence::RefreshRecord>> find(std::string_view hash) {
        auto record = families_->find(hash);
        if (!record || !*record) return record;
        const auto goes_on = ended_.check((*record)->family);
        if (goes_on) return record;
        if (goes_on.error().code == credence::Errc::token_revoked) return std::optional<credence::RefreshRecord>{};
        return goes_on.error();
    }
    [[nodiscard]] credence::Result<bool> replace(const credence::RefreshRecord& used,
                                                 const credence::RefreshRecord& successor) {
        return families_->replace(used, successor);
    }
    [[nodiscard]] credence::Result<void> revoke_family(std::string_view family) {
        // Once the end is noted, no token of the login is good, of either kind. Should the other step fail, the family is
        // but left over; the other way round, nobody could find the login any more whose access tokens are still to be
        // refused.
        if (const auto ended = ended_.add(family); !ended) return ended.error();
        return families_->revoke_family(family);
    }
    /// Only the refresh tokens: access tokens of all logins of a subject end by the mark of `revoke_subject`.
    [[nodiscard]] credence::Result<void> revoke_subject(std::string_view subject) {
        return families_->revoke_subject(subject);
    }

private:
    std::shared_ptr<Families> families_;
    EndedLogins ended_;
};

}  // namespace account
