// SPDX-License-Identifier: MIT
// Refuses requests that the page of another site caused, if the browser sent a cookie and they may change something.
#pragma once

#include <credence/error.hpp>
#include <credence/http/http_traits.hpp>
#include <credence/http/rejection.hpp>
#include <credence/http/request_verifier.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>

#include <algorithm>
#include <string_view>

namespace credence {

namespace detail {

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

}  // namespace detail

/// Refuses a request with an unsafe method unless a page of this origin, or of a trusted one, made it. `protect` calls
/// it whenever the credential came from a cookie. Call it yourself where a cookie counts without a guard, such as on
/// the login route.
///
/// Browsers say where a request comes from: `Sec-Fetch-Site` must be `same-origin`, or `none` (the user typed the
/// address). Without it, as over plain HTTP or from browsers before 2023, `Origin` must be the server's own, which
/// `Host` and `CrossOrigin::own_scheme` tell. If both are missing, an unsafe method is refused, even from a program
/// that sends a cookie; see `CrossOrigin::allow_missing_origin`. A page of another host under the same domain
/// (`same-site`) is another origin.
///
/// GET, HEAD, OPTIONS and TRACE pass: they must change nothing. If one of them changes something, such as the handshake
/// of a WebSocket, set `CrossOrigin::check_safe_methods`. If the stack's `HttpTraits` has no `method`, each request
/// counts as unsafe.
///
/// \return success; or the answer to send: 403, with the reason `check_failed` (`origin`). Fetch Metadata §2.2
template <HttpRequest Request>
[[nodiscard]] Result<void, Rejection> check_origin(const Request& request, const CrossOrigin& rules = {}) {
    const auto& method = detail::method_of(request);
    if (rules.allow_any || (detail::is_safe_method(method) && !rules.check_safe_methods)) return {};
    const HeaderValue site = HttpTraits<Request>::field(request, "Sec-Fetch-Site");
    const HeaderValue origin = HttpTraits<Request>::field(request, "Origin");
    const HeaderValue host = HttpTraits<Request>::field(request, "Host");
    const std::string_view reason = detail::why_cross_origin(site, origin, host, rules);
    if (reason.empty()) return {};
    return Rejection{.status = 403,
                     .reason = Error{Errc::check_failed, "origin", reason},
                     .description = "The request comes from a page of another origin"};
}

}  // namespace credence
