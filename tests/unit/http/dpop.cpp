// SPDX-License-Identifier: MIT
// DPoP at a server: each rule of RFC 9449 §4.3 and its refusal, the schemes, nonces, replays, and the answers to a
// client.
#include <credence/http/bearer.hpp>
#include <credence/http/dpop.hpp>
#include <credence/http/first_of.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/multi_issuer.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/stores/memory_replays.hpp>
#include <credence/unverified.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>

#include "support/acme_http.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::dpop_bound;
using credence::DpopOptions;
using credence::Errc;
using credence::Error;
using credence::FirstOf;
using credence::MemoryReplayStore;
using credence::NumericDate;
using credence::protect;
using credence::Rejection;
using credence::require_bearer;
using credence::Verified;
using nlohmann::json;

namespace {

const NumericDate noon{1'700'000'000s};
using Claims = credence::RegisteredClaims;

template <class Alg>
const credence::Keys<Alg>& made_key() {
    static const auto keys = credence::Keys<Alg>::generate().value();
    return keys;
}
const auto& issuer_keys() { return made_key<credence::ES256>(); }
const auto& client_keys() { return made_key<credence::EdDSA>(); }

/// A request with a method and a target.
struct Call : acme::Request {
    std::string verb = "GET";
    std::string target = "/orders/7?page=2";
};

template <class Alg>
std::string thumbprint_of(const credence::Keys<Alg>& keys) {
    return credence::thumbprint(keys).value();
}

std::string token_with(const json& more) {
    json claims{{"sub", "42"}, {"exp", 1'700'003'600}};
    claims.update(more);
    return credence::encode(claims, issuer_keys()).value();
}
std::string bound_token() {
    static const std::string token = token_with({{"cnf", {{"jkt", thumbprint_of(client_keys())}}}});
    return token;
}

json public_jwk(const auto& keys) { return json::parse(credence::to_jwk(keys).value()); }

json good_claims(const std::string& token = bound_token()) {
    return {{"jti", "one"},
            {"htm", "GET"},
            {"htu", "https://api.example/orders/7"},
            {"iat", 1'700'000'000},
            {"ath", credence::detail::sha256_text(token)}};
}

/// A proof with a header of its own.
template <class Alg>
std::string proof_by(const credence::Keys<Alg>& keys, const json& claims, const std::string& type, json header) {
    return credence::encode(claims, keys, {.type = type, .header = std::move(header)}).value();
}
/// A proof of these claims, signed with these keys. Its header is right except for the given type.
template <class Alg>
std::string proof_by(const credence::Keys<Alg>& keys, const json& claims, const std::string& type = "dpop+jwt") {
    return proof_by(keys, claims, type, json{{"jwk", public_jwk(keys)}});
}
std::string proof_with(const json& more) {
    json claims = good_claims();
    claims.update(more);
    return proof_by(client_keys(), claims);
}
std::string proof_without(const char* name) {
    json claims = good_claims();
    claims.erase(name);
    return proof_by(client_keys(), claims);
}
std::string good_proof() { return proof_with(json::object()); }

Call request_with(const std::string& proof, const std::string& token = bound_token(),
                  const std::string& scheme = "DPoP") {
    Call call;
    call.headers.emplace("Authorization", scheme + " " + token);
    call.headers.emplace("DPoP", proof);
    return call;
}

auto verifier(bool allow_bearer_use = false) {
    return credence::verifier_for<Claims>(issuer_keys(),
                                          {.allow_bearer_use = allow_bearer_use, .clock = [] { return noon; }});
}

DpopOptions options(NumericDate moment = noon) {
    const auto clock = [moment] { return moment; };
    return {.base_url = "https://api.example",
            .replays = std::make_shared<MemoryReplayStore>(credence::MemoryReplayLimits{.clock = clock}),
            .clock = clock};
}

/// A store that counts its calls and gives the answer that a test sets.
struct CountingStore {
    int uses = 0;
    credence::Result<bool> answer = true;
    std::string id = {};
    NumericDate until = {};

    credence::Result<bool> use_once(std::string_view used, NumericDate end) {
        ++uses;
        id = used;
        until = end;
        return answer;
    }
};

/// A store over a network: some time passes before it looks.
struct DistantStore {
    explicit DistantStore(std::shared_ptr<NumericDate> now) : moment(std::move(now)) {}

    std::shared_ptr<NumericDate> moment;
    std::chrono::seconds delay = 0s;
    MemoryReplayStore known{{.clock = [this] { return *moment; }}};

    credence::Result<bool> use_once(std::string_view id, NumericDate until) {
        *moment += delay;
        return known.use_once(id, until);
    }
};

/// "accepted", or the code of the refusal and the claim to blame.
std::string judged_by(const auto& bound, const Call& call) {
    const auto who = require_bearer(call, bound);
    if (who) return "accepted";
    const Error& error = who.error().reason;
    return std::string{to_string(error.code)} + (error.claim.empty() ? "" : " " + error.claim);
}
std::string judged(const Call& call, const DpopOptions& rules = options()) {
    return judged_by(dpop_bound(verifier(), rules), call);
}

}  // namespace

template <>
struct credence::HttpTraits<Call> : credence::HttpTraits<acme::Request> {
    static std::string_view method(const Call& call) { return call.verb; }
    static std::string_view url(const Call& call) { return call.target; }
};

TEST_CASE("a bound token with a proof of its key for this request is accepted") {
    const auto bound = dpop_bound(verifier(), options());
    const auto who = require_bearer(request_with(good_proof()), bound);
    REQUIRE(who);
    CHECK(who->sub == "42");
    CHECK(judged(request_with(good_proof(), bound_token(), "dpop")) == "accepted");
    const auto guard = protect(bound, [](const Verified<Claims>& who_is, const Call&, acme::Response& response) {
        response.body = who_is->sub;
    });
    acme::Response response;
    guard(request_with(proof_with({{"jti", "two"}})), response);
    CHECK(response.body == "42");
    STATIC_REQUIRE(credence::RequestVerifier<std::remove_const_t<decltype(bound)>>);
    STATIC_REQUIRE_FALSE(credence::TokenVerifier<std::remove_const_t<decltype(bound)>>);
}

TEST_CASE("keys of every asymmetric algorithm make proofs") {
    const auto accepted = []<class Alg>(std::type_identity<Alg>) {
        const auto& keys = made_key<Alg>();
        const std::string token = token_with({{"cnf", {{"jkt", thumbprint_of(keys)}}}});
        CHECK(judged(request_with(proof_by(keys, good_claims(token)), token)) == "accepted");
    };
    accepted(std::type_identity<credence::ES256>{});
    accepted(std::type_identity<credence::ES384>{});
    accepted(std::type_identity<credence::PS256>{});
    accepted(std::type_identity<credence::Ed25519>{});
}

TEST_CASE("attack row 43: a request without exactly one proof is refused") {
    Call call = request_with(good_proof());
    call.headers.erase("DPoP");
    CHECK(judged(call) == "invalid_proof");
    CHECK(judged(request_with("")) == "invalid_proof");
    call = request_with(good_proof());
    call.headers.emplace("DPoP", proof_with({{"jti", "two"}}));
    CHECK(judged(call) == "invalid_proof");
    CHECK(judged(request_with(good_proof() + ", " + good_proof())) == "invalid_proof");
    CHECK(judged(request_with(std::string(9000, 'a'))) == "invalid_proof");
    for (const std::string text : {"a", "..", "a.b.c", "e30.e30.", "bnVsbA.e30.YQ", "eyJqd2siOnt9.e30.YQ"}) {
        INFO(text);
        CHECK(judged(request_with(text)).starts_with("invalid_proof"));
    }
}

TEST_CASE("attack row 43: a proof of another type, or without its key, is refused") {
    CHECK(judged(request_with(proof_by(client_keys(), good_claims(), "JWT"))) == "invalid_proof typ");
    CHECK(judged(request_with(proof_by(client_keys(), good_claims(), ""))) == "invalid_proof typ");
    CHECK(judged(request_with(proof_by(client_keys(), good_claims(), "dpop+jwt", json{{"x", 1}}))) ==
          "invalid_proof jwk");
    CHECK(judged(request_with(proof_by(client_keys(), good_claims(), "dpop+jwt", json{{"jwk", "text"}}))) ==
          "invalid_proof jwk");
}

TEST_CASE("attack row 43: a private key, a shared secret and another key are refused") {
    const json whole = json::parse(credence::export_private_jwk_in_the_clear(client_keys()).value());
    CHECK(judged(request_with(proof_by(client_keys(), good_claims(), "dpop+jwt", json{{"jwk", whole}}))) ==
          "invalid_proof jwk");
    const auto& secret = made_key<credence::HS256>();
    const json oct = json::parse(credence::export_private_jwk_in_the_clear(secret).value());
    CHECK(judged(request_with(proof_by(secret, good_claims(), "dpop+jwt", json{{"jwk", oct}}))) == "invalid_proof alg");
    const auto& other = made_key<credence::ES256>();
    CHECK(judged(request_with(proof_by(other, good_claims()))) == "invalid_proof jwk");
    // The header has the right key, but another key made the signature: the thumbprint alone proves nothing.
    CHECK(judged(request_with(proof_by(other, good_claims(), "dpop+jwt", json{{"jwk", public_jwk(client_keys())}}))) ==
          "invalid_proof jwk");
    const auto stranger = credence::Keys<credence::EdDSA>::generate().value();
    CHECK(judged(request_with(proof_by(stranger, good_claims(), "dpop+jwt",
                                       json{{"jwk", public_jwk(client_keys())}}))) == "invalid_proof");
}

TEST_CASE("a bad signature is refused, also if the key is cached") {
    const auto bound = dpop_bound(verifier(), options());
    REQUIRE(require_bearer(request_with(good_proof()), bound));
    std::string forged = proof_with({{"jti", "two"}});
    forged[forged.size() - 3] = forged[forged.size() - 3] == 'A' ? 'B' : 'A';
    CHECK(require_bearer(request_with(forged), bound).error().reason.code == Errc::invalid_proof);
    CHECK(require_bearer(request_with(proof_with({{"jti", "two"}})), bound));
}

TEST_CASE("attack row 43: a proof for another method or URL is refused") {
    CHECK(judged(request_with(proof_with({{"htm", "POST"}}))) == "invalid_proof htm");
    CHECK(judged(request_with(proof_with({{"htm", "get"}}))) == "invalid_proof htm");
    CHECK(judged(request_with(proof_without("htm"))) == "invalid_proof htm");
    CHECK(judged(request_with(proof_without("htu"))) == "invalid_proof htu");
    for (const std::string other :
         {"https://api.example/orders/8", "https://api.example/orders", "https://evil.example/orders/7",
          "http://api.example/orders/7", "https://api.example:8443/orders/7", "https://api.example/Orders/7",
          "https://api.example/orders/7/", "/orders/7", "", "https://api.example@evil.example/orders/7",
          "https://api.example/orders%2F7", "https://api.example"}) {
        INFO(other);
        CHECK(judged(request_with(proof_with({{"htu", other}}))) == "invalid_proof htu");
    }
}

TEST_CASE("equivalent URLs count as equal") {
    for (const std::string same :
         {"HTTPS://API.example/orders/7", "https://api.example:443/orders/7", "https://api.example:/orders/7",
          "https://api.example/orders/7?page=3", "https://api.example/orders/7#there", "https://api.example/%6frders/7",
          "https://api.example/orders/./7", "https://api.example/x/../orders/7"}) {
        INFO(same);
        CHECK(judged(request_with(proof_with({{"htu", same}}))) == "accepted");
    }
}

TEST_CASE("behind a proxy, the clients' URL counts") {
    DpopOptions rules = options();
    rules.base_url = "https://api.example/v1/";
    CHECK(judged(request_with(good_proof()), rules) == "invalid_proof htu");
    CHECK(judged(request_with(proof_with({{"htu", "https://api.example/v1/orders/7"}})), rules) == "accepted");
    Call call = request_with(good_proof());
    call.target = "http://inner:8080/orders/7?page=2";  // absolute-form, RFC 9112 §3.2.2
    CHECK(judged(call) == "accepted");
    for (const std::string target : {"", "*", "orders/7", "http:/orders/7"}) {
        call.target = target;
        CHECK(judged(call) == "invalid_proof htu");
    }
    for (const std::string base :
         {"", "api.example", "ftp://api.example", "https://", "https://api.example?x", "https://u@api.example"}) {
        rules.base_url = base;
        CHECK(judged(request_with(good_proof()), rules) == "invalid_proof htu");
    }
    // A base URL without a host does not get one from the request.
    call.target = "//api.example/orders/7";
    for (const std::string base : {"https:", "https://", "https:///"}) {
        rules.base_url = base;
        CHECK(judged(call, rules) == "invalid_proof htu");
    }
}

TEST_CASE("a stack that gives an empty method accepts no proof") {
    Call call = request_with(good_proof());
    call.verb = "";
    const auto refused = require_bearer(call, dpop_bound(verifier(), options()));
    CHECK(refused.error().reason == Error{Errc::invalid_proof, "htm"});
}

TEST_CASE("attack row 43: an old proof, a future one and one without a date are refused") {
    CHECK(judged(request_with(good_proof()), options(noon + 65s)) == "accepted");
    CHECK(judged(request_with(good_proof()), options(noon + 66s)) == "invalid_proof iat");
    CHECK(judged(request_with(good_proof()), options(noon - 5s)) == "accepted");
    CHECK(judged(request_with(good_proof()), options(noon - 6s)) == "invalid_proof iat");
    CHECK(judged(request_with(proof_without("iat"))) == "invalid_proof iat");
    CHECK(judged(request_with(proof_with({{"iat", "now"}}))) == "invalid_proof iat");
    DpopOptions rules = options(noon + 11s);
    rules.max_age = 10s;
    rules.leeway = 0s;
    CHECK(judged(request_with(good_proof()), rules) == "invalid_proof iat");
    rules.max_age = -10s;
    rules.leeway = 20s;
    CHECK(judged(request_with(good_proof()), rules) == "accepted");
}

TEST_CASE("a proof that was made a moment ago, at the beginning of a second, is not from the future") {
    using std::chrono::system_clock;
    const auto second = std::chrono::ceil<std::chrono::seconds>(system_clock::now());
    std::this_thread::sleep_until(second);
    const auto bound =
        dpop_bound(verifier(),
                   {.base_url = "https://api.example", .leeway = 0s, .replays = std::make_shared<MemoryReplayStore>()});
    int number = 0;
    do {  // the cheap clock may be some milliseconds late
        const auto exact = std::chrono::floor<std::chrono::seconds>(system_clock::now()).time_since_epoch().count();
        const std::string proof = proof_with({{"iat", exact}, {"jti", std::to_string(++number)}});
        REQUIRE(judged_by(bound, request_with(proof)) == "accepted");
    } while (system_clock::now() < second + 10ms);
}

TEST_CASE("attack row 43: a proof for another token, or for none, is refused") {
    CHECK(judged(request_with(proof_without("ath"))) == "invalid_proof ath");
    CHECK(judged(request_with(proof_with({{"ath", nullptr}}))) == "invalid_proof ath");
    CHECK(judged(request_with(proof_with({{"ath", ""}}))) == "invalid_proof ath");
    const std::string other = token_with({{"sub", "43"}, {"cnf", {{"jkt", thumbprint_of(client_keys())}}}});
    CHECK(judged(request_with(good_proof(), other)) == "invalid_proof ath");
    CHECK(judged(request_with(proof_with({{"ath", credence::detail::sha256_text("x")}}))) == "invalid_proof ath");
}

TEST_CASE("attack row 43: a proof is accepted once, and the next proof again") {
    const auto bound = dpop_bound(verifier(), options());
    CHECK(require_bearer(request_with(good_proof()), bound));
    CHECK(require_bearer(request_with(good_proof()), bound).error().reason == Error{Errc::invalid_proof, "jti"});
    CHECK(require_bearer(request_with(proof_with({{"jti", "two"}})), bound));
    CHECK(judged(request_with(proof_without("jti"))) == "invalid_proof jti");
    CHECK(judged(request_with(proof_with({{"jti", ""}}))) == "invalid_proof jti");
    CHECK(judged(request_with(proof_with({{"jti", 7}}))) == "invalid_proof jti");
}

TEST_CASE("attack row 43: a used proof that expires before the store looks is not accepted again") {
    const auto moment = std::make_shared<NumericDate>(noon);
    const auto store = std::make_shared<DistantStore>(moment);
    DpopOptions rules = options();
    rules.replays = store;
    rules.clock = [moment] { return *moment; };
    const auto bound = dpop_bound(verifier(), rules);
    CHECK(judged_by(bound, request_with(good_proof())) == "accepted");
    *moment = noon + 65s;  // the last second of the proof
    store->delay = 10s;    // as with a slow store of revocations, or of proofs
    CHECK(judged_by(bound, request_with(good_proof())) == "invalid_proof iat");
    *moment = noon + 55s;
    CHECK(judged_by(bound, request_with(proof_with({{"jti", "two"}}))) == "accepted");
}

TEST_CASE("attack row 43: an instance whose clock is ahead does not make the others forget a proof") {
    // What one of them deletes as expired is missing for all that share the store.
    const auto store =
        std::make_shared<MemoryReplayStore>(credence::MemoryReplayLimits{.clock = [] { return noon + 70s; }});
    DpopOptions rules = options(noon + 65s);  // the last second of the proof
    rules.replays = store;
    const auto bound = dpop_bound(verifier(), rules);
    CHECK(judged_by(bound, request_with(good_proof())) == "accepted");
    CHECK(judged_by(bound, request_with(good_proof())) == "invalid_proof jti");
}

TEST_CASE("the same jti of two clients is two proofs") {
    const auto bound = dpop_bound(verifier(), options());
    REQUIRE(require_bearer(request_with(good_proof()), bound));
    const auto& other = made_key<credence::ES384>();
    const std::string token = token_with({{"cnf", {{"jkt", thumbprint_of(other)}}}});
    CHECK(require_bearer(request_with(proof_by(other, good_claims(token)), token), bound));
}

TEST_CASE("the replay store is asked last, once, for the remaining validity of the proof and the leeway") {
    const auto store = std::make_shared<CountingStore>();
    DpopOptions rules = options();
    rules.replays = store;
    const auto bound = dpop_bound(verifier(), rules);
    const std::string expired = token_with({{"exp", 1'600'000'000}, {"cnf", {{"jkt", thumbprint_of(client_keys())}}}});
    for (const Call& call :
         {request_with(proof_with({{"htm", "POST"}})), request_with(proof_with({{"ath", "x"}})),
          request_with(proof_by(made_key<credence::ES256>(), good_claims())), request_with(good_proof(), "a.b.c"),
          request_with(proof_by(client_keys(), good_claims(expired)), expired),
          request_with(good_proof(), bound_token(), "Bearer")}) {
        CHECK_FALSE(require_bearer(call, bound));
    }
    CHECK(store->uses == 0);
    CHECK(require_bearer(request_with(good_proof()), bound));
    CHECK(store->uses == 1);
    CHECK(store->id.size() == 43);
    CHECK(store->until == noon + 70s);
    store->answer = Errc::invalid_key;
    const auto refused = require_bearer(request_with(good_proof()), bound).error();
    CHECK(refused.status == 503);
    CHECK(refused.reason.code == Errc::store_unavailable);
    rules.replays = std::shared_ptr<CountingStore>{};
    CHECK(judged(request_with(good_proof()), rules) == "store_unavailable");
}

TEST_CASE("attack row 47: a token and its scheme belong together") {
    CHECK(judged(request_with(good_proof(), bound_token(), "Bearer")) == "proof_required");
    CHECK(judged(request_with(good_proof(), bound_token(), "Basic")) == "missing_credentials");
    CHECK(judged(request_with(good_proof(), token_with(json::object()))) == "missing_claim cnf");
    Call call = request_with(good_proof());
    call.headers.emplace("Authorization", "Bearer " + bound_token());
    CHECK(judged(call) == "malformed_credentials");
    CHECK(judged(request_with(good_proof(), bound_token() + ", Bearer " + bound_token())) == "malformed_credentials");
    CHECK(judged(request_with(good_proof(), bound_token() + ", DPoP " + bound_token(), "Bearer")) ==
          "malformed_credentials");
    CHECK(judged(request_with(good_proof(), "x, DPoP " + bound_token(), "Digest")) == "malformed_credentials");
    // A verifier without proof checks refuses the token as a bearer token, and the scheme DPoP belongs to another
    // guard.
    CHECK(require_bearer(request_with(good_proof(), bound_token(), "Bearer"), verifier()).error().reason ==
          Error{Errc::proof_required, "cnf"});
    CHECK(require_bearer(request_with(good_proof()), verifier()).error().reason.code == Errc::missing_credentials);
}

TEST_CASE("attack row 47: allow_bearer_use has no effect on a bound verifier") {
    const auto bound = dpop_bound(verifier(true), options());
    Call call = request_with(good_proof());
    call.headers.erase("DPoP");
    CHECK(require_bearer(call, bound).error().reason.code == Errc::invalid_proof);
    CHECK(require_bearer(request_with(good_proof(), bound_token(), "Bearer"), bound).error().reason.code ==
          Errc::proof_required);
    CHECK(require_bearer(request_with(good_proof(), token_with(json::object())), bound).error().reason ==
          Error{Errc::missing_claim, "cnf"});
}

TEST_CASE("attack row 47: a cnf that is not understood is proof_required") {
    const std::string jkt = thumbprint_of(client_keys());
    for (const json& cnf : {json(nullptr), json("x"), json::array(), json::object(), json{{"kid", "x"}},
                            json{{"jkt", 7}}, json{{"jkt", ""}}, json{{"jkt", jkt}, {"kid", "x"}},
                            json{{"x5t#S256", jkt}}, json{{"jkt", jkt}, {"jwk", json::object()}}}) {
        INFO(cnf.dump());
        const std::string token = token_with({{"cnf", cnf}});
        CHECK(judged(request_with(proof_by(client_keys(), good_claims(token)), token)) == "proof_required cnf");
    }
}

TEST_CASE("attack row 47: a cache that a bound verifier filled does not make its tokens bearer tokens") {
    const auto cached =
        credence::verifier_for<Claims>(issuer_keys(), {.clock = [] { return noon; }}, {.cache = {.max_tokens = 8}});
    const auto bound = dpop_bound(cached, options());
    CHECK(require_bearer(request_with(good_proof()), bound));
    CHECK(require_bearer(request_with(proof_with({{"jti", "two"}})), bound));
    CHECK(cached.verify(bound_token()).error() == Error{Errc::proof_required, "cnf"});
    CHECK(require_bearer(request_with(good_proof()), bound).error().reason == Error{Errc::invalid_proof, "jti"});
    CHECK(require_bearer(request_with(proof_by(made_key<credence::ES256>(), good_claims())), bound).error().reason ==
          Error{Errc::invalid_proof, "jwk"});
}

TEST_CASE("a token in a cookie needs its proof as well") {
    const auto bound = dpop_bound(verifier(), options());
    Call call = request_with(good_proof());
    call.headers.erase("Authorization");
    call.headers.emplace("Cookie", "t=" + bound_token());
    CHECK(require_bearer(call, bound, {.cookie = "t"}));
    call.headers.erase("DPoP");
    CHECK(require_bearer(call, bound, {.cookie = "t"}).error().reason.code == Errc::invalid_proof);
}

TEST_CASE("a proof needs the server's nonce, if the server uses nonces") {
    const auto secret = credence::Keys<credence::HS256>::generate().value();
    const auto nonces_at = [&](NumericDate moment) {
        return credence::DpopNonces{secret, 60s, [moment] { return moment; }};
    };
    DpopOptions rules = options();
    rules.nonces = nonces_at(noon);
    const auto refused = require_bearer(request_with(good_proof()), dpop_bound(verifier(), rules)).error();
    CHECK(refused.status == 401);
    CHECK(refused.challenge.starts_with(R"(DPoP realm="api", error="use_dpop_nonce")"));
    CHECK(refused.dpop_nonce == rules.nonces->current());
    CHECK(judged(request_with(proof_with({{"nonce", refused.dpop_nonce}})), rules) == "accepted");
    CHECK(judged(request_with(proof_with({{"jti", "two"}, {"nonce", nonces_at(noon - 60s).current()}})), rules) ==
          "accepted");
    for (const std::string& nonce :
         {std::string{}, std::string{"x"}, nonces_at(noon - 120s).current(), nonces_at(noon + 60s).current(),
          refused.dpop_nonce + "A", credence::DpopNonces{made_key<credence::HS256>(), 60s, rules.clock}.current()}) {
        INFO(nonce);
        CHECK(judged(request_with(proof_with({{"nonce", nonce}})), rules) == "invalid_proof nonce");
    }
    // A bad proof gets no nonce. A good one needs none if the server uses none.
    CHECK(require_bearer(request_with("x"), dpop_bound(verifier(), rules)).error().dpop_nonce.empty());
    CHECK(judged(request_with(proof_with({{"nonce", "any"}}))) == "accepted");
    acme::Response response;
    protect(dpop_bound(verifier(), rules), [](const Verified<Claims>&, const Call&, acme::Response&) {})(
        request_with(good_proof()), response);
    CHECK(response.status == 401);
    CHECK(response.dpop_nonce == rules.nonces->current());
}

TEST_CASE("a client learns the scheme, the error and the algorithms") {
    const auto told = [](const Call& call) {
        return require_bearer(call, dpop_bound(verifier(), options()), credence::Challenge{.scope = "orders"}).error();
    };
    const std::string algs =
        R"(algs="ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448 PS256 PS384 PS512 RS256 RS384 RS512")";
    CHECK(told(Call{}).challenge == R"(DPoP realm="api", scope="orders", )" + algs);
    const Rejection bad = told(request_with("x"));
    CHECK(bad.status == 401);
    CHECK(bad.challenge.starts_with(R"(DPoP realm="api", error="invalid_dpop_proof", error_description=")"));
    CHECK(bad.challenge.ends_with(algs));
    CHECK(bad.dpop_nonce.empty());
    CHECK(told(request_with(good_proof(), bound_token(), "Bearer"))
              .challenge.starts_with(R"(DPoP realm="api", error="invalid_token")"));
    CHECK(
        told(request_with(good_proof(), "a.b.c")).challenge.starts_with(R"(DPoP realm="api", error="invalid_token")"));
    const Rejection two = told(request_with(good_proof(), "a, b"));
    CHECK(two.status == 400);
    CHECK(two.challenge.starts_with(R"(DPoP realm="api", error="invalid_request")"));
    for (const Rejection& rejection : {bad, two}) {
        CHECK(message(rejection.reason).find(bound_token()) == std::string::npos);
        CHECK(rejection.challenge.find("a.b.c") == std::string::npos);
    }
}

TEST_CASE("a client is told to use a nonce only by a server that sends one, RFC 9449 §9") {
    const auto bound = dpop_bound(verifier(), options());
    for (const json& nonce : {json(7), json::array(), json(true)}) {
        const Rejection refused = require_bearer(request_with(proof_with({{"nonce", nonce}})), bound).error();
        CHECK(refused.reason.claim == "nonce");
        CHECK(refused.challenge.starts_with(R"(DPoP realm="api", error="invalid_dpop_proof")"));
        CHECK(refused.dpop_nonce.empty());
    }
}

TEST_CASE("a handler that needs scopes answers in the scheme of its tokens") {
    const auto guard = protect(dpop_bound(verifier(), options()),
                               [](const credence::Granted<Claims, "orders">&, const Call&, acme::Response&) {});
    acme::Response response;
    guard(request_with(good_proof()), response);
    CHECK(response.status == 403);
    CHECK(response.challenge.starts_with(R"(DPoP realm="api", error="insufficient_scope")"));
}

TEST_CASE("bound and unbound tokens on one route are distinguished by their scheme") {
    const FirstOf either{dpop_bound(verifier(), options()), verifier()};
    STATIC_REQUIRE(credence::RequestVerifier<std::remove_const_t<decltype(either)>>);
    const std::string plain = token_with(json::object());
    CHECK(require_bearer(request_with(good_proof()), either));
    CHECK(require_bearer(request_with("", plain, "Bearer"), either));
    const auto refused_as = [&](const Call& call) { return require_bearer(call, either).error(); };

    const Rejection downgraded = refused_as(request_with(good_proof(), bound_token(), "Bearer"));
    CHECK(downgraded.reason == Error{Errc::proof_required, "cnf"});
    CHECK(downgraded.challenge.starts_with(R"(Bearer realm="api", error="invalid_token")"));
    REQUIRE(downgraded.other_challenges.size() == 1);
    CHECK(downgraded.other_challenges[0].starts_with(R"(DPoP realm="api", algs=")"));

    const Rejection unbound = refused_as(request_with(good_proof(), plain));
    CHECK(unbound.reason == Error{Errc::missing_claim, "cnf"});
    CHECK(unbound.challenge.starts_with(R"(DPoP realm="api", error="invalid_token")"));
    REQUIRE(unbound.other_challenges.size() == 1);
    CHECK(unbound.other_challenges[0] == R"(Bearer realm="api")");

    CHECK(refused_as(Call{}).challenge == R"(Bearer realm="api")");
    CHECK(refused_as(Call{}).other_challenges.size() == 1);
    CHECK(refused_as(request_with("x")).challenge.find("invalid_dpop_proof") != std::string::npos);
    Call twice = request_with(good_proof());
    twice.headers.emplace("Authorization", "Bearer " + plain);
    CHECK(refused_as(twice).status == 400);
}

TEST_CASE("bound tokens of several issuers") {
    const auto named = [](const char* issuer) {
        return credence::verifier_for<Claims>(issuer_keys(), {.issuer = issuer, .clock = [] { return noon; }});
    };
    const auto bound =
        dpop_bound(credence::Verifiers{named("https://a.example"), named("https://b.example")}, options());
    const std::string token =
        token_with({{"iss", "https://b.example"}, {"cnf", {{"jkt", thumbprint_of(client_keys())}}}});
    CHECK(require_bearer(request_with(proof_by(client_keys(), good_claims(token)), token), bound));
    CHECK(require_bearer(request_with(good_proof()), bound).error().reason.code == Errc::invalid_issuer);
}

TEST_CASE("a client's proof is accepted by the server, once") {
    const auto bound = dpop_bound(verifier(), options());
    const auto clock = [] { return noon; };
    const auto made = [&](const std::string& url) {
        return credence::dpop_proof(client_keys(), "GET", url, {.access_token = bound_token(), .clock = clock});
    };
    const std::string proof = made("https://api.example/orders/7?page=2#top").value();
    CHECK(require_bearer(request_with(proof), bound));
    CHECK(require_bearer(request_with(proof), bound).error().reason == Error{Errc::invalid_proof, "jti"});
    CHECK(require_bearer(request_with(made("https://api.example/orders/7").value()), bound));
    const auto named = client_keys().encoding.with_kid("k1");
    CHECK(require_bearer(request_with(credence::dpop_proof(named, "GET", "https://api.example/orders/7",
                                                           {.access_token = bound_token(), .clock = clock})
                                          .value()),
                         bound));
}

TEST_CASE("a client's proof has the required claims, and nothing of the private key") {
    const auto& keys = made_key<credence::ES256>();
    const std::string proof =
        credence::dpop_proof(keys.with_kid("k1"), "POST", "https://as.example/token", {.nonce = "n"}).value();
    const json header = credence::unverified::header_json(proof).value();
    CHECK(header.size() == 3);
    CHECK(header["typ"] == "dpop+jwt");
    CHECK(header["alg"] == "ES256");
    CHECK(header["jwk"].size() == 4);
    CHECK(header["jwk"]["kty"] == "EC");
    CHECK_FALSE(header["jwk"].contains("d"));
    const json claims = credence::unverified::claims_json(proof).value();
    CHECK(claims["htm"] == "POST");
    CHECK(claims["htu"] == "https://as.example/token");
    CHECK(claims["nonce"] == "n");
    CHECK(claims["jti"].get<std::string>().size() == 32);
    CHECK_FALSE(claims.contains("ath"));
    CHECK(claims.size() == 5);
}

TEST_CASE("a client's proof is for a method and an absolute URL") {
    for (const std::string url : {"", "/me", "api.example/me", "ftp://api.example/", "https:///me", "https://a b/"}) {
        INFO(url);
        CHECK(credence::dpop_proof(client_keys(), "GET", url).error() == Error{Errc::invalid_proof, "htu"});
    }
    CHECK(credence::dpop_proof(client_keys(), "", "https://a/").error() == Error{Errc::invalid_proof, "htm"});
}

TEST_CASE("a user's own verifier that ignores the confirmation check accepts no bound token") {
    struct Forgetful {
        using claims_type = Claims;
        credence::Result<Verified<Claims>> verify(std::string_view text, const credence::ConfirmationCheck&) const {
            return verifier(true).verify(text);
        }
    };
    CHECK(require_bearer(request_with(good_proof()), dpop_bound(Forgetful{}, options())).error().reason ==
          Error{Errc::proof_required, "cnf"});
}
