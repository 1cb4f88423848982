// SPDX-License-Identifier: MIT
// Public-key signatures of every algorithm: both ways, exact in length and range, and from many threads.
#include <credence/keys/keys.hpp>
#include <credence/keys/detail/key_access.hpp>
#include <credence/keys/detail/key_writer.hpp>
#include <credence/keys/detail/signature.hpp>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/error_queue.hpp"
#include "support/signing.hpp"

using namespace credence;
using support::keys_of;
using support::sign;
using support::verifies;

namespace {

constexpr std::string_view input = "eyJhbGciOiJ0ZXN0In0.e30";

template <class Alg>
constexpr std::size_t size_of_signature() {
    switch (detail::scheme_of<Alg>.family) {
        case detail::Family::eddsa: return std::same_as<Alg, Ed448> ? 114 : 64;
        case detail::Family::ecdsa: return std::same_as<Alg, ES384> ? 96 : std::same_as<Alg, ES512> ? 132 : 64;
        default: return 256;
    }
}

}  // namespace

TEMPLATE_TEST_CASE("the signatures of a key are accepted only by its other half", "[signature]", RS256, RS384, RS512,
                   PS256, PS384, PS512, ES256, ES384, ES512, ES256K, EdDSA, Ed25519, Ed448) {
    const auto& keys = keys_of<TestType>();
    const std::string signature = sign(keys.encoding, input);
    CHECK(signature.size() == size_of_signature<TestType>());
    CHECK(verifies(keys.decoding, input, signature));
    CHECK_FALSE(verifies(keys.decoding, std::string{input} + "x", signature));
    CHECK_FALSE(verifies(keys.decoding, "", signature));
    for (const std::size_t place : {std::size_t{0}, signature.size() / 2, signature.size() - 1}) {
        std::string changed = signature;
        changed[place] = static_cast<char>(changed[place] ^ 1);
        CHECK_FALSE(verifies(keys.decoding, input, changed));
    }
    const auto other = Keys<TestType>::generate().value();
    CHECK_FALSE(verifies(other.decoding, input, signature));
}

TEMPLATE_TEST_CASE("a signature of another length is refused", "[signature][attack-7][attack-8][attack-10]", RS256,
                   PS256, ES256, ES512, EdDSA, Ed448) {
    const auto& keys = keys_of<TestType>();
    const std::string signature = sign(keys.encoding, input);
    for (std::size_t size = 0; size < signature.size(); size += size < 8 ? 1 : 7) {
        CHECK_FALSE(verifies(keys.decoding, input, std::string_view{signature}.substr(0, size)));
    }
    CHECK_FALSE(verifies(keys.decoding, input, signature.substr(0, signature.size() - 1)));
    CHECK_FALSE(verifies(keys.decoding, input, signature + '\0'));
    CHECK_FALSE(verifies(keys.decoding, input, '\0' + signature));
    CHECK_FALSE(verifies(keys.decoding, input, signature + signature));
}

TEMPLATE_TEST_CASE("an empty and a large input are signed", "[signature]", RS256, PS512, ES256, EdDSA) {
    const auto& keys = keys_of<TestType>();
    const std::string large(100'000, 'x');
    CHECK(verifies(keys.decoding, "", sign(keys.encoding, "")));
    CHECK(verifies(keys.decoding, large, sign(keys.encoding, large)));
}

TEMPLATE_TEST_CASE("a signature with r or s of zero, or beyond the order, is refused", "[signature][attack-6]", ES256,
                   ES384, ES512, ES256K) {
    const auto& keys = keys_of<TestType>();
    const std::string good = sign(keys.encoding, input);
    const std::size_t half = good.size() / 2;
    const std::string zero(half, '\0');
    const std::string most(half, '\xff');
    std::string one(half, '\0');
    one.back() = 1;
    for (const std::string& bad : {zero + zero, zero + one, one + zero, one + one, zero + good.substr(half),
                                   good.substr(0, half) + zero, most + most, most + good.substr(half)}) {
        CHECK_FALSE(verifies(keys.decoding, input, bad));
    }
}

TEST_CASE("the same ECDSA signature in DER is refused", "[signature][attack-7]") {
    const auto& keys = keys_of<ES256>();
    const std::string raw = sign(keys.encoding, input);
    detail::KeyContext context{
        EVP_PKEY_CTX_new_from_pkey(nullptr, detail::KeyAccess::prepared(keys.encoding).native(), nullptr)};
    REQUIRE(EVP_PKEY_sign_init(context.get()) == 1);
    std::string der(80, '\0');
    std::size_t size = der.size();
    const std::string hash = detail::hash_bytes(detail::Hash::sha256, detail::as_bytes(input));
    REQUIRE(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size,
                          detail::as_bytes(hash).data(), hash.size()) == 1);
    der.resize(size);
    CHECK(verifies(keys.decoding, input, raw));
    CHECK_FALSE(verifies(keys.decoding, input, der));
    CHECK_FALSE(verifies(keys.decoding, input, der.substr(0, 64)));
}

TEST_CASE("both s of an ECDSA signature are accepted: RFC 7518 does not require the lower one",
          "[signature][attack-9]") {
    const auto& keys = keys_of<ES256>();
    std::string signature = sign(keys.encoding, input);
    const detail::Number order =
        detail::number_of(detail::KeyAccess::prepared(keys.decoding).native(), OSSL_PKEY_PARAM_EC_ORDER);
    const detail::Number s{BN_bin2bn(detail::as_bytes(signature).data() + 32, 32, nullptr)};
    REQUIRE(BN_sub(s.get(), order.get(), s.get()) == 1);
    REQUIRE(BN_bn2binpad(s.get(), reinterpret_cast<unsigned char*>(signature.data()) + 32, 32) == 32);
    CHECK(verifies(keys.decoding, input, signature));
}

TEST_CASE("an Ed25519 S beyond the order is refused", "[signature][attack-10]") {
    // L, the order of the base point, little-endian. RFC 8032 §5.1
    constexpr std::string_view order{
        "\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10", 32};
    const auto& keys = keys_of<Ed25519>();
    std::string signature = sign(keys.encoding, input);
    unsigned carry = 0;
    for (std::size_t at = 0; at < 32; ++at) {
        carry += static_cast<unsigned char>(signature[32 + at]) + static_cast<unsigned char>(order[at]);
        signature[32 + at] = static_cast<char>(carry & 0xff);
        carry >>= 8;
    }
    CHECK_FALSE(verifies(keys.decoding, input, signature));
}

TEST_CASE("RSA signatures of one padding or hash are refused for another", "[signature]") {
    const auto pem = detail::private_pem(detail::KeyAccess::prepared(keys_of<RS256>().encoding).native()).value();
    const std::string signature = sign(keys_of<RS256>().encoding, input);
    CHECK_FALSE(verifies(Keys<RS384>::from_pem(pem).value().decoding, input, signature));
    CHECK_FALSE(verifies(Keys<PS256>::from_pem(pem).value().decoding, input, signature));
    CHECK(verifies(Keys<RS256>::from_pem(pem).value().decoding, input, signature));
}

TEST_CASE("a PSS signature with another salt length is refused", "[signature]") {
    const auto& keys = keys_of<PS256>();
    const std::string hash = detail::hash_bytes(detail::Hash::sha256, detail::as_bytes(input));
    for (const int salt : {0, 31, 32, 33, 222}) {
        detail::KeyContext context{
            EVP_PKEY_CTX_new_from_pkey(nullptr, detail::KeyAccess::prepared(keys.encoding).native(), nullptr)};
        REQUIRE(EVP_PKEY_sign_init(context.get()) == 1);
        REQUIRE(EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1);
        REQUIRE(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1);
        REQUIRE(EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), salt) == 1);
        std::string signature(256, '\0');
        std::size_t size = signature.size();
        REQUIRE(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                              detail::as_bytes(hash).data(), hash.size()) == 1);
        CHECK(verifies(keys.decoding, input, signature) == (salt == 32));
    }
}

TEMPLATE_TEST_CASE("one key pair serves many threads at once", "[signature][threads]", RS256, PS256, ES256, EdDSA) {
    const auto& keys = keys_of<TestType>();
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int number = 0; number < 12; ++number) {
        threads.emplace_back([&, number] {
            const std::string mine(100, static_cast<char>('a' + number));
            for (int turn = 0; turn < 8; ++turn) {
                std::string signature(detail::KeyAccess::prepared(keys.encoding).signature_size(), '\0');
                const bool is_signed = detail::KeyAccess::prepared(keys.encoding)
                                           .sign(mine, reinterpret_cast<unsigned char*>(signature.data()));
                if (!is_signed || !verifies(keys.decoding, mine, signature)) ++wrong;
                signature[5] = static_cast<char>(signature[5] ^ 4);
                if (verifies(keys.decoding, mine, signature)) ++wrong;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("signing and verifying do not change the error queue, also when they fail",
                   "[signature][error-queue]", RS256, PS256, ES256, ES512, EdDSA, Ed448) {
    const auto& keys = keys_of<TestType>();
    const std::string signature = sign(keys.encoding, input);
    const std::string ones(signature.size(), '\x01');
    const std::string most(signature.size(), '\xff');
    support::check_error_queue_around([&] { CHECK(verifies(keys.decoding, input, signature)); });
    support::check_error_queue_around([&] { CHECK_FALSE(verifies(keys.decoding, "other", signature)); });
    support::check_error_queue_around([&] { CHECK_FALSE(verifies(keys.decoding, input, ones)); });
    support::check_error_queue_around([&] { CHECK_FALSE(verifies(keys.decoding, input, most)); });
    support::check_error_queue_around([&] { CHECK_FALSE(verifies(keys.decoding, input, "short")); });
    support::check_error_queue_around([&] { sign(keys.encoding, input); });
}
