// SPDX-License-Identifier: MIT
// A user as the API shows one: never with the password. Written as text at once, for this is what is asked for most.
#pragma once

#include <string>
#include <string_view>

#include "user.hpp"

#include <nlohmann/json.hpp>

namespace account {

/// Appends a string. What needs care goes through nlohmann/json; names and dates seldom do, and are copied.
inline void append_json(std::string& json, std::string_view text) {
    unsigned strange = 0;  // without a branch for each byte, so that a compiler takes many at once
    for (const char byte : text) {
        const auto value = static_cast<unsigned char>(byte);
        strange |= static_cast<unsigned>(value < 0x20) | static_cast<unsigned>(value >= 0x7f) |
                   static_cast<unsigned>(value == '"') | static_cast<unsigned>(value == '\\');
    }
    if (strange == 0) {
        json.append("\"").append(text).append("\"");
    } else {
        json.append(nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
}

[[nodiscard]] inline std::string to_json(const User& user) {
    std::string json;
    json.reserve(400);
    const auto add = [&json](std::string_view name, std::string_view value) {
        json.append(json.empty() ? "{\"" : ",\"").append(name).append("\":");
        append_json(json, value);
    };
    add("createdAt", user.created_at);
    add("email", user.email);
    add("id", user.id);
    add("name", user.name);
    add("photo", user.photo);
    add("role", user.role);
    add("updatedAt", user.updated_at);
    return json.append(user.verified ? R"(,"verified":true})" : R"(,"verified":false})");
}

}  // namespace account
