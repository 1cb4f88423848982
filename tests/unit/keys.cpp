// SPDX-License-Identifier: MIT
// Keys of one algorithm each: how they are made, what is refused, and how the halves hang together.
#include <credence/jwk.hpp>
#include <credence/keys.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "support/error_queue.hpp"
#include "support/key_files.hpp"
#include "support/signing.hpp"

using namespace credence;
using namespace std::string_literals;
namespace files = support::key_files;
using support::keys_of;
using support::sign;
using support::verifies;

namespace {

const std::string secret_of_32(32, 's');

template <class Made>
std::string refusal(const Made& made) {
    return made ? "accepted" : std::string{to_string(made.error().code)};
}

/// What a PEM block holds.
std::string der_of(std::string_view pem) {
    const auto block = detail::read_pem_block(pem);
    return std::string{detail::as_text(block->der.view())};
}

/// A secret that is accepted by none of the three, whatever the opt-out.
void check_is_no_secret(std::string_view text, std::string_view code = "invalid_key") {
    CAPTURE(text);
    CHECK(refusal(Keys<HS256>::from_secret(text)) == code);
    CHECK(refusal(Keys<HS256>::from_secret(text, allow_short_secret)) == code);
    CHECK(refusal(EncodingKey<HS512>::from_secret(text, allow_short_secret)) == code);
    CHECK(refusal(DecodingKey<HS384>::from_secret(text, allow_short_secret)) == code);
}

}  // namespace

TEST_CASE("a secret must be as long as the hash", "[keys][attack-3]") {
    CHECK(refusal(Keys<HS256>::from_secret(std::string(31, 'x'))) == "key_too_short");
    CHECK(refusal(Keys<HS256>::from_secret(std::string(32, 'x'))) == "accepted");
    CHECK(refusal(Keys<HS384>::from_secret(std::string(47, 'x'))) == "key_too_short");
    CHECK(refusal(Keys<HS384>::from_secret(std::string(48, 'x'))) == "accepted");
    CHECK(refusal(Keys<HS512>::from_secret(std::string(63, 'x'))) == "key_too_short");
    CHECK(refusal(Keys<HS512>::from_secret(std::string(64, 'x'))) == "accepted");
    CHECK(refusal(Keys<HS256>::from_secret(std::string(100'000, 'x'))) == "accepted");
}

TEST_CASE("allow_short_secret lets a short secret through, and not an empty one", "[keys][attack-3]") {
    CHECK(refusal(Keys<HS512>::from_secret("x", allow_short_secret)) == "accepted");
    CHECK(refusal(EncodingKey<HS256>::from_secret("x", allow_short_secret)) == "accepted");
    CHECK(refusal(DecodingKey<HS256>::from_secret("x", allow_short_secret)) == "accepted");
    check_is_no_secret("", "key_too_short");
    const char* const unset_variable = nullptr;
    CHECK(refusal(Keys<HS256>::from_secret(unset_variable, allow_short_secret)) == "key_too_short");
}

TEST_CASE("a literal is taken whole, and never read beyond its end", "[keys]") {
    const std::string text = "a secret of thirty-two bytes\0and more"s;
    const auto keys = Keys<HS256>::from_secret("a secret of thirty-two bytes\0and more").value();
    CHECK(thumbprint(keys).value() == thumbprint(Keys<HS256>::from_secret(text).value()).value());
    static constexpr char unterminated[32] = {'x', '\0', 'y', 'z', 'x', 'x', 'x', 'x', 'x', 'x', 'x',
                                              'x', 'x',  'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x',
                                              'x', 'x',  'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x'};
    CHECK(thumbprint(Keys<HS256>::from_secret(unterminated).value()).value() ==
          thumbprint(Keys<HS256>::from_secret(std::string_view{unterminated, 32}).value()).value());
}

TEST_CASE("a key file is no secret, in PEM", "[keys][attack-2]") {
    for (const std::string_view text :
         {files::rsa_public, files::rsa_public_pkcs1, files::rsa_certificate, files::p256_public, files::ed25519_public,
          files::rsa_private, files::p256_private_with_parameters, files::rsa_private_encrypted, files::dsa_public}) {
        check_is_no_secret(text);
        check_is_no_secret("\n \t" + std::string{text});
        check_is_no_secret("\xef\xbb\xbf" + std::string{text});
        check_is_no_secret("some words first\n" + std::string{text});
        check_is_no_secret(text.substr(0, text.size() - 30));
    }
    check_is_no_secret("---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3NzaC1lZDI1NTE5AAAAIC4pK2dePGgctIAsh0H\n");
}

TEST_CASE("a key file is no secret, in DER", "[keys][attack-2]") {
    for (const std::string_view pem :
         {files::rsa_public, files::rsa_public_pkcs1, files::rsa_certificate, files::p256_public,
          files::p256_public_explicit, files::ed25519_public, files::x25519_public, files::dsa_public,
          files::rsa_private, files::rsa_private_pkcs1, files::p256_private, files::p256_private_sec1,
          files::rsa_private_encrypted, files::pss_sha256_public, files::rsa_1024_public}) {
        CAPTURE(pem);
        check_is_no_secret(der_of(pem));
        CHECK(refusal(Keys<HS256>::from_secret(der_of(pem) + "x")) == "accepted");  // not DER as a whole
    }
}

TEST_CASE("a JWK or JWK Set is no secret", "[keys][attack-2]") {
    for (const std::string_view text : {
             R"({"kty":"RSA","n":"AQAB","e":"AQAB"})",
             R"( {"e":"AQAB", "kty" : "RSA"})",
             "\n\t{\n\"kty\":\"oct\"}",
             R"({"keys":[]})",
             R"({"keys":[{"kty":"EC"}]})",
             R"([{"kty":"EC"}])",
             R"({"\u006bty":"RSA"})",
             R"({"kty":"RSA","n":)",
             R"({"kty":"RSA","kty":"RSA"})",
             "\xef\xbb\xbf{\"kty\":\"RSA\"}",
             " \xef\xbb\xbf{\"kty\":\"RSA\"}",
             "\xc2\xa0{\"kty\":\"RSA\"}",
             R"("{\"kty\":\"RSA\"}")",
             R"(key = {"kty":"RSA"})",
         }) {
        check_is_no_secret(text);
    }
    CHECK(refusal(Keys<HS256>::from_secret(R"({"this is an odd secret, and yet":"it is one"})")) == "accepted");
    CHECK(refusal(Keys<HS256>::from_secret("{ a brace does not make it a JWK at all")) == "accepted");
}

TEST_CASE("an SSH key is no secret", "[keys][attack-2]") {
    for (const std::string_view start : {"ssh-rsa AAAA", "ssh-ed25519 AAAA", "ssh-dss AAAA", "ecdsa-sha2-nistp256 AAAA",
                                         "sk-ssh-ed25519@openssh.com A", "sk-ecdsa-sha2-nistp256@openssh.com A",
                                         "ssh-rsa-cert-v01@openssh.com AAAA", "PuTTY-User-Key-File-3: x"}) {
        check_is_no_secret(start);
        check_is_no_secret("  \n" + std::string{start});
    }
}

TEST_CASE("a line with an SSH key in it is no secret", "[keys][attack-2]") {
    for (const std::string_view line :
         {"restrict,command=\"x\" ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ",
          "host.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AA",
          "# of the build machine\necdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY"}) {
        check_is_no_secret(line);
    }
}

TEST_CASE("the base64 of a key file is no secret, with or without its lines", "[keys][attack-2]") {
    for (const std::string_view pem : {files::rsa_public, files::p256_public, files::ed25519_public,
                                       files::rsa_certificate, files::rsa_private, files::rsa_public_pkcs1}) {
        std::string body{pem.substr(pem.find('\n') + 1)};
        body.resize(body.find("-----END"));
        check_is_no_secret(body);
        std::erase(body, '\n');
        check_is_no_secret(body);
        std::replace(body.begin(), body.end(), '+', '-');
        std::replace(body.begin(), body.end(), '/', '_');
        check_is_no_secret(body);
    }
    CHECK(refusal(Keys<HS256>::from_secret("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A")) == "accepted");
}

TEST_CASE("what getenv gives for a variable that is not set is refused", "[keys]") {
    const char* const unset = nullptr;
    CHECK(Keys<HS256>::from_secret(unset).error().code == Errc::key_too_short);
    CHECK(DecodingKey<RS256>::from_pem(unset).error().code == Errc::invalid_key);
    CHECK(Keys<RS256>::from_pem(unset).error().code == Errc::invalid_key);
    CHECK(Keys<ES256>::from_jwk(unset).error().code == Errc::invalid_key);
    CHECK(DecodingKey<HS256>::from_jwk(unset).error().code == Errc::invalid_key);
    CHECK(Keys<RS256>::from_pem(files::rsa_private_encrypted, {.passphrase = unset}).error().code == Errc::invalid_key);
}

TEST_CASE("bytes of every kind make a secret", "[keys]") {
    const std::vector<unsigned char> bytes(32, 's');
    std::array<std::byte, 32> raw{};
    raw.fill(std::byte{'s'});
    const std::string signature = sign(EncodingKey<HS256>::from_secret(secret_of_32).value(), "input");
    CHECK(verifies(DecodingKey<HS256>::from_secret(bytes).value(), "input", signature));
    CHECK(verifies(DecodingKey<HS256>::from_secret(raw).value(), "input", signature));
    CHECK(verifies(DecodingKey<HS256>::from_secret(std::string_view{secret_of_32}).value(), "input", signature));
    const std::string zeros(32, '\0');
    CHECK(refusal(Keys<HS256>::from_secret(zeros)) == "accepted");
    const std::string with_zero = std::string(16, 'a') + '\0' + std::string(16, 'b');
    const std::string other = std::string(16, 'a') + '\0' + std::string(16, 'c');
    CHECK_FALSE(verifies(DecodingKey<HS256>::from_secret(other).value(), "input",
                         sign(EncodingKey<HS256>::from_secret(with_zero).value(), "input")));
}

TEST_CASE("a pair of keys turns into either half", "[keys]") {
    const auto keys = Keys<HS256>::from_secret(secret_of_32).value();
    const EncodingKey<HS256>& encoding = keys;
    const DecodingKey<HS256>& decoding = keys;
    CHECK(verifies(decoding, "input", sign(encoding, "input")));
    CHECK(verifies(encoding.decoding(), "input", sign(encoding, "input")));
    const EncodingKey<RS256> rsa = keys_of<RS256>();
    CHECK(verifies(rsa.decoding(), "input", sign(rsa, "input")));
}

TEST_CASE("a key id is carried along, and changes nothing else", "[keys]") {
    const auto keys = Keys<ES256>::generate().value();
    CHECK(keys.kid().empty());
    const auto named = keys.with_kid("k1");
    CHECK(named.kid() == "k1");
    CHECK(named.encoding.kid() == "k1");
    CHECK(named.decoding.kid() == "k1");
    CHECK(named.encoding.decoding().kid() == "k1");
    CHECK(keys.kid().empty());
    CHECK(verifies(keys.decoding, "input", sign(named.encoding, "input")));
    CHECK(named.decoding.with_kid("").kid().empty());
}

TEST_CASE("keys are copied cheaply, and there is no empty one", "[keys]") {
    STATIC_REQUIRE_FALSE(std::is_default_constructible_v<DecodingKey<RS256>>);
    STATIC_REQUIRE_FALSE(std::is_default_constructible_v<EncodingKey<RS256>>);
    auto key = keys_of<RS256>().decoding;
    const auto copy = std::move(key);  // NOLINT(performance-move-const-arg): it must copy
    CHECK(&key.detail_key() == &copy.detail_key());
}

TEST_CASE("a key is a source of itself, whatever the kid", "[keys][attack-12]") {
    const auto key = keys_of<ES256>().decoding.with_kid("k1");
    STATIC_REQUIRE(DecodingKey<ES256>::is_fixed);
    CHECK(key.accepts("ES256"));
    for (const std::string_view alg : {"", "es256", "ES256 ", "ES256K", "none"}) CHECK_FALSE(key.accepts(alg));
    for (const std::string& kid :
         {std::string{}, std::string{"k1"}, std::string{"../../dev/null"}, std::string(9999, 'k')}) {
        const auto found = key.find("ES256", kid);
        REQUIRE(found);
        CHECK(*found == &key.detail_key());
    }
}

TEST_CASE("none of the three names of EdDSA accepts another's", "[keys]") {
    CHECK_FALSE(keys_of<EdDSA>().decoding.accepts("Ed25519"));
    CHECK_FALSE(keys_of<Ed25519>().decoding.accepts("EdDSA"));
    CHECK_FALSE(keys_of<Ed448>().decoding.accepts("EdDSA"));
}

TEMPLATE_TEST_CASE("new keys are all different, and as long as they must be", "[keys]", HS256, HS384, HS512, ES256,
                   EdDSA, Ed448) {
    const auto first = Keys<TestType>::generate().value();
    const auto second = Keys<TestType>::generate().value();
    CHECK(verifies(first.decoding, "input", sign(first.encoding, "input")));
    CHECK_FALSE(verifies(second.decoding, "input", sign(first.encoding, "input")));
    if constexpr (SharedSecretAlgorithm<TestType>) {
        CHECK(first.encoding.detail_key().secret().size() == detail::hash_size(TestType::scheme.hash));
    }
}

TEST_CASE("a new RSA key has 2048 bits, a new EdDSA key is on Ed25519", "[keys]") {
    CHECK(EVP_PKEY_get_bits(keys_of<PS512>().encoding.detail_key().native()) == 2048);
    CHECK(EVP_PKEY_is_a(keys_of<EdDSA>().encoding.detail_key().native(), "ED25519") == 1);
}

TEST_CASE("a key that OpenSSL has already is shared", "[keys]") {
    const detail::KeyHandle native{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
    const auto keys = Keys<ES256>::from_evp_pkey(native.get());
    REQUIRE(keys);
    CHECK(verifies(keys->decoding, "input", sign(keys->encoding, "input")));
    CHECK(keys->encoding.detail_key().native() == native.get());
    CHECK(refusal(DecodingKey<ES256>::from_evp_pkey(keys->decoding.detail_key().native())) == "accepted");
    CHECK(refusal(EncodingKey<ES256>::from_evp_pkey(native.get())) == "accepted");
    CHECK(refusal(DecodingKey<ES256>::from_evp_pkey(native.get())) == "invalid_key");
    CHECK(refusal(EncodingKey<ES256>::from_evp_pkey(keys->decoding.detail_key().native())) == "invalid_key");
    CHECK(refusal(DecodingKey<ES384>::from_evp_pkey(keys->decoding.detail_key().native())) == "invalid_key");
    CHECK(refusal(DecodingKey<RS256>::from_evp_pkey(keys->decoding.detail_key().native())) == "invalid_key");
    CHECK(refusal(DecodingKey<ES256>::from_evp_pkey(nullptr)) == "invalid_key");
    CHECK(refusal(Keys<ES256>::from_evp_pkey(nullptr)) == "invalid_key");
}

TEST_CASE("making keys leaves the error queue alone, also when it fails", "[keys][error-queue]") {
    support::check_error_queue_around([] { CHECK(Keys<HS256>::from_secret(secret_of_32)); });
    support::check_error_queue_around([] { CHECK_FALSE(Keys<HS256>::from_secret("short")); });
    support::check_error_queue_around([] { CHECK_FALSE(Keys<HS256>::from_secret(der_of(files::rsa_public))); });
    support::check_error_queue_around([] { CHECK(Keys<HS256>::from_secret("0" + secret_of_32)); });
    support::check_error_queue_around([] { CHECK(Keys<HS256>::generate()); });
    support::check_error_queue_around([] { CHECK(Keys<ES256>::generate()); });
    support::check_error_queue_around([] { CHECK(Keys<ES256>::from_pem(files::p256_private)); });
    support::check_error_queue_around([] { CHECK_FALSE(Keys<ES256>::from_pem(files::rsa_private)); });
    support::check_error_queue_around([] { CHECK_FALSE(Keys<ES256>::from_pem("no PEM")); });
    support::check_error_queue_around([] { CHECK_FALSE(Keys<RS256>::from_pem(files::rsa_private_encrypted)); });
    support::check_error_queue_around(
        [] { CHECK_FALSE(Keys<RS256>::from_pem(files::rsa_private_encrypted, {.passphrase = "wrong"})); });
    support::check_error_queue_around([] { CHECK(DecodingKey<RS256>::from_pem(files::rsa_certificate)); });
    support::check_error_queue_around([] { CHECK_FALSE(DecodingKey<ES256>::from_pem(files::p256_public_explicit)); });
    support::check_error_queue_around([] { CHECK_FALSE(DecodingKey<PS384>::from_pem(files::pss_sha256_public)); });
    support::check_error_queue_around([] { CHECK(DecodingKey<ES256>::from_der(der_of(files::p256_public))); });
    support::check_error_queue_around([] { CHECK_FALSE(DecodingKey<ES256>::from_der("0\x03junk")); });
    support::check_error_queue_around([] { CHECK_FALSE(DecodingKey<ES256>::from_jwk("junk")); });
    support::check_error_queue_around(
        [] { CHECK_FALSE(DecodingKey<RS256>::from_jwk(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})")); });
    support::check_error_queue_around([] { CHECK_FALSE(DecodingKey<ES256>::from_evp_pkey(nullptr)); });
}
