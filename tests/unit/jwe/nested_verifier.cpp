// SPDX-License-Identifier: MIT
// NestedVerifier: only claims that were signed inside the encryption are proven.
#include <credence/http/bearer.hpp>
#include <credence/http/dpop.hpp>
#include <credence/http/first_of.hpp>
#include <credence/jwe/encrypt.hpp>
#include <credence/jwe/nested_verifier.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/stores/memory_replays.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/key_files.hpp"

using namespace credence;
namespace files = support::key_files;

namespace {

const EncryptionKeys<ECDH_ES>& recipient() {
    static const auto keys = EncryptionKeys<ECDH_ES>::from_pem(files::p256_private).value();
    return keys;
}

const auto& verifier() {
    static const NestedVerifier made{recipient(), support::account_verifier()};
    return made;
}

std::string outcome(std::string_view token) {
    const auto who = verifier().verify(token);
    return who ? "verified" : std::string{to_string(who.error().code)};
}

std::string nested(std::string_view inner, const std::string& type = "JWT") {
    return encrypt(inner, recipient(), {.content_type = type}).value();
}

/// An unsigned token of these claims.
std::string unsigned_token() {
    return detail::encode_base64url(R"({"alg":"none"})") + "." +
           detail::encode_base64url(R"({"sub":"42","role":"admin","exp":4102444800})") + ".";
}

}  // namespace

TEST_CASE("a nested verifier is a token verifier", "[jwe][nested]") {
    STATIC_REQUIRE(TokenVerifier<std::remove_cvref_t<decltype(verifier())>>);
    const auto who = require_bearer("Bearer " + nested(support::account_token()), verifier());
    REQUIRE(who);
    CHECK((*who)->sub == "42");
}

TEST_CASE("a signed token that was encrypted is verified", "[jwe][nested]") {
    const auto who = verifier().verify(nested(support::account_token()));
    REQUIRE(who);
    CHECK((*who)->role == "admin");
    CHECK((*who).header().alg == "HS256");
}

TEST_CASE("the cty of a nested token is JWT in any spelling of the media type, or absent", "[jwe][nested]") {
    for (const std::string type : {"JWT", "jwt", "application/jwt", "APPLICATION/JWT", ""}) {
        CHECK(outcome(nested(support::account_token(), type)) == "verified");
    }
    for (const std::string type :
         {"text/plain", "JWE", "text/jwt", "application/jwt; charset=utf-8", "at+jwt", " JWT"}) {
        CHECK(outcome(nested(support::account_token(), type)) == "malformed_token");
    }
}

TEST_CASE("an enc that the key does not support is an error of the token, not of the server", "[jwe][nested]") {
    const auto keys = EncryptionKeys<dir>::from_secret(std::string(32, 'k')).value();
    const NestedVerifier direct{keys, support::account_verifier()};
    CHECK(require_bearer("Bearer " + encrypt(support::account_token(), keys).value(), direct));
    for (const std::size_t size : {16U, 64U}) {
        const auto other = EncryptionKeys<dir>::from_secret(std::string(size, 'k')).value();
        const ContentAlgorithm content = size == 16 ? A128GCM : A256CBC_HS512;
        const std::string token = encrypt(support::account_token(), other, {.content = content}).value();
        CHECK(direct.verify(token).error().code == Errc::algorithm_not_allowed);
        CHECK(direct.verify(token).error().reason == "the key does not serve this enc");
        CHECK(require_bearer("Bearer " + token, direct).error().status == 401);
    }
}

TEST_CASE("attack row 29: an encrypted token without a signed one inside is refused",
          "[jwe][nested][attack-29][attack-51]") {
    CHECK(outcome(nested(unsigned_token())) == "unsupported_algorithm");
    CHECK(outcome(nested(R"({"sub":"42","role":"admin","exp":4102444800})")) == "malformed_token");
    CHECK(outcome(nested(nested(support::account_token()))) == "malformed_token");
    CHECK(outcome(nested("")) == "malformed_token");
    CHECK(outcome(nested(support::forged_token())) == "invalid_signature");
    CHECK(outcome(nested(support::expired_token())) == "token_expired");
}

TEST_CASE("a token that was signed but not encrypted is refused", "[jwe][nested]") {
    CHECK(outcome(support::account_token()) == "malformed_token");
    const auto other = EncryptionKeys<ECDH_ES>::generate().value();
    CHECK(outcome(encrypt(support::account_token(), other).value()) == "decryption_failed");
}

TEST_CASE("a nested verifier recognizes five parts, and stands in any place of a FirstOf", "[jwe][nested]") {
    const FirstOf either{verifier(), support::account_verifier()};
    CHECK(either.verify(nested(support::account_token())));
    CHECK(either.verify(support::account_token()));
    CHECK(either.verify(nested(unsigned_token())).error().code == Errc::unsupported_algorithm);
    for (const std::string_view text : {"", "opaque", "a.b.c.d", "a.b.c.d.e.f"}) {
        CHECK_FALSE(either.recognizes(text));
        CHECK(either.verify(text).error().code == Errc::malformed_token);
    }
    CHECK(verifier().recognizes("a.b.c.d.e"));
    CHECK_FALSE(verifier().recognizes("a.b.c"));
}

TEST_CASE("the caller of a nested verifier can decide about the key that the inner token is bound to",
          "[jwe][nested]") {
    STATIC_REQUIRE(BindableVerifier<std::remove_cvref_t<decltype(verifier())>>);
    const nlohmann::json claims{{"sub", "42"}, {"role", "admin"}, {"exp", 4102444800}, {"cnf", {{"jkt", "x"}}}};
    const std::string token = nested(encode(claims, support::account_keys()).value());
    CHECK(outcome(token) == "proof_required");
    std::string seen;
    const auto accepts = [&](std::string_view confirmation) -> Result<void> {
        seen = confirmation;
        return {};
    };
    CHECK(verifier().verify(token, accepts));
    CHECK(seen == R"({"jkt":"x"})");
    const auto refuses = [](std::string_view) -> Result<void> { return Errc::invalid_proof; };
    CHECK(verifier().verify(token, refuses).error().code == Errc::invalid_proof);
    CHECK(verifier().verify(nested(unsigned_token()), accepts).error().code == Errc::unsupported_algorithm);
}

TEST_CASE("a proof for an encrypted token has the hash of the encrypted token", "[jwe][nested]") {
    const auto client = Keys<ES256>::generate().value();
    const nlohmann::json confirmation{{"jkt", thumbprint(client).value()}};
    const nlohmann::json claims{{"sub", "42"}, {"role", "admin"}, {"exp", 4102444800}, {"cnf", confirmation}};
    const std::string inner = encode(claims, support::account_keys()).value();
    const std::string token = nested(inner);
    const auto bound =
        dpop_bound(verifier(), {.base_url = "https://api.example", .replays = std::make_shared<MemoryReplayStore>()});
    const auto accepts = [&](const std::string& proven) {
        const auto proof = dpop_proof(client, "GET", "https://api.example/me", {.access_token = proven}).value();
        const auto field = [&](std::string_view name) { return name == "DPoP" ? HeaderValue{proof} : HeaderValue{}; };
        return bound.verify(token, {.method = "GET", .url = "/me", .field = field, .scheme = "DPoP"}).has_value();
    };
    CHECK(accepts(token));
    CHECK_FALSE(accepts(inner));
    CHECK(bound.recognizes(token));
}

TEST_CASE("no function makes a proof from a plaintext", "[jwe][nested][attack-29]") {
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Verified<support::AccountClaims>, Decrypted>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<Decrypted, Verified<support::AccountClaims>>);
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Decrypted>);
}
