// SPDX-License-Identifier: MIT
// One thread, and only coroutines: a service follows an issuer, and a token of the issuer's next key is awaited.
#include <credence/credence.hpp>
#include <credence/stacks/beast.hpp>
#include <credence/transports/asio.hpp>

#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp, asio::use_awaitable, asio::awaitable;
using namespace std::chrono_literals;
using Claims = credence::RegisteredClaims;
using Key = credence::Keys<credence::ES256>;
using IssuerKeys = credence::AsyncRemoteKeys<credence::KeySet<credence::RS256, credence::ES256>>;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
namespace {
/// The issuer, on this machine, answers that many requests with its current key.
awaitable<void> serve_issuer(tcp::acceptor acceptor, std::string issuer, std::shared_ptr<Key> key, int requests) {
    const std::string document =
        std::string{R"({"issuer":")"}.append(issuer).append(R"(","jwks_uri":")").append(issuer).append(R"(/keys"})");
    for (; requests > 0; --requests) {
        tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
        boost::beast::flat_buffer buffer;
        Request request;
        co_await http::async_read(socket, buffer, request, use_awaitable);
        Response response{http::status::ok, request.version()};
        response.body() = request.target() == "/keys" ? credence::to_jwks(*key).value() : document;
        response.prepare_payload();
        co_await http::async_write(socket, response, use_awaitable);
    }
}

awaitable<Response> greet(credence::Verified<Claims> who, Request request) {
    Response response{http::status::ok, request.version()};
    response.body() = "hello " + who->sub;
    co_return response;
}

/// \return how many requests were answered with 200
awaitable<int> use(IssuerKeys keys, std::string issuer, std::shared_ptr<Key> current, Key next) {
    if (!co_await keys.wait_for_keys(10s)) std::cout << keys.health().last_fault << '\n';
    const auto verifier = credence::async_verifier_for<Claims>(keys, {.audience = "orders"}).value();
    const auto guarded = credence::protect(verifier, greet);
    int greeted = 0;
    for (const Key& key : std::vector<Key>{*current, next}) {
        *current = key;  // the issuer signs with the next key
        const Claims claims{.iss = issuer, .sub = "alice", .aud = {"orders"}, .exp = credence::in(5min)};
        Request request{http::verb::get, "/me", 11};
        request.set(http::field::authorization, "Bearer " + credence::encode(claims, key).value());
        const Response response = co_await guarded(std::move(request));
        std::cout << response.result_int() << ' ' << response.body() << '\n';
        greeted += response.result() == http::status::ok ? 1 : 0;
    }
    keys.stop();  // so that the context has no work left
    co_return greeted;
}
}  // namespace
int main() {
    const auto new_key = [] { return credence::with_thumbprint_kid(Key::generate().value()).value(); };
    const auto key = std::make_shared<Key>(new_key());
    asio::io_context context;
    tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
    const std::string issuer = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    co_spawn(context, serve_issuer(std::move(acceptor), issuer, key, 3), asio::detached);
    // A cool-down of 0 is for this program alone: it bounds how many fetches strangers can cause.
    const auto keys =
        IssuerKeys::discover(issuer, context.get_executor(), credence::BeastTransport{}, {.cool_down = 0s}).value();
    int greeted = 0;
    co_spawn(context, use(keys, issuer, key, new_key()),
             [&](const std::exception_ptr&, int count) { greeted = count; });
    context.run();
    return greeted == 2 ? 0 : 1;
}
