// SPDX-License-Identifier: MIT
// The keys of an issuer as readers see them: without a lock, while another thread changes them.
#pragma once

#include <credence/error.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/result.hpp>
#include <credence/detail/concurrency/snapshot_cell.hpp>
#include <credence/remote/detail/remote_core.hpp>
#include <credence/remote/detail/schedule.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace credence::detail {

/// The error for a token whose key cannot be looked up now.
[[nodiscard]] inline Error keys_unavailable(std::string_view reason, std::chrono::seconds retry_after) {
    return {.code = Errc::keys_unavailable, .reason = reason, .retry_after = retry_after};
}

template <class Set>
class SharedKeys;

/// One state of the keys, kept alive. See `SnapshotKeySource`.
template <class Set>
class RemoteSnapshot {
public:
    /// A number that differs for every state of the keys; 0 before the first set.
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

    /// The key for a token; it lives as long as a snapshot of this generation. Never fetches.
    ///
    /// \return the key; `keys_unavailable` if there is no set, or it is too old; else the result of the set.
    [[nodiscard]] Result<const VerificationKey*> find(const KeyQuery& query) const {
        if (set() == nullptr) {
            return keys_unavailable(
                generation_ == 0 ? "no key set has been fetched yet" : "the key set is older than max_stale allows",
                retry_after_);
        }
        return set()->find(query);
    }

    /// See `CandidateSource`.
    [[nodiscard]] std::span<const VerificationKey* const> candidates(const KeyQuery& query) const {
        if (set() == nullptr) return {};
        return set()->candidates(query);
    }

private:
    friend class SharedKeys<Set>;
    using Version = typename SnapshotCell<std::shared_ptr<const Set>>::Snapshot;

    RemoteSnapshot(Version version, std::uint64_t generation, std::chrono::seconds retry_after)
        : version_(std::move(version)), generation_(generation), retry_after_(retry_after) {}

    [[nodiscard]] const Set* set() const noexcept { return version_ ? version_->get() : nullptr; }

    Version version_;
    std::uint64_t generation_;
    std::chrono::seconds retry_after_;
};

/// The usable set, the time at which it becomes too old, and the health, published separately. One thread at a time
/// publishes; any number read.
template <class Set>
class SharedKeys {
public:
    SharedKeys() = default;
    /// Continues with the state that a parent process had published.
    explicit SharedKeys(const SharedKeys& parent)
        : keys_(parent.set(), parent.keys_.load().generation()),
          expiry_(parent.expiry_.load(std::memory_order_relaxed)),
          times_over_(parent.times_over_.load(std::memory_order_relaxed)) {}
    SharedKeys& operator=(const SharedKeys&) = delete;
    ~SharedKeys() = default;

    /// Makes the state of `core` visible.
    ///
    /// \param ahead  how much the steady clock is ahead of the times passed to `core`.
    void publish(const RemoteCore<Set>& core, SteadyTime::duration ahead = {}) {
        const Schedule& schedule = core.schedule();
        const auto shifted = [&](SteadyTime time) { return time + ahead; };
        const auto expiry = schedule.expiry();
        expiry_.store(expiry ? shifted(*expiry).time_since_epoch().count() : never, std::memory_order_relaxed);
        if (core.generation() != published_generation_) {
            published_generation_ = core.generation();
            keys_.store(core.usable());
        }
        const auto success = schedule.last_success();
        health_.store({core.health(), success ? std::optional{shifted(*success)} : std::nullopt,
                       shifted(schedule.next_attempt()), schedule.is_running()});
    }

    /// Hands the set over to a new state machine. See `RemoteCore::inherit`.
    void hand_over(const SharedKeys& parent, RemoteCore<Set>& core) {
        if (const auto set = parent.set()) {
            const SteadyTime expiry{SteadyTime::duration{expiry_.load(std::memory_order_relaxed)}};
            core.inherit(set, expiry, parent.health_.load()->last_success);
        }
        published_generation_ = core.generation();
    }

    /// Keeps the current keys alive. Without a set, or if it is too old, the snapshot is empty.
    [[nodiscard]] RemoteSnapshot<Set> snapshot() const {
        auto version = keys_.load();
        const std::uint64_t generation = version.generation();
        if (!version || *version == nullptr) return {{}, generation, retry_after()};
        if (is_over()) return {{}, number_when_over(), retry_after()};
        return {std::move(version), generation, std::chrono::seconds{0}};
    }

    /// The key for a token, sharing ownership of its set.
    [[nodiscard]] Result<std::shared_ptr<const VerificationKey>> find(const KeyQuery& query) const {
        const auto current = snapshot();
        const auto key = current.find(query);
        if (!key) return key.error();
        return std::shared_ptr<const VerificationKey>{*current.version_, *key};
    }

    /// Whether the set is too old. The publisher removes it then, but may be waiting for an answer.
    [[nodiscard]] bool is_over() const noexcept {
        return std::chrono::steady_clock::now().time_since_epoch().count() >= expiry_.load(std::memory_order_relaxed);
    }

    /// A number that identifies the moment at which the set becomes too old.
    [[nodiscard]] std::uint64_t number_when_over() const noexcept {
        return (std::uint64_t{1} << 63U) | times_over_.fetch_add(1, std::memory_order_relaxed);
    }

    /// Counts a token of this issuer with an unknown key id.
    void count_unknown() noexcept { unknown_keys_.fetch_add(1, std::memory_order_relaxed); }

    [[nodiscard]] RemoteHealth health() const {
        const auto published = health_.load();
        RemoteHealth health = published->health;
        const SteadyTime now = std::chrono::steady_clock::now();
        health.unknown_keys = unknown_keys_.load(std::memory_order_relaxed);
        if (health.can_verify && is_over()) {
            health.can_verify = false;
            health.state = credence::RemoteState::expired;
        }
        if (published->last_success) {
            health.age = std::chrono::duration_cast<std::chrono::milliseconds>(now - *published->last_success);
        }
        if (!published->is_running && published->next_attempt > now) {
            health.next_fetch = std::chrono::ceil<std::chrono::milliseconds>(published->next_attempt - now);
        }
        return health;
    }

private:
    static constexpr SteadyTime::rep never = (std::numeric_limits<SteadyTime::rep>::max)();

    struct PublishedHealth {
        RemoteHealth health;
        std::optional<SteadyTime> last_success;
        SteadyTime next_attempt;
        bool is_running;
    };

    [[nodiscard]] std::shared_ptr<const Set> set() const {
        const auto version = keys_.load();
        return version ? *version : nullptr;
    }

    /// See `Schedule::retry_after`.
    [[nodiscard]] std::chrono::seconds retry_after() const {
        const auto published = health_.load();
        if (published->is_running) return told_retry_after({});
        return told_retry_after(published->next_attempt - std::chrono::steady_clock::now());
    }

    SnapshotCell<std::shared_ptr<const Set>> keys_;
    std::atomic<SteadyTime::rep> expiry_ = never;
    mutable std::atomic<std::uint64_t> times_over_ = 0;
    std::atomic<std::uint64_t> unknown_keys_ = 0;
    SnapshotCell<PublishedHealth> health_;
    std::uint64_t published_generation_ = 0;
};

}  // namespace credence::detail
