// SPDX-License-Identifier: MIT
// MemoryStore: every kind of store in the memory of this process. Only one instance sees it; a restart forgets it all.
//
// - Durability: none. Sessions, API keys, refresh tokens and revocations are gone with the process.
// - Bounds: only expired records make room. If all are valid, a call that needs room is `store_unavailable`.
// - Never down. Sessions, API keys and revocations are looked up without a lock; a change takes one that few threads
//   share. No call waits for a disk or a network.
// - A lookup beside a call that ends several records may find some of them ended and others not yet, until that call
//   has returned.
#pragma once

#include <credence/clock.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/opaque/api_key_store.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/session_store.hpp>
#include <credence/result.hpp>
#include <credence/stores/memory_refresh_tokens.hpp>
#include <credence/stores/memory_replays.hpp>
#include <credence/stores/memory_revocations.hpp>
#include <credence/detail/encoding/keyed_hash.hpp>
#include <credence/stores/detail/sharded_records.hpp>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

namespace credence {
namespace detail {

struct SessionTraits {
    [[nodiscard]] static std::string_view key(const SessionRecord& record) noexcept { return record.hash; }
    [[nodiscard]] static std::string_view subject(const SessionRecord& record) noexcept { return record.subject; }
    [[nodiscard]] static NumericDate end(const SessionRecord& record) noexcept { return record.ends_at; }
};
struct ApiKeyTraits {
    [[nodiscard]] static std::string_view key(const ApiKeyRecord& record) noexcept { return record.id; }
    [[nodiscard]] static std::string_view subject(const ApiKeyRecord& record) noexcept { return record.subject; }
    [[nodiscard]] static NumericDate end(const ApiKeyRecord& record) noexcept {
        return record.expires_at.value_or((NumericDate::max)());
    }
};

}  // namespace detail

/// The capacity of a `MemoryStore`.
struct MemoryLimits {
    std::size_t max_sessions = 100'000;
    std::size_t max_api_keys = 100'000;
    std::size_t max_refresh_tokens = 100'000;  ///< See `MemoryRefreshLimits`.
    std::size_t max_replays = 1'000'000;       ///< See `MemoryReplayLimits`.
    /// See `MemoryRevocationLimits`. They are kept in 16 parts, each of which holds a sixteenth of them.
    std::size_t max_revocations = 100'000;
    /// See `MemoryRevocationLimits`.
    std::optional<std::chrono::seconds> longest_lifetime = {};
    /// Returns the current time. Empty: the system's clock.
    Clock clock = system_clock;
};

/// A store of sessions, API keys, refresh tokens, revocations and replays: `std::make_shared<credence::MemoryStore>()`.
///
/// See the concepts for the functions: `SessionStore`, `ApiKeyStore`, `RefreshStore`, `RevocationStore`,
/// `ReplayStore`.
class MemoryStore {
public:
    /// \param limits  `{.max_sessions = 1'000'000}`
    explicit MemoryStore(const MemoryLimits& limits = {})
        : sessions_(limits.max_sessions, limits.clock),
          api_keys_(limits.max_api_keys, limits.clock),
          refresh_tokens_({.max_records = limits.max_refresh_tokens, .clock = limits.clock}),
          replays_({.max_entries = limits.max_replays, .clock = limits.clock}) {
        for (std::size_t part = 0; part < parts; ++part) {
            revocations_.emplace_back(
                MemoryRevocationLimits{.max_entries = (limits.max_revocations + parts - 1) / parts,
                                       .longest_lifetime = limits.longest_lifetime,
                                       .clock = limits.clock});
        }
    }

    // Sessions

    [[nodiscard]] Result<void> insert_session(const SessionRecord& record) { return sessions_.insert(record); }
    [[nodiscard]] Result<std::optional<SessionRecord>> find_session(std::string_view hash) const {
        return sessions_.find(hash);
    }
    [[nodiscard]] Result<bool> touch_session(std::string_view hash, SessionUse use) {
        return sessions_.change(hash, [&](SessionRecord& record) {
            if (record.last_used_at >= use.last_used_at) return;
            record.last_used_at = use.last_used_at;
            record.ends_at = use.ends_at;
        });
    }
    [[nodiscard]] Result<bool> replace_session(std::string_view hash, const SessionRecord& record) {
        return sessions_.replace(hash, record);
    }
    [[nodiscard]] Result<void> end_session(std::string_view hash) {
        static_cast<void>(sessions_.erase(hash));
        return {};
    }
    [[nodiscard]] Result<bool> end_session_of(SubjectSession one) {
        return sessions_.erase_of(one.subject,
                                  [&](const SessionRecord& record) { return record.handle == one.handle; }) > 0;
    }
    [[nodiscard]] Result<void> end_sessions_of(SubjectSessions several) {
        sessions_.erase_of(several.subject, [&](const SessionRecord& record) { return record.hash != several.except; });
        return {};
    }
    [[nodiscard]] Result<std::vector<SessionRecord>> sessions_of(std::string_view subject) const {
        return sessions_.of(subject);
    }

    // API keys

    [[nodiscard]] Result<void> insert_api_key(const ApiKeyRecord& record) { return api_keys_.insert(record); }
    [[nodiscard]] Result<std::optional<ApiKeyRecord>> find_api_key(std::string_view id) const {
        return api_keys_.find(id);
    }
    [[nodiscard]] Result<bool> touch_api_key(std::string_view id, NumericDate used_at) {
        return api_keys_.change(id, [&](ApiKeyRecord& record) {
            record.last_used_at = (std::max)(record.last_used_at.value_or(used_at), used_at);
        });
    }
    [[nodiscard]] Result<bool> end_api_key(std::string_view id) { return api_keys_.erase(id); }
    [[nodiscard]] Result<void> end_api_keys_of(std::string_view subject) {
        api_keys_.erase_of(subject, [](const ApiKeyRecord&) { return true; });
        return {};
    }
    [[nodiscard]] Result<std::vector<ApiKeyRecord>> api_keys_of(std::string_view subject) const {
        return api_keys_.of(subject);
    }

    // Refresh tokens

    [[nodiscard]] Result<void> insert(const RefreshRecord& record) { return refresh_tokens_.insert(record); }
    [[nodiscard]] Result<std::optional<RefreshRecord>> find(std::string_view hash) const {
        return refresh_tokens_.find(hash);
    }
    [[nodiscard]] Result<bool> replace(const RefreshRecord& used, const RefreshRecord& successor) {
        return refresh_tokens_.replace(used, successor);
    }
    [[nodiscard]] Result<void> revoke_family(std::string_view family) { return refresh_tokens_.revoke_family(family); }
    [[nodiscard]] Result<void> revoke_subject(std::string_view subject) {
        return refresh_tokens_.revoke_subject(subject);
    }

    // Revocations

    [[nodiscard]] Result<void> revoke(const TokenIdentity& token) {
        return part_of(token.issuer, token.id).revoke(token);
    }
    [[nodiscard]] Result<void> revoke_subject(const SubjectIdentity& subject, NumericDate moment) {
        return part_of(subject.issuer, subject.subject).revoke_subject(subject, moment);
    }
    [[nodiscard]] Result<bool> is_revoked(const TokenIdentity& token) const {
        const MemoryRevocationStore& by_id = part_of(token.issuer, token.id);
        const MemoryRevocationStore& by_subject = part_of(token.issuer, token.subject);
        const Result<bool> revoked = by_id.is_revoked(token);
        return &by_id == &by_subject || !revoked || *revoked ? revoked : by_subject.is_revoked(token);
    }

    // Proofs of possession

    [[nodiscard]] Result<bool> use_once(std::string_view id, NumericDate until) { return replays_.use_once(id, until); }

private:
    static constexpr std::size_t parts = 16;

    [[nodiscard]] static std::size_t part(std::string_view issuer, std::string_view name) {
        // A keyed hash: otherwise an attacker could choose names that fill one part.
        const detail::KeyedHash& hash = detail::KeyedHash::of_process();
        return static_cast<std::size_t>((hash(name) ^ std::rotl(hash(issuer), 7)) % parts);
    }
    [[nodiscard]] MemoryRevocationStore& part_of(std::string_view issuer, std::string_view name) {
        return revocations_[part(issuer, name)];
    }
    [[nodiscard]] const MemoryRevocationStore& part_of(std::string_view issuer, std::string_view name) const {
        return revocations_[part(issuer, name)];
    }

    detail::ShardedRecords<SessionRecord, detail::SessionTraits> sessions_;
    detail::ShardedRecords<ApiKeyRecord, detail::ApiKeyTraits> api_keys_;
    MemoryRefreshStore refresh_tokens_;
    MemoryReplayStore replays_;
    std::deque<MemoryRevocationStore> revocations_ = {};  // of tokens by id, and of subjects, each in its part
};

}  // namespace credence
