// SPDX-License-Identifier: MIT
// The reader against nlohmann's parser: both accept or both refuse, except for the rules that are listed here.
#include <credence/detail/json/json_dom.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/json_oracle.hpp"
#include "support/random_json.hpp"

#include <nlohmann/json.hpp>

using credence::Errc;
using credence::detail::read_json;
using credence::detail::write_json;
using support::JsonOracle;

TEST_CASE("random documents are read as nlohmann reads them") {
    support::RandomJson random{1};
    for (int round = 0; round < 3000; ++round) {
        const std::string text = random.document();
        if (support::json_readers_agree(text)) continue;
        CAPTURE(text);
        FAIL_CHECK("the two readers differ");
    }
}

TEST_CASE("mutated documents are accepted or refused as by nlohmann") {
    support::RandomJson random{2};
    int accepted = 0;
    for (int round = 0; round < 20000; ++round) {
        const std::string text = random.mutated(random.document());
        if (read_json(text)) ++accepted;
        if (support::json_readers_agree(text)) continue;
        CAPTURE(text);
        FAIL_CHECK("the two readers differ");
    }
    CHECK(accepted > 1000);  // both outcomes were met often enough
    CHECK(accepted < 15000);
}

TEST_CASE("the known differences from nlohmann") {
    CHECK(JsonOracle{std::string_view{"{}\0x", 4}}.document.is_object());
    CHECK(read_json(std::string_view{"{}\0x", 4}).error().code == Errc::invalid_json);
    CHECK(JsonOracle{"\xef\xbb\xbf{}"}.document.is_object());
    CHECK(read_json("\xef\xbb\xbf{}").error().code == Errc::invalid_json);
    CHECK(JsonOracle{R"({"a":1,"a":2})"}.document.is_object());
    CHECK(read_json(R"({"a":1,"a":2})").error().code == Errc::duplicate_member);
    const std::string deep = std::string(33, '[') + std::string(33, ']');
    CHECK(JsonOracle{deep}.document.is_array());
    CHECK(read_json(deep).error().code == Errc::invalid_json);
}

TEST_CASE("numbers keep their kind and value in a DOM") {
    CHECK(read_json("18446744073709551615")->get<std::uint64_t>() == std::numeric_limits<std::uint64_t>::max());
    CHECK(read_json("-9223372036854775808")->get<std::int64_t>() == std::numeric_limits<std::int64_t>::min());
    CHECK(read_json("7")->is_number_unsigned());
    CHECK(read_json("-7")->is_number_integer());
    CHECK(read_json("7.0")->is_number_float());
    CHECK(read_json("18446744073709551616")->is_number_float());
    CHECK(read_json("1e400").error().code == Errc::invalid_claim_type);  // strict JSON, but not a double
    CHECK(read_json("[-1e400]").error().code == Errc::invalid_claim_type);
    CHECK(read_json("[-1e400").error().code == Errc::invalid_json);
}

TEST_CASE("of two members the last wins, where they are allowed") {
    const auto document = read_json(R"({"a":{"x":1},"b":0,"a":{"y":2}})", {.allow_duplicate_members = true});
    CHECK(*document == nlohmann::json::parse(R"({"a":{"y":2},"b":0})"));
}

TEST_CASE("JSON values survive a round trip") {
    support::RandomJson random{3};
    int written = 0;
    for (int round = 0; round < 2000; ++round) {
        const auto document = read_json(random.document());
        if (!document) continue;
        const auto text = write_json(*document);
        REQUIRE(text);
        CHECK(*read_json(*text) == *document);
        CHECK(nlohmann::json::parse(*text) == *document);
        ++written;
    }
    CHECK(written > 1000);
}

TEST_CASE("a value that strict JSON cannot represent is not written") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    nlohmann::json deep = nlohmann::json::array();
    for (int level = 1; level < 32; ++level) deep = nlohmann::json::array({deep});
    CHECK(write_json(deep));
    CHECK_FALSE(write_json(nlohmann::json::array({deep})));
    CHECK_FALSE(write_json(nlohmann::json{{"a", deep}}));
    CHECK_FALSE(write_json("\xff"));
    CHECK_FALSE(write_json(nlohmann::json{{"\xc0\x80", 1}}));
    CHECK_FALSE(write_json(infinity));
    CHECK_FALSE(write_json(nlohmann::json{{"a", nlohmann::json::binary({1})}}));
    CHECK_FALSE(write_json(nlohmann::json(nlohmann::json::value_t::discarded)));
    CHECK(write_json(nullptr).value() == "null");
}
