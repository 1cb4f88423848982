// SPDX-License-Identifier: MIT
// A token with any of its bits changed, any of its bytes lost, or any byte added, is refused, whatever its algorithm.
#include <credence/jwt/decode.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/algorithm.hpp>
#include <credence/keys/key_set.hpp>

#include <cstddef>
#include <string>

#include "support/catch.hpp"
#include "support/signing.hpp"
#include "support/tokens.hpp"

#include <nlohmann/json.hpp>

namespace {

constexpr std::string_view claims = R"({"exp":1700000001,"sub":"42","a":[1]})";

template <class Alg>
std::string good_token() {
    return support::signed_texts(R"({"alg":")" + std::string{Alg::name} + R"("})", claims, support::keys_of<Alg>());
}

/// How many of the changed tokens a verifier accepts, with strict rules and with every opt-out.
template <class Alg>
class Watched {
public:
    [[nodiscard]] bool accepts(std::string_view token) const { return strict_.verify(token) || lenient_.verify(token); }

private:
    using Rules = credence::Validation<nlohmann::json>;
    using Verifier = credence::Verifier<nlohmann::json, credence::DecodingKey<Alg>>;

    Verifier strict_{support::keys_of<Alg>().decoding, Rules{.clock = support::noon_clock}};
    Verifier lenient_{support::keys_of<Alg>().decoding, Rules{.audience = credence::any_audience,
                                                              .allow_missing_exp = true,
                                                              .allow_future_iat = true,
                                                              .allow_duplicate_members = true,
                                                              .understood = {"x"},
                                                              .clock = support::noon_clock}};
};

template <class Alg>
int let_in_when_a_bit_is_flipped() {
    const std::string good = good_token<Alg>();
    const Watched<Alg> verifier;
    REQUIRE(verifier.accepts(good));
    int let_in = 0;
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        std::string changed = good;
        changed[bit / 8] = static_cast<char>(static_cast<unsigned char>(changed[bit / 8]) ^ 1U << bit % 8);
        if (verifier.accepts(changed)) ++let_in;
    }
    return let_in;
}

}  // namespace

TEST_CASE("a token with any one bit flipped is refused") {
    CHECK(let_in_when_a_bit_is_flipped<credence::HS256>() == 0);
    CHECK(let_in_when_a_bit_is_flipped<credence::HS384>() == 0);
    CHECK(let_in_when_a_bit_is_flipped<credence::HS512>() == 0);
    CHECK(let_in_when_a_bit_is_flipped<credence::ES256>() == 0);
    CHECK(let_in_when_a_bit_is_flipped<credence::ES384>() == 0);
    CHECK(let_in_when_a_bit_is_flipped<credence::EdDSA>() == 0);
    CHECK(let_in_when_a_bit_is_flipped<credence::Ed25519>() == 0);
    CHECK(let_in_when_a_bit_is_flipped<credence::RS256>() == 0);
    CHECK(let_in_when_a_bit_is_flipped<credence::PS256>() == 0);
}

TEST_CASE("a token with any one byte lost, doubled or replaced is refused") {
    const std::string good = good_token<credence::HS256>();
    const Watched<credence::HS256> verifier;
    int let_in = 0;
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string lost = good;
        lost.erase(at, 1);
        std::string doubled = good;
        doubled.insert(at, 1, good[at]);
        let_in += verifier.accepts(lost) + verifier.accepts(doubled) + verifier.accepts(good.substr(0, at));
        for (int value = 0; value < 256; ++value) {
            std::string changed = good;
            changed[at] = static_cast<char>(static_cast<unsigned char>(value));
            if (changed != good && verifier.accepts(changed)) ++let_in;
        }
    }
    for (int value = 0; value < 256; ++value) {
        const char byte = static_cast<char>(static_cast<unsigned char>(value));
        let_in += verifier.accepts(good + byte) + verifier.accepts(byte + good);
    }
    CHECK(let_in == 0);
}
