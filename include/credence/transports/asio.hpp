// SPDX-License-Identifier: MIT
// AsyncRemoteKeys: keys that follow an issuer on an executor of Boost.Asio, and coroutines that await them. Boost 1.74
// or newer. Link OpenSSL.
#pragma once

#include <credence/clock.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/remote/remote_options.hpp>
#include <credence/remote/url.hpp>
#include <credence/result.hpp>
#include <credence/transports/async_verifier.hpp>
#include <credence/transports/beast.hpp>
#include <credence/remote/detail/deferral.hpp>
#include <credence/remote/detail/driver.hpp>
#include <credence/remote/detail/remote_core.hpp>
#include <credence/remote/detail/shared_keys.hpp>
#include <credence/transports/detail/async_fetcher.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace credence {

/// A transport that sends a request without waiting: `BeastTransport`, or one of your own.
///
/// `transport.async_fetch(executor, request, done)` starts the request, and calls `done` with the answer, once, from
/// any thread. It returns a function that ends the request early, or an empty one. `request.stop` is not used.
template <class Transport>
concept AsyncFetchTransport = std::copy_constructible<Transport> &&
                              requires(const Transport& transport, const boost::asio::any_io_executor& executor,
                                       FetchRequest request, std::function<void(FetchResult)> done) {
                                  {
                                      transport.async_fetch(executor, std::move(request), std::move(done))
                                  } -> std::convertible_to<std::function<void()>>;
                              };

/// The keys of an issuer, fetched from its URL and kept up to date on an executor of Asio's, without a thread.
///
///     const auto keys = credence::AsyncRemoteKeys<Keys>::discover("https://id.example", context.get_executor(),
///                                                                 credence::BeastTransport{}).value();
///     const auto verifier = credence::async_verifier_for<MyClaims>(keys, {.audience = "orders"}).value();
///
/// Fetches, the lifetime of keys and unknown key ids work as in `RemoteKeys`. Nothing blocks: a coroutine awaits a
/// token with an unknown key id, by an `AsyncVerifier`. `RemoteOptions::max_waiters` limits threads; up to 1,024
/// coroutines may wait, and none if it is 0. A plain `Verifier` never waits: if a fetch is due for a token, the token
/// is `keys_unavailable`, and the fetch begins.
///
/// The executor's context fetches while it runs, with any number of threads, and verifications must end before it is
/// destroyed. Copies share their keys; any thread may use them, and readers take no lock. The fetching ends with the
/// last copy, verifiers included, with `stop`, or with the context. Copies may outlive the context, and their keys are
/// used until they are too old. A child of `fork` must make keys of its own.
///
/// \tparam Set  as for `RemoteKeys`.
template <class Set>
class AsyncRemoteKeys {
public:
    /// Follows an issuer by its metadata document. See `RemoteKeys::discover`. The first fetch is due at once.
    ///
    /// \param executor   runs the fetches; `RemoteOptions::on_event` is called there, and must not block.
    /// \param transport  sends the requests.
    /// \return the keys; stage `url` or `configuration`.
    template <AsyncFetchTransport Transport>
    [[nodiscard]] static Result<AsyncRemoteKeys, FetchError> discover(std::string_view issuer,
                                                                      boost::asio::any_io_executor executor,
                                                                      Transport transport, RemoteOptions options = {}) {
        auto origin = detail::origin_of_issuer(issuer, options.metadata_url);
        if (!origin) return std::move(origin).error();
        return make(*std::move(origin), std::move(executor), std::move(transport), std::move(options));
    }

    /// Follows the URL of a JWK Set, without a metadata document. See `RemoteKeys::at`.
    template <AsyncFetchTransport Transport>
    [[nodiscard]] static Result<AsyncRemoteKeys, FetchError> at(std::string_view jwks_url,
                                                                boost::asio::any_io_executor executor,
                                                                Transport transport, RemoteOptions options = {}) {
        auto url = Url::parse(jwks_url);
        if (!url) return std::move(url).error();
        return make({.key_set = *std::move(url)}, std::move(executor), std::move(transport), std::move(options));
    }

    AsyncRemoteKeys(const AsyncRemoteKeys&) = default;  // no move, as in RemoteKeys
    AsyncRemoteKeys& operator=(const AsyncRemoteKeys&) = default;
    ~AsyncRemoteKeys() = default;

    /// The issuer's URL; empty after `at`. See `IssuerKeySource`.
    [[nodiscard]] std::string_view issuer() const noexcept { return keys_->state().issuer(); }

    /// The health of the keys. Takes no lock.
    [[nodiscard]] RemoteHealth health() const { return keys_->state().keys().health(); }

    /// Waits until there are keys to verify with: `co_await keys.wait_for_keys(10s)`.
    ///
    /// \param most  the longest time to wait, up to a year.
    /// \return whether there are.
    [[nodiscard]] boost::asio::awaitable<bool> wait_for_keys(std::chrono::milliseconds most) const {
        return wait_for_keys_of(keys_, most);
    }

    /// Ends the fetching, so that a context without other work can end. The current keys are used until they are too
    /// old.
    void stop() const { keys_->stop(); }

    /// The keys change.
    static constexpr bool is_static = false;

    /// Whether a header's `alg` is in the list of the set.
    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return Set::accepts(alg); }

    /// The current state of the keys, kept alive. See `SnapshotKeySource`.
    using Snapshot = detail::RemoteSnapshot<Set>;

    /// Keeps the current keys alive, without a lock. For verifiers.
    [[nodiscard]] Snapshot snapshot() const { return keys_->state().keys().snapshot(); }

    /// See `Snapshot::generation`.
    [[nodiscard]] std::uint64_t generation() const { return snapshot().generation(); }

    /// The key for a token, sharing ownership of its set. See `Snapshot::find`.
    [[nodiscard]] Result<std::shared_ptr<const VerificationKey>> find(const KeyQuery& query) const {
        return keys_->state().keys().find(query);
    }

    /// Makes a fetch due for a key that the set does not have, if a fetch is allowed now. Never waits. For verifiers;
    /// see `FetchingKeySource`.
    ///
    /// \return false if the issuer has no such key; true if it came meanwhile; else `keys_unavailable`.
    [[nodiscard]] Result<bool> fetch_key(const KeyQuery& query, std::optional<NumericDate> issued_at) const {
        if (!detail::is_possible_kid(query)) return false;
        if (auto* const deferrals = detail::Deferrals::current())
            return detail::KeyDeferral<Set>::answer_in(*deferrals, keys_, query, issued_at);
        return keys_->state().fetch_key(query, issued_at);
    }

private:
    using Shared = detail::AsyncKeys<Set>;

    explicit AsyncRemoteKeys(std::shared_ptr<const Shared> keys) : keys_(std::move(keys)) {}

    template <class Transport>
    [[nodiscard]] static Result<AsyncRemoteKeys, FetchError> make(detail::KeyOrigin origin,
                                                                  boost::asio::any_io_executor executor,
                                                                  Transport transport, RemoteOptions options) {
        if (auto checked = (options.check)(); !checked) return std::move(checked).error();
        detail::AnyAsyncFetch fetch = [transport = std::move(transport)](
                                          const boost::asio::any_io_executor& place, FetchRequest request,
                                          std::function<void(FetchResult)> done) -> std::function<void()> {
            return transport.async_fetch(place, std::move(request), std::move(done));
        };
        return AsyncRemoteKeys{std::make_shared<const Shared>(std::move(origin), std::move(options), std::move(fetch),
                                                              std::move(executor))};
    }

    [[nodiscard]] static boost::asio::awaitable<bool> wait_for_keys_of(std::shared_ptr<const Shared> keys,
                                                                       std::chrono::milliseconds most) {
        const auto found = std::make_shared<bool>(keys->state().keys().health().can_verify);
        const auto strand = keys->executor();
        if (!*found && strand) {
            co_await boost::asio::co_spawn(*strand, keys->wait_for_keys(most, found), boost::asio::use_awaitable);
        }
        co_return *found;
    }

    std::shared_ptr<const Shared> keys_;
};

/// Prepares an awaitable verifier over keys. See `verifier_for`.
///
/// \return the verifier; `invalid_issuer` if `Validation::issuer` is set and does not name the issuer of the keys, or
///         if it has to be set.
template <class Claims, class Set>
[[nodiscard]] Result<AsyncVerifier<Verifier<Claims, AsyncRemoteKeys<Set>>>> async_verifier_for(
    const AsyncRemoteKeys<Set>& keys, std::type_identity_t<Validation<Claims>> validation = {},
    VerifierOptions options = {}) {
    auto verifier = verifier_for<Claims>(keys, std::move(validation), std::move(options));
    if (!verifier) return std::move(verifier).error();
    return AsyncVerifier<Verifier<Claims, AsyncRemoteKeys<Set>>>{*verifier};
}

}  // namespace credence
