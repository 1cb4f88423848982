// SPDX-License-Identifier: MIT
// ClientAuthentication: what a request to an authorization server carries.
#include <credence/jwt/decode.hpp>
#include <credence/keys/keys.hpp>
#include <credence/remote/client_authentication.hpp>
#include <credence/remote/url.hpp>
#include <credence/remote/detail/introspection_access.hpp>

#include <chrono>
#include <string>

#include "support/catch.hpp"

using namespace credence;
using namespace std::chrono_literals;

namespace {

FetchRequest request_with(const ClientAuthentication& authentication) {
    FetchRequest request{.url = Url::parse("https://id.example/introspect").value(), .form = "token=a"};
    REQUIRE(detail::IntrospectionAccess::authenticate(authentication, request).has_value());
    return request;
}

/// The assertion at the end of a form.
std::string assertion_of(const FetchRequest& request) {
    const std::string name = "&client_assertion=";
    const auto at = request.form.find(name);
    REQUIRE(at != std::string::npos);
    return request.form.substr(at + name.size());
}

}  // namespace

TEST_CASE("Basic encodes id and secret before they are joined", "[client_authentication]") {
    const auto request = request_with(ClientAuthentication::basic("a:b", "c d%"));
    CHECK(request.authorization == "Basic YSUzQWI6YyUyMGQlMjU=");  // a%3Ab:c%20d%25
    CHECK(request.form == "token=a");
}

TEST_CASE("a client assertion is signed for each request, and names client and server", "[client_authentication]") {
    const auto keys = Keys<ES256>::generate().value();
    const auto authentication =
        ClientAuthentication::private_key_jwt("orders app", keys.encoding, "https://id.example");
    const auto request = request_with(authentication);
    CHECK(request.authorization.empty());
    CHECK(request.form.starts_with(
        "token=a&client_id=orders%20app&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3A"
        "jwt-bearer&client_assertion="));
    const auto claims = decode<RegisteredClaims>(assertion_of(request), keys.decoding,
                                                 {.issuer = "orders app",
                                                  .audience = "https://id.example",
                                                  .subject = "orders app",
                                                  .max_age = 60s,
                                                  .required = {"jti"}});
    REQUIRE(claims.has_value());
    CHECK(claims->exp <= now() + 1min);
    CHECK(assertion_of(request_with(authentication)) != assertion_of(request));
}
