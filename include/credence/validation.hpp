// SPDX-License-Identifier: MIT
// Which claims values are acceptable. The defaults are the strict ones; each opt-out has a name of its own. RFC 8725 §3
#pragma once

#include <credence/error.hpp>
#include <credence/registered_claims.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace credence {

/// Says that an audience that a token carries is not looked at: for services that were never given a name.
struct AnyAudience {};
/// `{.audience = credence::any_audience}`
inline constexpr AnyAudience any_audience{};

/// The names that a claim may have: unset, or a list of which one must match as a whole.
///
/// A list that is set and empty, or an empty name, matches nothing: a configuration that was forgotten refuses.
class Accept {
public:
    /// Unset: what that means is said at the member of `Validation`.
    // Not defaulted: g++ 12 has an internal error when a class initialises a Validation among its members and this is.
    Accept() noexcept {}  // NOLINT(modernize-use-equals-default)
    /// One name, compared as a whole.
    Accept(std::string name) : names_{{std::move(name)}} {}
    Accept(std::string_view name) : names_{{std::string{name}}} {}
    /// Null, as from `std::getenv`, is a name that is empty.
    Accept(const char* name) : names_{{std::string{name == nullptr ? "" : name}}} {}
    /// Several spellings, of which one must match as a whole.
    Accept(std::vector<std::string> names) : names_(std::move(names)) {}
    Accept(std::initializer_list<std::string> names) : names_(names) {}

    // clang-format off
    Accept(AnyAudience) /* credence: any_audience is for the audience alone; leave out an issuer or a subject that is not to be checked */ = delete;
    // clang-format on

    /// Whether names were given, be it none.
    [[nodiscard]] bool is_set() const noexcept { return names_.has_value(); }

    /// Whether `name` is one of the list, byte for byte. RFC 7519 §4.1.1: case-sensitive
    [[nodiscard]] bool matches(std::string_view name) const noexcept {
        return !name.empty() && names_ && std::find(names_->begin(), names_->end(), name) != names_->end();
    }

private:
    std::optional<std::vector<std::string>> names_ = {};
};

/// The names that an audience may have: what `Accept` takes, or any.
class AcceptAudience : public Accept {
public:
    using Accept::Accept;
    /// Unset: see `Validation::audience`.
    AcceptAudience() noexcept {}  // NOLINT(modernize-use-equals-default): as above
    /// Names that are kept somewhere else.
    AcceptAudience(Accept names) : Accept(std::move(names)) {}
    /// Anything, also nothing. Should it be taken for the names of something else, none of them matches.
    AcceptAudience(AnyAudience) : Accept(std::vector<std::string>{}), any_(true) {}

    /// Whether names were given, be it none.
    [[nodiscard]] bool is_set() const noexcept { return !any_ && Accept::is_set(); }
    /// Whether it was made from `any_audience`.
    [[nodiscard]] bool is_any() const noexcept { return any_; }

private:
    bool any_ = false;
};

/// A rule of the application's own: a name for the log, and a predicate on the claims.
///
///     .checks = {{"tenant", [](const MyClaims& claims) { return claims.tenant == 7; }}, {"admin", &MyClaims::admin}}
///
/// The predicate is called after every other rule held, from any thread that verifies. One that throws never admits:
/// what it throws leaves `decode`.
template <class Claims>
class Check {
public:
    /// \param name       what `Error::claim` says when the check refuses.
    /// \param predicate  a callable or a member, that gives exactly `bool` for `const Claims&`.
    /// \param code       what `Error::code` says then.
    template <class Predicate>
        requires std::invocable<const Predicate&, const Claims&>
    Check(std::string name, Predicate predicate, Errc code = Errc::check_failed) : name_(std::move(name)), code_(code) {
        constexpr bool gives_bool =
            std::same_as<std::remove_cvref_t<std::invoke_result_t<const Predicate&, const Claims&>>, bool>;
        static_assert(
            gives_bool,
            "credence: a check gives exactly bool; compare, so that a number or a pointer is not taken for yes");
        if constexpr (gives_bool) accepts_ = std::move(predicate);
    }

    /// What `Error::claim` says when it refuses.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// What `Error::code` says when it refuses.
    [[nodiscard]] Errc code() const noexcept { return code_; }
    /// A predicate that is empty refuses.
    [[nodiscard]] bool accepts(const Claims& claims) const { return accepts_ && accepts_(claims); }

private:
    std::string name_;
    std::function<bool(const Claims&)> accepts_;
    Errc code_;
};

/// Where the present moment comes from. Tests give a fixed time.
using Clock = std::function<NumericDate()>;

/// The system's clock, in whole seconds.
[[nodiscard]] inline NumericDate system_clock() { return now(); }

namespace detail {

/// The present moment by a clock; by the system's where that is empty.
[[nodiscard]] inline NumericDate moment_of(const Clock& clock) { return clock ? clock() : system_clock(); }

}  // namespace detail

/// The most that `Validation::leeway` can be.
inline constexpr std::chrono::seconds max_leeway{300};

/// The rules that a token's claims must meet. An aggregate: name what you set, in the order of the members below.
///
///     credence::Validation<MyClaims>{.issuer = "https://id.example", .audience = "api", .leeway = 5s}
///
/// The rules are checked in the order `exp`, `nbf`, `iat`, `max_age`, `typ`, `iss`, `sub`, `aud`, `required`, the
/// claims type (a `jti` first, then the members of the struct), `checks`, revocation; the first that fails names the
/// error. A claim that a rule needs and the token lacks is `missing_claim`.
template <class Claims>
struct Validation {
    /// Whose tokens; unset: not checked. Several names are for one issuer's spellings: keys belong to one issuer
    /// (RFC 8725 §3.8), so several issuers are several verifiers.
    Accept issuer = {};
    /// For whom tokens may be; unset: a token that carries `aud` is refused (RFC 7519 §4.1.3); `any_audience`: it is
    /// not looked at.
    AcceptAudience audience = {};
    /// About whom; unset: not checked.
    Accept subject = {};
    /// The media type that the header's `typ` must have, such as `"at+jwt"`; compared without case and without the
    /// prefix `application/` (RFC 7515 §4.1.9). Empty: not checked.
    std::string type = {};
    /// How far the clocks of issuer and verifier may differ; held within 0 to 300 seconds.
    std::chrono::seconds leeway{0};
    /// How long ago the token may have been issued; `iat` must then be present. A negative one counts as zero.
    std::optional<std::chrono::seconds> max_age = {};
    /// Claims that must be present, whatever their value, besides `exp`.
    std::vector<std::string> required = {};
    /// Rules of the application's own, in their order.
    std::vector<Check<Claims>> checks = {};
    /// The longest token that is looked at, in bytes.
    std::size_t max_token_bytes = 16 * 1024;
    /// Opt-out: a token without `exp` is good for ever.
    bool allow_missing_exp = false;
    /// Opt-out: an `iat` in the future counts as age zero, for issuers whose clock is fast.
    bool allow_future_iat = false;
    /// Opt-out: parts may be padded with `=` to the right length, as AWS load balancers send them.
    bool allow_padding = false;
    /// Opt-out: an object in the payload may name a member twice; the last wins. Never in the header.
    bool allow_duplicate_members = false;
    /// Names in the header's `crit` that the caller understands and handles. Names of RFC 7515 and 7518, and `b64`, can
    /// never be understood.
    std::vector<std::string> understood = {};
    /// The present moment. An empty one is the system's.
    Clock clock = system_clock;
};

}  // namespace credence
