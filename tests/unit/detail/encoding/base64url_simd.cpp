// SPDX-License-Identifier: MIT
// base64url with wide instructions gives exactly the same answers as the table.
#include <credence/detail/encoding/base64url.hpp>

#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using namespace credence::detail;

namespace {

/// The bytes that the table decodes; nullopt if the text is not base64url.
std::optional<std::string> by_table(std::string_view text) {
    std::string bytes(base64url_decoded_size(text.size()) + base64url_slack, '\0');
    if (!decode_base64url_by_table(text, bytes.data())) return std::nullopt;
    bytes.resize(base64url_decoded_size(text.size()));
    return bytes;
}

/// Whether `wide` decodes its part of the text as the table does, and writes no byte beyond the slack.
bool agrees(const WideBase64url& wide, std::string_view text) {
    constexpr std::size_t guarded = 16;
    std::string room(base64url_decoded_size(text.size()) + wide_base64url_slack + guarded, '#');
    const std::size_t taken = wide.decode(text, room.data());
    if (!room.ends_with(std::string(guarded, '#'))) return false;
    if (taken == not_base64url) return !by_table(text);
    if (taken % 4 != 0 || taken > text.size()) return false;
    const auto expected = by_table(text.substr(0, taken));
    return expected && room.starts_with(*expected);
}

bool reads_back(const WideBase64url& wide, std::string_view bytes) {
    std::string room(base64url_encoded_size(bytes.size()) + 1, '#');
    const std::size_t taken = wide.encode(bytes, room.data());
    if (room.back() != '#' || taken > bytes.size() || (taken % 3 != 0 && taken != bytes.size())) return false;
    return by_table(room.substr(0, base64url_encoded_size(taken))) == std::string{bytes.substr(0, taken)};
}

std::string random_text(std::mt19937_64& random, std::size_t size) {
    std::string text(size, 'A');
    for (char& letter : text) letter = base64url_alphabet[random() % 64];
    return text;
}

/// Runs a test for each implementation that this processor supports, and reports the others.
template <class Test>
void for_each_way(Test&& test) {
    for (const WideBase64url& wide : wide_base64url) {
        if (wide.is_there()) {
            test(wide);
        } else {
            WARN("not run: way " << &wide - wide_base64url.data() << " of wide base64url, which this processor lacks");
        }
    }
}

}  // namespace

TEST_CASE("wide base64url: texts of all lengths are decoded as by the table") {
    for_each_way([](const WideBase64url& wide) {
        std::mt19937_64 random{11};
        int disagreements = 0;
        for (std::size_t size = 0; size < 400; ++size) {
            for (int round = 0; round < 5; ++round) disagreements += agrees(wide, random_text(random, size)) ? 0 : 1;
        }
        CHECK(disagreements == 0);
    });
}

TEST_CASE("wide base64url: an invalid character is found at every place") {
    for_each_way([](const WideBase64url& wide) {
        std::mt19937_64 random{12};
        int disagreements = 0;
        for (const std::size_t size : {4U, 31U, 32U, 64U, 65U, 100U}) {
            std::string text = random_text(random, size);
            for (char& place : text) {
                const char kept = place;
                for (int byte = 0; byte < 256; ++byte) {
                    place = static_cast<char>(byte);
                    disagreements += agrees(wide, text) ? 0 : 1;
                }
                place = kept;
            }
        }
        CHECK(disagreements == 0);
    });
}

TEST_CASE("wide base64url: bytes of all lengths survive a round trip") {
    for_each_way([](const WideBase64url& wide) {
        std::mt19937_64 random{13};
        int disagreements = 0;
        for (std::size_t size = 0; size < 300; ++size) {
            std::string bytes(size, '\0');
            for (char& byte : bytes) byte = static_cast<char>(random());
            disagreements += reads_back(wide, bytes) ? 0 : 1;
        }
        CHECK(disagreements == 0);
    });
}

TEST_CASE("wide base64url: every group of three bytes is encoded correctly") {
    for_each_way([](const WideBase64url& wide) {
        int disagreements = 0;
        for (int value = 0; value < 0x10000; ++value) {
            std::string bytes(48, '\x5a');
            bytes[static_cast<std::size_t>(value) % 46] = static_cast<char>(value);
            bytes[static_cast<std::size_t>(value) % 46 + 1] = static_cast<char>(value >> 8);
            disagreements += reads_back(wide, bytes) ? 0 : 1;
        }
        CHECK(disagreements == 0);
    });
}
