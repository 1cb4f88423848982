// SPDX-License-Identifier: MIT
// What to answer over HTTP when a request is refused: a status, a challenge, and the reason for the log.
#pragma once

#include <credence/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace credence {

/// How a refusal is told to the client.
struct Challenge {
    /// The protection space, `Bearer realm="…"`. Control characters in it are sent as spaces. RFC 9110 §11.5
    std::string realm = "api";
    /// Tells a client that its token has expired, so that it may refresh it. Otherwise all bad tokens look alike.
    bool tell_expired = false;
    /// The scopes that the resource needs, separated by spaces; named when a scope is missing. RFC 6750 §3
    std::string scope = {};
    /// When to ask again, after keys or a store could not be asked. RFC 9110 §10.2.3
    std::chrono::seconds retry_after{5};
};

/// An answer that any HTTP stack can send.
///
/// `status`, `challenge` and `retry_after` are for the client; they hold fixed sentences, the realm and the scopes
/// of the policy, and never a byte of the request. `reason` is for the log.
struct Rejection {
    int status = 401;                                      ///< 400, 401, 403 or 503.
    std::string challenge = {};                            ///< The value of `WWW-Authenticate`; empty with 503.
    Error reason{Errc::missing_credentials};               ///< Why, exactly. Not for the client.
    std::optional<std::chrono::seconds> retry_after = {};  ///< The value of `Retry-After`; set with 503.
    std::string_view description = {};                     ///< One fixed sentence for the client.

    /// Makes the answer that RFC 6750 §3.1 asks for.
    ///
    /// | reason                                                  | status | challenge                     |
    /// | ------------------------------------------------------- | ------ | ----------------------------- |
    /// | `missing_credentials`                                   | 401    | the realm alone               |
    /// | `malformed_credentials`                                 | 400    | `error="invalid_request"`     |
    /// | `insufficient_scope`                                    | 403    | `error="insufficient_scope"`  |
    /// | `keys_unavailable`, `store_unavailable`, a key's faults | 503    | none                          |
    /// | anything else is about the token                        | 401    | `error="invalid_token"`       |
    [[nodiscard]] static Rejection from(Error reason, const Challenge& challenge = {});

    /// A body for the answer, of type `application/problem+json`. Offered, never sent unasked. RFC 9457
    [[nodiscard]] std::string problem_json() const;

    friend bool operator==(const Rejection&, const Rejection&) = default;
};

namespace detail {

/// What the client is told about one kind of refusal.
struct ClientAnswer {
    int status;
    std::string_view error;        ///< RFC 6750 §3.1; empty when the request carried no credentials.
    std::string_view description;  ///< Of the alphabet that RFC 6750 §3 allows: no quote, no backslash.
};

[[nodiscard]] constexpr ClientAnswer client_answer(Errc code, bool tell_expired) noexcept {
    switch (code) {  // the rest is about the token: one description for all, so that no answer is an oracle
        case Errc::missing_credentials: return {401, "", "A bearer token is required"};
        case Errc::malformed_credentials:
            return {400, "invalid_request", "The request must carry exactly one well-formed bearer token"};
        case Errc::insufficient_scope:
            return {403, "insufficient_scope", "The access token does not grant the scope that is needed"};
        case Errc::keys_unavailable:
        case Errc::store_unavailable:
        case Errc::invalid_key:
        case Errc::key_too_short: return {503, "", "The access token cannot be checked at the moment"};
        case Errc::token_expired:
            if (tell_expired) return {401, "invalid_token", "The access token expired"};
            break;
        default: break;
    }
    return {401, "invalid_token", "The access token is not valid"};
}

/// `value` as a quoted-string. RFC 9110 §5.6.4
///
/// A control character has no place in a field value, and CR LF would end it: each becomes a space.
[[nodiscard]] inline std::string quoted(std::string_view value) {
    std::string text{'"'};
    for (const char byte : value) {
        const bool is_control = static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
        if (byte == '"' || byte == '\\') text.push_back('\\');
        text.push_back(is_control ? ' ' : byte);
    }
    text.push_back('"');
    return text;
}

}  // namespace detail

inline Rejection Rejection::from(Error reason, const Challenge& challenge) {
    const detail::ClientAnswer answer = detail::client_answer(reason.code, challenge.tell_expired);
    Rejection rejection{.status = answer.status, .reason = std::move(reason), .description = answer.description};
    if (answer.status == 503) {
        rejection.retry_after = challenge.retry_after;
        return rejection;
    }
    // The realm is always there: RFC 6750 §3 wants at least one parameter after the scheme.
    rejection.challenge = "Bearer realm=" + detail::quoted(challenge.realm);
    if (answer.error.empty()) return rejection;
    rejection.challenge.append(", error=").append(detail::quoted(answer.error));
    rejection.challenge.append(", error_description=").append(detail::quoted(answer.description));
    if (answer.status == 403 && !challenge.scope.empty()) {
        rejection.challenge.append(", scope=").append(detail::quoted(challenge.scope));
    }
    return rejection;
}

inline std::string Rejection::problem_json() const {
    std::string_view title = "Unauthorized";
    if (status == 400) title = "Bad Request";
    if (status == 403) title = "Forbidden";
    if (status == 503) title = "Service Unavailable";
    // Nothing needs escaping: title and description are ours.
    std::string json = R"({"type":"about:blank","title":")";
    json.append(title).append(R"(","status":)").append(std::to_string(status));
    json.append(R"(,"detail":")").append(description).append(R"("})");
    return json;
}

}  // namespace credence
