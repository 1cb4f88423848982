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

/// The time that deadlines are in. It does not move when somebody sets the wall clock.
using SteadyTime = std::chrono::steady_clock::time_point;

/// What to ask an issuer for. A transport sends one request, and follows no redirect.
struct FetchRequest {
    Url url;
    /// The value of `Accept`.
    std::string accept = {};
    /// The values of `If-None-Match` and `If-Modified-Since`; empty: the field is not sent.
    std::string if_none_match = {};
    std::string if_modified_since = {};
    /// The longest body to take, in bytes. A transport stops reading at the first byte beyond it, and answers with
    /// stage `too_large`. It asks for no content coding.
    std::size_t most_bytes = 0;
    /// How long connecting may take, with the TLS handshake.
    std::chrono::milliseconds connect_timeout{};
    /// When the answer must be there, head and body.
    SteadyTime deadline = {};
    /// Asks for an early end: the answer is then stage `stopped`, as soon as the transport can.
    std::stop_token stop = {};
    /// Where not empty, the request is a POST with this body of type `application/x-www-form-urlencoded`.
    std::string form = {};
    /// The value of `Authorization`; empty: the field is not sent. A secret.
    std::string authorization = {};
    /// Names this request among those of its source; for `PolledRemoteKeys::answer`.
    std::uint64_t number = 0;
};

/// What an issuer answered, whatever the status. A field that is absent is empty; one that is there several times is
/// joined by commas.
struct FetchResponse {
    int status = 0;
    std::string body = {};
    std::string content_type = {};
    std::string cache_control = {};
    std::string age = {};
    std::string etag = {};
    std::string last_modified = {};
    std::string retry_after = {};

    /// Takes a header field of the answer if it is one of the above. For transports. \param name  in any case.
    void add_field(std::string_view name, std::string_view value);
};

/// What a transport gives.
using FetchResult = Result<FetchResponse, FetchError>;

/// A transport: a callable that sends one request and waits for the answer. `CurlTransport`, `HttplibTransport` and
/// `BeastTransport` are given; write your own for another client, or for tests.
///
/// Its own settings are its own affair: the CA, a proxy, a client certificate, further header fields. It is called by
/// one thread at a time.
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
        if (!detail::equal_in_any_case(name, known.name)) continue;
        std::string& text = this->*known.member;
        text.append(text.empty() ? "" : ", ").append(value);
    }
}

}  // namespace credence
