// SPDX-License-Identifier: MIT
// Points of Ed25519 and Ed448: those of small order in all their encodings, and points that are not on the curve. RFC
// 8032 §5
#include <credence/keys/keys.hpp>
#include <credence/keys/detail/edwards_point.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/signing.hpp"

#include <nlohmann/json.hpp>

using namespace credence;
using detail::as_bytes;
using detail::is_good_edwards_point;

namespace {

std::string from_hex(std::string_view digits) {
    std::string bytes;
    for (std::size_t at = 0; at < digits.size(); at += 2) {
        bytes += static_cast<char>(std::stoi(std::string{digits.substr(at, 2)}, nullptr, 16));
    }
    return bytes;
}

std::string with_sign(std::string point) {
    point.back() = static_cast<char>(point.back() ^ '\x80');
    return point;
}

/// Checks that a point is refused, also as a key by each function that reads keys.
template <class Alg>
void check_is_no_key(const std::string& point) {
    constexpr bool is_ed448 = std::same_as<Alg, Ed448>;
    CHECK_FALSE(is_good_edwards_point(as_bytes(point), is_ed448));
    const nlohmann::json jwk{
        {"kty", "OKP"}, {"crv", is_ed448 ? "Ed448" : "Ed25519"}, {"x", detail::encode_base64url(point)}};
    for (const auto& key :
         {DecodingKey<EdDSA>::from_jwk(jwk.dump()).has_value(), DecodingKey<Alg>::from_jwk(jwk.dump()).has_value()}) {
        CHECK_FALSE(key);
    }
    const std::string head = is_ed448 ? "3043300506032b6571033a00" : "302a300506032b6570032100";
    CHECK_FALSE(DecodingKey<Alg>::from_der(from_hex(head) + point));
}

}  // namespace

TEST_CASE("every encoding of the eight points of small order of Ed25519 is refused", "[points][attack-10]") {
    for (const std::string_view y : {
             "0000000000000000000000000000000000000000000000000000000000000000",  // order 4
             "0100000000000000000000000000000000000000000000000000000000000000",  // order 1
             "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",  // order 8
             "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",  // order 8
             "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // order 2: p - 1
             "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // p, which is 0 again
             "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // p + 1, which is 1 again
         }) {
        check_is_no_key<Ed25519>(from_hex(y));
        check_is_no_key<Ed25519>(with_sign(from_hex(y)));
    }
}

TEST_CASE("every encoding of the four points of small order of Ed448 is refused", "[points][attack-10]") {
    const std::string low(28, '\xff');
    const std::string minus_one = '\xfe' + std::string(27, '\xff') + '\xfe' + std::string(27, '\xff') + '\0';
    const std::string prime = low + '\xfe' + std::string(27, '\xff') + '\0';
    const std::string prime_plus_one = std::string(28, '\0') + std::string(28, '\xff') + '\0';
    for (const std::string& y :
         {std::string(57, '\0'), '\x01' + std::string(56, '\0'), minus_one, prime, prime_plus_one}) {
        check_is_no_key<Ed448>(y);
        check_is_no_key<Ed448>(with_sign(y));
    }
}

TEST_CASE("with a point of small order everyone could sign: R = B, S = 1", "[points][attack-10]") {
    // OpenSSL alone accepts the identity as a key, and this text as its signature of any message.
    const std::string identity = '\x01' + std::string(31, '\0');
    const std::string base = '\x58' + std::string(31, '\x66');
    const std::string forged = base + '\x01' + std::string(31, '\0');
    const detail::KeyHandle key{
        EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, as_bytes(identity).data(), 32)};
    REQUIRE(key);
    const detail::DigestContext context{EVP_MD_CTX_new()};
    REQUIRE(EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) == 1);
    CHECK(EVP_DigestVerify(context.get(), as_bytes(forged).data(), 64, as_bytes("anything").data(), 8) == 1);
    CHECK_FALSE(DecodingKey<Ed25519>::from_evp_pkey(key.get()));
}

TEST_CASE("numbers not below the prime are not coordinates", "[points]") {
    for (int low = 0xed; low <= 0xff; ++low) {
        std::string y = static_cast<char>(low) + std::string(30, '\xff') + '\x7f';
        check_is_no_key<Ed25519>(y);
        check_is_no_key<Ed25519>(with_sign(y));
    }
    check_is_no_key<Ed448>(std::string(56, '\xff') + '\0');
    check_is_no_key<Ed448>(std::string(57, '\xff'));
    std::string good(57, '\0');
    std::size_t size = good.size();
    REQUIRE(EVP_PKEY_get_raw_public_key(detail::KeyAccess::prepared(support::keys_of<Ed448>().decoding).native(),
                                        reinterpret_cast<unsigned char*>(good.data()), &size) == 1);
    good.back() = static_cast<char>(good.back() ^ 1);  // a bit that is in no coordinate
    check_is_no_key<Ed448>(good);
}

TEST_CASE("about half of all numbers are no coordinate of a point", "[points]") {
    for (const bool is_ed448 : {false, true}) {
        int good = 0;
        for (int number = 2; number < 130; ++number) {
            std::string y(is_ed448 ? 57 : 32, '\0');
            y.front() = static_cast<char>(number);
            good += is_good_edwards_point(as_bytes(y), is_ed448) ? 1 : 0;
        }
        CHECK(good > 40);
        CHECK(good < 90);
    }
}

TEST_CASE("every key that OpenSSL generates is a valid point", "[points]") {
    for (int turn = 0; turn < 200; ++turn) {
        for (const bool is_ed448 : {false, true}) {
            const detail::KeyHandle key{EVP_PKEY_Q_keygen(nullptr, nullptr, is_ed448 ? "ED448" : "ED25519")};
            std::array<unsigned char, 57> point{};
            std::size_t size = point.size();
            REQUIRE(EVP_PKEY_get_raw_public_key(key.get(), point.data(), &size) == 1);
            CHECK(is_good_edwards_point(credence::ByteView{point}.first(size), is_ed448));
        }
    }
}

TEST_CASE("a point has the length of its curve", "[points]") {
    for (const std::size_t size : {0U, 1U, 31U, 33U, 56U, 57U}) {
        CHECK_FALSE(is_good_edwards_point(as_bytes(std::string(size, '\x09')), false));
    }
    for (const std::size_t size : {0U, 32U, 56U, 58U}) {
        CHECK_FALSE(is_good_edwards_point(as_bytes(std::string(size, '\x09')), true));
    }
}
