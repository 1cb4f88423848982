// SPDX-License-Identifier: MIT
// The function that converts a certificate from PEM to DER.
#include <credence/stacks/detail/der_certificate.hpp>

#include <string>

#include "support/catch.hpp"
#include "support/key_files.hpp"

#include <openssl/err.h>

using credence::detail::der_certificate;

TEST_CASE("the first certificate of a PEM text is read, whatever else is in the text") {
    const std::string der = der_certificate(support::key_files::rsa_certificate);
    CHECK(der.size() > 500);
    CHECK(der.starts_with("\x30\x82"));
    CHECK(der_certificate("a chain\n" + std::string{support::key_files::rsa_certificate} +
                          "-----BEGIN CERTIFICATE-----\n!") == der);
}

TEST_CASE("a text without a certificate gives none, and OpenSSL's errors stay as they were") {
    CHECK(der_certificate("").empty());
    CHECK(der_certificate("-----BEGIN CERTIFICATE-----\n!\n").empty());
    CHECK(ERR_peek_error() == 0);
}
