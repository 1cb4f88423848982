// SPDX-License-Identifier: MIT
// IntrospectionVerifier: an authorization server's answers about opaque tokens, and how long they are kept.
#include <credence/claims/claims.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/token_verifier.hpp>
#include <credence/keys/keys.hpp>
#include <credence/remote/introspection_verifier.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace credence;
using namespace std::chrono_literals;

namespace {

struct Private {
    std::string client_id;
};
using MyClaims = Claims<Private>;
using Introspection = IntrospectionVerifier<MyClaims>;

const std::string endpoint = "https://id.example/introspect";
const NumericDate noon{1'700'000'000s};

/// A server whose answers a test sets, and which records the requests. A handle: copies share the server.
struct Server {
    struct State {
        FetchResult answer = FetchResponse{};
        std::vector<FetchRequest> asked = {};
        bool throws = false;
    };
    std::shared_ptr<State> state = std::make_shared<State>();

    FetchResult operator()(const FetchRequest& request) const {
        state->asked.push_back(request);
        if (state->throws) throw std::runtime_error{"not for others"};
        return state->answer;
    }
    void say(std::string body, int status = 200) const {
        state->answer = FetchResponse{.status = status, .body = std::move(body)};
    }
    [[nodiscard]] std::size_t asked() const { return state->asked.size(); }
};

/// An answer for an active token, with other members behind it.
std::string active(const std::string& more = "") {
    return R"({"active":true,"sub":"alice","client_id":"app","aud":"orders","scope":"read write","exp":1700000600)" +
           more + "}";
}

Validation<MyClaims> rules() {
    return {.audience = "orders", .clock = [] { return noon; }};
}

Introspection verifier_over(const Server& server, IntrospectionOptions options = {},
                            Validation<MyClaims> validation = rules()) {
    return Introspection::make(endpoint, server, ClientAuthentication::basic("orders", "a secret"),
                               std::move(validation), options)
        .value();
}

std::optional<Error> refusal(const Introspection& verifier, std::string_view token = "opaque") {
    const auto verified = verifier.verify(token);
    return verified ? std::nullopt : std::optional{verified.error()};
}

}  // namespace

TEST_CASE("an active token proves the claims of the answer", "[introspection_verifier]") {
    STATIC_REQUIRE(TokenVerifier<Introspection>);
    const Server server;
    server.say(active());
    const auto who = verifier_over(server).verify("a+b/c=");
    REQUIRE(who.has_value());
    CHECK(who->sub == "alice");
    CHECK(who->client_id == "app");
    CHECK((*who).scopes().size() == 2);

    REQUIRE(server.asked() == 1);
    const FetchRequest& request = server.state->asked.front();
    CHECK(request.url.text() == endpoint);
    CHECK(request.form == "token=a%2Bb%2Fc%3D&token_type_hint=access_token");
    CHECK(request.authorization == "Basic b3JkZXJzOmElMjBzZWNyZXQ=");
    CHECK(request.accept == "application/json");
    CHECK(request.most_bytes == 64 * 1024);
}

TEST_CASE("an inactive token is refused, whatever the other members of the answer", "[introspection_verifier]") {
    const Server server;
    server.say(R"({"active":false,"sub":"alice","client_id":"app","aud":"orders","exp":1700000600})");
    const auto refused = refusal(verifier_over(server));
    CHECK(refused->code == Errc::check_failed);
    CHECK(refused->claim == "active");
}

TEST_CASE("the rules apply to the members of an answer", "[introspection_verifier]") {
    const Server server;
    const auto code = [&](const std::string& body, Validation<MyClaims> validation = rules()) {
        server.say(body);
        const auto refused = refusal(verifier_over(server, {}, std::move(validation)));
        return refused ? std::optional{refused->code} : std::nullopt;
    };
    CHECK(code(R"({"active":true,"client_id":"a","aud":"orders","exp":1699999999})") == Errc::token_expired);
    CHECK(code(R"({"active":true,"client_id":"a","aud":"orders"})") == Errc::missing_claim);
    CHECK(code(R"({"active":true,"client_id":"a","aud":"others","exp":1700000600})") == Errc::invalid_audience);
    CHECK(code(R"({"active":true,"aud":"orders","exp":1700000600})") == Errc::missing_claim);
    CHECK(code(R"({"active":true,"client_id":7,"aud":"orders","exp":1700000600})") == Errc::invalid_claim_type);
    CHECK(code(active(R"(,"cnf":{"jkt":"x"})")) == Errc::proof_required);
    CHECK(code(active(R"(,"nbf":1700000100)")) == Errc::token_not_yet_valid);

    auto strict = rules();
    strict.issuer = "https://id.example";
    CHECK(code(active(), strict) == Errc::missing_claim);
    CHECK(code(active(R"(,"iss":"https://other.example")"), strict) == Errc::invalid_issuer);
    CHECK_FALSE(code(active(R"(,"iss":"https://id.example")"), strict));
    auto checked = rules();
    checked.checks = {{"client", [](const MyClaims& claims) { return claims.client_id == "web"; }}};
    CHECK(code(active(), checked) == Errc::check_failed);
    auto typed = rules();
    typed.type = "at+jwt";  // there is no header
    CHECK_FALSE(code(active(), typed));
}

TEST_CASE("without a usable answer the result is keys_unavailable, and nothing is cached", "[introspection_verifier]") {
    const Server server;
    const Introspection verifier = verifier_over(server);
    const auto is_unavailable = [&] { return refusal(verifier)->code == Errc::keys_unavailable; };
    for (const char* body : {"", "<html>", "[]", "{}", R"({"active":"true"})", R"({"active":1})", R"({"active":null})",
                             R"({"active":true,"active":false})"}) {
        server.say(body);
        CHECK(is_unavailable());
    }
    for (const int status : {204, 302, 400, 401, 403, 404, 500, 503}) {
        server.say(active(), status);
        CHECK(is_unavailable());
    }
    server.say(active() + std::string(64 * 1024, ' '));
    CHECK(is_unavailable());
    server.state->answer = FetchError{FetchStage::timeout, "detail"};
    CHECK(is_unavailable());
    server.state->throws = true;
    CHECK(is_unavailable());
    server.state->throws = false;
    server.say(active());
    CHECK_FALSE(refusal(verifier));
}

TEST_CASE("an accepted token is cached for at most a minute, and never beyond exp", "[introspection_verifier]") {
    const Server server;
    server.say(active());
    const Introspection verifier = verifier_over(server);
    CHECK_FALSE(refusal(verifier));
    CHECK_FALSE(refusal(verifier));
    CHECK_FALSE(refusal(Introspection{verifier}));
    CHECK(server.asked() == 1);
    CHECK_FALSE(refusal(verifier, "another"));
    CHECK(server.asked() == 2);

    // If answers are not kept, each verification asks the server.
    const Introspection forgetful = verifier_over(server, {.cache_accepted = 0s, .cache_refused = 0s});
    CHECK_FALSE(refusal(forgetful));
    CHECK_FALSE(refusal(forgetful));
    CHECK(server.asked() == 4);

    // An answer about a token that has just expired, within the leeway, is not kept.
    auto lenient = rules();
    lenient.leeway = 60s;
    server.say(R"({"active":true,"client_id":"a","aud":"orders","exp":1699999990})");
    const Introspection at_the_end = verifier_over(server, {}, lenient);
    CHECK_FALSE(refusal(at_the_end));
    CHECK_FALSE(refusal(at_the_end));
    CHECK(server.asked() == 6);
}

TEST_CASE("a cached answer is checked against the clock again", "[introspection_verifier]") {
    const auto moment = std::make_shared<NumericDate>(noon);
    auto moving = rules();
    moving.clock = [moment] { return *moment; };
    const Server server;
    server.say(active());
    const Introspection verifier = verifier_over(server, {}, moving);
    CHECK_FALSE(refusal(verifier));
    *moment += 601s;
    CHECK(refusal(verifier)->code == Errc::token_expired);
    CHECK(server.asked() == 1);
}

TEST_CASE("the clock of the rules may be unset, or at an end of its range", "[introspection_verifier]") {
    Server server;
    server.say(R"({"active":true,"sub":"alice","client_id":"app","aud":"orders","exp":4102444800})");
    auto without_clock = rules();
    without_clock.clock = {};
    CHECK_FALSE(refusal(verifier_over(server, {}, without_clock)));
    auto at_the_beginning = rules();
    at_the_beginning.clock = [] { return (NumericDate::min)(); };
    CHECK_FALSE(refusal(verifier_over(server, {}, at_the_beginning)));
    auto at_the_end = rules();
    at_the_end.clock = [] { return (NumericDate::max)(); };
    CHECK(refusal(verifier_over(server, {}, at_the_end)).value().code == Errc::token_expired);
}

TEST_CASE("a refusal is cached for a while, too", "[introspection_verifier]") {
    const Server server;
    server.say(R"({"active":false})");
    const Introspection verifier = verifier_over(server);
    for (int count = 0; count < 5; ++count) CHECK(refusal(verifier)->code == Errc::check_failed);
    CHECK(server.asked() == 1);
    server.say(R"({"active":true})");
    CHECK(refusal(verifier, "another")->code == Errc::missing_claim);
    CHECK(refusal(verifier, "another")->code == Errc::missing_claim);
    CHECK(server.asked() == 2);
}

TEST_CASE("refused tokens, which anybody can make up, push no accepted one out of the cache",
          "[introspection_verifier]") {
    const Server server;
    const auto refuse_many = [&](const Introspection& verifier) {
        server.say(R"({"active":false})");
        for (int count = 0; count < 50; ++count) CHECK(refusal(verifier, "no" + std::to_string(count)));
    };
    for (const auto cache_refused : {5s, 0s}) {
        server.say(active());
        const Introspection verifier = verifier_over(server, {.cache_refused = cache_refused, .max_cached = 10});
        CHECK_FALSE(refusal(verifier));
        refuse_many(verifier);
        CHECK_FALSE(refusal(verifier));
        CHECK(verifier.verify_kept("opaque").value().has_value());
    }
}

TEST_CASE("a cached answer is returned without a request", "[introspection_verifier]") {
    const Server server;
    const Introspection verifier = verifier_over(server);
    CHECK_FALSE(verifier.verify_kept("opaque"));
    CHECK(server.asked() == 0);
    server.say(active());
    CHECK_FALSE(refusal(verifier));
    const auto kept = verifier.verify_kept("opaque");
    REQUIRE(kept);
    CHECK(kept->value()->sub == "alice");
    server.say(R"({"active":false})");
    CHECK(refusal(verifier, "other")->code == Errc::check_failed);
    CHECK(verifier.verify_kept("other")->error().claim == "active");
    server.say(active(R"(,"cnf":{"jkt":"x"})"));
    CHECK(refusal(verifier, "bound")->code == Errc::proof_required);
    CHECK(verifier.verify_kept("bound")->error().code == Errc::proof_required);
    CHECK_FALSE(verifier.verify_kept(""));
    CHECK_FALSE(verifier.verify_kept(std::string(100'000, 'x')));
    CHECK(server.asked() == 3);
}

TEST_CASE("a key-bound token is accepted with its proof, also from a cached answer", "[introspection_verifier]") {
    STATIC_REQUIRE(BindableVerifier<Introspection>);
    const Server server;
    server.say(active(R"(,"cnf":{"jkt":"x"})"));
    const Introspection verifier = verifier_over(server);
    const auto is_x = [](std::string_view confirmation) {
        return confirmation == R"({"jkt":"x"})" ? Result<void>{} : Result<void>{Errc::invalid_proof};
    };
    const auto is_y = [](std::string_view) { return Result<void>{Errc::invalid_proof}; };
    CHECK(refusal(verifier)->code == Errc::proof_required);
    CHECK(verifier.verify("opaque", ConfirmationCheck{is_x}).has_value());
    CHECK(verifier.verify("opaque", ConfirmationCheck{is_y}).error().code == Errc::invalid_proof);
    CHECK(refusal(verifier)->code == Errc::proof_required);
    CHECK(server.asked() == 1);
}

TEST_CASE("a text that cannot be in a header is refused without a request", "[introspection_verifier]") {
    const Server server;
    const Introspection verifier = verifier_over(server);
    CHECK(refusal(verifier, "")->code == Errc::malformed_token);
    CHECK(refusal(verifier, "")->reason == "an empty token");
    CHECK(refusal(verifier, "a b")->reason == "a byte that is not visible ASCII");
    CHECK(refusal(verifier, "a b")->code == Errc::malformed_token);
    CHECK(refusal(verifier, "a\r\nb")->code == Errc::malformed_token);
    CHECK(refusal(verifier, "\xc3\xa4")->code == Errc::malformed_token);
    CHECK(refusal(verifier, std::string(20'000, 'a'))->code == Errc::token_too_large);
    CHECK(refusal(verifier, std::string(20'000, 'a'))->reason == "longer than max_token_bytes");
    CHECK(server.asked() == 0);
}

TEST_CASE("at most max_requests requests run at once", "[introspection_verifier]") {
    // The second token is verified while the first one's request is under way.
    const Server server;
    server.say(active());
    std::optional<Introspection> verifier;
    std::optional<Error> within;
    const auto nested = [&](const FetchRequest& request) -> FetchResult {
        if (server.asked() == 0) {
            static_cast<void>(server(request));
            within = refusal(*verifier, "second");
        }
        return server.state->answer;
    };
    verifier.emplace(
        Introspection::make(endpoint, nested, ClientAuthentication::basic("a", "b"), rules(), {.max_requests = 1})
            .value());
    CHECK_FALSE(refusal(*verifier, "first"));
    CHECK(within->code == Errc::keys_unavailable);
    CHECK_FALSE(refusal(*verifier, "third"));
}

namespace {

/// A transport whose copies fail as long as a test says so.
struct Scarce {
    std::shared_ptr<bool> fails = std::make_shared<bool>(false);

    Scarce() = default;
    Scarce(const Scarce& other) : fails(other.fails) {
        if (*fails) throw std::bad_alloc{};
    }
    FetchResult operator()(const FetchRequest&) const { return FetchResponse{.status = 200, .body = active()}; }
};

}  // namespace

TEST_CASE("a transport that cannot be copied for a while counts as no request", "[introspection_verifier]") {
    const Scarce transport;
    const Introspection verifier =
        Introspection::make(endpoint, transport, ClientAuthentication::basic("a", "b"), rules(), {.max_requests = 1})
            .value();
    *transport.fails = true;
    CHECK_THROWS_AS(verifier.verify("opaque"), std::bad_alloc);
    *transport.fails = false;
    CHECK_FALSE(refusal(verifier));
}

TEST_CASE("several threads with the same new token make one request, and all get its answer",
          "[introspection_verifier]") {
    std::atomic<int> asked = 0;
    std::binary_semaphore is_begun{0};
    std::binary_semaphore may_end{0};
    const auto server = [&](const FetchRequest&) -> FetchResult {
        if (++asked == 1) {
            is_begun.release();
            may_end.acquire();
        }
        return FetchResponse{.status = 200, .body = active()};
    };
    const Introspection verifier =
        Introspection::make(endpoint, server, ClientAuthentication::basic("a", "b"), rules()).value();
    std::atomic<int> accepted = 0;
    std::vector<std::thread> threads;
    for (int count = 0; count < 30; ++count) {
        threads.emplace_back([&] { accepted += refusal(verifier) ? 0 : 1; });
    }
    is_begun.acquire();
    CHECK_FALSE(refusal(verifier, "another"));  // waits for no other token's answer
    may_end.release();
    for (std::thread& thread : threads) thread.join();
    CHECK(accepted == 30);
    CHECK(asked == 2);
}

TEST_CASE("waiting threads share a failure, and at most max_waiters wait", "[introspection_verifier]") {
    std::optional<Introspection> verifier;
    std::optional<Error> within;
    int asked = 0;
    const auto nested = [&](const FetchRequest&) -> FetchResult {
        if (++asked == 1) within = refusal(*verifier);
        return FetchResponse{.status = 500};
    };
    const auto make = [&](IntrospectionOptions options) {
        asked = 0;
        verifier.emplace(
            Introspection::make(endpoint, nested, ClientAuthentication::basic("a", "b"), rules(), options).value());
        CHECK(refusal(*verifier)->code == Errc::keys_unavailable);
        CHECK(within->code == Errc::keys_unavailable);
    };
    make({.max_waiters = 0});
    CHECK(within->reason == "max_waiters threads wait for answers of the introspection endpoint");
    CHECK(asked == 1);
    make({.total_timeout = 1ms});
    CHECK(within->reason == "the answer of the introspection endpoint takes too long");
    make({.cache_accepted = 0s});  // each one asks for itself
    CHECK(within->reason == "the introspection endpoint did not answer with status 200");
    CHECK(asked == 2);
}

TEST_CASE("a metadata document names the endpoint", "[introspection_verifier]") {
    struct Issuer {
        std::shared_ptr<std::map<std::string, FetchResponse>> answers =
            std::make_shared<std::map<std::string, FetchResponse>>();
        std::shared_ptr<std::vector<std::string>> asked = std::make_shared<std::vector<std::string>>();
        FetchResult operator()(const FetchRequest& request) const {
            asked->push_back(request.url.text());
            CHECK((request.form.empty() == (request.url.text().find("/.well-known/") != std::string::npos)));
            const auto found = answers->find(request.url.text());
            return found == answers->end() ? FetchResponse{.status = 404} : found->second;
        }
    };
    const Issuer issuer;
    const std::string first = "https://id.example/.well-known/openid-configuration";
    const std::string second = "https://id.example/.well-known/oauth-authorization-server";
    const auto names = [](const std::string& name, const std::string& url) {
        return FetchResponse{.status = 200,
                             .body = R"({"issuer":")" + name + R"(","introspection_endpoint":")" + url + R"("})"};
    };
    const auto verifier = Introspection::discover("https://id.example", issuer, ClientAuthentication::basic("a", "b"),
                                                  rules(), {.cache_accepted = 0s})
                              .value();
    CHECK(issuer.asked->empty());
    SECTION("at either URL, and it is read once") {
        issuer.answers->emplace(second, names("https://id.example", endpoint));
        issuer.answers->emplace(endpoint, FetchResponse{.status = 200, .body = active()});
        CHECK_FALSE(refusal(verifier));
        CHECK_FALSE(refusal(verifier));
        CHECK(*issuer.asked == std::vector<std::string>{first, second, endpoint, endpoint});
        CHECK_FALSE(verifier.discovery_fault());
    }
    SECTION("a document of another issuer names none, and is not read for each token") {
        issuer.answers->emplace(first, names("https://other.example", endpoint));
        const auto refused = refusal(verifier);
        CHECK(refused->code == Errc::keys_unavailable);
        CHECK(refused->retry_after >= 1s);
        CHECK(refusal(verifier)->code == Errc::keys_unavailable);
        CHECK(issuer.asked->size() == 1);
        CHECK(verifier.discovery_fault()->stage == FetchStage::issuer);
        CHECK_THAT(verifier.discovery_fault()->detail, support::contains_text("'https://other.example'"));
    }
    SECTION("a document with an endpoint on loopback names none") {
        issuer.answers->emplace(first, names("https://id.example", "http://127.0.0.1/introspect"));
        CHECK(refusal(verifier)->code == Errc::keys_unavailable);
        CHECK(*issuer.asked == std::vector<std::string>{first});
    }
    SECTION("a document that is too long names none") {
        issuer.answers->emplace(first, names("https://id.example", endpoint));
        issuer.answers->at(first).body.append(300'000, ' ');
        CHECK(refusal(verifier)->code == Errc::keys_unavailable);
        CHECK(verifier.discovery_fault()->stage == FetchStage::too_large);
    }
    CHECK(Introspection::discover("http://id.example", issuer, ClientAuthentication::basic("a", "b"), rules())
              .error()
              .stage == FetchStage::url);
}

namespace {

/// The claims of a signed answer, as JSON.
struct SignedAnswer {
    std::string iss = "https://id.example";
    std::string aud = "orders-client";
    std::optional<NumericDate> iat = now();
    nlohmann::json token_introspection = {
        {"active", true}, {"sub", "alice"}, {"client_id", "app"}, {"aud", "orders"}, {"exp", 1'700'000'600}};
};

}  // namespace

TEST_CASE("signed answers: of the issuer, for this service, and of their own type", "[introspection_verifier]") {
    const auto keys = Keys<EdDSA>::generate().value();
    const auto others = Keys<EdDSA>::generate().value();
    const Server server;
    const SignedIntrospectionRules from{.issuer = "https://id.example", .client_id = "orders-client"};
    const Introspection verifier =
        verifier_over(server, {.cache_accepted = 0s,
                               .cache_refused = 0s,
                               .signed_answers = SignedIntrospection::by(keys.decoding, from).value()});
    const auto code = [&](const std::string& body) {
        server.say(body);
        const auto refused = refusal(verifier);
        return refused ? std::optional{refused->code} : std::nullopt;
    };
    const auto sign = [&](const SignedAnswer& answer, const std::string& type = "token-introspection+jwt") {
        return encode(answer, keys, {.type = type}).value();
    };
    CHECK_FALSE(code(sign({})));
    CHECK(server.state->asked.back().accept == "application/token-introspection+jwt");
    CHECK_FALSE(code(sign({}, "application/token-introspection+jwt")));
    CHECK(code(sign({.token_introspection = {{"active", false}}})) == Errc::check_failed);
    CHECK(code(sign({.token_introspection = {{"active", true}, {"client_id", "app"}, {"aud", "others"}}})) ==
          Errc::missing_claim);

    const auto is_unavailable = [&](const std::string& body) { return code(body) == Errc::keys_unavailable; };
    CHECK(is_unavailable(active()));  // one that is not signed
    CHECK(is_unavailable(sign({}, "at+jwt")));
    CHECK(is_unavailable(sign({}, "")));
    CHECK(is_unavailable(sign({.iss = "https://other.example"})));
    CHECK(is_unavailable(sign({.aud = "another-client"})));
    CHECK(is_unavailable(sign({.iat = std::nullopt})));
    CHECK(is_unavailable(sign({.iat = now() - 10min})));
    CHECK(is_unavailable(sign({.token_introspection = "active"})));
    CHECK(is_unavailable(sign({.token_introspection = {{"active", "true"}}})));
    CHECK(is_unavailable(encode(SignedAnswer{}, others, {.type = "token-introspection+jwt"}).value()));
}

TEST_CASE("signed answers need a client and an issuer", "[introspection_verifier]") {
    const auto keys = Keys<EdDSA>::generate().value();
    CHECK(SignedIntrospection::by(keys.decoding, {.issuer = "https://id.example"}).error().code ==
          Errc::invalid_audience);
    CHECK(SignedIntrospection::by(keys.decoding, {.client_id = "orders"}).error().code == Errc::invalid_issuer);
}

TEST_CASE("invalid options and URLs are refused", "[introspection_verifier]") {
    const auto stage = [](const std::string& url, IntrospectionOptions options = {}) {
        return Introspection::make(url, Server{}, ClientAuthentication::basic("a", "b"), rules(), options)
            .error()
            .stage;
    };
    CHECK(stage("http://id.example/introspect") == FetchStage::url);
    CHECK(stage(endpoint, {.cache_accepted = 61s}) == FetchStage::configuration);
    CHECK(stage(endpoint, {.cache_refused = -1s}) == FetchStage::configuration);
    CHECK(stage(endpoint, {.max_requests = 0}) == FetchStage::configuration);
    CHECK(stage(endpoint, {.total_timeout = 0ms}) == FetchStage::configuration);
}
