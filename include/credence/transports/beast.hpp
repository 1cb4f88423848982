// SPDX-License-Identifier: MIT
// BeastTransport: fetches with Boost.Beast and Boost.Asio's TLS, Boost 1.74 or newer. Link OpenSSL.
#pragma once

#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/transport_options.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/transports/detail/beast_fetch.hpp>
#include <credence/transports/detail/resolve.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

namespace credence {

/// A transport on Boost.Beast. A connection serves one request.
class BeastTransport {
public:
    explicit BeastTransport(TransportOptions options = {}) : options_(std::move(options)) {}

    /// Sends the request, and waits on an `io_context` of its own. See `FetchTransport`.
    [[nodiscard]] FetchResult operator()(const FetchRequest& request) const;

    /// Sends the request on an executor, without waiting, and calls `done` with the answer, once, on a strand of that
    /// executor.
    ///
    /// \return a function that ends the request early, from any thread; `done` is then called with stage `stopped`.
    std::function<void()> async_fetch(const boost::asio::any_io_executor& executor, FetchRequest request,
                                      std::function<void(FetchResult)> done) const;

private:
    TransportOptions options_;
};

inline std::function<void()> BeastTransport::async_fetch(const boost::asio::any_io_executor& executor,
                                                         FetchRequest request,
                                                         std::function<void(FetchResult)> done) const {
    const detail::ErrorQueueGuard guard;
    const auto fetch = std::make_shared<detail::BeastFetch>(executor, options_, std::move(request), detail::Addresses{},
                                                            std::move(done));
    fetch->start();
    return [watched = std::weak_ptr{fetch}] {
        if (const auto running = watched.lock()) running->stop();
    };
}

inline FetchResult BeastTransport::operator()(const FetchRequest& request) const {
    const detail::ErrorQueueGuard guard;
    detail::Addresses addresses;
    if (options_.proxy_host.empty() || request.url.is_loopback()) {
        // Asio's resolver would delay the end of its io_context until the system has answered.
        auto found = detail::addresses_of(request.url, request.deadline, request.stop);
        if (!found) return std::move(found).error();
        addresses = *std::move(found);
    }
    std::optional<FetchResult> result;
    boost::asio::io_context context{1};
    const auto fetch =
        std::make_shared<detail::BeastFetch>(context.get_executor(), options_, request, std::move(addresses),
                                             [&result](FetchResult found) { result = std::move(found); });
    const std::stop_callback on_stop{request.stop, [&fetch] { fetch->stop(); }};
    fetch->start();
    context.run();
    return result ? *std::move(result) : FetchResult{FetchError{FetchStage::transfer}};
}

}  // namespace credence
