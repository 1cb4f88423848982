// SPDX-License-Identifier: MIT
// Crow: `CROW_ROUTE(app, "/me")(credence::protect(verifier, [](const credence::Verified<Claims>& who,
// const crow::request& request) { return crow::response{200, "hello " + who->sub}; }));`
#pragma once

#include <credence/http/bearer.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <crow.h>

/// Reads fields from the container of the request, so two `Authorization` fields are seen as two.
///
/// **Crow adds trailer fields, all but the last, to those of the head.** So where a proxy sets or removes a field that
/// counts, such as `X-Forwarded-Access-Token` or a client's certificate, it must not pass trailers on.
///
/// A handler returns a `crow::response`, or fills a `crow::response&` and ends it. Crow reads the body before it calls
/// a handler, so the body of a refused request is never parsed as the next request. A handler that ends its response
/// later keeps a copy of the proof.
///
/// Crow writes the status text into an empty body, even after the head of the answer to a HEAD request, where no client
/// expects it. A proxy must not use that connection again.
template <>
struct credence::HttpTraits<crow::request> {
    static HeaderValue field(const crow::request& request, std::string_view name) {
        return HeaderValue::only(request.headers.equal_range(std::string{name}));
    }

    static std::string method(const crow::request& request) { return crow::method_name(request.method); }
    static std::string_view url(const crow::request& request) { return request.raw_url; }
    static std::string_view peer_address(const crow::request& request) { return request.remote_ip_address; }

    static void reject(const Rejection& rejection, const crow::request&, crow::response& response) {
        response.code = rejection.status;
        replace(response, "WWW-Authenticate", rejection.challenge);
        for (const std::string& other : rejection.other_challenges) response.add_header("WWW-Authenticate", other);
        replace(response, "Retry-After", rejection.retry_after ? std::to_string(rejection.retry_after->count()) : "");
        replace(response, "DPoP-Nonce", rejection.dpop_nonce);
    }

    /// Whether a response belongs to a client that waits. Crow keeps one that was ended for the next request.
    static bool is_open(crow::response& response) { return response.is_alive(); }

    /// Ends a response that is a parameter of the handler: until then Crow sends nothing, and the client waits.
    static void send(crow::response& response) {
        if (is_open(response)) response.end();
    }

private:
    static void replace(crow::response& response, const std::string& name, const std::string& value) {
        response.headers.erase(name);
        if (!value.empty()) response.add_header(name, value);
    }
};

namespace credence {

/// A middleware that verifies the requests of the routes that name it, and answers those that it refuses.
///
/// ```cpp
/// using Bearer = credence::CrowBearer<decltype(verifier)>;
/// crow::App<Bearer> app{Bearer{verifier}};
/// CROW_ROUTE(app, "/me").CROW_MIDDLEWARES(app, Bearer)([&app](const crow::request& request) {
///     const auto& who = app.get_context<Bearer>(request).who;
///     return who ? crow::response{200, (*who)->sub} : crow::response{500};
/// });
/// ```
///
/// **Crow calls no middleware of a route when a client asks for a WebSocket,** although the route names it. Check in
/// `onaccept`:
///
/// ```cpp
/// .onaccept([&](const crow::request& request, std::optional<crow::response>& refusal, void**) {
///     const auto who = credence::require_bearer(request, verifier);
///     if (!who) credence::HttpTraits<crow::request>::reject(who.error(), request, refusal.emplace());
/// })
/// ```
///
/// On a route that does not name it, `who` is empty, and the compiler does not notice. Prefer `protect`: its handler
/// cannot be called without a proof.
template <AnyVerifier VerifierType>
class CrowBearer : public crow::ILocalMiddleware {
public:
    struct context {
        std::optional<Verified<typename VerifierType::claims_type>> who = {};
    };

    explicit CrowBearer(VerifierType verifier, Challenge challenge = {})
        : verifier_(std::move(verifier)), challenge_(std::move(challenge)) {}

    void before_handle(crow::request& request, crow::response& response, context& own) {
        own.who.reset();
        const auto who = require_bearer(request, verifier_, challenge_);
        if (who) {
            own.who.emplace(*who);
        } else {
            HttpTraits<crow::request>::reject(who.error(), request, response);
            response.end();
        }
    }
    void after_handle(crow::request&, crow::response&, context&) {}

private:
    VerifierType verifier_;
    Challenge challenge_;
};

}  // namespace credence
