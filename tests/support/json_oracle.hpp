// SPDX-License-Identifier: MIT
// nlohmann's parser as an oracle for the strict reader: both accept or both refuse, except for the rules that are
// listed here, and a text that both accept has the same value.
#pragma once

#include <credence/detail/json/json_dom.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace support {

/// The document that nlohmann reads from a text, and the faults that it accepts and the strict reader refuses.
struct JsonOracle {
    nlohmann::json document;
    int depth = 0;
    bool duplicates = false;

    explicit JsonOracle(std::string_view text) {
        std::vector<std::set<std::string>> names;
        const auto watch = [&](int level, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
            using Event = nlohmann::json::parse_event_t;
            if (event == Event::object_start || event == Event::array_start) {
                depth = (std::max)(depth, level + 1);
                names.emplace_back();
            } else if (event == Event::object_end || event == Event::array_end) {
                names.pop_back();
            } else if (event == Event::key) {
                duplicates = !names.back().insert(parsed.get<std::string>()).second || duplicates;
            }
            return true;
        };
        document = nlohmann::json::parse(text, watch, false);
    }

    /// The differences: nlohmann takes a zero byte for the end of the text, skips a byte order mark, knows no limit of
    /// depth, and takes the last of two members.
    [[nodiscard]] bool accepts_strictly(std::string_view text) const {
        return !document.is_discarded() && depth <= credence::detail::json_depth_limit && !duplicates &&
               text.find('\0') == std::string_view::npos && !text.starts_with("\xef\xbb\xbf");
    }
};

/// Whether two documents are the same in every value and in every number's kind. Neither may be deep.
[[nodiscard]] inline bool is_same_json(const nlohmann::json& one, const nlohmann::json& other) {
    return one == other && one.dump() == other.dump();
}

/// Whether the strict reader and nlohmann agree about a text, as the rules of the oracle demand.
[[nodiscard]] inline bool json_readers_agree(std::string_view text) {
    const JsonOracle oracle{text};
    const auto document = credence::detail::read_json(text);
    if (document.has_value() != oracle.accepts_strictly(text)) return false;
    if (document) return is_same_json(*document, oracle.document);
    if (oracle.document.is_discarded() || text.find('\0') != std::string_view::npos) return true;
    if (oracle.depth > credence::detail::json_depth_limit || !oracle.duplicates) return true;
    const auto lenient = credence::detail::read_json(text, {.allow_duplicate_members = true});
    return text.starts_with("\xef\xbb\xbf") || (lenient && is_same_json(*lenient, oracle.document));
}

}  // namespace support
