// SPDX-License-Identifier: MIT
// The list of codes: each has a name and a sentence of its own, and converts to std::error_code.
#include <credence/error.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "support/catch.hpp"

using credence::Errc;
using credence::Error;

namespace {

std::vector<Errc> all_codes() {
    std::vector<Errc> codes;
    for (int value = 1; to_string(static_cast<Errc>(value)) != "unknown"; ++value)
        codes.push_back(static_cast<Errc>(value));
    return codes;
}

}  // namespace

TEST_CASE("every code has its own name") {
    std::set<std::string_view> names;
    for (const Errc code : all_codes()) names.insert(to_string(code));
    CHECK(names.size() == all_codes().size());
    CHECK(all_codes().size() == 33);
    CHECK(all_codes().back() == Errc::store_unavailable);
}

TEST_CASE("every code has its own message, safe for a log") {
    std::set<std::string_view> sentences;
    for (const Errc code : all_codes()) {
        const std::string_view sentence = message(code);
        INFO(sentence);
        CHECK(sentence != "unknown error");
        CHECK(sentence.size() > 15);
        CHECK(
            std::all_of(sentence.begin(), sentence.end(), [](char letter) { return letter >= ' ' && letter < 0x7f; }));
        CHECK(sentence.find('"') == std::string_view::npos);
        sentences.insert(sentence);
    }
    CHECK(sentences.size() == all_codes().size());
}

TEST_CASE("the name of a code is its enumerator") {
    CHECK(to_string(Errc::token_too_large) == "token_too_large");
    CHECK(to_string(Errc::invalid_signature) == "invalid_signature");
    CHECK(to_string(Errc::token_expired) == "token_expired");
    CHECK(to_string(Errc::store_unavailable) == "store_unavailable");
}

TEST_CASE("zero, and numbers beyond the list, are not codes") {
    for (const int value : {0, 34, 255}) {
        CHECK(to_string(static_cast<Errc>(value)) == "unknown");
        CHECK(message(static_cast<Errc>(value)) == "unknown error");
    }
}

TEST_CASE("the message of an error names the claim if there is one") {
    CHECK(message(Error{Errc::token_expired, "exp"}) == "the token has expired (exp)");
    CHECK(message(Error{Errc::invalid_signature}) == message(Errc::invalid_signature));
}

TEST_CASE("the message of an error ends with the reason if there is one") {
    CHECK(message(Error{Errc::invalid_key, {}, "expected a public key, found a private one"}) ==
          "the key cannot be used with this algorithm: expected a public key, found a private one");
    CHECK(message(Error{Errc::invalid_claim_type, "exp", "in milliseconds"}) ==
          "a claim has the wrong JSON type or is out of range (exp): in milliseconds");
}

TEST_CASE("errors compare by code and claim") {
    CHECK(Error{Errc::invalid_key, {}, "too old"} == Error{Errc::invalid_key});
    CHECK(Error{Errc::missing_claim, "sub"} == Error{Errc::missing_claim, "sub"});
    CHECK_FALSE(Error{Errc::missing_claim, "sub"} == Error{Errc::missing_claim, "iss"});
    CHECK_FALSE(Error{Errc::missing_claim, "sub"} == Error{Errc::invalid_claim_type, "sub"});
}

TEST_CASE("a code is a std::error_code, and never the one that means success") {
    for (const Errc code : all_codes()) {
        const std::error_code standard = code;
        CHECK(standard);
        CHECK(standard == code);
        CHECK(standard.message() == message(code));
    }
    const std::error_code expired = Errc::token_expired;
    CHECK(std::string{expired.category().name()} == "credence");
    CHECK(&expired.category() == &credence::error_category());
    CHECK_FALSE(expired == Errc::invalid_issuer);
}

TEST_CASE("a code is compared by the name of its category, not by its address") {
    // As in a loaded library with its own copy of credence.
    static const credence::detail::ErrorCategory copy;
    const std::error_code from_copy{static_cast<int>(Errc::token_expired), copy};
    CHECK(from_copy == Errc::token_expired);
    CHECK(Errc::token_expired == from_copy);
    CHECK(from_copy != Errc::token_revoked);
    CHECK_FALSE(std::error_code{static_cast<int>(Errc::token_expired), std::generic_category()} == Errc::token_expired);
    CHECK_FALSE(std::error_code{} == Errc::token_expired);
}
