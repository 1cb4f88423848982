// SPDX-License-Identifier: MIT
// KeyedHash: SipHash-1-3, for tables that attackers can fill: without the key, they cannot choose texts that collide.
// Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012
#pragma once

#include <credence/exceptions.hpp>
#include <credence/detail/encoding/last_word.hpp>

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>

namespace credence::detail {

/// A hash of texts, keyed by 128 bits. Not for signatures or passwords.
class KeyedHash {
public:
    constexpr KeyedHash(std::uint64_t first, std::uint64_t second) noexcept : first_(first), second_(second) {}

    /// The hash of this process, with a random key.
    [[nodiscard]] static const KeyedHash& of_process() {
        static const KeyedHash hash{random_word(), random_word()};
        return hash;
    }

    [[nodiscard]] std::uint64_t operator()(std::string_view text) const noexcept {
        State state{first_ ^ 0x736f6d6570736575, second_ ^ 0x646f72616e646f6d, first_ ^ 0x6c7967656e657261,
                    second_ ^ 0x7465646279746573};
        const std::size_t whole = text.size() & ~std::size_t{7};
        for (std::size_t at = 0; at < whole; at += 8) state.add(word(text.data() + at));
        // The last word has the rest of the text, and in its highest byte the size.
        state.add(last_word(text) | std::uint64_t{text.size()} << 56);
        return state.finish();
    }

private:
    struct State {
        std::uint64_t a, b, c, d;

        void add(std::uint64_t word) noexcept {
            d ^= word;
            mix();
            a ^= word;
        }
        [[nodiscard]] std::uint64_t finish() noexcept {
            c ^= 0xff;
            for (int round = 0; round < 3; ++round) mix();
            return a ^ b ^ c ^ d;
        }
        void mix() noexcept {
            a += b;
            b = std::rotl(b, 13) ^ a;
            a = std::rotl(a, 32);
            c += d;
            d = std::rotl(d, 16) ^ c;
            a += d;
            d = std::rotl(d, 21) ^ a;
            c += b;
            b = std::rotl(b, 17) ^ c;
            c = std::rotl(c, 32);
        }
    };

    /// Eight bytes, the first of them lowest.
    [[nodiscard]] static std::uint64_t word(const char* bytes) noexcept {
        std::uint64_t value = 0;
        if constexpr (std::endian::native == std::endian::little) {
            std::memcpy(&value, bytes, sizeof value);
        } else {
            for (std::size_t at = 0; at < sizeof value; ++at)
                value |= std::uint64_t{static_cast<unsigned char>(bytes[at])} << 8 * at;
        }
        return value;
    }

    [[nodiscard]] static std::uint64_t random_word() {
        const auto from_system = [] {
            std::random_device device;
            return std::uint64_t{device()} << 32 | device();
        };
        // Without randomness from the system: a key that is hard to guess from outside is the best there is.
        const auto from_time = [] {
            static const int place = 0;
            return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()) ^
                   reinterpret_cast<std::uintptr_t>(&place);
        };
        return catch_all(from_system, from_time);
    }

    std::uint64_t first_, second_;
};

}  // namespace credence::detail
