// SPDX-License-Identifier: MIT
// Known attacks through encrypted tokens: rows 28 to 32 and 51. Each test sends the token of an attacker who has only
// the public key.
#include <credence/http/bearer.hpp>
#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/encrypt.hpp>
#include <credence/jwe/nested_verifier.hpp>
#include <credence/jwt/decode.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <string>
#include <string_view>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/encrypted.hpp"
#include "support/key_files.hpp"

#include <nlohmann/json.hpp>

using namespace credence;
using nlohmann::json;
namespace files = support::key_files;

namespace {

constexpr std::string_view wanted_claims = R"({"sub":"admin","role":"admin","exp":4102444800})";

std::string segment(std::string_view text) { return detail::encode_base64url(text); }

template <class Made>
std::string outcome(const Made& made) {
    return made ? "accepted" : std::string{to_string(made.error().code)};
}

const DecryptionKey<RSA_OAEP>& rsa_key() {
    static const auto key = DecryptionKey<RSA_OAEP>::from_pem(files::rsa_private).value();
    return key;
}

std::string sealed_for_rsa(std::string_view text, const EncryptOptions& options = {}) {
    return encrypt(text, EncryptionKey<RSA_OAEP>::from_pem(files::rsa_public).value(), options).value();
}

}  // namespace

TEST_CASE("attack row 28: a token that was encrypted to the verifying key is not accepted as a signed token",
          "[conformance][jwe][attack-28]") {
    // CVE-2023-51774: anybody with the public key could encrypt claims, and they were accepted unsigned.
    const auto issuer = Keys<RS256>::from_pem(files::rsa_private).value();
    const auto who = decode<json>(sealed_for_rsa(wanted_claims), issuer);
    CHECK(who.error().code == Errc::malformed_token);
    CHECK(who.error().reason == "an encrypted token (five parts)");
    const std::string as_signed =
        segment(R"({"alg":"RSA-OAEP","enc":"A256GCM"})") + '.' + segment(wanted_claims) + ".AA";
    CHECK(outcome(decode<json>(as_signed, issuer)) == "unsupported_algorithm");
}

TEST_CASE("attack row 28: a signed token is refused by decrypt", "[conformance][jwe][attack-28]") {
    CHECK(outcome(decrypt(support::account_token(), rsa_key())) == "malformed_token");
    for (const std::string_view alg : {"RS256", "HS256", "none"}) {
        const std::string header = json{{"alg", alg}, {"enc", "A256GCM"}}.dump();
        CHECK(outcome(decrypt(segment(header) + ".AA.AA.AA.AA", rsa_key())) == "unsupported_algorithm");
    }
}

TEST_CASE("attack row 29: an unsigned token inside an encrypted token is refused", "[conformance][jwe][attack-29]") {
    // CVE-2026-29000: the inner token had the alg none, and was accepted because it had been decrypted.
    const NestedVerifier verifier{rsa_key(), support::account_verifier()};
    const std::string plain = segment(R"({"alg":"none"})") + '.' + segment(wanted_claims) + '.';
    const EncryptOptions nested{.content_type = "JWT"};
    CHECK(outcome(verifier.verify(sealed_for_rsa(plain, nested))) == "unsupported_algorithm");
    CHECK(outcome(verifier.verify(sealed_for_rsa(wanted_claims, nested))) == "malformed_token");
    CHECK(outcome(verifier.verify(sealed_for_rsa(support::forged_token(), nested))) == "invalid_signature");
    CHECK(outcome(verifier.verify(sealed_for_rsa(support::account_token(), nested))) == "accepted");
    const auto answer = require_bearer("Bearer " + sealed_for_rsa(plain, nested), verifier);
    CHECK(answer.error().status == 401);
}

TEST_CASE("attack row 30: the iterations that p2c demands are never computed", "[conformance][jwe][attack-30]") {
    // CVE-2023-50966 and similar ones: 2^31 rounds of PBKDF2 would take minutes.
    for (const std::string_view alg : {"PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW"}) {
        const json header{{"alg", alg}, {"enc", "A256GCM"}, {"p2s", "c2FsdHNhbHQ"}, {"p2c", 2147483647}};
        const std::string token =
            support::encrypted(header.dump(), std::string(32, 'k'), A256GCM, "x", std::string(40, 'w'));
        CHECK(outcome(decrypt(token, EncryptionKeys<dir>::generate().value())) == "unsupported_algorithm");
        CHECK(outcome(decrypt(token, EncryptionKeys<A128KW>::generate().value())) == "unsupported_algorithm");
    }
    CHECK(outcome(decrypt(support::encrypted(R"({"alg":"RSA1_5","enc":"A256GCM"})", std::string(32, 'k'), A256GCM, "x",
                                             std::string(256, 'w')),
                          rsa_key())) == "unsupported_algorithm");
}

TEST_CASE("attack row 31: compressed content is refused, and zip in a signed token is ignored",
          "[conformance][jwe][attack-31]") {
    // CVE-2024-28176: a few kilobytes become gigabytes.
    const std::string secret(32, 'k');
    const auto keys = EncryptionKeys<dir>::from_secret(secret).value();
    for (const std::string_view zip : {"\"DEF\"", "\"def\"", "\"\"", "null", "[]"}) {
        const std::string header = R"({"alg":"dir","enc":"A256GCM","zip":)" + std::string{zip} + '}';
        CHECK(outcome(decrypt(support::encrypted(header, secret, A256GCM, "deflated"), keys)) ==
              "unsupported_algorithm");
    }
    const std::string input = segment(R"({"alg":"HS256","zip":"DEF"})") + '.' + segment(wanted_claims);
    std::string signature(32, '\0');
    REQUIRE(detail::KeyAccess::prepared(support::account_keys().encoding)
                .sign(input, reinterpret_cast<unsigned char*>(signature.data())));
    CHECK(outcome(decode<json>(input + '.' + segment(signature), support::account_keys())) == "accepted");
}

TEST_CASE("attack row 32: a point of order two on another curve reveals nothing about the private key",
          "[conformance][jwe][attack-32][attack-51]") {
    // CVE-2017-16007. The point (x, 0) has order two on its curve y² = x³ - 3x + b. Multiplied by an odd private key it
    // stays the same, so the attacker knows the secret. Whether such a token can be decrypted reveals one bit of the
    // key. Some of eight keys are odd.
    const std::string x(32, '\x05');
    const json epk{{"kty", "EC"}, {"crv", "P-256"}, {"x", segment(x)}, {"y", segment(std::string(32, '\0'))}};
    const json header{{"alg", "ECDH-ES"}, {"enc", "A256GCM"}, {"epk", epk}};
    const auto content_key = detail::derive_key(detail::SecretBytes{detail::as_bytes(x)}, "A256GCM", {}, 32);
    const std::string token = support::encrypted(header.dump(), detail::as_text(content_key.view()));
    for (int count = 0; count < 8; ++count) {
        const auto refused = decrypt(token, EncryptionKeys<ECDH_ES>::generate().value());
        CHECK(outcome(refused) == "decryption_failed");
        CHECK(refused.error().reason.empty());
    }
}

TEST_CASE("attack row 51: every change of a wrapped key or a tag gets the same error",
          "[conformance][jwe][attack-51]") {
    const std::string good = sealed_for_rsa("a text");
    REQUIRE(outcome(decrypt(good, rsa_key())) == "accepted");
    const auto demand_one_answer = [](const std::string& token) {
        const auto refused = decrypt(token, rsa_key());
        CHECK(outcome(refused) == "decryption_failed");
        CHECK(refused.error().reason.empty());
    };
    // Manger's attack needs to know whether the first byte is zero after decryption; Bleichenbacher's, whether the
    // padding is right.
    for (const char first : {'\0', '\1', '\x7f'}) {
        for (const char rest : {'\0', '\1', '\xfe'}) {
            demand_one_answer(support::with_part(good, 1, [&](std::string& bytes) {
                bytes.assign(bytes.size(), rest);
                bytes.front() = first;
            }));
        }
    }
    for (const std::size_t length : {0U, 1U, 8U, 12U, 15U, 17U}) {
        demand_one_answer(support::with_part(good, 4, [&](std::string& bytes) { bytes.resize(length); }));
        demand_one_answer(
            support::with_part(good, 2, [&](std::string& bytes) { bytes.resize(length == 12 ? 11 : length); }));
    }
    demand_one_answer(support::with_part(good, 3, [](std::string& bytes) { bytes.clear(); }));
    demand_one_answer(support::with_part(good, 1, [](std::string& bytes) { bytes.clear(); }));
}
