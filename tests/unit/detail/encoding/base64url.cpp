// SPDX-License-Identifier: MIT
// base64url: one text for each value and one value for each text, against an independent reading of RFC 4648.
#include <credence/detail/encoding/base64url.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "support/catch.hpp"

#include <openssl/evp.h>

using credence::detail::base64url_alphabet;
using credence::detail::base64url_slack;
using credence::detail::decode_base64url;
using credence::detail::encode_base64url;

namespace {

/// A slow reference decoder: bit by bit, as in the RFC.
std::optional<std::string> by_the_book(std::string_view text) {
    std::string bits;
    for (const char letter : text) {
        const auto value = base64url_alphabet.find(letter);
        if (value == std::string_view::npos) return std::nullopt;
        for (int bit = 5; bit >= 0; --bit) bits += (value >> bit & 1) != 0 ? '1' : '0';
    }
    if (text.size() % 4 == 1) return std::nullopt;
    std::string bytes;
    while (bits.size() >= 8) {
        bytes += static_cast<char>(std::stoi(bits.substr(0, 8), nullptr, 2));
        bits.erase(0, 8);
    }
    if (bits.find('1') != std::string::npos) return std::nullopt;
    return bytes;
}

/// Whether a text is decoded correctly, also by the table alone.
bool agrees(std::string_view text) {
    const auto bytes = decode_base64url(text);
    if (bytes != by_the_book(text)) return false;
    std::string alone(text.size() + base64url_slack, '\0');
    if (credence::detail::decode_base64url_by_table(text, alone.data()) != bytes.has_value()) return false;
    if (bytes && !alone.starts_with(*bytes)) return false;
    return !bytes || encode_base64url(*bytes) == text;
}

/// OpenSSL's base64, with this alphabet and without padding.
std::string of_openssl(const std::string& bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    text.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                                         reinterpret_cast<const unsigned char*>(bytes.data()),
                                                         static_cast<int>(bytes.size()))));
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    while (text.ends_with('=')) text.pop_back();
    return text;
}

}  // namespace

TEST_CASE("base64url vectors of RFC 4648 §10 and RFC 7515 C") {
    constexpr std::array<std::array<std::string_view, 2>, 8> vectors{{{"", ""},
                                                                      {"f", "Zg"},
                                                                      {"fo", "Zm8"},
                                                                      {"foo", "Zm9v"},
                                                                      {"foob", "Zm9vYg"},
                                                                      {"fooba", "Zm9vYmE"},
                                                                      {"foobar", "Zm9vYmFy"},
                                                                      {"\x03\xec\xff\xe0\xc1", "A-z_4ME"}}};
    for (const auto& [bytes, text] : vectors) {
        CHECK(encode_base64url(bytes) == text);
        CHECK(decode_base64url(text) == std::string{bytes});
    }
}

TEST_CASE("base64url: every text of up to two bytes is decoded as the RFC says") {
    int disagreements = agrees("") ? 0 : 1;
    for (int first = 0; first < 256; ++first) {
        std::string text(1, static_cast<char>(first));
        if (!agrees(text)) ++disagreements;
        text.push_back('\0');
        for (int second = 0; second < 256; ++second) {
            text[1] = static_cast<char>(second);
            if (!agrees(text)) ++disagreements;
        }
    }
    CHECK(disagreements == 0);
}

TEST_CASE("base64url: the trailing bits of a third character are checked") {
    int accepted = 0;
    for (const char second : base64url_alphabet) {
        for (const char third : base64url_alphabet) {
            if (decode_base64url(std::string{'A', second, third})) ++accepted;
        }
    }
    CHECK(accepted == 64 * 16);
}

TEST_CASE("base64url: an invalid character is found at every place of every length") {
    int disagreements = 0;
    for (std::size_t size = 3; size < 12; ++size) {
        for (std::size_t place = 0; place < size; ++place) {
            std::string text(size, 'A');
            for (int byte = 0; byte < 256; ++byte) {
                text[place] = static_cast<char>(byte);
                if (!agrees(text)) ++disagreements;
            }
        }
    }
    CHECK(disagreements == 0);
}

TEST_CASE("base64url: padding, the other alphabet and white space are invalid characters") {
    for (const std::string_view text : {"Zg==", "Zg=", "Zm8=", "Zm9v=", "Zm9v====", "Z g", "Zm9v\n", "\nZm9v", " ",
                                        "A+z_", "A-z/", "Zm9v.", "Zm9v\xc3\xa4", "=", "===="}) {
        INFO(text);
        CHECK_FALSE(decode_base64url(text));
    }
    CHECK_FALSE(decode_base64url(std::string_view{"Zm9\0", 4}));
}

TEST_CASE("base64url: random bytes are encoded as OpenSSL encodes them, and decoded again") {
    std::mt19937_64 random{7};
    int disagreements = 0;
    for (int round = 0; round < 2000; ++round) {
        std::string bytes(random() % 200, '\0');
        for (char& byte : bytes) byte = static_cast<char>(random());
        const std::string text = encode_base64url(bytes);
        std::string alone(text.size(), '\0');
        credence::detail::encode_base64url_by_table(bytes, alone.data());
        if (text != of_openssl(bytes) || alone != text || !agrees(text) || decode_base64url(text) != bytes) {
            ++disagreements;
        }
    }
    CHECK(disagreements == 0);
}

TEST_CASE("base64url: sizes are exact") {
    for (std::size_t size = 0; size < 100; ++size) {
        const std::string bytes(size, 'x');
        CHECK(encode_base64url(bytes).size() == credence::detail::base64url_encoded_size(size));
        CHECK(credence::detail::base64url_decoded_size(encode_base64url(bytes).size()) == size);
    }
}

TEST_CASE("base64url: decoding writes only within the size and the slack") {
    for (std::size_t size = 0; size < 40; ++size) {
        const std::string text = encode_base64url(std::string(size, '\xff'));
        std::string room(size + base64url_slack + 8, '#');
        REQUIRE(decode_base64url(text, room.data()));
        CHECK(room.substr(0, size) == std::string(size, '\xff'));
        CHECK(room.substr(size + base64url_slack) == "########");
    }
}
