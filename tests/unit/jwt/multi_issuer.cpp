// SPDX-License-Identifier: MIT
// Several issuers: each has its own keys, and none can sign as another. RFC 8725 §3.8
#include <credence/jwt/encode.hpp>
#include <credence/jwt/multi_issuer.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::Errc;

namespace {

using Claims = credence::RegisteredClaims;

struct Issuers {
    credence::Keys<credence::HS256> ours = credence::Keys<credence::HS256>::generate().value();
    credence::Keys<credence::HS384> theirs = credence::Keys<credence::HS384>::generate().value();
    credence::Keys<credence::HS256> nobodys = credence::Keys<credence::HS256>::generate().value();
    credence::Verifiers<credence::Verifier<Claims, credence::DecodingKey<credence::HS256>>,
                        credence::Verifier<Claims, credence::DecodingKey<credence::HS384>>,
                        credence::Verifier<Claims, credence::DecodingKey<credence::HS256>>>
        verifiers{credence::verifier_for<Claims>(ours, {.issuer = "https://ours.example"}),
                  credence::verifier_for<Claims>(theirs, {.issuer = {"https://theirs.example", "theirs.example"}}),
                  credence::verifier_for<Claims>(nobodys)};

    template <class Keys>
    [[nodiscard]] credence::Result<credence::Verified<Claims>> verify(const std::string& issuer,
                                                                      const Keys& keys) const {
        return verifiers.verify(credence::encode(Claims{.iss = issuer, .exp = credence::in(1h)}, keys).value());
    }
};

}  // namespace

TEST_CASE("each issuer's token is verified by its own verifier") {
    const Issuers issuers;
    CHECK(issuers.verify("https://ours.example", issuers.ours));
    CHECK(issuers.verify("https://theirs.example", issuers.theirs));
    CHECK(issuers.verify("theirs.example", issuers.theirs));
}

TEST_CASE("no issuer can sign as another") {
    const Issuers issuers;
    CHECK(issuers.verify("https://ours.example", issuers.theirs).error().code == Errc::algorithm_not_allowed);
    CHECK(issuers.verify("https://theirs.example", issuers.ours).error().code == Errc::algorithm_not_allowed);
    CHECK(issuers.verify("https://ours.example", issuers.nobodys).error().code == Errc::invalid_signature);
}

TEST_CASE("a token of an unknown issuer is refused, also with the key of a verifier without an issuer") {
    const Issuers issuers;
    const credence::Error nobody{Errc::invalid_issuer, "iss"};
    CHECK(issuers.verify("https://else.example", issuers.nobodys).error() == nobody);
    CHECK(issuers.verify("https://ours.example/", issuers.ours).error() == nobody);
    CHECK(issuers.verify("", issuers.ours).error() == nobody);
}

TEST_CASE("a payload that was read to choose a verifier is still checked by that verifier's rules") {
    const auto keys = credence::Keys<credence::HS256>::generate().value();
    const credence::Verifiers verifiers{credence::verifier_for<Claims>(keys, {.issuer = "strict"}),
                                        credence::verifier_for<Claims>(keys, {.issuer = "lax", .allow_padding = true})};
    const auto with_payload = [&](const std::string& segment) {
        const std::string header = credence::detail::encode_base64url(R"({"alg":"HS256"})");
        const std::string input = header + '.' + segment;
        std::string signature(32, '\0');
        REQUIRE(credence::detail::KeyAccess::prepared(keys.encoding)
                    .sign(input, reinterpret_cast<unsigned char*>(signature.data())));
        return input + '.' + credence::detail::encode_base64url(signature);
    };
    for (const std::string issuer : {"strict", "lax"}) {
        CAPTURE(issuer);
        std::string payload = R"({"iss":")" + issuer + R"(","exp":4102444800})";
        while (payload.size() % 3 != 1) payload += ' ';  // so that the padding is two signs
        const std::string segment = credence::detail::encode_base64url(payload);
        CHECK(verifiers.verify(with_payload(segment)));
        const auto padded = verifiers.verify(with_payload(segment + "=="));
        CHECK(padded.has_value() == (issuer == "lax"));
        if (!padded) CHECK(padded.error().code == Errc::invalid_base64);
        CHECK(verifiers.verify(with_payload(segment + "=")).error().code != Errc::invalid_signature);
    }
}

TEST_CASE("a text that is not a token is reported as by every verifier") {
    const Issuers issuers;
    const auto code = [&](std::string_view token) { return issuers.verifiers.verify(token).error().code; };
    CHECK(code("") == Errc::malformed_token);
    CHECK(code("a.b") == Errc::malformed_token);
    CHECK(code("a.b.c.d") == Errc::malformed_token);
    CHECK(code("!.e30.x") == Errc::invalid_base64);
    CHECK(code("eyJhbGciOiJub25lIn0.eyJpc3MiOiJlbHNlIn0.") == Errc::unsupported_algorithm);
    CHECK(code("eyJhbGciOiJIUzI1NiJ9.W10.x") == Errc::invalid_issuer);
    CHECK(code("eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOjV9.x") == Errc::invalid_issuer);
    CHECK(code(std::string(20'000, 'a')) == Errc::token_too_large);
}

TEST_CASE("of several verifiers only the first one with the issuer is called") {
    const auto keys = [] { return credence::Keys<credence::HS256>::generate().value(); };
    const auto a = keys(), b = keys(), c = keys();
    const auto verifier = [](const auto& key, credence::Accept issuer) {
        return credence::verifier_for<Claims>(key, {.issuer = std::move(issuer)});
    };
    const credence::Verifiers made{verifier(a, {}),  verifier(a, "a"), verifier(b, {"b", "a"}),
                                   verifier(c, "c"), verifier(a, ""),  verifier(a, {"c", "d"})};
    const credence::Verifiers verifiers = made;  // a copy knows the issuers, too
    const auto code = [&](const std::string& issuer, const auto& key) {
        const auto who =
            verifiers.verify(credence::encode(Claims{.iss = issuer, .exp = credence::in(1h)}, key).value());
        return who ? "accepted" : credence::to_string(who.error().code);
    };
    CHECK(code("a", a) == "accepted");
    CHECK(code("b", b) == "accepted");
    CHECK(code("c", c) == "accepted");
    CHECK(code("d", a) == "accepted");
    CHECK(code("a", b) == "invalid_signature");
    CHECK(code("c", a) == "invalid_signature");
    CHECK(code("d", c) == "invalid_signature");
    CHECK(code("e", a) == "invalid_issuer");
    CHECK(code("", a) == "invalid_issuer");
}

TEST_CASE("a user's own verifier may be one of several") {
    struct Own {
        using claims_type = Claims;
        credence::Verifier<Claims, credence::DecodingKey<credence::HS256>> kept;

        [[nodiscard]] auto verify(std::string_view token) const { return kept.verify(token); }
        [[nodiscard]] const auto& validation() const { return kept.validation(); }
    };
    const Issuers issuers;
    const credence::Verifiers verifiers{Own{credence::verifier_for<Claims>(issuers.ours, {.issuer = "ours"})}};
    const auto token = [](std::string issuer, const auto& keys) {
        return credence::encode(Claims{.iss = std::move(issuer), .exp = credence::in(1h)}, keys).value();
    };
    CHECK(verifiers.verify(token("ours", issuers.ours)));
    CHECK(verifiers.verify(token("ours", issuers.theirs)).error().code == Errc::algorithm_not_allowed);
    CHECK(verifiers.verify(token("theirs", issuers.theirs)).error().code == Errc::invalid_issuer);
}
