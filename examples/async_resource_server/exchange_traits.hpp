// SPDX-License-Identifier: MIT
// HttpTraits for a request of this server, so that `protect` guards its routes.
#pragma once

#include <credence/http/bearer.hpp>
#include <credence/stacks/beast.hpp>

#include <string>
#include <string_view>
#include <utility>  // Boost 1.74 needs it before asio

#include "../support/beast/exchange.hpp"
#include "../support/json_body.hpp"

#include <nlohmann/json.hpp>

template <>
struct credence::HttpTraits<support::beast::Exchange> {
    using Exchange = support::beast::Exchange;
    using OfHead = HttpTraits<support::beast::Head>;

    static HeaderValue field(const Exchange& exchange, std::string_view name) {
        return OfHead::field(exchange.head(), name);
    }
    static std::string_view method(const Exchange& exchange) { return OfHead::method(exchange.head()); }
    static std::string_view url(const Exchange& exchange) { return OfHead::url(exchange.head()); }
    static void reject(const Rejection& rejection, const Exchange& exchange, support::beast::Response& response) {
        OfHead::reject(rejection, exchange.head(), response);
    }
};

/// A hook for `protect(…).on_reject(…)`: records the reason, which never holds a token, and makes the body. A 401 says
/// `error`; 403 and 503 say what the library tells the client.
[[nodiscard]] inline auto refuse_with(std::string error) {
    return [error = std::move(error)](const credence::Rejection& rejection, support::beast::Exchange& exchange) {
        exchange.note_reason(to_string(rejection.reason.code));
        const std::string text = rejection.status == 400   ? "Malformed credentials"
                                 : rejection.status == 401 ? error
                                                           : std::string{rejection.description};
        return support::beast::json_answer(static_cast<unsigned>(rejection.status),
                                           support::json_text(nlohmann::json{{"error", text}}));
    };
}
