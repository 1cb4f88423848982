// SPDX-License-Identifier: MIT
// base64url and token68 with the wide instructions of x86-64, chosen at run time. They process a prefix of a text, and
// the table-driven code the rest.
#pragma once

#include <credence/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

namespace credence::detail {

/// Returned in place of a length: a character is not in the alphabet.
inline constexpr std::size_t not_base64url = static_cast<std::size_t>(-1);

/// Wide stores write past the decoded bytes, by at most this many.
inline constexpr std::size_t wide_base64url_slack = 4;

/// One way to decode and encode a prefix of a text, as far as it goes.
struct WideBase64url {
    bool (*is_there)() noexcept;
    std::size_t (*decode)(std::string_view text, char* out) noexcept;
    std::size_t (*encode)(std::string_view bytes, char* out) noexcept;
};

#if defined(__x86_64__) && defined(__GNUC__)

/// AVX2: 32 characters at a time, in two lanes of 16. AVX-512 is slower next to the SHA-NI instructions.
///
/// Both ways convert between four characters of six bits and three bytes of eight. Decoding joins neighbours by
/// multiplying and adding, twice; encoding goes back by multiplying. Lookups have 16 entries, so the alphabet is looked
/// up by the upper and lower half of a character.
struct Base64urlAvx2 {
    [[nodiscard]] static bool is_there() noexcept { return __builtin_cpu_supports("avx2"); }

    /// Decodes all groups of four of a text that has a block of them. \return the number of their characters.
    [[nodiscard, gnu::target("avx2")]] static std::size_t decode(std::string_view text, char* out) noexcept {
        if (text.size() < 32) return 0;
        const std::size_t size = text.size() / 4 * 4;
        const __m256i halves = _mm256_set1_epi8(0x0f);
        // A character is invalid if its halves share a bit here. There is one bit each for the upper halves 2, 3, 4 and
        // 6, 5, 7, and all others; it is set in the row of each lower half that is invalid with it.
        const __m256i upper_bits = row(32, 32, 1, 2, 4, 8, 4, 16, 32, 32, 32, 32, 32, 32, 32, 32);
        const __m256i lower_bits = row(37, 33, 33, 33, 33, 33, 33, 33, 33, 33, 35, 59, 59, 58, 59, 51);
        // The distance from a character of each upper half to its value; the underscore lies among the letters.
        const __m256i distances = row(0, 0, 17, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
        const __m256i joined = row(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
        __m256i invalid = _mm256_setzero_si256();
        for (std::size_t at = 0; at < size; at += 32) {
            const std::size_t block = (std::min)(at, size - 32);  // the last one goes over the one before it
            const __m256i characters = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + block));
            const __m256i upper = _mm256_and_si256(_mm256_srli_epi32(characters, 4), halves);
            const __m256i lower = _mm256_and_si256(characters, halves);
            invalid = _mm256_or_si256(invalid, _mm256_and_si256(_mm256_shuffle_epi8(upper_bits, upper),
                                                                _mm256_shuffle_epi8(lower_bits, lower)));
            const __m256i underscores = _mm256_cmpeq_epi8(characters, _mm256_set1_epi8('_'));
            const __m256i distance = _mm256_add_epi8(_mm256_shuffle_epi8(distances, upper),
                                                     _mm256_and_si256(underscores, _mm256_set1_epi8(33)));
            const __m256i sixes = _mm256_add_epi8(characters, distance);
            const __m256i twelves = _mm256_maddubs_epi16(sixes, _mm256_set1_epi32(0x01400140));
            const __m256i threes = _mm256_madd_epi16(twelves, _mm256_set1_epi32(0x00011000));
            const __m256i bytes = _mm256_shuffle_epi8(threes, joined);
            char* const to = out + block / 4 * 3;
            _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm256_castsi256_si128(bytes));
            _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 12), _mm256_extracti128_si256(bytes, 1));
        }
        return _mm256_testz_si256(invalid, invalid) != 0 ? size : not_base64url;
    }

    /// Encodes blocks of 24 bytes. \return the number of their bytes.
    [[nodiscard, gnu::target("avx2")]] static std::size_t encode(std::string_view bytes, char* out) noexcept {
        // The second lane begins four bytes early, so that it does not end after the block.
        const __m256i spread = _mm256_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10,  //
                                                5, 4, 6, 5, 8, 7, 9, 8, 11, 10, 12, 11, 14, 13, 15, 14);
        // The distance from a value to its character: for 26 to 51, for each digit, for the two signs, and for 0 to 25.
        const __m256i distances = row(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -17, 32, 65, 0, 0);
        std::size_t at = 0;
        for (; at + 24 <= bytes.size(); at += 24, out += 32) {
            const __m256i eights = _mm256_shuffle_epi8(load_lanes(bytes.data() + at), spread);
            const __m256i odd = _mm256_mulhi_epu16(_mm256_and_si256(eights, _mm256_set1_epi32(0x0fc0fc00)),
                                                   _mm256_set1_epi32(0x04000040));
            const __m256i even = _mm256_mullo_epi16(_mm256_and_si256(eights, _mm256_set1_epi32(0x003f03f0)),
                                                    _mm256_set1_epi32(0x01000010));
            const __m256i sixes = _mm256_or_si256(odd, even);
            const __m256i capitals = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), sixes);
            const __m256i entry = _mm256_or_si256(_mm256_subs_epu8(sixes, _mm256_set1_epi8(51)),
                                                  _mm256_and_si256(capitals, _mm256_set1_epi8(13)));
            const __m256i characters = _mm256_add_epi8(_mm256_shuffle_epi8(distances, entry), sixes);
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), characters);
        }
        return at;
    }

    /// Whether all characters of a text are in the alphabet of token68, for texts of 32 characters or more. RFC 9110
    /// §11.2
    [[nodiscard, gnu::target("avx2")]] static bool is_token68(std::string_view text) noexcept {
        const __m256i halves = _mm256_set1_epi8(0x0f);
        // As for decoding; this alphabet also has + . / and ~.
        const __m256i upper_bits = row(32, 32, 1, 2, 4, 8, 4, 16, 32, 32, 32, 32, 32, 32, 32, 32);
        const __m256i lower_bits = row(37, 33, 33, 33, 33, 33, 33, 33, 33, 33, 35, 58, 59, 58, 42, 50);
        __m256i invalid = _mm256_setzero_si256();
        for (std::size_t at = 0; at < text.size(); at += 32) {
            const std::size_t block = (std::min)(at, text.size() - 32);  // the last block overlaps the one before it
            const __m256i characters = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + block));
            const __m256i upper = _mm256_and_si256(_mm256_srli_epi32(characters, 4), halves);
            const __m256i lower = _mm256_and_si256(characters, halves);
            invalid = _mm256_or_si256(invalid, _mm256_and_si256(_mm256_shuffle_epi8(upper_bits, upper),
                                                                _mm256_shuffle_epi8(lower_bits, lower)));
        }
        return _mm256_testz_si256(invalid, invalid) != 0;
    }

private:
    /// The same 16 bytes in both lanes.
    template <class... Bytes>
    [[nodiscard, gnu::target("avx2")]] static __m256i row(Bytes... bytes) noexcept {
        return _mm256_broadcastsi128_si256(_mm_setr_epi8(static_cast<char>(bytes)...));
    }

    /// The first and the last 16 of 24 bytes, each in a lane of its own.
    [[nodiscard, gnu::target("avx2")]] static __m256i load_lanes(const char* bytes) noexcept {
        const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
        const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 8));
        return _mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1);
    }
};

/// All ways, for comparison with the table.
inline constexpr std::array<WideBase64url, 1> wide_base64url{
    {{Base64urlAvx2::is_there, Base64urlAvx2::decode, Base64urlAvx2::encode}}};

/// Decodes groups of four from the start of `text`, as many as the processor's wide instructions take.
///
/// \return the number of their characters, or `not_base64url`. Overwrites up to `wide_base64url_slack` bytes after the
///         decoded ones.
[[nodiscard]] inline std::size_t decode_base64url_wide(std::string_view text, char* out) noexcept {
    return Base64urlAvx2::is_there() ? Base64urlAvx2::decode(text, out) : 0;
}

/// Encodes bytes from the start of `bytes`. \return their number: a multiple of three.
[[nodiscard]] inline std::size_t encode_base64url_wide(std::string_view bytes, char* out) noexcept {
    return Base64urlAvx2::is_there() ? Base64urlAvx2::encode(bytes, out) : 0;
}

/// Whether all characters are in the alphabet of token68; nullopt if the caller must find out, because the text is
/// short or the processor lacks the instructions.
[[nodiscard]] inline std::optional<bool> is_token68_wide(std::string_view text) noexcept {
    if (text.size() < 32 || !Base64urlAvx2::is_there()) return std::nullopt;
    return Base64urlAvx2::is_token68(text);
}

#else

inline constexpr std::array<WideBase64url, 0> wide_base64url{};
[[nodiscard]] inline std::optional<bool> is_token68_wide(std::string_view) noexcept { return std::nullopt; }

[[nodiscard]] inline std::size_t decode_base64url_wide(std::string_view, char*) noexcept { return 0; }
[[nodiscard]] inline std::size_t encode_base64url_wide(std::string_view, char*) noexcept { return 0; }

#endif

}  // namespace credence::detail
