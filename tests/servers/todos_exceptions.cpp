// SPDX-License-Identifier: MIT
// The server of examples/todos with routes that fail: an exception leaves a handler, a coroutine, or a completion
// handler that runs on the event loop itself. One more route never answers. servers/test_todos_exceptions.py and
// test_todos_connections.py send the requests.
#include <new>
#include <stdexcept>

#include "../../examples/support/beast/server.hpp"
#include "../../examples/support/options.hpp"
#include "../../examples/todos/routes.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace {

namespace asio = boost::asio;
using todos::Exchange;
using todos::Request;
using todos::Response;

/// The text of an exception, as a parser may make it from the client's input.
constexpr const char* text = "what the client sent";

asio::awaitable<Response> throw_error(Request) {
    throw std::length_error{text};
    co_return todos::empty_answer();
}

asio::awaitable<Response> throw_later(Request) {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    throw std::bad_alloc{};
}

asio::awaitable<Response> throw_number(Request) {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    throw 7;
}

/// Throws before a coroutine exists that could catch it.
asio::awaitable<Response> throw_without_coroutine(Exchange&) { throw std::length_error{text}; }

/// Throws an exception that only the event loop can catch.
template <class Exception>
asio::awaitable<Response> throw_on_the_loop(Request) {
    asio::post(co_await asio::this_coro::executor, [] { throw Exception{}; });
    co_return todos::text_answer(200, "thrown");
}

asio::awaitable<Response> wait(Request) {
    asio::steady_timer never{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
    co_await never.async_wait(asio::use_awaitable);
    co_return todos::empty_answer();
}

struct LengthError : std::length_error {
    LengthError() : std::length_error{text} {}
};

void run(const support::Options& options) {
    support::beast::Server server{options.port(3000)};
    support::beast::Router& router = server.routes();
    router.add("GET", "/", todos::open([](Request) -> asio::awaitable<Response> {
                   co_return todos::text_answer(200, "Hello, World!");
               }));
    router.add("GET", "/error", todos::open(throw_error));
    router.add("GET", "/later", todos::open(throw_later));
    router.add("GET", "/number", todos::open(throw_number));
    router.add("GET", "/call", throw_without_coroutine);
    router.add("GET", "/loop", todos::open(throw_on_the_loop<LengthError>));
    router.add("GET", "/loop/number", todos::open(throw_on_the_loop<int>));
    router.add("GET", "/wait", todos::open(wait));
    server.run();
}

}  // namespace

int main(int count, char** arguments) {
    return support::run_program(support::Options{"Fails, for a test.", {}}, count, arguments, run);
}
