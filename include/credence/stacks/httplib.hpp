// SPDX-License-Identifier: MIT
// cpp-httplib: `server.Get("/me", credence::protect(verifier, [](const credence::Verified<Claims>& who,
// const httplib::Request& request, httplib::Response& response) { … }));`
#pragma once

#include <credence/http/bearer.hpp>
#include <credence/detail/encoding/ascii.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <httplib.h>

/// Reads fields from the container of the request, so two `Authorization` fields are seen as two.
///
/// **Version 0.11 decodes `%65` in the values of fields before a handler sees them,** and the decoded text is verified.
/// So the cookie `theme=%3B%20__Host-token=…` reads as two cookies: a page of another host under the same domain, which
/// can set the first, sets one with the prefix `__Host-`, too. A proxy in front should refuse a `Cookie` field with a
/// `%`, unless the fields are read by other means, as in the example servers.
///
/// To guard a whole server, wrap each handler. A `set_pre_routing_handler` answers before the body is read, and
/// cpp-httplib would then parse the body as the next request.
template <>
struct credence::HttpTraits<httplib::Request> {
    /// The most bytes of a refused upload that are read before the connection is closed.
    static constexpr std::size_t most_discarded = 1024 * 1024;

    /// Looks at the fields one by one: a request has a few, and the comparisons of cpp-httplib's tree take longer.
    static HeaderValue field(const httplib::Request& request, std::string_view name) {
        const std::string* value = nullptr;
        for (const auto& field : request.headers) {
            if (!detail::equal_without_case(field.first, name)) continue;
            if (value != nullptr) return HeaderValue::repeated();
            value = &field.second;
        }
        return value == nullptr ? HeaderValue{} : HeaderValue{*value};
    }

    static std::string_view method(const httplib::Request& request) { return request.method; }
    static std::string_view url(const httplib::Request& request) { return request.target; }
    static std::string_view peer_address(const httplib::Request& request) { return request.remote_addr; }

    /// The client's certificate at an `SSLServer`, if cpp-httplib was built with TLS.
    template <class Request>
    static std::string client_certificate(const Request& request)
        requires requires { request.ssl; }
    {
        std::string der;
        if (request.ssl == nullptr) return der;
        auto* certificate = SSL_get1_peer_certificate(request.ssl);
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

    static void reject(const Rejection& rejection, const httplib::Request&, httplib::Response& response) {
        response.status = rejection.status;
        if (!response.headers.empty()) {
            for (const char* const name : {"WWW-Authenticate", "Retry-After", "DPoP-Nonce"})
                response.headers.erase(name);
        }
        add(response, "WWW-Authenticate", rejection.challenge);
        for (const std::string& other : rejection.other_challenges) add(response, "WWW-Authenticate", other);
        if (rejection.retry_after) add(response, "Retry-After", std::to_string(rejection.retry_after->count()));
        add(response, "DPoP-Nonce", rejection.dpop_nonce);
    }

    /// A handler with a `ContentReader` is called before the body is read, and the body must be consumed before the
    /// next request of the connection. If it is too long or malformed, the connection is closed instead.
    ///
    /// A content provider closes it, and cpp-httplib prefers a body to a provider. So a `set_error_handler` of the
    /// server's own, which is called after this, must leave such an answer alone: otherwise the connection stays open
    /// and the rest of the body is parsed as a request. Write `if (response.body.empty() &&
    /// !response.content_provider_) …`.
    static void discard_body(const httplib::Request& request, httplib::Response& response,
                             const httplib::ContentReader& read_body) {
        const int status = response.status;
        std::size_t discarded = 0;
        const auto discard = [&discarded](const char*, std::size_t size) {
            discarded += size;
            return discarded <= most_discarded;
        };
        const auto any_part = [](const auto&) { return true; };
        const bool is_read = request.is_multipart_form_data() ? read_body(any_part, discard) : read_body(discard);
        response.status = status;  // a body that cannot be read would make it 400 or 413
        if (!is_read) close_after(response);
    }

private:
    /// Like `set_header`, which looks for line ends one character at a time. An empty value is left out.
    static void add(httplib::Response& response, const char* name, const std::string& value) {
        if (value.empty()) return;
        const bool is_line = value.find('\r') == std::string::npos && value.find('\n') == std::string::npos;
        if (is_line) response.headers.emplace(name, value);
    }

    /// Sends the body by a provider that fails at its end: only that makes cpp-httplib close a connection.
    static void close_after(httplib::Response& response) {
        response.set_header("Connection", "close");
        const std::string type = response.get_header_value("Content-Type");
        response.headers.erase("Content-Length");
        response.set_content_provider(type.empty() ? "text/plain" : type,
                                      [body = std::move(response.body)](std::size_t, httplib::DataSink& sink) {
                                          if (!body.empty()) sink.write(body.data(), body.size());
                                          return false;
                                      });
    }
};
