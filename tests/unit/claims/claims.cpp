// SPDX-License-Identifier: MIT
// Which types are claims types, and the exact fault of a type that is not.
#include <credence/claims/claims.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using credence::ClaimName;
using credence::Claims;
using credence::RegisteredClaims;
using credence::detail::diagnose_claims;
using credence::detail::Diagnostic;

namespace credence_test_claims {

enum class Role : std::uint8_t { admin, user };
constexpr auto claim_values(Role /*role*/) {
    return std::to_array<credence::ClaimValue<Role>>({{Role::admin, "admin"}, {Role::user, "user"}});
}
enum class Nameless : std::uint8_t { one };

struct Address {
    std::string street;
    std::optional<std::string> city;
};

struct Everything {
    std::string text;
    bool yes;
    std::int8_t tiny;
    std::uint64_t huge;
    double real;
    credence::NumericDate when;
    std::optional<int> maybe;
    std::vector<std::vector<int>> lists;
    std::map<std::string, Address> by_name;
    Address address;
    Role role;
    nlohmann::json any;
    credence::Audience audience;
};

struct Nothing {};
struct MadeByHand {
    explicit MadeByHand(int number) : value(number) {}
    int value;
};
struct Hidden {
    std::string name;

protected:
    int secret = 0;
};
struct Derived : Address {
    int more;
};
struct Viewing {
    std::string_view name;
};
struct DeeplyViewing {
    std::vector<std::map<std::string, std::optional<std::string_view>>> names;
};
struct Pointing {
    const char* name;
};
struct NestedPointing {
    std::optional<int*> name;
};
struct Unnamed {
    Nameless value;
};
struct Lettered {
    char letter;
};
struct LongDouble {
    long double real;
};
struct Tree {
    std::vector<Tree> branches;
};
struct KeyedByNumber {
    std::map<int, int> by_number;
};
struct Constant {
    const std::string name;
};
struct NotReset {
    MadeByHand inside;
};
struct Thirty2 {
    int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff;
};
struct Thirty3 {
    int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff, gg;
};
struct Repeating {
    std::string sub;
};
struct RenamedToRegistered {
    std::string subject;
    static constexpr ClaimName claim_names[] = {{"subject", "sub"}};
};
struct RenamesNobody {
    std::string role;
    static constexpr ClaimName claim_names[] = {{"rolle", "https://example.com/role"}};
};
struct RenamesTwice {
    std::string role;
    static constexpr ClaimName claim_names[] = {{"role", "a"}, {"role", "b"}};
};
struct TwoOfOneName {
    std::string role, other;
    static constexpr ClaimName claim_names[] = {{"other", "role"}};
};
struct Scoped {
    std::string scope;
};

class Mapped {
public:
    Mapped() = default;
    friend void from_json(const nlohmann::json& /*json*/, Mapped& /*value*/) {}
    friend void to_json(nlohmann::json& /*json*/, const Mapped& /*value*/) {}
};
struct MappedAggregate {
    const char* would_be_a_pointer = nullptr;
};
inline void from_json(const nlohmann::json& /*json*/, MappedAggregate& /*value*/) {}
inline void to_json(nlohmann::json& /*json*/, const MappedAggregate& /*value*/) {}

class MappedWithoutDefault {
public:
    explicit MappedWithoutDefault(int /*number*/) {}
    friend void from_json(const nlohmann::json& /*json*/, MappedWithoutDefault& /*value*/) {}
};

}  // namespace credence_test_claims

using namespace credence_test_claims;

TEST_CASE("aggregates, the registered claims, mapped classes and JSON are claims types") {
    CHECK(diagnose_claims<Everything>() == Diagnostic::none);
    CHECK(diagnose_claims<Nothing>() == Diagnostic::none);
    CHECK(diagnose_claims<Thirty2>() == Diagnostic::none);
    CHECK(diagnose_claims<RegisteredClaims>() == Diagnostic::none);
    CHECK(diagnose_claims<Claims<Address>>() == Diagnostic::none);
    CHECK(diagnose_claims<Claims<Everything>>() == Diagnostic::none);
    CHECK(diagnose_claims<Claims<Nothing>>() == Diagnostic::none);
    CHECK(diagnose_claims<Claims<Scoped>>() == Diagnostic::none);
    CHECK(diagnose_claims<Claims<Mapped>>() == Diagnostic::none);
    CHECK(diagnose_claims<Mapped>() == Diagnostic::none);
    CHECK(diagnose_claims<nlohmann::json>() == Diagnostic::none);
    CHECK(diagnose_claims<Repeating>() == Diagnostic::none);  // without Claims<…> the name is free
}

TEST_CASE("a class's own mapping wins over its members") {
    CHECK(diagnose_claims<MappedAggregate>() == Diagnostic::none);
    CHECK(credence::detail::needs_dom<MappedAggregate>);
    CHECK(credence::detail::needs_dom<Claims<Mapped>>);
    CHECK_FALSE(credence::detail::needs_dom<Everything>);
}

TEST_CASE("a type that is not a claims type is refused with the reason") {
    CHECK(diagnose_claims<int>() == Diagnostic::not_an_aggregate);
    CHECK(diagnose_claims<std::string>() == Diagnostic::not_an_aggregate);
    CHECK(diagnose_claims<MadeByHand>() == Diagnostic::not_an_aggregate);
    CHECK(diagnose_claims<Hidden>() == Diagnostic::not_an_aggregate);
    CHECK(diagnose_claims<Derived>() == Diagnostic::base_class);
    CHECK(diagnose_claims<Claims<Derived>>() == Diagnostic::base_class);
    CHECK(diagnose_claims<Viewing>() == Diagnostic::string_view);
    CHECK(diagnose_claims<DeeplyViewing>() == Diagnostic::string_view);
    CHECK(diagnose_claims<Claims<DeeplyViewing>>() == Diagnostic::string_view);
    CHECK(diagnose_claims<Pointing>() == Diagnostic::pointer);
    CHECK(diagnose_claims<NestedPointing>() == Diagnostic::pointer);
    CHECK(diagnose_claims<Unnamed>() == Diagnostic::enum_without_names);
    CHECK(diagnose_claims<Lettered>() == Diagnostic::unmapped_member);
    CHECK(diagnose_claims<LongDouble>() == Diagnostic::unmapped_member);
    CHECK(diagnose_claims<Tree>() == Diagnostic::contains_itself);
    CHECK(diagnose_claims<Claims<Tree>>() == Diagnostic::contains_itself);
    CHECK(diagnose_claims<KeyedByNumber>() == Diagnostic::unmapped_member);
    CHECK(diagnose_claims<Constant>() != Diagnostic::none);
    CHECK(diagnose_claims<NotReset>() == Diagnostic::not_default_constructible);
    CHECK(diagnose_claims<MappedWithoutDefault>() == Diagnostic::not_default_constructible);
    CHECK(diagnose_claims<Thirty3>() == Diagnostic::too_many_members);
}

TEST_CASE("a table of names must name existing members, and give them different names") {
    CHECK(diagnose_claims<RenamesNobody>() == Diagnostic::unknown_renamed_member);
    CHECK(diagnose_claims<RenamesTwice>() == Diagnostic::unknown_renamed_member);
    CHECK(diagnose_claims<TwoOfOneName>() == Diagnostic::repeated_name);
}

TEST_CASE("a private claim cannot repeat a registered name") {
    CHECK(diagnose_claims<Claims<Repeating>>() == Diagnostic::repeats_registered_name);
    CHECK(diagnose_claims<Claims<RenamedToRegistered>>() == Diagnostic::repeats_registered_name);
    CHECK(diagnose_claims<RenamedToRegistered>() == Diagnostic::none);
}

TEST_CASE("registered and private claims are one flat value") {
    struct Account {
        std::string role;
        std::vector<std::string> groups = {};
        bool operator==(const Account&) const = default;
    };
    const Claims<Account> claims{{.sub = "42"}, {.role = "admin"}};
    CHECK(claims.sub == "42");
    CHECK(claims.role == "admin");
    CHECK(claims == Claims<Account>{{.sub = "42"}, {.role = "admin"}});
    CHECK_FALSE(claims == Claims<Account>{{.sub = "43"}, {.role = "admin"}});
    CHECK_FALSE(claims == Claims<Account>{{.sub = "42"}, {.role = "user"}});
}
