// SPDX-License-Identifier: MIT
// protect: every kind of handler and of answer, on a made-up stack.
#include <credence/http/bearer.hpp>

#include <atomic>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/accounts.hpp"
#include "support/acme_http.hpp"
#include "support/catch.hpp"

using acme::Request;
using acme::Response;
using credence::Errc;
using credence::Granted;
using credence::protect;
using credence::Rejection;
using credence::Verified;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;

namespace {

using Who = Verified<AccountClaims>;
const auto& verifier = account_verifier();

Request good(std::optional<std::string> scope = {}) {
    return acme::with_authorization("Bearer " + account_token("42", std::move(scope)));
}
Request bad() { return acme::with_authorization("Bearer " + support::expired_token()); }

void greet(const Who& who, const Request&, Response& response) { response.body = "hello " + who->sub; }
void greet_noexcept(Who who, const Request&, Response& response) noexcept { response.body = who->sub; }

struct Greeter {
    std::string greeting;
    void operator()(const Who& who, const Request&, Response& response) const { response.body = greeting + who->sub; }
};

class Api {
public:
    explicit Api(std::string greeting) : greeting_(std::move(greeting)) {}
    void read(const Who& who, const Request&, Response& response) const { response.body = greeting_ + who->sub; }
    void count(const Who&, const Request&, Response&) { ++calls_; }
    [[nodiscard]] int calls() const { return calls_; }

private:
    std::string greeting_;
    int calls_ = 0;
};

template <class Guard>
Response ask(const Guard& guard, const Request& request) {
    Response response;
    guard(request, response);
    return response;
}

/// The smallest lazy coroutine.
template <class Value>
class Task {
public:
    struct promise_type {
        std::optional<Value> value = {};
        Task get_return_object() { return Task{std::coroutine_handle<promise_type>::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_value(Value given) { value = std::move(given); }
        void unhandled_exception() { std::terminate(); }
    };

    explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (handle_) handle_.destroy();
    }

    Value run() {
        handle_.resume();
        return *handle_.promise().value;
    }

private:
    std::coroutine_handle<promise_type> handle_;
};

struct Done {};

/// A stack that sends a response when told to.
struct LateRequest : Request {};
struct LateResponse {
    std::string log = {};
};

}  // namespace

template <>
struct credence::HttpTraits<LateRequest> {
    static HeaderValue field(const LateRequest& request, std::string_view name) {
        return HttpTraits<Request>::field(request, name);
    }
    static void reject(const Rejection&, const LateRequest&, LateResponse& response) { response.log += "rejected "; }
    static void discard_body(const LateRequest&, LateResponse& response) { response.log += "discarded "; }
    static void send(LateResponse& response) { response.log += "sent "; }
};

TEST_CASE("a guard calls its handler with the proof, or answers by itself") {
    const auto guard = protect(
        verifier, [](const Who& who, const Request&, Response& response) { response.body = "hello " + who->sub; });
    CHECK(ask(guard, good()).body == "hello 42");
    CHECK(ask(guard, good()).status == 200);
    const Response refused = ask(guard, bad());
    CHECK(refused.status == 401);
    CHECK(refused.body.empty());
    CHECK_THAT(refused.challenge, support::contains_text("invalid_token"));
    CHECK(ask(guard, Request{}).challenge == R"(Bearer realm="api")");
}

TEST_CASE("a handler may be a function, a functor, a std::function, a member function, and noexcept") {
    const Api api{"member "};
    CHECK(ask(protect(verifier, greet), good()).body == "hello 42");
    CHECK(ask(protect(verifier, &greet), good()).body == "hello 42");
    CHECK(ask(protect(verifier, greet_noexcept), good()).body == "42");
    CHECK(ask(protect(verifier, Greeter{"functor "}), good()).body == "functor 42");
    CHECK(ask(protect(verifier, std::function{greet}), good()).body == "hello 42");
    CHECK(ask(protect(verifier, &Api::read, &api), good()).body == "member 42");
    CHECK(ask(protect(verifier, &Api::read, &api), bad()).status == 401);

    Api counting{""};
    ask(protect(verifier, &Api::count, &counting, {.realm = "x"}), good());
    CHECK(counting.calls() == 1);
}

TEST_CASE("the guard's operator() is not a template") {
    const auto guard = protect(verifier, greet);
    using Guard = std::remove_const_t<decltype(guard)>;
    static_assert(std::is_same_v<decltype(&Guard::operator()), void (Guard::*)(const Request&, Response&) const>);
    const std::function<void(const Request&, Response&)> stored = guard;
    CHECK(ask(stored, good()).body == "hello 42");
}

TEST_CASE("a guard outlives the verifier that it was made from") {
    std::function<void(const Request&, Response&)> stored;
    {
        const auto shortlived = credence::verifier_for<AccountClaims>(support::account_keys());
        stored = protect(shortlived, greet);
    }
    CHECK(ask(stored, good()).body == "hello 42");
}

TEST_CASE("a guard's challenge has the realm, and the expiry with tell_expired") {
    const auto guard = protect(verifier, greet, {.realm = "shop", .tell_expired = true});
    CHECK(ask(guard, bad()).challenge ==
          R"(Bearer realm="shop", error="invalid_token", error_description="The access token expired")");
}

TEST_CASE("a guard reads a cookie if its location names one") {
    const auto guard = protect(verifier, greet, {.cookie = "token"}, {.realm = "shop"});
    CHECK(ask(guard, {.headers = {{"Cookie", "token=" + account_token("7")}}, .method = "GET"}).body == "hello 7");
    CHECK(ask(guard, good()).body == "hello 42");
    CHECK(ask(guard, {.headers = {{"Cookie", "token=a; token=b"}}}).status == 400);
    CHECK(ask(guard, {}).challenge == R"(Bearer realm="shop")");
}

TEST_CASE("Granted: the scope is part of the handler's signature") {
    const auto guard = protect(verifier, [](const Granted<AccountClaims, "orders:read", "orders:write">& who,
                                            const Request&, Response& response) { response.body = who->sub; });
    CHECK(ask(guard, good("orders:write orders:read")).body == "42");
    const Response refused = ask(guard, good("orders:read"));
    CHECK(refused.status == 403);
    CHECK_THAT(refused.challenge, support::contains_text(R"(scope="orders:read orders:write")"));
    CHECK(ask(guard, bad()).status == 401);
    CHECK_THAT(ask(guard, bad()).challenge, support::contains_text(R"(, scope="orders:read orders:write")"));
}

TEST_CASE("std::optional: requests without a token pass, bad tokens do not") {
    const auto guard = protect(verifier, [](std::optional<Who> who, const Request&, Response& response) {
        response.body = who ? (*who)->sub : "stranger";
    });
    CHECK(ask(guard, good()).body == "42");
    CHECK(ask(guard, Request{}).body == "stranger");
    CHECK(ask(guard, acme::with_authorization("Basic abc")).body == "stranger");
    CHECK(ask(guard, bad()).status == 401);
    CHECK(ask(guard, acme::with_authorization("Bearer")).status == 400);
}

TEST_CASE("std::optional of Granted: a token without the scope is refused") {
    const auto guard = protect(verifier, [](const std::optional<Granted<AccountClaims, "a">>& who, const Request&,
                                            Response& response) { response.body = who ? "granted" : "stranger"; });
    CHECK(ask(guard, good("a")).body == "granted");
    CHECK(ask(guard, Request{}).body == "stranger");
    CHECK(ask(guard, good("b")).status == 403);
}

TEST_CASE("a handler that takes Granted names its scope in the challenge to anonymous requests, too") {
    const auto guard = protect(verifier, [](const Granted<AccountClaims, "files:read">&, const Request&, Response&) {},
                               {.scope = "other", .resource_metadata = "https://a/m", .others = {"Basic"}});
    CHECK(ask(guard, Request{}).challenge ==
          R"(Bearer realm="api", scope="files:read", resource_metadata="https://a/m")");
    CHECK(ask(guard, Request{}).other_challenges == std::vector<std::string>{"Basic"});
    CHECK_THAT(ask(guard, bad()).challenge, support::contains_text(R"(, scope="files:read")"));
    CHECK_THAT(ask(guard, good("a")).challenge, support::contains_text(R"(, scope="files:read")"));
    CHECK(ask(guard, good("a")).status == 403);
    const auto also =
        protect(verifier, [](const std::optional<Granted<AccountClaims, "b">>&, const Request&, Response&) {});
    CHECK_THAT(ask(also, bad()).challenge, support::contains_text(R"(, scope="b")"));
}

TEST_CASE("a handler that returns its response") {
    const auto guard = protect(verifier, [](Who who, const Request&) { return Response{.body = who->sub}; });
    CHECK(guard(good()).body == "42");
    CHECK(guard(bad()).status == 401);
}

TEST_CASE("arguments are forwarded unchanged: move-only values, references, copies") {
    const auto guard = protect(verifier, [](const Who&, std::unique_ptr<int> owned, int& changed, Request request,
                                            Response& response, std::string&& moved) {
        changed = *owned;
        response.body = moved + std::to_string(request.headers.size());
        return 7L;
    });
    int changed = 0;
    Response response;
    CHECK(guard(std::make_unique<int>(5), changed, good(), response, "fields: ") == 7L);
    CHECK(changed == 5);
    CHECK(response.body == "fields: 1");
    CHECK(guard(nullptr, changed, bad(), response, "") == 0L);
    CHECK(response.status == 401);
}

TEST_CASE("a handler may own a move-only object") {
    auto guard = protect(verifier, [owned = std::make_unique<std::string>("own ")](
                                       const Who& who, const Request&, Response& r) { r.body = *owned + who->sub; });
    const auto moved = std::move(guard).on_reject([](const Rejection&, const Request&, Response& r) { r.body = "no"; });
    CHECK(ask(moved, good()).body == "own 42");
    CHECK(ask(moved, bad()).body == "no");
}

TEST_CASE("an on_reject hook answers; status and challenge stay") {
    Errc seen{};
    const auto guard = protect(verifier, greet, {.realm = "shop"})
                           .on_reject([&seen](const Rejection& rejection, const Request&, Response& r) {
                               seen = rejection.reason.code;
                               r = {.status = 200, .challenge = "none", .body = rejection.problem_json()};
                           });
    const Response refused = ask(guard, bad());
    CHECK(seen == Errc::token_expired);
    CHECK(refused.status == 401);
    CHECK_THAT(refused.challenge, support::contains_text(R"(Bearer realm="shop", error="invalid_token")"));
    CHECK_THAT(refused.body, support::contains_text(R"("status":401)"));
    CHECK(ask(guard, good()).body == "hello 42");
}

TEST_CASE("a rejected response that must be sent is sent once, after the hook; handlers send their own") {
    const auto guard = protect(verifier, [](const Who&, const LateRequest&, LateResponse& r) { r.log += "handled "; });
    const auto log_of = [](const auto& asked, const Request& request) {
        LateResponse response;
        asked(LateRequest{request}, response);
        return response.log;
    };
    CHECK(log_of(guard, bad()) == "rejected discarded sent ");
    CHECK(log_of(guard, good()) == "handled ");
    const auto hooked =
        guard.on_reject([](const Rejection&, const LateRequest&, LateResponse& r) { r.log += "hooked "; });
    CHECK(log_of(hooked, bad()) == "hooked rejected discarded sent ");
    const auto returns = protect(verifier, [](const Who&, const LateRequest&) { return LateResponse{"handled "}; });
    CHECK(returns(LateRequest{bad()}).log == "rejected ");
}

TEST_CASE("for a handler that returns its response, the on_reject hook returns one, too") {
    const auto plain = protect(verifier, [](const Who&, const Request&) { return Response{}; });
    const auto guard = plain.on_reject([](const auto& rejection, const auto&) {
        return Response{.status = 200, .body = std::string{to_string(rejection.reason.code)}};
    });
    CHECK(guard(bad()).status == 401);
    CHECK(guard(bad()).body == "token_expired");
    CHECK(plain(bad()).body.empty());
}

TEST_CASE("a coroutine starts with a proof of its own, after the guard and the verifier are gone") {
    auto task = [] {
        const auto shortlived = credence::verifier_for<AccountClaims>(support::account_keys());
        return protect(shortlived,
                       [](Who who, Request) -> Task<Response> { co_return Response{.body = who->sub}; })(good());
    }();
    CHECK(task.run().body == "42");
}

TEST_CASE("the refusal of a coroutine is a finished coroutine, which outlives the guard") {
    auto task = [] { return protect(verifier, [](Who, Request) -> Task<Response> { co_return Response{}; })(bad()); }();
    CHECK(task.run().status == 401);

    auto hooked = [] {
        return protect(verifier, [](Who, Request) -> Task<Response> { co_return Response{}; })
            .on_reject([](const Rejection&, const Request&) { return Response{.body = "no"}; })(bad());
    }();
    const Response refused = hooked.run();
    CHECK(refused.status == 401);
    CHECK(refused.body == "no");
}

TEST_CASE("a coroutine that fills a response") {
    Response response;
    const auto guard = protect(verifier, [](Who who, Request, Response& out) -> Task<Done> {
        out.body = who->sub;
        co_return Done{};
    });
    auto refused = guard(bad(), response);
    CHECK(response.status == 401);
    refused.run();
    response = {};
    guard(good(), response).run();
    CHECK(response.body == "42");
}

TEST_CASE("threads share a guard") {
    const auto guard = protect(verifier, greet);
    const Request known = good();
    const Request stranger = bad();
    std::atomic<int> right = 0;
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int round = 0; round < 50; ++round) {
                right += ask(guard, known).body == "hello 42" && ask(guard, stranger).status == 401 ? 1 : 0;
            }
        });
    }
    threads.clear();
    CHECK(right == 200);
}
