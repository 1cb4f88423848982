// SPDX-License-Identifier: MIT
// Bodies of requests.
#include "body.hpp"

#include "../support/json_body.hpp"

namespace account {

nlohmann::json json_body(const Call& call) {
    const auto type = call.field("Content-Type");
    if (!type || !support::is_json_type(*type)) throw Refusal{415, "Send the body as Content-Type: application/json"};
    nlohmann::json body = nlohmann::json::parse(call.http.body, nullptr, false);
    if (body.is_discarded()) throw Refusal{400, "The body is not valid JSON"};
    if (!body.is_object()) throw Refusal{422, "The body must be a JSON object"};
    return body;
}

std::string text_member(const nlohmann::json& body, const std::string& name) {
    const auto member = body.find(name);
    if (member == body.end() || !member->is_string())
        throw Refusal{422, "The body needs the member \"" + name + "\", a string"}.about(name);
    return member->get<std::string>();
}

}  // namespace account
