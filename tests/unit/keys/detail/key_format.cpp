// SPDX-License-Identifier: MIT
// Recognises DER by its shape: the forms of keys, and lengths that have only one spelling.
#include <credence/keys/detail/key_format.hpp>
#include <credence/keys/detail/pem_block.hpp>

#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"

using namespace credence::detail;
using credence::ByteView;
namespace files = support::key_files;

namespace {

KeyForm form_of_pem(std::string_view pem) { return form_of(read_pem_blocks(pem)->back().der.view()); }

KeyForm form_of_text(std::string_view der) { return form_of(as_bytes(der)); }

}  // namespace

TEST_CASE("each form of a key is recognised by its structure", "[form]") {
    CHECK(form_of_pem(files::rsa_public) == KeyForm::spki);
    CHECK(form_of_pem(files::p256_public_explicit) == KeyForm::spki);
    CHECK(form_of_pem(files::ed25519_public) == KeyForm::spki);
    CHECK(form_of_pem(files::rsa_public_pkcs1) == KeyForm::pkcs1_public);
    CHECK(form_of_pem(files::rsa_certificate) == KeyForm::certificate);
    CHECK(form_of_pem(files::rsa_request) == KeyForm::certificate_request);
    CHECK(form_of_pem(files::rsa_private) == KeyForm::pkcs8);
    CHECK(form_of_pem(files::ed448_private) == KeyForm::pkcs8);
    CHECK(form_of_pem(files::rsa_private_encrypted) == KeyForm::encrypted_pkcs8);
    CHECK(form_of_pem(files::rsa_private_pkcs1) == KeyForm::pkcs1_private);
    CHECK(form_of_pem(files::p256_private_sec1) == KeyForm::sec1);
    CHECK(form_of_pem(files::p256_private_without_public) == KeyForm::sec1);
}

TEST_CASE("a form is of the public or of the private half, or of neither", "[form]") {
    CHECK(is_public_form(KeyForm::certificate));
    CHECK_FALSE(is_public_form(KeyForm::pkcs8));
    CHECK(is_private_form(KeyForm::encrypted_pkcs8));
    for (const KeyForm form : {KeyForm::unknown, KeyForm::certificate_request}) {
        CHECK_FALSE(is_public_form(form));
        CHECK_FALSE(is_private_form(form));
    }
}

TEST_CASE("bytes that are not DER, or have another structure, have no form", "[form]") {
    using namespace std::string_view_literals;
    for (const std::string_view der :
         {""sv, "0"sv, "0\x01"sv, "0\0"sv, "1\x06\x02\x01\x01\x02\x01\x01"sv, "0\x06\x02\x01\x01\x02\x01\x01x"sv,
          "0\x80\x02\x01\x01\x02\x01\x01\0\0"sv, "0\x81\x06\x02\x01\x01\x02\x01\x01"sv,
          "0\x82\0\x06\x02\x01\x01\x02\x01\x01"sv, "0\x85\0\0\0\0\x06\x02\x01\x01\x02\x01\x01"sv,
          "0\x06\x02\x05\x01\x02\x01\x01"sv, "0\x84\xff\xff\xff\xff\x02\x01\x01"sv, "0\x03\x30\x09\x06"sv,
          "0\x04\x30\x00\x03\x00"sv, "just words that are no key at all"sv}) {
        CHECK(form_of_text(der) == KeyForm::unknown);
    }
    CHECK(form_of_text("0\x06\x02\x01\x01\x02\x01\x01"sv) == KeyForm::pkcs1_public);
}

TEST_CASE("an element is split into tag, content and the rest", "[form]") {
    using namespace std::string_view_literals;
    ByteView der = as_bytes("\x02\x02\x01\x02\x04\x00rest"sv);
    const auto number = take_der(der);
    REQUIRE(number);
    CHECK(number->tag == 2);
    CHECK(as_text(number->content) == "\x01\x02");
    CHECK(take_der(der)->content.empty());
    CHECK(as_text(der) == "rest");
}

TEST_CASE("a fault becomes an error with only a code", "[form]") {
    const credence::Error error = bad_key("a reason for people");
    CHECK(error == credence::Error{credence::Errc::invalid_key});
}
