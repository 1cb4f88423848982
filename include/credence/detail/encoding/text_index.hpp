// SPDX-License-Identifier: MIT
// TextIndex: looks up places by a text, such as those of keys by their `kid`, for any number of them.
#pragma once

#include <credence/version.hpp>
#include <credence/detail/encoding/last_word.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// A hash table of places, looked up by a text. It does not compare texts: it returns all places whose text has the
/// same hash, most of which are the ones looked for.
///
/// Its hash is fast and has no secret, so only texts of the server, or of an issuer that it trusts, may be added: at
/// most a thousand keys. Texts from strangers are only looked up, which costs at most the longest run of entries.
class TextIndex {
public:
    /// Adds a place, which is below 2^32 - 1.
    void add(std::string_view text, std::size_t place) {
        if (4 * (count_ + 1) > entries_.size()) grow();
        put({hash_of(text), static_cast<std::uint32_t>(place + 1)});
        ++count_;
        longest_ = (std::max)(longest_, text.size());
    }

    /// Calls `take(place)` for each place of the hash, in the order in which they were added.
    template <class Take>
    void each(std::string_view text, Take&& take) const {
        if (entries_.empty() || text.size() > longest_) return;  // a stranger's long text is not even hashed
        const std::uint32_t hash = hash_of(text);
        for (std::size_t at = hash & mask(); entries_[at].number != 0; at = (at + 1) & mask()) {
            if (entries_[at].hash == hash) take(static_cast<std::size_t>(entries_[at].number - 1));
        }
    }

private:
    struct Entry {
        std::uint32_t hash = 0;
        std::uint32_t number = 0;  ///< of the place, from 1; 0 where there is none
    };

    [[nodiscard]] static std::uint64_t mixed(std::uint64_t word) noexcept {
        word *= 0x9e3779b97f4a7c15;
        return word ^ word >> 32;
    }
    [[nodiscard]] static std::uint32_t hash_of(std::string_view text) noexcept {
        std::uint64_t hash = mixed(text.size());
        std::uint64_t word = 0;
        for (std::size_t at = 0; at + sizeof word <= text.size(); at += sizeof word) {
            std::memcpy(&word, text.data() + at, sizeof word);
            hash = mixed(hash ^ word);
        }
        return static_cast<std::uint32_t>(mixed(hash ^ last_word(text)));
    }

    [[nodiscard]] std::size_t mask() const noexcept { return entries_.size() - 1; }

    void put(Entry entry) noexcept {
        std::size_t at = entry.hash & mask();
        while (entries_[at].number != 0) at = (at + 1) & mask();
        entries_[at] = entry;
    }

    /// Keeps three quarters of the table free, so that a text that is not there is soon missed. Entries with the same
    /// hash keep their order: the old table is copied starting from a free place.
    void grow() {
        const std::vector<Entry> before =
            std::exchange(entries_, std::vector<Entry>((std::max)(std::size_t{8}, 2 * entries_.size())));
        std::size_t free = 0;
        while (free < before.size() && before[free].number != 0) ++free;
        for (std::size_t step = 0; step < before.size(); ++step) {
            const Entry& entry = before[(free + step) % before.size()];
            if (entry.number != 0) put(entry);
        }
    }

    std::vector<Entry> entries_;  // a power of two
    std::size_t count_ = 0;
    std::size_t longest_ = 0;
};

}  // namespace credence::detail
