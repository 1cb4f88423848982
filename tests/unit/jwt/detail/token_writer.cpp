// SPDX-License-Identifier: MIT
// Writes the header segment and the whole token.
#include <credence/jwt/detail/token_writer.hpp>

#include <algorithm>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using namespace credence;
using namespace credence::detail;

namespace {

/// A signature that consists of the size of the input, repeated.
struct CountingKey {
    std::size_t size = 4;
    bool works = true;
    [[nodiscard]] std::size_t signature_size() const { return size; }
    [[nodiscard]] bool sign(std::string_view input, unsigned char* out) const {
        std::fill_n(out, size, static_cast<unsigned char>(input.size()));
        return works;
    }
};

std::string header(std::string_view type, std::string_view kid, const nlohmann::json& others = {}) {
    return decode_base64url(header_segment("ES256", type, kid, others).value()).value();
}

}  // namespace

TEST_CASE("a header has alg, then typ and kid where they are given, then the others", "[token_writer]") {
    CHECK(header("JWT", "") == R"({"alg":"ES256","typ":"JWT"})");
    CHECK(header("", "") == R"({"alg":"ES256"})");
    CHECK(header("at+jwt", "k\"1") == R"({"alg":"ES256","typ":"at+jwt","kid":"k\"1"})");
    CHECK(header("", "", {{"x5t", "abc"}}) == R"({"alg":"ES256","x5t":"abc"})");
}

TEST_CASE("members that the library writes itself, or that change a verifier's rules, cannot be added",
          "[token_writer]") {
    for (const char* name : {"alg", "typ", "kid", "crit", "b64"}) {
        CHECK(header_segment("ES256", "", "", {{name, "x"}}).error().code == Errc::malformed_token);
    }
    CHECK_FALSE(header_segment("ES256", "", "", nlohmann::json::array()));
    nlohmann::json many = nlohmann::json::object();
    for (int count = 0; count < 61; ++count) many[std::to_string(count)] = count;
    CHECK(header_segment("ES256", "", "", many));
    many["one more"] = 1;
    CHECK_FALSE(header_segment("ES256", "", "", many));
    CHECK(header_segment("ES256", "", "\xff").error().code == Errc::invalid_json);
}

TEST_CASE("a token is header, payload and the signature over both", "[token_writer]") {
    const std::string token = sign_parts("abc", "{}", CountingKey{}).value();
    CHECK(token == "abc.e30." + encode_base64url(std::string(4, '\x07')));
    const std::string large = sign_parts("abc", "{}", CountingKey{.size = 1000}).value();
    CHECK(large == "abc.e30." + encode_base64url(std::string(1000, '\x07')));
    CHECK(sign_parts("abc", "{}", CountingKey{.works = false}).error().code == Errc::invalid_key);
}
