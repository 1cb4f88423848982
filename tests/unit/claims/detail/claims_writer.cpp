// SPDX-License-Identifier: MIT
// Claims as JSON: each member type is written so that it is read back the same, for random values of all of them.
#include <credence/claims/detail/claims_writer.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "support/catch.hpp"
#include "support/random_json.hpp"
#include "support/tokens.hpp"

using credence::NumericDate;
using support::account_keys;
using support::RandomJson;

namespace credence_test_writer {

enum class Role : std::uint8_t { admin, user, unnamed };
constexpr auto claim_values(Role /*role*/) {
    return std::to_array<credence::ClaimValue<Role>>({{Role::admin, "admin \"of\" all"}, {Role::user, "us\xc3\xa9r"}});
}
struct Point {
    std::int32_t x;
    std::optional<double> y;
    bool operator==(const Point&) const = default;
};
struct Everything {
    std::string text;
    bool yes;
    std::int8_t tiny;
    std::uint8_t byte;
    std::int64_t whole;
    std::uint64_t huge;
    double real;
    NumericDate when;
    std::optional<std::string> maybe;
    std::vector<std::optional<std::int64_t>> numbers;
    std::map<std::string, std::vector<std::string>> groups;
    std::vector<Point> points;
    std::optional<Point> point;
    Role role;
    nlohmann::json any;
    credence::Audience readers;
    bool operator==(const Everything&) const = default;
    static constexpr credence::ClaimName claim_names[] = {{"text", "https://example.com/\"text\""}, {"yes", ""}};
};
enum class Plan : std::uint8_t { free, other, legacy };
constexpr auto claim_values(Plan /*plan*/) {
    return std::to_array<credence::ClaimValue<Plan>>({{Plan::other, credence::any_other_name},
                                                      {Plan::free, "free"},
                                                      {Plan::legacy, credence::any_other_name},
                                                      {Plan::legacy, "legacy"}});
}
template <class Value>
struct Member {
    Value v;
};
struct Maybe {
    std::optional<int> a, b;
    std::optional<std::optional<int>> twice;
};
struct Holder {
    Role role;
};
struct Deep {
    std::vector<std::vector<std::vector<nlohmann::json>>> lists;
};

}  // namespace credence_test_writer

using namespace credence_test_writer;

namespace {

class RandomClaims {
public:
    explicit RandomClaims(std::uint64_t seed) : random_(seed) {}

    Everything everything() {
        return {.text = text(),
                .yes = coin(),
                .tiny = static_cast<std::int8_t>(number()),
                .byte = static_cast<std::uint8_t>(number()),
                .whole = static_cast<std::int64_t>(number()),
                .huge = number(),
                .real = real(),
                .when = NumericDate{std::chrono::seconds{static_cast<std::int64_t>(number() % 253402300800)}},
                .maybe = coin() ? std::optional{text()} : std::nullopt,
                .numbers = {static_cast<std::int64_t>(number()), std::nullopt, 0},
                .groups = {{text(), {text(), text()}}, {"", {}}},
                .points = {point(), point()},
                .point = coin() ? std::optional{point()} : std::nullopt,
                .role = coin() ? Role::admin : Role::user,
                .any = any(),
                .readers = coin() ? credence::Audience{text()} : credence::Audience{text(), text()}};
    }

    /// Text of any code points except for surrogates.
    std::string text() {
        constexpr std::array<std::uint32_t, 8> ranges{0x20, 0x80, 0x80, 0x800, 0x800, 0xd800, 0xffff, 0x110000};
        std::string out;
        for (std::size_t count = random_.below(12); count > 0; --count) {
            const auto code_point = static_cast<std::uint32_t>(random_.below(ranges[random_.below(ranges.size())]));
            const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
            credence::detail::append_utf8(out, surrogate ? 0xe000 : code_point);
        }
        return out;
    }

private:
    bool coin() { return random_.below(2) == 0; }
    std::uint64_t number() {
        const std::uint64_t edge = std::uint64_t{1} << random_.below(64);
        return coin() ? edge : coin() ? edge - 1 : std::uint64_t{0} - edge;
    }
    double real() {
        const auto value = std::bit_cast<double>(number() * 0x9e3779b97f4a7c15);
        return std::isfinite(value) ? value : 0.5;
    }
    Point point() { return {static_cast<std::int32_t>(number()), coin() ? std::optional{real()} : std::nullopt}; }
    nlohmann::json any() {
        const auto document = credence::detail::read_json(random_.document());
        return document ? *document : nlohmann::json{};
    }

    RandomJson random_;
};

template <class Claims>
credence::Result<credence::Verified<Claims>> there_and_back(const Claims& claims) {
    const auto token = credence::encode(claims, account_keys());
    if (!token) return token.error();
    return credence::decode<Claims>(*token, account_keys(), {.allow_missing_exp = true, .clock = support::noon_clock});
}

template <class Claims>
std::string written(const Claims& claims) {
    std::string out;
    const auto done = credence::detail::write_claims(out, claims);
    return done ? out : support::in_words(done.error());
}

}  // namespace

TEST_CASE("random claims of every type survive a round trip") {
    RandomClaims random{11};
    for (int round = 0; round < 500; ++round) {
        const Everything claims = random.everything();
        const auto who = there_and_back(claims);
        CAPTURE(written(claims));
        REQUIRE(who);
        CHECK(*who.value() == claims);
    }
}

TEST_CASE("random registered claims survive a round trip") {
    RandomClaims random{12};
    for (int round = 0; round < 200; ++round) {
        const credence::RegisteredClaims claims{.iss = random.text(),
                                                .sub = random.text(),
                                                .exp = support::noon + std::chrono::seconds{1 + round},
                                                .jti = random.text()};
        const auto who = there_and_back(claims);
        REQUIRE(who);
        CHECK(*who.value() == claims);
    }
}

TEST_CASE("encoded claims are JSON for nlohmann too, with the same values") {
    RandomClaims random{13};
    for (int round = 0; round < 200; ++round) {
        const Everything claims = random.everything();
        const auto document = nlohmann::json::parse(written(claims));
        CHECK(document.at("https://example.com/\"text\"") == claims.text);
        CHECK(document.at("") == claims.yes);
        CHECK(document.at("huge") == claims.huge);
        CHECK(document.at("any") == claims.any);
        CHECK(document.contains("maybe") == claims.maybe.has_value());
    }
}

TEST_CASE("optional members without a value are left out") {
    CHECK(written(Maybe{}) == "{}");
    CHECK(written(Maybe{.a = {}, .b = 7, .twice = std::optional<int>{}}) == R"({"b":7,"twice":null})");
    CHECK(written(Point{1, {}}) == R"({"x":1})");
}

TEST_CASE("an enum value without a name cannot be written, and is named by its path") {
    CHECK(written(Holder{Role::unnamed}) == "invalid_claim_type role");
    CHECK(written(Holder{Role::user}) == "{\"role\":\"us\xc3\xa9r\"}");
}

TEST_CASE("an audience of one is a string, of several a list") {
    CHECK(written(credence::RegisteredClaims{.aud = "a"}) == R"({"aud":"a"})");
    CHECK(written(credence::RegisteredClaims{.aud = {"a", "b"}}) == R"({"aud":["a","b"]})");
}

TEST_CASE("lists that are too deep are refused, not written") {
    nlohmann::json inner = nlohmann::json::array();
    for (int level = 5; level < 32; ++level) inner = nlohmann::json::array({inner});
    CHECK(written(Deep{{{{inner}}}}).starts_with(R"({"lists":[[[[)"));
    CHECK(written(Deep{{{{nlohmann::json::array({inner})}}}}) == "invalid_json lists");
}

TEST_CASE("claims at the limit of depth are read back") {
    nlohmann::json inner = nlohmann::json::array();
    for (int level = 5; level < 32; ++level) inner = nlohmann::json::array({inner});
    CHECK(there_and_back(Deep{{{{inner}}}}));
}

TEST_CASE("each member type is written in its JSON form") {
    using namespace std::chrono_literals;
    CHECK(written(Member<float>{0.1F}) == R"({"v":0.1})");
    CHECK(written(Member<float>{3}) == R"({"v":3.0})");
    CHECK(written(Member<float>{std::numeric_limits<float>::infinity()}) == "invalid_claim_type v");
    CHECK(written(Member<std::chrono::seconds>{90s}) == R"({"v":90})");
    CHECK(written(Member<std::chrono::milliseconds>{-1ms}) == R"({"v":-1})");
    CHECK(written(Member<std::array<int, 2>>{{1, 2}}) == R"({"v":[1,2]})");
    CHECK(written(Member<std::array<int, 0>>{}) == R"({"v":[]})");
    CHECK(written(Member<std::set<std::string>>{{"b", "a"}}) == R"({"v":["a","b"]})");
    CHECK(written(Member<std::unordered_set<int>>{{7}}) == R"({"v":[7]})");
    CHECK(written(Member<std::unordered_map<std::string, int>>{{{"a", 1}}}) == R"({"v":{"a":1}})");
}

TEST_CASE("a variant is written as the alternative that it holds") {
    using Variant = std::variant<bool, std::string, std::vector<int>, std::optional<int>>;
    CHECK(written(Member<Variant>{true}) == R"({"v":true})");
    CHECK(written(Member<Variant>{"true"}) == R"({"v":"true"})");
    CHECK(written(Member<Variant>{std::vector{1, 2}}) == R"({"v":[1,2]})");
    CHECK(written(Member<Variant>{std::optional<int>{}}) == R"({"v":null})");
    CHECK(written(Member<Variant>{"\xff"}) == "invalid_json v");
}

TEST_CASE("an enumerator for all other names cannot be written, unless it also has a name") {
    CHECK(written(Member<Plan>{Plan::free}) == R"({"v":"free"})");
    CHECK(written(Member<Plan>{Plan::legacy}) == R"({"v":"legacy"})");
    CHECK(written(Member<Plan>{Plan::other}) == "invalid_claim_type v");
}
