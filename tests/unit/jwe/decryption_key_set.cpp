// SPDX-License-Identifier: MIT
// Sets of decryption keys: which key a token gets, and which entries are left out.
#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/decryption_key_set.hpp>
#include <credence/jwe/encrypt.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"

using namespace credence;
namespace files = support::key_files;

namespace {

using Wraps = DecryptionKeySet<A128KW, A256KW>;

std::string oct(char letter, std::size_t size, const std::string& members) {
    return R"({"kty":"oct","k":")" + detail::encode_base64url(std::string(size, letter)) + "\"" + members + "}";
}

std::string set_of(std::initializer_list<std::string> keys) {
    std::string text;
    for (const std::string& key : keys) text += (text.empty() ? "" : ",") + key;
    return R"({"keys":[)" + text + "]}";
}

template <class Source>
std::string outcome(std::string_view token, const Source& source) {
    const auto opened = decrypt(token, source);
    if (opened) return "opened";
    return std::string{to_string(opened.error().code)} + ": " + std::string{opened.error().reason};
}

std::string sealed(char letter, std::size_t size, const std::string& kid) {
    const std::string secret(size, letter);
    if (size == 16) return encrypt("x", EncryptionKeys<A128KW>::from_secret(secret).value(), {.kid = kid}).value();
    return encrypt("x", EncryptionKeys<A256KW>::from_secret(secret).value(), {.kid = kid}).value();
}

}  // namespace

TEST_CASE("a token gets the key with its kid, for its alg", "[jwe][set]") {
    const auto keys =
        Wraps::from_jwks(set_of({oct('a', 16, R"(,"kid":"old")"), oct('b', 16, R"(,"kid":"new")")})).value();
    CHECK(keys.size() == 2);
    CHECK(outcome(sealed('a', 16, "old"), keys) == "opened");
    CHECK(outcome(sealed('b', 16, "new"), keys) == "opened");
    CHECK(outcome(sealed('a', 16, "new"), keys) == "decryption_failed: ");
    CHECK(outcome(sealed('a', 16, "none"), keys) == "no_matching_key: there is no key with this kid");
    CHECK(outcome(sealed('a', 32, "old"), keys) == "no_matching_key: the key with this kid is for another alg or enc");
    CHECK(outcome(sealed('a', 32, ""), keys) == "no_matching_key: no key is for this alg");
    CHECK(outcome(sealed('a', 16, ""), keys) ==
          "ambiguous_key: several keys are for this alg, and the token has no kid");
    CHECK(outcome(sealed('a', 16, "\x01"), keys) ==
          "no_matching_key: the kid is longer than 1,024 bytes or has a control character");
}

TEST_CASE("without a kid, the only key that fits is used", "[jwe][set]") {
    const auto keys = Wraps::from_jwks(set_of({oct('a', 16, ""), oct('b', 32, ""), oct('a', 16, "")})).value();
    CHECK(keys.size() == 2);
    CHECK(outcome(sealed('a', 16, ""), keys) == "opened");
    CHECK(outcome(sealed('b', 32, ""), keys) == "opened");
}

TEST_CASE("an entry that cannot be used is skipped and reported", "[jwe][set]") {
    const auto keys =
        Wraps::from_jwks(set_of({oct('a', 16, R"(,"use":"sig","kid":"one")"), oct('a', 20, ""),
                                 oct('a', 16, R"(,"alg":"A128GCMKW")"), "7", R"({"kty":"RSA","n":"AQAB","e":"AQAB"})"}))
            .value();
    CHECK(keys.empty());
    REQUIRE(keys.skipped().size() == 5);
    CHECK(keys.skipped()[0].reason == "its use is not enc");
    CHECK(keys.skipped()[2].reason == "its alg is not in the list of this set");
    CHECK(keys.skipped()[3].reason == "not an object");
    CHECK(outcome(sealed('a', 16, "one"), keys) ==
          "no_matching_key: the key with this kid was skipped: its use is not enc");
    CHECK_FALSE(Wraps::from_jwks("[]"));
    CHECK_FALSE(Wraps::from_jwks(oct('a', 16, "")));
}

TEST_CASE("private keys and secrets may be in one set", "[jwe][set]") {
    const auto agreement = EncryptionKeys<ECDH_ES>::from_pem(files::p256_private).value().with_kid("ec");
    const auto direct = EncryptionKeys<dir>::from_secret(std::string(32, 'd')).value().with_kid("d");
    const auto keys = DecryptionKeySet<ECDH_ES, dir>::from_keys(agreement, direct.decryption);
    CHECK(keys.size() == 2);
    CHECK(outcome(encrypt("x", agreement).value(), keys) == "opened");
    CHECK(outcome(encrypt("x", direct).value(), keys) == "opened");
    CHECK(outcome(encrypt("x", direct.with_kid("ec")).value(), keys) ==
          "no_matching_key: the key with this kid is for another alg or enc");
}
