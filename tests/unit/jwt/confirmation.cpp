// SPDX-License-Identifier: MIT
// A verifier whose caller decides about cnf: when the caller's check runs, with which arguments, and the effect of its
// answer.
#include <credence/jwt/confirmation.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>

#include <string>
#include <string_view>
#include <type_traits>

#include "support/catch.hpp"

using credence::ConfirmationCheck;
using credence::Errc;
using credence::Error;
using credence::Result;
using nlohmann::json;

namespace {

const auto keys = credence::Keys<credence::HS256>::generate().value();

std::string token_with(const json& claims) { return credence::encode(claims, keys).value(); }

}  // namespace

TEST_CASE("the check gets the text of cnf, or an empty one, after all rules on the claims") {
    std::string seen = "nothing";
    const auto check = [&](std::string_view cnf) -> Result<void> {
        seen = cnf;
        return {};
    };
    const auto verifier = credence::verifier_for<json>(
        keys, {.checks = {{"tenant", [](const json& claims) { return !claims.contains("other"); }}},
               .allow_missing_exp = true});
    CHECK(verifier.verify(token_with({{"cnf", {{"jkt", "x"}}}}), check));
    CHECK(seen == R"({"jkt":"x"})");
    CHECK(verifier.verify(token_with({{"sub", "1"}}), check));
    CHECK(seen.empty());
    seen = "nothing";
    CHECK(verifier.verify(token_with({{"other", 1}, {"cnf", "x"}}), check).error().code == Errc::check_failed);
    CHECK(seen == "nothing");
}

TEST_CASE("the verifier returns the error of the check, whatever the opt-out") {
    const auto refuse = [](std::string_view) -> Result<void> { return Error{Errc::invalid_proof, "jti"}; };
    const auto verifier = credence::verifier_for<json>(keys, {.allow_missing_exp = true, .allow_bearer_use = true});
    for (const json& claims : {json{{"sub", "1"}}, json{{"cnf", {{"jkt", "x"}}}}})
        CHECK(verifier.verify(token_with(claims), refuse).error() == Error{Errc::invalid_proof, "jti"});
    CHECK(verifier.verify(token_with({{"cnf", nullptr}})));
    STATIC_REQUIRE(credence::BindableVerifier<std::remove_const_t<decltype(verifier)>>);
    STATIC_REQUIRE_FALSE(credence::BindableVerifier<int>);
}
