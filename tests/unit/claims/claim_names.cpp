// SPDX-License-Identifier: MIT
// Names in the token that are not those of the C++ code: of claims, and of the values of an enum.
#include <credence/claims/claim_names.hpp>
#include <credence/claims/claims.hpp>
#include <credence/jwt/decode.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/keys/keys.hpp>

#include <array>
#include <chrono>
#include <string>

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace credence;

namespace {

enum class Plan { free, paid, other };
constexpr auto claim_values(Plan) {
    return std::to_array<ClaimValue<Plan>>({{Plan::free, "free"}, {Plan::paid, "pro+"}, {Plan::other, any_other_name}});
}

struct Customer {
    Plan plan;
    static constexpr ClaimName claim_names[] = {{"plan", "https://shop.example/plan"}};
};
using Account = Claims<Customer>;

const Keys<HS256>& own_keys() {
    static const Keys<HS256> keys = Keys<HS256>::generate().value();
    return keys;
}

Result<Verified<Account>> account_with(const std::string& plan) {
    const nlohmann::json claims{{"exp", 4102444800}, {"https://shop.example/plan", plan}};
    return decode<Account>(encode(claims, own_keys()).value(), own_keys());
}

}  // namespace

TEST_CASE("a claim and an enumerator have the names of their tables in the token") {
    const Account paid{{.exp = NumericDate{std::chrono::seconds{4102444800}}}, {.plan = Plan::paid}};
    const std::string token = encode(paid, own_keys()).value();
    const nlohmann::json text = *decode<nlohmann::json>(token, own_keys()).value();
    CHECK(text.at("https://shop.example/plan") == "pro+");
    CHECK_FALSE(text.contains("plan"));
    CHECK(decode<Account>(token, own_keys()).value()->plan == Plan::paid);
}

TEST_CASE("every name that is not in the table is the enumerator of any_other_name, which cannot be written") {
    CHECK(account_with("free").value()->plan == Plan::free);
    for (const char* name : {"", "paid", "pro", "Free"}) CHECK(account_with(name).value()->plan == Plan::other);
    const Account other{{.exp = NumericDate{std::chrono::seconds{4102444800}}}, {.plan = Plan::other}};
    CHECK(encode(other, own_keys()).error().claim == "https://shop.example/plan");
}
