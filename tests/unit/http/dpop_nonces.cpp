// SPDX-License-Identifier: MIT
// Nonces for DPoP proofs: how long a nonce is valid, and that only the server can make one.
#include <credence/http/dpop_nonces.hpp>

#include <algorithm>
#include <chrono>
#include <string>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::DpopNonces;
using credence::NumericDate;

namespace {

const auto secret = credence::Keys<credence::HS256>::generate().value();

DpopNonces nonces_at(std::chrono::seconds moment, std::chrono::seconds period = 60s) {
    return DpopNonces{secret, period, [moment] { return NumericDate{moment}; }};
}

}  // namespace

TEST_CASE("a nonce is accepted in its period and in the next one") {
    const std::string nonce = nonces_at(600s).current();
    CHECK(nonce == nonces_at(659s).current());
    CHECK(nonce != nonces_at(660s).current());
    for (const auto moment : {600s, 659s, 660s, 719s}) CHECK(nonces_at(moment).accepts(nonce));
    for (const auto moment : {0s, 599s, 720s, 6000s}) CHECK_FALSE(nonces_at(moment).accepts(nonce));
    CHECK(nonces_at(600s, 0s).accepts(nonces_at(600s, 1s).current()));
    CHECK(nonces_at(601s, -5s).accepts(nonces_at(600s, 1s).current()));
    CHECK(DpopNonces{secret}.accepts(DpopNonces{secret}.current()));
}

TEST_CASE("a nonce has only characters that a header field and a proof may hold, RFC 9449 §8.1") {
    const std::string nonce = nonces_at(1'700'000'000s).current();
    CHECK(nonce.size() == 8 + 1 + 43);
    CHECK(std::all_of(nonce.begin(), nonce.end(), [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; }));
}

TEST_CASE("a nonce that is not the server's own is refused") {
    const auto nonces = nonces_at(600s);
    const std::string nonce = nonces.current();
    const auto other = credence::Keys<credence::HS256>::generate().value();
    CHECK_FALSE(nonces.accepts(DpopNonces{other, 60s, [] { return NumericDate{600s}; }}.current()));
    const std::string mac = nonce.substr(nonce.find('.'));
    for (const std::string& text :
         {std::string{}, std::string{"."}, std::string{"10"}, std::string{"10."}, mac, "9" + mac, "010" + mac,
          "+10" + mac, "-10" + mac, " 10" + mac, "99999999999999999999" + mac, nonce + "A", nonce + "=",
          nonce.substr(0, nonce.size() - 1), nonce + mac}) {
        INFO(text);
        CHECK_FALSE(nonces.accepts(text));
    }
}
