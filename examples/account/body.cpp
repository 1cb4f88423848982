// SPDX-License-Identifier: MIT
// Bodies of requests.
#include "body.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace account {
namespace {

/// Whether a field says application/json, whatever its parameters are.
bool is_json(std::string_view type) {
    type = type.substr(0, type.find(';'));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
    constexpr std::string_view json = "application/json";
    return std::equal(type.begin(), type.end(), json.begin(), json.end(), [](char one, char other) {
        return (one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one) == other;
    });
}

}  // namespace

bool has_body(const httplib::Request& request) {
    const auto length = request.headers.find("Content-Length");
    return request.has_header("Transfer-Encoding") || (length != request.headers.end() && length->second != "0");
}

std::string read_body(const httplib::Request& request, httplib::Response& response,
                      const httplib::ContentReader& reader, std::size_t most_bytes) {
    std::string body;
    bool is_too_long = false;
    const int status = response.status;
    const auto receive = [&](const char* data, std::size_t size) {
        is_too_long = body.size() + size > most_bytes;
        if (!is_too_long) body.append(data, size);
        return !is_too_long;
    };
    const auto any_part = [](const httplib::MultipartFormData&) { return true; };
    const bool is_read = request.is_multipart_form_data() ? reader(any_part, receive) : reader(receive);
    response.status = status;  // cpp-httplib sets one of its own when a receiver stops
    if (is_read) return body;
    close_after(response);
    if (is_too_long) throw Refusal{413, "The body of a request has at most 64 KiB"};
    throw Refusal{400, "The body of the request could not be read"};
}

void skip_body(const httplib::Request& request, httplib::Response& response, const httplib::ContentReader& reader) {
    if (has_body(request)) credence::HttpTraits<httplib::Request>::discard_body(request, response, reader);
}

void close_after(httplib::Response& response) { response.set_header("Connection", "close"); }

nlohmann::json json_body(const Call& call) {
    const auto type = call.field("Content-Type");
    if (!type || !is_json(*type)) throw Refusal{415, "Send the body as Content-Type: application/json"};
    nlohmann::json body = nlohmann::json::parse(call.body, nullptr, false);
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
