// SPDX-License-Identifier: MIT
// JSON read straight into structs: each member type, what does not fit it, and which member is blamed.
#include <credence/detail/json_struct.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/tokens.hpp"

using credence::NumericDate;
using support::verdict;

namespace credence_test_struct {

enum class Role : std::uint8_t { admin, user };
constexpr auto claim_values(Role /*role*/) {
    return std::to_array<credence::ClaimValue<Role>>({{Role::admin, "admin"}, {Role::user, "user"}});
}

template <class Value>
struct Holder {
    Value v;
};
struct Point {
    int x;
    std::optional<int> y;
};
struct Nested {
    Point point;
    std::optional<Point> maybe;
    std::vector<Point> list = {};
};
struct Defaulted {
    std::string role = "user";
    std::optional<std::string> mail = "none@example.com";
};
struct Ordered {
    std::string a;
    int b;
    std::optional<bool> c;
    std::string d;
};

}  // namespace credence_test_struct

using namespace credence_test_struct;

namespace {

std::string token_of(std::string_view members) {
    return support::signed_payload("{\"exp\":1700000001" + std::string{members.empty() ? "" : ","} +
                                   std::string{members} + '}');
}

/// What is said of a payload with `members`, read into an aggregate.
template <class Aggregate>
std::string judged(std::string_view members) {
    return verdict<Aggregate>(token_of(members));
}

template <class Aggregate>
Aggregate read(std::string_view members, bool allow_duplicates = false) {
    const auto who =
        credence::decode<Aggregate>(token_of(members), support::account_keys(),
                                    {.allow_duplicate_members = allow_duplicates, .clock = support::noon_clock});
    INFO(members);
    REQUIRE(who);
    return *who.value();
}

template <class Value>
Value value(std::string_view json) {
    return read<Holder<Value>>("\"v\":" + std::string{json}).v;
}

/// Each of the texts must be an `invalid_claim_type` of the member `v`, or of what is behind it.
template <class Value>
void refuses(std::initializer_list<std::string_view> texts, std::string_view claim = "v") {
    for (const std::string_view json : texts) {
        INFO(json);
        CHECK(judged<Holder<Value>>("\"v\":" + std::string{json}) == "invalid_claim_type " + std::string{claim});
    }
}

}  // namespace

TEST_CASE("a string member takes strings only") {
    CHECK(value<std::string>(R"("a\u0000\n€")") == std::string("a\0\n\xe2\x82\xac", 6));
    refuses<std::string>({"1", "true", "null", "[]", "{}", "[\"a\"]"});
}

TEST_CASE("a bool member takes true and false only") {
    CHECK(value<bool>("true"));
    CHECK_FALSE(value<bool>("false"));
    refuses<bool>({"1", "0", "\"true\"", "null", "[]", "{}"});
}

TEST_CASE("an integer member takes integers in its range only") {
    CHECK(value<std::int64_t>("-9223372036854775808") == INT64_MIN);
    CHECK(value<std::uint64_t>("18446744073709551615") == UINT64_MAX);
    CHECK(value<std::uint8_t>("255") == 255);
    refuses<std::int64_t>({"9223372036854775808", "-9223372036854775809", "1.0", "1e2", "true", "false", "\"1\"",
                           "null", "[1]", "1e400"});
    refuses<std::uint8_t>({"256", "-1"});
    refuses<std::uint64_t>({"-1", "18446744073709551616"});
    refuses<int>({"2147483648"});
}

TEST_CASE("a double member takes every number that a double can be near to") {
    CHECK(value<double>("7") == 7.0);
    CHECK(value<double>("-1.5e2") == -150.0);
    refuses<double>({"1e400", "-1e400", "true", "\"1\"", "null"});
}

TEST_CASE("a date member is rounded down") {
    CHECK(value<NumericDate>("17.9") == NumericDate{std::chrono::seconds{17}});
    CHECK(value<NumericDate>("-0.1") == NumericDate{std::chrono::seconds{-1}});
    refuses<NumericDate>({"253402300800", "1e400", "\"1\"", "null", "true"});
}

TEST_CASE("an optional member takes null, and the value's own faults") {
    CHECK(value<std::optional<int>>("null") == std::nullopt);
    CHECK(value<std::optional<int>>("7") == 7);
    CHECK(read<Holder<std::optional<int>>>("").v == std::nullopt);
    refuses<std::optional<int>>({"\"7\"", "7.0", "[]"});
    refuses<std::vector<std::optional<int>>>({"null", "[true]"});
    CHECK(value<std::vector<std::optional<int>>>("[1,null]") == std::vector<std::optional<int>>{1, std::nullopt});
}

TEST_CASE("lists and maps take any depth of their own kind") {
    CHECK(value<std::vector<int>>("[1, 2]") == std::vector<int>{1, 2});
    CHECK(value<std::vector<bool>>("[true,false]") == std::vector<bool>{true, false});
    CHECK(value<std::vector<std::string>>(
              "[\"a\", \"\" ,\"\\u00e9\",\"\u00e9\",\"a long one, of more than fifteen\",\"\\n\"]") ==
          std::vector<std::string>{"a", "", "\u00e9", "\u00e9", "a long one, of more than fifteen", "\n"});
    CHECK(value<std::vector<std::vector<std::string>>>(R"([[],["a"]])") ==
          std::vector<std::vector<std::string>>{{}, {"a"}});
    CHECK(value<std::map<std::string, int>>(R"({"b":2,"a":1,"":0})") ==
          std::map<std::string, int>{{"", 0}, {"a", 1}, {"b", 2}});
    refuses<std::vector<int>>({"1", "{}", "null", "[1,\"2\"]", "[[1]]", "[1.5]"});
    refuses<std::map<std::string, int>>({"[]", "null", "\"a\"", R"({"a":"b"})", R"({"a":null})"});
    CHECK(judged<Holder<std::map<std::string, int>>>(R"("v":{"a":1,"\u0061":2})") == "duplicate_member");
}

TEST_CASE("an audience member takes a string or a list of strings") {
    CHECK(value<credence::Audience>("\"api\"") == credence::Audience{"api"});
    CHECK(value<credence::Audience>(R"(["api","web"])") == credence::Audience{"api", "web"});
    CHECK(value<credence::Audience>("[]").empty());
    refuses<credence::Audience>({"1", "null", "{}", "[1]", "[[\"a\"]]"});
}

TEST_CASE("an enum member takes the names of its table only") {
    CHECK(value<Role>("\"user\"") == Role::user);
    CHECK(value<std::vector<Role>>(R"(["user","\u0061dmin"])") == std::vector<Role>{Role::user, Role::admin});
    refuses<Role>({"\"User\"", "\"\"", "\"users\"", "\"use\"", "\"user\\u0000\"", "0", "1", "null", "true"});
}

TEST_CASE("a JSON member takes anything") {
    CHECK(value<nlohmann::json>(R"({"a":[1,null,"x"]})") == nlohmann::json::parse(R"({"a":[1,null,"x"]})"));
    CHECK(value<nlohmann::json>("null").is_null());
    CHECK(judged<Holder<nlohmann::json>>("") == "missing_claim v");
    CHECK(judged<Holder<nlohmann::json>>(R"("v":{"a":{"b":1,"b":2}})") == "duplicate_member");
}

TEST_CASE("a nested struct is blamed by its path") {
    const auto nested = read<Nested>(R"("point":{"x":1},"maybe":{"x":2,"y":3},"list":[{"x":4},{"y":6,"x":5}])");
    CHECK(nested.point.x == 1);
    CHECK_FALSE(nested.point.y);
    CHECK(nested.maybe->y == 3);
    CHECK(nested.list.back().x == 5);
    CHECK(judged<Nested>(R"("point":{},"list":[])") == "missing_claim point.x");
    CHECK(judged<Nested>(R"("point":{"x":"1"},"list":[])") == "invalid_claim_type point.x");
    CHECK(judged<Nested>(R"("point":{"x":1},"maybe":{"x":1,"y":[]},"list":[])") == "invalid_claim_type maybe.y");
    CHECK(judged<Nested>(R"("point":{"x":1},"list":[{"x":1},{"y":2}])") == "missing_claim list.x");
    CHECK(judged<Nested>(R"("point":[],"list":[])") == "invalid_claim_type point");
    CHECK(judged<Nested>(R"("point":{"x":1},"list":[1])") == "invalid_claim_type list");
}

TEST_CASE("a default value makes no claim optional") {
    CHECK(judged<Defaulted>("") == "missing_claim role");
    const auto given = read<Defaulted>(R"("role":"admin")");
    CHECK(given.role == "admin");
    CHECK(given.mail == "none@example.com");
    CHECK(read<Defaulted>(R"("role":"admin","mail":null)").mail == std::nullopt);
}

TEST_CASE("of several faults the first member in the struct's order is blamed") {
    CHECK(judged<Ordered>("") == "missing_claim a");
    CHECK(judged<Ordered>(R"("d":1,"b":"x")") == "missing_claim a");
    CHECK(judged<Ordered>(R"("d":1,"b":"x","a":"")") == "invalid_claim_type b");
    CHECK(judged<Ordered>(R"("d":"","c":0,"a":"")") == "missing_claim b");
    CHECK(judged<Ordered>(R"("d":1,"c":0,"b":7,"a":"")") == "invalid_claim_type c");
    CHECK(judged<Ordered>(R"("c":null,"b":7,"a":"")") == "missing_claim d");
    CHECK(judged<Ordered>(R"("b":7,"a":"","d":"")") == "accepted");
}

TEST_CASE("claims that the struct does not have are passed over, and still strict JSON") {
    constexpr std::string_view good = R"("v":1,"w":{"deep":[1e400,"\u0000",{}]},"x":null,"y":false)";
    CHECK(read<Holder<int>>(good).v == 1);
    CHECK(judged<Holder<int>>(R"("v":1,"w":{"a":1,"a":2})") == "duplicate_member");
    CHECK(judged<Holder<int>>(R"("v":1,"w":[01])") == "invalid_json");
    CHECK(judged<Holder<int>>(R"("v":1,"w":1,"w":2)") == "duplicate_member");
    CHECK(judged<Holder<int>>(R"("v":1,"v":2)") == "duplicate_member");
    CHECK(judged<Holder<int>>(R"("v":1,"\u0076":2)") == "duplicate_member");
}

TEST_CASE("names are matched whole and after their escapes") {
    CHECK(read<Holder<int>>(R"("\u0076":7)").v == 7);
    CHECK(judged<Holder<int>>(R"("V":7)") == "missing_claim v");
    CHECK(judged<Holder<int>>(R"("v\u0000":7)") == "missing_claim v");
    CHECK(judged<Holder<int>>(R"("vv":7)") == "missing_claim v");
}

TEST_CASE("of two members the last wins as a whole, where they are allowed") {
    CHECK(read<Holder<int>>(R"("v":1,"v":2)", true).v == 2);
    CHECK(read<Holder<int>>(R"("v":"x","v":2)", true).v == 2);
    CHECK(read<Holder<std::vector<int>>>(R"("v":[1,2],"v":[3])", true).v == std::vector<int>{3});
    CHECK(read<Holder<std::optional<int>>>(R"("v":1,"v":null)", true).v == std::nullopt);
    CHECK(read<Holder<credence::Audience>>(R"("v":["a","b"],"v":"c")", true).v == credence::Audience{"c"});
    const auto point = read<Holder<Point>>(R"("v":{"x":1,"y":2},"v":{"x":3})", true).v;
    CHECK(point.x == 3);
    CHECK_FALSE(point.y);
    const auto map = read<Holder<std::map<std::string, Point>>>(R"("v":{"a":{"x":1,"y":2},"a":{"x":3}})", true).v;
    CHECK(map.at("a").x == 3);
    CHECK_FALSE(map.at("a").y);
}

TEST_CASE("a member reads the same however it is written") {
    struct Plain {
        std::string a;
        NumericDate b;
        std::string name_of_some_length;
    };
    const auto read = [](std::string document) {
        document.append(credence::detail::json_padding, '\0');
        credence::detail::JsonReader reader{
            std::string_view{document}.substr(0, document.size() - credence::detail::json_padding)};
        Plain out{};
        credence::detail::Misfit misfit;
        std::string said = "not read";
        if (credence::detail::read_struct(reader, out, misfit) && reader.at_end()) {
            said = misfit ? support::in_words(*misfit) : out.a + '/' + std::to_string(out.b.time_since_epoch().count());
            said += '/' + out.name_of_some_length;
        }
        return said;
    };
    for (const std::string a : {R"("x")", R"("")", R"("a longer text, and more of it")", R"("q\"uote")", R"("\u00e9")",
                                "\"\xc3\xa9\"", "\"\xc3\"", R"("open)", "1", "null", "[]"}) {
        for (const std::string b : {"0", "1", "1700000000", "99999999999", "999999999999", "01", "-1", "1.5", "1e3", "",
                                    "1700000000x", "12345678", "123456789", R"("1")", "true"}) {
            INFO(a << " and " << b);
            const std::string last = R"("name_of_some_length":"end")";
            const std::string dense = read("{\"a\":" + a + ",\"b\":" + b + ',' + last + '}');
            CHECK(dense == read("{ \"a\" : " + a + " , \"b\" : " + b + " , " + last + " }"));
            CHECK(dense == read("{\"a\":" + a + " ,\"b\":" + b + "\n," + last + '}'));
            CHECK(dense == read('{' + last + ",\"b\":" + b + ",\"a\":" + a + '}'));
            CHECK(dense == read("{\"\\u0061\":" + a + ",\"\\u0062\":" + b + ',' + last + '}'));
            CHECK(read("{\"a\":" + a + ",\"b\":" + b + ",}") == "not read");
            CHECK(read("{\"a\":" + a + ",,\"b\":" + b + ',' + last + '}') == "not read");
        }
    }
    CHECK(read(R"({"a":"1","a":"2","b":1,"name_of_some_length":""})") == "not read");
    CHECK(read(R"({"a":"1","b":1,"b":1,"name_of_some_length":""})") == "not read");
    CHECK(read(R"({"a":"1","b":1,"name_of_some_length":"","a":"2"})") == "not read");
}
