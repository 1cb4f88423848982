// SPDX-License-Identifier: MIT
// `decode` reads back exactly the claims that `encode` wrote, for random values of claims types of every shape.
#include <credence/claims/claims.hpp>
#include <credence/jwt/decode.hpp>
#include <credence/jwt/encode.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "properties/random_claims.hpp"
#include "support/catch.hpp"
#include "support/tokens.hpp"

#include <nlohmann/json.hpp>

namespace {

struct Numbers {
    std::int8_t tiny = 0;
    std::uint8_t byte = 0;
    std::int16_t small = 0;
    std::uint16_t port = 0;
    std::int32_t middle = 0;
    std::uint32_t count = 0;
    std::int64_t large = 0;
    std::uint64_t serial = 0;
    double ratio = 0;
    bool flag = false;
    credence::NumericDate since = {};
};

struct Inner {
    std::string name = {};
    std::optional<std::string> nickname = {};
    std::vector<std::int64_t> numbers = {};
};

struct Outer {
    Inner inner = {};
    std::optional<Inner> perhaps = {};
    std::vector<Inner> several = {};
    std::map<std::string, Inner> by_name = {};
    std::map<std::string, std::vector<std::optional<std::string>>> lists = {};
    std::vector<std::vector<std::string>> table = {};
    nlohmann::json anything = {};
    std::optional<nlohmann::json> perhaps_anything = {};
};

struct Optionals {
    std::optional<bool> flag = {};
    std::optional<std::uint64_t> serial = {};
    std::optional<double> ratio = {};
    std::optional<credence::NumericDate> since = {};
    std::optional<std::vector<std::string>> groups = {};
    std::optional<std::map<std::string, double>> weights = {};
    std::optional<Inner> inner = {};
};

enum class Plan : std::uint8_t { free, paid, other };
constexpr auto claim_values(Plan /*plan*/) {
    return std::to_array<credence::ClaimValue<Plan>>(
        {{Plan::free, "free"}, {Plan::paid, "p\"aid"}, {Plan::other, credence::any_other_name}});
}

struct Containers {
    Plan plan = {};
    std::vector<Plan> plans = {};
    float weight = 0;
    std::chrono::seconds lifetime = {};
    std::chrono::milliseconds delay = {};
    std::array<std::int16_t, 3> triple = {};
    std::array<std::string, 2> pair = {};
    std::set<std::string> names = {};
    std::unordered_set<std::int64_t> numbers = {};
    std::unordered_map<std::string, std::vector<float>> weights = {};
    std::variant<bool, std::string, std::vector<std::string>> loose = {};
    std::optional<std::variant<std::uint64_t, Inner>> perhaps = {};
};

/// Whether two equal values may be written in another order.
template <class Private>
constexpr bool is_unordered = std::is_same_v<Private, Containers>;

struct Empty {};

// Compares exactly, including the sign of a zero and the kind of a number in a JSON value.
template <class Value>
bool is_same(const Value& one, const Value& other) {
    if constexpr (std::is_floating_point_v<Value>) {
        return std::memcmp(&one, &other, sizeof one) == 0;
    } else if constexpr (std::is_same_v<Value, nlohmann::json>) {
        return one == other && one.dump() == other.dump();
    } else if constexpr (requires { one.has_value(); }) {
        return one.has_value() == other.has_value() && (!one || is_same(*one, *other));
    } else if constexpr (requires { one.valueless_by_exception(); }) {
        const auto is_same_as_held = [&](const auto& value) {
            const auto* held = std::get_if<std::remove_cvref_t<decltype(value)>>(&other);
            return held != nullptr && is_same(value, *held);
        };
        return std::visit(is_same_as_held, one);
    } else if constexpr (requires { one.hash_function(); } || credence::detail::SetMember<Value>) {
        return one == other;
    } else if constexpr (requires { one.key_comp(); }) {
        return one.size() == other.size() && std::equal(one.begin(), one.end(), other.begin(), [](auto& a, auto& b) {
                   return a.first == b.first && is_same(a.second, b.second);
               });
    } else if constexpr (requires { one.reserve(1); } || requires { one.capacity(); }) {
        return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                          [](const auto& a, const auto& b) { return is_same(a, b); });
    } else if constexpr (requires { one == other; }) {
        return one == other;
    } else {
        const auto ours = credence::detail::bind_members(one);
        const auto theirs = credence::detail::bind_members(other);
        return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
            return (is_same(std::get<Index>(ours), std::get<Index>(theirs)) && ...);
        }(std::make_index_sequence<std::tuple_size_v<decltype(ours)>>{});
    }
}

template <class Private>
void check_round_trips(std::uint64_t seed) {
    using Claims = credence::Claims<Private>;
    properties::RandomClaims random{seed};
    for (int round = 0; round < 500; ++round) {
        Claims claims;
        random.fill(static_cast<Private&>(claims));
        random.fill(claims.iss);
        random.fill(claims.sub);
        random.fill(claims.jti);
        random.fill(claims.aud);
        claims.exp = support::noon + std::chrono::seconds{1 + random.below(1'000'000)};
        const auto token = credence::encode(claims, support::account_keys());
        REQUIRE(token);
        const auto who = credence::decode<Claims>(
            *token, support::account_keys(),
            {.audience = credence::any_audience, .max_token_bytes = 1'000'000, .clock = support::noon_clock});
        INFO(*token);
        REQUIRE(who);
        const Claims& read = (*who).claims();
        CHECK(is_same(static_cast<const Private&>(read), static_cast<const Private&>(claims)));
        CHECK(read.iss == claims.iss);
        CHECK(read.sub == claims.sub);
        CHECK(read.jti == claims.jti);
        CHECK(read.aud == claims.aud);
        CHECK(read.exp == claims.exp);
        if (!is_unordered<Private>) CHECK(credence::encode(read, support::account_keys()).value() == *token);
    }
}

}  // namespace

TEST_CASE("numbers, dates and flags survive a round trip, limits included") { check_round_trips<Numbers>(1); }
TEST_CASE("nested claims, lists, maps and JSON values survive a round trip") { check_round_trips<Outer>(2); }
TEST_CASE("optional claims survive a round trip, present or absent") { check_round_trips<Optionals>(3); }
TEST_CASE("the registered claims alone survive a round trip") { check_round_trips<Empty>(4); }

TEST_CASE("durations, arrays, sets, maps and variants survive a round trip") { check_round_trips<Containers>(6); }

TEST_CASE("any JSON object survives a round trip") {
    properties::RandomClaims random{5};
    for (int round = 0; round < 500; ++round) {
        nlohmann::json claims = nlohmann::json::object();
        for (std::size_t count = random.below(6); count > 0; --count) {
            std::string name;
            random.fill(name);
            random.fill(claims["x" + name]);
        }
        claims["exp"] = 1'700'000'001;
        const auto token = credence::encode(claims, support::account_keys());
        REQUIRE(token);
        INFO(*token);
        const auto who = credence::decode<nlohmann::json>(*token, support::account_keys(),
                                                          {.max_token_bytes = 1'000'000, .clock = support::noon_clock});
        REQUIRE(who);
        CHECK(is_same((*who).claims(), claims));
    }
}
