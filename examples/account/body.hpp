// SPDX-License-Identifier: MIT
// Bodies of requests: read up to a limit, and as JSON.
#pragma once

#include <cstddef>
#include <string>

#include "call.hpp"

#include <nlohmann/json.hpp>

namespace account {

/// Whether a request brings a body. Without one there is nothing to read: cpp-httplib would wait for it.
[[nodiscard]] bool has_body(const httplib::Request& request);

/// Reads the body. \throws Refusal  413, with the connection closed after the answer
[[nodiscard]] std::string read_body(const httplib::Request& request, httplib::Response& response,
                                    const httplib::ContentReader& reader, std::size_t most_bytes);

/// Reads the body away, or has the connection closed: what is left of it would be taken for the next request.
void skip_body(const httplib::Request& request, httplib::Response& response, const httplib::ContentReader& reader);

/// Has the connection closed after the answer.
void close_after(httplib::Response& response);

/// The body as a JSON object. \throws Refusal  415, 400 or 422
[[nodiscard]] nlohmann::json json_body(const Call& call);

/// A member that is a string. \throws Refusal  422
[[nodiscard]] std::string text_member(const nlohmann::json& body, const std::string& name);

}  // namespace account
