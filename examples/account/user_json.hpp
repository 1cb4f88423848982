// SPDX-License-Identifier: MIT
// A user as the API shows one: never with the password. Written as text at once, for this is what is asked for most.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "user.hpp"

#include <nlohmann/json.hpp>

namespace account {

/// Appends a string. What needs care goes through nlohmann/json; names and dates seldom do, and are copied.
inline void append_json(std::string& json, std::string_view text) {
    const bool is_plain = std::all_of(
        text.begin(), text.end(), [](char byte) { return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\'; });
    if (is_plain) {
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
