// SPDX-License-Identifier: MIT
// From the fields of a request to a proof of who sent it: the token, wherever it may be, and what is made of it.
#pragma once

#include <credence/cookie.hpp>
#include <credence/http_traits.hpp>
#include <credence/result.hpp>
#include <credence/scope.hpp>
#include <credence/verified.hpp>
#include <credence/detail/credentials.hpp>
#include <credence/detail/token68.hpp>

#include <concepts>
#include <optional>
#include <string_view>

namespace credence::detail {

/// Anything that turns a token into a `Verified`: a `Verifier`, several of them, or a user's own.
template <class Candidate>
concept TokenVerifier = requires(const Candidate& candidate, std::string_view token) {
    typename Candidate::claims_type;
    { candidate.verify(token) } -> std::same_as<Result<Verified<typename Candidate::claims_type>>>;
};

/// The fields that may hold a token. They stay alive as long as the token is looked at.
struct Credentials {
    HeaderValue authorization = {};
    HeaderValue cookies = {};
};

template <HttpRequest Request>
[[nodiscard]] Credentials credentials_of(const Request& request, const TokenSource& tokens) {
    using Traits = HttpTraits<Request>;
    return {.authorization = tokens.header ? HeaderValue{Traits::field(request, "Authorization")} : HeaderValue{},
            .cookies = tokens.cookie.empty() ? HeaderValue{} : HeaderValue{Traits::field(request, "Cookie")}};
}

[[nodiscard]] inline Result<std::string_view> token_in_header(const HeaderValue& authorization) {
    if (authorization.is_repeated()) return Errc::malformed_credentials;
    return bearer_token(authorization.view());
}

[[nodiscard]] inline Result<std::string_view> token_in_cookie(const HeaderValue& cookies, std::string_view name) {
    if (cookies.is_repeated()) return Errc::malformed_credentials;  // RFC 6265 §5.4: at most one Cookie field
    const auto cookie = find_cookie(cookies.view(), name);
    if (!cookie) return cookie.error();
    const std::string_view token = cookie->value_or(std::string_view{});
    if (token.empty()) return Errc::missing_credentials;
    if (!is_token68(token)) return Errc::malformed_credentials;
    return token;
}

/// The one token of a request; `missing_credentials`, or `malformed_credentials` also when there are two.
[[nodiscard]] inline Result<std::string_view> token_in(const Credentials& credentials, const TokenSource& tokens) {
    auto in_header = token_in_header(credentials.authorization);
    if (tokens.cookie.empty()) return in_header;
    if (!in_header && in_header.error().code != Errc::missing_credentials) return in_header;
    auto in_cookie = token_in_cookie(credentials.cookies, tokens.cookie);
    if (!in_header) return in_cookie;
    if (!in_cookie) return in_cookie.error().code == Errc::missing_credentials ? in_header : in_cookie;
    if (*in_header != *in_cookie) return Errc::malformed_credentials;
    return in_header;
}

// How the first parameter of a handler is made of a token, and handed over: without a copy of the claims, except in an
// optional.

template <class Claims>
struct ProofFor<Verified<Claims>> {
    using claims_type = Claims;

    static Verified<Claims> take(Verified<Claims>& dying) { return Handover::take(dying); }

    template <TokenVerifier VerifierType>
    static Result<Verified<Claims>> make(const Result<std::string_view>& token, const VerifierType& verifier) {
        if (!token) return token.error();
        return verifier.verify(*token);
    }
    static Challenge challenge(Challenge challenge) { return challenge; }
};

template <class Claims, ScopeName... Scopes>
struct ProofFor<Granted<Claims, Scopes...>> {
    using claims_type = Claims;

    static Granted<Claims, Scopes...> take(Granted<Claims, Scopes...>& dying) {
        return {typename Granted<Claims, Scopes...>::Passed{}, dying.who_};
    }

    template <TokenVerifier VerifierType>
    static Result<Granted<Claims, Scopes...>> make(const Result<std::string_view>& token,
                                                   const VerifierType& verifier) {
        auto who = ProofFor<Verified<Claims>>::make(token, verifier);
        if (!who) return who.error();
        return Granted<Claims, Scopes...>::take(*who);
    }
    static Challenge challenge(Challenge challenge) {
        challenge.scope = Granted<Claims, Scopes...>::required();
        return challenge;
    }
};

template <class Wanted>
struct ProofFor<std::optional<Wanted>> : ProofFor<Wanted> {
    static std::optional<Wanted> take(std::optional<Wanted>& dying) { return dying; }

    template <TokenVerifier VerifierType>
    static Result<std::optional<Wanted>> make(const Result<std::string_view>& token, const VerifierType& verifier) {
        if (!token && token.error().code == Errc::missing_credentials) return std::optional<Wanted>{};
        const auto who = ProofFor<Wanted>::make(token, verifier);
        if (!who) return who.error();
        return std::optional<Wanted>{*who};
    }
};

template <class Wanted>
concept IsProof = requires { typename ProofFor<Wanted>::claims_type; };

}  // namespace credence::detail
