// SPDX-License-Identifier: MIT
// One guarded handler on three HTTP stacks: cpp-httplib, Boost.Beast with coroutines, and any other by a header value.
#include <credence/credence.hpp>
#include <credence/stacks/beast.hpp>
#include <credence/stacks/httplib.hpp>

#include <iostream>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/string_body.hpp>

namespace http = boost::beast::http;
using namespace std::chrono_literals;
using Claims = credence::RegisteredClaims;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

int main() {
    const auto keys = credence::Keys<credence::HS256>::generate().value();
    const auto verifier = credence::verifier_for<Claims>(keys, {.issuer = "https://id.example"});

    // cpp-httplib
    httplib::Server server;
    const auto me = [](const credence::Verified<Claims>& who, const httplib::Request&, httplib::Response& response) {
        response.set_content("hello " + who->sub, "text/plain");
    };
    server.Get("/me", credence::protect(verifier, me));

    // Boost.Beast, in a coroutine
    const auto hello = [](credence::Verified<Claims> who, Request request) -> boost::asio::awaitable<Response> {
        Response response{http::status::ok, request.version()};
        response.body() = "hello " + who->sub;
        response.prepare_payload();
        co_return response;
    };
    const auto guarded_hello = credence::protect(verifier, hello);

    // Any other stack: a header value in, a decision out
    const auto handle = [&](const std::string& authorization) -> std::string {
        const auto who = credence::require_bearer(authorization, verifier);
        if (!who) return std::to_string(who.error().status) + " WWW-Authenticate: " + who.error().challenge;
        return "200 hello " + who->sub;
    };

    const Claims claims{.iss = "https://id.example", .sub = "42", .exp = credence::in(1h)};
    static_cast<void>(guarded_hello);  // a server calls it with each request
    std::cout << handle("Bearer " + credence::encode(claims, keys).value()) << '\n' << handle("Basic dXNlcg==") << '\n';
}
