// SPDX-License-Identifier: MIT
// Boost.Beast: `protect` for functions and coroutines that return a response, or that fill one.
#pragma once

#include <credence/bearer.hpp>

#include <string>
#include <string_view>
#include <utility>  // Boost 1.74 forgets it

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/status.hpp>

namespace credence::detail {

[[nodiscard]] inline boost::beast::string_view beast_view(std::string_view text) noexcept {
    return {text.data(), text.size()};
}

template <class Response>
void replace_beast_field(Response& response, boost::beast::http::field name, std::string_view value) {
    response.erase(name);
    if (!value.empty()) response.set(name, beast_view(value));
}

}  // namespace credence::detail

/// Reads fields from the container, so that two `Authorization` fields are seen as two. For the header of a request
/// alone, as a parser has it before the body is read: `require_bearer(parser.get().base(), verifier)`.
template <class Fields>
struct credence::HttpTraits<boost::beast::http::header<true, Fields>> {
    static HeaderValue field(const boost::beast::http::header<true, Fields>& request, std::string_view name) {
        return HeaderValue::only(request.equal_range(detail::beast_view(name)), [](const auto& field) {
            return std::string_view{field.value().data(), field.value().size()};
        });
    }

    /// The response gets the version of the request; whether the connection stays is for the server to say.
    template <class Body, class ResponseFields>
    static void reject(const Rejection& rejection, const boost::beast::http::header<true, Fields>& request,
                       boost::beast::http::message<false, Body, ResponseFields>& response) {
        using boost::beast::http::field;
        response.version(request.version());
        response.result(static_cast<unsigned>(rejection.status));
        detail::replace_beast_field(response, field::www_authenticate, rejection.challenge);
        const auto seconds = rejection.retry_after ? std::to_string(rejection.retry_after->count()) : std::string{};
        detail::replace_beast_field(response, field::retry_after, seconds);
        response.prepare_payload();  // without a length, a client would wait for a body until the connection ends
    }
};

/// A whole request: when it asks for the connection to end, the answer says so too.
template <class Body, class Fields>
struct credence::HttpTraits<boost::beast::http::message<true, Body, Fields>>
    : credence::HttpTraits<boost::beast::http::header<true, Fields>> {
    template <class ResponseBody, class ResponseFields>
    static void reject(const Rejection& rejection, const boost::beast::http::message<true, Body, Fields>& request,
                       boost::beast::http::message<false, ResponseBody, ResponseFields>& response) {
        HttpTraits<boost::beast::http::header<true, Fields>>::reject(rejection, request.base(), response);
        if (!request.keep_alive()) response.keep_alive(false);  // where it is kept, an on_reject hook may still end it
    }
};
