// SPDX-License-Identifier: MIT
// Foreign text in a log line: escaped and bounded, and different texts look different.
#include <credence/remote/detail/printable.hpp>

#include <string>

#include "support/catch.hpp"

using credence::detail::longest_quote;
using credence::detail::quoted_for_log;

TEST_CASE("all bytes except printable ASCII are escaped", "[printable]") {
    CHECK(quoted_for_log("https://id.example") == "'https://id.example'");
    CHECK(quoted_for_log("a\nb\x1b[2J") == R"('a\x0ab\x1b[2J')");
    CHECK(quoted_for_log("it's \\x0a") == R"('it\x27s \x5cx0a')");
    CHECK(quoted_for_log("\xc3\xa9\x7f") == R"('\xc3\xa9\x7f')");
    CHECK(quoted_for_log("") == "''");
}

TEST_CASE("a long text is cut, with a mark", "[printable]") {
    CHECK(quoted_for_log(std::string(longest_quote, 'a')) == "'" + std::string(longest_quote, 'a') + "'");
    CHECK(quoted_for_log(std::string(longest_quote + 1, 'a')) == "'" + std::string(longest_quote, 'a') + "'...");
}
