// SPDX-License-Identifier: MIT
// Logins that have ended: none of their access tokens is good any more, whichever of them was shown at the end.
#pragma once

#include <credence/claims/registered_claims.hpp>
#include <credence/result.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "stores.hpp"

namespace account {

/// Which logins have ended. They are kept among the revocations, under an issuer that no token has. Threads share one.
class EndedLogins {
public:
    /// \param longest_login  from the login to the end of its last access token: so long an end is remembered.
    EndedLogins(std::shared_ptr<RevocationStore> revocations, std::chrono::seconds longest_login)
        : revocations_(std::move(revocations)), longest_login_(longest_login) {}

    /// Refuses every token of a login from now on.
    ///
    /// \param login  the claim `sid`, which is also the family of its refresh tokens.
    [[nodiscard]] credence::Result<void> add(std::string_view login) const;

    /// Nothing; `token_revoked` for a login that has ended; `store_unavailable`.
    [[nodiscard]] credence::Result<void> check(std::string_view login) const;

private:
    std::shared_ptr<RevocationStore> revocations_;
    std::chrono::seconds longest_login_;
};

/// A store of refresh tokens that ends the login with the family: at log out, and when a token is used twice.
class LoginStore final : public RefreshStore {
public:
    LoginStore(std::shared_ptr<RefreshStore> families, EndedLogins ended)
        : families_(std::move(families)), ended_(std::move(ended)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return families_->name(); }
    [[nodiscard]] credence::Result<void> ping() override { return families_->ping(); }
    [[nodiscard]] credence::Result<void> insert(const credence::RefreshRecord& record) override {
        return families_->insert(record);
    }
    /// A token of a login that has ended is not found.
    [[nodiscard]] credence::Result<std::optional<credence::RefreshRecord>> find(std::string_view hash) override;
    [[nodiscard]] credence::Result<bool> replace(const credence::RefreshRecord& used,
                                                 const credence::RefreshRecord& successor) override {
        return families_->replace(used, successor);
    }
    [[nodiscard]] credence::Result<void> revoke_family(std::string_view family) override;
    /// Only the refresh tokens: access tokens of all logins of a subject end by the mark of `revoke_subject`.
    [[nodiscard]] credence::Result<void> revoke_subject(std::string_view subject) override {
        return families_->revoke_subject(subject);
    }

private:
    std::shared_ptr<RefreshStore> families_;
    EndedLogins ended_;
};

}  // namespace account
