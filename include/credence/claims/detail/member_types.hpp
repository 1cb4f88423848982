// SPDX-License-Identifier: MIT
// The forms of member types: how each C++ type maps to JSON. A new member type needs a line in `member_form` and in
// `json_kinds` here, and a branch in the reader and in the writer.
#pragma once

#include <credence/claims/registered_claims.hpp>
#include <credence/clock.hpp>
#include <credence/detail/json/json_kind.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <ratio>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace credence::detail {

/// Whether a line's name is `any_other_name` itself, not an empty string.
[[nodiscard]] constexpr bool is_any_other_name(std::string_view name) noexcept { return name.data() == nullptr; }

template <class Type, template <class...> class Template>
inline constexpr bool is_instance_of = false;
template <template <class...> class Template, class... Arguments>
inline constexpr bool is_instance_of<Template<Arguments...>, Template> = true;

template <class Type>
concept CharacterType = std::same_as<Type, char> || std::same_as<Type, wchar_t> || std::same_as<Type, char8_t> ||
                        std::same_as<Type, char16_t> || std::same_as<Type, char32_t>;

template <class Type>
concept IntegerMember = std::integral<Type> && !std::same_as<Type, bool> && !CharacterType<Type>;

/// An integer count of seconds or of milliseconds.
template <class Type>
inline constexpr bool is_duration_member = false;
template <IntegerMember Count, class Period>
inline constexpr bool is_duration_member<std::chrono::duration<Count, Period>> =
    std::same_as<Period, std::ratio<1>> || std::same_as<Period, std::milli>;

template <class Type>
inline constexpr bool is_fixed_list = false;
template <class Element, std::size_t count>
inline constexpr bool is_fixed_list<std::array<Element, count>> = true;

template <class Type>
concept SetMember = (is_instance_of<Type, std::set> || is_instance_of<Type, std::unordered_set>) &&
                    (std::same_as<typename Type::value_type, std::string> || IntegerMember<typename Type::value_type>);

template <class Type>
concept MapMember = (is_instance_of<Type, std::map> || is_instance_of<Type, std::unordered_map>) &&
                    std::same_as<typename Type::key_type, std::string>;

template <class Type>
concept NamedEnum = std::is_enum_v<Type> && requires(Type value) { claim_values(value).size(); };

/// Converts to the parameter of a user's `from_json` without adding nlohmann's namespace to the lookup: nlohmann's own
/// mappings of standard types must not count (a string_view would point into a temporary).
struct JsonProbe {
    using string_t = std::string;  // nlohmann/json 3.11.3 requires it of a JSON type when its namespace is searched
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

/// How a member type maps to JSON.
enum class MemberForm : std::uint8_t {
    none,  ///< not at all
    text,
    boolean,
    integer,
    floating,
    date,
    duration,
    json,
    audience,
    enumeration,
    optional,
    list,
    fixed_list,
    set,
    map,
    variant,
    own_mapping,
    structure,  ///< an aggregate, or another class: the diagnostics tell them apart
};

/// The form of a class that the library knows; `structure` for any other.
template <class Type>
[[nodiscard]] consteval MemberForm form_of_known_class() {
    if (std::same_as<Type, std::string>) return MemberForm::text;
    if (std::same_as<Type, NumericDate>) return MemberForm::date;
    if (is_duration_member<Type>) return MemberForm::duration;
    if (std::same_as<Type, nlohmann::json>) return MemberForm::json;
    if (std::same_as<Type, Audience>) return MemberForm::audience;
    if (is_instance_of<Type, std::optional>) return MemberForm::optional;
    if (is_instance_of<Type, std::vector>) return MemberForm::list;
    if (is_fixed_list<Type>) return MemberForm::fixed_list;
    if (SetMember<Type>) return MemberForm::set;
    if (MapMember<Type>) return MemberForm::map;
    if (is_instance_of<Type, std::variant>) return MemberForm::variant;
    if (std::same_as<Type, std::monostate>) return MemberForm::none;
    return MemberForm::structure;
}

template <class Type>
[[nodiscard]] consteval MemberForm form_of_class() {
    constexpr MemberForm known = form_of_known_class<Type>();
    if constexpr (known == MemberForm::structure) {
        return SelfMapped<Type> ? MemberForm::own_mapping : MemberForm::structure;
    } else {
        return known;
    }
}

template <class Type>
inline constexpr MemberForm member_form = [] {
    if (std::same_as<Type, bool>) return MemberForm::boolean;
    if (IntegerMember<Type>) return MemberForm::integer;
    if (std::same_as<Type, float> || std::same_as<Type, double>) return MemberForm::floating;
    if (NamedEnum<Type>) return MemberForm::enumeration;
    if constexpr (std::is_class_v<Type>) return form_of_class<Type>();
    return MemberForm::none;
}();

[[nodiscard]] consteval JsonKinds kinds_of_form(MemberForm form) {
    switch (form) {
        case MemberForm::text:
        case MemberForm::enumeration: return JsonKind::string;
        case MemberForm::boolean: return JsonKind::boolean;
        case MemberForm::integer:
        case MemberForm::floating:
        case MemberForm::date:
        case MemberForm::duration: return JsonKind::number;
        case MemberForm::audience: return JsonKinds{JsonKind::string} | JsonKind::array;
        case MemberForm::list:
        case MemberForm::fixed_list:
        case MemberForm::set: return JsonKind::array;
        case MemberForm::map:
        case MemberForm::structure: return JsonKind::object;
        case MemberForm::none:
        case MemberForm::json:
        case MemberForm::optional:
        case MemberForm::variant:
        case MemberForm::own_mapping: break;
    }
    return JsonKinds::any();
}

/// The kinds of JSON values that a member type is read from.
template <class Type>
inline constexpr JsonKinds json_kinds = kinds_of_form(member_form<Type>);
template <class Value>
inline constexpr JsonKinds json_kinds<std::optional<Value>> = json_kinds<Value> | JsonKind::null;
template <class... Alternatives>
inline constexpr JsonKinds json_kinds<std::variant<Alternatives...>> = (JsonKinds{} | ... | json_kinds<Alternatives>);

}  // namespace credence::detail
