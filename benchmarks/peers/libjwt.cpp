// SPDX-License-Identifier: MIT
// libjwt. It checks the signature. Checking the algorithm and the times is its user's task. Lists and objects are JSON texts.
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "peers/jansson_claims.hpp"
#include "peers/peers.hpp"

#include <jwt.h>

namespace {

using support::Large, support::Small;

struct Free {
    void operator()(jwt_t* jwt) const noexcept { jwt_free(jwt); }
    void operator()(char* text) const noexcept { std::free(text); }
};
using Jwt = std::unique_ptr<jwt_t, Free>;

const unsigned char* bytes(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string text(jwt_t* jwt, const char* name) {
    const char* const found = jwt_get_grant(jwt, name);
    return found != nullptr ? found : "";
}
credence::NumericDate date(jwt_t* jwt, const char* name) { return peers::date(jwt_get_grant_int(jwt, name)); }
peers::Json json(jwt_t* jwt, const char* name) {
    const std::unique_ptr<char, Free> found{jwt_get_grants_json(jwt, name)};
    return peers::Json{found ? json_loads(found.get(), 0, nullptr) : nullptr};
}

void read(jwt_t* jwt, Small& claims) {
    claims = {text(jwt, "sub"), date(jwt, "iat"), date(jwt, "exp"), text(jwt, "role"), text(jwt, "email")};
}

void read(jwt_t* jwt, Large& claims) {
    claims = {.exp = date(jwt, "exp"),
              .iat = date(jwt, "iat"),
              .auth_time = date(jwt, "auth_time"),
              .jti = text(jwt, "jti"),
              .iss = text(jwt, "iss"),
              .aud = peers::texts(json(jwt, "aud").get()),
              .sub = text(jwt, "sub"),
              .typ = text(jwt, "typ"),
              .azp = text(jwt, "azp"),
              .session_state = text(jwt, "session_state"),
              .acr = text(jwt, "acr"),
              .allowed_origins = peers::texts(json(jwt, "allowed-origins").get()),
              .realm_access = peers::roles(json(jwt, "realm_access").get()),
              .resource_access = peers::roles_by_resource(json(jwt, "resource_access").get()),
              .scopes = peers::texts(json(jwt, "scopes").get()),
              .sid = text(jwt, "sid"),
              .email_verified = jwt_get_grant_bool(jwt, "email_verified") == 1,
              .name = text(jwt, "name"),
              .preferred_username = text(jwt, "preferred_username"),
              .given_name = text(jwt, "given_name"),
              .family_name = text(jwt, "family_name"),
              .email = text(jwt, "email")};
}

template <class Claims>
std::optional<Claims> verify(const std::string& token, const std::string& key, jwt_alg_t algorithm) {
    jwt_t* decoded = nullptr;
    if (jwt_decode(&decoded, token.c_str(), bytes(key), static_cast<int>(key.size())) != 0) return std::nullopt;
    const Jwt jwt{decoded};
    if (jwt_get_alg(decoded) != algorithm) return std::nullopt;
    std::optional<Claims> claims{std::in_place};
    read(decoded, *claims);
    if (!peers::is_valid_now(*claims)) return std::nullopt;
    return claims;
}

template <class Claims>
void add_verify(const std::string& algorithm, const std::string& size) {
    peers::add("libjwt:verify/" + algorithm + "/" + size, [=] {
        return [known = jwt_str_alg(algorithm.c_str()), key = peers::job_key(algorithm),
                token = peers::job_token(algorithm, size)] { return verify<Claims>(token, key, known); };
    });
}

std::unique_ptr<char, Free> sign(const Small& claims, const std::string& key) {
    jwt_t* made = nullptr;
    if (jwt_new(&made) != 0) return nullptr;
    const Jwt jwt{made};
    const bool is_ready = jwt_set_alg(made, JWT_ALG_HS256, bytes(key), static_cast<int>(key.size())) == 0 &&
                          jwt_add_grant(made, "sub", claims.sub.c_str()) == 0 &&
                          jwt_add_grant_int(made, "iat", claims.iat.time_since_epoch().count()) == 0 &&
                          jwt_add_grant_int(made, "exp", claims.exp.time_since_epoch().count()) == 0 &&
                          jwt_add_grant(made, "role", claims.role.c_str()) == 0 &&
                          jwt_add_grant(made, "email", claims.email.c_str()) == 0;
    return std::unique_ptr<char, Free>{is_ready ? jwt_encode_str(made) : nullptr};
}

}  // namespace

void peers::add_jobs() {
    add_verify<Small>("HS256", "small");
    add_verify<Large>("HS256", "large");
    add_verify<Small>("RS256", "small");
    add_verify<Small>("ES256", "small");
    add("libjwt:sign/HS256/small",
        [] { return [claims = small_claims(), key = peers::job_key("HS256")] { return sign(claims, key); }; });
}
