// SPDX-License-Identifier: MIT
// Tokens bound to a client's certificate: which certificate counts, its source, and each refusal.
// tests/http/beast_tls.cpp has a real handshake.
#include <credence/http/bearer.hpp>
#include <credence/http/dpop.hpp>
#include <credence/http/first_of.hpp>
#include <credence/http/mtls.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/stores/memory_replays.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "support/acme_http.hpp"
#include "support/catch.hpp"

using credence::certificate_bound;
using credence::CertificateOptions;
using credence::Errc;
using credence::Error;
using credence::require_bearer;
using nlohmann::json;

namespace {

using Claims = credence::RegisteredClaims;

// Only the hash of a certificate counts, so any bytes serve as one.
const std::string certificate{"DER\0\xfb\xff", 6};
const std::string base64 = "REVSAPv/", escaped_base64 = "REVSAPv%2F";
const std::string thumbprint = credence::detail::sha256_text(certificate);

struct Call : acme::Request {
    std::string shown = {};
    std::string peer = "192.0.2.7";
};
/// A request of a stack that gives no certificate, only the address of a proxy.
struct ProxiedCall : acme::Request {};

const auto& keys() {
    static const auto made = credence::Keys<credence::HS256>::generate().value();
    return made;
}
auto verifier(bool allow_bearer_use = false) {
    return credence::verifier_for<Claims>(keys(), {.allow_missing_exp = true, .allow_bearer_use = allow_bearer_use});
}
std::string token_with(const json& cnf) { return credence::encode(json{{"sub", "42"}, {"cnf", cnf}}, keys()).value(); }

Call call_with(std::string shown, const json& cnf = {{"x5t#S256", thumbprint}}) {
    Call call;
    call.headers.emplace("Authorization", "Bearer " + token_with(cnf));
    call.shown = std::move(shown);
    return call;
}
Call call_through(std::string peer, const std::string& field) {
    Call call = call_with("");
    call.peer = std::move(peer);
    call.headers.emplace("Client-Cert", field);
    return call;
}

std::string judged(const Call& call, const CertificateOptions& options = {}) {
    const auto who = require_bearer(call, certificate_bound(verifier(), options));
    if (who) return "accepted";
    const Error& error = who.error().reason;
    return std::string{to_string(error.code)} + (error.claim.empty() ? "" : " " + error.claim);
}

}  // namespace

template <>
struct credence::HttpTraits<Call> : credence::HttpTraits<acme::Request> {
    static std::string_view method(const Call&) { return "GET"; }
    static std::string_view url(const Call&) { return "/"; }
    static std::string_view client_certificate(const Call& call) { return call.shown; }
    static std::string_view peer_address(const Call& call) { return call.peer; }
};
template <>
struct credence::HttpTraits<ProxiedCall> : credence::HttpTraits<acme::Request> {
    static std::string_view peer_address(const ProxiedCall&) { return "127.0.0.1"; }
};

TEST_CASE("the certificate that the token names is accepted, and no other") {
    CHECK(require_bearer(call_with(certificate), certificate_bound(verifier())).value()->sub == "42");
    CHECK(judged(call_with(certificate + "x")) == "invalid_proof x5t#S256");
    CHECK(judged(call_with("")) == "invalid_proof");
    ProxiedCall plain;
    plain.headers = call_with("").headers;
    CHECK(require_bearer(plain, certificate_bound(verifier())).error().reason.code == Errc::invalid_proof);
}

TEST_CASE("a client gets invalid_token in the scheme Bearer, RFC 8705 §3") {
    const auto refused = require_bearer(call_with("x"), certificate_bound(verifier())).error();
    CHECK(refused.status == 401);
    CHECK(refused.challenge.starts_with(R"(Bearer realm="api", error="invalid_token")"));
}

TEST_CASE("attack row 47: a token without its certificate, or with an unknown cnf member, is refused") {
    for (const json& cnf :
         {json(nullptr), json("x"), json::object(), json{{"jkt", thumbprint}}, json{{"x5t#S256", 7}},
          json{{"x5t#S256", thumbprint}, {"jkt", thumbprint}}, json{{"x5t#S256", thumbprint}, {"kid", "x"}}}) {
        INFO(cnf.dump());
        CHECK(judged(call_with(certificate, cnf)) == "proof_required cnf");
    }
    Call call = call_with(certificate);
    call.headers = {{"Authorization", "Bearer " + credence::encode(json{{"sub", "1"}}, keys()).value()}};
    CHECK(judged(call) == "missing_claim cnf");
    const auto open = certificate_bound(verifier(true));
    CHECK(require_bearer(call_with(""), open).error().reason.code == Errc::invalid_proof);
    CHECK(require_bearer(call, open).error().reason.code == Errc::missing_claim);
}

TEST_CASE("the certificate field is read from a listed proxy only") {
    const CertificateOptions proxied{.proxies = {"127.0.0.1", "::1"}};
    const std::string field = ":" + base64 + ":";
    CHECK(judged(call_through("127.0.0.1", field), proxied) == "accepted");
    CHECK(judged(call_through("::1", field), proxied) == "accepted");
    CHECK(judged(call_through("192.0.2.7", field), proxied) == "invalid_proof");
    CHECK(judged(call_through("", field), proxied) == "invalid_proof");
    CHECK(judged(call_through("127.0.0.1", field)) == "invalid_proof");
    CHECK(judged(call_through("", field), {.proxies = {""}}) == "invalid_proof");
    Call twice = call_through("127.0.0.1", field);
    twice.headers.emplace("Client-Cert", field);
    CHECK(judged(twice, proxied) == "invalid_proof");
    CHECK(judged(call_through("127.0.0.1", ""), proxied) == "invalid_proof");
}

TEST_CASE("a field is never taken in place of the connection's own certificate") {
    Call call = call_through("127.0.0.1", ":" + base64 + ":");
    call.shown = "another";
    CHECK(judged(call, {.proxies = {"127.0.0.1"}}) == "invalid_proof x5t#S256");
    call = call_through("127.0.0.1", ":AAAA:");
    call.shown = certificate;
    CHECK(judged(call, {.proxies = {"127.0.0.1"}}) == "accepted");
}

TEST_CASE("a field has the form of RFC 9440, or that of nginx's escaped certificate") {
    const auto judged_field = [](const std::string& field) {
        return judged(call_through("127.0.0.1", field), {.proxies = {"127.0.0.1"}});
    };
    const std::string begin = "-----BEGIN%20CERTIFICATE-----%0A", end = "%0A-----END%20CERTIFICATE-----%0A";
    CHECK(judged_field(begin + escaped_base64 + end) == "accepted");
    CHECK(judged_field(begin + "REVS%0AAPv%2F" + end) == "accepted");
    CHECK(judged_field(begin + "REVS%0d%0aAPv%2f" + end) == "accepted");
    for (const std::string& field :
         {base64, ":" + base64, base64 + ":", std::string{":"}, std::string{"::"}, std::string{":REVSAPv_:"},
          std::string{":REVSAPv:"}, std::string{":=:"}, std::string{":REVSAP/=:"}, begin + escaped_base64,
          escaped_base64 + end, begin + end, begin + "REVSAPv%2" + end, begin + "REVSAPv%zz" + end,
          "x" + begin + escaped_base64 + end, begin + escaped_base64 + end + "x",
          begin + escaped_base64 + end + begin + escaped_base64 + end, std::string{"%"}, std::string(100'000, 'A')}) {
        INFO(field.substr(0, 100));
        CHECK(judged_field(field).starts_with("invalid_proof"));
    }
    Call call = call_with("");
    call.peer = "127.0.0.1";
    call.headers.emplace("X-Cert", ":" + base64 + ":");
    CHECK(judged(call, {.proxies = {"127.0.0.1"}, .field = "X-Cert"}) == "accepted");
}

TEST_CASE("a token that is bound to a key and a certificate needs both proofs") {
    const auto client = credence::Keys<credence::ES256>::generate().value();
    const auto store = std::make_shared<credence::MemoryReplayStore>();
    const auto bound = credence::dpop_bound(verifier(), {.base_url = "https://a.example", .replays = store});
    const auto judged_both = [&](const std::string& shown, const json& cnf) {
        const std::string token = token_with(cnf);
        Call call;
        call.shown = shown;
        call.headers.emplace("Authorization", "DPoP " + token);
        call.headers.emplace(
            "DPoP", credence::dpop_proof(client, "GET", "https://a.example/", {.access_token = token}).value());
        const auto who = require_bearer(call, bound);
        return who ? "accepted" : std::string{to_string(who.error().reason.code)};
    };
    const std::string jkt = credence::thumbprint(client).value();
    CHECK(judged_both(certificate, {{"jkt", jkt}, {"x5t#S256", thumbprint}}) == "accepted");
    CHECK(judged_both("x", {{"jkt", jkt}, {"x5t#S256", thumbprint}}) == "invalid_proof");
    CHECK(judged_both("", {{"jkt", jkt}, {"x5t#S256", thumbprint}}) == "invalid_proof");
    CHECK(judged_both(certificate, {{"jkt", thumbprint}, {"x5t#S256", thumbprint}}) == "invalid_proof");
    CHECK(judged_both("", {{"jkt", jkt}}) == "accepted");
    CHECK(judged_both(certificate, {{"x5t#S256", thumbprint}}) == "proof_required");
}

TEST_CASE("certificate-bound, DPoP-bound and unbound tokens on one route") {
    const auto store = std::make_shared<credence::MemoryReplayStore>();
    const credence::FirstOf either{
        credence::dpop_bound(verifier(), {.base_url = "https://a.example", .replays = store}),
        certificate_bound(verifier())};
    CHECK(require_bearer(call_with(certificate), either));
    CHECK(require_bearer(call_with(""), either).error().reason.code == Errc::invalid_proof);
    CHECK(require_bearer(call_with(""), either).error().other_challenges.size() == 1);
}
