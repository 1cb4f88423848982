// SPDX-License-Identifier: MIT
// Every failure beneath the library, one at a time: an allocation of C++, an allocation of OpenSSL, or a call into
// OpenSSL. No failure makes the library accept a token, leak memory or give a wrong answer, and prepared objects work
// afterwards.
#include <credence/http/bearer.hpp>
#include <credence/jwt/decode.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "faults/openssl_seam.hpp"
#include "support/accounts.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/key_files.hpp"
#include "support/rfc_vectors.hpp"
#include "support/signing.hpp"
#include "support/tokens.hpp"

using namespace credence;
using namespace std::string_literals;
namespace files = support::key_files;

namespace {

/// Runs `action` with its first call into OpenSSL failing, then its second, and so on until it runs without a failure.
/// `judge` gets each result.
template <class Action, class Judge>
void fail_each_call(Action&& action, Judge&& judge) {
    for (const int value : {0, -1}) {
        for (std::size_t number = 1;; ++number) {
            const auto result = [&] {
                const openssl_seam::FailingCall failing{number, value};
                return action();
            }();
            judge(result);
            if (!openssl_seam::calls.has_failed) break;
        }
    }
}

/// The same for OpenSSL's allocations.
template <class Action, class Judge>
void fail_each_openssl_allocation(Action&& action, Judge&& judge) {
    REQUIRE(openssl_seam::has_allocations);
    for (std::size_t number = 1; number == 1 || openssl_seam::allocations.has_failed; ++number) {
        const auto result = [&] {
            const openssl_seam::FailingAllocation failing{number};
            return action();
        }();
        judge(result);
    }
}

/// The same for C++'s own allocations, which may throw `std::bad_alloc`.
template <class Action, class Judge>
void fail_each_allocation(Action&& action, Judge&& judge) {
    for (std::size_t number = 1;; ++number) {
        bool has_failed = true;
        try {
            const auto result = [&] {
                const support::FailingAllocation failing{number};
                const std::size_t before = support::allocations().count;
                auto made = action();
                has_failed = support::allocations().count - before >= number;
                return made;
            }();
            judge(result);
        } catch (const std::bad_alloc&) {
            continue;
        }
        if (!has_failed) return;
    }
}

/// All three, one after the other.
template <class Action, class Judge>
void fail_everything(Action&& action, Judge&& judge) {
    static_cast<void>(action());  // allocates objects that are kept after the first use
    fail_each_call(action, judge);
    fail_each_openssl_allocation(action, judge);
    fail_each_allocation(action, judge);
}

template <class Alg>
std::string token_of(const Keys<Alg>& keys) {
    return support::signed_texts(R"({"alg":")" + std::string{Alg::name} + R"("})",
                                 R"({"exp":1700000001,"sub":"42","role":"admin","scope":"a b","groups":["x","y"]})",
                                 keys);
}

/// A class whose own mapping reads a nested document.
struct Mapped {
    std::string role;
    std::vector<std::string> groups;

    friend void from_json(const nlohmann::json& json, Mapped& out) {
        json.at("role").get_to(out.role);
        json.at("groups").get_to(out.groups);
    }
};

/// The token with another payload and the same signature.
std::string forged(const std::string& token) {
    const std::size_t first = token.find('.'), second = token.find('.', first + 1);
    const std::string payload = detail::encode_base64url(R"({"exp":1700000001,"sub":"1","role":"root"})");
    return token.substr(0, first + 1) + payload + token.substr(second);
}

template <class Alg>
void check_verification(std::type_identity<Alg>) {
    INFO(Alg::name);
    const auto& keys = support::keys_of<Alg>();
    const std::string good = token_of(keys), bad = forged(good);
    const Validation<support::AccountClaims> rules{.clock = support::noon_clock};
    const Verifier verifier{keys, rules};
    int forged_let_in = 0, wrong_claims = 0;
    const auto refuse = [&](const auto& who) { forged_let_in += who.has_value(); };
    const auto compare = [&](const auto& who) { wrong_claims += who && (who->sub != "42" || who->role != "admin"); };
    fail_everything([&] { return verifier.verify(bad); }, refuse);
    fail_everything([&] { return verifier.verify(good); }, compare);
    fail_everything([&] { return decode<support::AccountClaims>(bad, keys, rules); }, refuse);
    fail_everything([&] { return decode<support::AccountClaims>(good, keys, rules); }, compare);
    CHECK(forged_let_in == 0);
    CHECK(wrong_claims == 0);
    CHECK(verifier.verify(good));
    CHECK(verifier.verify(bad).error().code == Errc::invalid_signature);
}

template <class Alg>
void check_signing(std::type_identity<Alg>) {
    INFO(Alg::name);
    const auto& keys = support::keys_of<Alg>();
    const support::AccountClaims claims{{.sub = "42", .exp = in(std::chrono::hours{1})}, {.role = "admin"}};
    int wrong = 0;
    fail_everything(
        [&] { return encode(claims, keys, {.type = "at+jwt", .kid = "k1"}); },
        [&](const Result<std::string>& token) { wrong += token && !decode<support::AccountClaims>(*token, keys); });
    CHECK(wrong == 0);
}

template <class Action>
void for_each_algorithm(Action action) {
    action(std::type_identity<HS256>{});
    action(std::type_identity<RS256>{});
    action(std::type_identity<PS256>{});
    action(std::type_identity<ES256>{});
    action(std::type_identity<EdDSA>{});
}

/// A good key is accepted or refused, but never read as another key.
template <class Read>
void check_good_key(std::string_view name, Read read) {
    INFO(name);
    const std::string expected = thumbprint(read().value()).value();
    int others = 0, taken = 0;
    fail_everything(read, [&](const auto& key) {
        taken += key.has_value();
        others += key && thumbprint(*key).value() != expected;
    });
    CHECK(others == 0);
    CHECK(taken > 0);
}

/// A bad key is never accepted, whatever fails: a check that could not run does not count as passed.
template <class Read>
void check_bad_key(std::string_view name, Read read) {
    INFO(name);
    REQUIRE_FALSE(read());
    int taken = 0;
    std::string failed;
    fail_everything(read, [&](const auto& key) {
        taken += key.has_value();
        if (key) failed = openssl_seam::failed_name;
    });
    INFO("let in when this failed: " << failed);
    CHECK(taken == 0);
}

constexpr std::string_view small_order =
    R"({"kty":"OKP","crv":"Ed25519","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})";

/// The content of a PEM block.
std::string der_of(std::string_view pem) {
    std::string text{pem.substr(pem.find('\n') + 1)};
    text.resize(text.find('-'));
    std::erase(text, '\n');
    std::erase(text, '=');
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return detail::decode_base64url(text).value();
}

/// A JWK with the last bit of one of its numbers flipped.
std::string with_changed(std::string_view text, const char* name) {
    auto jwk = nlohmann::json::parse(text);
    std::string number = *detail::decode_base64url(jwk[name].get<std::string>());
    number.back() = static_cast<char>(number.back() ^ 1);
    jwk[name] = detail::encode_base64url(number);
    return jwk.dump();
}

/// The private number of one key beside the public one of another.
std::string mismatched_pair() {
    const auto one = nlohmann::json::parse(export_private_jwk_in_the_clear(support::keys_of<ES256>()).value());
    auto other = nlohmann::json::parse(export_private_jwk_in_the_clear(Keys<ES256>::generate().value()).value());
    other["d"] = one["d"];
    return other.dump();
}

/// The point of a key with its last bit flipped, so that it is not on the curve.
std::string off_curve() {
    auto jwk = nlohmann::json::parse(to_jwk(support::keys_of<ES256>()).value());
    std::string y = *detail::decode_base64url(jwk["y"].get<std::string>());
    y.back() = static_cast<char>(y.back() ^ 1);
    jwk["y"] = detail::encode_base64url(y);
    return jwk.dump();
}

}  // namespace

TEST_CASE("the test seam fails the chosen call and allocation") {
    const openssl_seam::FailingCall failing{2, 0};
    const detail::Number first{BN_new()}, second{BN_new()}, third{BN_new()};
    CHECK(first);
    CHECK_FALSE(second);
    CHECK(third);
    const openssl_seam::FailingAllocation without_memory{1};
    CHECK(OPENSSL_malloc(8) == nullptr);
}

TEST_CASE("no forged token is accepted, whatever call fails during the verification") {
    for_each_algorithm([](auto alg) { check_verification(alg); });
}

TEST_CASE("a class with its own mapping is read correctly or not at all, whatever call fails") {
    const auto& keys = support::keys_of<HS256>();
    const std::string good = token_of(keys);
    const Verifier verifier{keys, Validation<Mapped>{.clock = support::noon_clock}};
    int wrong = 0;
    fail_everything(
        [&] { return verifier.verify(good); },
        [&](const auto& who) { wrong += who && (who->role != "admin" || who->groups != std::vector{"x"s, "y"s}); });
    CHECK(wrong == 0);
}

TEST_CASE("a token that was signed despite a failure has a valid signature") {
    for_each_algorithm([](auto alg) { check_signing(alg); });
}

TEST_CASE("a key file gives its own key or an error, whatever call fails") {
    check_good_key("rsa", [] { return DecodingKey<RS256>::from_pem(files::rsa_public); });
    check_good_key("certificate", [] { return DecodingKey<RS256>::from_pem(files::rsa_certificate); });
    check_good_key("p256", [] { return DecodingKey<ES256>::from_pem(files::p256_public); });
    check_good_key("p256", [] { return EncodingKey<ES256>::from_pem(files::p256_private); });
    check_good_key("sec1", [] { return EncodingKey<ES256>::from_pem(files::p256_private_sec1); });
    check_good_key("encrypted", [] {
        return EncodingKey<ES256>::from_pem(files::p256_private_encrypted, {.passphrase = files::passphrase});
    });
    check_good_key("ed25519", [] { return DecodingKey<EdDSA>::from_pem(files::ed25519_public); });
    check_good_key("ed25519", [] { return EncodingKey<EdDSA>::from_pem(files::ed25519_private); });
    check_good_key("ed448", [] { return DecodingKey<Ed448>::from_pem(files::ed448_public); });
    check_good_key("secret", [] { return DecodingKey<HS256>::from_secret(std::string(32, 's')); });
}

TEST_CASE("a JWK gives its own key or an error, whatever call fails") {
    const std::string p256 = export_private_jwk_in_the_clear(support::keys_of<ES256>()).value();
    const std::string ed25519 = export_private_jwk_in_the_clear(support::keys_of<EdDSA>()).value();
    const std::string rsa = to_jwk(support::keys_of<RS256>()).value();
    check_good_key("p256", [&] { return EncodingKey<ES256>::from_jwk(p256); });
    check_good_key("ed25519", [&] { return EncodingKey<EdDSA>::from_jwk(ed25519); });
    check_good_key("rsa", [&] { return DecodingKey<RS256>::from_jwk(rsa); });
}

TEST_CASE("a bad key is refused, whatever call fails during its checks") {
    check_bad_key("1024 bits", [] { return DecodingKey<RS256>::from_pem(files::rsa_1024_public); });
    check_bad_key("exponent 3", [] { return DecodingKey<RS256>::from_pem(files::rsa_e3_public); });
    check_bad_key("another curve", [] { return DecodingKey<ES256>::from_pem(files::p384_public); });
    check_bad_key("another type", [] { return DecodingKey<EdDSA>::from_pem(files::x25519_public); });
    check_bad_key("explicit parameters", [] { return DecodingKey<ES256>::from_pem(files::p256_public_explicit); });
    check_bad_key("private half", [] { return DecodingKey<ES256>::from_pem(files::p256_private); });
    check_bad_key("private PKCS#1", [] { return DecodingKey<RS256>::from_pem(files::rsa_private_pkcs1); });
    check_bad_key("private native RSA", [] {
        return DecodingKey<RS256>::from_evp_pkey(
            detail::KeyAccess::prepared(support::keys_of<RS256>().encoding).native());
    });
    check_bad_key("more inside", [] { return DecodingKey<RS256>::from_pem(files::rsa_public_with_more_inside); });
    check_bad_key("more in a certificate",
                  [] { return DecodingKey<RS256>::from_pem(files::rsa_certificate_with_more_inside); });
    check_bad_key("small order", [] { return DecodingKey<EdDSA>::from_jwk(small_order); });
    check_bad_key("off its curve", [text = off_curve()] { return DecodingKey<ES256>::from_jwk(text); });
    check_bad_key("another's private half", [text = mismatched_pair()] { return EncodingKey<ES256>::from_jwk(text); });
    const auto& rsa = support::rfc7515_a2.jwk;
    check_bad_key("private RSA JWK", [&] { return DecodingKey<RS256>::from_jwk(rsa); });
    check_bad_key("private EC JWK", [] { return DecodingKey<ES256>::from_jwk(support::rfc7515_a3.jwk); });
    check_bad_key("private Ed25519 JWK", [] { return DecodingKey<EdDSA>::from_jwk(support::rfc8037_a4.jwk); });
    check_bad_key("wrong qi", [text = with_changed(rsa, "qi")] { return EncodingKey<RS256>::from_jwk(text); });
    check_bad_key("wrong dp", [text = with_changed(rsa, "dp")] { return EncodingKey<RS256>::from_jwk(text); });
    check_bad_key("PEM as a secret", [] { return DecodingKey<HS256>::from_secret(files::rsa_public); });
    check_bad_key("DER as a secret",
                  [der = der_of(files::p256_public)] { return DecodingKey<HS256>::from_secret(der); });
}

TEST_CASE("an exported key is correct or an error, whatever call fails") {
    const auto& keys = support::keys_of<ES256>();
    const std::string jwk = to_jwk(keys).value(), pem = to_pem(keys).value(), print = thumbprint(keys).value();
    const std::string secret_jwk = export_private_jwk_in_the_clear(keys).value();
    const std::string secret_pem = export_private_pem_in_the_clear(keys).value();
    int wrong = 0;
    const auto check = [&](const std::string& right, auto write) {
        fail_everything(write, [&](const Result<std::string>& text) { wrong += text && *text != right; });
    };
    check(jwk, [&] { return to_jwk(keys); });
    check(print, [&] { return thumbprint(keys); });
    check(secret_jwk, [&] { return export_private_jwk_in_the_clear(keys); });
    check(pem, [&] { return to_pem(keys); });
    check(secret_pem, [&] { return export_private_pem_in_the_clear(keys); });
    // Encryption is slow on purpose, so this is not repeated for each allocation.
    fail_each_call([&] { return to_encrypted_private_pem(keys, {.passphrase = "sesame"}); },
                   [&](const Result<std::string>& text) {
                       wrong += text && !EncodingKey<ES256>::from_pem(*text, {.passphrase = "sesame"});
                   });
    CHECK(wrong == 0);
}

TEST_CASE("a key set that was read despite a failure holds no foreign key") {
    const auto one = Keys<ES256>::generate().value().with_kid("one");
    const auto two = Keys<EdDSA>::generate().value().with_kid("two");
    const std::string text = to_jwks(one, two).value();
    const std::string good = token_of(one), bad = forged(good);
    int let_in = 0, too_many = 0;
    fail_everything([&] { return KeySet<ES256, EdDSA>::from_jwks(text); },
                    [&](const auto& set) {
                        too_many += set && set->size() > 2;
                        let_in += set && decode<support::AccountClaims>(bad, *set, {.clock = support::noon_clock});
                    });
    CHECK(let_in == 0);
    CHECK(too_many == 0);
}

TEST_CASE("a private key in a set is skipped, whatever call fails") {
    const std::string text = R"({"keys":[)" + std::string{support::rfc7515_a2.jwk} + "]}";
    std::size_t taken = 0;
    fail_everything([&] { return KeySet<RS256>::from_jwks(text); },
                    [&](const auto& set) { taken += set ? set->size() : 0; });
    CHECK(taken == 0);
}

TEST_CASE("a request is accepted only with its token, whatever call fails") {
    const auto verifier = verifier_for<support::AccountClaims>(support::account_keys());
    const std::string good = "Bearer " + support::account_token(), bad = "Bearer " + support::forged_token();
    int let_in = 0, wrong_status = 0;
    fail_everything([&] { return require_bearer(bad, verifier); },
                    [&](const auto& who) {
                        let_in += who.has_value();
                        wrong_status += !who && who.error().status != 401 && who.error().status != 503;
                    });
    fail_everything([&] { return require_bearer(good, verifier); },
                    [&](const auto& who) { wrong_status += who && who->sub != "42"; });
    CHECK(let_in == 0);
    CHECK(wrong_status == 0);
    CHECK(require_bearer(good, verifier));
}

TEST_CASE("generated keys are good, or an error is returned, whatever call fails") {
    int useless = 0;
    const auto make = [&]<class Alg>(std::type_identity<Alg>) {
        fail_everything([] { return Keys<Alg>::generate(); },
                        [&](const auto& keys) {
                            useless +=
                                keys && !support::verifies(keys->decoding, "x", support::sign(keys->encoding, "x"));
                        });
    };
    make(std::type_identity<HS256>{});
    make(std::type_identity<ES256>{});
    make(std::type_identity<EdDSA>{});
    CHECK(useless == 0);
}
