// SPDX-License-Identifier: MIT
// base64url with the wide instructions of x86-64, chosen when the program runs: what they take, the table need not.
// The one header that asks what it is built for.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#if defined(__x86_64__) && defined(__GNUC__)
#include <tmmintrin.h>
#endif

namespace credence::detail {

/// In place of a length: a character is not of the alphabet.
inline constexpr std::size_t not_base64url = static_cast<std::size_t>(-1);

/// Wide stores go beyond what is decoded, but never further than this.
inline constexpr std::size_t wide_base64url_slack = 16;

/// One way to decode and encode from the start of a text, as far as it goes.
struct WideBase64url {
    bool (*is_there)() noexcept;
    std::size_t (*decode)(std::string_view text, char* out) noexcept;
    std::size_t (*encode)(std::string_view bytes, char* out) noexcept;
};

#if defined(__x86_64__) && defined(__GNUC__)

/// SSSE3: 16 characters at a time. Wider instructions take longer beside SHA-NI's, which have this width: with AVX2 a
/// small token took as long, with AVX-512 longer.
///
/// Both ways take four characters of six bits for three bytes of eight. Decoding joins neighbours by multiplying and
/// adding, twice; encoding goes back by multiplying. Lookups have 16 entries, so the alphabet is taken by the halves of
/// a character.
struct Base64urlSsse3 {
    [[nodiscard]] static bool is_there() noexcept { return __builtin_cpu_supports("ssse3"); }

    /// Decodes whole blocks. \return the number of their characters.
    [[nodiscard, gnu::target("ssse3")]] static std::size_t decode(std::string_view text, char* out) noexcept {
        const std::size_t size = text.size() / 16 * 16;
        const __m128i halves = _mm_set1_epi8(0x0f);
        // A character is a stranger when its halves share a bit here: one bit each for the upper halves 2, 3, 4 and 6,
        // 5, 7, and all others, set in the row of each lower half that does not go with it.
        const __m128i upper_bits = row(32, 32, 1, 2, 4, 8, 4, 16, 32, 32, 32, 32, 32, 32, 32, 32);
        const __m128i lower_bits = row(37, 33, 33, 33, 33, 33, 33, 33, 33, 33, 35, 59, 59, 58, 59, 51);
        // What takes a character of each upper half to its value; the underscore lies in the middle of the letters.
        const __m128i distances = row(0, 0, 17, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
        const __m128i joined = row(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
        __m128i strangers = _mm_setzero_si128();
        for (std::size_t at = 0; at < size; at += 16, out += 12) {
            const __m128i characters = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
            const __m128i upper = _mm_and_si128(_mm_srli_epi32(characters, 4), halves);
            const __m128i lower = _mm_and_si128(characters, halves);
            strangers = _mm_or_si128(
                strangers, _mm_and_si128(_mm_shuffle_epi8(upper_bits, upper), _mm_shuffle_epi8(lower_bits, lower)));
            const __m128i underscores = _mm_cmpeq_epi8(characters, _mm_set1_epi8('_'));
            const __m128i distance =
                _mm_add_epi8(_mm_shuffle_epi8(distances, upper), _mm_and_si128(underscores, _mm_set1_epi8(33)));
            const __m128i sixes = _mm_add_epi8(characters, distance);
            const __m128i twelves = _mm_maddubs_epi16(sixes, _mm_set1_epi32(0x01400140));
            const __m128i threes = _mm_madd_epi16(twelves, _mm_set1_epi32(0x00011000));
            _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_shuffle_epi8(threes, joined));
        }
        const __m128i none = _mm_cmpeq_epi8(strangers, _mm_setzero_si128());
        return _mm_movemask_epi8(none) == 0xffff ? size : not_base64url;
    }

    /// Encodes blocks of 12 bytes, behind which four more are there to be read. \return the number of their bytes.
    [[nodiscard, gnu::target("ssse3")]] static std::size_t encode(std::string_view bytes, char* out) noexcept {
        const __m128i spread = row(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
        // What takes a value to its character: for 26 to 51, for each digit, for the two signs, and for 0 to 25.
        const __m128i distances = row(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -17, 32, 65, 0, 0);
        std::size_t at = 0;
        for (; at + 16 <= bytes.size(); at += 12, out += 16) {
            const __m128i eights =
                _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data() + at)), spread);
            const __m128i odd =
                _mm_mulhi_epu16(_mm_and_si128(eights, _mm_set1_epi32(0x0fc0fc00)), _mm_set1_epi32(0x04000040));
            const __m128i even =
                _mm_mullo_epi16(_mm_and_si128(eights, _mm_set1_epi32(0x003f03f0)), _mm_set1_epi32(0x01000010));
            const __m128i sixes = _mm_or_si128(odd, even);
            const __m128i capitals = _mm_cmpgt_epi8(_mm_set1_epi8(26), sixes);
            const __m128i entry =
                _mm_or_si128(_mm_subs_epu8(sixes, _mm_set1_epi8(51)), _mm_and_si128(capitals, _mm_set1_epi8(13)));
            const __m128i characters = _mm_add_epi8(_mm_shuffle_epi8(distances, entry), sixes);
            _mm_storeu_si128(reinterpret_cast<__m128i*>(out), characters);
        }
        return at;
    }

private:
    template <class... Bytes>
    [[nodiscard, gnu::target("ssse3")]] static __m128i row(Bytes... bytes) noexcept {
        return _mm_setr_epi8(static_cast<char>(bytes)...);
    }
};

/// All of them, to be compared with the table.
inline constexpr std::array<WideBase64url, 1> wide_base64url{
    {{Base64urlSsse3::is_there, Base64urlSsse3::decode, Base64urlSsse3::encode}}};

/// Decodes groups of four from the start of `text`, as many as the processor's wide instructions take.
///
/// \return the number of their characters, or `not_base64url`. Up to `wide_base64url_slack` bytes behind what was
///         decoded are overwritten.
[[nodiscard]] inline std::size_t decode_base64url_wide(std::string_view text, char* out) noexcept {
    return Base64urlSsse3::is_there() ? Base64urlSsse3::decode(text, out) : 0;
}

/// Encodes bytes from the start of `bytes`. \return their number: a multiple of three.
[[nodiscard]] inline std::size_t encode_base64url_wide(std::string_view bytes, char* out) noexcept {
    return Base64urlSsse3::is_there() ? Base64urlSsse3::encode(bytes, out) : 0;
}

#else

inline constexpr std::array<WideBase64url, 0> wide_base64url{};

[[nodiscard]] inline std::size_t decode_base64url_wide(std::string_view, char*) noexcept { return 0; }
[[nodiscard]] inline std::size_t encode_base64url_wide(std::string_view, char*) noexcept { return 0; }

#endif

}  // namespace credence::detail
