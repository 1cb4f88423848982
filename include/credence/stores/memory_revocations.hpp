// SPDX-License-Identifier: MIT
// Revocations in the memory of this process: for one instance, until it ends.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/result.hpp>
#include <credence/stores/detail/moment_table.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace credence {

/// The capacity of a `MemoryRevocationStore`, and how long it keeps revocations.
struct MemoryRevocationLimits {
    /// The most revoked tokens and subjects, together.
    std::size_t max_entries = 100'000;
    /// The longest lifetime of any token, from `iat` to `exp`. A subject's revocation that is older than that, plus the
    /// greatest leeway, makes room. Unset: it stays for ever, because forgetting it would let older tokens in again. So
    /// leave it unset where tokens may lack `exp`. A negative value counts as zero.
    std::optional<std::chrono::seconds> longest_lifetime = {};
    /// Returns the current time. Empty: the system's clock.
    Clock clock = system_clock;
};

/// Revocations in the memory of this process: for one instance, until it ends.
///
/// Bounded. Revocations that no token can need any more make room: that of an expired token, and that of a subject as
/// `MemoryRevocationLimits` says. If all are needed, revoking fails with `store_unavailable`; an older revocation is
/// never forgotten.
class MemoryRevocationStore {
public:
    /// \param limits  `{.max_entries = 1'000'000, .longest_lifetime = 1h}`
    explicit MemoryRevocationStore(MemoryRevocationLimits limits = {}) : limits_(std::move(limits)) {}
    /// \param max_entries  the most revoked tokens and subjects, together.
    explicit MemoryRevocationStore(std::size_t max_entries)
        : MemoryRevocationStore(MemoryRevocationLimits{.max_entries = max_entries}) {}

    /// Refuses one token from now on, until it has expired; the latest expiry counts. `store_unavailable` if there is
    /// no room.
    [[nodiscard]] Result<void> revoke(const TokenIdentity& token) {
        const NumericDate end = token.expires_at.value_or((NumericDate::max)());
        const std::lock_guard lock{mutex_};
        return note(name_of(token), end, end);
    }

    /// Refuses all of a subject's tokens that were issued at `moment` or before. `store_unavailable` if there is no
    /// room.
    [[nodiscard]] Result<void> revoke_subject(const SubjectIdentity& subject, NumericDate moment) {
        const std::lock_guard lock{mutex_};
        return note({a_mark, subject.issuer, subject.subject}, moment, end_of_mark(moment));
    }

    /// Whether this token was revoked, by itself or with its subject. Takes no lock, so threads do not wait for each
    /// other.
    [[nodiscard]] Result<bool> is_revoked(const TokenIdentity& token) const {
        const auto [end, mark] = moments_.find(name_of(token), {a_mark, token.issuer, token.subject});
        return end || (mark && token.issued_at <= *mark);
    }

private:
    /// The kinds of names: a token is revoked until its time, and a subject's tokens are valid if issued after its
    /// time.
    static constexpr std::uint64_t a_token = 1, a_mark = 2;

    [[nodiscard]] static detail::MomentName name_of(const TokenIdentity& token) noexcept {
        return {a_token, token.issuer, token.id};
    }

    /// The time at which the last token that a subject's revocation can refuse has expired.
    [[nodiscard]] NumericDate end_of_mark(NumericDate mark) const {
        if (!limits_.longest_lifetime) return (NumericDate::max)();
        return detail::saturating_sum(mark, (std::max)(*limits_.longest_lifetime, std::chrono::seconds{0}));
    }

    /// Records a time, which only moves forward. \param end  when it is no longer needed, apart from the leeway.
    [[nodiscard]] Result<void> note(detail::MomentName name, NumericDate moment, NumericDate end) {
        if (!moments_.advance(name, moment)) {
            if (!has_room()) return Error{Errc::store_unavailable, {}, "the store is full"};
            moments_.add(name, moment);
        }
        first_end_ = (std::min)(first_end_, end);
        return {};
    }

    /// Whether there is room for one more, after dropping expired entries. Scans only if an entry may have expired
    /// since the last scan. Even the verifier with the greatest leeway then refuses by `exp`.
    [[nodiscard]] bool has_room() {
        if (moments_.size() < limits_.max_entries) return true;
        const NumericDate safely_over = detail::saturating_sum(detail::moment_of(limits_.clock), -max_leeway);
        if (safely_over <= first_end_) return false;
        NumericDate first_end = (NumericDate::max)();
        moments_.forget_if([&](std::uint64_t kind, NumericDate moment) {
            const NumericDate end = kind == a_mark ? end_of_mark(moment) : moment;
            if (end >= safely_over) first_end = (std::min)(first_end, end);
            return end < safely_over;
        });
        first_end_ = first_end;  // not if memory ran out: then nothing was dropped
        return moments_.size() < limits_.max_entries;
    }

    const MemoryRevocationLimits limits_;
    mutable std::mutex mutex_;  // for those who revoke
    detail::MomentTable moments_ = {};
    NumericDate first_end_ = (NumericDate::max)();  // nothing expires before
};

}  // namespace credence
