// SPDX-License-Identifier: MIT
// Searches a payload that is not verified yet for its member `iss`, in little time for any text.
#pragma once

#include <credence/detail/json/character_masks.hpp>
#include <credence/detail/json/json_words.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace credence::detail {

/// By how much the depth changes between brackets that open and brackets that close: one of either for each bit.
[[nodiscard]] constexpr int depth_change(std::uint64_t opens, std::uint64_t closes) noexcept {
    // Like the usual count of bits, from pairs to bytes, but of both masks at once: each four bits are the difference
    // plus four.
    constexpr std::uint64_t pairs = 0x5555555555555555, fours = 0x3333333333333333, bytes = 0x0f0f0f0f0f0f0f0f;
    opens -= opens >> 1 & pairs;
    closes -= closes >> 1 & pairs;
    const std::uint64_t difference =
        (opens & fours) + (opens >> 2 & fours) + 0x4444444444444444 - (closes & fours) - (closes >> 2 & fours);
    return static_cast<int>(((difference & bytes) + (difference >> 4 & bytes)) * one_each >> 56) - 64;
}

/// Goes from one member named `iss` to the next, sixty-four characters at a time, by quotes and brackets alone. Finds
/// every such member of an object that is valid JSON. In other texts it finds what looks like one.
class IssuerSearch {
public:
    /// \param text  followed by `json_padding`.
    explicit IssuerSearch(std::string_view text) noexcept
        : begin_(end_of_space(text.data())), end_(text.data() + text.size()) {
        if (begin_ < end_ && *begin_ == '{') first_member_ = end_of_space(begin_ + 1);
        next_ = first_member_ != nullptr && *first_member_ == '"' ? first_member_ : end_;
    }

    /// Moves to the next one. \return false if there is none.
    [[nodiscard]] bool next() noexcept {
        while (true) {
            for (; ends_ != 0; ends_ &= ends_ - 1) {
                if (!is_issuer(std::countr_zero(ends_))) continue;
                ends_ &= ends_ - 1;
                return true;
            }
            take_brackets(~std::uint64_t{0});
            if (next_ >= end_ || depth_ <= 0) return false;
            take_block();
        }
    }

    /// The text from its value on.
    [[nodiscard]] std::string_view rest() const noexcept { return {value_, static_cast<std::size_t>(end_ - value_)}; }

private:
    void take_block() noexcept {
        std::array<char, CharacterMasks::size> last{};
        const std::size_t size = (std::min)(last.size(), static_cast<std::size_t>(end_ - next_));
        if (size < last.size()) std::memcpy(last.data(), next_, size);
        const CharacterMasks characters{size < last.size() ? last.data() : next_};
        block_ = next_;
        next_ += size;
        const std::uint64_t backslashes = characters.of('\\');
        const std::uint64_t quotes = characters.of('"') & ~escaped(backslashes);
        const std::uint64_t inside = odd_from(quotes) ^ in_string_;  // with opening quotes, without closing ones
        in_string_ = std::uint64_t{0} - (inside >> 63);
        opens_ = characters.of_brackets('{') & ~inside;
        closes_ = characters.of_brackets('}') & ~inside;
        first_before_ = first_;
        first_ = quotes & inside;
        const auto behind_first = [&](int length) { return first_ << (length + 1) | first_before_ >> (63 - length); };
        ends_ = behind_first(3);
        may_be_escaped_ = (backslashes | backslashes_before_) != 0;
        if (may_be_escaped_) ends_ |= behind_first(8) | behind_first(13) | behind_first(18);
        ends_ &= quotes & ~inside;
        backslashes_before_ = backslashes;
    }

    /// Each bit is whether the number of bits up to it is odd.
    [[nodiscard]] static constexpr std::uint64_t odd_from(std::uint64_t bits) noexcept {
        bits ^= bits << 1;
        bits ^= bits << 2;
        bits ^= bits << 4;
        bits ^= bits << 8;
        bits ^= bits << 16;
        return bits ^ bits << 32;
    }

    /// The characters behind a backslash that is not escaped itself. Outside strings, too: valid JSON has none there.
    [[nodiscard]] std::uint64_t escaped(std::uint64_t backslashes) noexcept {
        if (backslashes == 0 && !is_next_escaped_) [[likely]]
            return 0;
        return escaped_by(backslashes);
    }

    /// In a row of backslashes, each second one escapes: adding the first one of a row to the row moves a carry behind
    /// its end, and tells by the place of that whether the number is odd.
    [[nodiscard, gnu::noinline]] std::uint64_t escaped_by(std::uint64_t backslashes) noexcept {
        constexpr std::uint64_t even = 0x5555555555555555;
        const std::uint64_t before = is_next_escaped_ ? 1 : 0;
        backslashes &= ~before;
        const std::uint64_t behind = backslashes << 1 | before;
        const std::uint64_t odd_rows = backslashes & ~even & ~behind;  // that begin at an odd place
        const std::uint64_t sum = odd_rows + backslashes;
        is_next_escaped_ = sum < backslashes;
        return (even ^ sum << 1) & behind;
    }

    /// Moves over the brackets of a part of the block.
    void take_brackets(std::uint64_t part) noexcept {
        const std::uint64_t opens = opens_ & part, closes = closes_ & part;
        if ((opens | closes) == 0) return;
        const bool has_one_of_each_at_most = ((opens & (opens - 1)) | (closes & (closes - 1))) == 0;
        depth_ += has_one_of_each_at_most ? (opens != 0 ? 1 : 0) - (closes != 0 ? 1 : 0) : depth_change(opens, closes);
        opens_ &= ~part;
        closes_ &= ~part;
    }

    /// Whether the place behind a part of the block is in the outermost object, and in nothing within that. Moves over
    /// the brackets of the part, unless the last of them shows the answer.
    [[nodiscard]] bool is_outermost(std::uint64_t part) noexcept {
        if ((opens_ & part) > (closes_ & part)) return false;  // the last bracket opens
        take_brackets(part);
        return depth_ == 1;
    }

    /// Whether the string that ends at this character of the block is the name of a member, and `iss`.
    [[nodiscard]] bool is_issuer(int end) noexcept {
        const int length = length_of_issuer(end);
        if (length == 0) return false;
        const char* const quote = block_ + end;
        const char* const colon = behind_space(quote + 1);
        if (*colon != ':') return false;
        if (!is_outermost((std::uint64_t{1} << end) - 1)) return false;
        value_ = behind_space(colon + 1);
        return value_ < end_ && begins_member(quote - length - 1);
    }

    [[nodiscard]] static const char* behind_space(const char* at) noexcept { return *at > ' ' ? at : end_of_space(at); }

    /// Whether a member may begin here: behind a comma or the bracket of the object.
    [[nodiscard]] bool begins_member(const char* at) const noexcept {
        if (at == first_member_) return true;
        constexpr std::ptrdiff_t word_size = sizeof(std::uint64_t);
        while (at - begin_ > word_size && are_json_spaces(load_word(at - word_size))) at -= word_size;
        while (is_json_space(at[-1])) --at;  // not beyond the bracket
        return at[-1] == ',';
    }

    /// The length of the name that ends at this character, if it is `iss`; 0 if it is another.
    [[nodiscard]] int length_of_issuer(int end) const noexcept {
        if (std::memcmp(block_ + end - 3, "iss\"", 4) == 0 && begins_string(end - 4)) return 3;
        return may_be_escaped_ ? length_of_escaped(end) : 0;
    }

    [[nodiscard, gnu::noinline]] int length_of_escaped(int end) const noexcept {
        for (const int length : {8, 13, 18}) {
            if (!begins_string(end - length - 1)) continue;
            std::string_view name{block_ + end - length, static_cast<std::size_t>(length)};
            if (take(name, escaped_i) && take(name, escaped_s) && take(name, escaped_s))
                return name.empty() ? length : 0;
        }
        return 0;
    }

    /// A letter of the name, as it is written if it is escaped.
    struct EscapedLetter {
        char letter;
        std::array<char, 6> escape;
    };
    static constexpr EscapedLetter escaped_i{'i', {'\\', 'u', '0', '0', '6', '9'}};
    static constexpr EscapedLetter escaped_s{'s', {'\\', 'u', '0', '0', '7', '3'}};

    /// Removes a letter from the beginning of a text, in either form.
    [[nodiscard, gnu::always_inline]] static bool take(std::string_view& text, const EscapedLetter& wanted) noexcept {
        const bool is_plain = text.starts_with(wanted.letter);
        const std::size_t size = is_plain ? 1 : wanted.escape.size();
        if (text.size() < size) return false;
        if (!is_plain && std::memcmp(text.data(), wanted.escape.data(), wanted.escape.size()) != 0) return false;
        text.remove_prefix(size);
        return true;
    }

    /// Whether a string begins at this place of the block, or of the block before if it is negative.
    [[nodiscard]] bool begins_string(int place) const noexcept {
        return ((place < 0 ? first_before_ >> (64 + place) : first_ >> place) & 1) != 0;
    }

    const char* begin_;  // the bracket of the object
    const char* end_;
    const char* first_member_ = nullptr;
    const char* next_ = nullptr;  // behind the block
    const char* block_ = nullptr;
    const char* value_ = nullptr;
    int depth_ = 1;                         // before the brackets below
    std::uint64_t opens_ = 0, closes_ = 0;  // the brackets of the block, behind the last name that was looked at
    std::uint64_t ends_ = 0;                // closing quotes of what may be the name, if not looked at yet
    std::uint64_t first_ = 0;               // opening quotes
    std::uint64_t first_before_ = 0;        // the same of the block before
    std::uint64_t backslashes_before_ = 0;  // of the block before
    std::uint64_t in_string_ = 0;           // all bits are set if the block ends within a string
    bool may_be_escaped_ = false;           // whether there is a backslash in either
    bool is_next_escaped_ = false;          // whether the block ends with a backslash that escapes
};

}  // namespace credence::detail
