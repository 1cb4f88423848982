// SPDX-License-Identifier: MIT
// The stages of a verification: their order, the key that is looked up, and that no byte of a payload is read before
// its signature has been verified.
#include <credence/jwt/detail/pipeline.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/tokens.hpp"

using credence::Errc;
using credence::Result;
using support::account_keys;
using support::signed_texts;
using support::usual_header;
using Rules = credence::Validation<nlohmann::json>;

namespace {

/// A source of keys that records its calls, and gives the answer that a test sets.
struct Asked {
    std::vector<std::string> names = {};
    credence::Result<const credence::detail::HmacKey*> answer =
        &credence::detail::KeyAccess::prepared(account_keys().decoding);
};

class Source {
public:
    explicit Source(std::shared_ptr<Asked> asked) : asked_(std::move(asked)) {}

    static constexpr bool is_static = false;
    [[nodiscard]] bool accepts(std::string_view alg) const noexcept { return alg == "HS256" || alg == "HS384"; }
    [[nodiscard]] Result<const credence::detail::HmacKey*> find(const credence::KeyQuery& query) const {
        asked_->names.push_back(std::string{query.alg} + '/' + std::string{query.kid.value_or("none")});
        return asked_->answer;
    }

private:
    std::shared_ptr<Asked> asked_;
};

std::string judged(const auto& verifier, std::string_view token) {
    const auto who = verifier.verify(token);
    return who ? "accepted" : support::in_words(who.error());
}

constexpr std::string_view good_payload = R"({"exp":1700000001})";

/// A token whose signature is wrong.
std::string forged(std::string token) {
    char& letter = token[token.rfind('.') + 1];
    letter = letter == 'A' ? 'B' : 'A';
    return token;
}

}  // namespace

TEST_CASE("a key source gets alg and kid unchanged, and only an alg that it accepts") {
    const auto asked = std::make_shared<Asked>();
    const credence::Verifier verifier{Source{asked}, Rules{.clock = support::noon_clock}};
    CHECK(judged(verifier, signed_texts(R"({"alg":"HS256","kid":"../../dev/null\u0000'--"})", good_payload)) ==
          "accepted");
    CHECK(asked->names == std::vector<std::string>{std::string("HS256/../../dev/null\0'--", 24)});
    asked->names.clear();
    CHECK(judged(verifier, signed_texts(R"({"alg":"HS512"})", good_payload)) == "algorithm_not_allowed");
    CHECK(judged(verifier, signed_texts(R"({"alg":"none"})", good_payload)) == "unsupported_algorithm");
    CHECK(judged(verifier, signed_texts(R"({"alg":"HS256","crit":["x"]})", good_payload)) ==
          "unsupported_critical_header");
    CHECK(asked->names.empty());
}

TEST_CASE("a key source distinguishes an empty kid from an absent one, also for a cached header") {
    const auto asked = std::make_shared<Asked>();
    const credence::Verifier verifier{Source{asked}, Rules{.clock = support::noon_clock}};
    for (int round = 0; round < 2; ++round) {
        CHECK(judged(verifier, signed_texts(R"({"alg":"HS256","kid":""})", good_payload)) == "accepted");
        CHECK(judged(verifier, signed_texts(R"({"alg":"HS256"})", good_payload)) == "accepted");
    }
    CHECK(asked->names == std::vector<std::string>{"HS256/", "HS256/none", "HS256/", "HS256/none"});
}

TEST_CASE("a key source that can change is called for every token") {
    const auto asked = std::make_shared<Asked>();
    const credence::Verifier verifier{Source{asked}, Rules{.clock = support::noon_clock}};
    const auto token = signed_texts(usual_header, good_payload);
    CHECK(judged(verifier, token) == "accepted");
    CHECK(judged(verifier, token) == "accepted");
    CHECK(asked->names.size() == 2);
    asked->answer = Errc::no_matching_key;
    CHECK(judged(verifier, token) == "no_matching_key");
    const auto other = credence::Keys<credence::HS256>::generate().value();
    asked->answer = &credence::detail::KeyAccess::prepared(other.decoding);
    CHECK(judged(verifier, token) == "invalid_signature");
}

TEST_CASE("the error of a key source is returned unchanged") {
    for (const Errc code : {Errc::no_matching_key, Errc::ambiguous_key, Errc::keys_unavailable, Errc::invalid_key}) {
        const auto asked = std::make_shared<Asked>();
        asked->answer = code;
        const credence::Verifier verifier{Source{asked}, Rules{.clock = support::noon_clock}};
        CHECK(judged(verifier, signed_texts(usual_header, good_payload)) == to_string(code));
    }
}

TEST_CASE("no byte of a payload is interpreted before its signature holds") {
    for (const std::string_view payload :
         {"", "x", "{", "[]", "null", R"({"exp":1})", R"({"a":1,"a":1})", "\xff", "{}"}) {
        const auto token = signed_texts(usual_header, payload);
        CHECK(support::verdict(token) != "invalid_signature");
        CHECK(support::verdict(forged(token)) == "invalid_signature");
    }
    const auto padded = support::signed_segments(credence::detail::encode_base64url(usual_header), "e30=");
    CHECK(support::verdict(padded) == "invalid_base64");
    CHECK(support::verdict(forged(padded)) == "invalid_signature");
}

TEST_CASE("a token of exactly the size limit is read, one byte more is not") {
    const auto token = signed_texts(usual_header, good_payload);
    CHECK(support::verdict(token, Rules{.max_token_bytes = token.size()}) == "accepted");
    CHECK(support::verdict(token, Rules{.max_token_bytes = token.size() - 1}) == "token_too_large");
    CHECK(support::verdict("", Rules{.max_token_bytes = 0}) == "malformed_token");
}

TEST_CASE("an oversized token causes no allocation") {
    const std::string huge(10'000'000, 'a');
    const auto verifier = credence::verifier_for<nlohmann::json>(account_keys());
    const auto used = support::allocations_of([&] { CHECK(judged(verifier, huge) == "token_too_large"); });
    CHECK(used.bytes < 100'000);
}

TEST_CASE("checks run in their order, and only after the rules on the claims held") {
    std::vector<std::string> asked;
    const auto check = [&](std::string name, bool answer) {
        return credence::Check<nlohmann::json>{name, [&asked, name, answer](const nlohmann::json&) {
                                                   asked.push_back(name);
                                                   return answer;
                                               }};
    };
    const Rules rules{.required = {"tenant"},
                      .checks = {check("first", true), check("second", false), check("third", true)}};
    CHECK(support::verdict(signed_texts(usual_header, R"({"exp":1700000001})"), rules) == "missing_claim tenant");
    CHECK(asked.empty());
    CHECK(support::verdict(signed_texts(usual_header, R"({"exp":1700000001,"tenant":1})"), rules) ==
          "check_failed second");
    CHECK(asked == std::vector<std::string>{"first", "second"});
}

TEST_CASE("a check gets the registered claims") {
    using Claims = credence::RegisteredClaims;
    const credence::Validation<Claims> rules{
        .checks = {{"sub", [](const Claims& claims) { return claims.sub == "42" && claims.exp.has_value(); }}}};
    CHECK(support::verdict(signed_texts(usual_header, R"({"exp":1700000001,"sub":"42"})"), rules) == "accepted");
    CHECK(support::verdict(signed_texts(usual_header, R"({"exp":1700000001,"sub":"43"})"), rules) ==
          "check_failed sub");
}

TEST_CASE("if memory runs out, no token is accepted, and the verifier works afterwards") {
    const auto good = support::account_token();
    const auto bad = support::forged_token();
    int failures = 0;
    for (std::size_t number = 1;; ++number) {
        const auto verifier = credence::verifier_for<support::AccountClaims>(account_keys());
        bool failed = false;
        try {
            const support::FailingAllocation failing{number};
            if (verifier.verify(bad)) FAIL("let in");
            failed = !verifier.verify(good).has_value();
        } catch (const std::bad_alloc&) {
            failed = true;
        }
        CHECK(judged(verifier, good) == "accepted");
        CHECK(judged(verifier, bad) == "invalid_signature");
        if (!failed) break;
        ++failures;
    }
    CHECK(failures > 0);
    CHECK(failures < 200);
}
