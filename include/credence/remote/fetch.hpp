// SPDX-License-Identifier: MIT
// FetchRequest, FetchResponse and FetchTransport: the interface between credence and an HTTP client.
#pragma once

#include <credence/remote/fetch_error.hpp>
#include <credence/remote/url.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>

namespace credence {

/// The clock of deadlines. It is not affected by changes of the wall clock.
using SteadyTime = std::chrono::steady_clock::time_point;

/// A request to an issuer. A transport sends exactly one request, and follows no redirect.
struct FetchRequest {
    Url url;
    /// The value of `Accept`.
    std::string accept = {};
    /// The values of `If-None-Match` and `If-Modified-Since`; empty: the field is not sent.
    std::string if_none_match = {};
    std::string if_modified_since = {};
    /// The longest body, in bytes. A transport stops reading at the first byte beyond it, and returns stage
    /// `too_large`. It requests no content coding.
    std::size_t most_bytes = 0;
    /// The time limit for connecting, including the TLS handshake.
    std::chrono::milliseconds connect_timeout{};
    /// The time by which the whole answer must have arrived.
    SteadyTime deadline = {};
    /// Requests an early end: the transport then returns stage `stopped` as soon as it can.
    std::stop_token stop = {};
    /// If not empty, the request is a POST with this body of type `application/x-www-form-urlencoded`.
    std::string form = {};
    /// The value of `Authorization`; empty: the field is not sent. A secret.
    std::string authorization = {};
    /// Identifies this request among those of its source; for `PolledRemoteKeys::answer`.
    std::uint64_t number = 0;
};

/// An issuer's answer, with any status. An absent field is empty; the values of a repeated field are joined by commas.
struct FetchResponse {
    int status = 0;
    std::string body = {};
    std::string content_type = {};
    std::string cache_control = {};
    std::string age = {};
    std::string etag = {};
    std::string last_modified = {};
    std::string retry_after = {};

    /// Stores a header field of the answer if it is one of the above. For transports. \param name  in any case.
    void add_field(std::string_view name, std::string_view value);
};

/// The result of a transport.
using FetchResult = Result<FetchResponse, FetchError>;

/// A transport: a callable that sends one request and waits for the answer. `CurlTransport`, `HttplibTransport` and
/// `BeastTransport` are included; write your own for another client, or for tests.
///
/// A transport has its own settings: the CA, a proxy, a client certificate, further header fields. It is called by one
/// thread at a time.
template <class Transport>
concept FetchTransport = std::copy_constructible<std::decay_t<Transport>> &&
                         std::is_invocable_r_v<FetchResult, const std::decay_t<Transport>&, const FetchRequest&>;

/// Any transport.
using AnyTransport = std::function<FetchResult(const FetchRequest&)>;

inline void FetchResponse::add_field(std::string_view name, std::string_view value) {
    struct Member {
        std::string_view name;
        std::string FetchResponse::* member;
    };
    for (const Member& known :
         {Member{"content-type", &FetchResponse::content_type}, Member{"cache-control", &FetchResponse::cache_control},
          Member{"age", &FetchResponse::age}, Member{"etag", &FetchResponse::etag},
          Member{"last-modified", &FetchResponse::last_modified}, Member{"retry-after", &FetchResponse::retry_after}}) {
        if (!detail::equal_without_case(name, known.name)) continue;
        std::string& text = this->*known.member;
        text.append(text.empty() ? "" : ", ").append(value);
    }
}

}  // namespace credence
