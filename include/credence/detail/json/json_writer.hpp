// SPDX-License-Identifier: MIT
// Writes compact, strict JSON to the end of a string: names and strings escaped and checked for UTF-8. RFC 8259
#pragma once

#include <credence/detail/json/json_integer.hpp>
#include <credence/detail/json/json_string.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace credence::detail {

/// Appends one JSON text to a string that it does not own. It adds commas and colons; the caller opens and closes.
///
/// The string grows ahead of what is written. It ends where the text ends as soon as all brackets are closed.
class JsonWriter {
public:
    explicit JsonWriter(std::string& out) noexcept : out_(out), size_(out.size()) {}

    void open(char bracket) {
        put(bracket);
        ++depth_;
        first_ = true;
    }
    void close(char bracket) {
        put(bracket);
        --depth_;
        first_ = false;
        end_value();
    }

    /// Starts the next element of an array.
    void element() {
        if (!first_) put(',');
        first_ = false;
    }

    /// Starts the next member. \return false if its name is not UTF-8.
    [[nodiscard]] bool name(std::string_view name) {
        element();
        if (!string(name)) return false;
        put(':');
        return true;
    }

    /// Starts the next member. Its name, which needs no escapes, is given as `,"name":`.
    template <std::size_t size>
    void known_name(const std::array<char, size>& with_comma) {
        end_at(put_name(room(size), with_comma));
    }

    /// Writes a whole member, if its value is ASCII and needs no escapes. The name is given as for `known_name`.
    /// \return false if it is not, and nothing was written.
    template <std::size_t name_size>
    [[nodiscard]] bool plain_member(const std::array<char, name_size>& name_with_comma, std::string_view value) {
        char* const name = room(name_size + value.size() + 2);
        char* const quote = name + name_size - (first_ ? 1 : 0);
        if (copy_plain(value, quote + 1) != value.size()) return false;
        put_name(name, name_with_comma);
        *quote = '"';
        quote[value.size() + 1] = '"';
        end_at(quote + value.size() + 2);
        return true;
    }

    /// Writes a whole member whose value is an integer.
    template <std::integral Integer, std::size_t name_size>
    void integer_member(const std::array<char, name_size>& name_with_comma, Integer value) {
        end_at(write_integer(put_name(room(name_size + longest_integer), name_with_comma), value));
    }

    /// \return false if `text` is not UTF-8.
    [[nodiscard]] bool string(std::string_view text) {
        put('"');
        while (!text.empty()) {
            char* const end = room(text.size());
            const std::size_t plain = copy_plain(text, end);
            end_at(end + plain);
            text.remove_prefix(plain);
            if (text.empty()) break;
            const std::size_t taken = special(text);
            if (taken == 0) return false;
            text.remove_prefix(taken);
        }
        put('"');
        end_value();
        return true;
    }

    void boolean(bool value) { word(value ? "true" : "false"); }
    void null() { word("null"); }

    template <std::integral Integer>
    void integer(Integer value) {
        end_at(write_integer(room(longest_integer), value));
        end_value();
    }

    /// The shortest text that reads back as the same value. \return false for an infinity or NaN: JSON has none.
    template <std::floating_point Floating>
    [[nodiscard]] bool number(Floating value) {
        if (!std::isfinite(value)) return false;
        constexpr std::size_t longest = 32;
        char* const digits = room(longest);
        char* const end = std::to_chars(digits, digits + longest, value).ptr;
        const std::string_view text{digits, static_cast<std::size_t>(end - digits)};
        end_at(end);
        // Keep it a number with a fraction when it is read back.
        const bool is_whole = text.find_first_of(".e") == std::string_view::npos;
        word(is_whole ? ".0" : "");
        return true;
    }

private:
    /// Makes room for so many more characters. \return where the next character goes.
    [[nodiscard]] char* room(std::size_t more) {
        if (out_.size() - size_ < more) grow(more);
        return out_.data() + size_;
    }
    void grow(std::size_t more) {
        constexpr std::size_t least = 64;
        out_.resize((std::max)({out_.capacity(), size_ + more + least, 2 * size_}));
    }

    /// Records the end of what was written.
    void end_at(const char* end) noexcept { size_ = static_cast<std::size_t>(end - out_.data()); }

    /// Cuts the string where the text ends, if this ended the outermost value.
    void end_value() {
        if (depth_ == 0) out_.resize(size_);
    }

    void put(char character) {
        *room(1) = character;
        ++size_;
    }

    void word(std::string_view text) {
        end_at(std::copy(text.begin(), text.end(), room(text.size())));
        end_value();
    }

    /// Writes `,"name":` after a member, and without its comma after the bracket, which it writes again: a copy of a
    /// fixed size is cheaper. \return the end of the name.
    template <std::size_t size>
    char* put_name(char* at, const std::array<char, size>& with_comma) noexcept {
        if (first_) --at;
        std::copy(with_comma.begin(), with_comma.end(), at);
        if (first_) *at = '{';
        first_ = false;
        return at + size;
    }

    /// Copies the characters at the start of `text` that are ASCII and stand for themselves. May write as much as
    /// `text` is long. \return how many they are.
    [[nodiscard]] static std::size_t copy_plain(std::string_view text, char* to) noexcept {
        constexpr std::size_t step = sizeof(std::uint64_t);
        std::size_t length = 0;
        for (; length + step <= text.size(); length += step) {
            const char* const from = text.data() + length;
            std::memcpy(to + length, from, step);
            if (const char* const stop = end_of_plain_word(from); stop != from + step) {
                return length + static_cast<std::size_t>(stop - from);
            }
        }
        if (text.size() >= step) {  // the last characters, some of them again
            const char* const from = text.data() + text.size() - step;
            std::memcpy(to + text.size() - step, from, step);
            return static_cast<std::size_t>(end_of_plain_word(from) - text.data());
        }
        for (; length < text.size() && is_plain(text[length]); ++length) to[length] = text[length];
        return length;
    }

    /// Writes the character or sequence at the start of `text`. \return its length in `text`; 0 if it is not UTF-8.
    [[nodiscard]] std::size_t special(std::string_view text) {
        const auto byte = static_cast<unsigned char>(text.front());
        if (byte < 0x80) {
            escape(text.front());
            return 1;
        }
        std::array<char, 4> sequence{};
        text.copy(sequence.data(), sequence.size());
        const std::size_t length = utf8_sequence(sequence.data());
        end_at(std::copy_n(sequence.data(), length, room(length)));
        return length;
    }

    void escape(char character) {
        constexpr std::string_view characters = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt";
        constexpr std::string_view hex = "0123456789abcdef";
        constexpr std::size_t longest = 6;
        char* at = room(longest);
        *at++ = '\\';
        if (const std::size_t index = characters.find(character); index != std::string_view::npos) {
            *at++ = letters[index];
        } else {
            for (const char fixed : {'u', '0', '0'}) *at++ = fixed;
            *at++ = hex[static_cast<unsigned char>(character) >> 4];
            *at++ = hex[static_cast<unsigned char>(character) & 15];
        }
        end_at(at);
    }

    std::string& out_;
    std::size_t size_;
    int depth_ = 0;
    bool first_ = true;
};

}  // namespace credence::detail
