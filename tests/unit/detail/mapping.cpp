// SPDX-License-Identifier: MIT
// Which types map to JSON by themselves, and whose own mapping counts.
#include <credence/detail/mapping.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using credence::detail::Flaw;
using credence::detail::flaw_of;
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
struct HoldsMapped {
    Both both;
    std::vector<ByMacro> list;
};

}  // namespace credence_test_mapping

using namespace credence_test_mapping;

TEST_CASE("every documented member type maps") {
    CHECK(flaw_of<std::string>() == Flaw::none);
    CHECK(flaw_of<bool>() == Flaw::none);
    CHECK(flaw_of<double>() == Flaw::none);
    CHECK(flaw_of<credence::NumericDate>() == Flaw::none);
    CHECK(flaw_of<credence::Audience>() == Flaw::none);
    CHECK(flaw_of<nlohmann::json>() == Flaw::none);
    CHECK(flaw_of<Colour>() == Flaw::none);
    CHECK(flaw_of<Aggregate>() == Flaw::none);
    CHECK(flaw_of<std::optional<std::vector<std::map<std::string, Aggregate>>>>() == Flaw::none);
    CHECK(flaw_of<std::vector<bool>>() == Flaw::none);
    CHECK(flaw_of<HoldsMapped>() == Flaw::none);
}

TEMPLATE_TEST_CASE("every integer maps", "", signed char, unsigned char, short, unsigned short, int, unsigned, long,
                   unsigned long, long long, unsigned long long, std::int8_t, std::uint64_t, std::size_t) {
    CHECK(flaw_of<TestType>() == Flaw::none);
}

TEMPLATE_TEST_CASE("letters are no integers", "", char, wchar_t, char8_t, char16_t, char32_t) {
    CHECK(flaw_of<TestType>() == Flaw::unmapped_member);
}

TEST_CASE("what does not map is named for what it is, at any depth") {
    CHECK(flaw_of<std::string_view>() == Flaw::string_view);
    CHECK(flaw_of<std::u8string_view>() == Flaw::string_view);
    CHECK(flaw_of<std::map<std::string, std::optional<std::string_view>>>() == Flaw::string_view);
    CHECK(flaw_of<const char*>() == Flaw::pointer);
    CHECK(flaw_of<std::vector<Aggregate*>>() == Flaw::pointer);
    CHECK(flaw_of<Plain>() == Flaw::enum_without_names);
    CHECK(flaw_of<float>() == Flaw::unmapped_member);
    CHECK(flaw_of<long double>() == Flaw::unmapped_member);
    CHECK(flaw_of<std::u8string>() == Flaw::unmapped_member);
    CHECK(flaw_of<std::set<std::string>>() == Flaw::unmapped_member);
    CHECK(flaw_of<std::map<int, std::string>>() == Flaw::unmapped_member);
    CHECK(flaw_of<std::unordered_map<std::string, int>>() == Flaw::unmapped_member);
    CHECK(flaw_of<std::pair<int, int>>() == Flaw::unmapped_member);
    CHECK(flaw_of<std::variant<int, std::string>>() == Flaw::unmapped_member);
    CHECK(flaw_of<std::unique_ptr<int>>() == Flaw::unmapped_member);
    CHECK(flaw_of<std::chrono::system_clock::time_point>() == Flaw::unmapped_member);
    CHECK(flaw_of<std::chrono::seconds>() == Flaw::unmapped_member);
    CHECK(flaw_of<int[3]>() == Flaw::unmapped_member);
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

TEST_CASE("an enum maps by its table of names only") {
    CHECK(NamedEnum<Colour>);
    CHECK_FALSE(NamedEnum<Plain>);
    CHECK_FALSE(NamedEnum<int>);
}
