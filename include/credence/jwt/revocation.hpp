// SPDX-License-Identifier: MIT
// Ends tokens before their time: one token by issuer and `jti`, or all of a subject's up to a moment. RFC 7009 §3
#pragma once

#include <credence/claims/registered_claims.hpp>
#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace credence {

/// The identity of a token for a revocation store. All names come from a token whose signature held.
struct TokenIdentity {
    std::string issuer = {};                     ///< `iss`; may be empty.
    std::string id = {};                         ///< `jti`
    std::string subject = {};                    ///< `sub`
    NumericDate issued_at = {};                  ///< `iat`; a verifier gives the present moment for a later one.
    std::optional<NumericDate> expires_at = {};  ///< `exp`; a token without it is revoked for ever.
};

/// All tokens of a subject at one issuer.
struct SubjectIdentity {
    std::string issuer = {};
    std::string subject = {};
};

/// The identity of a proven token, for logging out: its claims as they are, also an `iat` that lies ahead.
///
/// \param who  a `Verified`, or a `Granted`.
template <class Proof>
    requires(detail::is_verified<Proof> && std::derived_from<typename Proof::claims_type, RegisteredClaims>)
[[nodiscard]] TokenIdentity identity_of(const Proof& who) {
    const RegisteredClaims& claims = who.registered();
    return {claims.iss, claims.jti, claims.sub, claims.iat.value_or(NumericDate{}), claims.exp};
}

/// Where revocations are kept. Called from many threads at once. An error of any code means that it could not be asked.
template <class Store>
concept RevocationStore =
    requires(Store& store, const TokenIdentity& token, const SubjectIdentity& subject, NumericDate moment) {
        /// Remembers `token.issuer` and `token.id` until `token.expires_at`, or longer.
        { store.revoke(token) } -> std::same_as<Result<void>>;
        /// Refuses all of the subject's tokens issued at this moment or before. A mark never moves back.
        { store.revoke_subject(subject, moment) } -> std::same_as<Result<void>>;
        /// Whether either rule refuses this token.
        { store.is_revoked(token) } -> std::same_as<Result<bool>>;
    };

/// A handle to a store, for a verifier: `Verifier{keys, rules, {.revocation = Revocation{store}}}`.
///
/// With it a token needs `jti`, `sub` and `iat`: without them it could not be revoked, so it is `missing_claim`. A
/// revoked one is `token_revoked`. A store that cannot be asked refuses: `store_unavailable`.
///
/// A token counts as issued at its `iat`, but no later than it is shown. So until the second of a mark is over, nobody
/// is let in as its subject: a login right after "log out everywhere" waits for the next second. From then on, a token
/// with a later `iat` is let in. Where an issuer's clock may run ahead, that can be a token from before the mark: set
/// the mark ahead by as much, `revoke_subject(subject, now() + leeway)`, and let logins wait for it.
class Revocation {
public:
    /// No store: nothing is revoked.
    Revocation() = default;

    /// \param store  asked from every thread that verifies; kept alive. A null one is a store that cannot be asked.
    template <RevocationStore Store>
    explicit Revocation(std::shared_ptr<Store> store) : asked_(std::make_shared<Asked<Store>>(std::move(store))) {}

    /// Whether a store was given.
    [[nodiscard]] explicit operator bool() const noexcept { return asked_ != nullptr; }

    /// Nothing; or why the token is refused.
    [[nodiscard]] Result<void>(check)(const TokenIdentity& token) const {
        if (!asked_) return {};
        const Result<bool> revoked = asked_->is_revoked(token);
        if (!revoked) return Error{Errc::store_unavailable, {}, revoked.error().reason};
        if (*revoked) return Errc::token_revoked;
        return {};
    }

private:
    struct AnyStore {
        AnyStore() = default;
        AnyStore(const AnyStore&) = delete;
        AnyStore& operator=(const AnyStore&) = delete;
        virtual ~AnyStore() = default;
        [[nodiscard]] virtual Result<bool> is_revoked(const TokenIdentity& token) = 0;
    };

    template <class Store>
    struct Asked final : AnyStore {
        explicit Asked(std::shared_ptr<Store> asked) : store(std::move(asked)) {}
        [[nodiscard]] Result<bool> is_revoked(const TokenIdentity& token) override {
            return store ? store->is_revoked(token) : Result<bool>{Errc::store_unavailable};
        }
        std::shared_ptr<Store> store;
    };

    std::shared_ptr<AnyStore> asked_ = {};
};

}  // namespace credence
