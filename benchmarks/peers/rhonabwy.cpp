// SPDX-License-Identifier: MIT
// rhonabwy, on GnuTLS. It checks the signature, and the times in a separate call. Checking `alg` is its user's task.
#include <memory>
#include <optional>
#include <string>

#include "peers/jansson_claims.hpp"
#include "peers/peers.hpp"

#include <rhonabwy.h>

namespace {

using support::Large, support::Small;

struct Free {
    void operator()(jwk_t* key) const noexcept { r_jwk_free(key); }
    void operator()(jwt_t* jwt) const noexcept { r_jwt_free(jwt); }
    void operator()(char* text) const noexcept { r_free(text); }
};
using Key = std::shared_ptr<jwk_t>;
using Jwt = std::unique_ptr<jwt_t, Free>;

const unsigned char* bytes(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Key read_key(const std::string& algorithm) {
    const std::string text = peers::job_key(algorithm);
    jwk_t* key = nullptr;
    r_jwk_init(&key);
    if (algorithm == "HS256") {
        r_jwk_import_from_symmetric_key(key, bytes(text), text.size());
    } else {
        r_jwk_import_from_pem_der(key, R_X509_TYPE_PUBKEY, R_FORMAT_PEM, bytes(text), text.size());
    }
    return {key, Free{}};
}

template <class Claims>
std::optional<Claims> verify(const std::string& token, jwk_t* key, jwa_alg algorithm) {
    const Jwt jwt{r_jwt_quick_parsen(token.data(), token.size(), R_PARSE_NONE, 0)};
    if (!jwt || r_jwt_get_sign_alg(jwt.get()) != algorithm || r_jwt_verify_signature(jwt.get(), key, 0) != RHN_OK ||
        r_jwt_validate_claims(jwt.get(), R_JWT_CLAIM_EXP, R_JWT_CLAIM_NOW, R_JWT_CLAIM_IAT, R_JWT_CLAIM_NOW,
                              R_JWT_CLAIM_NOP) != RHN_OK) {
        return std::nullopt;
    }
    const peers::Json json{r_jwt_get_full_claims_json_t(jwt.get())};
    std::optional<Claims> claims{std::in_place};
    peers::read(json.get(), *claims);
    return claims;
}

template <class Claims>
void add_verify(const std::string& algorithm, const std::string& size) {
    peers::add("rhonabwy:verify/" + algorithm + "/" + size, [=] {
        return [known = r_str_to_jwa_alg(algorithm.c_str()), key = read_key(algorithm),
                token = peers::job_token(algorithm, size)] { return verify<Claims>(token, key.get(), known); };
    });
}

std::unique_ptr<char, Free> sign(const Small& claims, jwk_t* key) {
    jwt_t* made = nullptr;
    if (r_jwt_init(&made) != RHN_OK) return nullptr;
    const Jwt jwt{made};
    const bool is_ready = r_jwt_set_sign_alg(made, R_JWA_ALG_HS256) == RHN_OK &&
                          r_jwt_set_header_str_value(made, "typ", "JWT") == RHN_OK &&
                          r_jwt_set_full_claims_json_t(made, peers::write(claims).get()) == RHN_OK;
    return std::unique_ptr<char, Free>{is_ready ? r_jwt_serialize_signed(made, key, 0) : nullptr};
}

}  // namespace

void peers::add_jobs() {
    r_global_init();
    add_verify<Small>("HS256", "small");
    add_verify<Large>("HS256", "large");
    add_verify<Small>("RS256", "small");
    add_verify<Small>("ES256", "small");
    add_verify<Small>("EdDSA", "small");
    add("rhonabwy:sign/HS256/small",
        [] { return [claims = small_claims(), key = read_key("HS256")] { return sign(claims, key.get()); }; });
}
