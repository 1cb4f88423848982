// SPDX-License-Identifier: MIT
// ClientAuthentication: how this service authenticates to an authorization server.
#pragma once

#include <credence/claims/registered_claims.hpp>
#include <credence/clock.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/keys/algorithm.hpp>
#include <credence/keys/keys.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/openssl/random_bytes.hpp>
#include <credence/remote/detail/form_encoding.hpp>
#include <credence/remote/detail/introspection_access.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace credence {

/// How this service authenticates to an authorization server: with a secret, or with a key, which is better, because no
/// secret leaves the service. Keep the object as secret as the secret or key in it.
class ClientAuthentication {
public:
    /// HTTP Basic, `client_secret_basic`. RFC 6749 §2.3.1
    [[nodiscard]] static ClientAuthentication basic(std::string_view client_id, std::string_view secret) {
        std::string pair = detail::form_encoded(client_id) + ":" + detail::form_encoded(secret);
        return ClientAuthentication{[value = "Basic " + detail::base64_text(pair)](FetchRequest& request) {
            request.authorization = value;
            return Result<void>{};
        }};
    }

    /// A token that this service signs for each request, `private_key_jwt`; it is good for a minute. RFC 7523 §2.2
    ///
    /// \param audience  the name of the authorization server: usually its issuer's URL, or the endpoint's.
    template <Algorithm Alg>
    [[nodiscard]] static ClientAuthentication private_key_jwt(std::string client_id, EncodingKey<Alg> key,
                                                              std::string audience) {
        return ClientAuthentication{[client_id = std::move(client_id), key = std::move(key),
                                     audience = std::move(audience)](FetchRequest& request) -> Result<void> {
            std::array<unsigned char, 16> id{};
            if (!detail::fill_random(id)) return Error{Errc::keys_unavailable, "jti", "the random generator failed"};
            const RegisteredClaims claims{.iss = client_id,
                                          .sub = client_id,
                                          .aud = {audience},
                                          .exp = now() + std::chrono::minutes{1},
                                          .iat = now(),
                                          .jti = detail::encode_base64url(detail::as_text(id))};
            auto assertion = encode(claims, key);
            if (!assertion) return std::move(assertion).error();
            request.form.append("&client_id=").append(detail::form_encoded(client_id));
            request.form.append(
                "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer");
            request.form.append("&client_assertion=").append(*assertion);
            return {};
        }};
    }

private:
    friend struct detail::IntrospectionAccess;

    using Apply = std::function<Result<void>(FetchRequest&)>;

    explicit ClientAuthentication(Apply apply) : apply_(std::move(apply)) {}

    Apply apply_;
};

}  // namespace credence
