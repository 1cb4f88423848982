// SPDX-License-Identifier: MIT
// Access tokens: one key, of the algorithm that the configuration gives, and one verifier that also asks whether the token
// was revoked, and whether its login has ended.
#pragma once

#include <credence/jwt/revocation.hpp>
#include <credence/result.hpp>

#include <memory>
#include <string>
#include <string_view>

#include "login_claims.hpp"
#include "settings.hpp"
#include "stores.hpp"

namespace account {

/// Signs and verifies. A cheap handle to shared, immutable state; a verifier for `credence::protect`.
class Tokens {
public:
    using claims_type = LoginClaims;
    static constexpr std::string_view issuer = "account";

    /// \throws SettingsError  if the text is not a usable key
    Tokens(const Settings& settings, const credence::Revocation& revocation, std::shared_ptr<const Logins> logins);

    [[nodiscard]] credence::Result<LoginProof> verify(std::string_view token) const;
    [[nodiscard]] credence::Result<std::string> sign(const LoginClaims& claims) const;
    [[nodiscard]] std::string_view algorithm() const noexcept;
    /// A JWK Set with the public key; it has no keys if there is only a shared secret.
    [[nodiscard]] const std::string& jwks() const noexcept;

private:
    class Scheme;
    template <class Alg>
    class SchemeOf;

    std::shared_ptr<const Scheme> scheme_;
    std::shared_ptr<const Logins> logins_;
};

}  // namespace account
