// SPDX-License-Identifier: MIT
// Writes compact, strict JSON to the end of a string: names and strings escaped and checked for UTF-8. RFC 8259
#pragma once

#include <credence/detail/json/json_string.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace credence::detail {

/// Appends one JSON text to a string that it does not own. It adds commas and colons; the caller opens and closes.
class JsonWriter {
public:
    explicit JsonWriter(std::string& out) noexcept : out_(out) {}

    void open(char bracket) {
        out_ += bracket;
        first_ = true;
    }
    void close(char bracket) {
        out_ += bracket;
        first_ = false;
    }

    /// Starts the next element of an array.
    void element() {
        if (!first_) out_ += ',';
        first_ = false;
    }

    /// Starts the next member. \return false if its name is not UTF-8.
    [[nodiscard]] bool name(std::string_view name) {
        element();
        if (!string(name)) return false;
        out_ += ':';
        return true;
    }

    /// Starts the next member. Its name, which needs no escapes, is given as `,"name":`.
    void known_name(std::string_view with_comma) {
        out_ += first_ ? with_comma.substr(1) : with_comma;
        first_ = false;
    }

    /// Writes a whole member, if its value is ASCII and needs no escapes. The name is given as for `known_name`.
    /// \return false if it is not, and nothing was written.
    [[nodiscard]] bool plain_member(std::string_view name_with_comma, std::string_view value) {
        if (plain_prefix(value) != value.size()) return false;
        char* at = member_of(name_with_comma, value.size() + 2);
        *at++ = '"';
        at = std::copy(value.begin(), value.end(), at);
        *at = '"';
        return true;
    }

    /// Writes a whole member whose value is an integer.
    template <std::integral Integer>
    void integer_member(std::string_view name_with_comma, Integer value) {
        std::array<char, 24> digits;
        const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
        std::copy(digits.data(), written.ptr,
                  member_of(name_with_comma, static_cast<std::size_t>(written.ptr - digits.data())));
    }

    /// \return false if `text` is not UTF-8.
    [[nodiscard]] bool string(std::string_view text) {
        out_ += '"';
        while (!text.empty()) {
            const std::size_t plain = plain_prefix(text);
            out_.append(text.data(), plain);
            text.remove_prefix(plain);
            if (text.empty()) break;
            const std::size_t taken = special(text);
            if (taken == 0) return false;
            text.remove_prefix(taken);
        }
        out_ += '"';
        return true;
    }

    void boolean(bool value) { out_ += value ? "true" : "false"; }
    void null() { out_ += "null"; }

    template <std::integral Integer>
    void integer(Integer value) {
        std::array<char, 24> digits;
        const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
        out_.append(digits.data(), written.ptr);
    }

    /// The shortest text that reads back as the same value. \return false for an infinity or NaN: JSON has none.
    template <std::floating_point Floating>
    [[nodiscard]] bool number(Floating value) {
        if (!std::isfinite(value)) return false;
        std::array<char, 32> digits;
        const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
        const std::string_view text{digits.data(), static_cast<std::size_t>(written.ptr - digits.data())};
        out_ += text;
        // Keep it a number with a fraction when it is read back.
        if (text.find_first_of(".e") == std::string_view::npos) out_ += ".0";
        return true;
    }

private:
    /// Writes a name, and makes room for the text of its value: one growth of the string for both.
    [[nodiscard]] char* member_of(std::string_view name_with_comma, std::size_t size) {
        const std::string_view name = first_ ? name_with_comma.substr(1) : name_with_comma;
        first_ = false;
        const std::size_t begin = out_.size();
        out_.resize(begin + name.size() + size);
        return std::copy(name.begin(), name.end(), out_.data() + begin);
    }

    /// How many characters at the start of `text` are ASCII and stand for themselves.
    [[nodiscard]] static std::size_t plain_prefix(std::string_view text) noexcept {
        std::size_t length = 0;
        while (length + json_padding <= text.size()) {
            const char* from = text.data() + length;
            const char* stop = end_of_plain_word(from);
            length += static_cast<std::size_t>(stop - from);
            if (stop != from + json_padding) return length;
        }
        while (length < text.size() && is_plain(text[length])) ++length;
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
        out_.append(sequence.data(), length);
        return length;
    }

    void escape(char character) {
        constexpr std::string_view characters = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt";
        constexpr std::string_view hex = "0123456789abcdef";
        out_ += '\\';
        if (const std::size_t index = characters.find(character); index != std::string_view::npos) {
            out_ += letters[index];
            return;
        }
        out_ += "u00";
        out_ += hex[static_cast<unsigned char>(character) >> 4];
        out_ += hex[static_cast<unsigned char>(character) & 15];
    }

    std::string& out_;
    bool first_ = true;
};

}  // namespace credence::detail
