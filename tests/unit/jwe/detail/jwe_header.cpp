// SPDX-License-Identifier: MIT
// The parts of an encrypted token, and its header.
#include <credence/jwe/detail/jwe_header.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"

using namespace credence;
using namespace credence::detail;

namespace {

Result<JweHeader> read(std::string_view text) { return read_jwe_header(encode_base64url(text)); }

}  // namespace

TEST_CASE("a text is split at exactly four dots", "[jwe][header]") {
    const auto parts = split_jwe("a.bb..dddd.e");
    REQUIRE(parts);
    CHECK(parts->header == "a");
    CHECK(parts->encrypted_key == "bb");
    CHECK(parts->iv.empty());
    CHECK(parts->ciphertext == "dddd");
    CHECK(parts->tag == "e");
    CHECK(split_jwe("....").has_value());
    for (const std::string_view text : {"", "a", "a.b.c", "a.b.c.d", "a.b.c.d.e.", ".....", "a.b.c.d.e.f"}) {
        CHECK_FALSE(split_jwe(text));
    }
    CHECK(why_not_five_parts("a.b.c.d.e.f") == "more than five parts");
    CHECK(why_not_five_parts("{") == "a JSON document; pass only the token in it");
}

TEST_CASE("the members of a header are read", "[jwe][header]") {
    const auto header =
        read(R"({"alg":"ECDH-ES","enc":"A256GCM","kid":"k","typ":"t","cty":"c","apu":"u","apv":"v","iv":"i",)"
             R"("tag":"g","epk":{"kty":"EC","crv":"P-256","x":"X","y":"Y","use":7},"zip":1})");
    REQUIRE(header);
    CHECK(header->header == Header{"ECDH-ES", "k", "t"});
    CHECK(header->enc == "A256GCM");
    CHECK(header->cty == "c");
    CHECK((header->apu == "u" && header->apv == "v" && header->iv == "i" && header->tag == "g"));
    CHECK((header->epk.kty == "EC" && header->epk.crv == "P-256" && header->epk.x == "X" && header->epk.y == "Y"));
    CHECK((header->has_epk && header->has_iv && header->has_tag && header->has_zip && !header->epk.has_private));
    CHECK(read(R"({"alg":"a","enc":"e","epk":{"d":1}})").value().epk.has_private);
}

TEST_CASE("a malformed header is reported with its reason", "[jwe][header]") {
    const auto why = [](std::string_view text) { return std::string{read(text).error().reason}; };
    CHECK(why(R"({"alg":"dir"})") == "the header has no enc");
    CHECK(why(R"({"enc":"A256GCM"})") == "the header has no alg");
    CHECK(why(R"({"alg":"dir","enc":1})") == "the enc is not a string");
    CHECK(why(R"({"alg":"dir","enc":"e","epk":"x"})") == "the epk is not an object");
    CHECK(why(R"({"alg":"dir","enc":"e","apu":1})") == "the apu is not a string");
    CHECK(why(R"({"alg":"dir","enc":"e","tag":[]})") == "the tag is not a string");
    CHECK(read_jwe_header("").error().reason == "the header is empty");
    // No reason names an option of signed tokens, which does not exist here.
    CHECK(why(R"({"alg":"dir","enc":"e","kid":null})") == "the kid is not a string");
    CHECK(why(R"({"alg":"dir","enc":"e","typ":null})") == "the typ is not a string");
}

TEST_CASE("the reason against an unknown alg speaks of key management", "[jwe][header]") {
    constexpr std::string_view unknown = "no algorithm of key management has this name; names are case-sensitive";
    for (const std::string_view alg : {"RS256", "none", "DIR", "A256GCM", ""}) CHECK(why_no_management(alg) == unknown);
    for (const std::string_view alg : {"RSA1_5", "PBES2-HS256+A128KW", "PBES2-HS512+A256KW"}) {
        CHECK(why_no_management(alg) == "RSA1_5 and PBES2 are never supported");
    }
}
