// SPDX-License-Identifier: MIT
// Entries of a JWK Set: their names, and why one or a whole set cannot be used. Sets as users read them are in
// ../key_set.cpp.
#include <credence/keys/detail/key_set_content.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using namespace credence;
using namespace credence::detail;

namespace {

/// Calls `ask(jwk)` with a text that was read.
template <class Ask>
std::string ask(std::string_view text, const Ask& ask) {
    JwkDocument document;
    REQUIRE(document.read(text));
    return std::string{ask(*document)};
}

}  // namespace

TEST_CASE("thumbprints of certificates are compared in base64url without padding", "[key_set_content]") {
    const auto thumbprint = [](const Jwk& jwk) { return thumbprint_member(jwk, "x5t"); };
    CHECK(ask(R"({"x5t":"a+b/c=="})", thumbprint) == "a-b_c");
    CHECK(ask(R"({"x5t":"a-b_c"})", thumbprint) == "a-b_c");
    CHECK(ask(R"({"x5t":5})", thumbprint) == "");
    CHECK(ask("{}", thumbprint) == "");
}

TEST_CASE("an entry that no algorithm can use is skipped with its reason", "[key_set_content]") {
    CHECK(ask(R"({"kty":"EC"})", reason_to_skip) == "");
    JwkDocument set;
    REQUIRE(set.read(R"({"keys":[{"kty":"EC","kty":"RSA"},5]})"));
    std::vector<std::string_view> reasons;
    REQUIRE(set.each_key(2, [&](const Jwk& jwk) { reasons.push_back(reason_to_skip(jwk)); }));
    CHECK(reasons == std::vector<std::string_view>{"it names a member twice", "not an object"});
    const std::string longest(longest_kid, 'k');
    CHECK(ask(R"({"kid":")" + longest + R"("})", reason_to_skip) == "");
    CHECK(ask(R"({"kid":")" + longest + R"(k"})", reason_to_skip) == "its kid is longer than 1,024 bytes");
}

TEST_CASE("an object that is no JWK Set is told from what it may be", "[key_set_content]") {
    CHECK(ask(R"({"kty":"EC"})", reason_for_no_keys).starts_with("a single JWK"));
    CHECK(ask(R"({"k1":"-----BEGIN PUBLIC KEY-----"})", reason_for_no_keys).starts_with("a map from key ids to PEM"));
    CHECK(ask(R"({"jwks_uri":"https://id.example/keys"})", reason_for_no_keys).starts_with("an issuer's metadata"));
    CHECK(ask("{}", reason_for_no_keys) == "not a JWK Set: it has no array \"keys\"");
}

TEST_CASE("the kid of a skipped entry is shown only if it is printable", "[key_set_content]") {
    KeySetContent content{false};
    content.skip(3, "good", "a reason");
    content.skip(4, "bad\n", "another");
    REQUIRE(content.skipped.size() == 2);
    CHECK(content.skipped[0].kid == "good");
    CHECK(content.skipped[0].index == 3);
    CHECK(content.skipped[1].kid.empty());
    CHECK(content.skipped[1].reason == "another");
}
