// SPDX-License-Identifier: MIT
// The answer over HTTP to a refused request: a status, a challenge, and the reason for the log.
#pragma once

#include <credence/error.hpp>
#include <credence/detail/encoding/ascii.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// The texts of a challenge, besides the reason.
///
/// The texts are the server's own, never a request's. They cannot break up the fields of an answer, whatever they
/// contain: quotes and backslashes are escaped, and control characters are not sent.
struct Challenge {
    /// The protection space, `Bearer realm="…"`. A control character in it is sent as a space. RFC 9110 §11.5
    std::string realm = "api";
    /// Whether a client learns that its token has expired, so that it may refresh it. By default all bad tokens get the
    /// same answer.
    bool tell_expired = false;
    /// The scopes that the resource needs, separated by spaces. Named in a 401, so that a client asks for them at once,
    /// and in the 403 for a missing scope. A handler that takes `Granted` sets them itself. RFC 6750 §3
    std::string scope = {};
    /// The URL of the resource's metadata, by which a client finds the authorization server: `resource_metadata="…"`,
    /// with every challenge. Left out if it has a quote, a backslash, or anything that is not visible ASCII. RFC 9728
    /// §5.1
    std::string resource_metadata = {};
    /// Challenges of other schemes, `Basic realm="api"`, sent with a 401, each in a field of its own. An empty one, and
    /// one with a control character, are left out. RFC 9110 §11.6.1
    std::vector<std::string> others = {};
    /// When to try again if keys or a store are unavailable, and the reason does not say when they will be back. RFC
    /// 9110 §10.2.3
    std::chrono::seconds retry_after{5};
};

/// An answer that any HTTP stack can send.
///
/// `reason` is for the log. Everything else is for the client: fixed sentences and the texts of the `Challenge`, and
/// never a byte of the request.
struct Rejection {
    int status = 401;                                      ///< 400, 401, 403 or 503.
    std::string challenge = {};                            ///< `WWW-Authenticate`; empty with 503, and for an origin.
    std::vector<std::string> other_challenges = {};        ///< Values of further `WWW-Authenticate` fields.
    Error reason{Errc::missing_credentials};               ///< The exact reason. Not for the client.
    std::optional<std::chrono::seconds> retry_after = {};  ///< The value of `Retry-After`; set with 503.
    std::string_view description = {};                     ///< One fixed sentence for the client.
    std::string dpop_nonce = {};                           ///< The value of `DPoP-Nonce`; empty: no such field.

    /// Makes the answer that RFC 6750 §3.1 asks for.
    ///
    /// | reason                                                  | status | challenge                     |
    /// | ------------------------------------------------------- | ------ | ----------------------------- |
    /// | `missing_credentials`                                   | 401    | no error code                 |
    /// | `malformed_credentials`                                 | 400    | `error="invalid_request"`     |
    /// | `insufficient_scope`                                    | 403    | `error="insufficient_scope"`  |
    /// | `keys_unavailable`, `store_unavailable`, a key's faults | 503    | none                          |
    /// | anything else is about the token                        | 401    | `error="invalid_token"`       |
    [[nodiscard]] static Rejection from(Error reason, const Challenge& challenge = {});

    /// The same for a resource whose tokens are bound to a key by DPoP: a challenge of the scheme `DPoP`, in which
    /// `invalid_proof` is `invalid_dpop_proof`, or `use_dpop_nonce` where the claim to blame is `nonce` and there is a
    /// nonce to use. RFC 9449 §7.1
    ///
    /// \param algs   the algorithms of proofs that are accepted, separated by spaces.
    /// \param nonce  for `use_dpop_nonce`: the nonce that the next proof must have. RFC 9449 §9
    [[nodiscard]] static Rejection for_dpop(Error reason, const Challenge& challenge, std::string_view algs,
                                            std::string nonce = {});

    /// A body for the answer, of type `application/problem+json`. Never sent by default. RFC 9457
    [[nodiscard]] std::string problem_json() const;

    friend bool operator==(const Rejection&, const Rejection&) = default;
};

namespace detail {

/// The answer to one kind of refusal.
struct ClientAnswer {
    int status;
    std::string_view error;        ///< RFC 6750 §3.1; empty when the request carried no credentials.
    std::string_view description;  ///< In the alphabet of RFC 6750 §3: no quote, no backslash.
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

/// Whether a text can be a whole field value: not empty, and without control characters. RFC 9110 §5.5
[[nodiscard]] constexpr bool is_field_value(std::string_view text) noexcept {
    for (const char byte : text) {
        if (is_control(byte)) return false;
    }
    return !text.empty();
}

/// Whether a text may be a URL: visible ASCII without quote and backslash. RFC 3986 §2
[[nodiscard]] constexpr bool is_url_text(std::string_view text) noexcept {
    for (const char byte : text) {
        if (byte <= 0x20 || byte >= 0x7f || byte == '"' || byte == '\\') return false;
    }
    return !text.empty();
}

/// Appends `value` as a quoted-string. RFC 9110 §5.6.4
///
/// CR LF would end the field, and other control characters are not allowed in it: each becomes a space.
inline void append_quoted(std::string& text, std::string_view value) {
    text.push_back('"');
    const auto is_usual = [](char byte) { return byte != '"' && byte != '\\' && !is_control(byte); };
    const auto usual = std::find_if_not(value.begin(), value.end(), is_usual) - value.begin();
    text.append(value.substr(0, static_cast<std::size_t>(usual)));
    for (const char byte : value.substr(static_cast<std::size_t>(usual))) {
        if (byte == '"' || byte == '\\') text.push_back('\\');
        text.push_back(is_control(byte) ? ' ' : byte);
    }
    text.push_back('"');
}

[[nodiscard]] inline ClientAnswer bearer_answer(const Error& reason, const Challenge& challenge) noexcept {
    return client_answer(reason.code, challenge.tell_expired);
}

/// The same for a resource with DPoP. RFC 9449 §7.1
[[nodiscard]] inline ClientAnswer dpop_answer(const Error& reason, const Challenge& challenge,
                                              bool has_nonce) noexcept {
    if (reason.code == Errc::missing_credentials) return {401, "", "A DPoP-bound access token is required"};
    if (reason.code == Errc::malformed_credentials)
        return {400, "invalid_request", "The request must carry exactly one well-formed access token"};
    if (reason.code != Errc::invalid_proof) return bearer_answer(reason, challenge);
    if (reason.claim == "nonce" && has_nonce)
        return {401, "use_dpop_nonce", "The DPoP proof must hold the nonce of DPoP-Nonce"};
    return {401, "invalid_dpop_proof", "The DPoP proof is not valid for this request"};
}

/// The challenge of RFC 6750 §3. The realm is always present: at least one parameter must follow the scheme.
[[nodiscard]] inline std::string challenge_text(std::string_view scheme, const ClientAnswer& answer,
                                                const Challenge& challenge) {
    std::string text;
    text.reserve(128 + challenge.realm.size() + challenge.scope.size() + challenge.resource_metadata.size());
    text.append(scheme).append(" realm=");
    append_quoted(text, challenge.realm);
    if (!answer.error.empty()) {  // the library's own texts: they need no escapes
        text.append(", error=\"").append(answer.error);
        text.append("\", error_description=\"").append(answer.description).append("\"");
    }
    if (answer.status != 400 && !challenge.scope.empty()) append_quoted(text.append(", scope="), challenge.scope);
    if (is_url_text(challenge.resource_metadata))
        append_quoted(text.append(", resource_metadata="), challenge.resource_metadata);
    return text;
}

/// The whole answer, with a challenge of this scheme.
[[nodiscard]] inline Rejection make_rejection(std::string_view scheme, const ClientAnswer& answer, Error&& reason,
                                              const Challenge& challenge) {
    Rejection rejection{.status = answer.status, .reason = std::move(reason), .description = answer.description};
    if (answer.status == 503) {
        const std::chrono::seconds known = rejection.reason.retry_after;
        rejection.retry_after = known > std::chrono::seconds{0} ? known : challenge.retry_after;
        return rejection;
    }
    rejection.challenge = challenge_text(scheme, answer, challenge);
    if (answer.status != 401) return rejection;
    for (const std::string& other : challenge.others) {
        if (is_field_value(other)) rejection.other_challenges.push_back(other);
    }
    return rejection;
}

/// See `Rejection::from`.
[[nodiscard]] inline Rejection bearer_rejection(Error&& reason, const Challenge& challenge) {
    const ClientAnswer answer = bearer_answer(reason, challenge);
    return make_rejection("Bearer", answer, std::move(reason), challenge);
}

}  // namespace detail

inline Rejection Rejection::from(Error reason, const Challenge& challenge) {
    return detail::bearer_rejection(std::move(reason), challenge);
}

inline Rejection Rejection::for_dpop(Error reason, const Challenge& challenge, std::string_view algs,
                                     std::string nonce) {
    const detail::ClientAnswer answer = detail::dpop_answer(reason, challenge, !nonce.empty());
    Rejection rejection = detail::make_rejection("DPoP", answer, std::move(reason), challenge);
    if (!rejection.challenge.empty() && answer.status != 400)
        detail::append_quoted(rejection.challenge.append(", algs="), algs);
    if (answer.error == "use_dpop_nonce") rejection.dpop_nonce = std::move(nonce);
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
