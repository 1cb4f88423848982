// SPDX-License-Identifier: MIT
// Finds the end of a JSON list or object by its brackets alone, without reading its contents.
#pragma once

#include <credence/detail/json/json_words.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace credence::detail {

/// Walks over brackets and strings, byte by byte or eight at a time.
class BracketWalk {
public:
    /// Whether every list and object that was opened is closed.
    [[nodiscard]] bool is_closed() const noexcept { return depth_ == 0; }

    void take(char character) noexcept {
        if (in_string_) {
            if (is_escaped_) {
                is_escaped_ = false;
            } else if (character == '\\') {
                is_escaped_ = true;
            } else if (character == '"') {
                in_string_ = false;
            }
            return;
        }
        switch (character) {
            case '"': in_string_ = true; break;
            case '{':
            case '[': ++depth_; break;
            case '}':
            case ']': --depth_; break;
            default: break;
        }
    }

    /// Takes eight characters at once. \return false, having taken none, if they must be taken one by one: there is a
    /// backslash among them, or the last bracket may be closed within them.
    [[nodiscard]] bool take_word(const char* text) noexcept {
        if constexpr (std::endian::native != std::endian::little) return false;
        const std::uint64_t word = load_word(text);
        const std::uint64_t brackets = word | one_each * 0x20;  // [ and { are then the same, and so are ] and }
        if (is_escaped_ || marks_at(word, '\\') != 0) return false;
        // Each byte of the product is the number of quotes up to it: where it is odd, a string begins or continues.
        const std::uint64_t quotes = marks_at(word, '"') * one_each;
        const std::uint64_t outside = (in_string_ ? quotes : ~quotes) & one_each;
        const std::size_t closed = sum(marks_at(brackets, '}') & outside);
        if (closed >= depth_) return false;
        depth_ += sum(marks_at(brackets, '{') & outside) - closed;
        in_string_ = in_string_ != ((quotes >> 56 & 1) != 0);
        return true;
    }

private:
    /// The sum of the bytes of a word, each 0 or 1.
    [[nodiscard]] static constexpr std::size_t sum(std::uint64_t word) noexcept {
        return static_cast<std::size_t>(word * one_each >> 56);
    }

    std::size_t depth_ = 0;
    bool in_string_ = false;
    bool is_escaped_ = false;
};

/// The end of a list or object that was opened before `at`: after its closing bracket; `end` if it is not closed. Its
/// contents are not checked, nor whether the kinds of brackets match.
/// \param end  followed by `json_padding`.
[[nodiscard]] inline const char* end_of_open_brackets(const char* at, const char* end) noexcept {
    BracketWalk walk;
    walk.take('[');
    while (at < end) {
        if (walk.take_word(at)) {
            at += sizeof(std::uint64_t);
            continue;
        }
        for (const char* const word_end = at + sizeof(std::uint64_t); at != word_end && at < end; ++at) {
            walk.take(*at);
            if (walk.is_closed()) return at + 1;
        }
    }
    return end;
}

/// The same for one that begins at `begin`.
[[nodiscard]] inline const char* end_of_brackets(const char* begin, const char* end) noexcept {
    return end_of_open_brackets(begin + 1, end);
}

}  // namespace credence::detail
