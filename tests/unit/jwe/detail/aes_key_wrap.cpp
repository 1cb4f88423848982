// SPDX-License-Identifier: MIT
// AES Key Wrap: the examples of RFC 3394, and what is refused.
#include <credence/jwe/detail/aes_key_wrap.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/hexadecimal.hpp"

using namespace credence::detail;
using support::from_hex;
using support::to_hex;

namespace {

std::string wrapped(std::string_view key, std::string_view content_key) {
    std::string out(content_key.size() + key_wrap_overhead, '\0');
    REQUIRE(wrap_key(as_bytes(key), as_bytes(content_key), reinterpret_cast<unsigned char*>(out.data())));
    return out;
}

/// The content key, or "refused".
std::string unwrapped(std::string_view key, std::string_view text) {
    std::string out(text.size() - key_wrap_overhead, '\0');
    unsigned char is_good = 0;
    REQUIRE(unwrap_key(as_bytes(key), as_bytes(text), reinterpret_cast<unsigned char*>(out.data()), is_good));
    CHECK((is_good == 0 || is_good == 0xff));
    return is_good == 0 ? "refused" : out;
}

}  // namespace

TEST_CASE("a key is wrapped as in RFC 3394, and unwrapped again", "[jwe][wrap]") {
    const std::string all = from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    const std::string data = from_hex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
    const auto check = [&](std::size_t key_size, std::size_t data_size, std::string_view expected) {
        const std::string key = all.substr(0, key_size);
        CHECK(to_hex(wrapped(key, data.substr(0, data_size))) == expected);
        CHECK(unwrapped(key, from_hex(expected)) == data.substr(0, data_size));
    };
    check(16, 16, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");
    check(24, 16, "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d");
    check(32, 16, "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7");
    check(32, 32, "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21");
}

TEST_CASE("a wrapped key with one bit changed is refused", "[jwe][wrap]") {
    const std::string key(16, 'k');
    const std::string good = wrapped(key, std::string(32, 'c'));
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string changed = good;
        changed[at] = static_cast<char>(changed[at] ^ 0x80);
        CHECK(unwrapped(key, changed) == "refused");
    }
    CHECK(unwrapped(std::string(16, 'x'), good) == "refused");
}
