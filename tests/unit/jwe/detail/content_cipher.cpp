// SPDX-License-Identifier: MIT
// Content encryption: the examples of RFC 7518 B, and what is refused.
#include <credence/jwe/detail/content_cipher.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/hexadecimal.hpp"

using namespace credence::detail;
using namespace credence;
using support::from_hex;
using support::to_hex;

namespace {

constexpr std::string_view kerckhoffs =
    "A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy "
    "without "
    "inconvenience";
constexpr std::string_view principle = "The second principle of Auguste Kerckhoffs";

/// The bytes 0, 1, 2, …
std::string counted(std::size_t size) {
    std::string bytes;
    while (bytes.size() < size) bytes += static_cast<char>(bytes.size());
    return bytes;
}

struct Sealed {
    std::string iv;
    std::string ciphertext;
    std::string tag;
};

Sealed seal(ContentAlgorithm content, std::string_view iv, std::string_view plaintext) {
    const ContentSuite suite = content_suite(content);
    Sealed sealed{std::string{iv}, std::string(suite.ciphertext_size(plaintext.size()), '\0'),
                  std::string(suite.tag_size, '\0')};
    REQUIRE(seal_content(content, as_bytes(counted(suite.key_size())), as_bytes(iv), as_bytes(principle),
                         as_bytes(plaintext),
                         {reinterpret_cast<unsigned char*>(sealed.ciphertext.data()),
                          reinterpret_cast<unsigned char*>(sealed.tag.data())}));
    return sealed;
}

bool opens(ContentAlgorithm content, const Sealed& sealed, std::string_view plaintext) {
    SecretBytes out;
    const std::string key = counted(content_suite(content).key_size());
    const bool is_open = open_content(content, as_bytes(key),
                                      {.iv = as_bytes(sealed.iv),
                                       .ciphertext = as_bytes(sealed.ciphertext),
                                       .tag = as_bytes(sealed.tag),
                                       .aad = as_bytes(principle)},
                                      out);
    CHECK(as_text(out.view()) == (is_open ? plaintext : ""));
    return is_open;
}

}  // namespace

TEST_CASE("AES-CBC with HMAC gives the tags of RFC 7518 B", "[jwe][cipher]") {
    const std::string iv = from_hex("1af38c2dc2b96ffdd86694092341bc04");
    const auto tag = [&](ContentAlgorithm content) {
        const Sealed sealed = seal(content, iv, kerckhoffs);
        CHECK(sealed.ciphertext.size() == 144);
        CHECK(opens(content, sealed, kerckhoffs));
        return to_hex(sealed.tag);
    };
    CHECK(tag(A128CBC_HS256) == "652c3fa36b0a7c5b3219fab3a30bc1c4");
    CHECK(tag(A192CBC_HS384) == "8490ac0e58949bfe51875d733f93ac2075168039ccc733d7");
    CHECK(tag(A256CBC_HS512) == "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5");
    CHECK(to_hex(seal(A128CBC_HS256, iv, kerckhoffs).ciphertext).starts_with("c80edfa32ddf39d5ef00c0b468834279"));
}

TEST_CASE("content of every length is decrypted, and refused if one bit differs", "[jwe][cipher]") {
    for (const ContentAlgorithm content : all_content_algorithms) {
        for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 1000U}) {
            const std::string plaintext(size, 'p');
            const Sealed sealed = seal(content, std::string(content_suite(content).iv_size, 'i'), plaintext);
            CHECK(opens(content, sealed, plaintext));
            for (std::string Sealed::* part : {&Sealed::iv, &Sealed::ciphertext, &Sealed::tag}) {
                if ((sealed.*part).empty()) continue;
                for (const std::size_t at : {std::size_t{0}, (sealed.*part).size() - 1}) {
                    Sealed changed = sealed;
                    (changed.*part)[at] = static_cast<char>((changed.*part)[at] ^ 1);
                    CHECK_FALSE(opens(content, changed, plaintext));
                }
                Sealed cut = sealed;
                (cut.*part).pop_back();
                CHECK_FALSE(opens(content, cut, plaintext));
            }
        }
    }
}

TEST_CASE("an empty ciphertext of CBC is refused", "[jwe][cipher]") {
    CHECK_FALSE(opens(A128CBC_HS256, {std::string(16, 'i'), "", std::string(16, 't')}, ""));
}
