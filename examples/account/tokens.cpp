// SPDX-License-Identifier: MIT
// The algorithm is part of a key's type in credence; here a configuration chooses among four such types.
#include "tokens.hpp"

#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/keys/keys.hpp>

#include <cstddef>
#include <utility>

#include "user.hpp"

namespace account {
namespace {

/// A client sends its token with each request. A verified token is cached, with about 2 KiB, and is not verified again:
/// only its expiry and its revocation are checked.
constexpr std::size_t most_known_tokens = 4096;

credence::Validation<LoginClaims> rules(const Settings& settings) {
    return {.issuer = Tokens::issuer,
            // If the lifetime was made shorter, an older token could outlive the record of the end of its login.
            .max_age = settings.lifetimes.token,
            .required = {"iat", "jti", "sub", "sid"},
            .checks = {{"sub", [](const LoginClaims& claims) { return is_uuid(claims.sub); },
                        credence::Errc::invalid_subject}},
            // Only instances of this server sign with this key, and one's clock may be a little ahead of another's.
            .allow_future_iat = true};
}

}  // namespace

class Tokens::Scheme {
public:
    Scheme() = default;
    Scheme(const Scheme&) = delete;
    Scheme& operator=(const Scheme&) = delete;
    virtual ~Scheme() = default;
    [[nodiscard]] virtual credence::Result<LoginProof> verify(std::string_view token) const = 0;
    [[nodiscard]] virtual credence::Result<std::string> sign(const LoginClaims& claims) const = 0;
    [[nodiscard]] virtual std::string_view algorithm() const noexcept = 0;

    std::string jwks = R"({"keys":[]})";
};

template <class Alg>
class Tokens::SchemeOf final : public Scheme {
public:
    SchemeOf(const credence::Keys<Alg>& keys, const Settings& settings, const credence::Revocation& revocation)
        : encoding_(keys.encoding),
          verifier_(keys.decoding, rules(settings),
                    {.revocation = revocation, .cache = {.max_tokens = most_known_tokens}}) {
        if constexpr (credence::PublicKeyAlgorithm<Alg>) jwks = credence::to_jwks(keys.decoding).value();
    }

    [[nodiscard]] credence::Result<LoginProof> verify(std::string_view token) const override {
        return verifier_.verify(token);
    }
    [[nodiscard]] credence::Result<std::string> sign(const LoginClaims& claims) const override {
        return credence::encode(claims, encoding_);
    }
    [[nodiscard]] std::string_view algorithm() const noexcept override { return Alg::name; }

    /// Nullopt if the PEM text is not a key for this algorithm.
    static std::shared_ptr<const Scheme> from_pem(const Settings& settings, const credence::Revocation& revocation) {
        const auto keys = credence::Keys<Alg>::from_pem(settings.private_key);
        if (!keys) return nullptr;
        const std::string thumbprint = credence::thumbprint(*keys).value();
        if (!settings.public_key.empty()) {
            const auto given = credence::DecodingKey<Alg>::from_pem(settings.public_key);
            if (!given || credence::thumbprint(*given).value() != thumbprint)
                throw SettingsError{"ACCESS_TOKEN_PUBLIC_KEY is not the public half of ACCESS_TOKEN_PRIVATE_KEY"};
        }
        return std::make_shared<SchemeOf>(
            credence::Keys<Alg>{keys->encoding.with_kid(thumbprint), keys->decoding.with_kid(thumbprint)}, settings,
            revocation);
    }

private:
    credence::EncodingKey<Alg> encoding_;
    credence::Verifier<LoginClaims, credence::DecodingKey<Alg>> verifier_;
};

Tokens::Tokens(const Settings& settings, const credence::Revocation& revocation, std::shared_ptr<const Logins> logins)
    : logins_(std::move(logins)) {
    if (settings.private_key.empty()) {
        const auto keys = credence::Keys<credence::HS256>::from_secret(settings.jwt_secret);
        if (!keys && keys.error().code == credence::Errc::key_too_short)
            throw SettingsError{"JWT_SECRET is too short: HS256 needs at least 32 bytes"};
        if (!keys) throw SettingsError{"JWT_SECRET is no secret: it looks like a key file or a JWK"};
        scheme_ = std::make_shared<SchemeOf<credence::HS256>>(*keys, settings, revocation);
        return;
    }
    scheme_ = SchemeOf<credence::RS256>::from_pem(settings, revocation);
    if (!scheme_) scheme_ = SchemeOf<credence::ES256>::from_pem(settings, revocation);
    if (!scheme_) scheme_ = SchemeOf<credence::EdDSA>::from_pem(settings, revocation);
    if (!scheme_)
        throw SettingsError{
            "ACCESS_TOKEN_PRIVATE_KEY is no private key in PEM of RSA (2048 bits or more), P-256, "
            "Ed25519 or Ed448"};
}

credence::Result<LoginProof> Tokens::verify(std::string_view token) const {
    auto who = scheme_->verify(token);
    if (!who) return who;
    if (const auto goes_on = (logins_->check)((*who)->sid.value()); !goes_on) return goes_on.error();
    return who;
}

credence::Result<std::string> Tokens::sign(const LoginClaims& claims) const { return scheme_->sign(claims); }

std::string_view Tokens::algorithm() const noexcept { return scheme_->algorithm(); }

const std::string& Tokens::jwks() const noexcept { return scheme_->jwks; }

}  // namespace account
