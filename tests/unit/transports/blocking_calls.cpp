// SPDX-License-Identifier: MIT
// BlockingCalls and offload: coroutines that await a store which may hang. The store blocks until a test releases it.
#include <credence/http/bearer.hpp>
#include <credence/http/dpop.hpp>
#include <credence/http/first_of.hpp>
#include <credence/http/mtls.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/opaque/api_keys.hpp>
#include <credence/opaque/sessions.hpp>
#include <credence/remote/client_authentication.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/introspection_verifier.hpp>
#include <credence/stacks/beast.hpp>
#include <credence/stores/memory_store.hpp>
#include <credence/transports/blocking_calls.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/async_issuer.hpp"
#include "support/catch.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

using namespace credence;
using namespace std::chrono_literals;
using boost::asio::awaitable;
using support::RunningContext;

namespace {

using Request = boost::beast::http::request<boost::beast::http::string_body>;
using Response = boost::beast::http::response<boost::beast::http::string_body>;
using Pool = boost::asio::thread_pool;
using AccountSessions = Sessions<RegisteredClaims>;
using AccountKeys = ApiKeys<RegisteredClaims>;

constexpr std::chrono::seconds long_enough{60};

/// A gate that blocks callers until it is opened, and counts them.
class Gate {
public:
    void pass() {
        std::unique_lock lock{mutex_};
        ++arrived_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return is_open_; });
        ++passed_;
        changed_.notify_all();
    }
    void set_open(bool is_open) {
        const std::scoped_lock lock{mutex_};
        is_open_ = is_open;
        changed_.notify_all();
    }
    /// Waits until that many callers have arrived. \return whether they have
    [[nodiscard]] bool wait_for_arrived(std::size_t count) {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, long_enough, [&] { return arrived_ >= count; });
    }
    [[nodiscard]] bool wait_for_passed(std::size_t count) {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, long_enough, [&] { return passed_ >= count; });
    }
    [[nodiscard]] std::size_t arrived() {
        const std::scoped_lock lock{mutex_};
        return arrived_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t arrived_ = 0;
    std::size_t passed_ = 0;
    bool is_open_ = true;
};

/// A store behind a gate.
struct SlowStore : MemoryStore {
    Gate gate;

    Result<std::optional<SessionRecord>> find_session(std::string_view hash) {
        gate.pass();
        return MemoryStore::find_session(hash);
    }
    Result<std::optional<ApiKeyRecord>> find_api_key(std::string_view id) {
        gate.pass();
        return MemoryStore::find_api_key(id);
    }
};

RegisteredClaims alice() { return {.sub = "alice"}; }

BlockingLimits patient() { return {.max_wait = long_enough}; }

/// Sessions in a slow store, one of which has begun.
struct Login {
    std::shared_ptr<SlowStore> store = std::make_shared<SlowStore>();
    AccountSessions sessions{store};
    std::string id = sessions.start(alice()).value().id;
};

Request request_with(const std::string& credential) {
    Request request{boost::beast::http::verb::get, "/me", 11};
    if (!credential.empty()) request.set(boost::beast::http::field::authorization, "Bearer " + credential);
    return request;
}

awaitable<Response> greet(Verified<RegisteredClaims> who, Request request) {
    Response response{boost::beast::http::status::ok, request.version()};
    response.body() = "hello " + who->sub;
    co_return response;
}

template <class VerifierType>
awaitable<std::optional<Error>> refusal(AsyncVerifier<VerifierType> verifier, std::string credential) {
    const auto who = co_await (verifier.verify)(credential);
    if (who) co_return std::nullopt;
    co_return who.error();
}

/// A verifier that reads every part of a request.
struct Reader {
    using claims_type = RegisteredClaims;
    static constexpr std::string_view scheme = "DPoP";
    AccountSessions sessions;
    std::string method;

    [[nodiscard]] Result<Verified<RegisteredClaims>>(verify)(std::string_view text,
                                                             const RequestContext& context) const {
        const bool is_right = context.method == method && context.url == "/me" && context.scheme == "Bearer" &&
                              context.field("x-PROOF").view() == "proof" && context.field("X-Other").view().empty() &&
                              context.field("X-Twice").is_repeated() && context.peer_address == "192.0.2.1" &&
                              context.client_certificate == "der";
        if (!is_right) return Errc::invalid_proof;
        return (sessions.verify)(text);
    }
    [[nodiscard]] Rejection rejection(const Error& error, const Challenge& challenge, std::string_view) const {
        Rejection rejection = Rejection::from(error, challenge);
        if (rejection.status == 401) rejection.challenge = "DPoP";
        return rejection;
    }
};

/// The text of what a coroutine throws. It is caught in its own thread: the standard library counts the holders of an
/// exception where the thread sanitizer does not see it.
awaitable<std::string> thrown_by(awaitable<std::optional<Error>> coroutine) {
    try {
        co_await std::move(coroutine);
    } catch (const std::runtime_error& thrown) {
        co_return std::string{thrown.what()};
    }
    co_return std::string{"nothing was thrown"};
}

/// The result of a call, for a test that is not a coroutine.
template <class Value>
awaitable<std::optional<Result<Value>>> kept(awaitable<Result<Value>> call) {
    co_return co_await std::move(call);
}
template <class Function>
auto result_of(RunningContext& loop, const BlockingCalls& calls, Function function) {
    return *loop.run(kept(calls.run(std::move(function))));
}

/// Ends when everything that was ready in a context of one thread has run.
awaitable<void> settle() {
    const auto executor = co_await boost::asio::this_coro::executor;
    for (int count = 0; count < 100; ++count) co_await boost::asio::post(executor, boost::asio::use_awaitable);
}

const auto drop_response = [](const std::exception_ptr&, const Response&) {};

}  // namespace

TEST_CASE("blocking calls: a hanging store delays no other request", "[asio]") {
    Pool threads{2};
    RunningContext loop;  // of one thread
    const Login login;
    const BlockingCalls calls{threads.get_executor(), patient()};
    const auto keys = Keys<HS256>::generate().value();
    const auto tokens = verifier_for<RegisteredClaims>(keys, {.allow_missing_exp = true});
    const auto guard = protect(AsyncVerifier{FirstOf{tokens, offload(login.sessions, calls)}}, greet);
    login.store->gate.set_open(false);
    auto waits = loop.spawn(guard(request_with(login.id)));
    auto waits_too = loop.spawn(guard(request_with(login.id)));
    REQUIRE(login.store->gate.wait_for_arrived(2));  // on the pool
    for (int count = 0; count < 20; ++count) {
        CHECK(loop.run(guard(request_with(encode(alice(), keys).value()))).body() == "hello alice");
        CHECK(loop.run(guard(request_with(""))).result_int() == 401);
        CHECK(loop.run(guard(request_with("sess_no"))).result_int() == 401);  // not the form of an id: no call
    }
    CHECK(waits.wait_for(0s) == std::future_status::timeout);
    CHECK(login.store->gate.arrived() == 2);
    login.store->gate.set_open(true);
    CHECK(waits.get().body() == "hello alice");
    CHECK(waits_too.get().body() == "hello alice");
}

TEST_CASE("blocking calls: a call beyond max_calls is refused at once, with a time to retry", "[asio]") {
    Pool threads{1};
    RunningContext loop;
    const Login login;
    const BlockingCalls calls{threads.get_executor(), {.max_calls = 2, .max_wait = long_enough}};
    const AsyncVerifier verifier{offload(login.sessions, calls)};
    const auto guard = protect(verifier, greet);
    login.store->gate.set_open(false);
    auto runs = loop.spawn(guard(request_with(login.id)));
    REQUIRE(login.store->gate.wait_for_arrived(1));
    auto waits = loop.spawn(guard(request_with(login.id)));
    const auto full = loop.run(guard(request_with(login.id)));
    CHECK(full.result_int() == 503);
    CHECK(full[boost::beast::http::field::retry_after] == "5");
    CHECK(full.count(boost::beast::http::field::www_authenticate) == 0);
    const auto error = loop.run(refusal(verifier, login.id));
    REQUIRE(error);
    CHECK(error->code == Errc::store_unavailable);
    CHECK(error->reason == "too many calls wait for a thread");
    login.store->gate.set_open(true);
    CHECK(runs.get().body() == "hello alice");
    CHECK(waits.get().body() == "hello alice");
    threads.join();  // then every place is free
    CHECK(login.store->gate.arrived() == 2);
}

TEST_CASE("blocking calls: after max_wait a request is answered, and a call that did not begin is never made",
          "[asio]") {
    Pool threads{1};
    RunningContext loop;
    const Login login;
    const BlockingCalls calls{threads.get_executor(), {.max_wait = 1ms}};
    const AsyncVerifier verifier{offload(login.sessions, calls)};
    login.store->gate.set_open(false);
    for (int count = 0; count < 3; ++count) {
        const auto error = loop.run(refusal(verifier, login.id));
        REQUIRE(error);
        CHECK(error->code == Errc::store_unavailable);
        CHECK(error->reason == "the call takes longer than max_wait");
    }
    const auto dropped = result_of(loop, calls, []() -> Result<int> { return 1; });
    CHECK(dropped.error().code == Errc::store_unavailable);
    login.store->gate.set_open(true);
    threads.join();
    CHECK(login.store->gate.arrived() <= 1);  // those that waited behind it were not made
}

TEST_CASE("blocking calls: run returns the result of the function", "[asio]") {
    Pool threads{1};
    RunningContext loop;
    const BlockingCalls calls{threads.get_executor(), patient()};
    const auto caller = std::this_thread::get_id();
    CHECK(result_of(loop, calls, [&]() -> Result<bool> { return std::this_thread::get_id() != caller; }).value());
    CHECK(result_of(loop, calls, []() -> Result<void> { return Errc::token_revoked; }).error().code ==
          Errc::token_revoked);
    auto moves = [text = std::make_unique<std::string>("kept")]() -> Result<std::string> { return *text; };
    CHECK(result_of(loop, calls, std::move(moves)).value() == "kept");
    auto throws = loop.spawn(kept(calls.run([]() -> Result<int> { throw std::runtime_error{"of the function"}; })));
    CHECK_THROWS_WITH(throws.get(), "of the function");
    const auto in_coroutine = [&]() -> awaitable<std::string> {
        const std::string local = "local";
        const auto read = [&]() -> Result<std::string> { return local; };  // it is awaited, so it may refer to this
        const auto found = co_await calls.run(read);
        co_return found.value();
    };
    CHECK(loop.run(in_coroutine()) == "local");
}

TEST_CASE("blocking calls: a coroutine whose call has ended frees its place", "[asio]") {
    Pool threads{1};
    RunningContext loop;
    const BlockingCalls calls{threads.get_executor(), {.max_calls = 1, .max_wait = (std::chrono::milliseconds::max)()}};
    const auto calls_in_turn = [&]() -> awaitable<int> {
        int refused = 0;
        const auto call = []() -> Result<void> { return {}; };
        for (int count = 0; count < 1000; ++count) {
            const auto done = co_await calls.run(call);
            if (!done) ++refused;
        }
        co_return refused;
    };
    CHECK(loop.run(calls_in_turn()) == 0);
}

TEST_CASE("blocking calls: a user's own verifier may call several verifiers", "[asio]") {
    using Asked = Offloaded<AccountSessions>;
    struct Both {
        using claims_type = RegisteredClaims;
        Asked first;
        Asked second;
        [[nodiscard]] Result<Verified<RegisteredClaims>>(verify)(std::string_view text) const {
            const auto who = (first.verify)(text);
            return who ? (second.verify)(text) : who;
        }
    };
    Pool threads{1};
    RunningContext loop;
    const Login login;
    const BlockingCalls calls{threads.get_executor(), patient()};
    const AsyncVerifier verifier{Both{offload(login.sessions, calls), offload(login.sessions, calls)}};
    CHECK_FALSE(loop.run(refusal(verifier, login.id)));
    CHECK(login.store->gate.arrived() == 2);
}

TEST_CASE("blocking calls: an exception of a verifier is thrown in the coroutine", "[asio]") {
    struct Thrower {
        using claims_type = RegisteredClaims;
        [[nodiscard]] Result<Verified<RegisteredClaims>>(verify)(std::string_view) const {
            throw std::runtime_error{"of the verifier"};
        }
    };
    Pool threads{1};
    RunningContext loop;
    const BlockingCalls calls{threads.get_executor(), patient()};
    CHECK(loop.run(thrown_by(refusal(AsyncVerifier{offload(Thrower{}, calls)}, "text"))) == "of the verifier");
    CHECK(result_of(loop, calls, []() -> Result<int> { return 1; }).value() == 1);  // the thread goes on
}

TEST_CASE("blocking calls: API keys and sessions on one route, distinguished by their form", "[asio]") {
    Pool threads{2};
    RunningContext loop{2};
    const Login login;
    const AccountKeys api_keys{login.store, {.prefix = "acme"}};
    const std::string key = api_keys.issue(alice()).value().text;
    const BlockingCalls calls{threads.get_executor(), patient()};
    const auto guard = protect(AsyncVerifier{FirstOf{offload(api_keys, calls), offload(login.sessions, calls)}}, greet);
    std::vector<std::future<Response>> answers;
    for (int count = 0; count < 40; ++count) {
        answers.push_back(loop.spawn(guard(request_with(count % 2 == 0 ? key : login.id))));
    }
    std::size_t greeted = 0;
    for (auto& answer : answers) greeted += answer.get().body() == "hello alice" ? 1 : 0;
    CHECK(greeted == 40);
    CHECK(loop.run(guard(request_with("a.b.c"))).result_int() == 401);
    CHECK(login.store->gate.arrived() == 40);
}

TEST_CASE("blocking calls: cached answers about opaque tokens are used in the coroutine's thread", "[asio]") {
    Pool threads{1};
    RunningContext loop;
    const auto gate = std::make_shared<Gate>();
    const auto server = [gate](const FetchRequest&) -> FetchResult {
        gate->pass();
        return FetchResponse{.status = 200, .body = R"({"active":true,"sub":"alice"})"};
    };
    const auto opaque = IntrospectionVerifier<RegisteredClaims>::make("https://id.example/introspect", server,
                                                                      ClientAuthentication::basic("api", "a secret"),
                                                                      {.allow_missing_exp = true})
                            .value();
    const BlockingCalls calls{threads.get_executor(), patient()};
    const auto guard = protect(AsyncVerifier{offload(opaque, calls)}, greet);
    CHECK(loop.run(guard(request_with("known"))).body() == "hello alice");
    gate->set_open(false);
    auto waits = loop.spawn(guard(request_with("new")));
    REQUIRE(gate->wait_for_arrived(2));
    CHECK(loop.run(guard(request_with("known"))).body() == "hello alice");
    gate->set_open(true);
    CHECK(waits.get().body() == "hello alice");
    CHECK(gate->arrived() == 2);
}

TEST_CASE("blocking calls: without an AsyncVerifier no call blocks, and no token is accepted", "[asio]") {
    Pool threads{1};
    const Login login;
    const BlockingCalls calls{threads.get_executor()};
    const auto offloaded = offload(login.sessions, calls);
    STATIC_REQUIRE(TokenVerifier<decltype(offloaded)>);
    const auto who = (offloaded.verify)(login.id);
    REQUIRE_FALSE(who);
    CHECK(who.error().code == Errc::store_unavailable);
    CHECK(login.store->gate.arrived() == 0);
}

TEST_CASE("blocking calls: a request verifier has the fields that it reads of the request", "[asio]") {
    using Connected = BeastRequest<boost::beast::http::string_body>;
    Pool threads{1};
    RunningContext loop;
    const Login login;
    const BlockingCalls calls{threads.get_executor(), patient()};
    const auto guard_for = [&](const std::string& method) {
        const AsyncVerifier verifier{offload(Reader{login.sessions, method}, calls, {"X-Proof", "X-Twice"})};
        return protect(verifier, [](Verified<RegisteredClaims> who, Connected) -> awaitable<Response> {
            return greet(who, Request{});
        });
    };
    Connected request{boost::beast::http::verb::get, "/me", 11};
    request.set(boost::beast::http::field::authorization, "Bearer " + login.id);
    for (const char* const name : {"X-Proof", "X-Other"}) request.set(name, "proof");
    for (const char* const value : {"one", "two"}) request.insert("X-Twice", value);
    request.peer_address = "192.0.2.1";
    request.client_certificate = "der";
    CHECK(loop.run(guard_for("GET")(request)).body() == "hello alice");
    const Response refused = loop.run(guard_for("PUT")(request));
    CHECK(refused.result_int() == 401);
    CHECK(refused[boost::beast::http::field::www_authenticate] == "DPoP");
}

TEST_CASE("blocking calls: the library's request verifiers keep their scheme", "[asio]") {
    Pool threads{1};
    RunningContext loop;
    const BlockingCalls calls{threads.get_executor(), patient()};
    const auto keys = Keys<HS256>::generate().value();
    const auto tokens = verifier_for<RegisteredClaims>(keys, {.allow_missing_exp = true});
    const auto bound = offload(certificate_bound(tokens), calls);
    STATIC_REQUIRE(RequestVerifier<decltype(bound)>);
    STATIC_REQUIRE_FALSE(TokenVerifier<decltype(bound)>);
    STATIC_REQUIRE(decltype(bound)::needs_client_certificate);
    const auto over_tls = [](Verified<RegisteredClaims> who, BeastRequest<boost::beast::http::string_body>) {
        return greet(std::move(who), Request{});
    };
    BeastRequest<boost::beast::http::string_body> request{boost::beast::http::verb::get, "/me", 11};
    request.set(boost::beast::http::field::authorization, "Bearer " + encode(alice(), keys).value());
    CHECK(loop.run(protect(AsyncVerifier{bound}, over_tls)(request)).result_int() == 401);
    const auto dpop =
        dpop_bound(tokens, {.base_url = "https://api.example", .replays = std::make_shared<MemoryStore>()});
    const auto offloaded = offload(dpop, calls);
    STATIC_REQUIRE(decltype(offloaded)::scheme == "DPoP");
    STATIC_REQUIRE(decltype(offloaded)::needs_method_and_url);
    const Response refused = loop.run(protect(AsyncVerifier{offloaded}, greet)(request_with("")));
    CHECK(refused.result_int() == 401);
    CHECK(std::string{refused[boost::beast::http::field::www_authenticate]}.starts_with("DPoP"));
}

TEST_CASE("blocking calls: the coroutines' context may be destroyed while calls run and wait", "[asio]") {
    Pool threads{1};
    const Login login;
    const BlockingCalls calls{threads.get_executor(), patient()};
    login.store->gate.set_open(false);
    {
        RunningContext loop{2};
        const auto guard = protect(AsyncVerifier{offload(login.sessions, calls)}, greet);
        for (int count = 0; count < 8; ++count) {
            boost::asio::co_spawn(loop.context(), guard(request_with(login.id)), drop_response);
        }
        REQUIRE(login.store->gate.wait_for_arrived(1));
    }
    login.store->gate.set_open(true);
    threads.join();
    CHECK(login.store->gate.arrived() == 1);  // the other calls were not made, because no coroutine waits for them
}

TEST_CASE("blocking calls: the destructor of the context waits for a running function", "[asio]") {
    Pool threads{1};
    Gate gate;
    gate.set_open(false);
    const BlockingCalls calls{threads.get_executor(), patient()};
    bool was_there = false;
    std::thread opens;
    {
        RunningContext loop;
        const auto coroutine = [](BlockingCalls here, Gate& shared, bool& is_there) -> awaitable<void> {
            const std::string local(100, 'x');
            const auto read = [&]() -> Result<void> {
                shared.pass();
                is_there = local == std::string(100, 'x');
                return {};
            };
            static_cast<void>(co_await here.run(read));
        };
        boost::asio::co_spawn(loop.context(), coroutine(calls, gate, was_there), [](const std::exception_ptr&) {});
        REQUIRE(gate.wait_for_arrived(1));
        opens = std::thread{[&] { gate.set_open(true); }};
    }
    CHECK(gate.wait_for_passed(1));
    opens.join();
    threads.join();
    CHECK(was_there);
}

TEST_CASE("blocking calls: the pool may be destroyed before the coroutines' context", "[asio]") {
    RunningContext loop;
    const Login login;
    auto threads = std::make_unique<Pool>(1);
    const BlockingCalls calls{threads->get_executor(), patient()};
    const AsyncVerifier verifier{offload(login.sessions, calls)};
    login.store->gate.set_open(false);
    auto runs = loop.spawn(refusal(verifier, login.id));
    REQUIRE(login.store->gate.wait_for_arrived(1));
    auto waits = loop.spawn(refusal(verifier, login.id));
    auto waits_too = loop.spawn(kept(calls.run([]() -> Result<int> { return 1; })));
    loop.run(settle());  // both are queued
    threads->stop();
    login.store->gate.set_open(true);
    threads.reset();
    CHECK_FALSE(runs.get());  // it ran, and its thread waits for it
    const auto error = waits.get();
    REQUIRE(error);
    CHECK(error->reason == "the threads for blocking calls have ended");
    CHECK(waits_too.get()->error().code == Errc::store_unavailable);
}

TEST_CASE("blocking calls: many coroutines, threads and destroyed contexts at once", "[asio]") {
    const Login login;
    for (int round = 0; round < 20; ++round) {
        auto threads = std::make_unique<Pool>(2);
        auto loop = std::make_unique<RunningContext>(2);
        // Where a call is waited for below, none may be given up before it begins.
        const std::chrono::milliseconds max_wait = round % 3 == 2 ? 60'000ms : 1ms * (round % 3);
        const BlockingCalls calls{threads->get_executor(), {.max_calls = 16, .max_wait = max_wait}};
        const auto guard = protect(AsyncVerifier{offload(login.sessions, calls)}, greet);
        const std::size_t before = login.store->gate.arrived();
        for (int count = 0; count < 40; ++count) {
            boost::asio::co_spawn(loop->context(), guard(request_with(login.id)), drop_response);
        }
        if (round % 3 == 2) static_cast<void>(login.store->gate.wait_for_arrived(before + 1));
        if (round % 2 == 0) threads->stop();
        loop.reset();
        threads.reset();
    }
    CHECK((login.sessions.verify)(login.id).has_value());
}
