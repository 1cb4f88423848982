// SPDX-License-Identifier: MIT
// From the fields of a request to a proof: finds the token, verifies it, and makes the handler's first parameter.
#pragma once

#include <credence/http/cookie.hpp>
#include <credence/http/http_traits.hpp>
#include <credence/jwt/granted.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/http/detail/credentials.hpp>
#include <credence/http/detail/token68.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// The fields that may hold a token. They stay alive as long as the token is in use.
struct Credentials {
    HeaderValue field = {};
    HeaderValue cookies = {};
};

template <HttpRequest Request>
[[nodiscard]] Credentials credentials_of(const Request& request, const TokenLocation& location) {
    using Traits = HttpTraits<Request>;
    return {.field = location.header.empty() ? HeaderValue{} : HeaderValue{Traits::field(request, location.header)},
            .cookies = location.cookie.empty() ? HeaderValue{} : HeaderValue{Traits::field(request, "Cookie")}};
}

[[nodiscard]] inline Result<std::string_view> token_in_field(const HeaderValue& field, std::string_view scheme,
                                                             std::string_view other_scheme) {
    if (field.is_repeated()) return malformed("the field of the token occurs more than once");
    // The other scheme is accepted beside Bearer only: if a location names another scheme, that one alone counts.
    const bool takes_other = !other_scheme.empty() && equal_without_case(scheme, "Bearer");
    return token_of_field(field.view(), scheme, takes_other ? other_scheme : std::string_view{});
}

/// The scheme before a token in its field; empty for a token from elsewhere.
[[nodiscard]] inline std::string_view scheme_before(std::string_view token, const Credentials& credentials,
                                                    const TokenLocation& location) noexcept {
    const std::string_view field = trimmed(credentials.field.view());
    const bool is_in_field = token.data() > field.data() && token.data() < field.data() + field.size();
    // A space separates a scheme and its token.
    return location.scheme.empty() || !is_in_field ? std::string_view{} : field.substr(0, field.find(' '));
}

[[nodiscard]] inline Result<std::string_view> token_in_cookie(const HeaderValue& cookies, std::string_view name) {
    if (cookies.is_repeated()) return malformed("more than one Cookie field");  // RFC 6265 §5.4
    const auto cookie = find_cookie(cookies.view(), name);
    if (!cookie) return cookie.error();
    const std::string_view token = cookie->value_or(std::string_view{});
    if (token.empty()) return Errc::missing_credentials;
    if (!is_token68(token)) return malformed("the value of the cookie is not a token");
    return token;
}

/// The one token of a request; `missing_credentials`; `malformed_credentials`, also if there are two.
[[nodiscard]] inline Result<std::string_view> token_in(const Credentials& credentials, const TokenLocation& location,
                                                       std::string_view other_scheme = {}) {
    if (location.cookie.empty()) return token_in_field(credentials.field, location.scheme, other_scheme);
    auto in_field = token_in_field(credentials.field, location.scheme, other_scheme);
    if (!in_field && in_field.error().code != Errc::missing_credentials) return in_field;
    auto in_cookie = token_in_cookie(credentials.cookies, location.cookie);
    if (!in_field) return in_cookie;
    if (!in_cookie) return in_cookie.error().code == Errc::missing_credentials ? in_field : in_cookie;
    if (*in_field != *in_cookie) return malformed("the field and the cookie have different tokens");
    return in_field;
}

/// Whether `token`, which `token_in` returned, is in the Cookie field. One that is in both fields counts as that of the
/// header field, which no browser sends by itself.
[[nodiscard]] inline bool is_from_cookie(const Credentials& credentials, std::string_view token) noexcept {
    const std::string_view cookies = credentials.cookies.view();
    const std::less_equal<> is_not_behind;  // defined for pointers into different objects, too
    return is_not_behind(cookies.data(), token.data()) &&
           is_not_behind(token.data() + token.size(), cookies.data() + cookies.size());
}

// How to make the first parameter of a handler: `make` calls `verify_token`, and `move_out` moves the proof into the
// parameter, if the parameter `takes` what was made.

template <class Claims>
struct ProofFor<Verified<Claims>> {
    using claims_type = Claims;

    static Verified<Claims> move_out(Result<Verified<Claims>>& expiring) { return ProofTransfer::move_out(*expiring); }

    [[nodiscard]] static bool takes(const Result<Verified<Claims>>& made, const Result<std::string_view>&) noexcept {
        return made.has_value();
    }

    template <class VerifyToken>
    static Result<Verified<Claims>> make(const Result<std::string_view>& token, const VerifyToken& verify_token) {
        if (!token) return token.error();
        return verify_token(*token);
    }
};

template <class Claims, ScopeName... Scopes>
struct ProofFor<Granted<Claims, Scopes...>> {
    using Wanted = Granted<Claims, Scopes...>;
    using claims_type = Claims;

    static Wanted move_out(Result<Wanted>& expiring) { return {typename Wanted::Passed{}, (*expiring).who_}; }

    [[nodiscard]] static bool takes(const Result<Wanted>& made, const Result<std::string_view>&) noexcept {
        return made.has_value();
    }

    template <class VerifyToken>
    static Result<Wanted> make(const Result<std::string_view>& token, const VerifyToken& verify_token) {
        auto who = ProofFor<Verified<Claims>>::make(token, verify_token);
        if (!who) return std::move(who).error();
        return Wanted::take(*who);
    }
    /// The scope that a challenge names as required.
    static std::string scope() { return Wanted::required(); }
};

template <class Wanted>
struct ProofFor<std::optional<Wanted>> : ProofFor<Wanted> {
    static std::optional<Wanted> move_out(Result<Wanted>& expiring) {
        return expiring ? ProofTransfer::optional_of(*expiring) : std::nullopt;
    }

    /// Also takes nobody: the error of a request without credentials.
    [[nodiscard]] static bool takes(const Result<Wanted>& made, const Result<std::string_view>& token) noexcept {
        return made.has_value() || (!token && token.error().code == Errc::missing_credentials);
    }
};

template <class Wanted>
concept IsProof = requires { typename ProofFor<Wanted>::claims_type; };

}  // namespace credence::detail
