// SPDX-License-Identifier: MIT
// AsyncVerifier over a registry of issuers: tokens of known keys do not wait, and the others are awaited. The issuers
// are a script, whose answers a test holds back.
#include <credence/http/bearer.hpp>
#include <credence/http/mtls.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/remote/issuer_registry.hpp>
#include <credence/stacks/beast.hpp>
#include <credence/transports/async_verifier.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/async_issuer.hpp"
#include "support/catch.hpp"
#include "support/published.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

using namespace credence;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using support::IssuerScript;
using support::RunningContext;

namespace {

using Registry = IssuerRegistry<RegisteredClaims, support::RemoteSet>;
using Request = boost::beast::http::request<boost::beast::http::string_body>;
using Response = boost::beast::http::response<boost::beast::http::string_body>;

const std::string issuer_url = IssuerScript::issuer_url;

std::string token_of(const std::string& kid, const std::string& issuer = issuer_url) {
    const RegisteredClaims claims{
        .iss = issuer, .sub = "alice", .aud = {"api"}, .exp = now() + 1h, .iat = now() - 1min};
    return encode(claims, support::published_key(kid)).value();
}

IssuerRegistryOptions eager() { return {.keys = {.cool_down = 0ms, .unknown_key_wait = IssuerScript::long_enough}}; }

Registry registry_of(const IssuerScript& script, IssuerRegistryOptions options = eager()) {
    Registry registry = Registry::make(script, std::move(options)).value();
    registry.add(issuer_url, {.audience = "api"}).value();
    return registry;
}

awaitable<std::optional<Error>> refusal(AsyncVerifier<Registry> verifier, std::string token) {
    const auto who = co_await (verifier.verify)(token);
    if (who) co_return std::nullopt;
    co_return who.error();
}

std::optional<Errc> refused(RunningContext& loop, const Registry& registry, const std::string& token) {
    const auto error = loop.run(refusal(AsyncVerifier{registry}, token));
    return error ? std::optional{error->code} : std::nullopt;
}

awaitable<Response> greet(Verified<RegisteredClaims> who, Request request) {
    Response response{boost::beast::http::status::ok, request.version()};
    response.body() = "hello " + who->sub;
    co_return response;
}

Request request_with(const std::string& token) {
    Request request{boost::beast::http::verb::get, "/me", 11};
    request.set(boost::beast::http::field::authorization, "Bearer " + token);
    return request;
}

}  // namespace

TEST_CASE("async registry: the first token awaits the fetch, and the thread serves others meanwhile", "[asio]") {
    RunningContext loop;  // of one thread
    IssuerScript script;
    const Registry registry = registry_of(script);
    const auto guard = protect(AsyncVerifier{registry}, greet);
    script.hold(true);
    auto waits = loop.spawn(guard(request_with(token_of("a"))));
    REQUIRE(script.wait_for_begun(1));
    CHECK(loop.run(guard(request_with(token_of("a", "https://other.example")))).result_int() == 401);
    CHECK(waits.wait_for(0s) == std::future_status::timeout);
    script.hold(false);
    CHECK(waits.get().body() == "hello alice");
}

TEST_CASE("async registry: a known key is found on the event loop, also while its issuer hangs", "[asio]") {
    RunningContext loop;
    IssuerScript script;
    const Registry registry = registry_of(script);
    CHECK_FALSE(refused(loop, registry, token_of("a")));
    script.publish({"a", "b"});
    script.hold(true);
    const std::size_t before = script.begun();
    auto waits = loop.spawn(refusal(AsyncVerifier{registry}, token_of("b")));
    REQUIRE(script.wait_for_begun(before + 1));
    for (int count = 0; count < 20; ++count) CHECK_FALSE(refused(loop, registry, token_of("a")));
    auto joins = loop.spawn(refusal(AsyncVerifier{registry}, token_of("b")));
    CHECK_FALSE(refused(loop, registry, token_of("a")));
    CHECK(waits.wait_for(0s) == std::future_status::timeout);
    script.hold(false);
    CHECK_FALSE(waits.get());
    CHECK_FALSE(joins.get());
    CHECK(script.begun() == before + 1);
    CHECK(refused(loop, registry, token_of("c")) == Errc::no_matching_key);
    CHECK(refused(loop, registry, token_of(std::string(1025, 'c'))) == Errc::no_matching_key);
}

TEST_CASE("async registry: an issuer that hangs, fails or is unknown", "[asio]") {
    RunningContext loop;
    IssuerScript script;
    SECTION("hangs for longer than unknown_key_wait") {
        const Registry registry = registry_of(script, {.keys = {.unknown_key_wait = 1ms}});
        script.hold(true);
        const auto error = loop.run(refusal(AsyncVerifier{registry}, token_of("a")));
        REQUIRE(error);
        CHECK(error->code == Errc::keys_unavailable);
        CHECK(error->reason == "the fetch takes longer than unknown_key_wait");
        CHECK(error->retry_after >= 1s);
    }
    SECTION("none may wait") {
        const Registry registry =
            registry_of(script, {.keys = {.unknown_key_wait = IssuerScript::long_enough, .max_waiters = 0}});
        script.hold(true);
        const auto error = loop.run(refusal(AsyncVerifier{registry}, token_of("a")));
        REQUIRE(error);
        CHECK(error->code == Errc::keys_unavailable);
        CHECK(error->reason == "too many requests wait for the fetch");
    }
    SECTION("fails") {
        script.answer(IssuerScript::set_url, FetchResponse{.status = 500});
        const Registry registry = registry_of(script);
        const auto response = loop.run(protect(AsyncVerifier{registry}, greet)(request_with(token_of("a"))));
        CHECK(response.result_int() == 503);
        CHECK(response.count(boost::beast::http::field::retry_after) == 1);
    }
    SECTION("is unknown") {
        const Registry registry = registry_of(script);
        CHECK(refused(loop, registry, token_of("a", "https://other.example")) == Errc::invalid_issuer);
        CHECK(script.begun() == 0);
    }
}

TEST_CASE("async registry: at most 1,024 coroutines wait", "[asio]") {
    RunningContext loop;
    IssuerScript script;
    const Registry registry = registry_of(script);
    script.hold(true);
    const std::string token = token_of("a");
    std::vector<std::future<std::optional<Error>>> waiting;
    for (int count = 0; count < 1025; ++count) waiting.push_back(loop.spawn(refusal(AsyncVerifier{registry}, token)));
    const auto last = waiting.back().get();
    REQUIRE(last);
    CHECK(last->reason == "too many requests wait for the fetch");
    script.hold(false);
    waiting.pop_back();
    std::size_t verified = 0;
    for (auto& result : waiting) verified += result.get() ? 0 : 1;
    CHECK(verified == 1024);
}

TEST_CASE("async registry: several threads, while the issuer rotates", "[asio]") {
    RunningContext loop{4};
    IssuerScript script;
    script.publish({"a", "0"});
    const Registry registry = registry_of(script);
    for (int round = 1; round <= 20; ++round) {
        const std::string kid = std::to_string(round % 8);
        script.publish({"a", kid});
        std::vector<std::future<std::optional<Error>>> results;
        for (int count = 0; count < 4; ++count) {
            results.push_back(loop.spawn(refusal(AsyncVerifier{registry}, token_of("a"))));
            results.push_back(loop.spawn(refusal(AsyncVerifier{registry}, token_of(kid))));
        }
        for (auto& result : results) CHECK_FALSE(result.get());
    }
}

TEST_CASE("async registry: within a verifier that binds tokens to certificates", "[asio]") {
    RunningContext loop;
    const IssuerScript script;
    const Registry registry = registry_of(script);
    using TlsRequest = credence::BeastRequest<boost::beast::http::string_body>;
    const auto guard = protect(AsyncVerifier{certificate_bound(registry)},
                               [](Verified<RegisteredClaims> who, TlsRequest request) -> awaitable<Response> {
                                   return greet(who, std::move(request));
                               });
    TlsRequest request;
    static_cast<Request&>(request) = request_with(token_of("a"));
    CHECK(loop.run(guard(std::move(request))).result_int() == 401);  // it has no cnf
    CHECK(registry.health(issuer_url)->can_verify);                  // and its key was awaited
}

TEST_CASE("async registry: the registry or the context is destroyed while a coroutine waits", "[asio]") {
    IssuerScript script;
    script.hold(true);
    SECTION("the registry: the coroutine keeps it alive") {
        RunningContext loop;
        std::future<std::optional<Error>> waits;
        {
            const Registry registry = registry_of(script);
            waits = loop.spawn(refusal(AsyncVerifier{registry}, token_of("a")));
            REQUIRE(script.wait_for_begun(1));
        }
        script.hold(false);
        CHECK_FALSE(waits.get());
    }
    SECTION("the context: the coroutine is destroyed with it, and the fetch goes on") {
        const Registry registry = registry_of(script);
        {
            RunningContext loop;
            boost::asio::co_spawn(loop.context(), refusal(AsyncVerifier{registry}, token_of("a")),
                                  [](const std::exception_ptr&, const std::optional<Error>&) {});
            REQUIRE(script.wait_for_begun(1));
        }
        script.hold(false);
        CHECK((registry.verify)(token_of("a")).has_value());
    }
}
