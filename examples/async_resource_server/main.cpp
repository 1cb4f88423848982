// SPDX-License-Identifier: MIT
// The resource server in coroutines: on Boost.Beast, with keys that are fetched on its own event loop.
#include <credence/credence.hpp>
#include <credence/keys/rotating_keys.hpp>
#include <credence/stores/memory_replays.hpp>
#include <credence/transports/asio.hpp>
#include <credence/transports/blocking_calls.hpp>

#include <functional>
#include <memory>
#include <string>

#include "../resource_server/settings.hpp"
#include "../support/beast/server.hpp"
#include "../support/json_body.hpp"
#include "../support/options.hpp"
#include "exchange_traits.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <nlohmann/json.hpp>

namespace {

using credence::Granted, credence::Verified;
using support::beast::Exchange, support::beast::Response, support::beast::Server;
using IssuerKeys = credence::AsyncRemoteKeys<KeySet>;
namespace asio = boost::asio;

Response json(unsigned status, const nlohmann::ordered_json& body) {
    return support::beast::json_answer(status, support::json_text(body));
}

asio::awaitable<Response> me(Verified<Claims> who, Exchange&) {
    co_return json(200, {{"sub", who->sub}, {"scopes", who.scopes()}});
}

/// The scope is part of the handler's type: without it, 403.
asio::awaitable<Response> orders(Granted<Claims, "orders:read">, Exchange&) {
    co_return json(200, nlohmann::ordered_json::array());
}

template <class Handler>
asio::awaitable<Response> answer_whole(const Handler& handler, Exchange& exchange) {
    static_cast<void>(co_await exchange.read_request());
    co_return co_await handler(exchange);
}

/// A route that reads each request to its end before it is answered or refused, so that another one may follow.
template <class Handler>
support::beast::Route whole(Handler handler) {
    return [handler](Exchange& exchange) { return answer_whole(handler, exchange); };  // the server keeps its routes
}

/// `protect` awaits the key of a token. If it must be fetched, only the token's own request waits.
template <class VerifierType, class Handler>
support::beast::Route guarded(const VerifierType& verifier, Handler handler) {
    return whole(credence::protect(verifier, handler).on_reject(refuse_with("Invalid token")));
}

template <class VerifierType>
void add_routes(support::beast::Router& routes, const VerifierType& verifier) {
    const credence::AsyncVerifier awaited{verifier};
    routes.add("GET", "/me", guarded(awaited, me));
    routes.add("GET", "/orders", guarded(awaited, orders));
}

void serve_issuer(const support::Options& options, const credence::Validation<Claims>& rules,
                  const std::string& dpop_base, int port) {
    Server server{port};
    const credence::BeastTransport transport{{.ca_file = options.text("--ca")}};
    const auto keys = follow_issuer<IssuerKeys>(options, server.executor(), transport);
    const auto verifier = credence::verifier_for<Claims>(keys, rules);
    if (!verifier) throw support::StartError{message(verifier.error())};
    if (dpop_base.empty()) {
        add_routes(server.routes(), *verifier);
    } else {
        const auto replays = std::make_shared<credence::MemoryReplayStore>();
        add_routes(server.routes(), credence::dpop_bound(*verifier, {.base_url = dpop_base, .replays = replays}));
    }
    const auto ready = [keys](Exchange&) -> asio::awaitable<Response> {
        const credence::RemoteHealth health = keys.health();
        co_return json(health.can_verify ? 200 : 503, readiness(health));
    };
    server.routes().add("GET", "/ready", whole(ready));
    server.run();
}

/// A caller can have the file read again. The answer is 500 if the set cannot be read, and 409 if it cannot verify the
/// caller's own token, because nobody could then load another set. In both cases the old keys stay.
struct Reload {
    const Trust& trust;
    credence::RotatingKeys<KeySet> keys;
    credence::BlockingCalls calls;  // for the file: its disk may be slow

    asio::awaitable<Response> operator()(Granted<Claims, "keys:reload">, Exchange& exchange) const {
        const auto read = [this]() -> credence::Result<KeySet> { return trust.load_keys(); };
        const auto fresh = co_await calls.run(read);
        if (!fresh) throw support::Refusal{503, "The keys cannot be read at the moment"};
        if (!credence::require_bearer(exchange, credence::verifier_for<Claims>(*fresh, trust.rules)))
            throw support::Refusal{409, "The new keys do not verify the token of this request; the old keys stay"};
        keys.replace(*fresh);
        co_return support::beast::empty_answer();
    }
};

void serve_keys(const Trust& trust, int port, const std::function<void(int)>& on_listening) {
    asio::thread_pool threads{1};
    const credence::BlockingCalls calls{threads.get_executor()};
    const credence::RotatingKeys keys{trust.load_keys()};
    const auto verifier = credence::verifier_for<Claims>(keys, trust.rules);
    Server server{port};
    add_routes(server.routes(), verifier);
    const auto ready = [](Exchange&) -> asio::awaitable<Response> { co_return json(200, {{"state", "fresh"}}); };
    server.routes().add("GET", "/ready", whole(ready));
    server.routes().add("POST", "/keys", guarded(verifier, Reload{trust, keys, calls}));
    server.run([&](const std::string&) { on_listening(server.port()); });
}

}  // namespace

int main(int count, char** arguments) {
    const auto run = [](const support::Options& options) { run_resource_server(options, serve_issuer, serve_keys); };
    return support::run_program(
        resource_server_options(
            "The resource server in coroutines, for tokens of one issuer, whose keys it fetches or reads from a file."),
        count, arguments, run);
}
