// SPDX-License-Identifier: MIT
// Checks the registered claims of a payload that was read, in the one order that fixes which error wins. RFC 7519 §4.1
#pragma once

#include <credence/result.hpp>
#include <credence/validation.hpp>
#include <credence/detail/payload.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence::detail {

/// What is wrong with a claim; nothing when it is right.
using Verdict = std::optional<Error>;

[[nodiscard]] inline Verdict refuse(Errc code, Noted claim) {
    return Error{code, std::string{noted_names[static_cast<std::size_t>(claim)]}};
}

/// A noted claim that is a string, without its quotes and escapes. `scratch` holds it where there were escapes.
[[nodiscard]] inline std::string_view unquoted(std::string_view text, std::string& scratch) {
    const std::string_view inside = text.substr(1, text.size() - 2);
    if (inside.find('\\') == std::string_view::npos) return inside;
    scratch.clear();
    static_cast<void>(append_string(inside.data(), scratch));
    return scratch;
}

/// Calls `take(name)` for the string, or each string of the array, that a noted claim is. \return false when it is
/// neither; it is strict JSON already.
template <class Take>
[[nodiscard]] bool each_name(std::string_view text, Take&& take) {
    std::string scratch;
    if (text.front() == '"') {
        take(unquoted(text, scratch));
        return true;
    }
    if (text.front() != '[') return false;
    JsonReader reader{text};
    return reader.array([&] {
        std::string_view name;
        if (reader.peek() != '"' || !reader.string_view(name)) return false;
        take(name);
        return true;
    });
}

/// Beyond this many seconds from 1970, moments are one. It is far from every date, so that no clock is taken for one
/// within the calendar; and sums of a moment with a date, a leeway and an age cannot overflow.
inline constexpr std::int64_t furthest_moment = std::int64_t{1} << 61;

/// The present moment, which may lie before or behind all dates.
[[nodiscard]] inline std::int64_t seconds_now(const Clock& clock) {
    return std::clamp<std::int64_t>(moment_of(clock).time_since_epoch().count(), -furthest_moment, furthest_moment);
}

[[nodiscard]] inline std::int64_t count(NumericDate date) noexcept { return date.time_since_epoch().count(); }

/// `exp`, `nbf`, `iat` and the age of the token. RFC 7519 §4.1.4 to §4.1.6
template <class Rules>
[[nodiscard]] Verdict check_dates(const Rules& rules, const TokenDates& dates) {
    const auto& [exp, nbf, iat] = dates;
    const std::int64_t moment = seconds_now(rules.clock);
    const std::int64_t leeway = std::clamp(rules.leeway, std::chrono::seconds{0}, max_leeway).count();

    if (exp.misfit) return refuse(Errc::invalid_claim_type, Noted::exp);
    if (!exp.bounds && !rules.allow_missing_exp) return refuse(Errc::missing_claim, Noted::exp);
    // "on or after": at the very second of `exp` the token is expired.
    if (exp.bounds && count(exp.bounds->floor) <= moment - leeway) return refuse(Errc::token_expired, Noted::exp);

    if (nbf.misfit) return refuse(Errc::invalid_claim_type, Noted::nbf);
    if (nbf.bounds && count(nbf.bounds->ceiling) > moment + leeway) {
        return refuse(Errc::token_not_yet_valid, Noted::nbf);
    }

    if (iat.misfit) return refuse(Errc::invalid_claim_type, Noted::iat);
    if (iat.bounds && count(iat.bounds->ceiling) > moment + leeway && !rules.allow_future_iat) {
        return refuse(Errc::issued_in_future, Noted::iat);
    }
    if (!rules.max_age) return std::nullopt;
    if (!iat.bounds) return refuse(Errc::missing_claim, Noted::iat);
    const std::int64_t most = std::clamp<std::int64_t>(rules.max_age->count(), 0, 2 * furthest_moment);
    if (moment - count(iat.bounds->floor) > most + leeway) return refuse(Errc::token_too_old, Noted::iat);
    return std::nullopt;
}

[[nodiscard]] inline char lower(char letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter | 0x20) : letter;
}

[[nodiscard]] inline bool equal_without_case(std::string_view left, std::string_view right) noexcept {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char first, char second) { return lower(first) == lower(second); });
}

/// A media type without the prefix that may be left out, if something is left then. RFC 7515 §4.1.9
[[nodiscard]] inline std::string_view short_media_type(std::string_view type) noexcept {
    constexpr std::string_view prefix = "application/";
    if (!equal_without_case(type.substr(0, prefix.size()), prefix)) return type;
    const std::string_view rest = type.substr(prefix.size());
    return rest.empty() || rest.find('/') != std::string_view::npos ? type : rest;
}

/// A claim that is a string, if it is there.
[[nodiscard]] inline Verdict check_string(const PayloadFacts& facts, Noted claim) {
    const std::string_view text = facts.text(claim);
    if (!text.empty() && text.front() != '"') return refuse(Errc::invalid_claim_type, claim);
    return std::nullopt;
}

/// A claim that is one string, and one of the names that are accepted, if any are.
[[nodiscard]] inline Verdict check_name(const PayloadFacts& facts, Noted claim, const Accept& accepted, Errc refusal) {
    if (auto refused = check_string(facts, claim)) return refused;
    if (!accepted.is_set()) return std::nullopt;
    const std::string_view text = facts.text(claim);
    if (text.empty()) return refuse(Errc::missing_claim, claim);
    std::string scratch;
    if (!accepted.matches(unquoted(text, scratch))) return refuse(refusal, claim);
    return std::nullopt;
}

/// `aud`: a string or an array of strings, one of which must be ours. RFC 7519 §4.1.3
[[nodiscard]] inline Verdict check_audience(const PayloadFacts& facts, const AcceptAudience& accepted) {
    const std::string_view text = facts.text(Noted::aud);
    if (text.empty()) {
        if (accepted.is_set()) return refuse(Errc::missing_claim, Noted::aud);
        return std::nullopt;
    }
    bool matches = false;
    const bool names = each_name(text, [&](std::string_view name) { matches = matches || accepted.matches(name); });
    if (!names) return refuse(Errc::invalid_claim_type, Noted::aud);
    if (!matches && !accepted.is_any()) return refuse(Errc::invalid_audience, Noted::aud);
    return std::nullopt;
}

/// All rules on the header's `typ` and the registered claims, in their order.
template <class Rules>
[[nodiscard]] Verdict check_rules(const Rules& rules, std::string_view type, const PayloadFacts& facts,
                                  const TokenDates& dates) {
    if (auto refused = check_dates(rules, dates)) return refused;
    if (!rules.type.empty() && !equal_without_case(short_media_type(type), short_media_type(rules.type))) {
        return Error{Errc::invalid_type, "typ"};
    }
    if (auto refused = check_name(facts, Noted::iss, rules.issuer, Errc::invalid_issuer)) return refused;
    if (auto refused = check_name(facts, Noted::sub, rules.subject, Errc::invalid_subject)) return refused;
    if (auto refused = check_audience(facts, rules.audience)) return refused;
    if (const auto missing = facts.first_missing()) return Error{Errc::missing_claim, std::string{*missing}};
    return check_string(facts, Noted::jti);  // no rule asks for it: it is the first member of the claims type
}

/// The registered claims as values. The rules held, so their types are right.
inline void fill_registered(const PayloadFacts& facts, const TokenDates& dates, RegisteredClaims& out) {
    const auto text = [&](Noted claim, std::string& value) {
        std::string scratch;
        if (facts.has(claim)) value = unquoted(facts.text(claim), scratch);
    };
    text(Noted::iss, out.iss);
    text(Noted::sub, out.sub);
    text(Noted::jti, out.jti);
    if (facts.has(Noted::aud)) {
        static_cast<void>(
            each_name(facts.text(Noted::aud), [&](std::string_view name) { out.aud.emplace_back(name); }));
    }
    if (dates.exp.bounds) out.exp = dates.exp.bounds->floor;
    if (dates.nbf.bounds) out.nbf = dates.nbf.bounds->ceiling;
    if (dates.iat.bounds) out.iat = dates.iat.bounds->floor;
}

/// The scopes that the payload grants: `scope`, split at spaces, or without it `scp`, a string or an array. A claim of
/// another type grants nothing. RFC 6749 §3.3, RFC 8693 §4.2
[[nodiscard]] inline std::vector<std::string> granted_scopes(const PayloadFacts& facts) {
    std::vector<std::string> scopes;
    const bool by_scope = facts.has(Noted::scope);
    if (!by_scope && !facts.has(Noted::scp)) return scopes;
    const std::string_view text = facts.text(by_scope ? Noted::scope : Noted::scp);
    const bool split = text.front() == '"';
    if (by_scope && !split) return scopes;  // RFC 8693 §4.2: one string, never an array
    const bool names = each_name(text, [&](std::string_view name) {
        for (std::size_t end = 0; split && (end = name.find(' ')) != std::string_view::npos;
             name.remove_prefix(end + 1)) {
            if (end > 0) scopes.emplace_back(name.substr(0, end));
        }
        if (!name.empty()) scopes.emplace_back(name);
    });
    if (!names) scopes.clear();
    return scopes;
}

}  // namespace credence::detail
