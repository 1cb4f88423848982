// SPDX-License-Identifier: MIT
// Answers in JSON, in the two orders of members that the tutorial has.
#pragma once

#include <string>
#include <string_view>

#include "call.hpp"

#include <nlohmann/json.hpp>

namespace account {

/// `{"data":…,"status":"success"}`: members in alphabetical order.
void answer(httplib::Response& response, const nlohmann::json& body);

/// The same, of a text that is JSON already.
void answer_text(httplib::Response& response, const std::string& json);

/// The answer if no password can be hashed now: 503, with `Retry-After`.
[[nodiscard]] Refusal busy();

/// `{"message":…,"status":"fail"}`: a refusal by a handler.
void refuse(httplib::Response& response, const Refusal& refusal);

/// `{"status":"fail","message":…}`: a refusal by the guard.
void refuse_at_guard(httplib::Response& response, int status, std::string_view message);

/// The same with status 500 or 503, a text that tells nothing, and the id that is in the log.
void fail_at_guard(httplib::Response& response, int status);

/// An internal error. The client only gets an id, which is in the log.
void fail(httplib::Response& response, int status);

}  // namespace account
