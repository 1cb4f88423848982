// SPDX-License-Identifier: MIT
// PolledRemoteKeys: a key source that follows the URL of an issuer in a loop of your own, without a thread.
#pragma once

#include <credence/clock.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/remote/remote_options.hpp>
#include <credence/remote/url.hpp>
#include <credence/result.hpp>
#include <credence/remote/detail/polled_state.hpp>
#include <credence/remote/detail/remote_core.hpp>
#include <credence/remote/detail/shared_keys.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace credence {

/// The keys of an issuer, for a loop that sends the requests itself: an event loop that credence does not know, or a
/// test that controls the time. Fetching, expiry and unknown key ids are handled as in `RemoteKeys`.
///
///     auto keys = credence::PolledRemoteKeys<Keys>::discover("https://id.example").value();
///     for (;;) {
///         while (const auto request = keys.next()) keys.answer(request->number, transport(*request));
///         sleep_until(keys.wake());
///     }
///
/// There is one request at a time. `next` returns it, and `answer` takes its result, whenever that arrives. Both are
/// called by one thread at a time, and never wait. Keys expire in time even if neither is called.
///
/// A token with an unknown key id never waits. If a fetch is due for it, it is `keys_unavailable` with a time to retry,
/// and the verifying thread calls `on_due`, so that the loop calls `next` before `wake`.
///
/// Copies share their keys. Any thread may verify with them, and readers take no lock.
///
/// \tparam Set  as for `RemoteKeys`.
template <class Set>
class PolledRemoteKeys {
public:
    /// Follows an issuer by its metadata document. See `RemoteKeys::discover`.
    ///
    /// \param on_due  called when a fetch becomes due before `wake`; it must not throw, and not call this object.
    /// \return the keys; stage `url` or `configuration`.
    [[nodiscard]] static Result<PolledRemoteKeys, FetchError> discover(std::string_view issuer,
                                                                       RemoteOptions options = {},
                                                                       std::function<void()> on_due = {}) {
        auto origin = detail::origin_of_issuer(issuer, options.metadata_url);
        if (!origin) return std::move(origin).error();
        return make(*std::move(origin), std::move(options), std::move(on_due));
    }

    /// Follows the URL of a JWK Set, without a metadata document. See `RemoteKeys::at`.
    [[nodiscard]] static Result<PolledRemoteKeys, FetchError> at(std::string_view jwks_url, RemoteOptions options = {},
                                                                 std::function<void()> on_due = {}) {
        auto url = Url::parse(jwks_url);
        if (!url) return std::move(url).error();
        return make({.key_set = *std::move(url)}, std::move(options), std::move(on_due));
    }

    PolledRemoteKeys(const PolledRemoteKeys&) = default;  // no move, as in RemoteKeys
    PolledRemoteKeys& operator=(const PolledRemoteKeys&) = default;
    ~PolledRemoteKeys() = default;

    /// Returns the request to send now, if there is one; nullopt while one is under way. The first one is due at once.
    ///
    /// \param now   the time, which a test may count from anywhere. A time before an earlier one counts as that one.
    /// \param wall  the same moment by the wall clock, for comparison with `iat` and dates in answers.
    [[nodiscard]] std::optional<FetchRequest> next(SteadyTime now = std::chrono::steady_clock::now(),
                                                   NumericDate wall = credence::now()) const {
        return state_->next(now, wall);
    }

    /// Takes the answer to a request.
    ///
    /// \param number  `FetchRequest::number` of the request. An answer to another request is too late, and changes
    ///                nothing. `next` drops a request half a second after its deadline.
    void answer(std::uint64_t number, FetchResult result, SteadyTime now = std::chrono::steady_clock::now(),
                NumericDate wall = credence::now()) const {
        state_->answer(number, std::move(result), now, wall);
    }

    /// When to call `next` again, if nothing else happens.
    [[nodiscard]] SteadyTime wake() const { return state_->wake(); }

    /// The issuer's URL; empty after `at`. See `IssuerKeySource`.
    [[nodiscard]] std::string_view issuer() const noexcept { return state_->issuer(); }

    /// The health of the keys. Takes no lock.
    [[nodiscard]] RemoteHealth health() const { return state_->keys().health(); }

    /// The keys change.
    static constexpr bool is_static = false;

    /// Whether a header's `alg` is in the list of the set.
    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return Set::accepts(alg); }

    /// The current state of the keys, kept alive. See `SnapshotKeySource`.
    using Snapshot = detail::RemoteSnapshot<Set>;

    /// Keeps the current keys alive, without a lock. For verifiers.
    [[nodiscard]] Snapshot snapshot() const { return state_->keys().snapshot(); }

    /// See `Snapshot::generation`.
    [[nodiscard]] std::uint64_t generation() const { return snapshot().generation(); }

    /// The key for a token, sharing ownership of its set. See `Snapshot::find`.
    [[nodiscard]] Result<std::shared_ptr<const VerificationKey>> find(const KeyQuery& query) const {
        return state_->keys().find(query);
    }

    /// Makes a fetch due for a key that the set does not have, if a fetch is allowed now. For verifiers; see
    /// `FetchingKeySource`.
    ///
    /// \return false if the issuer has no such key; true if it came meanwhile; else `keys_unavailable`.
    [[nodiscard]] Result<bool> fetch_key(const KeyQuery& query, std::optional<NumericDate> issued_at) const {
        return state_->fetch_key(query, issued_at);
    }

private:
    using State = detail::PolledState<Set>;

    explicit PolledRemoteKeys(std::shared_ptr<State> state) : state_(std::move(state)) {}

    [[nodiscard]] static Result<PolledRemoteKeys, FetchError> make(detail::KeyOrigin origin, RemoteOptions options,
                                                                   std::function<void()> on_due) {
        if (auto checked = (options.check)(); !checked) return std::move(checked).error();
        return PolledRemoteKeys{std::make_shared<State>(std::move(origin), std::move(options), std::move(on_due))};
    }

    std::shared_ptr<State> state_;
};

}  // namespace credence
