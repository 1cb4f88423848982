// SPDX-License-Identifier: MIT
// Finds the only key of a PEM text among other blocks and in a chain, and refuses a text with two keys.
#include <credence/keys/keys.hpp>
#include <credence/keys/detail/key_access.hpp>
#include <credence/keys/detail/pem_key.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"
#include "support/signing.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>

using namespace credence;
namespace files = support::key_files;
using detail::KeyHalf;

namespace {

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string changed{text};
    for (std::size_t at = changed.find(from); at != std::string::npos; at = changed.find(from, at + to.size())) {
        changed.replace(at, from.size(), to);
    }
    return changed;
}

std::string why_not(std::string_view pem, KeyHalf half = KeyHalf::public_half) {
    const auto key = detail::read_pem(pem, half, {});
    return key ? "" : std::string{key.error().reason};
}

std::string why_not_private(std::string_view pem) { return why_not(pem, KeyHalf::private_half); }

std::string join(std::string_view left, std::string_view right) { return std::string{left} + std::string{right}; }

/// A certificate of `subject` for `keys`, given by `issuer` and signed with the key `signer`.
std::string certificate(const char* subject, const char* issuer, const Keys<ES256>& keys, const Keys<ES256>& signer) {
    auto* const key = const_cast<EVP_PKEY*>(detail::KeyAccess::prepared(keys.encoding).native());
    const detail::Certificate made{X509_new()};
    const auto name = [](X509_NAME* out, const char* text) {
        X509_NAME_add_entry_by_txt(out, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text), -1, -1, 0);
    };
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    name(X509_get_subject_name(made.get()), subject);
    name(X509_get_issuer_name(made.get()), issuer);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key);
    X509_sign(made.get(), const_cast<EVP_PKEY*>(detail::KeyAccess::prepared(signer.encoding).native()), EVP_sha256());
    const detail::Memory memory{BIO_new(BIO_s_mem())};
    PEM_write_bio_X509(memory.get(), made.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

}  // namespace

TEST_CASE("the label of a block must match its content", "[pem]") {
    constexpr std::string_view lie = "a PEM block whose label does not match its content";
    CHECK(why_not(replaced(files::p256_public, "PUBLIC KEY", "RSA PUBLIC KEY")) == lie);
    CHECK(why_not(replaced(files::p256_public, "PUBLIC KEY", "CERTIFICATE")) == lie);
    CHECK(why_not(replaced(files::rsa_public_pkcs1, "RSA PUBLIC KEY", "PUBLIC KEY")) == lie);
    CHECK(why_not(replaced(files::rsa_private, "PRIVATE KEY", "PUBLIC KEY")) == lie);
    CHECK(why_not_private(replaced(files::rsa_private, "PRIVATE", "EC PRIVATE")) == lie);
    CHECK(why_not(replaced(files::rsa_request, "CERTIFICATE REQUEST", "CERTIFICATE")) == lie);
}

TEST_CASE("a text without the wanted key half is reported with its content", "[pem]") {
    CHECK(why_not(files::rsa_request) == "a certificate request");
    CHECK(why_not(replaced(files::p256_public, "PUBLIC KEY", "DH PARAMETERS")) == "a PEM block that holds no key");
    CHECK(why_not(files::rsa_private) == "expected a public key, found a private one");
    CHECK(why_not(files::rsa_private_pkcs1_encrypted) == "expected a public key, found a private one");
    CHECK(why_not_private(files::rsa_certificate) == "expected a private key, found a public one");
    CHECK(why_not_private(replaced(files::p256_private, "PRIVATE KEY", "OPENSSH PRIVATE KEY")) ==
          "a private key in OpenSSH's own format; convert it with ssh-keygen -p -m PKCS8");
    CHECK(why_not("") == "no PEM block");
    CHECK(why_not(files::p256_public.substr(0, 60)) == "a damaged PEM block");
    CHECK(why_not("-----BEGIN PUBLIC") == "a damaged PEM block");
    CHECK(why_not(replaced(files::p256_private_with_parameters, "EC PRIVATE KEY", "PRIVATE")) ==
          "a PEM block that holds no key");
}

TEST_CASE("blocks of another kind may be next to the key", "[pem]") {
    const std::string both = join(files::rsa_certificate, files::rsa_private);
    const std::string other_way = join(files::rsa_private, files::rsa_certificate);
    for (const std::string& text : {both, other_way, join(files::p256_private, both), join(other_way, "text")}) {
        CHECK(why_not(text).empty());
        CHECK(DecodingKey<RS256>::from_pem(text));
    }
    for (const std::string& text : {both, other_way, join(files::p256_public, both)}) {
        CHECK(EncodingKey<RS256>::from_pem(text));
    }
    CHECK(DecodingKey<RS256>::from_pem(join(files::rsa_request, files::rsa_public)));
    CHECK(EncodingKey<ES256>::from_pem(files::p256_private_with_parameters));
}

TEST_CASE("one key may occur twice, also in two forms", "[pem]") {
    CHECK(why_not(join(files::rsa_public, files::rsa_public)).empty());
    CHECK(why_not(join(files::rsa_public, files::rsa_public_pkcs1)).empty());
    CHECK(why_not(join(files::rsa_certificate, files::rsa_public)).empty());
    CHECK(why_not(join(files::p256_public, files::p256_public_compressed)).empty());
    CHECK(why_not_private(join(files::rsa_private, files::rsa_private_pkcs1)).empty());
}

TEST_CASE("two different keys of the wanted half are refused", "[pem]") {
    constexpr std::string_view two = "two different keys in one text";
    CHECK(why_not(join(files::rsa_public, files::p256_public)) == two);
    CHECK(why_not(join(files::p256_public, files::rsa_public)) == two);
    CHECK(why_not(join(files::rsa_certificate, files::p256_public)) == two);
    CHECK(why_not(join(files::rsa_public, files::rsa_1024_public)) == two);
    CHECK(why_not_private(join(files::p256_private, files::p384_private)) == two);
    CHECK(why_not(join(files::rsa_public, "-----BEGIN PUBLIC KEY-----\nMFkw")) == "a damaged PEM block");
    const auto first = Keys<ES256>::generate().value(), second = Keys<ES256>::generate().value();
    CHECK(why_not(certificate("a", "a", first, first) + certificate("b", "b", second, second)) == two);
    // A service that replaces its self-signed certificate by another one of the same name.
    CHECK(why_not(certificate("a", "a", first, first) + certificate("a", "a", second, second)) == two);
    CHECK(DecodingKey<ES256>::from_pem(join(files::p256_public, files::p384_public)).error().reason == two);
}

TEST_CASE("of a certificate chain the first key is used", "[pem]") {
    const auto leaf = Keys<ES256>::generate().value();
    const auto middle = Keys<ES256>::generate().value(), root = Keys<ES256>::generate().value();
    const std::string end = certificate("server", "middle", leaf, middle);
    const std::string first = certificate("middle", "root", middle, root),
                      last = certificate("root", "root", root, root);
    const std::string signature = support::sign(leaf.encoding, "input");
    for (const std::string& chain : {end + first, end + first + last, end + last + first, end + end + first}) {
        const auto key = DecodingKey<ES256>::from_pem(chain);
        REQUIRE(key);
        CHECK(support::verifies(*key, "input", signature));
    }
    CHECK_FALSE(DecodingKey<ES256>::from_pem(end + last));  // issued by another one
    CHECK_FALSE(DecodingKey<ES256>::from_pem(last + end));  // it is unclear which key is meant
    CHECK_FALSE(DecodingKey<ES256>::from_pem(first + last + end));
}

TEST_CASE("an encrypted key beside its certificate is read with its passphrase", "[pem]") {
    const std::string text = join(files::rsa_certificate, files::rsa_private_encrypted);
    CHECK(EncodingKey<RS256>::from_pem(text, {.passphrase = files::passphrase}));
    CHECK(EncodingKey<RS256>::from_pem(text).error().reason == "the key is encrypted, and no passphrase was given");
    CHECK(DecodingKey<RS256>::from_pem(text));
}
