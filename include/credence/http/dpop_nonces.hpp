// SPDX-License-Identifier: MIT
// DpopNonces: nonces that a server demands in proofs, so that proofs cannot be made in advance. RFC 9449 §9
#pragma once

#include <credence/clock.hpp>
#include <credence/keys/keys.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace credence {

/// Nonces that need no store: each is the number of a time period, and its MAC.
///
/// A nonce is valid in its own period and in the next one, for any number of proofs. Instances of a server that share
/// the secret accept each other's nonces: `DpopNonces{Keys<HS256>::from_secret(secret).value()}`. Use a secret for
/// nonces for nothing else. Any number of threads may use one object.
class DpopNonces {
public:
    /// \param secret  `Keys<HS256>::generate().value()` for a single instance.
    /// \param period  at least one second; a shorter one counts as one second.
    /// \param clock   returns the current time. Empty: the system's clock.
    explicit DpopNonces(Keys<HS256> secret, std::chrono::seconds period = std::chrono::minutes{1},
                        Clock clock = system_clock)
        : secret_(std::move(secret)), period_((std::max)(period, std::chrono::seconds{1})), clock_(std::move(clock)) {}

    /// The nonce for new proofs: 54 characters or a few more. A rejection carries it. Put it into the field
    /// `DPoP-Nonce` of successful answers, too, to save a client the next refusal (RFC 9449 §8.2). Empty if OpenSSL
    /// fails.
    [[nodiscard]] std::string current() const {
        const std::string period = std::to_string(present());
        std::array<unsigned char, 32> mac{};
        if (!detail::KeyAccess::prepared(secret_.encoding).sign(input_of(period), mac.data())) return {};
        return period + "." + detail::encode_base64url(detail::as_text(mac));
    }

    /// Whether a nonce is of the current period or of the last one.
    [[nodiscard]] bool accepts(std::string_view nonce) const {
        const std::string_view period = nonce.substr(0, nonce.find('.'));
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(period.data(), period.data() + period.size(), number);
        if (error != std::errc{} || end != period.data() + period.size() || period.size() == nonce.size()) return false;
        const std::int64_t newest = present();
        if (number != newest && number != newest - 1) return false;
        const auto mac = detail::decode_base64url(nonce.substr(period.size() + 1));
        return mac && (detail::KeyAccess::prepared(secret_.decoding).verify)(input_of(period), detail::as_bytes(*mac));
    }

private:
    [[nodiscard]] std::int64_t present() const { return detail::moment_of(clock_).time_since_epoch() / period_; }

    /// No token has this form: if a secret is used for both by mistake, a nonce is still not a token.
    [[nodiscard]] static std::string input_of(std::string_view period) {
        return std::string{"credence DPoP-Nonce "}.append(period);
    }

    Keys<HS256> secret_;
    std::chrono::seconds period_;
    Clock clock_;
};

}  // namespace credence
