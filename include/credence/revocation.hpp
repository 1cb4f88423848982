// SPDX-License-Identifier: MIT
// Ends tokens before their time: one token by issuer and `jti`, or all of a subject's up to a moment. RFC 7009 §3
#pragma once

#include <credence/error.hpp>
#include <credence/registered_claims.hpp>
#include <credence/result.hpp>
#include <credence/validation.hpp>
#include <credence/verified.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace credence {

/// What a revocation store knows a token by. All names come from a token whose signature held.
struct TokenIdentity {
    std::string issuer = {};                     ///< `iss`; may be empty.
    std::string id = {};                         ///< `jti`
    std::string subject = {};                    ///< `sub`
    NumericDate issued_at = {};                  ///< `iat`; a verifier gives the present moment for a later one.
    std::optional<NumericDate> expires_at = {};  ///< `exp`; a token without it is revoked for ever.
};

/// Somebody's tokens, of one issuer.
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
    [[nodiscard]] Result<void> check(const TokenIdentity& token) const {
        if (!asked_) return {};
        const Result<bool> revoked = asked_->is_revoked(token);
        if (!revoked) return Errc::store_unavailable;
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

/// How much a `MemoryRevocationStore` holds, and for how long.
struct MemoryRevocationLimits {
    /// How many revoked tokens and marked subjects at most, together.
    std::size_t max_entries = 100'000;
    /// The longest time that any token is good for, from `iat` to `exp`. A mark that is older than that, and by the
    /// most leeway besides, makes room. Unset: marks stay for ever, for one that is forgotten lets older tokens in
    /// again; so it must be where tokens may lack `exp`. A negative one counts as zero.
    std::optional<std::chrono::seconds> longest_lifetime = {};
    /// Tells which tokens have expired. An empty one is the system's.
    Clock clock = system_clock;
};

/// Revocations in this process's memory: for one instance, until it ends.
///
/// Bounded: what no token can need any more makes room, a revoked token that has expired, a mark on a subject as
/// `MemoryRevocationLimits` says. When all are needed, revoking fails with `store_unavailable`, rather than that an
/// older revocation is forgotten.
///
/// Write `MemoryRevocationStore`. It is a template so that only those who use it wait for it to compile.
template <class Unused = void>
class BasicMemoryRevocationStore {
public:
    /// \param limits  `{.max_entries = 1'000'000, .longest_lifetime = 1h}`
    explicit BasicMemoryRevocationStore(MemoryRevocationLimits limits = {}) : limits_(std::move(limits)) {}
    /// \param max_entries  how many revoked tokens and marked subjects are held at most, together.
    explicit BasicMemoryRevocationStore(std::size_t max_entries)
        : BasicMemoryRevocationStore(MemoryRevocationLimits{.max_entries = max_entries}) {}

    /// Refuses one token from now on, until it has expired; the latest end that was said counts. `store_unavailable`
    /// when there is no room.
    [[nodiscard]] Result<void> revoke(const TokenIdentity& token) {
        const NumericDate end = token.expires_at.value_or((NumericDate::max)());
        const std::lock_guard lock{mutex_};
        return note(tokens_, {token.issuer, token.id}, end, end);
    }

    /// Refuses all of a subject's tokens that were issued at `moment` or before. `store_unavailable` when there is no
    /// room.
    [[nodiscard]] Result<void> revoke_subject(const SubjectIdentity& subject, NumericDate moment) {
        const std::lock_guard lock{mutex_};
        return note(marks_, {subject.issuer, subject.subject}, moment, end_of_mark(moment));
    }

    /// Whether either was said of this token.
    [[nodiscard]] Result<bool> is_revoked(const TokenIdentity& token) const {
        const std::lock_guard lock{mutex_};
        if (tokens_.contains({token.issuer, token.id})) return true;
        const auto mark = marks_.find({token.issuer, token.subject});
        return mark != marks_.end() && token.issued_at <= mark->second;
    }

private:
    using Key = std::pair<std::string, std::string>;
    using Moments = std::map<Key, NumericDate>;

    /// When the last token expires that a mark can refuse.
    [[nodiscard]] NumericDate end_of_mark(NumericDate mark) const {
        if (!limits_.longest_lifetime) return (NumericDate::max)();
        return detail::saturating_sum(mark, (std::max)(*limits_.longest_lifetime, std::chrono::seconds{0}));
    }

    /// Notes a moment, which never moves back. \param end  from when on it is needed no more, but for the leeway.
    [[nodiscard]] Result<void> note(Moments& moments, const Key& key, NumericDate moment, NumericDate end) {
        if (!moments.contains(key) && !has_room()) return Errc::store_unavailable;
        NumericDate& known = moments.try_emplace(key, moment).first->second;
        known = (std::max)(known, moment);
        first_end_ = (std::min)(first_end_, end);
        return {};
    }

    /// Whether one more may be held, once what is not needed is dropped. It is looked for only when something may have
    /// come to its end since the last time. A verifier refuses by `exp` with the most leeway at last.
    [[nodiscard]] bool has_room() {
        if (tokens_.size() + marks_.size() < limits_.max_entries) return true;
        const NumericDate safely_over = detail::saturating_sum(detail::moment_of(limits_.clock), -max_leeway);
        if (safely_over <= first_end_) return false;
        first_end_ = (NumericDate::max)();
        const auto is_over = [&](NumericDate end) {
            if (end >= safely_over) first_end_ = (std::min)(first_end_, end);
            return end < safely_over;
        };
        std::erase_if(tokens_, [&](const auto& token) { return is_over(token.second); });
        std::erase_if(marks_, [&](const auto& mark) { return is_over(end_of_mark(mark.second)); });
        return tokens_.size() + marks_.size() < limits_.max_entries;
    }

    const MemoryRevocationLimits limits_;
    mutable std::mutex mutex_;
    Moments tokens_ = {};                           // until when
    Moments marks_ = {};                            // valid since
    NumericDate first_end_ = (NumericDate::max)();  // nothing is over before
};

using MemoryRevocationStore = BasicMemoryRevocationStore<>;

}  // namespace credence
