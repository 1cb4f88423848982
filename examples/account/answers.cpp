// SPDX-License-Identifier: MIT
// Answers in JSON.
#include "answers.hpp"

#include "../support/json_log.hpp"

namespace account {
namespace {

constexpr const char* json_type = "application/json";
constexpr std::string_view our_fault = "Something went wrong on our side, please try again later";

/// Text from a client that is not UTF-8 is shown with replacement characters.
template <class Json>
std::string text_of(const Json& body) {
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void say_when_to_come_again(httplib::Response& response) {
    if (!response.has_header("Retry-After")) response.set_header("Retry-After", "5");
}

}  // namespace

void answer(httplib::Response& response, const nlohmann::json& body) { answer_text(response, text_of(body)); }

void answer_text(httplib::Response& response, const std::string& json) {
    response.status = 200;
    response.set_content(json, json_type);
}

Refusal busy() { return Refusal{503, "Too many logins at once, please try again"}.retry_after(5); }

void refuse(httplib::Response& response, const Refusal& refusal) {
    nlohmann::json body{{"message", refusal.message()}, {"status", "fail"}};
    if (!refusal.field().empty()) body["field"] = refusal.field();
    if (refusal.retry_after()) response.set_header("Retry-After", std::to_string(*refusal.retry_after()));
    response.status = refusal.status();
    response.set_content(text_of(body), json_type);
}

void refuse_at_guard(httplib::Response& response, int status, std::string_view message) {
    const nlohmann::ordered_json body{{"status", "fail"}, {"message", message}};
    response.status = status;
    response.set_content(text_of(body), json_type);
}

void fail_at_guard(httplib::Response& response, int status) {
    const nlohmann::ordered_json body{{"status", "fail"}, {"message", our_fault}, {"id", support::request_id()}};
    if (status == 503) say_when_to_come_again(response);
    response.status = status;
    response.set_content(text_of(body), json_type);
}

void fail(httplib::Response& response, int status) {
    const nlohmann::json body{{"id", support::request_id()}, {"message", our_fault}, {"status", "error"}};
    response.status = status;
    if (status == 503) say_when_to_come_again(response);
    response.set_content(text_of(body), json_type);
}

}  // namespace account
