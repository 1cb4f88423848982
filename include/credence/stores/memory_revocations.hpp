// SPDX-License-Identifier: MIT
// Revocations in this process's memory: for one instance, until it ends.
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
class MemoryRevocationStore {
public:
    /// \param limits  `{.max_entries = 1'000'000, .longest_lifetime = 1h}`
    explicit MemoryRevocationStore(MemoryRevocationLimits limits = {}) : limits_(std::move(limits)) {}
    /// \param max_entries  how many revoked tokens and marked subjects are held at most, together.
    explicit MemoryRevocationStore(std::size_t max_entries)
        : MemoryRevocationStore(MemoryRevocationLimits{.max_entries = max_entries}) {}

    /// Refuses one token from now on, until it has expired; the latest end that was said counts. `store_unavailable`
    /// when there is no room.
    [[nodiscard]] Result<void> revoke(const TokenIdentity& token) {
        const NumericDate end = token.expires_at.value_or((NumericDate::max)());
        const std::lock_guard lock{mutex_};
        return note(name_of(token), end, end);
    }

    /// Refuses all of a subject's tokens that were issued at `moment` or before. `store_unavailable` when there is no
    /// room.
    [[nodiscard]] Result<void> revoke_subject(const SubjectIdentity& subject, NumericDate moment) {
        const std::lock_guard lock{mutex_};
        return note({a_mark, subject.issuer, subject.subject}, moment, end_of_mark(moment));
    }

    /// Whether either was said of this token. Takes no lock, so that threads do not wait for each other.
    [[nodiscard]] Result<bool> is_revoked(const TokenIdentity& token) const {
        const auto [end, mark] = moments_.find(name_of(token), {a_mark, token.issuer, token.subject});
        return end || (mark && token.issued_at <= *mark);
    }

private:
    /// The kinds of names: a token is revoked until its moment, and a subject's tokens are good from behind its mark's.
    static constexpr std::uint64_t a_token = 1, a_mark = 2;

    [[nodiscard]] static detail::MomentName name_of(const TokenIdentity& token) noexcept {
        return {a_token, token.issuer, token.id};
    }

    /// When the last token expires that a mark can refuse.
    [[nodiscard]] NumericDate end_of_mark(NumericDate mark) const {
        if (!limits_.longest_lifetime) return (NumericDate::max)();
        return detail::saturating_sum(mark, (std::max)(*limits_.longest_lifetime, std::chrono::seconds{0}));
    }

    /// Notes a moment, which never moves back. \param end  from when on it is needed no more, but for the leeway.
    [[nodiscard]] Result<void> note(detail::MomentName name, NumericDate moment, NumericDate end) {
        if (!moments_.advance(name, moment)) {
            if (!has_room()) return Errc::store_unavailable;
            moments_.add(name, moment);
        }
        first_end_ = (std::min)(first_end_, end);
        return {};
    }

    /// Whether one more may be held, once what is not needed is dropped. It is looked for only when something may have
    /// come to its end since the last time. A verifier refuses by `exp` with the most leeway at last.
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
        first_end_ = first_end;  // not if memory ran out, and nothing was forgotten
        return moments_.size() < limits_.max_entries;
    }

    const MemoryRevocationLimits limits_;
    mutable std::mutex mutex_;  // of those who revoke
    detail::MomentTable moments_ = {};
    NumericDate first_end_ = (NumericDate::max)();  // nothing is over before
};

}  // namespace credence
