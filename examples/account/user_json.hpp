// SPDX-License-Identifier: MIT
// A user in the API's JSON: never with the password. Written directly as text, because this is the most frequent
// answer.
#pragma once

#include <string>
#include <string_view>

#include "user.hpp"

#include <nlohmann/json.hpp>

namespace account {

/// Appends a string. Texts with special characters go through nlohmann/json; others are copied.
inline void append_json(std::string& json, std::string_view text) {
    unsigned strange = 0;  // no branch for each byte, so that a compiler can vectorise
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
