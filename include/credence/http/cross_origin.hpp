// SPDX-License-Identifier: MIT
// Refuses requests that the page of another site caused, if the browser sent a cookie and they may change something.
#pragma once

#include <credence/error.hpp>
#include <credence/http/http_traits.hpp>
#include <credence/http/rejection.hpp>
#include <credence/http/request_verifier.hpp>
#include <credence/result.hpp>
#include <credence/http/detail/origin_rules.hpp>

#include <string_view>

namespace credence {

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
