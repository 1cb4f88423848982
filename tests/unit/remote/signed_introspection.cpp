// SPDX-License-Identifier: MIT
// SignedIntrospection: whose answers it accepts. tests/unit/remote/introspection_verifier.cpp damages answers.
#include <credence/remote/remote_keys.hpp>
#include <credence/remote/signed_introspection.hpp>

#include "support/catch.hpp"
#include "support/issuer_script.hpp"

using namespace credence;
using support::IssuerScript;

TEST_CASE("the keys of an issuer name the issuer of signed answers", "[signed_introspection]") {
    const IssuerScript script;
    const auto keys = RemoteKeys<support::RemoteSet>::discover(IssuerScript::issuer_url, script).value();
    CHECK(SignedIntrospection::by(keys, {.client_id = "orders"}).has_value());
    CHECK(SignedIntrospection::by(keys, {.issuer = IssuerScript::issuer_url, .client_id = "orders"}).has_value());
    CHECK(SignedIntrospection::by(keys, {.issuer = "https://other.example", .client_id = "orders"}).error().code ==
          Errc::invalid_issuer);
}
