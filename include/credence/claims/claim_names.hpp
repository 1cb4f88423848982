// SPDX-License-Identifier: MIT
// Names in the token that are not those of the C++ code: ClaimName for a claim, ClaimValue for an enumerator.
#pragma once

#include <credence/version.hpp>

#include <string_view>

namespace credence {

/// One line of a claims type's table of names, for claims whose names are not C++ identifiers:
///
///     struct Account {
///         std::string role;
///         static constexpr credence::ClaimName claim_names[] = {{"role", "https://example.com/role"}};
///     };
///
/// Members that the table leaves out keep their own names. The compiler checks that each `member` exists. A claim name
/// may hold any characters: names are compared after JSON's escapes are read.
struct ClaimName {
    std::string_view member;  ///< the member's identifier
    std::string_view claim;   ///< the name in the token
};

/// One line of an enum's table of names. The table is a function beside the enum, found by its argument:
///
///     enum class Role { admin, user, other };
///     constexpr auto claim_values(Role) {
///         return std::to_array<credence::ClaimValue<Role>>(
///             {{Role::admin, "admin"}, {Role::user, "user"}, {Role::other, credence::any_other_name}});
///     }
///
/// A name that the table does not list is `invalid_claim_type`, unless one line has `any_other_name`.
template <class Enum>
struct ClaimValue {
    Enum value;
    std::string_view name;  ///< the claim's value in the token
};

/// In place of a name in a `ClaimValue`: the enumerator stands for every name that the table does not list, for example
/// one that the issuer adds later. The name itself is lost, so `encode` refuses an enumerator that has no other line.
inline constexpr std::string_view any_other_name{};

}  // namespace credence
