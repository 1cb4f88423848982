// SPDX-License-Identifier: MIT
// The text of a JWK or a set: strict JSON, members by name, absent members, and the elements of `keys`.
#include <credence/keys/detail/jwk_document.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using namespace credence;
using namespace credence::detail;

namespace {

std::string_view refusal(std::string_view text) {
    JwkDocument document;
    const auto read = document.read(text);
    return read ? std::string_view{} : read.error().reason;
}

}  // namespace

TEST_CASE("members of a JWK are found by name", "[jwk_document]") {
    JwkDocument document;
    REQUIRE(
        document.read("\xef\xbb\xbf"
                      R"( {"kty":"EC","kid":"","use":"","x5c":[],"crv":null,"n":1,"k\u0069nd":"a\/b"} )"));
    CHECK(document->says("kty", "EC"));
    CHECK(document->string("kind") == "a/b");
    CHECK(document->string("kid") == "");
    CHECK_FALSE(document->has("use"));
    CHECK_FALSE(document->has("crv"));
    CHECK_FALSE(document->has("x5c"));
    CHECK(document->has("n"));
    CHECK_FALSE(document->string("n"));
    CHECK(document->is_absent_or("use", "sig"));
    CHECK_FALSE(document->is_absent_or("kty", "RSA"));
    CHECK(document->has_string_with("E"));
    CHECK_FALSE(document->has_escaped_secret());
}

TEST_CASE("a secret with JSON escapes is recognised", "[jwk_document]") {
    JwkDocument document;
    REQUIRE(document.read(R"({"kty":"oct","k":"\u0041A"})"));
    CHECK(document->has_escaped_secret());
    JwkDocument with_slash;
    REQUIRE(with_slash.read(R"({"kty":"oct","k":"A\/A"})"));
    CHECK_FALSE(with_slash->has_escaped_secret());
}

TEST_CASE("a text that is not a JSON object, or repeats a member, is refused", "[jwk_document]") {
    CHECK(refusal("") == "not strict JSON");
    CHECK(refusal("{} x") == "not strict JSON");
    CHECK(refusal("[]") == "a JSON array; expected a JWK, or {\"keys\": [...]}");
    CHECK(refusal("7") == "JSON, but not an object");
    CHECK(refusal(R"({"kty":"EC","kty":"EC"})") == "a JSON object names a member twice");
    CHECK(refusal(R"({"a":[{"b":1,"b":2}]})") == "a JSON object names a member twice");
    CHECK(refusal(std::string(longest_key_text + 1, ' ')) == "more than 1 MiB of text");
    CHECK(refusal(R"({"keys":[{"b":1,"b":2}]})").empty());
}

TEST_CASE("the elements of keys are read one by one, up to a limit", "[jwk_document]") {
    JwkDocument document;
    REQUIRE(document.read(R"({"keys":[{"kid":"a"},7,{"kid":"b","kid":"c"}]})"));
    std::vector<std::string> kids;
    const auto take = [&](const Jwk& jwk) {
        kids.emplace_back(jwk.is_object() ? jwk.string("kid").value_or("") : "none");
        if (kids.size() == 3) CHECK(jwk.repeats_member());
    };
    CHECK(document.each_key(3, take));
    CHECK(kids.size() == 3);
    CHECK_FALSE(document.each_key(2, take));
    CHECK(kids.size() == 3);
    JwkDocument without;
    REQUIRE(without.read(R"({"keys":{}})"));
    CHECK_FALSE(without.each_key(9, take));
}
