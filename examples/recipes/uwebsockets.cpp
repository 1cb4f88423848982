// SPDX-License-Identifier: MIT
// uWebSockets: checked against declarations, not run. Its requests end with the call of their handler, so the proof is made
// there, and kept for what comes later.
#include <credence/credence.hpp>

#include <cstdlib>
#include <string>
#include <string_view>

#include <App.h>

using Request = uWS::HttpRequest;
using Response = uWS::HttpResponse<false>;
using Claims = credence::RegisteredClaims;

/// The functions that teach credence uWebSockets. Its requests are read through pointers that are not const.
template <>
struct credence::HttpTraits<Request*> {
    /// Looks at every field, because `getHeader` would return only the first of two.
    static HeaderValue field(Request* request, std::string_view name) {
        HeaderValue found;
        bool is_there = false;
        for (auto [own, value] : *request) {
            if (own != lower(name)) continue;  // uWebSockets has names in lower case
            if (is_there) return HeaderValue::repeated();
            found = HeaderValue{value};
            is_there = true;
        }
        return found;
    }
    /// uWebSockets has methods in lower case; those of RFC 9110 are not.
    static std::string method(Request* request) {
        std::string text{request->getMethod()};
        for (char& byte : text) byte = byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - ('a' - 'A')) : byte;
        return text;
    }
    static std::string_view url(Request* request) { return request->getFullUrl(); }

    static void reject(const Rejection& rejection, Request*, Response* response) {
        response->writeStatus(std::to_string(rejection.status) + " Refused");
        if (!rejection.challenge.empty()) response->writeHeader("WWW-Authenticate", rejection.challenge);
        for (const std::string& other : rejection.other_challenges) response->writeHeader("WWW-Authenticate", other);
        if (rejection.retry_after) response->writeHeader("Retry-After", std::to_string(rejection.retry_after->count()));
        response->end();
    }
    static constexpr bool sends_at_once = true;

private:
    static std::string lower(std::string_view name) {
        std::string text{name};
        for (char& byte : text) byte = byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
        return text;
    }
};

int main() {
    const char* secret = std::getenv("JWT_SECRET");
    const auto key = credence::DecodingKey<credence::HS256>::from_secret(secret == nullptr ? "" : secret);
    if (!key) return 1;
    const auto verifier = credence::verifier_for<Claims>(*key);

    const auto me = credence::protect(verifier, [](const credence::Verified<Claims>& who, Response* response,
                                                   Request*) { response->end("Hello " + who->sub); });
    uWS::App().get("/me", me).listen(3000, [](void*) {}).run();
}
