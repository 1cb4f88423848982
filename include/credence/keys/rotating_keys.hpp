// SPDX-License-Identifier: MIT
// Keys that change while tokens are verified: whole sets are swapped, and no verification waits.
#pragma once

#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/detail/concurrency/snapshot_cell.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace credence {

/// A key source whose keys can be replaced while it is in use: give it to a verifier, keep a copy, and call `replace`.
///
/// Copies share their keys. A verification uses one set from beginning to end: the current one when it looked for its
/// key. It never waits for a replacement. The old set is dropped, and its secrets wiped, when the last verification
/// that uses it is done.
///
/// \tparam Set  a `KeySet`, or a `DecodingKey`.
template <class Set>
class RotatingKeys {
    using Cell = detail::SnapshotCell<Set>;

public:
    /// Has no keys yet: until the first `replace`, every token is `keys_unavailable`.
    RotatingKeys() : sets_(std::make_shared<Cell>()) {}

    /// Starts with a set.
    explicit RotatingKeys(const Set& first) : RotatingKeys() { replace(first); }

    RotatingKeys(const RotatingKeys&) = default;  // no move: a moved-from object would have no keys
    RotatingKeys& operator=(const RotatingKeys&) = default;
    ~RotatingKeys() = default;

    /// Replaces the current set. Any thread may call it, at any time.
    void replace(const Set& next) const { sets_->store(next); }

    /// The current set; null if there is none yet.
    [[nodiscard]] std::shared_ptr<const Set> current() const {
        const auto held = std::make_shared<const typename Cell::Snapshot>(sets_->load());
        return *held ? std::shared_ptr<const Set>{held, &**held} : nullptr;
    }

    /// The number of sets so far, including the first; 0 before it. Values cached for an earlier generation are
    /// invalid.
    [[nodiscard]] std::uint64_t generation() const noexcept { return sets_->load().generation(); }

    /// `find` may return another key the next time.
    static constexpr bool is_static = false;

    /// Whether a header's `alg` is in the list of the sets.
    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return Set::accepts(alg); }

    /// The key for a token's `alg` and `kid` in the current set, sharing ownership of that set.
    ///
    /// \return the key; `keys_unavailable` if there is no set yet; else the result of the set.
    [[nodiscard]] Result<std::shared_ptr<const VerificationKey>> find(const KeyQuery& query) const {
        const auto held = std::make_shared<const Snapshot>(snapshot());
        const auto key = held->find(query);
        if (!key) return key.error();
        return std::shared_ptr<const VerificationKey>{held, *key};
    }

    /// The current set, kept alive. Verifiers take their keys from it. See `SnapshotKeySource`.
    class Snapshot {
    public:
        /// The number of the set, from 1; 0 before the first.
        [[nodiscard]] std::uint64_t generation() const noexcept { return set_.generation(); }

        /// See `RotatingKeys::find`. The key lives as long as a snapshot of this generation.
        [[nodiscard]] Result<const VerificationKey*> find(const KeyQuery& query) const {
            if (!set_) return Error{Errc::keys_unavailable, {}, "no keys have been set yet"};
            const auto key = set_->find(query);
            if (!key) return key.error();
            return *key;
        }

        /// The keys to try if `find` returned `ambiguous_key`. See `CandidateSource`.
        [[nodiscard]] std::span<const VerificationKey* const> candidates(const KeyQuery& query) const
            requires CandidateSource<Set>
        {
            return set_ ? set_->candidates(query) : std::span<const VerificationKey* const>{};
        }

    private:
        friend class RotatingKeys;
        explicit Snapshot(typename Cell::Snapshot set) noexcept : set_(std::move(set)) {}

        typename Cell::Snapshot set_;
    };

    /// Keeps the current set alive, without a lock.
    [[nodiscard]] Snapshot snapshot() const noexcept { return Snapshot{sets_->load()}; }

private:
    friend struct detail::KeyAccess;

    std::shared_ptr<Cell> sets_;
};

}  // namespace credence
