// SPDX-License-Identifier: MIT
// JSON values are read straight into each member type, and values of another type are refused.
#include <credence/claims/detail/claims_reader.hpp>
#include <credence/claims/detail/value_reader.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "support/catch.hpp"
#include "support/tokens.hpp"

using credence::NumericDate;

namespace credence_test_value {

enum class Role : std::uint8_t { admin, user };
constexpr auto claim_values(Role /*role*/) {
    return std::to_array<credence::ClaimValue<Role>>({{Role::admin, "admin"}, {Role::user, "user"}});
}

enum class Plan : std::uint8_t { free, paid, other };
constexpr auto claim_values(Plan /*plan*/) {
    return std::to_array<credence::ClaimValue<Plan>>(
        {{Plan::other, credence::any_other_name}, {Plan::free, "free"}, {Plan::paid, "paid"}});
}

template <class Value>
struct Holder {
    Value v;
};
struct Point {
    int x;
    std::optional<int> y;
    bool operator==(const Point&) const = default;
};
}  // namespace credence_test_value

using namespace credence_test_value;

namespace {

/// Reads an object with `members` into an aggregate.
template <class Aggregate>
credence::Result<Aggregate> read_object(std::string_view members, bool allow_duplicates = false) {
    const std::string document = '{' + std::string{members} + '}';
    const std::string padded = document + std::string(credence::detail::json_padding, '\0');
    credence::detail::JsonReader reader{std::string_view{padded}.substr(0, document.size()),
                                        {.allow_duplicate_members = allow_duplicates}};
    Aggregate out{};
    credence::Result<void> mapped;
    if (!credence::detail::read_struct(reader, out, mapped) || !reader.at_end()) return reader.fault();
    if (!mapped) return mapped.error();
    return out;
}

/// The verdict on an object with `members`, read into an aggregate.
template <class Aggregate>
std::string judged(std::string_view members) {
    const auto read = read_object<Aggregate>(members);
    return read ? "accepted" : support::in_words(read.error());
}

template <class Aggregate>
Aggregate read(std::string_view members, bool allow_duplicates = false) {
    INFO(members);
    const auto out = read_object<Aggregate>(members, allow_duplicates);
    REQUIRE(out);
    return *out;
}

template <class Value>
Value value(std::string_view json) {
    return read<Holder<Value>>("\"v\":" + std::string{json}).v;
}

/// Each of the texts must be an `invalid_claim_type` of the member `v`, or of a member inside it.
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

TEST_CASE("a double member accepts every number in the range of double") {
    CHECK(value<double>("7") == 7.0);
    CHECK(value<double>("-1.5e2") == -150.0);
    refuses<double>({"1e400", "-1e400", "true", "\"1\"", "null"});
}

TEST_CASE("a date member is rounded down") {
    CHECK(value<NumericDate>("17.9") == NumericDate{std::chrono::seconds{17}});
    CHECK(value<NumericDate>("-0.1") == NumericDate{std::chrono::seconds{-1}});
    refuses<NumericDate>({"253402300800", "1e400", "\"1\"", "null", "true"});
}

TEST_CASE("an optional member accepts null, and reports the faults of its value") {
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

TEST_CASE("a list reserves room for as many elements as its text is long for") {
    const auto capacity = [](const std::string& list) {
        const auto out = read_object<Holder<std::vector<std::string>>>("\"v\":" + list);
        REQUIRE(out);
        return out->v.capacity();
    };
    CHECK(capacity("[\"\"]") == 1);
    CHECK(capacity(R"(["openid","profile","email","orders:read","orders:write","offline_access"])") <= 8);
    CHECK(capacity("[\"" + std::string(2000, 'a') + "\"]") <= 9);
    CHECK(judged<Holder<std::vector<std::string>>>("\"v\":[") == "invalid_json");
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

TEST_CASE("a float member accepts every number in the range of float") {
    CHECK(value<float>("7") == 7.0F);
    CHECK(value<float>("0.1") == 0.1F);
    CHECK(value<float>("16777217") == 16777216.0F);
    CHECK(value<float>("1e-45") == std::numeric_limits<float>::denorm_min());
    CHECK(value<float>("-3.4028235e38") == std::numeric_limits<float>::lowest());
    refuses<float>({"3.5e38", "-1e39", "1e400", "true", "\"1\"", "null"});
}

TEST_CASE("a duration member takes integers in its range only") {
    using namespace std::chrono_literals;
    CHECK(value<std::chrono::seconds>("90") == 90s);
    CHECK(value<std::chrono::milliseconds>("-1500") == -1500ms);
    CHECK(value<std::chrono::duration<std::uint8_t>>("255").count() == 255);
    refuses<std::chrono::seconds>({"1.0", "1.5", "1e3", "9223372036854775808", "\"1\"", "null", "true"});
    refuses<std::chrono::duration<std::uint8_t>>({"256", "-1"});
}

TEST_CASE("an array member takes exactly its number of elements") {
    CHECK(value<std::array<int, 2>>("[1,2]") == std::array{1, 2});
    CHECK(value<std::array<std::string, 1>>(R"(["a"])") == std::array<std::string, 1>{"a"});
    CHECK(value<std::array<int, 0>>("[]").empty());
    CHECK(value<std::array<std::array<bool, 2>, 1>>("[[true,false]]") ==
          std::array<std::array<bool, 2>, 1>{{{true, false}}});
    refuses<std::array<int, 2>>({"[]", "[1]", "[1,2,3]", "[1,\"2\"]", "[1,null]", "{}", "1", "null"});
    refuses<std::array<int, 0>>({"[1]"});
    CHECK(judged<Holder<std::array<int, 1>>>(R"("v":[1,{"a":1,"a":2}])") == "duplicate_member");
    CHECK(judged<Holder<std::array<int, 1>>>(R"("v":[1,01])") == "invalid_json");
}

TEMPLATE_TEST_CASE("a set member refuses an element that occurs twice", "", std::set<std::string>,
                   std::unordered_set<std::string>) {
    CHECK(value<TestType>("[]").empty());
    CHECK(value<TestType>(R"(["b","a","","\u00e9"])") == TestType{"", "a", "b", "\u00e9"});
    refuses<TestType>({R"(["a","a"])", R"(["a","b","\u0061"])", "[1]", "[null]", R"("a")", "{}", "null"});
}

TEMPLATE_TEST_CASE("a set of integers is range-checked", "", std::set<std::uint8_t>, std::unordered_set<std::uint8_t>) {
    CHECK(value<TestType>("[255,0]") == TestType{0, 255});
    refuses<TestType>({"[1,1]", "[256]", "[256,256]", "[-0,0]", "[1.0]"});
}

TEST_CASE("an unordered map member is read as a map is") {
    using Map = std::unordered_map<std::string, std::vector<int>>;
    CHECK(value<Map>(R"({"b":[2],"":[]})") == Map{{"", {}}, {"b", {2}}});
    refuses<Map>({"[]", "null", R"({"a":1})"});
    CHECK(judged<Holder<Map>>(R"("v":{"a":[],"\u0061":[]})") == "duplicate_member");
}

TEST_CASE("a variant member takes the alternative of the value's kind") {
    using Variant = std::variant<bool, std::string, std::vector<std::string>, std::optional<int>, Point>;
    CHECK(value<Variant>("true") == Variant{true});
    CHECK(value<Variant>("\"true\"") == Variant{"true"});
    CHECK(value<Variant>("[\"a\"]") == Variant{std::vector<std::string>{"a"}});
    CHECK(value<Variant>("7") == Variant{std::optional{7}});
    CHECK(value<Variant>("null") == Variant{std::optional<int>{}});
    CHECK(value<Variant>(R"({"x":1})") == Variant{Point{1, {}}});
    refuses<Variant>({"7.5", "[1]"});
    refuses<Variant>({R"({"x":"1"})"}, "v.x");
    CHECK(judged<Holder<Variant>>(R"("v":{})") == "missing_claim v.x");
    refuses<std::variant<bool, std::string>>({"null", "1", "[]", "{}"});
    CHECK(value<std::optional<std::variant<bool, std::string>>>("null") == std::nullopt);
    CHECK(judged<Holder<std::variant<bool, std::string>>>(R"("v":x)") == "invalid_json");
}

TEST_CASE("an enumerator may stand for all names that the table does not list") {
    CHECK(value<Plan>("\"paid\"") == Plan::paid);
    CHECK(value<Plan>("\"platinum\"") == Plan::other);
    CHECK(value<Plan>("\"\"") == Plan::other);
    refuses<Plan>({"0", "null", "[]"});
}

TEST_CASE("a value that does not map is refused with a reason") {
    const auto reason = []<class Value>(std::string_view json, Value) {
        const auto out = read_object<Holder<Value>>("\"v\":" + std::string{json});
        return std::string{out ? "accepted" : out.error().reason};
    };
    CHECK(reason("1", std::string{}) == "expected a string, found a number");
    CHECK(reason("\"true\"", bool{}) == "expected a boolean, found a string");
    CHECK(reason("null", int{}) == "expected a number, found null");
    CHECK(reason("7.0", int{}) == "expected an integer, found a number with a fraction or an exponent");
    CHECK(reason("256", std::uint8_t{}) == "an integer outside the range of its type");
    CHECK(reason("99999999999999999999", std::int64_t{}) == "an integer outside the range of its type");
    CHECK(reason("1e400", double{}) == "a number too large for its type");
    CHECK(reason("1795909842000", NumericDate{}) == "in milliseconds; a NumericDate is in seconds");
    CHECK(reason("253402300800", NumericDate{}) == "a date outside the years 1 to 9999");
    CHECK(reason("{}", std::vector<int>{}) == "expected an array, found an object");
    CHECK(reason("[]", std::map<std::string, int>{}) == "expected an object, found an array");
    CHECK(reason("[1]", std::vector<std::string>{}) == "expected a string, found a number");
    CHECK(reason("[]", Point{}) == "expected an object, found an array");
    CHECK(reason("1", credence::Audience{}) == "expected a string or an array, found a number");
    CHECK(reason("1", Role{}) == "expected a string, found a number");
    CHECK(reason("\"root\"", Role{}) == "a name that the enum does not list");
    CHECK(reason("1e39", float{}) == "a number too large for its type");
    CHECK(reason("1.5", std::chrono::seconds{}) ==
          "expected an integer, found a number with a fraction or an exponent");
    CHECK(reason("[1]", std::array<int, 2>{}) == "an array of another length than the type");
    CHECK(reason("[1,2,true]", std::array<int, 2>{}) == "an array of another length than the type");
    CHECK(reason("[true]", std::array<int, 2>{}) == "expected a number, found a boolean");
    CHECK(reason("[1,1]", std::set<int>{}) == "an array that has an element twice");
    CHECK(reason("[true,1,1]", std::set<int>{}) == "expected a number, found a boolean");
    CHECK(reason("[1.0,1.0]", std::set<int>{}) == "expected an integer, found a number with a fraction or an exponent");
    CHECK(reason("null", std::variant<bool, std::string>{}) == "expected a boolean or a string, found null");
    CHECK(reason("[1e400]", nlohmann::json{}) == "a number too large for a double");
    CHECK(reason("true", std::optional<int>{}) == "expected a number, found a boolean");
}

TEST_CASE("of two equal members the last wins as a whole, whatever the type") {
    CHECK(read<Holder<std::array<int, 2>>>(R"("v":[1,2,3],"v":[4,5])", true).v == std::array{4, 5});
    CHECK(read<Holder<std::set<int>>>(R"("v":[1,1],"v":[3])", true).v == std::set<int>{3});
    CHECK(read<Holder<std::variant<bool, int>>>(R"("v":[],"v":3)", true).v == std::variant<bool, int>{3});
    using Map = std::unordered_map<std::string, int>;
    CHECK(read<Holder<Map>>(R"("v":{"a":1},"v":{"b":1,"b":2})", true).v == Map{{"b", 2}});
}
