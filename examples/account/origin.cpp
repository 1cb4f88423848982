// SPDX-License-Identifier: MIT
// The rules for the field Origin. RFC 6454 §7, Fetch Standard §3.2
#include "origin.hpp"

#include <iterator>
#include <string_view>

#include "cookies.hpp"

namespace account {
namespace {

std::string_view only_value(const httplib::Request& request, const std::string& name) {
    const auto [first, last] = request.headers.equal_range(name);
    if (first == last || std::next(first) != last) return {};
    return first->second;
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
    const std::string_view host = only_value(request, "Host");
    const LoginCookies by_tls{{.secure = true}};
    const std::string_view scheme = by_tls.has_any(request) ? "https://" : "http://";
    return !host.empty() && origin.starts_with(scheme) && origin.substr(scheme.size()) == host;
}

bool is_from_elsewhere(const httplib::Request& request, const std::string& client_origin) {
    const bool has_origin = request.has_header("Origin");
    if (has_origin && !is_own_origin(request, client_origin)) return true;
    if (!request.has_header("Sec-Fetch-Site")) return false;
    const std::string_view site = only_value(request, "Sec-Fetch-Site");
    if (site == "same-origin" || site == "none") return false;
    // Another port, or another host of one domain, is the same site. The client's page may be there, and then names itself.
    return site != "same-site" || !has_origin;
}

}  // namespace account
