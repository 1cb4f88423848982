// SPDX-License-Identifier: MIT
// The header in a proof: the usual one is shared, any other is copied, and both stay unchanged.
#include <credence/keys/decoding_key.hpp>
#include <credence/jwt/detail/shared_header.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "support/catch.hpp"

using credence::Header;
using credence::detail::encode_base64url;
using credence::detail::SharedHeader;
using credence::detail::static_header;
using credence::detail::StaticHeaders;
using credence::detail::usual_header;
using credence::detail::usual_header_for;

TEST_CASE("there are static headers for each algorithm, equal to the header and to its text") {
    for (const std::string_view name : credence::detail::KnownAlgorithms::names) {
        const Header usual{std::string{name}, "", "JWT"};
        const std::string alg = "\"alg\":\"" + std::string{name} + '"';
        for (const std::string& text : {"{" + alg + R"(,"typ":"JWT"})", R"({"typ":"JWT",)" + alg + "}"}) {
            INFO(text);
            const auto* found = usual_header(encode_base64url(text));
            REQUIRE(found != nullptr);
            CHECK(*found == usual);
            CHECK(found->json() == text);
            CHECK(static_header(encode_base64url(text), usual) == found);
        }
    }
}

TEST_CASE("the static headers are the same for keys of their algorithm, of another one, and for other sources") {
    struct OtherSource {};
    for (const std::string_view name : credence::detail::KnownAlgorithms::names) {
        const std::string segment = encode_base64url(R"({"alg":")" + std::string{name} + R"(","typ":"JWT"})");
        CHECK(usual_header_for<credence::DecodingKey<credence::HS256>>(segment) == usual_header(segment));
        CHECK(usual_header_for<OtherSource>(segment) == usual_header(segment));
    }
    CHECK(usual_header_for<credence::DecodingKey<credence::HS256>>("") == nullptr);
}

TEST_CASE("no other text counts as a static header") {
    for (const std::string_view text :
         {R"({"alg":"HS256"})", R"({"alg":"HS256","typ":"jwt"})", R"({"alg":"HS256", "typ":"JWT"})",
          R"({"alg":"HS256","typ":"JWT","x":1})", R"({"alg":"none","typ":"JWT"})", R"({"alg":"HS999","typ":"JWT"})"}) {
        CHECK(usual_header(encode_base64url(text)) == nullptr);
    }
}

TEST_CASE("further static headers are found again, by their text, and are bounded") {
    StaticHeaders headers;
    const auto* first = headers.find_or_add("a", {"HS256", "a", ""});
    REQUIRE(first != nullptr);
    CHECK(headers.find_or_add("b", {"HS256", "a", ""}) != first);
    CHECK(headers.find_or_add("a", {"HS256", "a", ""}) == first);
    for (int number = 0; number < 1000; ++number) {
        static_cast<void>(headers.find_or_add(std::to_string(number), {"HS256", "", ""}));
    }
    CHECK(headers.find_or_add("c", {}) == nullptr);
    CHECK(headers.find_or_add("a", {}) == first);
    CHECK(first->kid == "a");
}

TEST_CASE("a shared header outlives the header that was read, also in copies") {
    struct Row {
        Header header;
        std::string json;
    };
    for (const auto& [expected, json] : {Row{{"RS256", "a key id of more than fifteen letters", "JWT"}, R"({"x":1})"},
                                         Row{{"HS256", "", "JWT"}, R"({"alg":"HS256","typ":"JWT"})"}}) {
        auto read = std::make_unique<Header>(expected);
        auto segment = std::make_unique<std::string>(encode_base64url(json));
        auto kept =
            std::make_unique<SharedHeader>(credence::detail::HeaderView{*read, *segment, usual_header(*segment)});
        read.reset();
        segment.reset();
        CHECK(kept->get() == expected);
        const SharedHeader copy = *kept;
        SharedHeader moved = std::move(*kept);
        kept.reset();
        CHECK(copy.get() == expected);
        CHECK(moved.get() == expected);
        moved = copy;
        CHECK(moved.get() == expected);
        CHECK(moved.get().json() == json);
    }
}
