// SPDX-License-Identifier: MIT
// IntrospectionVerifier: what an authorization server says of opaque tokens, and how long that counts.
#include <credence/claims/claims.hpp>
#include <credence/jwt/token_verifier.hpp>
#include <credence/remote/introspection_verifier.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

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

/// A server that answers as a test says, and notes what it was asked; a handle.
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

TEST_CASE("a token that is not active is refused, whatever else the answer says", "[introspection_verifier]") {
    const Server server;
    server.say(R"({"active":false,"sub":"alice","client_id":"app","aud":"orders","exp":1700000600})");
    const auto refused = refusal(verifier_over(server));
    CHECK(refused->code == Errc::check_failed);
    CHECK(refused->claim == "active");
}

TEST_CASE("the rules hold for the members of an answer", "[introspection_verifier]") {
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

TEST_CASE("without a usable answer a token is unavailable, and nothing is kept", "[introspection_verifier]") {
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

TEST_CASE("an accepted token is asked about again after a minute at most, and never kept beyond exp",
          "[introspection_verifier]") {
    const Server server;
    server.say(active());
    const Introspection verifier = verifier_over(server);
    CHECK_FALSE(refusal(verifier));
    CHECK_FALSE(refusal(verifier));
    CHECK_FALSE(refusal(Introspection{verifier}));
    CHECK(server.asked() == 1);
    CHECK_FALSE(refusal(verifier, "another"));
    CHECK(server.asked() == 2);

    // Without time to keep, each token is asked about each time.
    const Introspection forgetful = verifier_over(server, {.cache_accepted = 0s, .cache_refused = 0s});
    CHECK_FALSE(refusal(forgetful));
    CHECK_FALSE(refusal(forgetful));
    CHECK(server.asked() == 4);

    // One that expires now, within the leeway, is not kept.
    auto lenient = rules();
    lenient.leeway = 60s;
    server.say(R"({"active":true,"client_id":"a","aud":"orders","exp":1699999990})");
    const Introspection at_the_end = verifier_over(server, {}, lenient);
    CHECK_FALSE(refusal(at_the_end));
    CHECK_FALSE(refusal(at_the_end));
    CHECK(server.asked() == 6);
}

TEST_CASE("an answer that is kept is judged again by the clock", "[introspection_verifier]") {
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

TEST_CASE("the clock of the rules may be unset, or at an end of time", "[introspection_verifier]") {
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

TEST_CASE("a refusal is kept for a while, too", "[introspection_verifier]") {
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

TEST_CASE("a token that is bound to a key is accepted with its proof, also when its answer is kept",
          "[introspection_verifier]") {
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

TEST_CASE("what no header can carry is refused without a question", "[introspection_verifier]") {
    const Server server;
    const Introspection verifier = verifier_over(server);
    CHECK(refusal(verifier, "")->code == Errc::malformed_token);
    CHECK(refusal(verifier, "a b")->code == Errc::malformed_token);
    CHECK(refusal(verifier, "a\r\nb")->code == Errc::malformed_token);
    CHECK(refusal(verifier, "\xc3\xa4")->code == Errc::malformed_token);
    CHECK(refusal(verifier, std::string(20'000, 'a'))->code == Errc::token_too_large);
    CHECK(server.asked() == 0);
}

TEST_CASE("no more than max_requests are under way", "[introspection_verifier]") {
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

TEST_CASE("options and URLs that make no sense are refused", "[introspection_verifier]") {
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
