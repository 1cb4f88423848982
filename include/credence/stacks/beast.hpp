// SPDX-License-Identifier: MIT
// Boost.Beast: `protect` for functions and coroutines that return a response, or that fill one.
#pragma once

#include <credence/http/bearer.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>  // Boost 1.74 does not include it

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>

namespace credence::detail {

[[nodiscard]] inline boost::beast::string_view beast_view(std::string_view text) noexcept {
    return {text.data(), text.size()};
}

}  // namespace credence::detail

namespace credence {

/// A request with the data of its connection about the client, for `certificate_bound` and other verifiers that read
/// it. Beast reads into it like into any request; the server fills in the other members once for each connection.
///
/// ```cpp
/// credence::BeastRequest<http::string_body> request;
/// http::read(stream, buffer, request);
/// request.client_certificate = credence::peer_certificate(stream);
/// ```
template <class Body, class Fields = boost::beast::http::fields>
struct BeastRequest : boost::beast::http::request<Body, Fields> {
    using boost::beast::http::request<Body, Fields>::request;

    std::string client_certificate = {};  ///< DER; empty if the client showed none.
    std::string peer_address = {};        ///< `stream.lowest_layer().remote_endpoint().address().to_string()`
};

/// The certificate of the other end of a TLS stream, DER; empty if it has none. Include Asio's or Beast's header of the
/// stream, and link OpenSSL's libssl.
template <class TlsStream>
[[nodiscard]] std::string peer_certificate(TlsStream& stream) {
    std::string der;
    auto* const certificate = SSL_get1_peer_certificate(stream.native_handle());
    if (certificate == nullptr) return der;
    const int size = i2d_X509(certificate, nullptr);
    if (size > 0) {
        der.resize(static_cast<std::size_t>(size));
        auto* end = reinterpret_cast<unsigned char*>(der.data());
        i2d_X509(certificate, &end);
    }
    X509_free(certificate);
    return der;
}

}  // namespace credence

/// Reads fields from the container, so two `Authorization` fields are seen as two. For the header of a request alone,
/// as in a parser before the body is read: `require_bearer(parser.get().base(), verifier)`.
template <class Fields>
struct credence::HttpTraits<boost::beast::http::header<true, Fields>> {
    static HeaderValue field(const boost::beast::http::header<true, Fields>& request, std::string_view name) {
        return HeaderValue::only(request.equal_range(detail::beast_view(name)), [](const auto& field) {
            return std::string_view{field.value().data(), field.value().size()};
        });
    }

    static std::string_view method(const boost::beast::http::header<true, Fields>& request) {
        const auto text = request.method_string();
        return {text.data(), text.size()};
    }
    static std::string_view url(const boost::beast::http::header<true, Fields>& request) {
        const auto text = request.target();
        return {text.data(), text.size()};
    }

    /// The response gets the version of the request; the server decides whether the connection stays open.
    template <class Body, class ResponseFields>
    static void reject(const Rejection& rejection, const boost::beast::http::header<true, Fields>& request,
                       boost::beast::http::message<false, Body, ResponseFields>& response) {
        using boost::beast::http::field;
        response.version(request.version());
        response.result(static_cast<unsigned>(rejection.status));
        if (response.begin() != response.end()) {
            response.erase(field::www_authenticate);
            response.erase(field::retry_after);
            response.erase("DPoP-Nonce");
        }
        if (!rejection.challenge.empty())
            response.insert(field::www_authenticate, detail::beast_view(rejection.challenge));
        for (const std::string& other : rejection.other_challenges)
            response.insert(field::www_authenticate, detail::beast_view(other));
        if (rejection.retry_after) response.insert(field::retry_after, std::to_string(rejection.retry_after->count()));
        if (!rejection.dpop_nonce.empty()) response.insert("DPoP-Nonce", rejection.dpop_nonce);
        response.prepare_payload();  // without a length, the client would wait for the end of the connection
    }
};

/// A whole request: if it asks to close the connection, the answer says so too.
template <class Body, class Fields>
struct credence::HttpTraits<boost::beast::http::message<true, Body, Fields>>
    : credence::HttpTraits<boost::beast::http::header<true, Fields>> {
    template <class ResponseBody, class ResponseFields>
    static void reject(const Rejection& rejection, const boost::beast::http::message<true, Body, Fields>& request,
                       boost::beast::http::message<false, ResponseBody, ResponseFields>& response) {
        HttpTraits<boost::beast::http::header<true, Fields>>::reject(rejection, request.base(), response);
        if (!request.keep_alive()) response.keep_alive(false);  // if kept open, an on_reject hook may close it
    }
};

/// A request with the data of its connection.
template <class Body, class Fields>
struct credence::HttpTraits<credence::BeastRequest<Body, Fields>>
    : credence::HttpTraits<boost::beast::http::message<true, Body, Fields>> {
    static std::string_view client_certificate(const BeastRequest<Body, Fields>& request) {
        return request.client_certificate;
    }
    static std::string_view peer_address(const BeastRequest<Body, Fields>& request) { return request.peer_address; }
};
