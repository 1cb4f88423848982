// SPDX-License-Identifier: MIT
// Finds the only token of a request, in any place, and makes the first parameter of a handler from it.
#include <credence/http/detail/proof.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "support/accounts.hpp"
#include "support/acme_http.hpp"
#include "support/catch.hpp"

using credence::Errc;
using credence::HeaderValue;
using credence::Result;
using credence::TokenLocation;
using credence::Verified;
using credence::detail::Credentials;
using credence::detail::credentials_of;
using credence::detail::ProofFor;
using credence::detail::token_in;
using support::AccountClaims;

namespace {

std::string found(const Credentials& credentials, const TokenLocation& location) {
    const auto token = token_in(credentials, location);
    return token ? std::string{*token} : std::string{to_string(token.error().code)};
}

}  // namespace

TEST_CASE("only the fields of the location are read") {
    const acme::Request request{.headers = {{"Authorization", "a"}, {"Cookie", "b"}, {"X-Token", "c"}}};
    const auto both = credentials_of(request, {.cookie = "t"});
    CHECK(both.field.view() == "a");
    CHECK(both.cookies.view() == "b");
    const auto field_alone = credentials_of(request, {.header = "X-Token"});
    CHECK(field_alone.field.view() == "c");
    CHECK(field_alone.cookies.view().empty());
    const auto none = credentials_of(request, {.header = ""});
    CHECK(none.field.view().empty());
    CHECK(none.cookies.view().empty());
}

TEST_CASE("a token in a field, in a cookie, or the same one in both") {
    const TokenLocation either{.cookie = "t"};
    CHECK(found({.field = "Bearer abc"}, {}) == "abc");
    CHECK(found({.field = "Bearer abc"}, either) == "abc");
    CHECK(found({.cookies = "t=abc"}, either) == "abc");
    CHECK(found({.field = "Bearer abc", .cookies = "t=abc"}, either) == "abc");
    CHECK(found({.field = "Bearer abc", .cookies = "t="}, either) == "abc");
    CHECK(found({.field = "Basic abc", .cookies = "t=abc"}, either) == "abc");
    CHECK(found({.field = "abc", .cookies = "t=abc"}, {.scheme = "", .cookie = "t"}) == "abc");
    CHECK(found({.cookies = "t=abc"}, {}) == "missing_credentials");
    CHECK(found({}, either) == "missing_credentials");
}

TEST_CASE("two credentials, or malformed ones, are refused") {
    const TokenLocation either{.cookie = "t"};
    for (const Credentials& credentials :
         {Credentials{.field = "Bearer abc", .cookies = "t=abd"}, Credentials{.field = "Bearer abc", .cookies = "t=?,"},
          Credentials{.field = "Bearer", .cookies = "t=abc"}, Credentials{.field = HeaderValue::repeated()},
          Credentials{.field = "Bearer abc", .cookies = HeaderValue::repeated()}, Credentials{.cookies = "t=a; t=b"}}) {
        CHECK(found(credentials, either) == "malformed_credentials");
    }
}

TEST_CASE("the token is verified once; without a token nothing is verified") {
    int calls = 0;
    const auto verify = [&calls](std::string_view text) {
        ++calls;
        return support::account_verifier().verify(text);
    };
    using One = ProofFor<Verified<AccountClaims>>;
    const std::string token = support::account_token("7");
    CHECK(One::make(Result<std::string_view>{std::string_view{token}}, verify).value()->sub == "7");
    CHECK(calls == 1);
    CHECK_FALSE(One::make(Errc::missing_credentials, verify));
    CHECK(calls == 1);
    using Maybe = ProofFor<std::optional<Verified<AccountClaims>>>;
    const Result<std::string_view> none{Errc::missing_credentials};
    auto nobody = Maybe::make(none, verify);
    CHECK(Maybe::takes(nobody, none));
    CHECK_FALSE(One::takes(nobody, none));
    CHECK_FALSE(Maybe::move_out(nobody));
    for (const Errc code : {Errc::malformed_credentials, Errc::malformed_token}) {
        const Result<std::string_view> bad{code};
        const auto refused = Maybe::make(bad, verify);
        CHECK(refused.error().code == code);
        CHECK_FALSE(Maybe::takes(refused, bad));
    }
    CHECK(calls == 1);
    const Result<std::string_view> given{std::string_view{token}};
    const Result<Verified<AccountClaims>> missing_inside{Errc::missing_credentials};  // from a user's own verifier
    CHECK_FALSE(Maybe::takes(missing_inside, given));
    STATIC_REQUIRE_FALSE(credence::detail::IsProof<AccountClaims>);
}

TEST_CASE("more than one credential, and a cookie that is not a token, have a reason for the log") {
    const TokenLocation either{.cookie = "t"};
    const auto reason = [&](const Credentials& credentials) { return token_in(credentials, either).error().reason; };
    CHECK(reason({.field = HeaderValue::repeated()}) == "the field of the token occurs more than once");
    CHECK(reason({.cookies = HeaderValue::repeated()}) == "more than one Cookie field");
    CHECK(reason({.cookies = "t=a,b"}) == "the value of the cookie is not a token");
    CHECK(reason({.field = "Bearer abc", .cookies = "t=abd"}) == "the field and the cookie have different tokens");
}
