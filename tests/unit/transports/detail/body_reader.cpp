// SPDX-License-Identifier: MIT
// The body of an answer, which may arrive in any pieces.
#include <credence/transports/detail/body_reader.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "support/catch.hpp"

using credence::detail::BodyFraming;
using credence::detail::BodyReader;
using State = BodyReader::State;

namespace {

constexpr BodyFraming chunked{.is_chunked = true};

/// The result for a body that arrives in pieces of this size, and whose connection then ends.
std::pair<State, std::string> read(BodyFraming framing, std::string_view bytes, std::size_t piece,
                                   std::size_t most = 100) {
    BodyReader reader{framing, most};
    for (std::size_t begin = 0; begin < bytes.size(); begin += piece) reader.take(bytes.substr(begin, piece));
    const State state = reader.take_end();
    return {state, reader.take_body()};
}

}  // namespace

TEST_CASE("a body is complete at its length, in chunks, or at the end of the connection", "[body_reader]") {
    for (const std::size_t piece : {1u, 2u, 3u, 7u, 1000u}) {
        CAPTURE(piece);
        using Expected = std::pair<State, std::string>;
        CHECK(read({.length = 5}, "12345", piece) == Expected{State::complete, "12345"});
        CHECK(read({.length = 5}, "12345678", piece) == Expected{State::complete, "12345"});
        CHECK(read({.length = 0}, "", piece) == Expected{State::complete, ""});
        CHECK(read({}, "12345", piece) == Expected{State::complete, "12345"});
        CHECK(read(chunked, "3\r\n123\r\n2;a=\"b\"\r\n45\r\n0\r\n\r\n", piece) == Expected{State::complete, "12345"});
        CHECK(read(chunked, "05 \r\n12\r\n5\r\n0;x\r\nA: b\r\nC: d\r\n\r\nmore", piece) ==
              Expected{State::complete, "12\r\n5"});
        CHECK(read(chunked, "0\r\n\r\n", piece) == Expected{State::complete, ""});
        CHECK(read(chunked, "A\r\n0123456789\r\n0\r\n\r\n", piece) == Expected{State::complete, "0123456789"});
    }
}

TEST_CASE("a truncated body, or one that differs from its framing, is malformed", "[body_reader]") {
    for (const std::size_t piece : {1u, 1000u}) {
        CAPTURE(piece);
        CHECK(read({.length = 5}, "1234", piece).first == State::malformed);
        for (const char* text : {"", "3", "3\r\n", "3\r\n12", "3\r\n123", "3\r\n123\r\n", "3\r\n123\r\n0\r\n",
                                 "3\n123\n0\n\n", "3\r\n1234\r\n", "\r\n", "x\r\n", "-1\r\n", "+1\r\n", "0x1\r\n",
                                 "1 2\r\n", ";a\r\n", "111111111\r\n", "0\r\nA: b\r\n", "0\r\nA: b\n\r\n"}) {
            CAPTURE(text);
            CHECK(read(chunked, text, piece).first == State::malformed);
        }
    }
}

TEST_CASE("the size of a body and of its lines is limited", "[body_reader]") {
    for (const std::size_t piece : {1u, 1000u}) {
        CAPTURE(piece);
        CHECK(read({.length = 101}, "", piece).first == State::too_large);
        CHECK(read({.length = 100}, std::string(100, 'x'), piece).first == State::complete);
        CHECK(read({}, std::string(100, 'x'), piece).first == State::complete);
        CHECK(read({}, std::string(101, 'x'), piece).first == State::too_large);
        CHECK(read(chunked, "65\r\n", piece).first == State::too_large);
        CHECK(read(chunked, "64\r\n" + std::string(100, 'x') + "\r\n1\r\n", piece).first == State::too_large);
        CHECK(read(chunked, "ffffffff\r\n", piece).first == State::too_large);
        CHECK(read(chunked, "1;" + std::string(20'000, 'x'), piece).first == State::too_large);
        CHECK(read(chunked, "0\r\n" + std::string(20'000, 'x'), piece).first == State::too_large);
    }
    std::string drops;
    for (int count = 0; count < 100'000; ++count) drops += "1\r\nx\r\n";
    CHECK(read(chunked, drops, 1000, 1'000'000).first == State::too_large);
}

TEST_CASE("the fields determine the end of a body unambiguously", "[body_reader]") {
    const auto framing = [](int status, std::optional<std::string_view> coding,
                            std::optional<std::string_view> length) { return BodyFraming::of(status, coding, length); };
    CHECK(framing(200, {}, "12")->length == 12u);
    CHECK(framing(200, {}, " 0 ")->length == 0u);
    CHECK(framing(200, "Chunked", {})->is_chunked);
    CHECK_FALSE(framing(200, {}, {})->length);
    CHECK(framing(304, "chunked", "12")->length == 0u);
    CHECK(framing(204, {}, {})->length == 0u);
    for (const char* length : {"", "-1", "+1", "1.5", "1, 1", "0x1", "99999999999999999999999"}) {
        CAPTURE(length);
        CHECK_FALSE(framing(200, {}, length));
    }
    CHECK_FALSE(framing(200, "chunked", "12"));
    for (const char* coding : {"", "gzip", "gzip, chunked", "chunked, chunked", "xchunked", "identity"}) {
        CAPTURE(coding);
        CHECK_FALSE(framing(200, coding, {}));
    }
}
