// SPDX-License-Identifier: MIT
// Fetches one URL with BeastTransport::async_fetch, on a context that two threads run. See fetch_once.hpp.
#include <credence/transports/beast.hpp>

#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "fetch_once.hpp"

#include <boost/asio/io_context.hpp>

namespace {

class AsyncTransport {
public:
    explicit AsyncTransport(credence::TransportOptions options) : transport_(std::move(options)) {}

    credence::FetchResult operator()(const credence::FetchRequest& request) const {
        std::optional<credence::FetchResult> result;
        boost::asio::io_context context;
        const auto stop = transport_.async_fetch(context.get_executor(), request,
                                                 [&](credence::FetchResult found) { result = std::move(found); });
        const std::stop_callback on_stop{request.stop, stop};
        {
            const std::jthread other{[&] { context.run(); }};
            context.run();
        }
        return *std::move(result);
    }

private:
    credence::BeastTransport transport_;
};

}  // namespace

int main(int count, char** words) { return fetch_once::run<AsyncTransport>(count, words); }
