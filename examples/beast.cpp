// SPDX-License-Identifier: MIT
// A guarded coroutine on Boost.Beast, called with a token and without one.
#include <credence/credence.hpp>
#include <credence/stacks/beast.hpp>

#include <iostream>

#include <boost/asio.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp, asio::use_awaitable, asio::awaitable;
using Claims = credence::RegisteredClaims;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
namespace {
// Its parameters are values: a coroutine outlives its caller.
awaitable<Response> greet(credence::Verified<Claims> who, Request request) {
    Response response{http::status::ok, request.version()};
    response.body() = "hello " + who->sub;
    response.prepare_payload();
    co_return response;
}

awaitable<void> serve(tcp::acceptor acceptor, auto handler, int requests) {
    tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
    for (boost::beast::flat_buffer buffer; requests > 0; --requests) {
        Request request;
        co_await http::async_read(socket, buffer, request, use_awaitable);
        co_await http::async_write(socket, co_await handler(std::move(request)), use_awaitable);
    }
}

awaitable<void> ask(tcp::endpoint server, std::string token) {
    tcp::socket socket{co_await asio::this_coro::executor};
    co_await socket.async_connect(server, use_awaitable);
    Request request{http::verb::get, "/me", 11};
    request.set(http::field::authorization, "Bearer " + token);
    for (boost::beast::flat_buffer buffer; const bool with_token : {true, false}) {
        if (!with_token) request.erase(http::field::authorization);
        co_await http::async_write(socket, request, use_awaitable);
        Response response;
        co_await http::async_read(socket, buffer, response, use_awaitable);
        std::cout << response.result_int() << ' ' << response[http::field::www_authenticate] << response.body() << '\n';
    }
}
}  // namespace
int main() {
    const auto keys = credence::Keys<credence::HS256>::generate().value();
    const auto token = credence::encode(Claims{.sub = "42", .exp = credence::in(std::chrono::hours{1})}, keys).value();
    asio::io_context context;
    tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
    co_spawn(context, ask(acceptor.local_endpoint(), token), asio::detached);
    const auto guarded = credence::protect(credence::verifier_for<Claims>(keys), greet);
    co_spawn(context, serve(std::move(acceptor), guarded, 2), asio::detached);
    context.run();
}
