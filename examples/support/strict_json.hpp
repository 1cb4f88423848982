// SPDX-License-Identifier: MIT
// Reads JSON from strangers, and refuses texts with more than one meaning. nlohmann/json alone stops at a NUL and
// ignores the rest. Of two members with the same name it takes the last, while another reader may take the first. It
// also reads nested arrays of any depth, but copying such a value uses stack for each level: 20,000 levels end the
// program.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace support {

/// The value of a whole JSON text; nullopt if it is not JSON, if an object has two members with the same name (RFC 8259
/// §4), or if it has more than 32 levels of arrays and objects.
[[nodiscard]] inline std::optional<nlohmann::json> parse_strict_json(std::string_view text) {
    using ParseEvent = nlohmann::json::parse_event_t;
    if (text.find('\0') != std::string_view::npos) return std::nullopt;  // allowed nowhere in JSON
    std::vector<std::set<std::string>> names;                            // of the objects that are open
    bool is_repeated = false, is_too_deep = false;
    auto value = nlohmann::json::parse(
        text,
        [&](int depth, ParseEvent event, const nlohmann::json& parsed) {
            if (depth > 32) is_too_deep = true;
            if (is_too_deep) return false;
            if (event == ParseEvent::object_start) names.emplace_back();
            if (event == ParseEvent::object_end) names.pop_back();
            if (event == ParseEvent::key && !names.back().insert(parsed.get<std::string>()).second) is_repeated = true;
            return true;
        },
        false);
    if (value.is_discarded() || is_repeated || is_too_deep) return std::nullopt;
    return value;
}

}  // namespace support
