// SPDX-License-Identifier: MIT
// Which C++ types a JSON value can be mapped to, and what to say about one that cannot.
#pragma once

#include <credence/registered_claims.hpp>
#include <credence/detail/reflect.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace credence {

/// One line of an enum's table of names. The table is a function beside the enum, found by its argument:
///
///     enum class Role { admin, user };
///     constexpr auto claim_values(Role) {
///         return std::to_array<credence::ClaimValue<Role>>({{Role::admin, "admin"}, {Role::user, "user"}});
///     }
template <class Enum>
struct ClaimValue {
    Enum value;
    std::string_view name;
};

}  // namespace credence

namespace credence::detail {

template <class Type, template <class...> class Template>
inline constexpr bool is_instance_of = false;
template <template <class...> class Template, class... Arguments>
inline constexpr bool is_instance_of<Template<Arguments...>, Template> = true;

template <class Type>
concept CharacterType = std::same_as<Type, char> || std::same_as<Type, wchar_t> || std::same_as<Type, char8_t> ||
                        std::same_as<Type, char16_t> || std::same_as<Type, char32_t>;

template <class Type>
concept IntegerMember = std::integral<Type> && !std::same_as<Type, bool> && !CharacterType<Type>;

template <class Type>
concept ListMember = is_instance_of<Type, std::vector>;

template <class Type>
concept MapMember = is_instance_of<Type, std::map> && std::same_as<typename Type::key_type, std::string>;

template <class Type>
concept NamedEnum = std::is_enum_v<Type> && requires(Type value) { claim_values(value).size(); };

/// Converts to what a user's `from_json` takes, without nlohmann's namespace being searched for it: nlohmann's own
/// mappings of standard types do not count (a string_view would point into a temporary).
struct JsonProbe {
    operator const nlohmann::json&() const;
    operator nlohmann::json&();
};

/// A class with its own mapping in nlohmann's style, found by argument-dependent lookup.
template <class Type>
concept ReadsItself = std::is_class_v<Type> && !std::same_as<Type, nlohmann::json> &&
                      requires(const JsonProbe& json, Type& value) { from_json(json, value); };
template <class Type>
concept WritesItself = std::is_class_v<Type> && !std::same_as<Type, nlohmann::json> &&
                       requires(JsonProbe& json, const Type& value) { to_json(json, value); };
template <class Type>
concept SelfMapped = ReadsItself<Type> || WritesItself<Type>;

/// Why a type cannot be mapped.
enum class Flaw : std::uint8_t {
    none,
    too_many_members,
    base_class,
    not_an_aggregate,
    hidden_members,
    unknown_renamed_member,
    repeated_name,
    string_view,
    pointer,
    enum_without_names,
    unmapped_member,
    not_default_constructible,
    repeats_registered_name,
};

template <class Type>
[[nodiscard]] consteval Flaw flaw_of();

template <class Type>
[[nodiscard]] consteval bool has_repeated_name() {
    const auto& names = claim_names_of<Type>;
    for (std::size_t first = 0; first < names.size(); ++first) {
        for (std::size_t second = first + 1; second < names.size(); ++second) {
            if (names[first] == names[second]) return true;
        }
    }
    return false;
}

template <class Type>
[[nodiscard]] consteval Flaw flaw_of_members() {
    if constexpr (member_count<Type> == 0 && !std::is_empty_v<Type>) {
        return Flaw::hidden_members;
    } else {
        Flaw flaw = Flaw::none;
        [&]<std::size_t... Index>(std::index_sequence<Index...>) {
            ((flaw = flaw == Flaw::none ? flaw_of<Member<Type, Index>>() : flaw), ...);
        }(std::make_index_sequence<member_count<Type>>{});
        if (flaw != Flaw::none) return flaw;
        if (!renamed_members_exist<Type>()) return Flaw::unknown_renamed_member;
        return has_repeated_name<Type>() ? Flaw::repeated_name : Flaw::none;
    }
}

template <class Type>
[[nodiscard]] consteval Flaw flaw_of_class() {
    if constexpr (SelfMapped<Type>) {
        return std::default_initializable<Type> ? Flaw::none : Flaw::not_default_constructible;
    } else if constexpr (!std::is_aggregate_v<Type>) {
        return Flaw::not_an_aggregate;
    } else if constexpr (!std::default_initializable<Type>) {
        return Flaw::not_default_constructible;
    } else if constexpr (has_base<Type>) {
        return Flaw::base_class;
    } else if constexpr (has_too_many_members<Type>) {
        return Flaw::too_many_members;
    } else {
        return flaw_of_members<Type>();
    }
}

template <class Type>
[[nodiscard]] consteval Flaw flaw_of() {
    if constexpr (std::same_as<Type, std::string> || std::same_as<Type, bool> || IntegerMember<Type> ||
                  std::same_as<Type, double> || std::same_as<Type, NumericDate> || std::same_as<Type, Audience> ||
                  std::same_as<Type, nlohmann::json> || NamedEnum<Type>) {
        return Flaw::none;
    } else if constexpr (is_instance_of<Type, std::basic_string_view>) {
        return Flaw::string_view;
    } else if constexpr (std::is_pointer_v<Type>) {
        return Flaw::pointer;
    } else if constexpr (is_instance_of<Type, std::optional> || ListMember<Type>) {
        return flaw_of<typename Type::value_type>();
    } else if constexpr (MapMember<Type>) {
        return flaw_of<typename Type::mapped_type>();
    } else if constexpr (std::is_enum_v<Type>) {
        return Flaw::enum_without_names;
    } else if constexpr (std::is_class_v<Type>) {
        constexpr Flaw flaw = flaw_of_class<Type>();
        return flaw == Flaw::not_an_aggregate ? Flaw::unmapped_member : flaw;
    } else {
        return Flaw::unmapped_member;
    }
}

}  // namespace credence::detail
