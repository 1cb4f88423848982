// SPDX-License-Identifier: MIT
// Finds out why a type cannot be a claims type, or a member of one. claims.hpp has the messages for users.
#pragma once

#include <credence/claims/detail/member_types.hpp>
#include <credence/claims/detail/reflect.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace credence::detail {

/// Why a type cannot be mapped.
enum class Diagnostic : std::uint8_t {
    none,
    too_many_members,
    base_class,
    not_an_aggregate,
    hidden_members,
    contains_itself,
    unknown_renamed_member,
    repeated_name,
    string_view,
    pointer,
    enum_without_names,
    duration_unit,
    variant_kinds,
    unmapped_member,
    not_default_constructible,
    repeats_registered_name,
};

/// `Outer` are the aggregates that the type is a member of, at any depth.
template <class Type, class... Outer>
[[nodiscard]] consteval Diagnostic diagnose();

/// Returns the first that is not `none`.
[[nodiscard]] consteval Diagnostic first_of(std::initializer_list<Diagnostic> diagnostics) {
    for (const Diagnostic diagnostic : diagnostics) {
        if (diagnostic != Diagnostic::none) return diagnostic;
    }
    return Diagnostic::none;
}

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

template <class Type, class... Outer>
[[nodiscard]] consteval Diagnostic diagnose_members() {
    if constexpr ((std::same_as<Type, Outer> || ...)) {
        return Diagnostic::contains_itself;
    } else if constexpr (member_count<Type> == 0 && !std::is_empty_v<Type>) {
        return Diagnostic::hidden_members;
    } else {
        const Diagnostic diagnostic = []<std::size_t... Index>(std::index_sequence<Index...>) {
            return first_of({diagnose<Member<Type, Index>, Type, Outer...>()...});
        }(std::make_index_sequence<member_count<Type>>{});
        if (diagnostic != Diagnostic::none) return diagnostic;
        if (!renamed_members_exist<Type>()) return Diagnostic::unknown_renamed_member;
        return has_repeated_name<Type>() ? Diagnostic::repeated_name : Diagnostic::none;
    }
}

template <class Type, class... Outer>
[[nodiscard]] consteval Diagnostic diagnose_class() {
    if constexpr (SelfMapped<Type>) {
        return std::default_initializable<Type> ? Diagnostic::none : Diagnostic::not_default_constructible;
    } else if constexpr (!std::is_aggregate_v<Type>) {
        return Diagnostic::not_an_aggregate;
    } else if constexpr (!std::default_initializable<Type>) {
        return Diagnostic::not_default_constructible;
    } else if constexpr (has_base<Type>) {
        return Diagnostic::base_class;
    } else if constexpr (has_too_many_members<Type>) {
        return Diagnostic::too_many_members;
    } else {
        return diagnose_members<Type, Outer...>();
    }
}

/// A variant's alternative is chosen by the kind of the JSON value, so no two alternatives may share a kind.
template <class... Outer, class... Alternatives>
[[nodiscard]] consteval Diagnostic diagnose_variant(std::type_identity<std::variant<Alternatives...>> /*type*/) {
    const Diagnostic diagnostic = first_of({diagnose<Alternatives, Outer...>()...});
    if (diagnostic != Diagnostic::none) return diagnostic;
    JsonKinds taken;
    bool differ = true;
    ((differ = differ && !taken.overlaps(json_kinds<Alternatives>), taken = taken | json_kinds<Alternatives>), ...);
    return differ ? Diagnostic::none : Diagnostic::variant_kinds;
}

/// A class template that owns its pointee: `std::unique_ptr`, `std::shared_ptr`.
template <class Type>
concept OwningPointer = requires(const Type& pointer) {
    typename Type::element_type;
    { pointer.get() } -> std::same_as<typename Type::element_type*>;
};

template <class Type>
[[nodiscard]] consteval Diagnostic diagnose_unmapped();

/// Whether a class template has a string_view or a pointer among its arguments, such as `std::set<std::string_view>`.
template <class Type>
inline constexpr Diagnostic argument_diagnostic = Diagnostic::none;
template <template <class...> class Template, class... Arguments>
inline constexpr Diagnostic argument_diagnostic<Template<Arguments...>> = [] {
    Diagnostic found = Diagnostic::none;
    for (const Diagnostic diagnostic : {Diagnostic::none, diagnose_unmapped<Arguments>()...}) {
        const bool borrows = diagnostic == Diagnostic::string_view || diagnostic == Diagnostic::pointer;
        if (found == Diagnostic::none && borrows) found = diagnostic;
    }
    return found;
}();

/// The specific problem of a type without a form.
template <class Type>
[[nodiscard]] consteval Diagnostic diagnose_unmapped() {
    if (is_instance_of<Type, std::basic_string_view>) return Diagnostic::string_view;
    if (std::is_pointer_v<Type> || OwningPointer<Type>) return Diagnostic::pointer;
    if (argument_diagnostic<Type> != Diagnostic::none) return argument_diagnostic<Type>;
    if (std::is_enum_v<Type>) return Diagnostic::enum_without_names;
    if (is_instance_of<Type, std::chrono::duration>) return Diagnostic::duration_unit;
    return Diagnostic::unmapped_member;
}

/// Whether a class template, such as `std::unique_ptr`, has one of `Outer` among its arguments.
template <class... Outer, template <class...> class Template, class... Arguments>
[[nodiscard]] consteval bool holds_any(std::type_identity<Template<Arguments...>> /*type*/) {
    const auto is_outer = []<class Argument>(std::type_identity<Argument>) {
        return (std::same_as<Argument, Outer> || ...);
    };
    return (is_outer(std::type_identity<Arguments>{}) || ...);
}
template <class... Outer, class Type>
[[nodiscard]] consteval bool holds_any(std::type_identity<Type> /*type*/) {
    return false;
}

/// The specific problem of a type without a form that is a member of `Outer`.
template <class Type, class... Outer>
[[nodiscard]] consteval Diagnostic diagnose_other() {
    return holds_any<Outer...>(std::type_identity<Type>{}) ? Diagnostic::contains_itself : diagnose_unmapped<Type>();
}

template <class Type, class... Outer>
[[nodiscard]] consteval Diagnostic diagnose() {
    constexpr MemberForm form = member_form<Type>;
    if constexpr (form == MemberForm::none) {
        return diagnose_other<Type, Outer...>();
    } else if constexpr (form == MemberForm::optional || form == MemberForm::list || form == MemberForm::fixed_list) {
        return diagnose<typename Type::value_type, Outer...>();
    } else if constexpr (form == MemberForm::map) {
        return diagnose<typename Type::mapped_type, Outer...>();
    } else if constexpr (form == MemberForm::variant) {
        return diagnose_variant<Outer...>(std::type_identity<Type>{});
    } else if constexpr (form == MemberForm::structure || form == MemberForm::own_mapping) {
        const Diagnostic diagnostic = diagnose_class<Type, Outer...>();
        return diagnostic == Diagnostic::not_an_aggregate ? diagnose_other<Type, Outer...>() : diagnostic;
    } else {
        return Diagnostic::none;
    }
}

}  // namespace credence::detail
