// SPDX-License-Identifier: MIT
// The encrypted tokens of RFC 7516 A and RFC 7520 §5. Those of allowed algorithms are decrypted; the others are
// refused.
#include <credence/jwe/decrypt.hpp>

#include <string>

#include "support/catch.hpp"
#include "support/rfc_encrypted.hpp"

using namespace credence;

namespace {

template <class Alg>
Result<Decrypted> decrypted(const support::EncryptedVector& vector) {
    return decrypt(vector.token, DecryptionKey<Alg>::from_jwk(vector.jwk).value());
}

template <class Alg>
std::string plaintext(const support::EncryptedVector& vector) {
    return std::string{decrypted<Alg>(vector).value().text()};
}

}  // namespace

TEST_CASE("RFC 7516 A: the examples with supported algorithms are decrypted", "[conformance][jwe]") {
    CHECK(plaintext<RSA_OAEP>(support::rfc7516_a1) ==
          "The true sign of intelligence is not knowledge but imagination.");
    CHECK(plaintext<A128KW>(support::rfc7516_a3) == "Live long and prosper.");
}

TEST_CASE("RFC 7520 §5: the examples with supported algorithms are decrypted", "[conformance][jwe]") {
    CHECK(plaintext<RSA_OAEP>(support::rfc7520_5_2) == support::rfc7520_plaintext);
    CHECK(plaintext<ECDH_ES_A128KW>(support::rfc7520_5_4) == support::rfc7520_plaintext);
    CHECK(plaintext<ECDH_ES>(support::rfc7520_5_5) == support::rfc7520_plaintext);
    CHECK(plaintext<dir>(support::rfc7520_5_6) == support::rfc7520_plaintext);
    CHECK(plaintext<A256GCMKW>(support::rfc7520_5_7) == support::rfc7520_plaintext);
    CHECK(plaintext<A128KW>(support::rfc7520_5_8) == support::rfc7520_plaintext);
}

TEST_CASE("RFC 7520 §5: RSA1_5, PBES2 and compression are refused", "[conformance][jwe][attack-30][attack-31]") {
    CHECK(decrypted<RSA_OAEP>(support::rfc7520_5_1).error().code == Errc::unsupported_algorithm);
    CHECK(decrypted<A128KW>(support::rfc7520_5_3).error().code == Errc::unsupported_algorithm);
    const auto compressed = decrypted<A128KW>(support::rfc7520_5_9);
    CHECK(compressed.error().code == Errc::unsupported_algorithm);
    CHECK(compressed.error().reason == "the content is compressed (zip)");
}
