// SPDX-License-Identifier: MIT
// JSON bodies on any HTTP stack: 415 for another type, 400 for bad JSON, 422 for another shape.
#pragma once

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "strict_json.hpp"

#include <nlohmann/json.hpp>

namespace support {

/// An error answer. Thrown by handlers; the server turns it into `{"error":"…"}`.
class Refusal : public std::exception {
public:
    Refusal(int status, std::string error) : status_(status), error_(std::move(error)) {}

    [[nodiscard]] int status() const noexcept { return status_; }
    [[nodiscard]] const char* what() const noexcept override { return error_.c_str(); }

private:
    int status_;
    std::string error_;
};

/// The text of an answer. Input of a client that is not UTF-8 is shown with replacement characters.
template <class Json>
[[nodiscard]] std::string json_text(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Whether a Content-Type is application/json, with any parameters. RFC 9110 §8.3.1
[[nodiscard]] inline bool is_json_type(std::string_view type) {
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
    constexpr std::string_view json = "application/json";
    return std::equal(type.begin(), type.end(), json.begin(), json.end(), [](char one, char other) {
        return (one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one) == other;
    });
}

/// The body as a JSON object, whose unknown members are ignored. \throws Refusal  415, 400 or 422
[[nodiscard]] inline nlohmann::json read_json_object(std::string_view content_type, std::string_view body) {
    if (!is_json_type(content_type)) throw Refusal{415, "Send the body as Content-Type: application/json"};
    std::optional<nlohmann::json> object = parse_strict_json(body);
    if (!object) throw Refusal{400, "The body is not valid JSON"};
    if (!object->is_object()) throw Refusal{422, "The body must be a JSON object"};
    return *std::move(object);
}

/// A member that is a string; empty when it is absent. \throws Refusal  422 for another type
[[nodiscard]] inline std::string text_or_empty(const nlohmann::json& object, const char* name) {
    const auto member = object.find(name);
    if (member == object.end()) return {};
    if (!member->is_string()) throw Refusal{422, std::string{name} + " must be a string"};
    return member->get<std::string>();
}

}  // namespace support
