// SPDX-License-Identifier: MIT
// For the tests of programs that use credence: a clock, tokens in one line, and some 300 attacks on the program's own
// verifier. Tied to no test framework, and outside the umbrella header: nothing here belongs in a service.
#pragma once

#include <credence/clock.hpp>
#include <credence/exceptions.hpp>
#include <credence/jwt/decode.hpp>
#include <credence/jwt/header_options.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/keys/keys.hpp>
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

/// A clock that stands still until it is moved: `{.clock = clock}`. Copies show the same time, from any thread.
class ManualClock {
public:
    /// \param moment  what it shows until it is moved.
    explicit ManualClock(NumericDate moment = now())
        : seconds_(std::make_shared<std::atomic<std::int64_t>>(moment.time_since_epoch().count())) {}

    /// The moment that it shows, as `Validation::clock` asks for it.
    [[nodiscard]] NumericDate operator()() const noexcept { return NumericDate{std::chrono::seconds{*seconds_}}; }
    /// Moves to a moment.
    void set(NumericDate moment) const noexcept { *seconds_ = moment.time_since_epoch().count(); }
    /// Moves on, or back.
    void advance(std::chrono::seconds time) const noexcept { *seconds_ += time.count(); }

private:
    std::shared_ptr<std::atomic<std::int64_t>> seconds_;
};

/// A token for any claims. \throws Exception where `encode` gives an error.
template <class Claims, class Key>
[[nodiscard]] std::string token_for(const Claims& claims, const Key& key, const HeaderOptions& options = {}) {
    return encode(claims, key, options).value();
}

/// A token of two texts as they are, JSON or not, with the right signature: for what `encode` would never make.
template <Algorithm Alg>
[[nodiscard]] std::string sign_texts(std::string_view header, std::string_view payload, const EncodingKey<Alg>& key) {
    return detail::sign_segments(detail::encode_base64url(header), detail::encode_base64url(payload), key.detail_key());
}
template <Algorithm Alg>
[[nodiscard]] std::string sign_texts(std::string_view header, std::string_view payload, const Keys<Alg>& keys) {
    return sign_texts(header, payload, keys.encoding);
}

/// What came of the attacks.
///
/// Good when the good token was accepted, before and after, and no attack was let in. It converts to `bool` and can be
/// printed, so that `CHECK(report)` and `EXPECT_TRUE(report) << report` say which attacks were let in.
struct AttackReport {
    /// Whether the good token passed, before and after the attacks.
    bool accepts_good_token = false;
    /// How many attacks there were.
    std::size_t tried = 0;
    /// Those that the verifier accepted.
    std::vector<Attack> let_in = {};
    std::vector<Attack> threw = {};  ///< refused with an exception: no fault, unless it should not throw

    /// Whether all is well.
    [[nodiscard]] explicit operator bool() const noexcept { return accepts_good_token && tried > 0 && let_in.empty(); }

    /// The same without the attacks on some rules, for a verifier that leaves them out knowingly:
    /// `report.without({"padding", "issuer"})`.
    [[nodiscard]] AttackReport without(std::initializer_list<std::string_view> rules) const {
        AttackReport rest = *this;
        std::erase_if(rest.let_in, [&](const Attack& attack) {
            return std::find(rules.begin(), rules.end(), attack.rule) != rules.end();
        });
        return rest;
    }

    friend std::ostream& operator<<(std::ostream& out, const AttackReport& report) {
        out << report.tried << " attacks, " << report.let_in.size() << " let in";
        if (!report.accepts_good_token) out << "; the good token is refused, so that the attacks prove nothing";
        for (const Attack& attack : report.let_in) {
            out << "\n  " << attack.rule << ": " << attack.name << "\n    "
                << std::string_view{attack.token}.substr(0, 400);
        }
        return out;
    }
};

/// The attacks on a good token that need no key: what anybody can send.
[[nodiscard]] inline std::vector<Attack> attacks_on(std::string_view good_token) {
    std::vector<Attack> attacks;
    if (const auto good = detail::GoodToken::from(good_token)) detail::add_forged(*good, attacks);
    return attacks;
}

/// These, and those that are signed with the right key: what a careless or deceived issuer might send. Of a public key,
/// also its texts as secrets of HMAC.
template <Algorithm Alg>
[[nodiscard]] std::vector<Attack> attacks_on(std::string_view good_token, const EncodingKey<Alg>& key) {
    std::vector<Attack> attacks = attacks_on(good_token);
    const auto good = detail::GoodToken::from(good_token);
    if (!good) return attacks;
    detail::add_signed(*good, key.detail_key(), attacks);
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

/// Tries some attacks on a verifier, which has a `verify(token)` or can be called with a token; what it gives is tested
/// as a bool. An exception counts as a refusal.
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
    AttackReport report{.accepts_good_token = accepts(good), .tried = attacks.size()};
    for (Attack& attack : attacks) {
        if (attack.token == good) continue;
        bool has_thrown = false;
        const auto on_exception = [&has_thrown] {
            has_thrown = true;
            return false;
        };
        const bool is_accepted = detail::catch_all([&] { return accepts(attack.token); }, on_exception);
        if (is_accepted || has_thrown) (is_accepted ? report.let_in : report.threw).push_back(std::move(attack));
    }
    report.accepts_good_token = report.accepts_good_token && accepts(good);
    return report;
}

/// Attacks a verifier with what can be made of one of its own good tokens without the key that signed it. See below.
template <class AnyVerifier>
[[nodiscard]] AttackReport attack_suite(AnyVerifier&& verifier, std::string_view good_token) {
    return try_attacks(verifier, good_token, attacks_on(good_token));
}

/// Attacks a verifier with what can be made of one of its own good tokens.
///
///     const auto report = credence::testing::attack_suite(verifier, good_token, keys);
///     CHECK(report);                      // Catch2
///     EXPECT_TRUE(report) << report;      // GoogleTest
///
/// \param verifier    a `Verifier`, anything else with `verify(token)`, or a callable: a request to the whole service.
/// \param good_token  a token that the verifier accepts; best one that has all the claims that count.
/// \param keys        the key that signed it, `Keys` or `EncodingKey`.
template <class AnyVerifier, class AnyKey>
[[nodiscard]] AttackReport attack_suite(AnyVerifier&& verifier, std::string_view good_token, const AnyKey& keys) {
    return try_attacks(verifier, good_token, attacks_on(good_token, keys));
}

}  // namespace credence::testing
