// SPDX-License-Identifier: MIT
// Finds duplicate member names of a JSON object in linear time, for any names.
#pragma once

#include <credence/detail/encoding/keyed_hash.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// Sorted names. Heap sort costs n log n for every input, and is less code than `std::sort`.
class SortedNames {
public:
    explicit SortedNames(std::vector<std::string_view> names) : names_(std::move(names)) {
        std::make_heap(names_.begin(), names_.end());
        std::sort_heap(names_.begin(), names_.end());
    }

    [[nodiscard]] bool all_differ() const noexcept {
        return std::adjacent_find(names_.begin(), names_.end()) == names_.end();
    }
    [[nodiscard]] bool has(std::string_view name) const noexcept {
        return std::binary_search(names_.begin(), names_.end(), name);
    }
    [[nodiscard]] bool has_all(const SortedNames& others) const noexcept {
        return std::includes(names_.begin(), names_.end(), others.names_.begin(), others.names_.end());
    }

private:
    std::vector<std::string_view> names_;
};

/// The names of the members of all objects that are open, to find duplicates in linear memory.
///
/// A few names are compared with each other. Many names go into a hash table with a secret key when their object
/// closes. So an object of thousands of members costs linear time, whatever its names are.
class JsonNames {
public:
    [[nodiscard]] std::size_t size() const noexcept { return count_; }

    /// Adds a name to the object that began at `begin`. \return false if the object already has it.
    [[nodiscard]] bool add(std::string_view name, std::size_t begin) {
        if (count_ - begin < few) {
            for (std::size_t index = begin; index < count_; ++index) {
                if (at(index) == name) return false;
            }
        }
        if (count_ < inline_count) {
            texts_[count_] = name.data();
            sizes_[count_] = name.size();
        } else {
            spilled_.push_back(name);
        }
        ++count_;
        return true;
    }

    /// Ends the object that began at `begin`. \return false if it had a name twice.
    [[nodiscard]] bool close(std::size_t begin) { return count_ == begin || close_named(begin); }

private:
    /// The same for an object of which names were added.
    [[nodiscard]] bool close_named(std::size_t begin) {
        const bool unique = count_ - begin <= few || all_differ(begin);
        if (!spilled_.empty()) spilled_.resize(begin > inline_count ? begin - inline_count : 0);
        count_ = begin;
        return unique;
    }

    static constexpr std::size_t few = 16;

    /// A name in the table: some bits of its hash, and its number from 1; 0 where there is none.
    struct Place {
        std::uint32_t hash = 0;
        std::uint32_t number = 0;
    };

    [[nodiscard]] std::string_view at(std::size_t index) const {
        if (index < inline_count) return {texts_[index], sizes_[index]};
        return spilled_[index - inline_count];
    }

    /// Open addressing in a table that is at most half full.
    [[nodiscard]] bool all_differ(std::size_t begin) const {
        const KeyedHash& hash_of_name = KeyedHash::of_process();
        std::vector<Place> table(std::bit_ceil(2 * (count_ - begin)));
        const std::size_t mask = table.size() - 1;
        for (std::size_t index = begin; index < count_; ++index) {
            const std::string_view name = at(index);
            const std::uint64_t hash = hash_of_name(name);
            const auto high_bits = static_cast<std::uint32_t>(hash >> 32);
            std::size_t place = static_cast<std::size_t>(hash) & mask;
            for (; table[place].number != 0; place = (place + 1) & mask) {
                if (table[place].hash == high_bits && at(begin + table[place].number - 1) == name) return false;
            }
            table[place] = {high_bits, static_cast<std::uint32_t>(index - begin + 1)};
        }
        return true;
    }

    static constexpr std::size_t inline_count = 24;

    std::array<const char*, inline_count> texts_;  // of the first names; not initialised, because most objects have few
    std::array<std::size_t, inline_count> sizes_;
    std::vector<std::string_view> spilled_;
    std::size_t count_ = 0;
};

}  // namespace credence::detail
