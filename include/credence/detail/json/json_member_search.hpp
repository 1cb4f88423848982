// SPDX-License-Identifier: MIT
// Searches a JSON object for members without reading it all, in little time for any text.
#pragma once

#include <credence/detail/json/json_brackets.hpp>
#include <credence/detail/json/json_string.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace credence::detail {

/// The first of two characters at or after `at`; `end`, which `json_padding` follows, if there is neither.
[[nodiscard]] inline const char* find_either(const char* at, const char* end, char one, char other) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
        for (; at < end && *at != one && *at != other; at += sizeof(std::uint64_t)) {
            const std::uint64_t word = load_word(at);
            const std::uint64_t found = marks_at(word, one) | marks_at(word, other);
            if (found == 0) continue;
            const char* const first = at + std::countr_zero(found) / 8;
            return first < end ? first : end;
        }
        return at < end ? at : end;
    } else {
        while (at < end && *at != one && *at != other) ++at;
        return at;
    }
}

/// The quote that ends the string whose text begins at `at`; `end`, which `json_padding` follows, if there is none.
[[nodiscard]] inline const char* end_of_quoted(const char* at, const char* end) noexcept {
    EscapeScan escapes;
    if constexpr (std::endian::native == std::endian::little) {
        for (; at < end; at += sizeof(std::uint64_t)) {
            const std::uint64_t word = load_word(at);
            const std::uint64_t quotes = (marks_at(word, '"') << 7) & ~escapes.take_word(word);
            if (quotes == 0) continue;
            const char* const quote = at + std::countr_zero(quotes) / 8;
            return quote < end ? quote : end;
        }
    } else {
        for (; at < end; ++at) {
            if (*at == '"' && !escapes.is_escaped()) return at;
            escapes.take(*at);
        }
    }
    return end;
}

/// Goes from member to member of an object by quotes, brackets, colons and commas alone. Finds every member of an
/// object that is valid JSON; in other texts it finds what looks like a member.
class MemberSearch {
public:
    /// \param text  followed by `json_padding`.
    explicit MemberSearch(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {
        skip_space();
        if (at_ < end_ && *at_ == '{')
            ++at_;
        else
            at_ = end_;
    }

    /// Moves to the next member. \return false if there is none.
    [[nodiscard]] bool next() noexcept {
        skip_space();
        if (at_ < end_ && *at_ == ',') ++at_;
        skip_space();
        if (at_ >= end_ || *at_ != '"') return false;
        const char* const begin = at_ + 1;
        at_ = end_of_string(begin);
        if (at_ >= end_) return false;
        name_ = {begin, static_cast<std::size_t>(at_ - begin)};
        ++at_;
        skip_space();
        if (at_ >= end_ || *at_ != ':') return false;
        ++at_;
        skip_space();
        return at_ < end_;
    }

    /// Whether the name of the member is this one, which is ASCII, with or without escapes.
    [[nodiscard]] bool is_named(std::string_view wanted) const noexcept {
        if (name_.size() == wanted.size()) return std::memcmp(name_.data(), wanted.data(), wanted.size()) == 0;
        return name_.size() > wanted.size() && spells(name_, wanted);
    }

    /// The text from the member's value on.
    [[nodiscard]] std::string_view rest() const noexcept { return {at_, static_cast<std::size_t>(end_ - at_)}; }

    /// Moves past the member's value.
    void skip_value() noexcept {
        if (*at_ == '"') {
            at_ = end_of_string(at_ + 1);
            if (at_ < end_) ++at_;
        } else if (*at_ == '{' || *at_ == '[') {
            at_ = end_of_brackets(at_, end_);
        } else {
            for (int left = 8; left > 0 && *at_ != ',' && *at_ != '}' && at_ < end_; --left) ++at_;
            at_ = find_either(at_, end_, ',', '}');
        }
    }

private:
    /// The quote that ends the string whose text begins at `at`.
    [[nodiscard]] const char* end_of_string(const char* at) const noexcept {
        const char* const end = end_of_plain_word(at);
        return *end == '"' ? end : end_of_quoted(at, end_);  // most names are short
    }

    /// Whether a name equals `wanted` once its escapes are decoded. Only escapes with `u` stand for letters.
    [[nodiscard]] static bool spells(std::string_view written, std::string_view wanted) noexcept {
        for (const char letter : wanted) {
            if (written.starts_with(letter)) {
                written.remove_prefix(1);
            } else if (written.size() >= 6 && written.starts_with("\\u") &&
                       four_hex_digits(written.data() + 2) == static_cast<unsigned char>(letter)) {
                written.remove_prefix(6);
            } else {
                return false;
            }
        }
        return written.empty();
    }

    void skip_space() noexcept {
        if (*at_ > ' ' || !is_json_space(*at_)) return;
        ++at_;  // mostly the only one
        if (*at_ <= ' ') at_ = end_of_space(at_);
    }

    const char* at_;
    const char* end_;
    std::string_view name_ = {};
};

}  // namespace credence::detail
