// SPDX-License-Identifier: MIT
// Bodies of requests, as JSON.
#pragma once

#include <string>

#include "call.hpp"

#include <nlohmann/json.hpp>

namespace account {

/// The body as a JSON object. \throws Refusal  415, 400 or 422
[[nodiscard]] nlohmann::json json_body(const Call& call);

/// A member that is a string. \throws Refusal  422
[[nodiscard]] std::string text_member(const nlohmann::json& body, const std::string& name);

}  // namespace account
