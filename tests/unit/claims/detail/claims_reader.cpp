// SPDX-License-Identifier: MIT
// JSON read straight into structs: which members are read, which are missing, and which one is blamed.
#include <credence/claims/detail/claims_reader.hpp>

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

struct Escaped {
    int quote, backslash, control, umlaut;
    static constexpr credence::ClaimName claim_names[] = {
        {"quote", "ro\"le"}, {"backslash", "a\\b"}, {"control", "a\nb"}, {"umlaut", "r\xc3\xb6le"}};
};

}  // namespace credence_test_struct

using namespace credence_test_struct;

namespace {

std::string token_of(std::string_view members) {
    return support::signed_payload("{\"exp\":1700000001" + std::string{members.empty() ? "" : ","} +
                                   std::string{members} + '}');
}

/// The verdict on a payload with `members`, read into an aggregate.
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

}  // namespace

TEST_CASE("an error in a nested struct names the path of its member") {
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

TEST_CASE("of several faults the first member in the struct's order is reported") {
    CHECK(judged<Ordered>("") == "missing_claim a");
    CHECK(judged<Ordered>(R"("d":1,"b":"x")") == "missing_claim a");
    CHECK(judged<Ordered>(R"("d":1,"b":"x","a":"")") == "invalid_claim_type b");
    CHECK(judged<Ordered>(R"("d":"","c":0,"a":"")") == "missing_claim b");
    CHECK(judged<Ordered>(R"("d":1,"c":0,"b":7,"a":"")") == "invalid_claim_type c");
    CHECK(judged<Ordered>(R"("c":null,"b":7,"a":"")") == "missing_claim d");
    CHECK(judged<Ordered>(R"("b":7,"a":"","d":"")") == "accepted");
}

TEST_CASE("claims without a member are skipped, and still must be strict JSON") {
    constexpr std::string_view good = R"("v":1,"w":{"deep":[1e400,"\u0000",{}]},"x":null,"y":false)";
    CHECK(read<Holder<int>>(good).v == 1);
    CHECK(judged<Holder<int>>(R"("v":1,"w":{"a":1,"a":2})") == "duplicate_member");
    CHECK(judged<Holder<int>>(R"("v":1,"w":[01])") == "invalid_json");
    CHECK(judged<Holder<int>>(R"("v":1,"w":1,"w":2)") == "duplicate_member");
    CHECK(judged<Holder<int>>(R"("v":1,"v":2)") == "duplicate_member");
    CHECK(judged<Holder<int>>(R"("v":1,"\u0076":2)") == "duplicate_member");
}

TEST_CASE("names are compared as a whole, after their escapes are read") {
    CHECK(read<Holder<int>>(R"("\u0076":7)").v == 7);
    CHECK(judged<Holder<int>>(R"("V":7)") == "missing_claim v");
    CHECK(judged<Holder<int>>(R"("v\u0000":7)") == "missing_claim v");
    CHECK(judged<Holder<int>>(R"("vv":7)") == "missing_claim v");
}

TEST_CASE("attack row 50: a claim name with characters that JSON escapes is matched after the escapes are read") {
    // In the order of the struct, and in another one.
    for (const std::string_view members : {R"("ro\"le":1,"a\\b":2,"a\nb":3,"r\u00f6le":4)",
                                           "\"r\xc3\xb6le\":4,\"a\\u000Ab\":3,\"\\u0061\\u005cb\":2,"
                                           "\"ro\\u0022le\":1"}) {
        const auto claims = read<Escaped>(members);
        CHECK(claims.quote == 1);
        CHECK(claims.backslash == 2);
        CHECK(claims.control == 3);
        CHECK(claims.umlaut == 4);
    }
    CHECK(judged<Escaped>(R"("ro"le":1,"a\\b":2,"a\nb":3,"r\u00f6le":4)") == "invalid_json");
    CHECK(judged<Escaped>(R"("ro\"le":1,"a\b":2,"a\nb":3,"r\u00f6le":4)") == "missing_claim a\\b");
    CHECK(judged<Escaped>("\"ro\\\"le\":1,\"a\\\\b\":2,\"a\nb\":3,\"r\\u00f6le\":4") == "invalid_json");
    CHECK(judged<Escaped>("\"ro\\\"le\":1,\"a\\\\b\":2,\"a\\nb\":3,\"r\xc3le\":4") == "invalid_json");
}

TEST_CASE("attack row 50: a required name with characters that JSON escapes is matched after the escapes are read") {
    const auto requires_it = [](std::string_view members) {
        return verdict<nlohmann::json>(token_of(members), {.required = {"ro\"le"}, .clock = support::noon_clock});
    };
    CHECK(requires_it(R"("ro\"le":1)") == "accepted");
    CHECK(requires_it(R"("ro\u0022le":1)") == "accepted");
    CHECK(requires_it(R"("ro\\le":1)") == "missing_claim ro\"le");
    CHECK(requires_it(R"("ro"le":1)") == "invalid_json");
}

TEST_CASE("of two equal members the last wins as a whole, if duplicates are allowed") {
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

TEST_CASE("a member is read the same, with or without escapes and white space") {
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
        credence::Result<void> mapped;
        std::string said = "not read";
        if (credence::detail::read_struct(reader, out, mapped) && reader.at_end()) {
            said = mapped ? out.a + '/' + std::to_string(out.b.time_since_epoch().count())
                          : support::in_words(mapped.error());
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
