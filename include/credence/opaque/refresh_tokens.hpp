// SPDX-License-Identifier: MIT
// Refresh tokens that rotate: each is used once, and using one again, after a grace for retries, ends its whole family.
// RFC 9700 §4.14.2
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/result.hpp>
#include <credence/opaque/detail/refresh_token.hpp>

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace credence {

/// A refresh token in a store: its hash, never the token itself.
struct RefreshRecord {
    std::string hash = {};                    ///< SHA-256 of the token's text: 32 bytes. The key.
    std::string family = {};                  ///< Of all tokens that descend from one login: 22 characters.
    std::string subject = {};                 ///< The user.
    NumericDate expires_at = {};              ///< The token is expired from this time on, used or not.
    std::optional<NumericDate> used_at = {};  ///< When it was exchanged for its successor.
    std::string sealed_successor = {};        ///< 32 bytes that yield the successor only together with the token.
};

/// A store of refresh tokens. Called from several threads and processes at once. Each function is atomic. An error of
/// any code means that the store did not answer.
template <class Store>
concept RefreshStore = requires(Store& store, const RefreshRecord& record, std::string_view name) {
    { store.insert(record) } -> std::same_as<Result<void>>;
    { store.find(name) } -> std::same_as<Result<std::optional<RefreshRecord>>>;
    /// Takes over `used_at` and `sealed_successor` of the first record and inserts the second, if the first is still
    /// there and unused; gives false, and changes nothing, if not.
    { store.replace(record, record) } -> std::same_as<Result<bool>>;
    /// Drops all records of a family, or of a subject.
    { store.revoke_family(name) } -> std::same_as<Result<void>>;
    { store.revoke_subject(name) } -> std::same_as<Result<void>>;
};

/// Lifetimes of refresh tokens.
struct RefreshRules {
    /// The lifetime from the login on, however often the token is exchanged. Zero or a negative value expires at once.
    std::chrono::seconds lifetime = std::chrono::hours{24 * 30};
    /// How long a used token may be sent again without revoking its family: 10 seconds; 0 or less for none.
    ///
    /// Two tabs of a browser may send the same token at once, and a client repeats a request whose answer was lost:
    /// neither is a theft. Within the grace, the answer to the token is the same successor again or, if that was
    /// already used, only `token_revoked`. The price: within the grace a thief with the same token looks like its
    /// client. The theft is noticed when one of them sends an older token afterwards. The clock counts whole seconds,
    /// so the grace may end up to a second early.
    std::chrono::seconds grace{10};
    /// Returns the current time. Empty: the system's clock.
    Clock clock = system_clock;
};

/// A new refresh token, and its record.
struct RefreshToken {
    std::string token;       ///< 256 random bits as 43 characters of base64url. A secret: send it to the client only.
    std::string family;      ///< See `RefreshRecord::family`.
    std::string subject;     ///< The user.
    NumericDate expires_at;  ///< Of the whole family.
};

/// Issues and exchanges refresh tokens.
///
/// A refresh token is not a JWT, so it opens no guarded route. Errors: `malformed_token` for a text that is not a
/// refresh token; `token_revoked` for one that is unknown, ended or used before; `token_expired`; `store_unavailable`.
///
/// If `rotate` refused a token with `token_revoked` and `subject_of` still knows it, its family goes on: another
/// request of the same client was faster. Then do not clear the client's cookies.
///
/// \tparam Store  see `RefreshStore`. Threads may share one `RefreshTokens` if they may share the store.
template <RefreshStore Store>
class RefreshTokens {
public:
    /// \param store  kept alive. Null: every call fails with `store_unavailable`. \param rules  lifetimes, and the
    /// clock.
    explicit RefreshTokens(std::shared_ptr<Store> store, RefreshRules rules = {})
        : store_(std::move(store)), rules_(std::move(rules)) {}

    /// Starts a family: call it after a login.
    [[nodiscard]] Result<RefreshToken> issue(std::string subject) {
        const auto token = detail::random_text<32>();
        const auto family = detail::random_text<16>();
        if (!token || !family) return no_randomness();
        RefreshToken issued{*token, *family, std::move(subject), detail::saturating_sum(moment(), rules_.lifetime)};
        const RefreshRecord record = record_of(issued);
        if (store_ == nullptr) return no_store();
        if (record.hash.empty()) return no_hash();
        if (const auto kept = store_->insert(record); !kept) return unavailable(kept.error());
        return issued;
    }

    /// The user of a token. This does not use the token, which may be expired or revoked: `rotate` decides.
    ///
    /// Use it for checks before an exchange, such as whether the user still exists. If such a check failed after the
    /// exchange, the client would have lost its login.
    [[nodiscard]] Result<std::string> subject_of(std::string_view token) {
        auto record = look_up(token);
        if (!record) return record.error();
        return std::move(record->subject);
    }

    /// Exchanges a token for its successor. The old one is then invalid, except for `RefreshRules::grace`; using it
    /// later ends the family.
    [[nodiscard]] Result<RefreshToken> rotate(std::string_view token) {
        const auto record = look_up(token);
        if (!record) return record.error();
        if (record->expires_at <= moment()) return Error{Errc::token_expired, {}, "the refresh token has expired"};
        if (record->used_at) return replay(token, *record);

        const auto next = detail::random_text<32>();
        if (!next) return no_randomness();
        RefreshToken successor{*next, record->family, record->subject, record->expires_at};
        RefreshRecord used = *record;
        used.used_at = moment();
        used.sealed_successor = detail::seal_successor(token, *next);
        const RefreshRecord unused = record_of(successor);
        if (unused.hash.empty()) return no_hash();
        const Result<bool> replaced = store_->replace(used, unused);
        if (!replaced) return unavailable(replaced.error());
        if (*replaced) return successor;
        // Lost a race: within the grace assume a retry; after it, theft.
        const auto lost_to = look_up(token);
        if (!lost_to) return lost_to.error();
        return replay(token, *lost_to);
    }

    /// Ends the family of a token: log out. An unknown token is not an error: its family has already ended.
    [[nodiscard]] Result<void> revoke(std::string_view token) {
        const auto record = look_up(token);
        if (!record) return record.error().code == Errc::token_revoked ? Result<void>{} : record.error();
        return ended(store_->revoke_family(record->family));
    }

    /// Ends all families of a subject: log out everywhere.
    [[nodiscard]] Result<void> revoke_subject(std::string_view subject) {
        if (store_ == nullptr) return no_store();
        return ended(store_->revoke_subject(subject));
    }

private:
    [[nodiscard]] NumericDate moment() const { return detail::moment_of(rules_.clock); }

    [[nodiscard]] static RefreshRecord record_of(const RefreshToken& token) {
        return {detail::hash_of_token(token.token), token.family, token.subject, token.expires_at, {}, {}};
    }

    /// An error of the store, with its reason for the log.
    [[nodiscard]] static Error unavailable(const Error& error) { return {Errc::store_unavailable, {}, error.reason}; }

    [[nodiscard]] static Error no_randomness() { return {Errc::store_unavailable, {}, detail::no_randomness}; }
    [[nodiscard]] static Error no_hash() { return {Errc::store_unavailable, {}, detail::no_hash}; }
    [[nodiscard]] static Error no_store() { return {Errc::store_unavailable, {}, "the store is null"}; }

    [[nodiscard]] static Result<void> ended(const Result<void>& done) {
        return done ? Result<void>{} : Result<void>{unavailable(done.error())};
    }

    [[nodiscard]] Result<RefreshRecord> look_up(std::string_view token) {
        if (!detail::is_random_text<32>(token)) return Error{Errc::malformed_token, {}, "not a refresh token"};
        const std::string hash = detail::hash_of_token(token);
        if (store_ == nullptr) return no_store();
        if (hash.empty()) return no_hash();
        const auto found = store_->find(hash);
        if (!found) return unavailable(found.error());
        if (!*found) return Error{Errc::token_revoked, {}, "no such refresh token"};
        return **found;
    }

    /// A token that was used before. Within the grace it is a retry: the answer was lost, or two requests were sent at
    /// once. Later, either the token was stolen from its client, or the client has a stolen one.
    [[nodiscard]] Result<RefreshToken> replay(std::string_view token, const RefreshRecord& record) {
        if (record.used_at && moment() < detail::saturating_sum(*record.used_at, rules_.grace))
            return successor_of(token, record);
        if (const auto done = ended(store_->revoke_family(record.family)); !done) return done.error();
        return Error{Errc::token_revoked, {}, "the refresh token was used before; its family has ended"};
    }

    /// The same successor of the token, as long as it is unused.
    [[nodiscard]] Result<RefreshToken> successor_of(std::string_view token, const RefreshRecord& record) {
        const std::string next = detail::open_successor(token, record.sealed_successor);
        const auto successor = look_up(next);
        if (!successor && successor.error().code == Errc::store_unavailable) return successor.error();
        if (!successor || successor->used_at) {
            return Error{
                Errc::token_revoked, {}, "the refresh token was used before, and its successor is used or has ended"};
        }
        return RefreshToken{next, record.family, record.subject, record.expires_at};
    }

    std::shared_ptr<Store> store_;
    RefreshRules rules_;
};

}  // namespace credence
