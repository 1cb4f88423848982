// SPDX-License-Identifier: MIT
// A prepared verifier: its construction, that its cache is never wrong, and that it can be shared.
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/keys/rotating_keys.hpp>

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/signing.hpp"
#include "support/tokens.hpp"

using credence::Errc;
using credence::Verifier;
using support::account_keys;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;

namespace {

using Key = credence::DecodingKey<credence::HS256>;
using Checked = Verifier<AccountClaims, Key>;

/// A template that deduces a verifier. g++ 12 once had an internal error here.
template <class Source>
std::size_t allocations_of_second_verification(const Source& source, const std::string& token) {
    const Verifier verifier{source, credence::Validation<credence::RegisteredClaims>{}};
    bool verified = verifier.verify(token).has_value();  // which may cache the header
    const auto allocated = support::allocations_of([&] { verified = verified && verifier.verify(token).has_value(); });
    CHECK(verified);
    return allocated.count;
}

std::string token_with_header(std::string_view header) {
    return support::signed_texts(header, R"({"exp":4000000000,"role":"x"})");
}

}  // namespace

TEST_CASE("a verifier is made from a key or a pair, by deduction or by name") {
    const credence::Validation<AccountClaims> rules{.issuer = "https://id.example"};
    const Verifier of_pair{account_keys(), rules};
    const Verifier of_key{account_keys().decoding, rules};
    const auto by_name = credence::verifier_for<AccountClaims>(account_keys(), {.issuer = "https://id.example"});
    const Checked plain{account_keys()};
    STATIC_REQUIRE(std::same_as<std::remove_const_t<decltype(of_pair)>, Checked>);
    STATIC_REQUIRE(std::same_as<std::remove_const_t<decltype(of_key)>, Checked>);
    STATIC_REQUIRE(std::same_as<std::remove_const_t<decltype(by_name)>, Checked>);
    STATIC_REQUIRE(std::same_as<Checked::claims_type, AccountClaims>);
    CHECK(by_name.validation().issuer.matches("https://id.example"));
    CHECK(plain.verify(account_token()));
    CHECK(of_pair.verify(account_token()).error().code == Errc::missing_claim);
}

TEST_CASE("a verifier outlives the one that it was copied from") {
    std::optional<Checked> original{credence::verifier_for<AccountClaims>(account_keys())};
    const Checked copy = *original;
    original.reset();
    CHECK(copy.verify(account_token()));
}

TEST_CASE("a moved-from verifier still verifies") {
    Checked first = credence::verifier_for<AccountClaims>(account_keys());
    const Checked second = std::move(first);
    CHECK(second.verify(account_token()));
    CHECK(first.verify(account_token()));
    CHECK_FALSE(first.verify(support::forged_token()));
}

TEST_CASE("a cached header does not weaken any check of the next token") {
    const auto verifier = credence::verifier_for<AccountClaims>(account_keys());
    for (int round = 0; round < 3; ++round) {
        CHECK(verifier.verify(account_token()));
        CHECK(verifier.verify(support::forged_token()).error().code == Errc::invalid_signature);
        CHECK(verifier.verify(support::expired_token()).error().code == Errc::token_expired);
        CHECK(verifier.verify(account_token() + ".").error().code == Errc::malformed_token);
        CHECK(verifier.verify(std::string{account_token()}.substr(0, 40)).error().code == Errc::malformed_token);
        CHECK(verifier.verify("").error().code == Errc::malformed_token);
    }
}

TEST_CASE("an extra dot is reported as such, whether the header is cached or new") {
    const auto experienced = credence::verifier_for<AccountClaims>(account_keys());
    const std::string good{account_token()};
    REQUIRE(experienced.verify(good));
    const auto agrees = [&](const std::string& token) {
        const auto known = experienced.verify(token);
        const auto fresh = credence::verifier_for<AccountClaims>(account_keys()).verify(token);
        return !known && !fresh && known.error() == fresh.error();
    };
    for (std::size_t place = 0; place <= good.size(); ++place) {
        INFO(place);
        std::string inserted = good;
        CHECK(agrees(inserted.insert(place, 1, '.')));
        if (place == good.size()) break;
        std::string replaced = good;
        replaced[place] = replaced[place] == '.' ? 'A' : '.';
        CHECK(agrees(replaced));
    }
}

TEST_CASE("a signed payload with a dot in it is refused") {
    const auto verifier = credence::verifier_for<AccountClaims>(account_keys());
    const std::string good{account_token()};
    REQUIRE(verifier.verify(good));
    const std::string input = good.substr(0, good.rfind('.')) + ".e30";
    const std::string token =
        input + '.' + credence::detail::encode_base64url(support::sign(account_keys().encoding, input));
    CHECK(verifier.verify(token).error().code == Errc::malformed_token);
}

TEST_CASE("a header that begins like a cached one is read by itself") {
    const auto verifier = credence::verifier_for<AccountClaims>(account_keys());
    const std::string known = R"({"alg":"HS256","typ":"JWT"})";  // 27 bytes: its segment has no unfinished group
    REQUIRE(verifier.verify(token_with_header(known)));
    CHECK(verifier.verify(token_with_header(known + " ")));
    CHECK(verifier.verify(token_with_header(known + "x")).error().code == Errc::invalid_json);
    CHECK(verifier.verify(token_with_header(known + ",\"crit\":[\"x\"]}")).error().code == Errc::invalid_json);
}

TEST_CASE("many headers are distinguished, beyond those that a verifier caches") {
    const auto verifier = credence::verifier_for<AccountClaims>(account_keys());
    for (int round = 0; round < 2; ++round) {
        for (int number = 0; number < 20; ++number) {
            const std::string kid = "k" + std::to_string(number);
            const auto who =
                verifier.verify(token_with_header(R"({"alg":"HS256","kid":")" + kid + R"(","typ":"JWT"})"));
            REQUIRE(who);
            CHECK((*who).header().kid == kid);
        }
    }
}

TEST_CASE("a proof has its own token's header, whatever was verified before, also without the verifier") {
    const std::vector<std::pair<std::string, credence::Header>> headers{
        {R"({"alg":"HS256","typ":"JWT"})", {"HS256", "", "JWT"}},
        {R"({"alg":"HS256"})", {"HS256", "", ""}},
        {R"({"alg":"HS256","typ":"JWT","kid":"a key id of more than fifteen letters"})",
         {"HS256", "a key id of more than fifteen letters", "JWT"}},
        {R"({"typ":"at+jwt","alg":"HS256"})", {"HS256", "", "at+jwt"}},
        {R"({"alg":"HS256","typ":"JWT","kid":""})", {"HS256", "", "JWT"}},
        {R"({"typ":"JWT","alg":"HS256","cty":"x"})", {"HS256", "", "JWT"}},
    };
    for (const std::size_t most_remembered : {std::size_t{0}, std::size_t{100}}) {  // by the cache
        std::vector<credence::Verified<AccountClaims>> proofs;
        {
            const Checked verifier{account_keys(), {}, {.cache = {.max_tokens = most_remembered}}};
            for (int round = 0; round < 3; ++round) {
                for (const auto& [text, header] : headers) {
                    const auto who = verifier.verify(token_with_header(text));
                    REQUIRE(who);
                    proofs.push_back(*who);
                }
            }
        }
        for (std::size_t index = 0; index < proofs.size(); ++index) {
            INFO(index);
            CHECK(proofs[index].header() == headers[index % headers.size()].second);
        }
        proofs.front() = proofs[2];
        CHECK(proofs.front().header() == headers[2].second);
    }
}

TEST_CASE("a header with a long kid is accepted each time") {
    const auto verifier = credence::verifier_for<AccountClaims>(account_keys());
    const std::string kid(3000, 'k');
    for (int round = 0; round < 3; ++round) {
        CHECK(verifier.verify(token_with_header(R"({"alg":"HS256","kid":")" + kid + "\"}")));
    }
}

TEST_CASE("two verifiers of one key do not share their caches") {
    const auto token = token_with_header(R"({"alg":"HS256","crit":["exp2"],"exp2":1})");
    const auto lenient = credence::verifier_for<AccountClaims>(account_keys(), {.understood = {"exp2"}});
    const auto strict = credence::verifier_for<AccountClaims>(account_keys());
    CHECK(lenient.verify(token));
    CHECK(strict.verify(token).error().code == Errc::unsupported_critical_header);
    CHECK(lenient.verify(token));
    CHECK(strict.verify(token).error().code == Errc::unsupported_critical_header);
}

TEST_CASE("one verifier serves many threads") {
    const auto verifier = credence::verifier_for<AccountClaims>(account_keys());
    std::vector<std::string> tokens;
    for (int number = 0; number < 8; ++number) {
        tokens.push_back(token_with_header(R"({"alg":"HS256","kid":")" + std::to_string(number) + "\"}"));
    }
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, verifier] {
            for (int round = 0; round < 200; ++round) {
                const auto number = static_cast<std::size_t>(round) % tokens.size();
                const auto who = verifier.verify(tokens[number]);
                if (!who || (*who).header().kid != std::to_string(number)) ++wrong;
                if (verifier.verify(tokens[number] + "A")) ++wrong;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}

TEST_CASE("a verification with rotating keys allocates no more than one with a key set") {
    using Set = credence::KeySet<credence::HS256>;
    const auto keys = credence::Keys<credence::HS256>::generate().value().with_kid("k");
    const auto token =
        credence::encode(credence::RegisteredClaims{.exp = credence::in(std::chrono::hours{1})}, keys).value();
    const auto fixed = Set::from_keys(keys);
    const std::size_t of_fixed = allocations_of_second_verification(fixed, token);
    CHECK(allocations_of_second_verification(credence::RotatingKeys<Set>{fixed}, token) == of_fixed);
}

TEST_CASE("VerifierFor is the type that verifier_for returns") {
    using Secret = credence::Keys<credence::HS256>;
    STATIC_REQUIRE(std::same_as<credence::VerifierFor<AccountClaims, Secret>,
                                Verifier<AccountClaims, credence::DecodingKey<credence::HS256>>>);
    const credence::VerifierFor<AccountClaims, Secret> kept = credence::verifier_for<AccountClaims>(account_keys());
    CHECK(kept.verify(account_token()));
}
