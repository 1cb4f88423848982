// SPDX-License-Identifier: MIT
// RemoteKeys: a key source that follows the URL of an issuer.
#pragma once

#include <credence/clock.hpp>
#include <credence/exceptions.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/remote/remote_options.hpp>
#include <credence/remote/url.hpp>
#include <credence/result.hpp>
#include <credence/remote/detail/remote_core.hpp>
#include <credence/remote/detail/remote_worker.hpp>
#include <credence/remote/detail/shared_keys.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace credence {

/// The keys of an issuer, fetched from its URL and kept up to date by a thread of their own.
///
///     using Keys = credence::KeySet<credence::RS256, credence::ES256>;
///     const auto keys = credence::RemoteKeys<Keys>::discover("https://id.example", credence::CurlTransport{}).value();
///     const auto verifier = credence::verifier_for<MyClaims>(keys, {.audience = "orders"}).value();
///
/// Until the first set has arrived, and once the last one is older than `RemoteOptions::max_stale` allows, every token
/// is `keys_unavailable`. In between, a token with a known key is verified at once, whatever state the issuer is in.
///
/// A token with an unknown key id causes a fetch if the verifier's rules accept its unverified claims (`exp`, `iss`,
/// `aud` and the others) and the cool-down is over. It waits for the fetch up to `RemoteOptions::unknown_key_wait`. If
/// no fetch is allowed, the token is `no_matching_key` if it was issued before the last fetch and that fetch succeeded;
/// otherwise it is `keys_unavailable`.
///
/// Copies share their keys. The thread ends with the last copy, including those in verifiers, and interrupts a fetch
/// under way. Any thread may use any copy at the same time; readers take no lock. The thread blocks all signals except
/// for those of its own faults: the program's signals go to the program's own threads.
///
/// A child of `fork` has the keys of its parent at once, and fetches by itself from their first use on. It uses a copy
/// of the transport, which must not need a thread or a lock of the parent.
///
/// \tparam Set  a `KeySet`. Its list of algorithms is closed: an issuer cannot extend it.
template <class Set>
class RemoteKeys {
public:
    /// Follows an issuer by its metadata document, which names the URL of its keys. OpenID Connect Discovery 1.0 §4,
    /// RFC 8414 §3
    ///
    /// Returns at once: the first fetch runs in the background. See `wait_for_keys`.
    ///
    /// \param issuer     the issuer's URL, byte for byte as tokens have it in `iss`. The document must name the same.
    /// \param transport  sends the requests; called only by the thread of this object.
    /// \return the keys; stage `url` for a URL that is not allowed, stage `configuration` for an option that is out of
    ///         range or if the system has no thread left.
    template <FetchTransport Transport>
    [[nodiscard]] static Result<RemoteKeys, FetchError> discover(std::string_view issuer, Transport&& transport,
                                                                 RemoteOptions options = {}) {
        auto origin = detail::origin_of_issuer(issuer, options.metadata_url);
        if (!origin) return std::move(origin).error();
        return start(*std::move(origin), std::forward<Transport>(transport), std::move(options));
    }

    /// Follows the URL of a JWK Set, without a metadata document.
    ///
    /// The keys then have no known issuer: a verifier needs `Validation::issuer`.
    ///
    /// \return as `discover`.
    template <FetchTransport Transport>
    [[nodiscard]] static Result<RemoteKeys, FetchError> at(std::string_view jwks_url, Transport&& transport,
                                                           RemoteOptions options = {}) {
        auto url = Url::parse(jwks_url);
        if (!url) return std::move(url).error();
        return start({.key_set = *std::move(url)}, std::forward<Transport>(transport), std::move(options));
    }

    RemoteKeys(const RemoteKeys&) = default;  // no move: a moved-from object would have no keys
    RemoteKeys& operator=(const RemoteKeys&) = default;
    ~RemoteKeys() = default;

    /// The issuer's URL; empty after `at`. See `IssuerKeySource`.
    [[nodiscard]] std::string_view issuer() const noexcept { return worker_->issuer(); }

    /// The health of the keys, for a readiness probe and for metrics. Takes no lock.
    [[nodiscard]] RemoteHealth health() const { return state().keys().health(); }

    /// Waits until there are keys to verify with, for a program that starts.
    ///
    /// \param most  the longest time to wait, up to a year.
    /// \return whether there are.
    [[nodiscard]] bool wait_for_keys(std::chrono::milliseconds most) const { return state().wait_for_keys(most); }

    /// The keys change.
    static constexpr bool is_static = false;

    /// Whether a header's `alg` is in the list of the set.
    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return Set::accepts(alg); }

    /// The current state of the keys, kept alive. See `SnapshotKeySource`.
    using Snapshot = detail::RemoteSnapshot<Set>;

    /// Keeps the current keys alive, without a lock. For verifiers.
    [[nodiscard]] Snapshot snapshot() const { return state().keys().snapshot(); }

    /// See `Snapshot::generation`.
    [[nodiscard]] std::uint64_t generation() const { return snapshot().generation(); }

    /// The key for a token, sharing ownership of its set. See `Snapshot::find`.
    [[nodiscard]] Result<std::shared_ptr<const VerificationKey>> find(const KeyQuery& query) const {
        return state().keys().find(query);
    }

    /// Fetches a key that the set does not have, if a fetch is allowed now, and waits for the answer. For verifiers;
    /// see `FetchingKeySource`.
    ///
    /// \return whether the verifier should look the key up again; `keys_unavailable` if the issuer cannot be asked.
    [[nodiscard]] Result<bool> fetch_key(const KeyQuery& query, std::optional<NumericDate> issued_at) const {
        return state().fetch_key(query, issued_at);
    }

private:
    using Worker = detail::RemoteWorker<Set>;

    explicit RemoteKeys(std::shared_ptr<const Worker> worker) : worker_(std::move(worker)) {}

    [[nodiscard]] static Result<RemoteKeys, FetchError> start(detail::KeyOrigin origin, AnyTransport transport,
                                                              RemoteOptions options) {
        if (auto checked = (options.check)(); !checked) return std::move(checked).error();
        auto state =
            std::make_shared<detail::FetchingState<Set>>(std::move(origin), std::move(options), std::move(transport));
        const auto make_worker = [&] { return std::shared_ptr<const Worker>{std::make_shared<Worker>(state)}; };
        auto worker = detail::catch_all_but_bad_alloc(make_worker, [] { return std::shared_ptr<const Worker>{}; });
        if (!worker) return FetchError{FetchStage::configuration, "the system has no thread left"};
        return RemoteKeys{std::move(worker)};
    }

    [[nodiscard]] detail::FetchingState<Set>& state() const { return worker_->state(); }

    std::shared_ptr<const Worker> worker_;
};

}  // namespace credence
