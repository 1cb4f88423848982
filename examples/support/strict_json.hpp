// SPDX-License-Identifier: MIT
// Reads JSON that strangers sent: one meaning or none. nlohmann/json alone stops at a NUL, whatever is behind it, and of
// two members of one name it takes the last, where another reader may take the first. And it reads arrays in arrays to any
// depth, though to copy such a value takes a piece of the stack for each: 20,000 of them end the program.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace support {

/// The value of a whole JSON text; nullopt for what is no JSON, when an object has two members of one name (RFC 8259 §4),
/// and beyond 32 levels of arrays and objects.
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
