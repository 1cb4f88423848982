// SPDX-License-Identifier: MIT
// Several kinds of credentials on one route: which verifier decides, and that it decides alone.
#include <credence/http/bearer.hpp>
#include <credence/http/first_of.hpp>

#include <string>
#include <string_view>
#include <type_traits>

#include "support/accounts.hpp"
#include "support/acme_http.hpp"
#include "support/catch.hpp"

using credence::Errc;
using credence::Error;
using credence::FirstOf;
using credence::RequestContext;
using credence::require_bearer;
using credence::Result;
using credence::Verified;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;

namespace {

/// Recognizes keys by their prefix. One of them is good.
struct ApiKeys {
    using claims_type = AccountClaims;

    [[nodiscard]] bool recognizes(std::string_view text) const { return text.starts_with("key_"); }
    [[nodiscard]] Result<Verified<AccountClaims>> verify(std::string_view text) const {
        if (text != "key_good") return Error{Errc::check_failed, "key"};
        return account_verifier().verify(account_token("machine"));
    }
};

/// Takes all remaining texts.
struct Introspection {
    using claims_type = AccountClaims;

    [[nodiscard]] Result<Verified<AccountClaims>> verify(std::string_view) const {
        return Error{Errc::check_failed, "introspection"};
    }
};

struct MethodBound {
    using claims_type = AccountClaims;

    [[nodiscard]] bool recognizes(std::string_view text) const { return text.starts_with("bound_"); }
    [[nodiscard]] Result<Verified<AccountClaims>> verify(std::string_view, const RequestContext& context) const {
        return Error{Errc::invalid_proof, std::string{context.method}};
    }
};

Error error_of(const auto& refused) {
    REQUIRE_FALSE(refused);
    return refused.error();
}

}  // namespace

TEST_CASE("the verifier that recognizes a credential decides alone") {
    const FirstOf either{account_verifier(), ApiKeys{}};
    CHECK((*either.verify(account_token("7")))->sub == "7");
    CHECK((*either.verify("key_good"))->sub == "machine");
    CHECK(error_of(either.verify("key_bad")) == Error{Errc::check_failed, "key"});
    CHECK(error_of(either.verify(support::expired_token())).code == Errc::token_expired);
    CHECK(error_of(either.verify("key_a.b.c")).code != Errc::check_failed);  // three parts: the first one decides
    for (const std::string text : {"", "abc", "a.b", "a.b.c.d", "a.b.c.d.e", "KEY_good"}) {
        INFO(text);
        CHECK(error_of(either.verify(text)).code == Errc::malformed_token);
        CHECK_FALSE(error_of(either.verify(text)).reason.empty());
        CHECK_FALSE(either.recognizes(text));
    }
    CHECK(either.recognizes("key_x"));
}

TEST_CASE("FirstOf asks its verifiers in order, and the last verifies all other credentials") {
    const FirstOf three{ApiKeys{}, account_verifier(), Introspection{}};
    CHECK(error_of(three.verify("key_a.b.c")) == Error{Errc::check_failed, "key"});
    CHECK(three.verify(account_token()));
    CHECK(error_of(three.verify("opaque")) == Error{Errc::check_failed, "introspection"});
    CHECK(three.recognizes("opaque"));
    const FirstOf nested{FirstOf{account_verifier(), ApiKeys{}}, Introspection{}};
    CHECK(nested.verify("key_good"));
    CHECK(error_of(nested.verify("opaque")) == Error{Errc::check_failed, "introspection"});
}

TEST_CASE("FirstOf is a verifier for require_bearer, and for protect") {
    const FirstOf either{account_verifier(), ApiKeys{}};
    STATIC_REQUIRE(credence::TokenVerifier<decltype(either)>);
    STATIC_REQUIRE_FALSE(credence::RequestVerifier<std::remove_const_t<decltype(either)>>);
    CHECK(require_bearer("Bearer key_good", either).value()->sub == "machine");
    CHECK(require_bearer("Bearer abc", either).error().status == 401);
    const auto guard = credence::protect(
        either, [](const Verified<AccountClaims>& who, const acme::Request&, acme::Response& r) { r.body = who->sub; });
    acme::Response response;
    guard(acme::with_authorization("Bearer key_good"), response);
    CHECK(response.body == "machine");
}

TEST_CASE("FirstOf is a RequestVerifier when one of its verifiers is") {
    const FirstOf either{account_verifier(), MethodBound{}};
    STATIC_REQUIRE(credence::RequestVerifier<std::remove_const_t<decltype(either)>>);
    STATIC_REQUIRE_FALSE(credence::TokenVerifier<std::remove_const_t<decltype(either)>>);
    CHECK(either.verify(account_token(), RequestContext{}));
    CHECK(error_of(either.verify("bound_x", RequestContext{.method = "GET"})) == Error{Errc::invalid_proof, "GET"});
    CHECK(require_bearer(acme::with_authorization("Bearer " + account_token()), either));
    CHECK(require_bearer(acme::with_authorization("Bearer bound_x"), either).error().reason.code ==
          Errc::invalid_proof);
}
