// SPDX-License-Identifier: MIT
// POCO: `return new credence::PocoHandler{credence::protect(verifier, [](const credence::Verified<Claims>& who,
// Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) { … })};` in a handler factory.
#pragma once

#include <credence/http/bearer.hpp>
#include <credence/detail/encoding/ascii.hpp>

#include <algorithm>
#include <cstdint>
#include <ios>
#include <istream>
#include <string>
#include <string_view>
#include <utility>

#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SocketAddress.h>

/// Reads fields from the container of the request, so two `Authorization` fields are seen as two.
template <>
struct credence::HttpTraits<Poco::Net::HTTPRequest> {
    static HeaderValue field(const Poco::Net::HTTPRequest& request, std::string_view name) {
        const std::string* found = nullptr;
        for (const auto& [own, value] : request) {
            if (!detail::equal_without_case(own, name)) continue;
            if (found != nullptr) return HeaderValue::repeated();
            found = &value;
        }
        return found == nullptr ? HeaderValue{} : HeaderValue{*found};
    }

    static std::string_view method(const Poco::Net::HTTPRequest& request) { return request.getMethod(); }
    static std::string_view url(const Poco::Net::HTTPRequest& request) { return request.getURI(); }
};

/// A request at a server. Without a hook a refusal has no body.
template <>
struct credence::HttpTraits<Poco::Net::HTTPServerRequest> : credence::HttpTraits<Poco::Net::HTTPRequest> {
    /// The body of a POCO response is written after its fields were sent: with an `on_reject` hook, the hook alone
    /// answers. See `put_fields`.
    static constexpr bool sends_at_once = true;

    /// The longest body of a refused request that is read. If it is longer, the connection is closed.
    static constexpr std::uint64_t most_discarded = 1024 * 1024;

    static std::string peer_address(const Poco::Net::HTTPServerRequest& request) {
        return request.clientAddress().host().toString();
    }

    /// Sets status and challenge of a response. For a hook, which then sends it: `response.send() << body`.
    static void put_fields(const Rejection& rejection, Poco::Net::HTTPResponse& response) {
        response.setStatusAndReason(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(rejection.status));
        if (!response.empty()) {
            for (const char* const name : {"WWW-Authenticate", "Retry-After", "DPoP-Nonce"}) response.erase(name);
        }
        if (!rejection.challenge.empty()) response.add("WWW-Authenticate", rejection.challenge);
        for (const std::string& other : rejection.other_challenges) response.add("WWW-Authenticate", other);
        if (rejection.retry_after) response.set("Retry-After", std::to_string(rejection.retry_after->count()));
        if (!rejection.dpop_nonce.empty()) response.set("DPoP-Nonce", rejection.dpop_nonce);
    }

    static void reject(const Rejection& rejection, const Poco::Net::HTTPServerRequest&,
                       Poco::Net::HTTPServerResponse& response) {
        put_fields(rejection, response);
        response.setContentLength(0);
    }

    /// POCO leaves an unread body on the connection, and parses it as the next request. A short body is read; after any
    /// other the connection is closed. POCO does not read the trailers of a chunked one.
    static void discard_body(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) {
        const HeaderValue length = field(request, "Content-Length");
        const bool has_transfer_encoding = std::any_of(request.begin(), request.end(), [](const auto& one) {
            return detail::equal_without_case(one.first, "Transfer-Encoding");
        });
        if (!has_transfer_encoding && !length.is_repeated() && length.view().empty()) return;
        const bool is_simple = !has_transfer_encoding && !length.is_repeated();
        if (!is_simple || !read_to_end(request)) response.setKeepAlive(false);
    }

    static void send(Poco::Net::HTTPServerResponse& response) {
        if (!response.sent()) response.send();
    }

private:
    /// Reads a body of `Content-Length`. \return whether the next byte of the connection belongs to the next request.
    [[nodiscard]] static bool read_to_end(Poco::Net::HTTPServerRequest& request) {
        const auto length = request.getContentLength64();
        if (length < 0 || static_cast<std::uint64_t>(length) > most_discarded) return false;
        std::istream& body = request.stream();
        body.ignore(static_cast<std::streamsize>(length));
        return body.good() && body.gcount() == static_cast<std::streamsize>(length);
    }
};

namespace credence {

/// Makes a guard a handler that a `Poco::Net::HTTPRequestHandlerFactory` can return.
template <class Guard>
class PocoHandler : public Poco::Net::HTTPRequestHandler {
public:
    explicit PocoHandler(Guard guard) : guard_(std::move(guard)) {}

    void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override {
        guard_(request, response);
    }

private:
    Guard guard_;
};

}  // namespace credence
