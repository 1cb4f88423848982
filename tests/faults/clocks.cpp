// SPDX-License-Identifier: MIT
// A clock that jumps, stands still, or throws, and a user's mapping that throws. The latest time decides, and a failure
// never accepts a token.
#include <credence/claims/claims.hpp>
#include <credence/jwt/decode.hpp>
#include <credence/jwt/verifier.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

#include "support/catch.hpp"
#include "support/tokens.hpp"

#include <nlohmann/json.hpp>

using namespace credence;
using namespace std::chrono_literals;
using support::noon;

namespace faults {

/// A claims type whose own mapping throws the exception that a test sets.
struct Moody {
    int mood = 0;
};
enum class Throws : std::uint8_t { nothing, an_exception, a_number, no_memory };
inline Throws throws = Throws::nothing;

inline void from_json(const nlohmann::json& document, Moody& out) {
    switch (throws) {
        case Throws::nothing: break;
        case Throws::an_exception: throw std::runtime_error{document.dump()};
        case Throws::a_number: throw 7;
        case Throws::no_memory: throw std::bad_alloc{};
    }
    document.at("mood").get_to(out.mood);
}
inline void to_json(nlohmann::json& document, const Moody& value) {
    if (throws == Throws::an_exception) throw std::runtime_error{"to_json"};
    document = {{"mood", value.mood}};
}

}  // namespace faults

namespace {

std::string says(const Result<Verified<nlohmann::json>>& who) {
    return who ? "accepted" : support::in_words(who.error());
}

}  // namespace

TEST_CASE("a clock that jumps back does not make expired tokens valid beyond its time") {
    const auto moment = std::make_shared<NumericDate>(noon);
    for (const std::size_t cached : {0U, 16U}) {
        const auto verifier = verifier_for<nlohmann::json>(
            support::account_keys(), {.clock = [moment] { return *moment; }}, {.cache = {.max_tokens = cached}});
        const std::string token = support::signed_payload(R"({"nbf":1699999990,"exp":1700000010})");
        const auto at = [&](std::chrono::seconds offset) {
            *moment = noon + offset;
            return says(verifier.verify(token));
        };
        CHECK(at(0s) == "accepted");
        CHECK(at(10s) == "token_expired exp");
        CHECK(at(-11s) == "token_not_yet_valid nbf");
        CHECK(at(9s) == "accepted");  // accepted again, because the clock alone decides
        CHECK(at(24h * 365 * 1000) == "token_expired exp");
        CHECK(at(-24h * 365 * 1000) == "token_not_yet_valid nbf");
    }
}

TEST_CASE("a clock at either end of its range overflows nothing") {
    const std::string token = support::signed_payload(R"({"nbf":-62135596800,"iat":0,"exp":253402300799})");
    const auto at = [&](NumericDate end) {
        return says(decode<nlohmann::json>(
            token, support::account_keys(),
            {.leeway = 300s, .max_age = std::chrono::seconds::max(), .clock = [end] { return end; }}));
    };
    CHECK(at(NumericDate::min()) == "token_not_yet_valid nbf");
    CHECK(at(NumericDate::max()) == "token_expired exp");
    CHECK(at(NumericDate{253402300799s}) == "accepted");  // the last second of the calendar, and the leeway
    CHECK(at(NumericDate{-62135596800s}) == "issued_in_future iat");
}

TEST_CASE("the clock is read once for each verification") {
    int asked = 0;
    const Validation<nlohmann::json> rules{.max_age = 10s, .clock = [&asked] {
                                               ++asked;
                                               return noon;
                                           }};
    const std::string token = support::signed_payload(R"({"nbf":1699999990,"iat":1699999990,"exp":1700000010})");
    CHECK(says(decode<nlohmann::json>(token, support::account_keys(), rules)) == "accepted");
    CHECK(asked == 1);
}

TEST_CASE("a clock that throws accepts no token, and the next verification works") {
    const auto broken = std::make_shared<std::atomic<bool>>(true);
    const auto verifier = verifier_for<nlohmann::json>(support::account_keys(),
                                                       {.clock =
                                                            [broken] {
                                                                if (*broken) throw std::runtime_error{"no clock"};
                                                                return noon;
                                                            }},
                                                       {.cache = {.max_tokens = 4}});
    const std::string token = support::signed_payload(R"({"exp":1700000010})");
    CHECK_THROWS_AS(verifier.verify(token), std::runtime_error);
    *broken = false;
    CHECK(says(verifier.verify(token)) == "accepted");
    *broken = true;
    CHECK_THROWS_AS(verifier.verify(token), std::runtime_error);  // also for a cached token
}

TEST_CASE("a mapping that throws gives invalid_claim_type, without the exception's text") {
    const std::string token = support::signed_payload(R"({"exp":1700000010,"mood":7,"secret":"s3cr3t"})");
    const Validation<Claims<faults::Moody>> rules{.clock = support::noon_clock};
    const auto decoded = [&] { return decode<Claims<faults::Moody>>(token, support::account_keys(), rules); };
    faults::throws = faults::Throws::nothing;
    CHECK(decoded()->mood == 7);
    for (const auto thrown : {faults::Throws::an_exception, faults::Throws::a_number}) {
        faults::throws = thrown;
        CHECK(decoded().error() == Error{Errc::invalid_claim_type});
    }
    faults::throws = faults::Throws::no_memory;
    CHECK_THROWS_AS(decoded(), std::bad_alloc);
    faults::throws = faults::Throws::nothing;
}
