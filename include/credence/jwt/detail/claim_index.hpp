// SPDX-License-Identifier: MIT
// ClaimIndex: the positions of the claims that the library itself checks, and which required claims a payload has.
#pragma once

#include <credence/claims/claims.hpp>
#include <credence/clock.hpp>
#include <credence/claims/detail/value_reader.hpp>
#include <credence/detail/json/json_date.hpp>
#include <credence/detail/json/json_kind.hpp>
#include <credence/detail/json/json_reader.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence::detail {

/// The claims that the library itself reads, in the order of `recognised_names`: first the registered claims.
enum class RecognisedClaim : std::uint8_t { iss, sub, aud, exp, nbf, iat, jti, scope, scp, cnf };

/// The registered claims, the usual claims that grant scopes (RFC 8693 §4.2), and the confirmation key (RFC 7800 §3.1).
inline constexpr std::array<std::string_view, registered_names.size() + 3> recognised_names = [] {
    std::array<std::string_view, registered_names.size() + 3> names{};
    auto next = std::copy(registered_names.begin(), registered_names.end(), names.begin());
    for (const std::string_view name : {"scope", "scp", "cnf"}) *next++ = name;
    return names;
}();

[[nodiscard]] constexpr std::string_view name_of(RecognisedClaim claim) noexcept {
    return recognised_names[static_cast<std::size_t>(claim)];
}
[[nodiscard]] constexpr bool is_date(RecognisedClaim claim) noexcept {
    return claim == RecognisedClaim::exp || claim == RecognisedClaim::nbf || claim == RecognisedClaim::iat;
}
/// Whether `Validation::allow_null_members` applies to this claim.
[[nodiscard]] constexpr bool is_registered(RecognisedClaim claim) noexcept {
    return static_cast<std::size_t>(claim) < registered_names.size();
}
/// Whether `Validation::allow_numeric_subject` applies to this claim.
[[nodiscard]] constexpr bool may_be_number(RecognisedClaim claim) noexcept {
    return claim == RecognisedClaim::sub || claim == RecognisedClaim::jti;
}

/// The members of `Validation` that affect how claims are read.
struct ClaimRules {
    const std::vector<std::string>& required;
    const std::vector<std::string>& scope_claims;
    bool allow_null_members = false;
    bool allow_numeric_subject = false;
};

/// The reason to refuse a registered claim that is null.
inline constexpr std::string_view null_claim_reason = "found null; allow_null_members takes null as absent";

/// A date claim: rounded down to whole seconds, absent, or of a wrong type.
struct DateClaim {
    // Three are made for each token, and an aggregate or a defaulted constructor would fill them with zeros as a whole.
    DateClaim() noexcept {}  // NOLINT(modernize-use-equals-default)
    explicit DateClaim(NumericDate moment) noexcept : date(moment) {}
    explicit DateClaim(std::string_view reason) noexcept : mismatch(reason) {}

    std::optional<NumericDate> date = {};
    std::string_view mismatch = {};  ///< why a claim that is present is not a date
};

/// Why a value of this kind is not a date.
[[nodiscard]] constexpr std::string_view why_no_date_kind(char first) noexcept {
    return first == 'n' ? null_claim_reason : wrong_kind<JsonKind::number>(json_kind(first));
}

/// The date in a JSON value whose number `reader` has just read.
[[nodiscard]] inline DateClaim date_claim(std::string_view text, const JsonReader& reader) {
    if (!starts_number(text.front())) return DateClaim{why_no_date_kind(text.front())};
    const auto date = to_date(reader.last_number());
    return date ? DateClaim{*date} : DateClaim{why_no_date(reader.last_number())};
}

/// The three dates of a token, read once.
struct TokenDates {
    DateClaim exp = {};
    DateClaim nbf = {};
    DateClaim iat = {};

    /// The one of a date claim.
    [[nodiscard]] DateClaim& of(RecognisedClaim claim) noexcept {
        if (claim == RecognisedClaim::exp) return exp;
        return claim == RecognisedClaim::nbf ? nbf : iat;
    }
};

/// The JSON text of each recognised claim of a payload, and which of the demanded names the payload has. The texts are
/// views into the decoded payload, which must live as long.
class ClaimIndex {
public:
    /// \param rules  a `ClaimRules`, or a `Validation` itself.
    template <class Rules = ClaimRules>
    explicit ClaimIndex(const Rules& rules)
        : rules_{rules.required, rules.scope_claims, rules.allow_null_members, rules.allow_numeric_subject},
          has_own_scopes_(!are_usual(rules.scope_claims)) {
        if (!rules.required.empty()) demand(rules.required);
    }

    [[nodiscard]] const ClaimRules& rules() const noexcept { return rules_; }

    /// The JSON text of a claim; empty if it is absent.
    [[nodiscard]] std::string_view text(RecognisedClaim claim) const noexcept {
        if (!has(claim)) return {};
        const Text& text = texts_[static_cast<std::size_t>(claim)];
        return {text.begin, text.size};
    }
    [[nodiscard]] bool has(RecognisedClaim claim) const noexcept { return (present_ & bit(claim)) != 0; }
    /// Whether a claim is a string, or absent.
    [[nodiscard]] bool is_string_or_absent(RecognisedClaim claim) const noexcept {
        return !has(claim) || *texts_[static_cast<std::size_t>(claim)].begin == '"';
    }
    /// Whether the payload names the claim, even one that counts as absent.
    [[nodiscard]] bool was_seen(RecognisedClaim claim) const noexcept { return (seen_ & bit(claim)) != 0; }

    [[nodiscard]] const TokenDates& dates() const noexcept { return dates_; }

    /// Adds a claim that is no date. The last one of a name counts.
    void add(RecognisedClaim claim, std::string_view text) noexcept {
        texts_[static_cast<std::size_t>(claim)] = {text.data(), text.size()};
        seen_ |= bit(claim);
        present_ |= bit(claim);
    }
    /// Adds a date claim that has a date. It is stored part by part: a processor that copies a `DateClaim` in one piece
    /// waits until its parts are written.
    void add(RecognisedClaim claim, std::string_view text, NumericDate date) noexcept {
        add(claim, text);
        DateClaim& kept = dates_.of(claim);
        kept.date.emplace(date);
        kept.mismatch = {};
    }
    /// Adds a date claim that may be none.
    void add(RecognisedClaim claim, std::string_view text, const DateClaim& date) noexcept {
        add(claim, text);
        dates_.of(claim) = date;
    }

    /// Whether null in this claim counts as absent.
    [[nodiscard]] bool takes_null(RecognisedClaim claim) const noexcept {
        return rules_.allow_null_members && is_registered(claim);
    }
    /// Whether a number in this claim counts as its text.
    [[nodiscard]] bool takes_number(RecognisedClaim claim) const noexcept {
        return rules_.allow_numeric_subject && may_be_number(claim);
    }
    /// Adds a claim that counts as absent.
    void add_null(RecognisedClaim claim) noexcept {
        seen_ |= bit(claim);
        present_ &= ~bit(claim);
        if (is_date(claim)) dates_.of(claim) = {};
        for (Required& required : required_) {
            if (required.name == name_of(claim)) required.is_there = false;
        }
    }

    /// Whether `mark_seen` must be called for every member.
    [[nodiscard]] bool watches_members() const noexcept { return !required_.empty() || has_own_scopes_; }

    /// Records a member of any name.
    void mark_seen(std::string_view name, std::string_view json) {
        for (Required& required : required_) {
            if (required.name == name) required.is_there = true;
        }
        if (!has_own_scopes_) return;
        const auto& names = rules_.scope_claims;
        const auto rank = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
        if (rank == names.size() || rank > scope_rank_) return;
        scope_rank_ = rank;
        own_scopes_ = {json.data(), json.size()};
    }

    /// The first of the demanded names that is absent; nullopt if all are there.
    [[nodiscard]] std::optional<std::string_view> first_missing() const noexcept {
        for (const Required& required : required_) {
            if (!required.is_there) return required.name;
        }
        return std::nullopt;
    }

    /// The JSON text of the first of `scope_claims` that the payload has; empty if it has none.
    [[nodiscard]] std::string_view scopes_text() const noexcept {
        if (has_own_scopes_) return {own_scopes_.begin, own_scopes_.size};
        return text(has(RecognisedClaim::scope) ? RecognisedClaim::scope : RecognisedClaim::scp);
    }

private:
    struct Text {
        const char* begin;
        std::size_t size;
    };
    struct Required {
        std::string_view name;
        bool is_there = false;
    };

    [[nodiscard]] static constexpr unsigned bit(RecognisedClaim claim) noexcept {
        return 1U << static_cast<unsigned>(claim);
    }
    void demand(const std::vector<std::string>& names) {
        for (const std::string& name : names) required_.push_back({name});
    }

    /// The two usual names are recognised at compile time, without a comparison of names.
    [[nodiscard]] static bool are_usual(const std::vector<std::string>& names) noexcept {
        return names.size() == 2 && equals(names[0], "scope") && equals(names[1], "scp");
    }
    /// Avoids the function calls of a string comparison: this runs for each token.
    template <std::size_t size>
    [[nodiscard]] static bool equals(const std::string& name, const char (&literal)[size]) noexcept {
        return name.size() == size - 1 && std::memcmp(name.data(), literal, size - 1) == 0;
    }

    ClaimRules rules_;
    std::array<Text, recognised_names.size()> texts_;  // valid only if the bit is set: clearing all takes longer
    unsigned seen_ = 0;
    unsigned present_ = 0;
    TokenDates dates_;
    std::vector<Required> required_;
    bool has_own_scopes_;
    std::size_t scope_rank_ = static_cast<std::size_t>(-1);
    Text own_scopes_{nullptr, 0};
};

}  // namespace credence::detail
