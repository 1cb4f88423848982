// SPDX-License-Identifier: MIT
// Finds a member name among those known at compile time: one hash and one comparison of words.
#pragma once

#include <credence/detail/json/json_string.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace credence::detail {

/// The first eight bytes of a name as a word, zeros behind a shorter one.
[[nodiscard]] constexpr std::uint64_t word_of_name(std::string_view name) noexcept {
    std::array<char, 8> bytes{};
    for (std::size_t index = 0; index < bytes.size() && index < name.size(); ++index) bytes[index] = name[index];
    return std::bit_cast<std::uint64_t>(bytes);
}

/// The same for a name after which eight more bytes may be read: one load and a mask.
[[nodiscard]] inline std::uint64_t word_of_padded_name(std::string_view name) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, name.data(), sizeof word);
    if (name.size() >= sizeof word) return word;
    const unsigned unused = static_cast<unsigned>(8 * (sizeof word - name.size()));
    if (unused == 64) return 0;
    if constexpr (std::endian::native == std::endian::little) return word << unused >> unused;
    return word >> unused << unused;
}

/// A name that may come next in a text, in quotes and with its colon. `Name::value` is the name. Its text is prepared
/// at compile time, and a short one needs only one comparison.
template <class Name>
class ExpectedName {
public:
    /// How many characters of `text` are this name; 0 if the text begins differently. The text ends at `end`, and eight
    /// more bytes may be read.
    [[nodiscard]] static std::size_t match(const char* text, const char* end) noexcept {
        // A name with characters that JSON escapes has several spellings: it is found after its escapes are decoded.
        if constexpr (!is_literal) return 0;
        if ((load_word(text) & mask) != head) return 0;
        if constexpr (size > word_size) {
            if (static_cast<std::size_t>(end - text) < size) return 0;
            for (std::size_t at = word_size; at + word_size < size; at += word_size)
                if (load_word(text + at) != written_word(at)) return 0;
            constexpr std::uint64_t tail = written_word(size - word_size);
            if (load_word(text + size - word_size) != tail) return 0;
        }
        return size;
    }

private:
    static constexpr bool is_literal = std::all_of(Name::value.begin(), Name::value.end(), is_plain);
    static constexpr std::size_t word_size = sizeof(std::uint64_t);
    static constexpr std::size_t size = Name::value.size() + 3;

    static constexpr auto written = [] {
        std::array<char, size> text{'"'};
        std::copy(Name::value.begin(), Name::value.end(), text.begin() + 1);
        text[size - 2] = '"';
        text[size - 1] = ':';
        return text;
    }();
    static constexpr std::uint64_t head = word_of_name({written.data(), size});
    /// Eight characters of it.
    [[nodiscard]] static constexpr std::uint64_t written_word(std::size_t at) noexcept {
        std::array<char, word_size> bytes{};
        for (std::size_t byte = 0; byte < word_size; ++byte) bytes[byte] = written[at + byte];
        return std::bit_cast<std::uint64_t>(bytes);
    }
    static constexpr std::uint64_t mask = [] {
        std::array<char, word_size> bytes{};
        std::fill_n(bytes.begin(), (std::min)(size, word_size), '\xff');
        return std::bit_cast<std::uint64_t>(bytes);
    }();
};

/// The index of a name that is not in the table.
inline constexpr std::size_t unknown_name = static_cast<std::size_t>(-1);

/// A fixed hash table of `count` names, made at compile time. It holds only names of the claims type and of RFC 7519,
/// never a name from a token, so that an attacker cannot make names collide.
template <std::size_t count>
class NameTable {
public:
    constexpr explicit NameTable(const std::array<std::string_view, count>& names) : factor_(best_factor(names)) {
        for (std::size_t index = 0; index < count; ++index) {
            std::size_t slot = slot_of(word_of_name(names[index]), names[index].size(), factor_);
            while (slots_[slot].index != unknown_name) slot = (slot + 1) % slot_count;
            slots_[slot] = {word_of_name(names[index]), names[index], index};
            names_[index] = names[index];
        }
    }

    [[nodiscard]] static constexpr std::size_t size() noexcept { return count; }
    [[nodiscard]] constexpr std::string_view operator[](std::size_t index) const noexcept { return names_[index]; }

    /// The index of `name`, after which eight more bytes may be read; `unknown_name` if it is not in the table.
    [[nodiscard]] std::size_t find(std::string_view name) const noexcept {
        const std::uint64_t word = word_of_padded_name(name);
        for (std::size_t slot = slot_of(word, name.size(), factor_);; slot = (slot + 1) % slot_count) {
            const Slot& candidate = slots_[slot];
            if (candidate.index == unknown_name) return unknown_name;
            if (candidate.word == word && candidate.name.size() == name.size() && same_tail(candidate.name, name)) {
                return candidate.index;
            }
        }
    }

private:
    struct Slot {
        std::uint64_t word = 0;
        std::string_view name = {};
        std::size_t index = unknown_name;
    };

    static constexpr std::size_t slot_count = std::bit_ceil(2 * count + 1);

    /// The highest bits of a product.
    [[nodiscard]] static constexpr std::size_t slot_of(std::uint64_t word, std::size_t size,
                                                       std::uint64_t factor) noexcept {
        if constexpr (slot_count == 1) {
            return 0;
        } else {
            return static_cast<std::size_t>(((word ^ size) * factor) >> (64 - std::countr_zero(slot_count)));
        }
    }

    /// How many names do not get the slot of their own hash.
    [[nodiscard]] static constexpr std::size_t collisions(const std::array<std::string_view, count>& names,
                                                          std::uint64_t factor) {
        std::array<bool, slot_count> taken{};
        std::size_t found = 0;
        for (const std::string_view name : names) {
            const std::size_t slot = slot_of(word_of_name(name), name.size(), factor);
            if (taken[slot]) ++found;
            taken[slot] = true;
        }
        return found;
    }

    /// The factor with the fewest collisions, of some. A small table mostly has none: its names are found at once.
    [[nodiscard]] static constexpr std::uint64_t best_factor(const std::array<std::string_view, count>& names) {
        constexpr int most_tries = 32;
        std::uint64_t best = 0x9e3779b97f4a7c15;
        std::size_t fewest = collisions(names, best);
        std::uint64_t factor = best;
        for (int tries = 0; tries < most_tries && fewest != 0; ++tries) {
            factor += 0x3c6ef372fe94f82a;  // even: each factor is odd
            if (const std::size_t found = collisions(names, factor); found < fewest) {
                best = factor;
                fewest = found;
            }
        }
        return best;
    }

    [[nodiscard]] static bool same_tail(std::string_view known, std::string_view name) noexcept {
        return known.size() <= 8 || std::memcmp(known.data() + 8, name.data() + 8, known.size() - 8) == 0;
    }

    std::uint64_t factor_;
    std::array<Slot, slot_count> slots_{};
    std::array<std::string_view, count> names_{};
};

}  // namespace credence::detail
