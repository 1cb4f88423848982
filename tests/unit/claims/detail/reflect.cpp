// SPDX-License-Identifier: MIT
// The names of members, as the compiler spells them, for structs in every kind of scope and members of every kind of
// name.
#include <credence/claims/detail/reflect.hpp>

#include <any>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using credence::ClaimName;
using credence::detail::claim_names_of;
using credence::detail::has_base;
using credence::detail::identifiers;

struct AtTheTop {
    std::string first;
    int second;
};

namespace {

struct Anonymous {
    std::vector<std::map<std::string, std::optional<int>>> list;
    std::optional<std::string> maybe;
    bool value;
};

template <class Inner, int number>
struct Template {
    Inner inner;
    std::array<Inner, 3> several;
    std::pair<int, Inner> pair;
};

struct Outer {
    struct Inside {
        int deep;
    };
    Inside inside;
};

struct Awkward {
    int class_, operator_, template_, int_, auto_, _leading, trailing_, x, CamelCase, a1b2, value, sample, address,
        name;
};

struct WithDefaults {
    std::string role = "user";
    std::vector<std::string> groups = {"a", "b"};
    int number = 7;
};

struct NotLiteral {
    NotLiteral() : text("made at run time") {}
    std::string text;
};
struct HoldsNotLiteral {
    NotLiteral member;
    int after;
};

struct Renamed {
    std::string role, thumbprint, kept;
    static constexpr ClaimName claim_names[] = {{"thumbprint", "x5t#S256"}, {"role", "https://example.com/role"}};
};
struct RenamedWithoutReason {
    std::string role;
    static constexpr std::array<ClaimName, 0> claim_names{};
};
struct Swapped {
    int first, second;
    static constexpr ClaimName claim_names[] = {{"first", "second"}, {"second", "first"}};
};

struct Base {
    int a;
};
struct EmptyBase {};
struct Derived : Base {
    int b;
};
struct HoldsAny {
    std::any anything;
};
struct DerivedFromEmpty : EmptyBase {
    int b;
};

template <class Aggregate>
std::vector<std::string_view> names() {
    return {identifiers<Aggregate>.begin(), identifiers<Aggregate>.end()};
}

using Names = std::vector<std::string_view>;

}  // namespace

namespace house::room {
struct Named {
    Anonymous nested;
    AtTheTop top;
};
inline namespace v1 {
struct Versioned {
    int x;
};
}  // namespace v1
}  // namespace house::room

TEST_CASE("member names are found in structs of every scope") {
    struct Local {
        int here;
        std::string there;
    };
    CHECK(names<AtTheTop>() == Names{"first", "second"});
    CHECK(names<Anonymous>() == Names{"list", "maybe", "value"});
    CHECK(names<Outer>() == Names{"inside"});
    CHECK(names<Outer::Inside>() == Names{"deep"});
    CHECK(names<house::room::Named>() == Names{"nested", "top"});
    CHECK(names<house::room::Versioned>() == Names{"x"});
    CHECK(names<Local>() == Names{"here", "there"});
    const auto in_lambda = [] {
        struct InLambda {
            int inmost;
        };
        return names<InLambda>();
    };
    CHECK(in_lambda() == Names{"inmost"});
}

TEST_CASE("member names are found in templates") {
    CHECK(names<Template<int, 7>>() == Names{"inner", "several", "pair"});
    CHECK(names<Template<std::map<std::string, Anonymous>, -1>>() == Names{"inner", "several", "pair"});
    CHECK(names<Template<Template<Outer, '>'>, ')'>>() == Names{"inner", "several", "pair"});
}

TEST_CASE("member names are taken whole, whatever they look like") {
    CHECK(names<Awkward>() == Names{"class_", "operator_", "template_", "int_", "auto_", "_leading", "trailing_", "x",
                                    "CamelCase", "a1b2", "value", "sample", "address", "name"});
}

TEST_CASE("member names may have letters of any language") {
    struct Foreign {
        int größe, 名前;
    };
    CHECK(names<Foreign>() == Names{"gr\xc3\xb6\xc3\x9f"
                                    "e",
                                    "\xe5\x90\x8d\xe5\x89\x8d"});
}

TEST_CASE("member names are found in structs with default values and non-literal members") {
    CHECK(names<WithDefaults>() == Names{"role", "groups", "number"});
    CHECK(names<HoldsNotLiteral>() == Names{"member", "after"});
}

TEST_CASE("a table gives a member a name that is not an identifier") {
    CHECK(claim_names_of<Renamed> == std::array<std::string_view, 3>{"https://example.com/role", "x5t#S256", "kept"});
    CHECK(claim_names_of<RenamedWithoutReason> == std::array<std::string_view, 1>{"role"});
    CHECK(claim_names_of<Swapped> == std::array<std::string_view, 2>{"second", "first"});
}

TEST_CASE("a base class is seen, also an empty one") {
    CHECK(has_base<Derived>);
    CHECK(has_base<DerivedFromEmpty>);
    CHECK_FALSE(has_base<Base>);
    CHECK_FALSE(has_base<HoldsAny>);
    CHECK_FALSE(has_base<Anonymous>);
    CHECK_FALSE(has_base<EmptyBase>);
    CHECK_FALSE(has_base<Outer>);
}

TEST_CASE("the identifier is found in every compiler's spelling") {
    using credence::detail::last_identifier;
    CHECK(
        last_identifier("consteval f() [with auto address = (& sample<Account>.Sample<Account>::value.Account::role); "
                        "std::string_view = std::basic_string_view<char>]") == "role");
    CHECK(last_identifier("std::string_view f() [address = &sample<Account>.value.role]") == "role");
    CHECK(last_identifier("class std::string_view __cdecl f<&sample<struct Account>->value->role>(void) noexcept") ==
          "role");
}
