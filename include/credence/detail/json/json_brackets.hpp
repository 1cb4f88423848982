// SPDX-License-Identifier: MIT
// Finds the end of a JSON list or object by its brackets alone, without reading its contents.
#pragma once

#include <credence/detail/json/json_words.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace credence::detail {

/// Which of eight characters are escaped, as the highest bits of bytes, and whether the character behind them is.
struct EscapedCharacters {
    std::uint64_t marks = 0;
    bool is_next = false;
};

/// Finds the characters that a backslash before them escapes.
class EscapeScan {
public:
    /// Whether a backslash escapes the next character.
    [[nodiscard]] bool is_escaped() const noexcept { return is_escaped_; }

    void take(char character) noexcept { is_escaped_ = !is_escaped_ && character == '\\'; }

    /// Takes the eight characters of a word. \return the highest bit of each byte that is escaped.
    [[nodiscard]] std::uint64_t take_word(std::uint64_t word) noexcept {
        const std::uint64_t backslashes = marks_at(word, '\\');
        if (backslashes == 0 && !is_escaped_) [[likely]]
            return 0;
        const EscapedCharacters& found = table[is_escaped_ ? 1 : 0][packed(backslashes)];
        is_escaped_ = found.is_next;
        return found.marks;
    }

private:
    /// The marks of a word as the bits of one byte, the first character in the lowest.
    [[nodiscard]] static constexpr std::size_t packed(std::uint64_t marks) noexcept {
        return static_cast<std::size_t>(marks * 0x0102040810204080 >> 56);
    }

    /// For each set of backslashes among eight characters, the first of which may be escaped itself.
    static constexpr auto table = [] {
        std::array<std::array<EscapedCharacters, 256>, 2> all{};
        for (std::size_t first = 0; first < all.size(); ++first) {
            for (std::size_t backslashes = 0; backslashes < all[first].size(); ++backslashes) {
                EscapedCharacters& entry = all[first][backslashes];
                entry.is_next = first != 0;
                for (std::size_t at = 0; at < 8; ++at) {
                    if (entry.is_next) entry.marks |= std::uint64_t{0x80} << (8 * at);
                    entry.is_next = !entry.is_next && (backslashes >> at & 1) != 0;
                }
            }
        }
        return all;
    }();

    bool is_escaped_ = false;
};

/// Walks over the contents of one list or object, byte by byte or eight at a time. A backslash escapes the next
/// character outside strings, too: valid JSON has none there.
class BracketWalk {
public:
    /// Takes one character. \return whether it closes the last bracket that is open.
    [[nodiscard]] bool take(char character) noexcept {
        const bool is_escaped = escapes_.is_escaped();
        escapes_.take(character);
        if (is_escaped) return false;
        if (character == '"') in_string_ ^= one_each;
        if (in_string_ != 0) return false;
        if (character == '{' || character == '[') ++depth_;
        return (character == '}' || character == ']') && --depth_ == 0;
    }

    /// Takes eight characters, in nearly the same time whatever they are. For processors whose words begin with the
    /// first character, which is the lowest byte. All marks here are the highest bits of bytes.
    /// \return marks at brackets that close the last one that is open; behind the first, nothing has a meaning.
    [[nodiscard]] std::uint64_t take_word(const char* text) noexcept {
        const std::uint64_t word = load_word(text);
        const std::uint64_t characters = word & seven_bits;
        const std::uint64_t plain = ~word & high_bits & ~escapes_.take_word(word);  // neither escaped nor beyond ASCII
        const std::uint64_t quotes = equal_marks(characters, '"') & plain;
        // Each byte is the number of quotes up to it: where it is odd, a string begins or continues.
        const std::uint64_t counted = up_to_each(quotes);
        const std::uint64_t inside = (counted ^ in_string_) << 7;
        const std::uint64_t outside = plain & ~inside;
        const std::uint64_t brackets = characters | one_each * 0x20;  // [ and { are then the same, and so are ] and }
        const std::uint64_t closing = equal_marks(brackets, '}') & outside;
        const std::uint64_t opened = up_to_each(equal_marks(brackets, '{') & outside), closed = up_to_each(closing);
        // Each byte is the depth behind it. Eight more, so that no byte is below zero; great depths are all alike.
        const std::uint64_t depths = one_each * ((std::min)(depth_, deepest) + 8) + opened - closed;

        in_string_ ^= (counted >> 56 & 1) * one_each;
        depth_ += (opened >> 56) - (closed >> 56);  // below zero at most behind the end
        return closing & equal_marks(depths, 8);
    }

private:
    static constexpr std::uint64_t deepest = 32;
    static constexpr std::uint64_t high_bits = one_each * 0x80, seven_bits = one_each * 0x7f;

    /// Marks the bytes that are `wanted`. No byte of the word is above 0x7f; other bits than the highest may be set.
    [[nodiscard]] static constexpr std::uint64_t equal_marks(std::uint64_t word, std::uint64_t wanted) noexcept {
        return ~((word ^ one_each * wanted) + seven_bits);
    }
    /// Each byte is the number of marks up to it.
    [[nodiscard]] static constexpr std::uint64_t up_to_each(std::uint64_t marks) noexcept {
        return (marks >> 7) * one_each;
    }

    std::uint64_t depth_ = 1;
    std::uint64_t in_string_ = 0;  // 1 in each byte within a string
    EscapeScan escapes_;
};

/// The end of a list or object that was opened before `at`: after its closing bracket; `end` if it is not closed. Its
/// contents are not checked, nor whether the kinds of brackets match.
/// \param end  followed by `json_padding`.
[[nodiscard]] inline const char* end_of_open_brackets(const char* at, const char* end) noexcept {
    BracketWalk walk;
    if constexpr (std::endian::native == std::endian::little) {
        for (; at < end; at += sizeof(std::uint64_t)) {
            const std::uint64_t ends = walk.take_word(at);
            if (ends != 0) return at + std::countr_zero(ends) / 8 + 1;
        }
    } else {
        for (; at < end; ++at) {
            if (walk.take(*at)) return at + 1;
        }
    }
    return end;
}

}  // namespace credence::detail
