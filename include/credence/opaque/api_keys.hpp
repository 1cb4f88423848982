// SPDX-License-Identifier: MIT
// API keys: long-lived credentials for programs. A key is shown once, and the server keeps its hash.
#pragma once

#include <credence/bytes.hpp>
#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/opaque/api_key_store.hpp>
#include <credence/result.hpp>
#include <credence/detail/openssl/digest.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/detail/openssl/hash.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/jwt/detail/stored_claims.hpp>
#include <credence/opaque/detail/any_api_key_store.hpp>
#include <credence/opaque/detail/api_key_text.hpp>
#include <credence/opaque/detail/label_text.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace credence {

/// The form of API keys.
struct ApiKeyRules {
    /// The prefix of each key, before an underscore: 1 to 32 letters, digits and underscores. Choose a unique one, so
    /// that secret scanners find a leaked key and recognise its owner. With an invalid prefix no key is issued or
    /// accepted.
    std::string prefix = "key";
    /// Returns the current time. Empty: the system's clock.
    Clock clock = system_clock;
};

/// The properties of an API key besides its claims.
struct ApiKeyOptions {
    /// The key is expired from this time on: `{.expires = credence::in(24h * 90)}`. Unset: it is valid until it is
    /// revoked.
    std::optional<NumericDate> expires = {};
    /// A name for the owner's list of keys. Made UTF-8 without control characters, and cut at 256 bytes.
    std::string label = {};
};

/// An API key for its owner. It cannot be shown again.
struct ApiKey {
    std::string text = {};     ///< A secret. Letters, digits and underscores; up to 98 characters.
    std::string id = {};       ///< Identifies the key in lists. Not a secret.
    std::string subject = {};  ///< The owner: `sub`.
    std::optional<NumericDate> expires = {};
};

/// An API key in a list, without its text.
struct ApiKeyInfo {
    std::string id = {};
    std::string label = {};
    NumericDate created_at = {};
    std::optional<NumericDate> last_used_at = {};  ///< To the minute; unset if it was never used.
    std::optional<NumericDate> expires = {};
};

/// Issues, verifies and revokes API keys. It is a `TokenVerifier`:
///
///     credence::ApiKeys<AccountClaims> api_keys{store, {.prefix = "acme"}};
///     server.Get("/orders", credence::protect(api_keys, orders, {.header = "X-API-Key", .scheme = ""}));
///
/// A key is `acme_<id><secret><check>`: 16 random characters that identify it, 256 random bits, and a checksum, so that
/// a typing error costs no access to the store.
///
/// The claims are any claims type with a subject (`sub`). They are kept as JSON. If they have `exp` and `nbf`, these
/// count. Claims that are bound to a key (`cnf`) are refused.
///
/// A cheap handle to shared state: copy it freely. Threads may share one when they may share the store.
template <class Claims>
class ApiKeys {
public:
    /// The claims type that it proves.
    using claims_type = Claims;

    /// \param store  kept alive. Null acts as a store that does not answer.
    template <ApiKeyStore Store>
    explicit ApiKeys(std::shared_ptr<Store> store, ApiKeyRules rules = {})
        : state_(std::make_shared<const State>(std::move(store), std::move(rules))) {}

    /// Makes a key.
    ///
    /// \return `missing_claim` for claims without `sub`, errors as of `encode`, `token_expired` if `expires` is not in
    ///         the future, `malformed_token` for an invalid prefix, `store_unavailable`.
    [[nodiscard]] Result<ApiKey> issue(const Claims& claims, ApiKeyOptions options = {}) const {
        if (!state_->has_prefix) return Error{Errc::malformed_token, {}, "ApiKeyRules::prefix cannot be one"};
        const auto written = state_->claims.write(claims);
        if (!written) return written.error();
        if (options.expires && *options.expires <= now())
            return Error{Errc::token_expired, {}, "ApiKeyOptions::expires"};
        const auto id = detail::random_base62(detail::api_key_id_size);
        const auto secret = detail::random_base62(detail::api_key_secret_size);
        if (!id || !secret) return Error{Errc::store_unavailable, {}, detail::no_randomness};
        ApiKey key{.id = *id, .subject = written->subject, .expires = earliest(options.expires, written->expires_at)};
        key.text.append(state_->rules.prefix).append("_").append(*id).append(*secret);
        key.text.append(detail::check_of_api_key(key.text));
        const ApiKeyRecord record{.id = key.id,
                                  .hash = hash_of(key.text),
                                  .subject = key.subject,
                                  .claims = written->json,
                                  .label = detail::label_text(options.label),
                                  .created_at = now(),
                                  .expires_at = key.expires};
        if (record.hash.empty()) return Error{Errc::store_unavailable, {}, detail::no_hash};
        if (const auto kept = state_->store.insert(record); !kept) return unavailable(kept.error());
        return key;
    }

    /// Returns the claims of a key, and records its use.
    ///
    /// \return `malformed_token` for a text that is not an API key; `token_revoked` for an unknown or revoked key;
    ///         `token_expired`; `store_unavailable`; the error of its JSON for a record that cannot be read, or has
    ///         claims of another type.
    [[nodiscard]] Result<Verified<Claims>>(verify)(std::string_view text) const {
        const auto id = id_in(text);
        if (!id) return Error{Errc::malformed_token, {}, "not an API key"};
        const std::string hash = hash_of(text);
        if (hash.empty()) return Error{Errc::store_unavailable, {}, detail::no_hash};
        auto found = state_->store.find(*id);
        if (!found) return unavailable(found.error());
        if (!*found || !detail::equal_in_constant_time((*found)->hash, hash)) return no_such_key();
        ApiKeyRecord& record = **found;
        if (is_over(record)) return Error{Errc::token_expired, {}, "the API key has expired"};
        auto who = state_->claims.prove(std::move(record.claims));
        if (!who) return std::move(who).error();
        if (auto used = note_use(record); !used) return std::move(used).error();
        return who;
    }

    /// Whether a text has the form of these keys, with the right checksum. Signed tokens and session ids do not have
    /// it.
    [[nodiscard]] bool recognizes(std::string_view text) const { return id_in(text).has_value(); }

    /// Revokes a key by its id. \return false if there is none, `store_unavailable`.
    ///
    /// For administrators: it does not check the key's owner. For a user's own list, see `revoke_own`.
    [[nodiscard]] Result<bool> revoke(std::string_view id) const {
        const auto ended = state_->store.end(id);
        if (!ended) return unavailable(ended.error());
        return *ended;
    }

    /// Revokes a key by its id, if it belongs to this subject. \return false if the subject has none with this id.
    [[nodiscard]] Result<bool> revoke_own(std::string_view subject, std::string_view id) const {
        const auto found = state_->store.find(id);
        if (!found) return unavailable(found.error());
        const std::optional<ApiKeyRecord>& key = *found;
        if (!key || key->subject != subject) return false;
        return revoke(id);  // an id is never given to another subject
    }

    /// Revokes all keys of a subject.
    [[nodiscard]] Result<void> revoke_all(std::string_view subject) const {
        const auto ended = state_->store.end_all(subject);
        return ended ? Result<void>{} : Result<void>{unavailable(ended.error())};
    }

    /// The keys of a subject that have not expired, the newest first.
    [[nodiscard]] Result<std::vector<ApiKeyInfo>> list(std::string_view subject) const {
        const auto records = state_->store.list(subject);
        if (!records) return unavailable(records.error());
        std::vector<ApiKeyInfo> infos;
        for (const ApiKeyRecord& key : *records) {
            if (!is_over(key)) infos.push_back({key.id, key.label, key.created_at, key.last_used_at, key.expires_at});
        }
        std::sort(infos.begin(), infos.end(), [](const ApiKeyInfo& left, const ApiKeyInfo& right) {
            return std::tie(right.created_at, left.id) < std::tie(left.created_at, right.id);
        });
        return infos;
    }

private:
    struct State {
        template <class Store>
        State(std::shared_ptr<Store> kept, ApiKeyRules given)
            : store(std::move(kept)),
              rules(std::move(given)),
              has_prefix(detail::is_api_key_prefix(rules.prefix)),
              claims(rules.clock) {}
        detail::AnyApiKeyStore store;
        ApiKeyRules rules;
        bool has_prefix;
        detail::StoredClaims<Claims> claims;
        detail::Hasher hasher{detail::Hash::sha256};
    };

    [[nodiscard]] NumericDate now() const { return detail::moment_of(state_->rules.clock); }

    [[nodiscard]] std::optional<std::string_view> id_in(std::string_view text) const {
        if (!state_->has_prefix) return std::nullopt;
        return detail::id_in_api_key(text, state_->rules.prefix);
    }

    [[nodiscard]] std::string hash_of(std::string_view text) const {
        const detail::ErrorQueueGuard guard;
        return state_->hasher(detail::as_bytes(text));
    }

    [[nodiscard]] bool is_over(const ApiKeyRecord& record) const {
        return record.expires_at && *record.expires_at <= now();
    }

    /// An error of the store, with its reason for the log.
    [[nodiscard]] static Error unavailable(const Error& error) { return {Errc::store_unavailable, {}, error.reason}; }

    [[nodiscard]] static Error no_such_key() { return {Errc::token_revoked, {}, "no such API key"}; }

    [[nodiscard]] static std::optional<NumericDate> earliest(std::optional<NumericDate> one,
                                                             std::optional<NumericDate> other) {
        if (!one || !other) return one ? one : other;
        return (std::min)(*one, *other);
    }

    /// Writes the time of use, at most once a minute. A key that was revoked meanwhile is refused.
    [[nodiscard]] Result<void> note_use(const ApiKeyRecord& record) const {
        const NumericDate moment = now();
        if (record.last_used_at && moment < detail::saturating_sum(*record.last_used_at, std::chrono::minutes{1}))
            return {};
        const auto is_there = state_->store.touch(record.id, moment);
        if (!is_there) return unavailable(is_there.error());
        if (!*is_there) return no_such_key();
        return {};
    }

    std::shared_ptr<const State> state_;
};

}  // namespace credence
