// SPDX-License-Identifier: MIT
// AsyncRemoteKeys: keys that follow an issuer on Boost.Asio, and coroutines that await them. The issuer is a script;
// both sides wait for events.
#include <credence/http/mtls.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/multi_issuer.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/stacks/beast.hpp>
#include <credence/transports/asio.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/answering_server.hpp"
#include "support/async_issuer.hpp"
#include "support/catch.hpp"
#include "support/published.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

using namespace credence;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using support::AsyncIssuer;
using support::IssuerScript;
using support::RemoteSet;
using support::RunningContext;

namespace {

using AsyncKeys = AsyncRemoteKeys<RemoteSet>;
using Kind = RemoteEvent::Kind;
using Request = boost::beast::http::request<boost::beast::http::string_body>;
using Response = boost::beast::http::response<boost::beast::http::string_body>;

const std::string issuer_url = IssuerScript::issuer_url;

/// A token of the key with that id. \param issued  when, from now.
std::string token_of(const std::string& kid, std::chrono::seconds issued = -1min) {
    const RegisteredClaims claims{
        .iss = issuer_url, .sub = "alice", .aud = {"api"}, .exp = now() + 1h, .iat = now() + issued};
    return encode(claims, support::published_key(kid)).value();
}

/// Options under which an unknown key id may cause a fetch at any time, and is awaited until the fetch ends.
RemoteOptions eager() { return {.cool_down = 0ms, .unknown_key_wait = IssuerScript::long_enough}; }

AsyncKeys follow(RunningContext& loop, const AsyncIssuer& issuer, RemoteOptions options = eager()) {
    if (!options.on_event) options.on_event = issuer.script.hook();
    return AsyncKeys::discover(issuer_url, loop.executor(), issuer, std::move(options)).value();
}

/// The same, after the first set has been fetched.
AsyncKeys ready(RunningContext& loop, const AsyncIssuer& issuer, RemoteOptions options = eager()) {
    AsyncKeys keys = follow(loop, issuer, std::move(options));
    REQUIRE(loop.run(keys.wait_for_keys(IssuerScript::long_enough)));
    return keys;
}

/// Rules with a leeway, so that a token may have been issued in the near future.
auto verifier_over(const AsyncKeys& keys) {
    return async_verifier_for<RegisteredClaims>(keys, {.audience = "api", .leeway = 300s}).value();
}

template <class VerifierType>
awaitable<std::optional<Error>> refusal(VerifierType verifier, std::string token) {
    const auto who = co_await (verifier.verify)(token);
    if (who) co_return std::nullopt;
    co_return who.error();
}

/// The code with which `verifier` refuses a token.
template <class VerifierType>
std::optional<Errc> refused(RunningContext& loop, const VerifierType& verifier, const std::string& token) {
    const auto error = loop.run(refusal(verifier, token));
    return error ? std::optional{error->code} : std::nullopt;
}

Request request_with(const std::string& token) {
    Request request{boost::beast::http::verb::get, "/me", 11};
    if (!token.empty()) request.set(boost::beast::http::field::authorization, "Bearer " + token);
    return request;
}

/// Suspends before it uses the proof: a reference would dangle by then.
awaitable<Response> greet(Verified<RegisteredClaims> who, Request request) {
    co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
    Response response{boost::beast::http::status::ok, request.version()};
    response.body() = "hello " + who->sub;
    co_return response;
}

/// The status and body of a guard's answer.
template <class Guard>
std::string answer_of(RunningContext& loop, const Guard& guard, const std::string& token) {
    const Response response = loop.run(guard(request_with(token)));
    return std::to_string(response.result_int()).append(" ").append(response.body());
}

}  // namespace

TEST_CASE("asio: the keys are a key source with snapshots, of one issuer, that can fetch", "[asio]") {
    STATIC_REQUIRE(SnapshotKeySource<AsyncKeys>);
    STATIC_REQUIRE(FetchingKeySource<AsyncKeys>);
    STATIC_REQUIRE(IssuerKeySource<AsyncKeys>);
    STATIC_REQUIRE(AsyncFetchTransport<BeastTransport>);
    RunningContext loop;
    const AsyncIssuer issuer;
    const auto executor = loop.executor();
    CHECK(AsyncKeys::discover("http://id.example", executor, issuer).error().stage == FetchStage::url);
    CHECK(AsyncKeys::at("http://id.example/set", executor, issuer).error().stage == FetchStage::url);
    CHECK(AsyncKeys::at("https://id.example/set", executor, issuer, {.interval = 0ms}).error().stage ==
          FetchStage::configuration);
    const AsyncKeys keys = AsyncKeys::at(IssuerScript::set_url, executor, issuer).value();
    REQUIRE(loop.run(keys.wait_for_keys(IssuerScript::long_enough)));
    CHECK(keys.issuer().empty());
    CHECK(keys.health().keys == 1);
    CHECK(async_verifier_for<RegisteredClaims>(keys, {.audience = "api"}).error().code == Errc::invalid_issuer);
    CHECK(keys.find({.alg = "EdDSA", .kid = "a"}).has_value());
    CHECK(keys.generation() == 1);
}

TEST_CASE("asio, empty: the keys are unavailable for every token, and no token waits", "[asio]") {
    RunningContext loop;
    const AsyncIssuer issuer;
    issuer.hold(true);
    const AsyncKeys keys = follow(loop, issuer);
    const auto verifier = verifier_over(keys);
    REQUIRE(issuer.wait_for_begun(1));
    for (const char* const kid : {"a", "b"}) {
        const auto error = loop.run(refusal(verifier, token_of(kid)));
        REQUIRE(error);
        CHECK(error->code == Errc::keys_unavailable);
        CHECK(error->reason == "no key set has been fetched yet");
        CHECK(error->retry_after >= 1s);
    }
    CHECK(keys.health().state == RemoteState::empty);
    CHECK_FALSE(loop.run(keys.wait_for_keys(1ms)));
    CHECK(issuer.begun() == 1);
    issuer.hold(false);
    CHECK(loop.run(keys.wait_for_keys(IssuerScript::long_enough)));
    CHECK_FALSE(refused(loop, verifier, token_of("a")));
}

TEST_CASE("asio, fresh: a token of a new key awaits the one fetch that it causes", "[asio]") {
    RunningContext loop;
    AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer);
    const auto verifier = verifier_over(keys);
    CHECK_FALSE(refused(loop, verifier, token_of("a")));
    const std::size_t before = issuer.begun();
    issuer.script.publish({"a", "b"});
    CHECK_FALSE(refused(loop, verifier, token_of("b")));
    CHECK_FALSE(refused(loop, verifier, token_of("a")));
    CHECK(issuer.begun() == before + 1);
    CHECK(keys.generation() == 2);
    CHECK(refused(loop, verifier, token_of("c")) == Errc::no_matching_key);
    CHECK(issuer.begun() == before + 2);
    CHECK(keys.health().unknown_keys == 2);
    issuer.script.publish({"b"});
    CHECK(refused(loop, verifier, token_of("d")) == Errc::no_matching_key);
    CHECK(refused(loop, verifier, token_of("a")) == Errc::no_matching_key);  // removed by the issuer
}

TEST_CASE("asio, fresh: within the cool-down an unknown key id causes no fetch", "[asio]") {
    RunningContext loop;
    const AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer, {.cool_down = 20s});
    const auto verifier = verifier_over(keys);
    const std::size_t before = issuer.begun();
    for (int count = 0; count < 50; ++count) {
        CHECK(refused(loop, verifier, token_of("strange")) == Errc::no_matching_key);
        CHECK_FALSE(refused(loop, verifier, token_of("a")));
    }
    const auto newer = loop.run(refusal(verifier, token_of("strange", 4min)));  // than the last fetch
    REQUIRE(newer);
    CHECK(newer->code == Errc::keys_unavailable);
    CHECK(newer->retry_after <= 20s);
    CHECK(issuer.begun() == before);
}

TEST_CASE("asio: tokens that the rules refuse, and impossible key ids, cause no fetch", "[asio]") {
    RunningContext loop;
    const AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer);
    const auto others = async_verifier_for<RegisteredClaims>(keys, {.audience = "other"}).value();
    const std::size_t before = issuer.begun();
    CHECK(refused(loop, others, token_of("b")) == Errc::no_matching_key);
    CHECK(refused(loop, verifier_over(keys), token_of("b", -1min).substr(0, 80) + ".!.") != std::nullopt);
    CHECK(refused(loop, verifier_over(keys), token_of(std::string(1025, 'b'))) == Errc::no_matching_key);
    CHECK(issuer.begun() == before);
}

TEST_CASE("asio, refreshing: known keys do not wait, unknown ones join the fetch", "[asio]") {
    RunningContext loop;
    AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer);
    const auto verifier = verifier_over(keys);
    issuer.script.publish({"a", "b"});
    issuer.hold(true);
    const std::size_t before = issuer.begun();
    auto joins = loop.spawn(refusal(verifier, token_of("b")));
    REQUIRE(issuer.wait_for_begun(before + 1));
    auto joins_too = loop.spawn(refusal(verifier, token_of("b")));
    CHECK(keys.health().state == RemoteState::refreshing);
    for (int count = 0; count < 20; ++count) CHECK_FALSE(refused(loop, verifier, token_of("a")));
    CHECK(joins.wait_for(0s) == std::future_status::timeout);
    issuer.hold(false);
    CHECK_FALSE(joins.get());
    CHECK_FALSE(joins_too.get());
    CHECK(issuer.begun() == before + 1);
}

TEST_CASE("asio: thirty coroutines with one new key make one fetch", "[asio]") {
    RunningContext loop{4};
    AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer);
    const auto verifier = verifier_over(keys);
    issuer.script.publish({"a", "b"});
    issuer.hold(true);
    const std::size_t before = issuer.begun();
    const std::string token = token_of("b");
    std::vector<std::future<std::optional<Error>>> waiting;
    for (int count = 0; count < 30; ++count) waiting.push_back(loop.spawn(refusal(verifier, token)));
    REQUIRE(issuer.wait_for_begun(before + 1));
    issuer.hold(false);
    for (auto& result : waiting) CHECK_FALSE(result.get());
    CHECK(issuer.begun() == before + 1);
}

TEST_CASE("asio, stale: while the issuer fails, known keys verify and unknown ones are unavailable", "[asio]") {
    RunningContext loop;
    AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer);
    const auto verifier = verifier_over(keys);
    issuer.script.answer(IssuerScript::set_url, FetchResponse{.status = 500});
    for (int count = 0; count < 3; ++count) {
        const auto error = loop.run(refusal(verifier, token_of("b")));
        REQUIRE(error);
        CHECK(error->code == Errc::keys_unavailable);
        CHECK(error->retry_after >= 1s);
        CHECK_FALSE(refused(loop, verifier, token_of("a")));
    }
    REQUIRE(issuer.script.wait_for_event(Kind::serving_stale));
    int told = 0;
    for (const auto& event : issuer.script.events()) told += event.kind == Kind::serving_stale ? 1 : 0;
    CHECK(told == 1);
    CHECK(keys.health().state == RemoteState::stale);
}

TEST_CASE("asio, expired: expired keys are unavailable, also while a fetch hangs", "[asio]") {
    RunningContext loop;
    const AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer,
                                 {.interval = 500ms,
                                  .min_age = 1ms,
                                  .max_stale = 0ms,
                                  .cool_down = 0ms,
                                  .unknown_key_wait = 0ms,
                                  .total_timeout = 1h});
    const auto verifier = verifier_over(keys);
    issuer.hold(true);
    const std::size_t before = issuer.begun();
    CHECK(refused(loop, verifier, token_of("b")) == Errc::keys_unavailable);  // begins the fetch that hangs
    REQUIRE(issuer.wait_for_begun(before + 1));
    while (keys.health().can_verify) std::this_thread::yield();  // no event reports the end of their time
    CHECK(keys.health().state == RemoteState::expired);
    CHECK(refused(loop, verifier, token_of("a")) == Errc::keys_unavailable);
    CHECK(refused(loop, verifier, token_of("b")) == Errc::keys_unavailable);
}

TEST_CASE("asio: a hanging issuer is awaited for unknown_key_wait, and delays no known key", "[asio]") {
    RunningContext loop;
    const AsyncIssuer issuer;
    RemoteOptions options{.cool_down = 0ms, .unknown_key_wait = 1ms};
    std::string_view reason = "the fetch takes longer than unknown_key_wait";
    SECTION("they wait") {}
    SECTION("none may wait") {
        reason = "too many requests wait for the fetch";
        options.unknown_key_wait = IssuerScript::long_enough;
        options.max_waiters = 0;
    }
    const AsyncKeys keys = ready(loop, issuer, options);
    const auto verifier = verifier_over(keys);
    issuer.hold(true);
    const std::size_t before = issuer.begun();
    const auto error = loop.run(refusal(verifier, token_of("b")));
    REQUIRE(error);
    CHECK(error->code == Errc::keys_unavailable);
    CHECK(error->reason == reason);
    CHECK_FALSE(refused(loop, verifier, token_of("a")));
    CHECK(issuer.begun() == before + 1);
}

TEST_CASE("asio: at most 1,024 coroutines wait", "[asio]") {
    RunningContext loop;
    const AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer);
    const auto verifier = verifier_over(keys);
    issuer.hold(true);
    const std::string token = token_of("b");
    std::vector<std::future<std::optional<Error>>> waiting;
    for (int count = 0; count < 1025; ++count) waiting.push_back(loop.spawn(refusal(verifier, token)));
    const auto last = waiting.back().get();
    REQUIRE(last);
    CHECK(last->reason == "too many requests wait for the fetch");
    issuer.hold(false);
    CHECK(waiting.front().get()->code == Errc::no_matching_key);
}

TEST_CASE("asio: a verifier without a guard does not wait, and starts the fetch", "[asio]") {
    RunningContext loop;
    AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer);
    const auto verifier = verifier_over(keys);
    issuer.script.publish({"a", "b"});
    const std::string token = token_of("b");
    const auto first = (verifier.without_waiting().verify)(token);
    CHECK(first.error().code == Errc::keys_unavailable);
    CHECK(first.error().reason == "a fetch for this key is due or under way");
    while (keys.generation() < 2) std::this_thread::yield();
    CHECK((verifier.without_waiting().verify)(token).has_value());
}

TEST_CASE("asio: a guarded coroutine awaits a new key, and others do not wait", "[asio]") {
    RunningContext loop;
    AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer);
    const auto guard = protect(verifier_over(keys), greet);
    CHECK(answer_of(loop, guard, token_of("a")) == "200 hello alice");
    CHECK(answer_of(loop, guard, "") == "401 ");
    CHECK(answer_of(loop, guard, "a.b.c") == "401 ");
    CHECK(answer_of(loop, guard, token_of("b")) == "401 ");

    issuer.script.publish({"a", "b"});
    issuer.hold(true);
    const std::size_t before = issuer.begun();
    auto waits = loop.spawn(guard(request_with(token_of("b"))));
    REQUIRE(issuer.wait_for_begun(before + 1));
    CHECK(answer_of(loop, guard, token_of("a")) == "200 hello alice");
    CHECK(waits.wait_for(0s) == std::future_status::timeout);
    issuer.hold(false);
    CHECK(waits.get().body() == "hello alice");

    issuer.script.answer(IssuerScript::set_url, FetchResponse{.status = 500});
    const Response later = loop.run(guard(request_with(token_of("c"))));
    CHECK(later.result_int() == 503);
    CHECK(later.count(boost::beast::http::field::retry_after) == 1);
    CHECK(later.count(boost::beast::http::field::www_authenticate) == 0);
}

TEST_CASE("asio: a guard may be destroyed while a coroutine waits, and its hook still answers", "[asio]") {
    RunningContext loop;
    AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer);
    issuer.script.publish({"a", "b"});
    issuer.hold(true);
    const std::size_t before = issuer.begun();
    const std::string name(100, 'n');
    auto guard = std::make_optional(
        protect(verifier_over(keys), [name](Verified<RegisteredClaims> who, Request request) -> awaitable<Response> {
            Response response{boost::beast::http::status::ok, request.version()};
            response.body() = name + who->sub;
            co_return response;
        }).on_reject([name](const Rejection& rejection, const Request&) {
            Response response;
            response.body() = name + rejection.problem_json();
            return response;
        }));
    auto waits = loop.spawn((*guard)(request_with(token_of("b"))));
    auto is_refused = loop.spawn((*guard)(request_with(token_of("c"))));
    REQUIRE(issuer.wait_for_begun(before + 1));
    guard.reset();
    issuer.hold(false);
    CHECK(waits.get().body() == name + "alice");
    const Response response = is_refused.get();
    CHECK(response.result_int() == 401);
    CHECK_THAT(response.body(), support::contains_text(R"("status":401)"));
}

TEST_CASE("asio: a scope, an optional proof and a member function as handlers", "[asio]") {
    struct Api {
        awaitable<Response> me(Verified<RegisteredClaims> who, Request request) const {
            return greet(who, std::move(request));
        }
    };
    RunningContext loop;
    const AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer);
    const auto verifier = verifier_over(keys);
    const Api api;
    CHECK(answer_of(loop, protect(verifier, &Api::me, &api), token_of("a")) == "200 hello alice");
    const auto scoped = [](Granted<RegisteredClaims, "orders"> who, Request request) {
        return greet(who, std::move(request));
    };
    CHECK(answer_of(loop, protect(verifier, scoped), token_of("a")) == "403 ");
    const auto open = [](std::optional<Verified<RegisteredClaims>> who, Request) -> awaitable<Response> {
        Response response;
        response.body() = who ? "known" : "stranger";
        co_return response;
    };
    const auto guard = protect(verifier, open, TokenLocation{}, {.realm = "shop"});
    CHECK(answer_of(loop, guard, "") == "200 stranger");
    CHECK(answer_of(loop, guard, token_of("a")) == "200 known");
    CHECK(answer_of(loop, guard, token_of("b")) == "401 ");
}

TEST_CASE("asio: require_bearer can be awaited", "[asio]") {
    RunningContext loop;
    AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer);
    const auto verifier = verifier_over(keys);
    issuer.script.publish({"a", "b"});
    const auto at_once = [](const Verified<RegisteredClaims>&, const Request&) { return Response{}; };
    STATIC_REQUIRE_FALSE(detail::can_wait<decltype(protect(verifier.without_waiting(), at_once))>);
    const auto status = [&](const std::string& token) -> awaitable<int> {
        const Request request = request_with(token);
        const Challenge challenge{.realm = "shop"};
        const TokenLocation location{.header = "X-Token"};
        const auto who = co_await require_bearer(request, verifier, challenge);
        const auto elsewhere = co_await require_bearer(request, verifier, location);
        CHECK(elsewhere.error().status == 401);
        co_return who ? 200 : who.error().status;
    };
    CHECK(loop.run(status(token_of("b"))) == 200);
    CHECK(loop.run(status("")) == 401);
    const auto by_field = [&](const std::string& field) -> awaitable<int> {
        const auto who = co_await require_bearer<RegisteredClaims>(field, verifier);
        co_return who ? 200 : who.error().status;
    };
    CHECK(loop.run(by_field("Bearer " + token_of("a"))) == 200);
    CHECK(loop.run(by_field("Bearer a.b")) == 401);
}

TEST_CASE("asio: verifiers around a verifier can be awaited", "[asio]") {
    RunningContext loop;
    AsyncIssuer issuer;
    const AsyncKeys keys = ready(loop, issuer);
    const auto inner = verifier_for<RegisteredClaims>(keys, {.audience = "api"}).value();
    issuer.script.publish({"a", "b"});
    SECTION("several issuers") {
        const auto own = Keys<EdDSA>::generate().value();
        const AsyncVerifier verifier{
            Verifiers{verifier_for<RegisteredClaims>(own, {.issuer = "https://own.example"}), inner}};
        CHECK_FALSE(refused(loop, verifier, token_of("b")));
        CHECK(refused(loop, verifier, token_of("c")) == Errc::no_matching_key);
    }
    SECTION("a token that is bound to a certificate") {
        using TlsRequest = credence::BeastRequest<boost::beast::http::string_body>;
        const auto greet_client = [](Verified<RegisteredClaims> who, TlsRequest request) {
            return greet(who, std::move(request));
        };
        const auto guard = protect(AsyncVerifier{certificate_bound(inner)}, greet_client);
        TlsRequest request;
        static_cast<Request&>(request) = request_with(token_of("b"));
        CHECK(loop.run(guard(std::move(request))).result_int() == 401);
        CHECK(keys.generation() == 2);  // the key was awaited; the token is refused for its missing cnf
    }
}

TEST_CASE("asio: a transport or a hook that throws does not stop the keys", "[asio]") {
    struct Thrower {
        std::function<void()> async_fetch(const boost::asio::any_io_executor& executor, FetchRequest request,
                                          std::function<void(FetchResult)> done) const {
            if (calls->fetch_add(1) == 0) throw std::runtime_error{"transport"};
            return issuer.async_fetch(executor, std::move(request), std::move(done));
        }
        AsyncIssuer issuer = {};
        std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);
    };
    RunningContext loop;
    const Thrower transport;
    const AsyncKeys keys = AsyncKeys::discover(issuer_url, loop.executor(), transport,
                                               {.retry = 1ms,
                                                .on_event =
                                                    [hook = transport.issuer.script.hook()](const RemoteEvent& event) {
                                                        hook(event);
                                                        throw std::runtime_error{"hook"};
                                                    }})
                               .value();
    REQUIRE(loop.run(keys.wait_for_keys(IssuerScript::long_enough)));
    CHECK(transport.issuer.script.events().front().error->stage == FetchStage::transfer);
}

TEST_CASE("asio: a transport may answer before it returns, and may never answer", "[asio]") {
    struct AtOnce {
        std::function<void()> async_fetch(const boost::asio::any_io_executor&, const FetchRequest& request,
                                          const std::function<void(FetchResult)>& done) const {
            if (calls->fetch_add(1) != 1) done(script(request));
            return {};
        }
        IssuerScript script = {};
        std::shared_ptr<std::atomic<int>> calls = std::make_shared<std::atomic<int>>(0);
    };
    RunningContext loop;
    AtOnce transport;
    // The second request gets no answer: it is given up after its deadline, and repeated.
    const AsyncKeys keys =
        AsyncKeys::discover(issuer_url, loop.executor(), transport,
                            {.total_timeout = 1ms, .retry = 1ms, .on_event = transport.script.hook()})
            .value();
    REQUIRE(loop.run(keys.wait_for_keys(IssuerScript::long_enough)));
    CHECK(transport.script.events().front().error->stage == FetchStage::timeout);
}

TEST_CASE("asio: the context runs out of work with the last copy, also while a fetch hangs", "[asio]") {
    boost::asio::io_context context;
    const AsyncIssuer issuer;
    const bool hangs = GENERATE(true, false);
    const bool is_stopped = GENERATE(true, false);
    issuer.hold(hangs);
    auto keys = std::make_optional(AsyncKeys::discover(issuer_url, context.get_executor(), issuer).value());
    auto verifier = std::make_optional(verifier_over(*keys));
    std::thread thread{[&] { context.run(); }};
    REQUIRE(issuer.wait_for_begun(1));
    if (is_stopped) {
        keys->stop();
    } else {
        keys.reset();
        verifier.reset();
    }
    thread.join();
    CHECK((!hangs || issuer.was_stopped()));
}

TEST_CASE("asio: keys and verifiers may outlive the context", "[asio]") {
    const AsyncIssuer issuer;
    std::optional<AsyncKeys> keys;
    bool has_keys = true;
    {
        RunningContext loop;
        SECTION("with keys") { keys = ready(loop, issuer); }
        SECTION("while a fetch hangs") {
            has_keys = false;
            issuer.hold(true);
            keys = follow(loop, issuer);
            REQUIRE(issuer.wait_for_begun(1));
        }
        SECTION("while a coroutine waits") {
            keys = ready(loop, issuer);
            issuer.hold(true);
            const std::size_t before = issuer.begun();
            boost::asio::co_spawn(loop.context(), protect(verifier_over(*keys), greet)(request_with(token_of("b"))),
                                  [](const std::exception_ptr&, const Response&) {});
            REQUIRE(issuer.wait_for_begun(before + 1));
        }
    }
    const auto verifier = verifier_over(*keys);
    CHECK((verifier.without_waiting().verify)(token_of("a")).has_value() == has_keys);
    CHECK_FALSE((verifier.without_waiting().verify)(token_of("b")));
    RunningContext other;
    CHECK(refused(other, verifier, token_of("b")) == Errc::keys_unavailable);
    CHECK(other.run(keys->wait_for_keys(1h)) == has_keys);
    issuer.hold(false);
    keys.reset();
}

TEST_CASE("asio: a context that never runs fetches nothing", "[asio]") {
    const AsyncIssuer issuer;
    boost::asio::io_context context;
    const AsyncKeys keys = AsyncKeys::discover(issuer_url, context.get_executor(), issuer).value();
    CHECK(keys.health().state == RemoteState::empty);
    CHECK(issuer.begun() == 0);
}

TEST_CASE("asio: the last handle may be dropped inside the hook", "[asio]") {
    RunningContext loop;
    const AsyncIssuer issuer;
    issuer.hold(true);
    const auto last = std::make_shared<std::optional<AsyncKeys>>();
    *last = follow(loop, issuer, {.on_event = [last, hook = issuer.script.hook()](const RemoteEvent& event) {
                       last->reset();
                       hook(event);
                   }});
    issuer.hold(false);
    CHECK(issuer.script.wait_for_event(Kind::fetched));
}

TEST_CASE("asio: coroutines on several threads see complete sets while the issuer rotates", "[asio]") {
    RunningContext loop{4};
    AsyncIssuer issuer;
    issuer.script.publish({"a", "0"});
    const AsyncKeys keys = ready(loop, issuer);
    const auto verifier = verifier_over(keys);
    const auto guard = protect(verifier, greet);
    const std::string known = token_of("a");
    std::vector<std::future<std::optional<Error>>> results;
    std::vector<std::future<Response>> answers;
    for (int round = 1; round <= 20; ++round) {
        const std::string kid = std::to_string(round % 8);
        issuer.script.publish({"a", kid});
        const std::string token = token_of(kid);
        for (int count = 0; count < 4; ++count) {
            results.push_back(loop.spawn(refusal(verifier, known)));
            answers.push_back(loop.spawn(guard(request_with(known))));
            results.push_back(loop.spawn(refusal(verifier, token)));
        }
        for (auto& result : results) CHECK_FALSE(result.get());
        for (auto& answer : answers) CHECK(answer.get().result_int() == 200);
        results.clear();
        answers.clear();
    }
}

TEST_CASE("asio: BeastTransport fetches the keys over a connection", "[asio]") {
    const std::string set = support::published_set({"a"});
    const support::AnsweringServer server{"HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(set.size()) +
                                          "\r\n\r\n" + set};
    RunningContext loop{2};
    const AsyncKeys keys = AsyncKeys::at(server.url("/set"), loop.executor(), BeastTransport{}).value();
    REQUIRE(loop.run(keys.wait_for_keys(IssuerScript::long_enough)));
    const auto verifier = async_verifier_for<RegisteredClaims>(keys, {.issuer = issuer_url, .audience = "api"}).value();
    CHECK_FALSE(refused(loop, verifier, token_of("a")));
    CHECK(server.requests().at(0).starts_with("GET /set HTTP/1.1\r\n"));
}
