// SPDX-License-Identifier: MIT
// The rules for the field Origin. RFC 6454 §7, Fetch Standard §3.2
#include "origin.hpp"

#include <algorithm>
#include <string_view>

namespace account {
namespace {

std::string_view only_value(const httplib::Request& request, const std::string& name) {
    const auto [first, last] = request.headers.equal_range(name);
    if (first == last || std::next(first) != last) return {};
    return first->second;
}

char lower(char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte; }

bool equal_hosts(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char one, char other) { return lower(one) == lower(other); });
}

}  // namespace

void add_cors(const httplib::Request& request, httplib::Response& response, const std::string& client_origin) {
    // Always, so that a cache does not give one origin's answer to another.
    response.set_header("Vary", "Origin");
    if (only_value(request, "Origin") != client_origin) return;
    response.set_header("Access-Control-Allow-Origin", client_origin);
    response.set_header("Access-Control-Allow-Credentials", "true");
    if (request.method != "OPTIONS") return;
    response.set_header("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE");
    response.set_header("Access-Control-Allow-Headers", "Authorization, Accept, Content-Type");
}

bool is_own_origin(const httplib::Request& request, const std::string& client_origin) {
    const std::string_view origin = only_value(request, "Origin");
    if (origin.empty()) return false;
    if (origin == client_origin) return true;
    const std::size_t scheme = origin.find("://");
    const bool is_http = origin.starts_with("http://") || origin.starts_with("https://");
    const std::string_view host = only_value(request, "Host");
    return is_http && !host.empty() && equal_hosts(origin.substr(scheme + 3), host);
}

}  // namespace account
