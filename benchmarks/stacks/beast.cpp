// SPDX-License-Identifier: MIT
// The guard of Boost.Beast, for a function that returns the response.
#include <credence/stacks/beast.hpp>

#include <functional>
#include <optional>

#include "stacks/guards.hpp"

#include <boost/beast/http/string_body.hpp>

namespace {

namespace http = boost::beast::http;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

auto call(const std::string& field, int status, guards::Form form) {
    Request request{http::verb::get, "/orders", 11};
    request.set(http::field::host, "api.example");
    request.set(http::field::user_agent, "a browser");
    request.set(http::field::accept, "application/json");
    request.set(http::field::accept_encoding, "gzip");
    request.set(http::field::connection, "keep-alive");
    request.set(http::field::authorization, field);
    std::function<Response(const Request&)> handler;
    const auto answer = [](const Request& received) { return Response{http::status::ok, received.version()}; };
    switch (form) {
        case guards::Form::plain: handler = answer; break;
        case guards::Form::guarded:
            handler = credence::protect(guards::verifier(), [answer](const guards::Proof&, const Request& received) {
                return answer(received);
            });
            break;
        case guards::Form::optional:
            handler = credence::protect(
                guards::verifier(),
                [answer](std::optional<guards::Proof>, const Request& received) { return answer(received); });
            break;
    }
    return [request, handler, status] { return handler(request).result_int() == static_cast<unsigned>(status); };
}

}  // namespace

int main(int argc, char** argv) {
    guards::add_all("beast", call);
    return guards::run(argc, argv);
}
