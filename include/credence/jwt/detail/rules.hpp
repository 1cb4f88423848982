// SPDX-License-Identifier: MIT
// Checks the registered claims of a payload in the fixed order that decides which error wins. RFC 7519 §4.1
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/jwt/detail/claim_index.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence::detail {

#ifdef __clang__  // clang then inlines the checks; g++ inlines them anyway
[[gnu::cold]]
#endif
[[nodiscard]] inline Error
refuse(Errc code, RecognisedClaim claim, std::string_view reason = {}) {
    return {code, std::string{name_of(claim)}, reason};
}

/// A JSON string without its quotes and escapes, or an integer as its text. `scratch` holds the text of a string with
/// escapes.
[[nodiscard]] inline std::string_view unquoted(std::string_view json, std::string& scratch) {
    if (json.front() != '"') return json == "-0" ? json.substr(1) : json;
    const std::string_view inside = json.substr(1, json.size() - 2);
    if (inside.find('\\') == std::string_view::npos) return inside;
    scratch.clear();
    static_cast<void>(append_string(inside.data(), scratch));
    return scratch;
}

/// Calls `take(name)` for a JSON string, or for each string of an array. The JSON is known to be strict. \return false
/// if it is neither.
template <class Take>
[[nodiscard]] bool each_name(std::string_view json, Take&& take) {
    std::string scratch;
    if (json.front() == '"') {
        take(unquoted(json, scratch));
        return true;
    }
    if (json.front() != '[') return false;
    JsonReader reader{json};
    return reader.array([&] {
        std::string_view name;
        if (reader.peek() != '"' || !reader.string_view(name)) return false;
        take(name);
        return true;
    });
}

/// Times are clamped to this many seconds from 1970. The limit is far beyond every date, so a clamped time is never
/// within the calendar, and sums of a time with a date, a leeway and an age cannot overflow.
inline constexpr std::int64_t furthest_moment = std::int64_t{1} << 61;

/// The current time, which may be before or after all dates.
[[nodiscard]] inline std::int64_t seconds_now(const Clock& clock) {
    return std::clamp<std::int64_t>(moment_of(clock).time_since_epoch().count(), -furthest_moment, furthest_moment);
}

[[nodiscard]] inline std::int64_t count(NumericDate date) noexcept { return date.time_since_epoch().count(); }

/// The current time, to compare with a date. If the date lies ahead, the system's clock is read once more, exactly:
/// otherwise a token that another program issued within the last milliseconds could lie in the future.
[[nodiscard]] inline std::int64_t seconds_beside(NumericDate date, const Clock& clock) {
    const std::int64_t moment = seconds_now(clock);
    if (count(date) <= moment || clock) [[likely]]
        return moment;
    return (std::max)(moment, count(exact_now()));
}

/// The most that `iat` may be in the future where another rule needs the time of issue, whatever the opt-outs.
inline constexpr std::int64_t furthest_issue = 300;

/// How far ahead `iat` may lie. `allow_future_iat` must not void another rule: with `max_age`, or where revocation asks
/// when a token was issued, an `iat` that is far ahead would make the token good for as long.
template <class Rules>
[[nodiscard]] std::int64_t most_ahead(const Rules& rules, std::int64_t leeway, bool asks_revocation) {
    if (!rules.allow_future_iat) return leeway;
    return rules.max_age || asks_revocation ? furthest_issue : furthest_moment;
}

/// `exp`, `nbf`, `iat` and the age of the token. RFC 7519 §4.1.4 to §4.1.6
template <class Rules>
[[nodiscard]] std::optional<Error> check_dates(const Rules& rules, const TokenDates& dates,
                                               bool asks_revocation = false) {
    const auto& [exp, nbf, iat] = dates;
    constexpr NumericDate none = (NumericDate::min)();
    const std::int64_t moment =
        seconds_beside((std::max)(nbf.date.value_or(none), iat.date.value_or(none)), rules.clock);
    const std::int64_t leeway = std::clamp(rules.leeway, std::chrono::seconds{0}, max_leeway).count();

    if (!exp.mismatch.empty()) return refuse(Errc::invalid_claim_type, RecognisedClaim::exp, exp.mismatch);
    if (!exp.date && !rules.allow_missing_exp) {
        return refuse(Errc::missing_claim, RecognisedClaim::exp, "allow_missing_exp accepts a token without it");
    }
    // "on or after": at the very second of `exp` the token is expired.
    if (exp.date && count(*exp.date) <= moment - leeway) {
        return refuse(Errc::token_expired, RecognisedClaim::exp, "exp and the leeway have passed");
    }

    if (!nbf.mismatch.empty()) return refuse(Errc::invalid_claim_type, RecognisedClaim::nbf, nbf.mismatch);
    if (nbf.date && count(*nbf.date) > moment + leeway) {
        return refuse(Errc::token_not_yet_valid, RecognisedClaim::nbf, "nbf is later than now and the leeway");
    }

    if (!iat.mismatch.empty()) return refuse(Errc::invalid_claim_type, RecognisedClaim::iat, iat.mismatch);
    if (iat.date && count(*iat.date) > moment + most_ahead(rules, leeway, asks_revocation)) {
        return refuse(Errc::issued_in_future, RecognisedClaim::iat,
                      rules.allow_future_iat ? "more than 300 s ahead, which voids max_age and revocation"
                                             : "iat is later than now and the leeway; see allow_future_iat");
    }
    if (!rules.max_age) return std::nullopt;
    if (!iat.date) return refuse(Errc::missing_claim, RecognisedClaim::iat, "max_age needs it");
    const std::int64_t most = std::clamp<std::int64_t>(rules.max_age->count(), 0, 2 * furthest_moment);
    if (moment - count(*iat.date) > most + leeway) {
        return refuse(Errc::token_too_old, RecognisedClaim::iat, "iat is longer ago than max_age and the leeway");
    }
    return std::nullopt;
}

/// A media type without the prefix that may be left out, if something is left then. RFC 7515 §4.1.9
[[nodiscard]] inline std::string_view short_media_type(std::string_view type) noexcept {
    constexpr std::string_view prefix = "application/";
    if (!starts_without_case(type, prefix)) return type;
    const std::string_view rest = type.substr(prefix.size());
    return rest.empty() || rest.find('/') != std::string_view::npos ? type : rest;
}

/// Why a claim is not a string; empty if it is one, or an integer that counts as one.
[[nodiscard]] inline std::string_view why_no_string(const ClaimIndex& index, RecognisedClaim claim,
                                                    std::string_view json) {
    const char first = json.front();
    if (first == '"') return {};
    if (first == 'n') return null_claim_reason;
    if (!starts_number(first) || !may_be_number(claim)) return wrong_kind<JsonKind::string>(json_kind(first));
    if (json.find_first_of(".eE") != std::string_view::npos)
        return "expected a string, found a number that is no integer";
    if (index.takes_number(claim)) return {};
    return "expected a string, found a number; allow_numeric_subject takes an integer as its text";
}

/// Checks a claim that is present and is not a JSON string.
[[nodiscard]] inline std::optional<Error> check_other_text(const ClaimIndex& index, RecognisedClaim claim) {
    const std::string_view mismatch = why_no_string(index, claim, index.text(claim));
    if (mismatch.empty()) return std::nullopt;
    return refuse(Errc::invalid_claim_type, claim, mismatch);
}

/// Checks a claim that must be a string if it is present.
[[nodiscard]] inline std::optional<Error> check_text(const ClaimIndex& index, RecognisedClaim claim) {
    if (index.is_string_or_absent(claim)) [[likely]]
        return std::nullopt;
    return check_other_text(index, claim);
}

/// Checks a claim that is no plain string, or must be one of the names that the rules accept.
[[nodiscard, gnu::noinline]] inline std::optional<Error> check_accepted(const ClaimIndex& index, RecognisedClaim claim,
                                                                        const Accept& accepted, Errc refusal) {
    if (auto refused = check_text(index, claim)) return refused;
    if (!accepted.is_set()) return std::nullopt;
    const std::string_view json = index.text(claim);
    if (json.empty()) return refuse(Errc::missing_claim, claim, "the validation names the values that it accepts");
    std::string scratch;
    if (!accepted.matches(unquoted(json, scratch))) {
        return refuse(refusal, claim, "the validation does not accept this value");
    }
    return std::nullopt;
}

/// Checks a claim that must be a string and, if the rules accept only some names, one of these.
[[nodiscard, gnu::always_inline]] inline std::optional<Error> check_name(const ClaimIndex& index, RecognisedClaim claim,
                                                                         const Accept& accepted, Errc refusal) {
    if (!accepted.is_set() && index.is_string_or_absent(claim)) [[likely]]
        return std::nullopt;
    return check_accepted(index, claim, accepted, refusal);
}

/// `aud`: a string or an array of strings. If the rules name audiences, one of the strings must be among them.
/// RFC 7519 §4.1.3
[[nodiscard, gnu::noinline]] inline std::optional<Error> check_expected_audience(const ClaimIndex& index,
                                                                                 const AcceptAudience& accepted) {
    const std::string_view json = index.text(RecognisedClaim::aud);
    if (json.empty()) {
        return refuse(Errc::missing_claim, RecognisedClaim::aud, "the validation names the audiences that it accepts");
    }
    bool matches = false;
    const bool are_names = each_name(json, [&](std::string_view name) { matches = matches || accepted.matches(name); });
    if (!are_names) {
        return refuse(Errc::invalid_claim_type, RecognisedClaim::aud,
                      json.front() == 'n' ? null_claim_reason : "expected a string or an array of strings");
    }
    if (matches || accepted.is_any()) return std::nullopt;
    return refuse(Errc::invalid_audience, RecognisedClaim::aud,
                  accepted.is_set() ? "the token is for another audience"
                                    : "the token names an audience, and the validation accepts none; see any_audience");
}

/// The same for a token that may have no `aud`.
[[nodiscard, gnu::always_inline]] inline std::optional<Error> check_audience(const ClaimIndex& index,
                                                                             const AcceptAudience& accepted) {
    if (!accepted.is_set() && !index.has(RecognisedClaim::aud)) [[likely]]
        return std::nullopt;
    return check_expected_audience(index, accepted);
}

/// All rules on the header's `typ` and the registered claims, in their order.
template <class Rules>
[[nodiscard]] std::optional<Error> check_rules(const Rules& rules, std::string_view type, const ClaimIndex& index,
                                               bool asks_revocation = false) {
    if (auto refused = check_dates(rules, index.dates(), asks_revocation)) return refused;
    if (!rules.type.empty() && !equal_without_case(short_media_type(type), short_media_type(rules.type))) {
        return Error{Errc::invalid_type, "typ",
                     type.empty() ? "the header has no typ" : "the typ is not the type of the validation"};
    }
    if (auto refused = check_name(index, RecognisedClaim::iss, rules.issuer, Errc::invalid_issuer)) return refused;
    if (auto refused = check_name(index, RecognisedClaim::sub, rules.subject, Errc::invalid_subject)) return refused;
    if (auto refused = check_audience(index, rules.audience)) return refused;
    if (const auto missing = index.first_missing()) {
        return Error{Errc::missing_claim, std::string{*missing}, "the validation requires it"};
    }
    return check_text(index, RecognisedClaim::jti);  // no rule asks for it: it is the first member of the claims type
}

/// The registered claims as values. Their types are right, because the rules have accepted them.
inline void fill_registered(const ClaimIndex& index, RegisteredClaims& out) {
    const auto text = [&](RecognisedClaim claim, std::string& value) {
        if (!index.has(claim)) return;
        std::string scratch;
        build_string(value, unquoted(index.text(claim), scratch));
    };
    text(RecognisedClaim::iss, out.iss);
    text(RecognisedClaim::sub, out.sub);
    text(RecognisedClaim::jti, out.jti);
    if (index.has(RecognisedClaim::aud)) {
        static_cast<void>(
            each_name(index.text(RecognisedClaim::aud), [&](std::string_view name) { out.aud.emplace_back(name); }));
    }
    out.exp = index.dates().exp.date;
    out.nbf = index.dates().nbf.date;
    out.iat = index.dates().iat.date;
}

/// `cnf`: a token that is bound to a key is no bearer token. RFC 7800 §3.1, RFC 9449 §6
template <class Rules>
[[nodiscard]] std::optional<Error> check_bearer_use(const Rules& rules, std::string_view confirmation) {
    if (rules.allow_bearer_use || confirmation.empty()) return std::nullopt;
    return refuse(Errc::proof_required, RecognisedClaim::cnf,
                  "the token is bound to a key; allow_bearer_use accepts it without a proof of possession");
}
template <class Rules>
[[nodiscard]] std::optional<Error> check_bearer_use(const Rules& rules, const ClaimIndex& index) {
    return check_bearer_use(rules, index.text(RecognisedClaim::cnf));
}

/// Adds the scopes of a claim: a string that is split at spaces, or an array of strings. A claim of another type grants
/// nothing.
inline void add_scopes(std::string_view json, std::vector<std::string>& out) {
    const bool is_split = json.front() == '"';
    const bool are_names = each_name(json, [&](std::string_view name) {
        for (std::size_t end = 0; is_split && (end = name.find(' ')) != std::string_view::npos;
             name.remove_prefix(end + 1)) {
            if (end > 0) out.emplace_back(name.substr(0, end));
        }
        if (!name.empty()) out.emplace_back(name);
    });
    if (!are_names) out.clear();
}

/// Adds the scopes that the payload grants, from the first of `Validation::scope_claims` that it has. RFC 6749 §3.3,
/// RFC 8693 §4.2
inline void fill_scopes(const ClaimIndex& index, std::vector<std::string>& out) {
    const std::string_view json = index.scopes_text();
    if (!json.empty()) add_scopes(json, out);
}

}  // namespace credence::detail
