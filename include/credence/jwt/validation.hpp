// SPDX-License-Identifier: MIT
// Which claims values are acceptable. The defaults are the strict ones; each opt-out has a name of its own. RFC 8725 §3
#pragma once

#include <credence/clock.hpp>
#include <credence/jwt/accept.hpp>
#include <credence/jwt/check.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence {

/// The most that `Validation::leeway` can be.
inline constexpr std::chrono::seconds max_leeway{300};

namespace detail {

/// How long after a token's `exp` a store that servers share keeps its revocation. A verifier may accept the token for
/// `max_leeway`. It does so for longer by the clock of the server that deletes, if its own clock is behind or the
/// store's answer is slow.
inline constexpr std::chrono::seconds revocation_reserve = 2 * max_leeway;

/// The claims that grant scopes by RFC 8693 §4.2 and RFC 9068 §2.2.3. A function: g++ 12 ends with an internal error
/// where a template makes a `Validation` whose list is written in the class. The names are copied from texts, because
/// an initializer list would make each string twice.
[[nodiscard]] inline std::vector<std::string> usual_scope_claims() {
    static constexpr std::array<std::string_view, 2> names{"scope", "scp"};
    std::vector<std::string> claims(names.begin(), names.end());
    return claims;
}

}  // namespace detail

/// The rules that a token's claims must meet. An aggregate: name what you set, in the order of the members below.
///
///     credence::Validation<MyClaims>{.issuer = "https://id.example", .audience = "api", .leeway = 5s}
///
/// The rules are checked in the order `exp`, `nbf`, `iat`, `max_age`, `typ`, `iss`, `sub`, `aud`, `required`, the
/// claims type (a `jti` first, then the members of the struct), `checks`, `cnf`, revocation; the first that fails names
/// the error. A claim that a rule needs and the token lacks is `missing_claim`.
template <class Claims>
struct Validation {
    /// The issuer (`iss`); unset: not checked. Several names are for one issuer's spellings: keys belong to one issuer
    /// (RFC 8725 §3.8), so several issuers are several verifiers.
    Accept issuer = {};
    /// The audience (`aud`); unset: a token that carries `aud` is refused (RFC 7519 §4.1.3); `any_audience`: `aud` is
    /// ignored.
    AcceptAudience audience = {};
    /// The subject (`sub`); unset: not checked.
    Accept subject = {};
    /// The media type that the header's `typ` must have, such as `"at+jwt"`; compared without case and without the
    /// prefix `application/` (RFC 7515 §4.1.9). Empty: not checked.
    std::string type = {};
    /// How far the clocks of issuer and verifier may differ; clamped to 0 to 300 seconds.
    std::chrono::seconds leeway{0};
    /// How long ago the token may have been issued; `iat` must then be present. A negative one counts as zero.
    std::optional<std::chrono::seconds> max_age = {};
    /// Claims that must be present, with any value, besides `exp`.
    std::vector<std::string> required = {};
    /// Rules of the application's own, in their order.
    std::vector<Check<Claims>> checks = {};
    /// The longest token that is read, in bytes.
    std::size_t max_token_bytes = 16 * 1024;
    /// Opt-out: a token without `exp` never expires.
    bool allow_missing_exp = false;
    /// Opt-out: an `iat` in the future counts as age zero, for issuers whose clock is fast. With `max_age` or
    /// revocation an `iat` more than 300 s ahead stays `issued_in_future`: it would extend the life of the token by as
    /// much.
    bool allow_future_iat = false;
    /// Opt-out: parts may be padded with `=` to the right length, as AWS load balancers send them.
    bool allow_padding = false;
    /// Opt-out: an object in the payload may name a member twice; the last wins. Never in the header.
    bool allow_duplicate_members = false;
    /// Opt-out: null in `kid`, `typ`, `cty` and the registered claims counts as absent, for issuers that write every
    /// member.
    bool allow_null_members = false;
    /// Opt-out: an integer in `sub` or `jti` is taken as its decimal text.
    bool allow_numeric_subject = false;
    /// Opt-out: a token that is bound to a key (`cnf`, RFC 7800) is accepted as a bearer token, without a proof of
    /// possession. Without the opt-out it is `proof_required`.
    bool allow_bearer_use = false;
    /// The claims that can grant scopes. The first that the token has counts: a string that is split at spaces, or an
    /// array of strings. RFC 8693 §4.2
    std::vector<std::string> scope_claims = detail::usual_scope_claims();
    /// Names in the header's `crit` that the caller understands and handles. Names of RFC 7515 and 7518, and `b64`, can
    /// never be understood.
    std::vector<std::string> understood = {};
    /// Returns the current time. Empty: the system's clock.
    Clock clock = {};
};

}  // namespace credence
