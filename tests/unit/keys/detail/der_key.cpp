// SPDX-License-Identifier: MIT
// Keys in DER: each form is read, the wrong half and damaged keys are refused, and a passphrase takes a bounded time.
#include <credence/keys/detail/der_key.hpp>
#include <credence/keys/detail/pem_block.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"

using namespace credence;
using namespace credence::detail;
namespace files = support::key_files;

namespace {

std::string der_of(std::string_view pem) {
    const auto blocks = read_pem_blocks(pem);
    return std::string{as_text(blocks->back().der.view())};
}

std::string_view refusal(std::string_view der, KeyHalf half, std::string_view passphrase = {}) {
    const auto key = read_der(as_bytes(der), half, passphrase);
    return key ? std::string_view{"read"} : key.error().reason;
}

}  // namespace

TEST_CASE("each form of DER is read as a public or a private key", "[der_key]") {
    for (const std::string_view pem : {files::rsa_public, files::rsa_public_pkcs1, files::rsa_certificate,
                                       files::p256_public, files::ed25519_public, files::ed448_public}) {
        CHECK(refusal(der_of(pem), KeyHalf::public_half) == "read");
        CHECK(refusal(der_of(pem), KeyHalf::private_half) == "expected a private key, found a public one");
    }
    for (const std::string_view pem : {files::rsa_private, files::rsa_private_pkcs1, files::p256_private_sec1,
                                       files::ed25519_private, files::ed25519_private_with_public}) {
        CHECK(refusal(der_of(pem), KeyHalf::private_half) == "read");
        CHECK(refusal(der_of(pem), KeyHalf::public_half) == "expected a public key, found a private one");
    }
}

TEST_CASE("an encrypted key is decrypted only with its passphrase", "[der_key]") {
    const std::string der = der_of(files::p256_private_encrypted);
    CHECK(refusal(der, KeyHalf::private_half, files::passphrase) == "read");
    CHECK(refusal(der, KeyHalf::private_half, "other") == "wrong passphrase for an encrypted key");
    CHECK(refusal(der, KeyHalf::private_half) == "the key is encrypted, and no passphrase was given");
    CHECK(iterations_of(as_bytes(der)).value() <= most_iterations);
    CHECK_FALSE(iterations_of(as_bytes(der).first(20)));
}

TEST_CASE("DER that is cut, extended or changed at any place is refused", "[der_key]") {
    for (const std::string_view pem : {files::p256_public, files::ed25519_private_with_public}) {
        const std::string der = der_of(pem);
        for (std::size_t size = 0; size < der.size(); ++size) {
            CHECK_FALSE(read_der(as_bytes(der).first(size), KeyHalf::public_half, {}));
            CHECK_FALSE(read_der(as_bytes(der).first(size), KeyHalf::private_half, {}));
        }
        CHECK_FALSE(read_der(as_bytes(der + '\0'), KeyHalf::public_half, {}));
        CHECK_FALSE(read_der(as_bytes(der + '\0'), KeyHalf::private_half, {}));
    }
    CHECK(refusal(der_of(files::rsa_public_with_more_inside), KeyHalf::public_half) == "a damaged key");
    CHECK(refusal(der_of(files::rsa_request), KeyHalf::public_half) == "a certificate request");
}
