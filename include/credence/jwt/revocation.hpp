// SPDX-License-Identifier: MIT
// Revokes tokens before they expire: one token by issuer and `jti`, or all tokens of a subject up to a time. RFC 7009
// §3
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
    NumericDate issued_at = {};                  ///< `iat`; a verifier passes the current time for a later one.
    std::optional<NumericDate> expires_at = {};  ///< `exp`; a token without it is revoked for ever.
};

/// All tokens of a subject at one issuer.
struct SubjectIdentity {
    std::string issuer = {};
    std::string subject = {};
};

/// The identity of a proven token, for logging out. Its claims are unchanged, even an `iat` in the future.
///
/// \param who  a `Verified`, or a `Granted`.
template <class Proof>
    requires(detail::is_verified<Proof> && std::derived_from<typename Proof::claims_type, RegisteredClaims>)
[[nodiscard]] TokenIdentity identity_of(const Proof& who) {
    const RegisteredClaims& claims = who.registered();
    return {claims.iss, claims.jti, claims.sub, claims.iat.value_or(NumericDate{}), claims.exp};
}

/// A store of revocations, called from many threads at once. An error of any code means that the store did not answer.
template <class Store>
concept RevocationStore =
    requires(Store& store, const TokenIdentity& token, const SubjectIdentity& subject, NumericDate moment) {
        /// Refuses `token.issuer` with `token.id` until `token.expires_at`, or longer.
        { store.revoke(token) } -> std::same_as<Result<void>>;
        /// Refuses all of the subject's tokens issued at this time or before. The recorded time never moves back.
        { store.revoke_subject(subject, moment) } -> std::same_as<Result<void>>;
        /// Whether this token was revoked, by itself or with its subject.
        { store.is_revoked(token) } -> std::same_as<Result<bool>>;
    };

/// A handle to a store, for a verifier: `Verifier{keys, rules, {.revocation = Revocation{store}}}`.
///
/// With it a token needs `jti`, `sub` and `iat`. If one of them is missing the token could not be revoked, so it is
/// `missing_claim`. A revoked token is `token_revoked`. If the store does not answer, the token is refused:
/// `store_unavailable`.
///
/// A token counts as issued at its `iat`, but no later than it is presented. So after `revoke_subject(subject, now())`
/// no token of the subject is accepted until that second is over: a login right after "log out everywhere" waits for
/// the next second. From then on, a token with a later `iat` is accepted. If an issuer's clock may run ahead, that can
/// be a token from before the revocation. Then revoke up to a later time, `revoke_subject(subject, now() + leeway)`,
/// and let logins wait for it.
class Revocation {
public:
    /// No store: nothing is revoked.
    Revocation() = default;

    /// \param store  called from every thread that verifies; kept alive. Null acts as a store that does not answer.
    template <RevocationStore Store>
    explicit Revocation(std::shared_ptr<Store> store) : asked_(std::make_shared<Asked<Store>>(std::move(store))) {}

    /// Whether a store was given.
    [[nodiscard]] explicit operator bool() const noexcept { return asked_ != nullptr; }

    /// Success, or the error to refuse the token with.
    [[nodiscard]] Result<void>(check)(const TokenIdentity& token) const {
        if (!asked_) return {};
        const Result<bool> revoked = asked_->is_revoked(token);
        if (!revoked) return Error{Errc::store_unavailable, {}, revoked.error().reason};
        if (*revoked) return Error{Errc::token_revoked, {}, "the revocation store has it"};
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
            if (!store) return Error{Errc::store_unavailable, {}, "the revocation store is null"};
            return store->is_revoked(token);
        }
        std::shared_ptr<Store> store;
    };

    std::shared_ptr<AnyStore> asked_ = {};
};

}  // namespace credence
