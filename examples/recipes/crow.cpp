// SPDX-License-Identifier: MIT
// Crow: checked against declarations, not run. The two functions that teach credence its requests, and a guarded route.
#include <credence/credence.hpp>

#include <cstdlib>
#include <string>
#include <string_view>

#include <crow.h>

/// Crow keeps fields in a multimap without case, so that two `Authorization` fields are seen as two, and refused.
template <>
struct credence::HttpTraits<crow::request> {
    static HeaderValue field(const crow::request& request, std::string_view name) {
        return HeaderValue::only(request.headers.equal_range(std::string{name}));
    }
    static void reject(const Rejection& rejection, const crow::request&, crow::response& response) {
        response.code = rejection.status;
        if (!rejection.challenge.empty()) response.set_header("WWW-Authenticate", rejection.challenge);
        for (const std::string& other : rejection.other_challenges) response.add_header("WWW-Authenticate", other);
        if (rejection.retry_after) response.set_header("Retry-After", std::to_string(rejection.retry_after->count()));
    }
    /// A response that a handler fills must be ended, or the client waits for ever.
    static void send(crow::response& response) {
        if (response.is_alive()) response.end();
    }
};

using Claims = credence::RegisteredClaims;

int main() {
    const char* secret = std::getenv("JWT_SECRET");
    const auto key = credence::DecodingKey<credence::HS256>::from_secret(secret == nullptr ? "" : secret);
    if (!key) return 1;
    const auto verifier = credence::verifier_for<Claims>(*key);

    crow::SimpleApp app;
    // What `protect` gives has one concrete call operator, which Crow takes the address of.
    app.route_dynamic("/me")(
        credence::protect(verifier, [](const credence::Verified<Claims>& who, const crow::request&) {
            return crow::response{200, "Hello " + who->sub};
        }));
    app.route_dynamic("/later")(credence::protect(
        verifier, [](const credence::Verified<Claims>& who, const crow::request&, crow::response& response) {
            response.body = "Hello " + who->sub;
            response.end();
        }));
    app.bindaddr("127.0.0.1").port(3000).run();
}
