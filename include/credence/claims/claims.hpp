// SPDX-License-Identifier: MIT
// Claims types: the registered claims together with a user's own, and the compile errors for types that cannot be one.
#pragma once

#include <credence/claims/claim_names.hpp>
#include <credence/claims/registered_claims.hpp>
#include <credence/claims/detail/diagnostics.hpp>
#include <credence/claims/detail/member_types.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <string_view>
#include <type_traits>

namespace credence {

/// The registered claims of RFC 7519 §4.1 and the members of `Private`, side by side in one flat JSON object.
///
///     struct Account { std::string role; };
///     using AccountClaims = credence::Claims<Account>;
///     AccountClaims claims{{.sub = "42", .exp = credence::in(1h)}, {.role = "admin"}};
///
/// Only a `std::optional` member may be absent from the token; a default value makes no claim optional. A claim whose
/// name is not an identifier is named by `ClaimName`. At most 32 members, and no base class. Member types:
///
/// - `std::string`, `bool`
/// - every integer: range-checked, never read from a fraction or an exponent
/// - `float`, `double`
/// - `NumericDate`; `std::chrono::seconds` and `std::chrono::milliseconds`, integers in the token
/// - `Audience`
/// - an enum with a table of names (`ClaimValue`)
/// - `std::vector<T>`; `std::array<T, N>` of exactly N elements
/// - `std::set`, `std::unordered_set` of strings or integers: a duplicate element is refused
/// - `std::map`, `std::unordered_map` from `std::string`
/// - `std::optional<T>`: also `null` in the token
/// - `std::variant<Ts...>`, chosen by the kind of the JSON value, which must differ between the alternatives
/// - a nested aggregate, which must not contain itself
/// - a class with `from_json` and `to_json`; `nlohmann::json`
///
/// \tparam Private  an aggregate, or a class with `from_json` and `to_json`. It may not repeat a registered name.
template <class Private>
struct Claims : RegisteredClaims, Private {
    friend bool operator==(const Claims&, const Claims&) = default;
};

namespace detail {

/// The names of the registered claims, in the order of their members.
inline constexpr std::array<std::string_view, 7> registered_names{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"};

[[nodiscard]] constexpr bool is_registered_name(std::string_view name) noexcept {
    return std::find(registered_names.begin(), registered_names.end(), name) != registered_names.end();
}

/// The private part of `RegisteredClaims`: no members.
struct NoMembers {};

/// The part of a claims type whose members are read one by one.
template <class Type>
struct PrivatePart {
    using type = Type;
};
template <>
struct PrivatePart<RegisteredClaims> {
    using type = NoMembers;
};
template <class Private>
struct PrivatePart<Claims<Private>> {
    using type = Private;
};
template <class Type>
using PrivatePartOf = typename PrivatePart<Type>::type;

/// Whether the registered claims are a part of the type. They are filled from the claims that the library reads itself.
template <class Type>
inline constexpr bool has_registered_part = std::same_as<Type, RegisteredClaims> || is_instance_of<Type, Claims>;

/// Whether the private part is read as a nlohmann::json.
template <class Type>
inline constexpr bool needs_dom = std::same_as<Type, nlohmann::json> || ReadsItself<PrivatePartOf<Type>>;

template <class Private>
[[nodiscard]] consteval bool repeats_registered_name() {
    if constexpr (SelfMapped<Private>) {
        return false;
    } else {
        const auto& names = claim_names_of<Private>;
        return std::any_of(names.begin(), names.end(), is_registered_name);
    }
}

template <class Type>
[[nodiscard]] consteval Diagnostic diagnose_claims() {
    // NOLINTNEXTLINE(bugprone-branch-clone): the last branch is not for these
    if constexpr (std::same_as<Type, nlohmann::json> || std::same_as<Type, RegisteredClaims>) {
        return Diagnostic::none;
    } else if constexpr (!std::is_class_v<PrivatePartOf<Type>>) {
        return Diagnostic::not_an_aggregate;
    } else if constexpr (diagnose_class<PrivatePartOf<Type>>() != Diagnostic::none) {
        return diagnose_class<PrivatePartOf<Type>>();
    } else if constexpr (is_instance_of<Type, Claims>) {
        return repeats_registered_name<PrivatePartOf<Type>>() ? Diagnostic::repeats_registered_name : Diagnostic::none;
    } else {
        return Diagnostic::none;
    }
}

/// Whether a type is a claims type. If it is not, `demand_claims_type` says why, and nothing else is instantiated.
template <class Type>
inline constexpr bool is_claims_type = diagnose_claims<Type>() == Diagnostic::none;

// clang-format off
/// Reports, in one sentence from the compiler, why a type is not a claims type.
template <class Type>
constexpr void demand_claims_type() {
    constexpr Diagnostic found = diagnose_claims<Type>();
    constexpr bool fits_in_32_members = found != Diagnostic::too_many_members;
    static_assert(fits_in_32_members, "credence: a claims type has at most 32 members; group some of them in a nested struct");
    constexpr bool has_no_base_class = found != Diagnostic::base_class;
    static_assert(has_no_base_class, "credence: a claims type cannot have a base class; to add the registered claims write credence::Claims<YourStruct>");
    constexpr bool is_an_aggregate = found != Diagnostic::not_an_aggregate && found != Diagnostic::hidden_members;
    static_assert(is_an_aggregate, "credence: the members of this claims type cannot be seen; make it an aggregate (public members, no constructors), or give it from_json and to_json");
    constexpr bool can_be_made_empty = found != Diagnostic::not_default_constructible;
    static_assert(can_be_made_empty, "credence: a claims type needs a default constructor, to be filled from the token");
    constexpr bool renames_members_that_exist = found != Diagnostic::unknown_renamed_member;
    static_assert(renames_members_that_exist, "credence: claim_names lists a member that this claims type does not have, or lists one twice");
    constexpr bool names_each_claim_once = found != Diagnostic::repeated_name;
    static_assert(names_each_claim_once, "credence: two members of this claims type have the same name in the token; see claim_names");
    constexpr bool leaves_registered_names = found != Diagnostic::repeats_registered_name;
    static_assert(leaves_registered_names, "credence: a private claim repeats a registered name (iss sub aud exp nbf iat jti); credence::Claims has it already");
    constexpr bool owns_its_strings = found != Diagnostic::string_view;
    static_assert(owns_its_strings, "credence: a std::string_view in a claims type would point into a token that is gone; use std::string");
    constexpr bool holds_no_pointer = found != Diagnostic::pointer;
    static_assert(holds_no_pointer, "credence: a claims type cannot hold a pointer; use std::string, or std::optional for a claim that may be absent");
    constexpr bool does_not_contain_itself = found != Diagnostic::contains_itself;
    static_assert(does_not_contain_itself, "credence: a claims type cannot contain itself; give the inner type from_json and to_json, or use nlohmann::json for the member");
    constexpr bool counts_seconds_or_milliseconds = found != Diagnostic::duration_unit;
    static_assert(counts_seconds_or_milliseconds, "credence: a duration in a claims type is a std::chrono::seconds or std::chrono::milliseconds, with an integer count");
    constexpr bool has_variants_that_differ_in_kind = found != Diagnostic::variant_kinds;
    static_assert(has_variants_that_differ_in_kind, "credence: the alternatives of a std::variant in a claims type must differ in their JSON kind (null, boolean, number, string, array, object), by which one is chosen");
    constexpr bool names_its_enums = found != Diagnostic::enum_without_names;
    static_assert(names_its_enums, "credence: an enum in a claims type needs a table of names: a function claim_values(YourEnum) beside it");
    constexpr bool has_members_that_json_maps_to = found != Diagnostic::unmapped_member;
    static_assert(has_members_that_json_maps_to, "credence: a member of this claims type has a type that JSON does not map to; use std::string, bool, an integer, float, double, credence::NumericDate, std::chrono::seconds, std::optional, std::vector, std::array, std::set (of strings or integers), std::map<std::string, T>, std::variant, a nested aggregate, an enum with names, or nlohmann::json");
}
// clang-format on

}  // namespace detail
}  // namespace credence
