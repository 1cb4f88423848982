// SPDX-License-Identifier: MIT
// Access tokens: one key, of the algorithm that the configuration gives, and one verifier that also asks for revocations.
#pragma once

#include <credence/claims.hpp>
#include <credence/result.hpp>
#include <credence/revocation.hpp>
#include <credence/verified.hpp>

#include <memory>
#include <string>
#include <string_view>

#include "settings.hpp"

namespace account {

/// What a token says besides the registered claims.
struct Login {
    std::string sid;  ///< The family of refresh tokens that belongs to this login, so that logging out ends both.
};
using LoginClaims = credence::Claims<Login>;
using LoginProof = credence::Verified<LoginClaims>;

/// Signs and verifies. A cheap handle to shared, immutable state; a verifier for `credence::protect`.
class Tokens {
public:
    using claims_type = LoginClaims;
    static constexpr std::string_view issuer = "account";

    /// \throws SettingsError  when the key is none
    Tokens(const Settings& settings, const credence::Revocation& revocation);

    [[nodiscard]] credence::Result<LoginProof> verify(std::string_view token) const;
    [[nodiscard]] credence::Result<std::string> sign(const LoginClaims& claims) const;
    [[nodiscard]] std::string_view algorithm() const noexcept;
    /// A JWK Set: the public key; nothing when there is but a shared secret.
    [[nodiscard]] const std::string& jwks() const noexcept;

private:
    class Scheme;
    template <class Alg>
    class SchemeOf;

    std::shared_ptr<const Scheme> scheme_;
};

}  // namespace account
