// SPDX-License-Identifier: MIT
// Keys that change while tokens are verified: whole sets are swapped, and no verification waits for it.
#pragma once

#include <credence/header.hpp>
#include <credence/result.hpp>
#include <credence/detail/signature.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

namespace credence {

namespace detail {

/// A shared pointer that one thread replaces while others copy it.
///
/// There are two places, and one of them is the current one. A reader announces itself at a place, looks whether it is
/// still the current one, and copies the pointer there; it never waits, and tries again only when the pointer was
/// replaced in between. A writer fills the other place when nobody is announced there, makes it the current one, and
/// empties the old one as soon as its readers, who need a few instructions, have left. `std::atomic<std::shared_ptr>`
/// would do the same with a lock, and not every standard library has it.
template <class Value>
class SwappedPointer {
public:
    using Pointer = std::shared_ptr<const Value>;

    [[nodiscard]] Pointer load() const {
        for (;;) {
            const std::size_t current = current_.load();
            const Place& place = places_[current];
            place.readers.fetch_add(1);
            if (current_.load() == current) {
                Pointer copy = place.pointer;
                place.readers.fetch_sub(1);
                return copy;
            }
            place.readers.fetch_sub(1);
        }
    }

    void store(Pointer next) {
        const std::scoped_lock lock{writer_};
        const std::size_t old = current_.load();
        Place& place = places_[1 - old];
        wait_for_readers(place);
        place.pointer = std::move(next);
        current_.store(1 - old);
        wait_for_readers(places_[old]);
        places_[old].pointer.reset();
    }

private:
    struct alignas(64) Place {
        Pointer pointer;
        mutable std::atomic<std::size_t> readers = 0;
    };

    static void wait_for_readers(const Place& place) {
        while (place.readers.load() != 0) std::this_thread::yield();
    }

    std::array<Place, 2> places_{};
    std::atomic<std::size_t> current_ = 0;
    std::mutex writer_;
};

}  // namespace detail

/// A key source whose keys can be replaced while it is in use: give it to a verifier, keep a copy, and call `replace`.
///
/// Copies share their keys. A verification uses the set that was current when it looked for its key, from beginning to
/// end; it neither waits for a replacement nor sees half of one. The old set is dropped, and what is secret in it
/// wiped, when the last verification that found a key in it is done.
///
/// \tparam Set  a `KeySet`, or a `DecodingKey`.
template <class Set>
class RotatingKeys {
public:
    /// Holds no keys yet: until the first `replace`, every token is `keys_unavailable`.
    RotatingKeys() : state_(std::make_shared<State>()) {}

    /// Starts with a set.
    explicit RotatingKeys(const Set& first) : RotatingKeys() { replace(first); }

    RotatingKeys(const RotatingKeys&) = default;  // and no move: one that was moved from would hold nothing
    RotatingKeys& operator=(const RotatingKeys&) = default;
    ~RotatingKeys() = default;

    /// Puts a new set in the place of the old one. Any thread may call it, at any time.
    void replace(const Set& next) const {
        state_->set.store(std::make_shared<const Set>(next));
        state_->generation.fetch_add(1);
    }

    /// The current set; null when there is none yet.
    [[nodiscard]] std::shared_ptr<const Set> current() const { return state_->set.load(); }

    /// How many sets there have been, the first included; 0 before it. What was remembered of an earlier generation no
    /// longer counts.
    [[nodiscard]] std::uint64_t generation() const noexcept { return state_->generation.load(); }

    /// What `find` gives may be another key the next time.
    static constexpr bool is_fixed = false;

    /// Whether a header's `alg` is in the list of the sets.
    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return Set::accepts(alg); }

    /// The key for a token's `alg` and `kid` in the current set, with a share in that set. For verifiers.
    ///
    /// \return the key; `keys_unavailable` when there is no set yet; else what the set says.
    [[nodiscard]] Result<std::shared_ptr<const detail::VerifyKey>> find(std::string_view alg, KeyId kid) const {
        std::shared_ptr<const Set> set = current();
        if (!set) return Errc::keys_unavailable;
        const auto key = set->find(alg, kid);
        if (!key) return key.error();
        return std::shared_ptr<const detail::VerifyKey>{std::move(set), *key};
    }

private:
    struct State {
        detail::SwappedPointer<Set> set;
        std::atomic<std::uint64_t> generation = 0;
    };

    std::shared_ptr<State> state_;
};

}  // namespace credence
