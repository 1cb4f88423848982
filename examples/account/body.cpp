// SPDX-License-Identifier: MIT
// Bodies of requests.
#include "body.hpp"

#include <optional>
#include <utility>

#include "../support/json_body.hpp"
#include "../support/strict_json.hpp"

namespace account {

nlohmann::json json_body(const Call& call) {
    const auto type = call.field("Content-Type");
    if (!type || !support::is_json_type(*type)) throw Refusal{415, "Send the body as Content-Type: application/json"};
    std::optional<nlohmann::json> body = support::parse_strict_json(call.http.body);
    if (!body) throw Refusal{400, "The body is not valid JSON"};
    if (!body->is_object()) throw Refusal{422, "The body must be a JSON object"};
    return *std::move(body);
}

std::string text_member(const nlohmann::json& body, const std::string& name) {
    const auto member = body.find(name);
    if (member == body.end() || !member->is_string())
        throw Refusal{422, "The body needs the member \"" + name + "\", a string"}.about(name);
    return member->get<std::string>();
}

}  // namespace account
