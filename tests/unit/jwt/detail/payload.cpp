// SPDX-License-Identifier: MIT
// The payload in one pass: the claims that the library itself needs are read for every claims type, whatever its
// members.
#include <credence/jwt/detail/payload.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/tokens.hpp"

using credence::RegisteredClaims;
using support::AccountClaims;
using support::noon;
using support::signed_payload;
using support::verdict;

namespace credence_test_payload {

struct Nothing {};
struct OwnExp {
    std::optional<std::int64_t> exp;
    std::optional<std::string> sub, scope;
    std::optional<std::vector<std::string>> aud;
};
struct OwnPlain {
    std::string sub;
    credence::NumericDate exp;
};
struct WrongExp {
    std::string exp;
};
struct Mapped {
    nlohmann::json seen;
};
inline void from_json(const nlohmann::json& json, Mapped& out) { out.seen = json; }
inline void to_json(nlohmann::json& json, const Mapped& from) { json = from.seen; }

}  // namespace credence_test_payload

using namespace credence_test_payload;

namespace {

template <class Claims>
credence::Verified<Claims> read(std::string_view payload, bool allow_duplicates = false) {
    const auto who = credence::decode<Claims>(signed_payload(payload), support::account_keys(),
                                              {.audience = credence::any_audience,
                                               .allow_duplicate_members = allow_duplicates,
                                               .clock = support::noon_clock});
    INFO(payload);
    REQUIRE(who);
    return *std::move(who);
}

template <class Claims>
void holds_the_rules() {
    CHECK(verdict<Claims>(signed_payload("{}")) == "missing_claim exp");
    CHECK(verdict<Claims>(signed_payload(R"({"exp":1700000000})")) == "token_expired exp");
    CHECK(verdict<Claims>(signed_payload(R"({"exp":"1700000001"})")) == "invalid_claim_type exp");
    CHECK(verdict<Claims>(signed_payload(R"({"exp":1e400})")) == "invalid_claim_type exp");
    CHECK(verdict<Claims>(signed_payload(R"({"\u0065xp":1})")) == "token_expired exp");
    CHECK(verdict<Claims>(signed_payload(R"({"exp":1700000001,"nbf":1700000001})")) == "token_not_yet_valid nbf");
    CHECK(verdict<Claims>(signed_payload(R"({"exp":1700000001,"aud":"api"})")) == "invalid_audience aud");
    CHECK(verdict<Claims>(signed_payload(R"({"exp":1700000001,"exp":1700000002})")) == "duplicate_member");
    CHECK(verdict<Claims>(signed_payload(R"({"exp":1700000001,"\u0065xp":1})")) == "duplicate_member");
    CHECK(verdict<Claims>(signed_payload(R"({"exp":1700000001,"x":1,"x":1})")) == "duplicate_member");
    CHECK(verdict<Claims>(signed_payload(R"({"iat":1,"exp":1700000000})")) == "token_expired exp");
    CHECK(verdict<Claims>(signed_payload(R"({"exp":1700000001,"iat":1,"exp":1700000002})")) == "duplicate_member");
    CHECK(verdict<Claims>(signed_payload(R"({"exp":1700000001,"jti":7})")) == "invalid_claim_type jti");
    CHECK(verdict<Claims>(signed_payload(R"([{"exp":1700000001}])")) == "malformed_token");
    CHECK(verdict<Claims>(signed_payload(R"({"exp":1700000001}})")) == "invalid_json");
}

}  // namespace

TEST_CASE("a number beyond double is strict JSON, but a DOM refuses it, after the rules") {
    CHECK(verdict<nlohmann::json>(signed_payload(R"({"exp":1700000001,"x":1e400})")) == "invalid_claim_type");
    CHECK(verdict<nlohmann::json>(signed_payload(R"({"exp":1700000001,"x":[{"y":-1e400}]})")) == "invalid_claim_type");
    CHECK(verdict<nlohmann::json>(signed_payload(R"({"exp":1700000000,"x":1e400})")) == "token_expired exp");
    CHECK(verdict<nlohmann::json>(signed_payload(R"({"exp":1700000001,"x":1e400)")) == "invalid_json");
    CHECK(verdict<RegisteredClaims>(signed_payload(R"({"exp":1700000001,"x":1e400})")) == "accepted");
}

TEST_CASE("the rules hold for a struct that has none of the registered claims") { holds_the_rules<Nothing>(); }
TEST_CASE("the rules hold for a struct that has some of them") { holds_the_rules<OwnExp>(); }
TEST_CASE("the rules hold for the registered claims") { holds_the_rules<RegisteredClaims>(); }
TEST_CASE("the rules hold for a class with its own mapping") { holds_the_rules<Mapped>(); }
TEST_CASE("the rules hold for registered claims and such a class") { holds_the_rules<credence::Claims<Mapped>>(); }
TEST_CASE("the rules hold for JSON") { holds_the_rules<nlohmann::json>(); }

TEST_CASE("a struct's own member with a registered name is read, and the rule still applies") {
    const auto who = read<OwnExp>(R"({"exp":1700000001,"sub":"42","scope":"a b","aud":["x"]})");
    CHECK(who->exp == 1700000001);
    CHECK(who->sub == "42");
    CHECK(who.scopes() == std::vector<std::string>{"a", "b"});
    CHECK(who->aud == std::vector<std::string>{"x"});
    CHECK(verdict<WrongExp>(signed_payload(R"({"exp":1700000001})")) == "invalid_claim_type exp");
    CHECK(verdict<WrongExp>(signed_payload(R"({"exp":"1700000001"})")) == "invalid_claim_type exp");
    CHECK(verdict<WrongExp>(signed_payload(R"({"exp":1})")) == "token_expired exp");
}

TEST_CASE("null is refused for a registered claim, even for an optional member") {
    for (const std::string_view name : {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}) {
        const std::string payload =
            name == "exp" ? R"({"exp":null})" : R"({"exp":1700000001,")" + std::string{name} + "\":null}";
        CHECK(verdict<OwnExp>(signed_payload(payload)) == "invalid_claim_type " + std::string{name});
        CHECK(verdict<RegisteredClaims>(signed_payload(payload)) == "invalid_claim_type " + std::string{name});
        CHECK(verdict<nlohmann::json>(signed_payload(payload)) == "invalid_claim_type " + std::string{name});
    }
}

TEST_CASE("registered claims are unescaped, and dates rounded down") {
    const auto who = read<RegisteredClaims>(
        R"({"iss":"a\u0000b","sub":"\ud83d\ude00","aud":["x\"y","z"],"exp":1700000001.9,"nbf":1699999998.9,)"
        R"("iat":1699999998.9,"jti":""})");
    CHECK(who->iss == std::string("a\0b", 3));
    CHECK(who->sub == "\xf0\x9f\x98\x80");
    CHECK(who->aud == credence::Audience{"x\"y", "z"});
    CHECK(who->exp == noon + std::chrono::seconds{1});
    CHECK(who->nbf == noon - std::chrono::seconds{2});
    CHECK(who->iat == noon - std::chrono::seconds{2});
    CHECK(who->jti.empty());
}

TEST_CASE("of two equal registered claims the last wins, if duplicates are allowed") {
    CHECK(read<RegisteredClaims>(R"({"exp":1,"exp":1700000001})", true)->exp == noon + std::chrono::seconds{1});
    CHECK(read<nlohmann::json>(R"({"exp":1,"exp":1700000001})", true)->at("exp") == 1700000001);
    CHECK(read<RegisteredClaims>(R"({"exp":1700000001,"sub":"a","sub":"b"})", true)->sub == "b");
    CHECK(read<RegisteredClaims>(R"({"exp":1700000001,"aud":["a","b"],"aud":"c"})", true)->aud ==
          credence::Audience{"c"});
    CHECK(read<OwnExp>(R"({"exp":1,"exp":1700000001,"sub":"a","sub":"b"})", true)->sub == "b");
    const credence::Validation<RegisteredClaims> rules{.allow_duplicate_members = true};
    CHECK(verdict(signed_payload(R"({"exp":1700000001,"exp":1})"), rules) == "token_expired exp");
    CHECK(verdict(signed_payload(R"({"exp":1700000001,"\u0065xp":null})"), rules) == "invalid_claim_type exp");
}

TEST_CASE("a class with its own mapping gets the whole payload") {
    CHECK(read<Mapped>(R"({"exp":1700000001,"deep":{"a":[1]}})")->seen.at("deep").at("a").at(0) == 1);
    const auto both = read<credence::Claims<Mapped>>(R"({"exp":1700000001,"sub":"42"})");
    CHECK(both->sub == "42");
    CHECK(both->seen.at("sub") == "42");
}

TEST_CASE("null that counts as absent is absent for every claims type") {
    const auto read_nulls = []<class Claims>(std::string_view payload) {
        return credence::decode<Claims>(signed_payload(payload), support::account_keys(),
                                        {.allow_null_members = true, .clock = support::noon_clock});
    };
    constexpr std::string_view payload = R"({"exp":1700000001,"sub":null,"aud":null,"role":"r","scope":null})";
    CHECK_FALSE(read_nulls.operator()<OwnExp>(payload)->sub);
    CHECK_FALSE(read_nulls.operator()<nlohmann::json>(payload)->contains("sub"));
    CHECK(read_nulls.operator()<nlohmann::json>(payload)->at("scope").is_null());
    CHECK_FALSE(read_nulls.operator()<Mapped>(payload)->seen.contains("aud"));
    CHECK(read_nulls.operator()<AccountClaims>(payload)->sub.empty());
    CHECK(read_nulls.operator()<WrongExp>(R"({"exp":null})").error() ==
          credence::Error{credence::Errc::missing_claim, "exp"});
}

TEST_CASE("null that counts as absent still counts as an occurrence of its name") {
    const auto verdict_of = []<class Claims>(std::string_view payload) {
        return verdict(signed_payload(payload), credence::Validation<Claims>{.allow_null_members = true});
    };
    for (const std::string_view payload :
         {R"({"sub":null,"sub":"mallory","exp":1700000001})", R"({"exp":null,"exp":1700000001,"sub":"alice"})"}) {
        INFO(payload);
        CHECK(verdict_of.operator()<OwnPlain>(payload) == "duplicate_member");
        CHECK(verdict_of.operator()<RegisteredClaims>(payload) == "duplicate_member");
        CHECK(verdict_of.operator()<nlohmann::json>(payload) == "duplicate_member");
    }
}

TEST_CASE("an integer that counts as text is text for every claims type without a number member there") {
    const auto read_numbers = []<class Claims>(std::string_view payload) {
        return credence::decode<Claims>(signed_payload(payload), support::account_keys(),
                                        {.allow_numeric_subject = true, .clock = support::noon_clock});
    };
    struct Number {
        std::int64_t sub;
    };
    constexpr std::string_view payload = R"({"exp":1700000001,"sub":1234,"jti":5,"n":6})";
    CHECK(read_numbers.operator()<OwnExp>(payload)->sub == "1234");
    CHECK(read_numbers.operator()<Number>(payload)->sub == 1234);
    CHECK(read_numbers.operator()<nlohmann::json>(payload)->at("sub") == "1234");
    CHECK(read_numbers.operator()<nlohmann::json>(payload)->at("n") == 6);
    CHECK(read_numbers.operator()<Mapped>(payload)->seen.at("jti") == "5");
}
