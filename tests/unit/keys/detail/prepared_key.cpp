// SPDX-License-Identifier: MIT
// Keys from PEM and DER in all their forms: which are accepted, which are refused, and for which reason.
#include <credence/keys/keys.hpp>
#include <credence/keys/detail/key_access.hpp>
#include <credence/keys/detail/pem_key.hpp>
#include <credence/keys/detail/prepared_key.hpp>

#include <memory>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"
#include "support/signing.hpp"

using namespace credence;
namespace files = support::key_files;
using support::sign;
using support::verifies;

namespace {

std::string der_of(std::string_view pem) {
    return std::string{detail::as_text(detail::read_pem_blocks(pem)->back().der.view())};
}

/// The reason why a text is refused as a public key, or "accepted".
template <class Alg>
std::string why_not_public(std::string_view pem) {
    const auto made = detail::public_from_pem(pem, detail::scheme_of<Alg>);
    CHECK(static_cast<bool>(DecodingKey<Alg>::from_pem(pem)) == static_cast<bool>(made));
    if (made) return "accepted";
    return (made.error().code == Errc::key_too_short ? "too short: " : "") + std::string{made.error().reason};
}

template <class Alg>
std::string why_not_private(std::string_view pem, std::string_view passphrase = {}) {
    const auto made = detail::private_from_pem(pem, passphrase, detail::scheme_of<Alg>);
    CHECK(static_cast<bool>(Keys<Alg>::from_pem(pem, {.passphrase = passphrase})) == static_cast<bool>(made));
    if (made) return "accepted";
    return (made.error().code == Errc::key_too_short ? "too short: " : "") + std::string{made.error().reason};
}

/// Signs with the private file and verifies with the public one.
template <class Alg>
bool belong_together(std::string_view private_pem, std::string_view public_pem, std::string_view passphrase = {}) {
    const auto encoding = EncodingKey<Alg>::from_pem(private_pem, {.passphrase = passphrase});
    const auto decoding = DecodingKey<Alg>::from_pem(public_pem);
    if (!encoding || !decoding) return false;
    const std::string signature = sign(*encoding, "input");
    return verifies(*decoding, "input", signature) && verifies(encoding->decoding(), "input", signature);
}

}  // namespace

TEST_CASE("RSA keys come in four private and three public forms", "[key_material]") {
    for (const std::string_view text : {files::rsa_private, files::rsa_private_pkcs1}) {
        for (const std::string_view half : {files::rsa_public, files::rsa_public_pkcs1, files::rsa_certificate}) {
            CHECK(belong_together<RS256>(text, half));
            CHECK(belong_together<PS384>(text, half));
        }
    }
    CHECK(belong_together<RS512>(files::rsa_private_encrypted, files::rsa_public, files::passphrase));
    CHECK(belong_together<RS512>(files::rsa_private_pkcs1_encrypted, files::rsa_public, files::passphrase));
}

TEST_CASE("EC keys come in PKCS#8 and SEC 1, with and without what can be derived", "[key_material]") {
    for (const std::string_view text : {files::p256_private, files::p256_private_sec1,
                                        files::p256_private_with_parameters, files::p256_private_without_public}) {
        CHECK(belong_together<ES256>(text, files::p256_public));
        CHECK(belong_together<ES256>(text, files::p256_public_compressed));
    }
    CHECK(belong_together<ES256>(files::p256_private_encrypted, files::p256_public, files::passphrase));
    CHECK(belong_together<ES384>(files::p384_private, files::p384_public));
    CHECK(belong_together<ES512>(files::p521_private, files::p521_public));
    CHECK(belong_together<ES256K>(files::secp256k1_private, files::secp256k1_public));
}

TEST_CASE("EdDSA keys serve EdDSA and the algorithm with their curve's name", "[key_material]") {
    CHECK(belong_together<EdDSA>(files::ed25519_private, files::ed25519_public));
    CHECK(belong_together<Ed25519>(files::ed25519_private, files::ed25519_public));
    CHECK(belong_together<EdDSA>(files::ed448_private, files::ed448_public));
    CHECK(belong_together<Ed448>(files::ed448_private, files::ed448_public));
    CHECK(why_not_public<Ed448>(files::ed25519_public) == "a key on another curve");
    CHECK(why_not_public<Ed25519>(files::ed448_public) == "a key on another curve");
    CHECK(why_not_private<Ed25519>(files::ed448_private) == "a key on another curve");
}

TEST_CASE("all forms are also read from DER", "[key_material]") {
    const std::string input = "input";
    const auto signature = sign(EncodingKey<RS256>::from_der(der_of(files::rsa_private)).value(), input);
    for (const std::string_view pem : {files::rsa_public, files::rsa_public_pkcs1, files::rsa_certificate}) {
        CHECK(verifies(DecodingKey<RS256>::from_der(der_of(pem)).value(), input, signature));
    }
    CHECK(EncodingKey<RS256>::from_der(der_of(files::rsa_private_pkcs1)));
    CHECK(EncodingKey<ES256>::from_der(der_of(files::p256_private_sec1)));
    CHECK(Keys<ES256>::from_der(der_of(files::p256_private)));
    CHECK(Keys<RS256>::from_der(der_of(files::rsa_private_encrypted), {.passphrase = files::passphrase}));
    CHECK_FALSE(Keys<RS256>::from_der(der_of(files::rsa_private_encrypted)));
    CHECK_FALSE(DecodingKey<RS256>::from_der(der_of(files::rsa_private)));
    CHECK_FALSE(EncodingKey<RS256>::from_der(der_of(files::rsa_public)));
    CHECK_FALSE(DecodingKey<RS256>::from_der(files::rsa_public));
    CHECK_FALSE(DecodingKey<RS256>::from_pem(der_of(files::rsa_public)));
}

TEST_CASE("only complete DER is accepted", "[key_material]") {
    for (const std::string_view pem : {files::rsa_public, files::rsa_public_pkcs1, files::rsa_certificate}) {
        const std::string der = der_of(pem);
        CHECK_FALSE(DecodingKey<RS256>::from_der(der + '\0'));
        CHECK_FALSE(DecodingKey<RS256>::from_der(der + der));
        for (std::size_t size = 0; size < der.size(); size += 5) {
            CHECK_FALSE(DecodingKey<RS256>::from_der(der.substr(0, size)));
        }
    }
    for (const std::string_view pem : {files::p256_private, files::p256_private_sec1}) {
        const std::string der = der_of(pem);
        CHECK_FALSE(EncodingKey<ES256>::from_der(der + '\0'));
        for (std::size_t size = 0; size < der.size(); ++size) {
            CHECK_FALSE(EncodingKey<ES256>::from_der(der.substr(0, size)));
        }
    }
}

TEST_CASE("nothing may follow an RSA key inside its wrapping", "[key_material]") {
    // A SubjectPublicKeyInfo whose BIT STRING has one byte more than the key: lengths of two bytes each.
    std::string der = der_of(files::rsa_public);
    const std::size_t bits = der.find("\x03\x82", 4);
    REQUIRE(bits != std::string::npos);
    der += '\0';
    ++der[3];
    ++der[bits + 3];
    CHECK_FALSE(DecodingKey<RS256>::from_der(der));
    std::string wrapped = der_of(files::rsa_private);
    const std::size_t octets = wrapped.find("\x04\x82", 4);
    REQUIRE(octets != std::string::npos);
    wrapped += '\0';
    ++wrapped[3];
    ++wrapped[octets + 3];
    CHECK_FALSE(EncodingKey<RS256>::from_der(wrapped));
}

TEST_CASE("a point that begins like DER is still read as a point", "[key_material]") {
    CHECK(why_not_public<Ed25519>("-----BEGIN PUBLIC KEY-----\n"
                                  "MCowBQYDK2VwAyEAMBnrDfHjaPEAbiKB6AjqcSPhaiLH+358nTif2YxxC54=\n"
                                  "-----END PUBLIC KEY-----\n") == "accepted");
    CHECK(why_not_public<Ed448>("-----BEGIN PUBLIC KEY-----\n"
                                "MEMwBQYDK2VxAzoAMA3MeYclpjThkrnMYEnqLsFVMel2zVrMmP/9ps4FPO6+Ra+J\n"
                                "hOJiNahPtyPZNk9biIQNTJLsA18A\n"
                                "-----END PUBLIC KEY-----\n") == "accepted");
}

TEST_CASE("weak and unusual RSA keys are refused", "[key_material][attack-4]") {
    CHECK(why_not_public<RS256>(files::rsa_1024_public) == "too short: an RSA key of less than 2048 bits");
    CHECK(why_not_public<PS256>(files::rsa_1024_public) == "too short: an RSA key of less than 2048 bits");
    CHECK(why_not_private<RS256>(files::rsa_1024_private) == "too short: an RSA key of less than 2048 bits");
    CHECK(why_not_public<RS256>(files::rsa_e3_public) == "an RSA key with an exponent below 65537");
    CHECK(why_not_private<RS256>(files::rsa_3_primes_private) != "accepted");
}

TEST_CASE("RSA-PSS keys serve PS* only, and only as their parameters allow", "[key_material]") {
    CHECK(why_not_private<PS256>(files::pss_private) == "accepted");
    CHECK(why_not_private<PS512>(files::pss_private) == "accepted");
    CHECK(why_not_private<RS256>(files::pss_private) == "a key of another type");
    CHECK(belong_together<PS256>(files::pss_sha256_private, files::pss_sha256_public));
    CHECK(why_not_public<PS384>(files::pss_sha256_public) == "a key that is not for this algorithm");
    CHECK(why_not_private<PS512>(files::pss_sha256_private) == "a key that is not for this algorithm");
    CHECK(why_not_public<RS256>(files::pss_sha256_public) == "a key of another type");
    CHECK(why_not_public<PS256>(files::pss_sha256_salt48_public) == "a key that is not for this algorithm");
}

TEST_CASE("the curve must be the algorithm's, and a named curve", "[key_material][attack-5]") {
    CHECK(why_not_public<ES256>(files::p384_public) == "a key on another curve");
    CHECK(why_not_public<ES256>(files::secp256k1_public) == "a key on another curve");
    CHECK(why_not_public<ES256K>(files::p256_public) == "a key on another curve");
    CHECK(why_not_private<ES512>(files::p384_private) == "a key on another curve");
    CHECK(why_not_public<ES256>(files::p256_public_explicit) == "explicit curve parameters are not allowed");
    CHECK(why_not_private<ES256>(files::p256_private_explicit) == "explicit curve parameters are not allowed");
}

TEST_CASE("the key type must fit the algorithm", "[key_material]") {
    CHECK(why_not_public<RS256>(files::p256_public) == "a key of another type");
    CHECK(why_not_public<ES256>(files::rsa_public) == "a key of another type");
    CHECK(why_not_public<EdDSA>(files::rsa_public) == "a key of another type");
    CHECK(why_not_public<EdDSA>(files::x25519_public) == "a key of another type");
    CHECK(why_not_private<EdDSA>(files::x25519_private) == "a key of another type");
    CHECK(why_not_public<ES256>(files::ed25519_public) == "a key of another type");
    CHECK(why_not_public<RS256>(files::dsa_public) == "a key of another type");
}

TEST_CASE("a private key is refused as a public key, and the other way round", "[key_material]") {
    constexpr std::string_view private_there = "expected a public key, found a private one";
    for (const std::string_view text : {files::rsa_private, files::rsa_private_pkcs1, files::rsa_private_encrypted}) {
        CHECK(why_not_public<RS256>(text) == private_there);
    }
    CHECK(why_not_public<RS256>(files::rsa_private_pkcs1_encrypted) == private_there);
    CHECK(why_not_public<ES256>(files::p256_private_with_parameters) == private_there);
    for (const std::string_view text : {files::rsa_public, files::rsa_public_pkcs1, files::rsa_certificate}) {
        CHECK(why_not_private<RS256>(text) == "expected a private key, found a public one");
    }
}

TEST_CASE("an encrypted key needs its passphrase, and there is no prompt for it", "[key_material]") {
    for (const std::string_view text : {files::rsa_private_encrypted, files::rsa_private_pkcs1_encrypted}) {
        CHECK(why_not_private<RS256>(text) == "the key is encrypted, and no passphrase was given");
        CHECK(why_not_private<RS256>(text, "sesam") == "wrong passphrase for an encrypted key");
        CHECK(why_not_private<RS256>(text, std::string(5000, 's')) == "wrong passphrase for an encrypted key");
        CHECK(why_not_private<RS256>(text, files::passphrase) == "accepted");
    }
    CHECK(why_not_private<RS256>(files::rsa_private, files::passphrase) == "accepted");
}

TEST_CASE("an encrypted key has at most 10,000,000 iterations", "[key_material]") {
    // SEQUENCE { SEQUENCE { pbeWithSHA1AndDES, SEQUENCE { OCTET STRING 8, INTEGER } }, OCTET STRING }
    const auto encrypted = [](std::string_view count) {
        const std::string salt = std::string{"\x04\x08"} + std::string(8, 's');
        const auto sequence = [](const std::string& content) {
            return std::string{'\x30', static_cast<char>(content.size())} + content;
        };
        const std::string number = std::string{'\x02', static_cast<char>(count.size())} + std::string{count};
        const std::string oid = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0a";
        return sequence(sequence(oid + sequence(salt + number)) + std::string{"\x04\x08"} + std::string(8, 'x'));
    };
    const auto reason = [](const std::string& der) {
        return std::string{EncodingKey<ES256>::from_der(der, {.passphrase = "sesame"}).error().reason};
    };
    CHECK(reason(encrypted(std::string_view{"\x00\x98\x96\x81", 4})) ==
          "the key's encryption has more than 10,000,000 iterations");
    CHECK(reason(encrypted("\x7f\xff\xff\xff\xff\xff\xff\xff\xff")) ==
          "the key's encryption has more than 10,000,000 iterations");
    CHECK(reason(encrypted("\x10")) == "wrong passphrase for an encrypted key");
    CHECK(reason(encrypted("\xff")) == "the key's encryption is not supported");
    CHECK(detail::iterations_of(detail::as_bytes(encrypted(std::string_view{"\x00\x98\x96\x80", 4}))) == 10'000'000);
    CHECK(detail::iterations_of(detail::as_bytes(der_of(files::rsa_private_encrypted))) == 1000);
}

TEST_CASE("a key encrypted with scrypt is read up to a cost of 10,000,000", "[key_material]") {
    // SEQUENCE { SEQUENCE { PBES2, SEQUENCE { SEQUENCE { scrypt, SEQUENCE { salt, N, r, p } } } }, OCTET STRING }
    const auto sequence = [](const std::string& content) {
        return std::string{'\x30', static_cast<char>(content.size())} + content;
    };
    const auto number = [](std::string_view digits) {
        return std::string{'\x02', static_cast<char>(digits.size())} + std::string{digits};
    };
    const auto encrypted = [&](std::string_view n, std::string_view r, std::string_view p) {
        const std::string salt = std::string{"\x04\x08"} + std::string(8, 's');
        const std::string scrypt = "\x06\x09\x2b\x06\x01\x04\x01\xda\x47\x04\x0b";
        const std::string pbes2 = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d";
        const std::string derivation = sequence(scrypt + sequence(salt + number(n) + number(r) + number(p)));
        return sequence(sequence(pbes2 + sequence(derivation)) + std::string{"\x04\x08"} + std::string(8, 'x'));
    };
    const auto reason = [](const std::string& der) {
        return std::string{EncodingKey<ES256>::from_der(der, {.passphrase = "sesame"}).error().reason};
    };
    const auto cost = [&](std::string_view n, std::string_view r, std::string_view p) {
        return detail::iterations_of(detail::as_bytes(encrypted(n, r, p)));
    };
    const std::string_view zero{"\x00", 1}, usual{"\x40\x00", 2}, large{"\x01\x00\x00", 3};
    CHECK(cost(usual, "\x08", "\x01") == 131'072);
    CHECK_FALSE(cost(usual, "\x08", zero));
    CHECK_FALSE(cost(usual, "\x08", "\xff"));
    const char* too_much = "the key's encryption has more than 10,000,000 iterations";
    CHECK(reason(encrypted(usual, "\x01", large)) == too_much);
    CHECK(reason(encrypted(usual, "\x08", "\x7f\xff\xff\xff\xff\xff\xff\xff")) == too_much);
    CHECK(reason(encrypted("\x7f\xff\xff\xff\xff\xff\xff\xff\xff", "\x08", "\x01")) == too_much);
}

TEST_CASE("the public half in an Ed25519 key file must belong to the private half", "[key_material]") {
    CHECK(why_not_private<EdDSA>(files::ed25519_private_with_public) == "accepted");
    CHECK(belong_together<Ed25519>(files::ed25519_private_with_public, files::ed25519_public_of_rfc8410));
    const std::string der = der_of(files::ed25519_private_with_public);
    for (std::size_t at = der.size() - 34; at < der.size(); ++at) {
        std::string damaged = der;
        damaged[at] = static_cast<char>(damaged[at] ^ 4);
        CHECK_FALSE(EncodingKey<EdDSA>::from_der(damaged));
    }
    CHECK_FALSE(EncodingKey<EdDSA>::from_der(der + '\0'));
    CHECK_FALSE(EncodingKey<Ed448>::from_der(der));
    // The same as ring writes it: the public half in [1] EXPLICIT BIT STRING.
    std::string explicit_key = der;
    const std::size_t at = der.size() - 35;
    REQUIRE(der.substr(at, 3) == std::string("\x81\x21\x00", 3));
    explicit_key.replace(at, 2, "\xa1\x23\x03\x21");
    explicit_key[1] = static_cast<char>(explicit_key[1] + 2);
    CHECK(EncodingKey<EdDSA>::from_der(explicit_key));
    explicit_key.back() = static_cast<char>(explicit_key.back() ^ 1);
    CHECK_FALSE(EncodingKey<EdDSA>::from_der(explicit_key));
    CHECK_FALSE(DecodingKey<EdDSA>::from_der(der));
}

TEST_CASE("an encrypted Ed25519 key may have its public half beside it, too", "[key_material]") {
    const auto encrypted = [](const std::string& der) {
        const std::unique_ptr<X509_SIG, decltype(&X509_SIG_free)> info{X509_SIG_new(), X509_SIG_free};
        X509_ALGOR* algorithm = nullptr;
        ASN1_OCTET_STRING* content = nullptr;
        X509_SIG_getm(info.get(), &algorithm, &content);
        unsigned char salt[] = "8 bytes.";
        const std::unique_ptr<X509_ALGOR, decltype(&X509_ALGOR_free)> scheme{
            PKCS5_pbe2_set(EVP_aes_128_cbc(), 1000, salt, 8), X509_ALGOR_free};
        REQUIRE(X509_ALGOR_copy(algorithm, scheme.get()) == 1);
        unsigned char* bytes = nullptr;
        int size = 0;
        REQUIRE(PKCS12_pbe_crypt(scheme.get(), "sesame", 6, reinterpret_cast<const unsigned char*>(der.data()),
                                 static_cast<int>(der.size()), &bytes, &size, 1));
        ASN1_STRING_set0(content, bytes, size);
        unsigned char* written = nullptr;
        const int length = i2d_X509_SIG(info.get(), &written);
        const detail::WrittenBytes owner{written};
        return std::string{reinterpret_cast<const char*>(written), static_cast<std::size_t>(length)};
    };
    std::string der = der_of(files::ed25519_private_with_public);
    CHECK(EncodingKey<EdDSA>::from_der(encrypted(der), {.passphrase = "sesame"}));
    der.back() = static_cast<char>(der.back() ^ 1);
    CHECK_FALSE(EncodingKey<EdDSA>::from_der(encrypted(der), {.passphrase = "sesame"}));
    const std::string p256 = der_of(files::p256_private);
    CHECK(EncodingKey<ES256>::from_der(encrypted(p256), {.passphrase = "sesame"}));
    CHECK_FALSE(EncodingKey<ES256>::from_der(encrypted(p256), {.passphrase = "sesam"}));
}

TEST_CASE("a public key must fill its bit string, also in a certificate", "[key_material]") {
    CHECK(DecodingKey<RS256>::from_der(der_of(files::rsa_public)));
    CHECK_FALSE(DecodingKey<RS256>::from_der(der_of(files::rsa_public_with_more_inside)));
    CHECK_FALSE(DecodingKey<RS256>::from_der(der_of(files::rsa_certificate_with_more_inside)));
    std::string ed25519 = der_of(files::ed25519_public);
    REQUIRE(DecodingKey<EdDSA>::from_der(ed25519));
    ed25519[ed25519.size() - 33] = 1;  // one bit at the end does not count
    CHECK_FALSE(DecodingKey<EdDSA>::from_der(ed25519));
}

TEST_CASE("a hybrid point is refused, RFC 5480", "[key_material]") {
    std::string der = der_of(files::p256_public);
    REQUIRE(DecodingKey<ES256>::from_der(der));
    const bool is_odd = (der.back() & 1) != 0;
    der[der.size() - 65] = is_odd ? '\x07' : '\x06';
    CHECK_FALSE(DecodingKey<ES256>::from_der(der));
}

TEST_CASE("the numbers of an RSA key must be in DER form", "[key_material]") {
    const std::string good = der_of(files::rsa_public_pkcs1);  // 30 82 len len, 02 82 len len 00 …, 02 03 01 00 01
    REQUIRE(DecodingKey<RS256>::from_der(good));
    std::string padded = good.substr(0, good.size() - 5) + std::string{"\x02\x04\x00\x01\x00\x01", 6};
    padded[3] = static_cast<char>(padded[3] + 1);
    CHECK_FALSE(DecodingKey<RS256>::from_der(padded));
    std::string negative = good;
    negative[negative.size() - 3] = '\x81';
    CHECK_FALSE(DecodingKey<RS256>::from_der(negative));
}

TEST_CASE("a key object in the form of OpenSSL 1.1 is accepted", "[key_material]") {
    const std::string der = der_of(files::rsa_public_pkcs1);
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const detail::KeyHandle key{d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size()))};
    REQUIRE(key);
    CHECK(DecodingKey<RS256>::from_evp_pkey(key.get()));
}

TEST_CASE("halves that do not belong together are refused as a key pair", "[key_material]") {
    // SEC 1 has the public point after the private number. Replace it by another point.
    std::string der = der_of(files::p256_private_sec1);
    const std::string point = der_of(files::p256_public);
    const auto other = Keys<ES256>::generate().value();
    const auto pem = detail::public_half_of(detail::KeyAccess::prepared(other.encoding).native());
    unsigned char* written = nullptr;
    const int size = i2d_PUBKEY(pem.get(), &written);
    REQUIRE(size == 91);
    der.replace(der.size() - 65, 65, reinterpret_cast<const char*>(written) + 26, 65);
    OPENSSL_free(written);
    const auto made = detail::private_from_der(detail::as_bytes(der), {}, detail::scheme_of<ES256>);
    REQUIRE_FALSE(made);
    CHECK(made.error().reason == "the private and the public half do not match");
}

TEST_CASE("an RSA key with a wrong prime is refused", "[key_material]") {
    const std::string der = der_of(files::rsa_private_pkcs1);
    int accepted = 0;
    for (std::size_t at = der.size() - 600; at < der.size(); at += 97) {  // in p, q, dp, dq and qi
        std::string damaged = der;
        damaged[at] = static_cast<char>(damaged[at] ^ 2);
        accepted += EncodingKey<RS256>::from_der(damaged) ? 1 : 0;
    }
    CHECK(accepted == 0);
}

TEST_CASE("no P-256 key with a changed bit is accepted, and no damaged key file causes a crash", "[key_material]") {
    int accepted = 0;
    for (const std::string_view pem : {files::p256_public, files::ed25519_public, files::rsa_public_pkcs1}) {
        const std::string der = der_of(pem);
        for (std::size_t at = 0; at < der.size(); ++at) {
            for (const int bit : {0, 3, 7}) {
                std::string damaged = der;
                damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
                accepted += DecodingKey<ES256>::from_der(damaged) ? 1 : 0;
                static_cast<void>(DecodingKey<EdDSA>::from_der(damaged));
                static_cast<void>(DecodingKey<RS256>::from_der(damaged));
                static_cast<void>(Keys<HS256>::from_secret(damaged, allow_short_secret));
            }
        }
    }
    CHECK(accepted == 0);
}
