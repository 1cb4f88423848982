// SPDX-License-Identifier: MIT
// Revocations in this process's memory: for one instance, until it ends.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/keyed_hash.hpp>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
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
        if (tokens_.contains(NameView{token.issuer, token.id})) return true;
        const auto mark = marks_.find(NameView{token.issuer, token.subject});
        return mark != marks_.end() && token.issued_at <= mark->second;
    }

private:
    /// A token or a subject, within its issuer. Strangers choose some of these texts, so their hash has a secret key.
    struct NameView {
        std::string_view issuer;
        std::string_view text;
    };
    struct Name {
        std::string issuer;
        std::string text;
        operator NameView() const noexcept { return {issuer, text}; }
    };
    struct HashOfName {
        using is_transparent = void;
        std::size_t operator()(NameView name) const {
            const detail::KeyedHash& hash = detail::KeyedHash::of_process();
            return static_cast<std::size_t>(hash(name.text) ^ std::rotl(hash(name.issuer), 32));
        }
    };
    struct EqualNames {
        using is_transparent = void;
        bool operator()(NameView left, NameView right) const noexcept {
            return left.text == right.text && left.issuer == right.issuer;
        }
    };
    using Moments = std::unordered_map<Name, NumericDate, HashOfName, EqualNames>;

    /// When the last token expires that a mark can refuse.
    [[nodiscard]] NumericDate end_of_mark(NumericDate mark) const {
        if (!limits_.longest_lifetime) return (NumericDate::max)();
        return detail::saturating_sum(mark, (std::max)(*limits_.longest_lifetime, std::chrono::seconds{0}));
    }

    /// Notes a moment, which never moves back. \param end  from when on it is needed no more, but for the leeway.
    [[nodiscard]] Result<void> note(Moments& moments, NameView name, NumericDate moment, NumericDate end) {
        const auto known = moments.find(name);
        if (known != moments.end()) {
            known->second = (std::max)(known->second, moment);
        } else {
            if (!has_room()) return Errc::store_unavailable;
            moments.emplace(Name{std::string{name.issuer}, std::string{name.text}}, moment);
        }
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

}  // namespace credence
