// SPDX-License-Identifier: MIT
// Keys that change while tokens are verified: whole sets are swapped, and no verification waits for it.
#pragma once

#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/detail/concurrency/snapshot_cell.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace credence {

/// A key source whose keys can be replaced while it is in use: give it to a verifier, keep a copy, and call `replace`.
///
/// Copies share their keys. A verification uses the set that was current when it looked for its key, from beginning to
/// end; it neither waits for a replacement nor sees half of one. The old set is dropped, and what is secret in it
/// wiped, when the last verification that found a key in it is done.
///
/// \tparam Set  a `KeySet`, or a `DecodingKey`.
template <class Set>
class RotatingKeys {
    using Cell = detail::SnapshotCell<Set>;

public:
    /// Holds no keys yet: until the first `replace`, every token is `keys_unavailable`.
    RotatingKeys() : sets_(std::make_shared<Cell>()) {}

    /// Starts with a set.
    explicit RotatingKeys(const Set& first) : RotatingKeys() { replace(first); }

    RotatingKeys(const RotatingKeys&) = default;  // and no move: one that was moved from would hold nothing
    RotatingKeys& operator=(const RotatingKeys&) = default;
    ~RotatingKeys() = default;

    /// Puts a new set in the place of the old one. Any thread may call it, at any time.
    void replace(const Set& next) const { sets_->store(next); }

    /// The current set; null when there is none yet.
    [[nodiscard]] std::shared_ptr<const Set> current() const {
        const auto held = std::make_shared<const typename Cell::Snapshot>(sets_->load());
        return *held ? std::shared_ptr<const Set>{held, &**held} : nullptr;
    }

    /// How many sets there have been, the first included; 0 before it. What was remembered of an earlier generation no
    /// longer counts.
    [[nodiscard]] std::uint64_t generation() const noexcept { return sets_->load().generation(); }

    /// What `find` gives may be another key the next time.
    static constexpr bool is_static = false;

    /// Whether a header's `alg` is in the list of the sets.
    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return Set::accepts(alg); }

    /// The key for a token's `alg` and `kid` in the current set, with a share in that set.
    ///
    /// \return the key; `keys_unavailable` when there is no set yet; else what the set says.
    [[nodiscard]] Result<std::shared_ptr<const VerificationKey>> find(const KeyQuery& query) const {
        const auto held = std::make_shared<const Snapshot>(snapshot());
        const auto key = held->find(query);
        if (!key) return key.error();
        return std::shared_ptr<const VerificationKey>{held, *key};
    }

    /// The current set, held on to. Verifiers take their keys from it. See `SnapshotKeySource`.
    class Snapshot {
    public:
        /// The number of the set, from 1; 0 before the first.
        [[nodiscard]] std::uint64_t generation() const noexcept { return set_.generation(); }

        /// See `RotatingKeys::find`. The key lives as long as a snapshot of this generation.
        [[nodiscard]] Result<const VerificationKey*> find(const KeyQuery& query) const {
            if (!set_) return Errc::keys_unavailable;
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

    /// The generation, which may be that of a set that is being replaced at this moment; a set that is looked at
    /// afterwards is at least as new. For the library's own use.
    [[nodiscard]] std::uint64_t detail_generation() const noexcept { return sets_->generation(); }

    /// Holds on to the current set, without a lock.
    [[nodiscard]] Snapshot snapshot() const noexcept { return Snapshot{sets_->load()}; }

private:
    std::shared_ptr<Cell> sets_;
};

}  // namespace credence
