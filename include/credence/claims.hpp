// SPDX-License-Identifier: MIT
// Claims types: the registered claims together with a user's own, and what the compiler says about types that are none.
#pragma once

#include <credence/registered_claims.hpp>
#include <credence/detail/mapping.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace credence {

/// The registered claims of RFC 7519 §4.1 and the members of `Private`, side by side in one flat JSON object.
///
///     struct Account { std::string role; };
///     using AccountClaims = credence::Claims<Account>;
///     AccountClaims claims{{.sub = "42", .exp = credence::in(1h)}, {.role = "admin"}};
///
/// A member is a `std::string`, a `bool`, an integer (range-checked; never from a fraction), a `double`, a
/// `NumericDate`, an `Audience`, a `std::vector<T>`, a `std::map<std::string, T>`, a nested aggregate, an enum with a
/// table of names (`ClaimValue`), a class with `from_json` and `to_json`, a `nlohmann::json`, or a `std::optional` of
/// these. Only an optional one may be absent; a default value makes no claim optional. A name that is no identifier is
/// given by `ClaimName`. At most 32 members, and no base class.
///
/// \tparam Private  an aggregate, or a class with `from_json` and `to_json`. It may not repeat a registered name.
template <class Private>
struct Claims : RegisteredClaims, Private {
    friend bool operator==(const Claims&, const Claims&) = default;
};

namespace detail {

/// The names of the registered claims, and of the two claims that grant scopes (RFC 8693 §4.2), in the order of
/// `Noted`.
inline constexpr std::array<std::string_view, 9> noted_names{"iss", "sub", "aud",   "exp", "nbf",
                                                             "iat", "jti", "scope", "scp"};
inline constexpr std::size_t registered_count = 7;

/// Whether a name is that of a registered claim.
[[nodiscard]] constexpr bool is_registered_name(std::string_view name) noexcept {
    const auto end = noted_names.begin() + registered_count;
    return std::find(noted_names.begin(), end, name) != end;
}

/// No claims of one's own.
struct NoMembers {};

/// The part of a claims type that a token's members are read into one by one.
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

/// Whether the registered claims are a part of the type, filled from what the library reads for itself.
template <class Type>
inline constexpr bool has_registered_part = std::same_as<Type, RegisteredClaims> || is_instance_of<Type, Claims>;

/// Whether the private part is read through a nlohmann::json.
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
[[nodiscard]] consteval Flaw flaw_of_claims() {
    // NOLINTNEXTLINE(bugprone-branch-clone): the last branch is not for these
    if constexpr (std::same_as<Type, nlohmann::json> || std::same_as<Type, RegisteredClaims>) {
        return Flaw::none;
    } else if constexpr (!std::is_class_v<PrivatePartOf<Type>>) {
        return Flaw::not_an_aggregate;
    } else if constexpr (flaw_of_class<PrivatePartOf<Type>>() != Flaw::none) {
        return flaw_of_class<PrivatePartOf<Type>>();
    } else if constexpr (is_instance_of<Type, Claims>) {
        return repeats_registered_name<PrivatePartOf<Type>>() ? Flaw::repeats_registered_name : Flaw::none;
    } else {
        return Flaw::none;
    }
}

/// Whether a type can be a claims type at all. Where it cannot, `demand_claims_type` says why, and nothing else is
/// instantiated.
template <class Type>
inline constexpr bool is_claims_type = flaw_of_claims<Type>() == Flaw::none;

// clang-format off
/// One sentence from the compiler for a type that is no claims type.
template <class Type>
constexpr void demand_claims_type() {
    constexpr Flaw flaw = flaw_of_claims<Type>();
    constexpr bool fits_in_32_members = flaw != Flaw::too_many_members;
    static_assert(fits_in_32_members, "credence: a claims type has at most 32 members; group some of them in a nested struct");
    constexpr bool has_no_base_class = flaw != Flaw::base_class;
    static_assert(has_no_base_class, "credence: a claims type cannot have a base class; to add the registered claims write credence::Claims<YourStruct>");
    constexpr bool is_an_aggregate = flaw != Flaw::not_an_aggregate && flaw != Flaw::hidden_members;
    static_assert(is_an_aggregate, "credence: the members of this claims type cannot be seen; make it an aggregate (public members, no constructors), or give it from_json and to_json");
    constexpr bool can_be_made_empty = flaw != Flaw::not_default_constructible;
    static_assert(can_be_made_empty, "credence: a claims type needs a default constructor, to be filled from the token");
    constexpr bool renames_members_that_exist = flaw != Flaw::unknown_renamed_member;
    static_assert(renames_members_that_exist, "credence: claim_names speaks of a member that this claims type does not have, or of one twice");
    constexpr bool names_each_claim_once = flaw != Flaw::repeated_name;
    static_assert(names_each_claim_once, "credence: two members of this claims type have the same name in the token; see claim_names");
    constexpr bool leaves_registered_names = flaw != Flaw::repeats_registered_name;
    static_assert(leaves_registered_names, "credence: a private claim repeats a registered name (iss sub aud exp nbf iat jti); credence::Claims has it already");
    constexpr bool owns_its_strings = flaw != Flaw::string_view;
    static_assert(owns_its_strings, "credence: a std::string_view in a claims type would point into a token that is gone; use std::string");
    constexpr bool holds_no_pointer = flaw != Flaw::pointer;
    static_assert(holds_no_pointer, "credence: a claims type cannot hold a pointer; use std::string, or std::optional for a claim that may be absent");
    constexpr bool names_its_enums = flaw != Flaw::enum_without_names;
    static_assert(names_its_enums, "credence: an enum in a claims type needs a table of names: a function claim_values(YourEnum) beside it");
    constexpr bool has_members_that_json_maps_to = flaw != Flaw::unmapped_member;
    static_assert(has_members_that_json_maps_to, "credence: a member of this claims type has a type that JSON does not map to; use std::string, bool, an integer, double, credence::NumericDate, std::optional, std::vector, std::map<std::string, T>, a nested aggregate, an enum with names, or nlohmann::json");
}
// clang-format on

}  // namespace detail
}  // namespace credence
