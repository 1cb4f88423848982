// SPDX-License-Identifier: MIT
// form_encoded and base64_text: the content of a POST.
#include <credence/remote/detail/form_encoding.hpp>

#include <string_view>

#include "support/catch.hpp"

using namespace credence::detail;

TEST_CASE("a form's value has unreserved characters and percent codes only", "[form_encoding]") {
    CHECK(form_encoded("azAZ09-._~") == "azAZ09-._~");
    CHECK(form_encoded("a+b/c=&d e\r\n") == "a%2Bb%2Fc%3D%26d%20e%0D%0A");
    CHECK(form_encoded("\xc3\xa4") == "%C3%A4");
    CHECK(form_encoded(std::string_view{"\0", 1}) == "%00");
    CHECK(form_encoded("").empty());
}

TEST_CASE("base64 has the standard alphabet and padding", "[form_encoding]") {
    CHECK(base64_text("").empty());
    CHECK(base64_text("f") == "Zg==");
    CHECK(base64_text("fo") == "Zm8=");
    CHECK(base64_text("foo") == "Zm9v");
    CHECK(base64_text("\xfb\xff\xfe") == "+//+");
}
