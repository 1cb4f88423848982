// SPDX-License-Identifier: MIT
// Whether a request comes from a page of this origin, by the fields that browsers send.
#pragma once

#include <credence/http/http_traits.hpp>
#include <credence/detail/encoding/ascii.hpp>

#include <algorithm>
#include <string_view>

namespace credence::detail {

/// A method that changes nothing. RFC 9110 §9.2.1
[[nodiscard]] constexpr bool is_safe_method(std::string_view method) noexcept {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

[[nodiscard]] inline bool is_trusted(std::string_view origin, const CrossOrigin& rules) noexcept {
    return std::any_of(rules.trusted.begin(), rules.trusted.end(), [origin](std::string_view trusted) {
        return !trusted.empty() && equal_without_case(trusted, origin);
    });
}

/// Whether an origin has this host and port, and this scheme; an empty scheme matches any.
[[nodiscard]] inline bool is_origin_of_host(std::string_view origin, std::string_view host,
                                            std::string_view own_scheme) noexcept {
    for (const std::string_view start : {"https://", "http://"}) {
        if (!origin.starts_with(start)) continue;
        const bool is_own_scheme = own_scheme.empty() || own_scheme == start.substr(0, start.size() - 3);
        return is_own_scheme && !host.empty() && equal_without_case(origin.substr(start.size()), host);
    }
    return false;
}

/// Why a request is not known to come from a page of this origin; empty if it is.
[[nodiscard]] inline std::string_view why_cross_origin(const HeaderValue& site, const HeaderValue& origin,
                                                       const HeaderValue& host, const CrossOrigin& rules) noexcept {
    if (site.is_repeated() || origin.is_repeated() || host.is_repeated()) return "a field occurs twice";
    if (site.view() == "same-origin" || site.view() == "none") return {};
    if (is_trusted(origin.view(), rules)) return {};
    if (!site.view().empty()) return "Sec-Fetch-Site names another origin";
    if (origin.view().empty())
        return rules.allow_missing_origin ? "" : "the request has neither Sec-Fetch-Site nor Origin";
    return is_origin_of_host(origin.view(), host.view(), rules.own_scheme) ? "" : "Origin names another origin";
}

}  // namespace credence::detail
