// SPDX-License-Identifier: MIT
// Addresses of a host, found by the system within a deadline.
#pragma once

#include <credence/exceptions.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/url.hpp>
#include <credence/result.hpp>
#include <credence/remote/detail/host.hpp>

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace credence::detail {

using Addresses = std::vector<std::string>;

/// Asks the system for the addresses of a name, and waits as long as that takes: half a minute if a name server does
/// not answer.
[[nodiscard]] inline Addresses ask_system(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return {};
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{list, &freeaddrinfo};
    Addresses found;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0) {
            found.emplace_back(text.data());
        }
    }
    return found;
}

/// The state shared by a thread that asks the system and the one that waits for it, and may have given up.
struct Resolution {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Addresses> addresses;
    bool is_stopped = false;
};

/// The addresses of a host name. The system's resolver cannot be interrupted, so it runs in a thread of its own, which
/// outlives the deadline if necessary.
/// \param ask  the resolver: from a name to its `Addresses`, for as long as it takes; copied into the thread.
template <class Ask>
[[nodiscard]] Result<Addresses, FetchError> resolve_name(const std::string& host, SteadyTime deadline,
                                                         const std::stop_token& stop, const Ask& ask) {
    const auto shared = std::make_shared<Resolution>();
    const auto start = [&] {
        std::thread{[shared, host, ask] {
            Addresses found = ask(host);
            const std::scoped_lock lock{shared->mutex};
            shared->addresses = std::move(found);
            shared->done.notify_all();
        }}.detach();
        return true;
    };
    if (!catch_all_but_bad_alloc(start, [] { return false; })) {
        return FetchError{FetchStage::connect, "no thread can be started to look up the host"};
    }
    const std::stop_callback on_stop{stop, [&shared] {
                                         const std::scoped_lock lock{shared->mutex};
                                         shared->is_stopped = true;
                                         shared->done.notify_all();
                                     }};
    std::unique_lock lock{shared->mutex};
    shared->done.wait_until(lock, deadline, [&] { return shared->addresses || shared->is_stopped; });
    if (shared->is_stopped) return FetchError{FetchStage::stopped};
    auto& found = shared->addresses;
    if (!found) return FetchError{FetchStage::timeout, "the name server did not answer"};
    if (found->empty()) return FetchError{FetchStage::connect, "the host name has no address"};
    return *std::move(found);
}

/// The addresses of a URL's host. `localhost` is this machine, whatever a name server says. RFC 8252 §8.3
[[nodiscard]] inline Result<Addresses, FetchError> addresses_of(const Url& url, SteadyTime deadline,
                                                                const std::stop_token& stop) {
    if (url.host() == "localhost") return Addresses{"127.0.0.1", "::1"};
    if (parse_ipv4(url.host()) || parse_ipv6(url.host())) return Addresses{url.host()};
    return resolve_name(url.host(), deadline, stop, ask_system);
}

}  // namespace credence::detail
