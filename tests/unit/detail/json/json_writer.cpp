// SPDX-License-Identifier: MIT
// The writer: strings that every reader accepts, numbers that come back unchanged, and correct commas.
#include <credence/detail/json/json_writer.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using credence::detail::JsonWriter;

namespace {

std::string string_of(std::string_view text) {
    std::string out;
    return JsonWriter{out}.string(text) ? out : "refused";
}

/// `,"name":` for a name of one letter.
constexpr std::array<char, 5> member(char letter) { return {',', '"', letter, '"', ':'}; }

std::string written(double value) {
    std::string out;
    return JsonWriter{out}.number(value) ? out : "refused";
}

template <class Integer>
std::string written(Integer value) {
    std::string out;
    JsonWriter{out}.integer(value);
    return out;
}

}  // namespace

TEST_CASE("strings are written only with the escapes that JSON requires") {
    CHECK(string_of("") == "\"\"");
    CHECK(string_of("abc/'<>&\x7f") == "\"abc/'<>&\x7f\"");
    CHECK(string_of("\"\\") == R"("\"\\")");
    CHECK(string_of("\b\f\n\r\t") == R"("\b\f\n\r\t")");
    CHECK(string_of(std::string_view{"\0\x01\x1f", 3}) == R"("\u0000\u0001\u001f")");
    CHECK(string_of("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") == "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

TEST_CASE("strings that are not UTF-8 are refused, at every place") {
    for (const std::string_view bad : {"\xff", "\x80", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xe2\x82", "\xf0\x9f\x98",
                                       "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"}) {
        for (std::size_t before = 0; before < 18; ++before) {
            CHECK(string_of(std::string(before, 'x') + std::string{bad}) == "refused");
            CHECK(string_of(std::string(before, 'x') + std::string{bad} + "yyyyyyyyyyy") == "refused");
        }
    }
}

TEST_CASE("strings of every length and byte are written as nlohmann writes them") {
    for (int byte = 0; byte < 0x80; ++byte) {
        for (std::size_t before = 0; before < 10; ++before) {
            const std::string text = std::string(before, 'x') + static_cast<char>(byte) + std::string(9 - before, 'y');
            CHECK(string_of(text) == nlohmann::json(text).dump());
        }
    }
}

TEST_CASE("integers are written in full") {
    CHECK(written(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(written(std::int8_t{-128}) == "-128");
    CHECK(written(std::uint8_t{65}) == "65");
}

TEST_CASE("doubles survive a round trip bit by bit, and stay doubles") {
    CHECK(written(0.1) == "0.1");
    CHECK(written(7.0) == "7.0");
    CHECK(written(-0.0) == "-0.0");
    CHECK(written(1e300) == "1e+300");
    std::mt19937_64 random{5};
    for (int round = 0; round < 2000; ++round) {
        const auto value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) continue;
        const std::string text = written(value);
        const auto back = nlohmann::json::parse(text);
        CHECK(back.is_number_float());
        CHECK(std::bit_cast<std::uint64_t>(back.get<double>()) == std::bit_cast<std::uint64_t>(value));
    }
}

TEST_CASE("infinities and NaN are refused") {
    CHECK(written(std::numeric_limits<double>::infinity()) == "refused");
    CHECK(written(-std::numeric_limits<double>::infinity()) == "refused");
    CHECK(written(std::numeric_limits<double>::quiet_NaN()) == "refused");
}

TEST_CASE("a member is written as a whole only if its text needs no escapes, and else nothing is written") {
    std::string out;
    JsonWriter writer{out};
    writer.open('{');
    for (const std::string_view text : {"a\"b", "a\\b", "a\nb", "12345678\x1f", "123456789\xc3\xa4", "\x7f\xff"}) {
        CAPTURE(text);
        CHECK_FALSE(writer.plain_member(member('a'), text));
    }
    CHECK(writer.plain_member(member('a'), ""));  // as the first: what was refused has left nothing
    CHECK(writer.plain_member(member('b'), "a text of some length"));
    writer.integer_member(member('c'), -9'223'372'036'854'775'807);
    CHECK(writer.plain_member(member('d'), "\x7f"));
    writer.close('}');
    CHECK(out == R"({"a":"","b":"a text of some length","c":-9223372036854775807,"d":")"
                 "\x7f\"}");
}

TEST_CASE("the text ends with the outermost value, after what the string held before, however long it is") {
    for (const std::size_t size : {0UL, 1UL, 7UL, 8UL, 63UL, 64UL, 65UL, 1000UL, 100'000UL}) {
        CAPTURE(size);
        std::string out{"before"};
        JsonWriter writer{out};
        writer.open('[');
        writer.element();
        CHECK(writer.string(std::string(size, '\n') + std::string(size, 'x') + "\xc3\xa4"));
        writer.element();
        writer.open('{');
        CHECK(writer.plain_member(member('a'), std::string(size, 'y')));
        writer.integer_member(member('b'), std::int64_t{1'700'000'000});
        writer.close('}');
        writer.close(']');
        std::string escapes;
        for (std::size_t at = 0; at < size; ++at) escapes += "\\n";
        CHECK(out == "before[\"" + escapes + std::string(size, 'x') + "\xc3\xa4\",{\"a\":\"" + std::string(size, 'y') +
                         "\",\"b\":1700000000}]");
    }
}

TEST_CASE("commas and colons are accepted only in their places") {
    std::string out;
    JsonWriter writer{out};
    writer.open('{');
    CHECK(writer.name("a"));
    writer.open('[');
    writer.element();
    writer.boolean(true);
    writer.element();
    writer.null();
    writer.close(']');
    writer.known_name(member('b'));
    writer.open('{');
    writer.close('}');
    CHECK(writer.name("c\n"));
    writer.integer(1);
    writer.close('}');
    CHECK(out == R"({"a":[true,null],"b":{},"c\n":1})");
}
