// SPDX-License-Identifier: MIT
// Known attacks through weak keys and false signatures: rows 3 to 11.
#include <credence/jwt/decode.hpp>
#include <credence/keys/key_export.hpp>

#include <algorithm>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/signing.hpp"
#include "support/tokens.hpp"

using credence::Errc;
using credence::ES256;
using credence::HS256;
using support::account_keys;
using support::keys_of;

namespace {

constexpr std::string_view good_claims = R"({"exp":1700000001,"sub":"42"})";

template <class Alg>
std::string judged(std::string_view token, const credence::Keys<Alg>& keys) {
    const auto who = credence::decode<nlohmann::json>(token, keys, {.clock = support::noon_clock});
    return who ? "accepted" : support::in_words(who.error());
}

template <class Alg>
std::string good_token() {
    return support::signed_texts(R"({"alg":")" + std::string{Alg::name} + "\"}", good_claims, keys_of<Alg>());
}

std::string signature_of(std::string_view token) {
    return credence::detail::decode_base64url(token.substr(token.rfind('.') + 1)).value();
}

std::string with_signature(std::string_view token, std::string_view signature) {
    return std::string{token.substr(0, token.rfind('.') + 1)} + credence::detail::encode_base64url(signature);
}

/// Two integers as ASN.1, the form in which OpenSSL itself writes an ECDSA signature.
std::string der_of(std::string_view raw) {
    std::string body;
    for (std::string number : {std::string{raw.substr(0, raw.size() / 2)}, std::string{raw.substr(raw.size() / 2)}}) {
        number.erase(0, (std::min)(number.find_first_not_of('\0'), number.size() - 1));
        if ((number.front() & 0x80) != 0) number.insert(0, 1, '\0');
        body += '\x02';
        body += static_cast<char>(number.size());
        body += number;
    }
    return std::string{'\x30', static_cast<char>(body.size())} + body;
}

std::string number_text(std::string_view hex) {
    std::string bytes;
    for (std::size_t at = 0; at < hex.size(); at += 2) {
        bytes += static_cast<char>(std::stoi(std::string{hex.substr(at, 2)}, nullptr, 16));
    }
    return bytes;
}

/// The difference of two big-endian numbers.
std::string less(std::string from, std::string_view amount) {
    int borrow = 0;
    for (std::size_t at = from.size(); at-- > 0;) {
        const int digit = static_cast<unsigned char>(from[at]) - static_cast<unsigned char>(amount[at]) - borrow;
        borrow = digit < 0 ? 1 : 0;
        from[at] = static_cast<char>(digit & 0xff);
    }
    return from;
}

}  // namespace

TEST_CASE("attack row 3: an empty or short secret is refused as a key") {
    using credence::DecodingKey;
    for (const std::size_t size : {0U, 1U, 16U, 31U}) {
        CHECK(DecodingKey<HS256>::from_secret(std::string(size, 's')).error().code == Errc::key_too_short);
    }
    CHECK(DecodingKey<credence::HS384>::from_secret(std::string(47, 's')).error().code == Errc::key_too_short);
    CHECK(DecodingKey<credence::HS512>::from_secret(std::string(63, 's')).error().code == Errc::key_too_short);
    CHECK_FALSE(DecodingKey<HS256>::from_secret("", credence::allow_short_secret));
    CHECK_FALSE(DecodingKey<HS256>::from_jwk(R"({"kty":"oct","k":""})"));
    CHECK_FALSE(DecodingKey<HS256>::from_jwk(R"({"kty":"oct","k":"c2hvcnQ"})"));
    CHECK(DecodingKey<HS256>::from_secret("s", credence::allow_short_secret));
}

TEST_CASE("attack row 4: a weak RSA key is refused") {
    const auto jwk_of = [](std::size_t bytes, std::string_view exponent) {
        std::string modulus(bytes, '\xc5');
        return R"({"kty":"RSA","n":")" + credence::detail::encode_base64url(modulus) + R"(","e":")" +
               credence::detail::encode_base64url(exponent) + "\"}";
    };
    using Key = credence::DecodingKey<credence::RS256>;
    CHECK(Key::from_jwk(jwk_of(256, "\x01\x01\x01")));
    CHECK(Key::from_jwk(jwk_of(255, "\x01\x01\x01")).error().code == Errc::key_too_short);
    CHECK(Key::from_jwk(jwk_of(128, "\x01\x01\x01")).error().code == Errc::key_too_short);
    CHECK(Key::from_jwk(jwk_of(2049, "\x01\x01\x01")).error().code == Errc::invalid_key);
    for (const std::string_view exponent :
         {"\x01", "\x02", "\x03", "\x11", "\x01\x01\x02", "\x01\x01\x01\x01\x01\x01\x01\x01\x01"}) {
        CHECK(Key::from_jwk(jwk_of(256, exponent)).error().code == Errc::invalid_key);
    }
}

TEST_CASE("attack row 5: a key on another curve than the algorithm's is refused") {
    const std::string p256 = credence::to_pem(keys_of<ES256>().decoding).value();
    const std::string jwk = credence::to_jwk(keys_of<ES256>().with_kid("").decoding).value();
    CHECK(credence::DecodingKey<ES256>::from_pem(p256));
    CHECK(credence::DecodingKey<credence::ES384>::from_pem(p256).error().code == Errc::invalid_key);
    CHECK(credence::DecodingKey<credence::ES256K>::from_pem(p256).error().code == Errc::invalid_key);
    CHECK(credence::DecodingKey<credence::EdDSA>::from_pem(p256).error().code == Errc::invalid_key);
    CHECK(credence::DecodingKey<credence::RS256>::from_pem(p256).error().code == Errc::invalid_key);
    CHECK(credence::DecodingKey<credence::ES512>::from_jwk(jwk).error().code == Errc::invalid_key);
}

TEST_CASE("attack row 6: an ECDSA signature with r or s zero, or beyond the group's order, is refused") {
    const std::string token = good_token<ES256>();
    const std::string good = signature_of(token), zero(32, '\0'), one = std::string(31, '\0') + '\x01';
    const std::string order = number_text("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    const std::string r = good.substr(0, 32), s = good.substr(32), most(32, '\xff');
    CHECK(judged(with_signature(token, r + s), keys_of<ES256>()) == "accepted");
    for (const std::string& false_one : {zero + zero, zero + s, r + zero, order + s, r + order, order + order,
                                         most + most, one + one, zero + one, one + zero, s + r}) {
        CHECK(judged(with_signature(token, false_one), keys_of<ES256>()) == "invalid_signature");
    }
}

TEST_CASE("attack row 7: an ECDSA signature in DER, or of another length, is refused") {
    const std::string token = good_token<ES256>();
    const std::string good = signature_of(token);
    for (const std::string& false_one :
         {der_of(good), good + '\0', '\0' + good, good.substr(1), good.substr(0, 63), good + good,
          std::string(96, '\x01'), std::string(132, '\x01'), std::string{"\x01"}}) {
        CHECK(judged(with_signature(token, false_one), keys_of<ES256>()) == "invalid_signature");
    }
    CHECK(judged(with_signature(token, ""), keys_of<ES256>()) == "invalid_signature");
}

TEST_CASE("attack row 8: an RSA signature that is not as long as the modulus is refused") {
    const std::string token = good_token<credence::RS256>();
    const std::string good = signature_of(token);
    REQUIRE(good.size() == 256);
    for (const std::string& false_one :
         {std::string(4, '\x01'), good.substr(0, 255), good.substr(1), good + '\0', '\0' + good, std::string(1, '\0'),
          std::string(256, '\0'), std::string(256, '\xff'), good + good}) {
        CHECK(judged(with_signature(token, false_one), keys_of<credence::RS256>()) == "invalid_signature");
    }
}

TEST_CASE("attack row 9: both s of an ECDSA signature are accepted, so the text of a token is not its identity") {
    const std::string token = good_token<ES256>();
    const std::string good = signature_of(token);
    const std::string order = number_text("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    const std::string other = with_signature(token, good.substr(0, 32) + less(order, good.substr(32)));
    CHECK(other != token);
    CHECK(judged(other, keys_of<ES256>()) == "accepted");
}

TEST_CASE("attack row 10: an Ed25519 signature with another S, or of another length, is refused") {
    const std::string token = good_token<credence::EdDSA>();
    const std::string good = signature_of(token);
    REQUIRE(good.size() == 64);
    // S + L, little-endian: a verifier without a check of the range accepts it as the same signature.
    const std::string order = number_text("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    std::string beyond = good;
    int carry = 0;
    for (std::size_t at = 0; at < 32; ++at) {
        const int sum = static_cast<unsigned char>(good[32 + at]) + static_cast<unsigned char>(order[at]) + carry;
        beyond[32 + at] = static_cast<char>(sum & 0xff);
        carry = sum >> 8;
    }
    for (const std::string& false_one : {beyond, good.substr(0, 63), good + '\0', std::string(64, '\0'),
                                         std::string{"\x01"} + std::string(63, '\0'), std::string(114, '\0')}) {
        CHECK(judged(with_signature(token, false_one), keys_of<credence::EdDSA>()) == "invalid_signature");
    }
    for (const std::string_view point : {"0100000000000000000000000000000000000000000000000000000000000000",
                                         "0000000000000000000000000000000000000000000000000000000000000000",
                                         "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                         "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                         "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"}) {
        const std::string jwk =
            R"({"kty":"OKP","crv":"Ed25519","x":")" + credence::detail::encode_base64url(number_text(point)) + "\"}";
        CHECK(credence::DecodingKey<credence::EdDSA>::from_jwk(jwk).error().code == Errc::invalid_key);
    }
}

TEST_CASE("attack row 11: only the whole MAC is accepted: no prefix, and no changed bit") {
    const std::string token = support::signed_payload(good_claims);
    const std::string good = signature_of(token);
    for (std::size_t size = 1; size < good.size(); ++size) {
        CHECK(support::verdict(with_signature(token, good.substr(0, size))) == "invalid_signature");
    }
    CHECK(support::verdict(with_signature(token, good + '\0')) == "invalid_signature");
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        std::string flipped = good;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        CHECK(support::verdict(with_signature(token, flipped)) == "invalid_signature");
    }
}
