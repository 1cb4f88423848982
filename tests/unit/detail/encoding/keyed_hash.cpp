// SPDX-License-Identifier: MIT
// SipHash-1-3: equal to another implementation's answers, and different for each key.
#include <credence/detail/encoding/keyed_hash.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "support/catch.hpp"

#include <openssl/evp.h>
#include <openssl/params.h>

using credence::detail::KeyedHash;

namespace {

/// The key 00 01 … 0f, as the paper's own examples have it.
constexpr KeyedHash example{0x0706050403020100, 0x0f0e0d0c0b0a0908};

/// The same by OpenSSL, which takes the number of rounds as a parameter.
std::uint64_t by_openssl(const std::string& text) {
    std::array<unsigned char, 16> key{};
    for (std::size_t at = 0; at < key.size(); ++at) key[at] = static_cast<unsigned char>(at);
    unsigned rounds_of_word = 1, rounds_at_end = 3;
    std::size_t size = 8;
    const std::array<OSSL_PARAM, 4> settings{OSSL_PARAM_construct_uint("c-rounds", &rounds_of_word),
                                             OSSL_PARAM_construct_uint("d-rounds", &rounds_at_end),
                                             OSSL_PARAM_construct_size_t("size", &size), OSSL_PARAM_construct_end()};
    std::array<unsigned char, 8> out{};
    const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac{EVP_MAC_fetch(nullptr, "SIPHASH", nullptr),
                                                                EVP_MAC_free};
    const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context{EVP_MAC_CTX_new(mac.get()),
                                                                            EVP_MAC_CTX_free};
    REQUIRE(EVP_MAC_init(context.get(), key.data(), key.size(), settings.data()) == 1);
    REQUIRE(EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1);
    REQUIRE(EVP_MAC_final(context.get(), out.data(), &size, out.size()) == 1);
    std::uint64_t value = 0;
    for (std::size_t at = out.size(); at-- > 0;) value = value << 8 | out[at];
    return value;
}

}  // namespace

TEST_CASE("a hash is that of SipHash-1-3", "[keyed_hash]") {
    std::string text;
    for (int size = 0; size <= 70; ++size) {
        INFO(size);
        CHECK(example(text) == by_openssl(text));
        text.push_back(static_cast<char>(size * 37));
    }
}

TEST_CASE("texts that differ in one byte, in their size or in their key have hashes that differ", "[keyed_hash]") {
    std::set<std::uint64_t> seen;
    std::size_t count = 0;
    for (std::size_t size = 0; size < 40; ++size) {
        for (const char character : {'\0', 'a', 'b', '\xff'}) {
            if (size == 0 && character != '\0') continue;
            seen.insert(example(std::string(size, character)));
            seen.insert(KeyedHash{1, 2}(std::string(size, character)));
            count += 2;
        }
    }
    CHECK(seen.size() == count);
}

TEST_CASE("the hash of this process stays the same", "[keyed_hash]") {
    CHECK(KeyedHash::of_process()("name") == KeyedHash::of_process()("name"));
    CHECK(&KeyedHash::of_process() == &KeyedHash::of_process());
}
