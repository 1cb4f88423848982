// SPDX-License-Identifier: MIT
// Which types map to JSON, and the exact fault of a type that does not.
#include <credence/claims/detail/diagnostics.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using credence::detail::diagnose;
using credence::detail::Diagnostic;

namespace credence_test_diagnostics {

enum class Colour : std::uint8_t { red, green };
constexpr auto claim_values(Colour /*colour*/) {
    return std::to_array<credence::ClaimValue<Colour>>({{Colour::red, "red"}, {Colour::green, "green"}});
}
enum Plain { plain_one };

struct Both {};
inline void from_json(const nlohmann::json& /*json*/, Both& /*value*/) {}
inline void to_json(nlohmann::json& /*json*/, const Both& /*value*/) {}

struct Aggregate {
    int a;
};
struct HoldsMapped {
    Both both;
    std::vector<Both> list;
};

struct Tree {
    std::vector<Tree> branches;
};
struct Second;
struct First {
    std::map<std::string, std::vector<Second>> seconds;
};
struct Second {
    int number;
    std::optional<std::vector<First>> firsts;
};
struct Chain {
    std::unique_ptr<Chain> next;
};
struct SharedTree {
    std::vector<std::shared_ptr<SharedTree>> branches;
};
struct ListTree {
    std::list<ListTree> branches;
};
struct OwnTree {
    std::vector<OwnTree> branches;
};
inline void from_json(const nlohmann::json& /*json*/, OwnTree& /*value*/) {}
struct Twice {
    Aggregate one, other;
    std::vector<Aggregate> more;
};

}  // namespace credence_test_diagnostics

using namespace credence_test_diagnostics;

TEST_CASE("every documented member type maps") {
    CHECK(diagnose<std::string>() == Diagnostic::none);
    CHECK(diagnose<bool>() == Diagnostic::none);
    CHECK(diagnose<double>() == Diagnostic::none);
    CHECK(diagnose<credence::NumericDate>() == Diagnostic::none);
    CHECK(diagnose<credence::Audience>() == Diagnostic::none);
    CHECK(diagnose<nlohmann::json>() == Diagnostic::none);
    CHECK(diagnose<Colour>() == Diagnostic::none);
    CHECK(diagnose<Aggregate>() == Diagnostic::none);
    CHECK(diagnose<std::optional<std::vector<std::map<std::string, Aggregate>>>>() == Diagnostic::none);
    CHECK(diagnose<std::vector<bool>>() == Diagnostic::none);
    CHECK(diagnose<HoldsMapped>() == Diagnostic::none);
    CHECK(diagnose<float>() == Diagnostic::none);
    CHECK(diagnose<std::chrono::milliseconds>() == Diagnostic::none);
    CHECK(diagnose<std::array<std::array<int, 2>, 3>>() == Diagnostic::none);
    CHECK(diagnose<std::set<std::string>>() == Diagnostic::none);
    CHECK(diagnose<std::unordered_set<std::int64_t>>() == Diagnostic::none);
    CHECK(diagnose<std::unordered_map<std::string, Aggregate>>() == Diagnostic::none);
    CHECK(diagnose<std::variant<bool, int, std::string, std::vector<int>, Aggregate>>() == Diagnostic::none);
}

TEMPLATE_TEST_CASE("every integer maps", "", signed char, unsigned char, short, unsigned short, int, unsigned, long,
                   unsigned long, long long, unsigned long long, std::int8_t, std::uint64_t, std::size_t) {
    CHECK(diagnose<TestType>() == Diagnostic::none);
}

TEMPLATE_TEST_CASE("character types are not mapped as integers", "", char, wchar_t, char8_t, char16_t, char32_t) {
    CHECK(diagnose<TestType>() == Diagnostic::unmapped_member);
}

TEST_CASE("a type that does not map is reported with its reason, at any depth") {
    CHECK(diagnose<std::string_view>() == Diagnostic::string_view);
    CHECK(diagnose<std::u8string_view>() == Diagnostic::string_view);
    CHECK(diagnose<std::map<std::string, std::optional<std::string_view>>>() == Diagnostic::string_view);
    CHECK(diagnose<const char*>() == Diagnostic::pointer);
    CHECK(diagnose<std::vector<Aggregate*>>() == Diagnostic::pointer);
    CHECK(diagnose<std::set<std::string_view>>() == Diagnostic::string_view);
    CHECK(diagnose<std::unordered_set<std::string_view>>() == Diagnostic::string_view);
    CHECK(diagnose<std::map<std::string_view, int>>() == Diagnostic::string_view);
    CHECK(diagnose<std::pair<std::string, std::string_view>>() == Diagnostic::string_view);
    CHECK(diagnose<std::list<std::string_view>>() == Diagnostic::string_view);
    CHECK(diagnose<std::set<const char*>>() == Diagnostic::pointer);
    CHECK(diagnose<std::unique_ptr<int>>() == Diagnostic::pointer);
    CHECK(diagnose<std::optional<std::shared_ptr<Aggregate>>>() == Diagnostic::pointer);
    CHECK(diagnose<Plain>() == Diagnostic::enum_without_names);
    CHECK(diagnose<long double>() == Diagnostic::unmapped_member);
    CHECK(diagnose<std::u8string>() == Diagnostic::unmapped_member);
    CHECK(diagnose<std::map<int, std::string>>() == Diagnostic::unmapped_member);
    CHECK(diagnose<std::unordered_map<int, std::string>>() == Diagnostic::unmapped_member);
    CHECK(diagnose<std::set<double>>() == Diagnostic::unmapped_member);
    CHECK(diagnose<std::unordered_set<bool>>() == Diagnostic::unmapped_member);
    CHECK(diagnose<std::list<int>>() == Diagnostic::unmapped_member);
    CHECK(diagnose<std::monostate>() == Diagnostic::unmapped_member);
    CHECK(diagnose<std::pair<int, int>>() == Diagnostic::unmapped_member);
    CHECK(diagnose<std::chrono::system_clock::time_point>() == Diagnostic::unmapped_member);
    CHECK(diagnose<int[3]>() == Diagnostic::unmapped_member);
}

TEST_CASE("a duration maps if it counts whole seconds or milliseconds") {
    CHECK(diagnose<std::chrono::minutes>() == Diagnostic::duration_unit);
    CHECK(diagnose<std::vector<std::chrono::nanoseconds>>() == Diagnostic::duration_unit);
    CHECK(diagnose<std::chrono::duration<double>>() == Diagnostic::duration_unit);
}

TEST_CASE("a variant maps if its alternatives differ in their JSON kind") {
    CHECK(diagnose<std::variant<int, double>>() == Diagnostic::variant_kinds);
    CHECK(diagnose<std::variant<std::string, Colour>>() == Diagnostic::variant_kinds);
    CHECK(diagnose<std::variant<std::string, credence::Audience>>() == Diagnostic::variant_kinds);
    CHECK(diagnose<std::variant<std::vector<int>, std::set<int>>>() == Diagnostic::variant_kinds);
    CHECK(diagnose<std::variant<Aggregate, std::map<std::string, int>>>() == Diagnostic::variant_kinds);
    CHECK(diagnose<std::variant<std::optional<int>, std::optional<bool>>>() == Diagnostic::variant_kinds);
    CHECK(diagnose<std::variant<bool, nlohmann::json>>() == Diagnostic::variant_kinds);
    CHECK(diagnose<std::variant<bool, Both>>() == Diagnostic::variant_kinds);
    CHECK(diagnose<std::variant<bool, std::variant<std::string, bool>>>() == Diagnostic::variant_kinds);
    CHECK(diagnose<std::variant<bool, std::string_view>>() == Diagnostic::string_view);
    CHECK(diagnose<std::variant<bool, std::optional<std::string>>>() == Diagnostic::none);
}

TEST_CASE("a type that contains itself does not map, at any distance") {
    CHECK(diagnose<Tree>() == Diagnostic::contains_itself);
    CHECK(diagnose<std::optional<Tree>>() == Diagnostic::contains_itself);
    CHECK(diagnose<First>() == Diagnostic::contains_itself);
    CHECK(diagnose<Second>() == Diagnostic::contains_itself);
    CHECK(diagnose<Chain>() == Diagnostic::contains_itself);
    CHECK(diagnose<SharedTree>() == Diagnostic::contains_itself);
    CHECK(diagnose<ListTree>() == Diagnostic::contains_itself);
    CHECK(diagnose<OwnTree>() == Diagnostic::none);
    CHECK(diagnose<Twice>() == Diagnostic::none);
}
