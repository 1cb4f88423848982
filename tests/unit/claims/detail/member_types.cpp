// SPDX-License-Identifier: MIT
// How each type maps to JSON: its form, the kinds of values that it is read from, and which own mapping is used.
#include <credence/claims/detail/member_types.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using credence::detail::json_kinds;
using credence::detail::JsonKind;
using credence::detail::member_form;
using credence::detail::MemberForm;
using credence::detail::NamedEnum;
using credence::detail::ReadsItself;
using credence::detail::SelfMapped;
using credence::detail::WritesItself;

namespace credence_test_mapping {

enum class Colour : std::uint8_t { red, green };
constexpr auto claim_values(Colour /*colour*/) {
    return std::to_array<credence::ClaimValue<Colour>>({{Colour::red, "red"}, {Colour::green, "green"}});
}
enum Plain { plain_one };

struct Both {};
inline void from_json(const nlohmann::json& /*json*/, Both& /*value*/) {}
inline void to_json(nlohmann::json& /*json*/, const Both& /*value*/) {}

class AsFriend {
    friend void from_json(const nlohmann::json& /*json*/, AsFriend& /*value*/) {}
};
struct ByMacro {
    int a = 0;
    NLOHMANN_DEFINE_TYPE_INTRUSIVE(ByMacro, a)
};
struct OnlyWrites {};
inline void to_json(nlohmann::json& /*json*/, const OnlyWrites& /*value*/) {}

struct Aggregate {
    int a;
};

/// A type whose template argument makes the compiler search nlohmann's namespace for a mapping.
template <class Type>
struct Box {
    Type value;
};

}  // namespace credence_test_mapping

using namespace credence_test_mapping;

TEST_CASE("each member type has its form") {
    CHECK(member_form<std::string> == MemberForm::text);
    CHECK(member_form<bool> == MemberForm::boolean);
    CHECK(member_form<float> == MemberForm::floating);
    CHECK(member_form<double> == MemberForm::floating);
    CHECK(member_form<credence::NumericDate> == MemberForm::date);
    CHECK(member_form<std::chrono::seconds> == MemberForm::duration);
    CHECK(member_form<std::chrono::milliseconds> == MemberForm::duration);
    CHECK(member_form<std::chrono::duration<std::int32_t>> == MemberForm::duration);
    CHECK(member_form<nlohmann::json> == MemberForm::json);
    CHECK(member_form<credence::Audience> == MemberForm::audience);
    CHECK(member_form<Colour> == MemberForm::enumeration);
    CHECK(member_form<std::optional<int>> == MemberForm::optional);
    CHECK(member_form<std::vector<bool>> == MemberForm::list);
    CHECK(member_form<std::array<int, 3>> == MemberForm::fixed_list);
    CHECK(member_form<std::set<std::string>> == MemberForm::set);
    CHECK(member_form<std::set<std::string, std::less<>>> == MemberForm::set);
    CHECK(member_form<std::unordered_set<std::uint8_t>> == MemberForm::set);
    CHECK(member_form<std::map<std::string, int>> == MemberForm::map);
    CHECK(member_form<std::unordered_map<std::string, int>> == MemberForm::map);
    CHECK(member_form<std::variant<bool, std::string>> == MemberForm::variant);
    CHECK(member_form<Both> == MemberForm::own_mapping);
    CHECK(member_form<Aggregate> == MemberForm::structure);
}

TEST_CASE("types without a JSON mapping have no form") {
    CHECK(member_form<const char*> == MemberForm::none);
    CHECK(member_form<Plain> == MemberForm::none);
    CHECK(member_form<long double> == MemberForm::none);
    CHECK(member_form<int[3]> == MemberForm::none);
    CHECK(member_form<std::monostate> == MemberForm::none);
}

TEMPLATE_TEST_CASE("every integer type is an integer member", "", signed char, unsigned char, short, unsigned short,
                   int, unsigned, long, unsigned long, long long, unsigned long long, std::size_t) {
    CHECK(member_form<TestType> == MemberForm::integer);
}

TEMPLATE_TEST_CASE("character types are not integers", "", char, wchar_t, char8_t, char16_t, char32_t) {
    CHECK(member_form<TestType> == MemberForm::none);
}

TEST_CASE("each member type is read from its kinds of JSON values") {
    const auto kinds = []<class Type>(std::type_identity<Type>) {
        std::string names;
        for (const auto kind : {JsonKind::null, JsonKind::boolean, JsonKind::number, JsonKind::string, JsonKind::array,
                                JsonKind::object}) {
            if (json_kinds<Type>.has(kind)) names += "0b1\"[{"[static_cast<std::size_t>(kind)];
        }
        return names;
    };
    CHECK(kinds(std::type_identity<bool>{}) == "b");
    CHECK(kinds(std::type_identity<std::int8_t>{}) == "1");
    CHECK(kinds(std::type_identity<float>{}) == "1");
    CHECK(kinds(std::type_identity<std::chrono::seconds>{}) == "1");
    CHECK(kinds(std::type_identity<credence::NumericDate>{}) == "1");
    CHECK(kinds(std::type_identity<std::string>{}) == "\"");
    CHECK(kinds(std::type_identity<Colour>{}) == "\"");
    CHECK(kinds(std::type_identity<credence::Audience>{}) == "\"[");
    CHECK(kinds(std::type_identity<std::vector<int>>{}) == "[");
    CHECK(kinds(std::type_identity<std::array<int, 2>>{}) == "[");
    CHECK(kinds(std::type_identity<std::set<int>>{}) == "[");
    CHECK(kinds(std::type_identity<std::map<std::string, int>>{}) == "{");
    CHECK(kinds(std::type_identity<Aggregate>{}) == "{");
    CHECK(kinds(std::type_identity<std::optional<bool>>{}) == "0b");
    CHECK(kinds(std::type_identity<std::variant<bool, std::optional<std::string>>>{}) == "0b\"");
    CHECK(kinds(std::type_identity<nlohmann::json>{}) == "0b1\"[{");
    CHECK(kinds(std::type_identity<Both>{}) == "0b1\"[{");
}

TEST_CASE("only a class's own mapping counts, not nlohmann's of standard types") {
    CHECK(ReadsItself<Both>);
    CHECK(WritesItself<Both>);
    CHECK(ReadsItself<AsFriend>);
    CHECK_FALSE(WritesItself<AsFriend>);
    CHECK(ReadsItself<ByMacro>);
    CHECK(WritesItself<ByMacro>);
    CHECK_FALSE(ReadsItself<OnlyWrites>);
    CHECK(SelfMapped<OnlyWrites>);
    CHECK_FALSE(SelfMapped<Aggregate>);
    CHECK_FALSE(SelfMapped<std::string>);
    CHECK_FALSE(SelfMapped<std::string_view>);
    CHECK_FALSE(SelfMapped<std::vector<int>>);
    CHECK_FALSE(SelfMapped<std::map<std::string, int>>);
    CHECK_FALSE(SelfMapped<nlohmann::json>);
    CHECK_FALSE(SelfMapped<int>);
}

TEST_CASE("a type around nlohmann's own has the form that it has around any other") {
    STATIC_REQUIRE(member_form<std::vector<std::vector<nlohmann::json>>> == MemberForm::list);
    STATIC_REQUIRE(member_form<std::optional<std::map<std::string, nlohmann::json>>> == MemberForm::optional);
    STATIC_REQUIRE(member_form<Box<nlohmann::json>> == MemberForm::structure);
    STATIC_REQUIRE(member_form<std::vector<Box<nlohmann::json>>> == MemberForm::list);
}

TEST_CASE("an enum maps by its table of names only") {
    CHECK(NamedEnum<Colour>);
    CHECK_FALSE(NamedEnum<Plain>);
    CHECK_FALSE(NamedEnum<int>);
}

TEST_CASE("the placeholder for all other names is not the empty name") {
    CHECK(credence::detail::is_any_other_name(credence::any_other_name));
    CHECK_FALSE(credence::detail::is_any_other_name(""));
}
