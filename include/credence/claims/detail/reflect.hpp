// SPDX-License-Identifier: MIT
// Compile-time reflection of aggregates in C++20: how many members they have, their names, and references to them.
#pragma once

#include <credence/claims/claim_names.hpp>
#include <credence/claims/detail/bind.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <source_location>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace credence::detail {

/// Storage for an object that is never constructed. Its members have addresses, even if the type cannot be constructed
/// at compile time.
template <class Aggregate>
union Sample {
    constexpr Sample() noexcept : nothing{} {}
    constexpr ~Sample() {}
    char nothing;
    Aggregate value;
};
template <class Aggregate>
inline constinit Sample<Aggregate> sample{};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

/// The references of all members, as a tuple type.
template <class Aggregate>
using Members = decltype(bind_members(std::declval<Aggregate&>()));

template <class Aggregate>
inline constexpr std::size_t member_count = std::tuple_size_v<Members<Aggregate>>;

template <class Aggregate, std::size_t index>
using Member = std::remove_reference_t<std::tuple_element_t<index, Members<Aggregate>>>;

template <class Aggregate, std::size_t index>
[[nodiscard]] consteval auto member_address() noexcept {
    return &std::get<index>(bind_members(sample<Aggregate>.value));
}

template <auto address>
[[nodiscard]] consteval std::string_view function_naming() noexcept {
    return std::source_location::current().function_name();
}

/// The identifier in a compiler's spelling of `&sample<Account>.value.role`: g++ writes `::Account::role)` and more,
/// clang `.value.role]`, MSVC `->role>(void) noexcept`.
[[nodiscard]] consteval std::string_view last_identifier(std::string_view spelling) {
    spelling = spelling.substr(0, (std::min)({spelling.find(';'), spelling.find(">(void)"), spelling.size()}));
    while (spelling.ends_with(']') || spelling.ends_with(')')) spelling.remove_suffix(1);
    const std::size_t before = spelling.find_last_of(".:>");
    return spelling.substr(before + 1);
}

/// The identifier of each member, in the order of declaration.
template <class Aggregate>
inline constexpr auto identifiers = []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::array<std::string_view, sizeof...(Index)>{
        last_identifier(function_naming<member_address<Aggregate, Index>()>())...};
}(std::make_index_sequence<member_count<Aggregate>>{});

template <class Aggregate>
concept RenamesClaims = requires { std::begin(Aggregate::claim_names); };

/// Whether a member of this name exists, and exactly one line of the table names it.
template <class Aggregate>
[[nodiscard]] consteval bool is_renamed_once(std::string_view member) {
    const auto& all = identifiers<Aggregate>;
    const auto lines = std::count_if(std::begin(Aggregate::claim_names), std::end(Aggregate::claim_names),
                                     [&](const ClaimName& line) { return line.member == member; });
    return lines == 1 && std::find(all.begin(), all.end(), member) != all.end();
}

/// Whether each line of the table names a member that exists, and no two lines name the same one.
template <class Aggregate>
[[nodiscard]] consteval bool renamed_members_exist() {
    if constexpr (RenamesClaims<Aggregate>) {
        for (const ClaimName& line : Aggregate::claim_names) {
            if (!is_renamed_once<Aggregate>(line.member)) return false;
        }
    }
    return true;
}

template <class Aggregate>
[[nodiscard]] constexpr std::string_view claim_name_of(std::string_view identifier) {
    if constexpr (RenamesClaims<Aggregate>) {
        for (const ClaimName& line : Aggregate::claim_names) {
            if (line.member == identifier) return line.claim;
        }
    }
    return identifier;
}

/// The name that each member has in a token, in the order of declaration.
template <class Aggregate>
inline constexpr auto claim_names_of = [] {
    auto names = identifiers<Aggregate>;
    for (auto& name : names) name = claim_name_of<Aggregate>(name);
    return names;
}();

/// Converts to any base of `Derived`, and to nothing else. Not copyable: otherwise a `std::any` member would accept it.
template <class Derived>
struct AnyBaseOf {
    AnyBaseOf() = default;
    AnyBaseOf(const AnyBaseOf&) = delete;
    template <class Base>
        requires(std::is_base_of_v<Base, Derived> && !std::is_same_v<Base, Derived>)
    constexpr operator Base() const noexcept;
};

/// Whether an aggregate has a base class, which its first initialiser then initialises.
template <class Aggregate>
inline constexpr bool has_base = requires { Aggregate{AnyBaseOf<Aggregate>{}}; };

}  // namespace credence::detail
