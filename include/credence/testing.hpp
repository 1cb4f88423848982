// SPDX-License-Identifier: MIT
// For the tests of programs that use credence: a clock, tokens in one line, and some 300 attacks on the program's own
// verifier. Tied to no test framework, and outside the umbrella header: nothing here is for production code.
#pragma once

#include <credence/clock.hpp>
#include <credence/exceptions.hpp>
#include <credence/jwt/decode.hpp>
#include <credence/jwt/header_options.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/keys/keys.hpp>
#include <credence/testing/attack.hpp>
#include <credence/keys/detail/key_access.hpp>
#include <credence/testing/detail/attack_token.hpp>
#include <credence/testing/detail/attacks_forged.hpp>
#include <credence/testing/detail/attacks_signed.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::testing {

/// A clock that shows one time until it is set: `{.clock = clock}`. Copies show the same time, from any thread.
class ManualClock {
public:
    /// \param moment  the time that it shows first.
    explicit ManualClock(NumericDate moment = now())
        : seconds_(std::make_shared<std::atomic<std::int64_t>>(moment.time_since_epoch().count())) {}

    /// The time that it shows, in the form of `Validation::clock`.
    [[nodiscard]] NumericDate operator()() const noexcept { return NumericDate{std::chrono::seconds{*seconds_}}; }
    /// Sets the time.
    void set(NumericDate moment) const noexcept { *seconds_ = moment.time_since_epoch().count(); }
    /// Adds to the time; a negative duration moves it back.
    void advance(std::chrono::seconds time) const noexcept { *seconds_ += time.count(); }

private:
    std::shared_ptr<std::atomic<std::int64_t>> seconds_;
};

/// A token for any claims. \throws Exception where `encode` gives an error.
template <class Claims, class Key>
[[nodiscard]] std::string token_for(const Claims& claims, const Key& key, const HeaderOptions& options = {}) {
    return encode(claims, key, options).value();
}

/// A token of any header and payload text, JSON or not, with the right signature: for tokens that `encode` never makes.
template <Algorithm Alg>
[[nodiscard]] std::string sign_texts(std::string_view header, std::string_view payload, const EncodingKey<Alg>& key) {
    return detail::sign_segments(detail::encode_base64url(header), detail::encode_base64url(payload),
                                 detail::KeyAccess::prepared(key));
}
template <Algorithm Alg>
[[nodiscard]] std::string sign_texts(std::string_view header, std::string_view payload, const Keys<Alg>& keys) {
    return sign_texts(header, payload, keys.encoding);
}

/// The result of an attack suite.
///
/// Converts to true if the verifier accepted the good token, before and after the attacks, and none of the attacks. It
/// can be printed: `CHECK(report)` and `EXPECT_TRUE(report) << report` name the accepted attacks.
struct AttackReport {
    /// Whether the good token was accepted, before and after the attacks.
    bool accepts_good_token = false;
    /// The number of attacks.
    std::size_t attempted = 0;
    /// The attacks that the verifier accepted.
    std::vector<Attack> accepted = {};
    /// The attacks that the verifier refused by an exception: a fault only if the verifier must not throw.
    std::vector<Attack> raised = {};

    /// Whether the good token was accepted, and no attack was.
    [[nodiscard]] explicit operator bool() const noexcept {
        return accepts_good_token && attempted > 0 && accepted.empty();
    }

    /// The same report without the accepted and raised attacks on some rules, for a verifier that omits these rules on
    /// purpose: `report.without({"padding", "issuer"})`.
    [[nodiscard]] AttackReport without(std::initializer_list<std::string_view> rules) const {
        AttackReport rest = *this;
        for (std::vector<Attack>* attacks : {&rest.accepted, &rest.raised}) {
            std::erase_if(*attacks, [&](const Attack& attack) {
                return std::find(rules.begin(), rules.end(), attack.rule) != rules.end();
            });
        }
        return rest;
    }

    friend std::ostream& operator<<(std::ostream& out, const AttackReport& report) {
        out << report.attempted << " attacks, " << report.accepted.size() << " accepted";
        if (report.attempted == 0)
            out << "; the good token is not a signed one with claims that nlohmann::json holds: no attack";
        if (!report.accepts_good_token) out << "; the good token is refused, so that the attacks prove nothing";
        for (const Attack& attack : report.accepted) {
            out << "\n  " << attack.rule << ": " << attack.name << "\n    "
                << std::string_view{attack.token}.substr(0, 400);
        }
        return out;
    }
};

/// The attacks on a good token that need no key: anybody can send them.
[[nodiscard]] inline std::vector<Attack> attacks_on(std::string_view good_token) {
    std::vector<Attack> attacks;
    if (const auto good = detail::GoodToken::from(good_token)) detail::add_forged(*good, attacks);
    return attacks;
}

/// The same, and attacks that are signed with the right key, as a careless or deceived issuer might send them. For a
/// public key also its texts used as HMAC secrets (RFC 8725 §2.1).
template <Algorithm Alg>
[[nodiscard]] std::vector<Attack> attacks_on(std::string_view good_token, const EncodingKey<Alg>& key) {
    std::vector<Attack> attacks = attacks_on(good_token);
    const auto good = detail::GoodToken::from(good_token);
    if (!good) return attacks;
    detail::add_signed(*good, detail::KeyAccess::prepared(key), attacks);
    if constexpr (PublicKeyAlgorithm<Alg>) {
        for (const auto& text : {to_pem(key.decoding()), to_jwk(key.decoding()), to_jwks(key.decoding())}) {
            if (text) detail::add_key_confusion(*good, *text, attacks);
        }
    }
    return attacks;
}
template <Algorithm Alg>
[[nodiscard]] std::vector<Attack> attacks_on(std::string_view good_token, const Keys<Alg>& keys) {
    return attacks_on(good_token, keys.encoding);
}

/// Runs attacks against a verifier: an object with `verify(token)`, or a callable that takes a token. Its result is
/// converted to bool. An exception counts as a refusal.
template <class AnyVerifier>
[[nodiscard]] AttackReport try_attacks(AnyVerifier&& verifier, std::string_view good_token,
                                       std::vector<Attack> attacks) {
    const auto accepts = [&](const std::string& token) {
        if constexpr (requires { (verifier.verify)(token); }) {
            return static_cast<bool>((verifier.verify)(token));
        } else {
            return static_cast<bool>(std::invoke(verifier, token));
        }
    };
    const std::string good{good_token};
    AttackReport report{.accepts_good_token = accepts(good), .attempted = attacks.size()};
    for (Attack& attack : attacks) {
        if (attack.token == good) continue;
        bool has_thrown = false;
        const auto on_exception = [&has_thrown] {
            has_thrown = true;
            return false;
        };
        const bool is_accepted = detail::catch_all([&] { return accepts(attack.token); }, on_exception);
        if (is_accepted || has_thrown) (is_accepted ? report.accepted : report.raised).push_back(std::move(attack));
    }
    report.accepts_good_token = report.accepts_good_token && accepts(good);
    return report;
}

/// Attacks a verifier with variations of a good token that need no key. See the overload below.
template <class AnyVerifier>
[[nodiscard]] AttackReport attack_suite(AnyVerifier&& verifier, std::string_view good_token) {
    return try_attacks(verifier, good_token, attacks_on(good_token));
}

/// Attacks a verifier with variations of a good token, unsigned and signed.
///
///     const auto report = credence::testing::attack_suite(verifier, good_token, keys);
///     CHECK(report);                      // Catch2
///     EXPECT_TRUE(report) << report;      // GoogleTest
///
/// \param verifier    a `Verifier`, anything else with `verify(token)`, or a callable: a request to the whole service.
/// \param good_token  a token that the verifier accepts, with every claim that the verifier checks.
/// \param keys        the key that signed it, `Keys` or `EncodingKey`.
template <class AnyVerifier, class AnyKey>
[[nodiscard]] AttackReport attack_suite(AnyVerifier&& verifier, std::string_view good_token, const AnyKey& keys) {
    return try_attacks(verifier, good_token, attacks_on(good_token, keys));
}

}  // namespace credence::testing
