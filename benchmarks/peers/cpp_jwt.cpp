// SPDX-License-Identifier: MIT
// cpp-jwt. Its keys are texts: it reads a PEM anew for each token.
#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <system_error>

#include "peers/peers.hpp"
#include "support/claims.hpp"

#include <jwt/jwt.hpp>

namespace {

using support::Large, support::Small;

credence::NumericDate date(const nlohmann::json& json) {
    return credence::NumericDate{std::chrono::seconds{json.get<long>()}};
}

void read(const nlohmann::json& json, Small& claims) {
    json.at("sub").get_to(claims.sub);
    claims.iat = date(json.at("iat"));
    claims.exp = date(json.at("exp"));
    json.at("role").get_to(claims.role);
    json.at("email").get_to(claims.email);
}

void read(const nlohmann::json& json, Large& claims) {
    claims.exp = date(json.at("exp"));
    claims.iat = date(json.at("iat"));
    claims.auth_time = date(json.at("auth_time"));
    json.at("jti").get_to(claims.jti);
    json.at("iss").get_to(claims.iss);
    json.at("aud").get_to(claims.aud);
    json.at("sub").get_to(claims.sub);
    json.at("typ").get_to(claims.typ);
    json.at("azp").get_to(claims.azp);
    json.at("session_state").get_to(claims.session_state);
    json.at("acr").get_to(claims.acr);
    json.at("allowed-origins").get_to(claims.allowed_origins);
    json.at("realm_access").at("roles").get_to(claims.realm_access.roles);
    for (const auto& [name, access] : json.at("resource_access").items())
        access.at("roles").get_to(claims.resource_access[name].roles);
    json.at("scopes").get_to(claims.scopes);
    json.at("sid").get_to(claims.sid);
    json.at("email_verified").get_to(claims.email_verified);
    json.at("name").get_to(claims.name);
    json.at("preferred_username").get_to(claims.preferred_username);
    json.at("given_name").get_to(claims.given_name);
    json.at("family_name").get_to(claims.family_name);
    json.at("email").get_to(claims.email);
}

template <class Claims>
std::optional<Claims> verify(const std::string& token, const std::string& key, const std::string& algorithm) {
    std::error_code error;
    const auto object = jwt::decode(token, jwt::params::algorithms({algorithm}), error, jwt::params::secret(key),
                                    jwt::params::verify(true));
    if (error) return std::nullopt;
    const nlohmann::json& payload = object.payload().create_json_obj();
    std::optional<Claims> claims{std::in_place};
    read(payload, *claims);
    if (claims->iat.time_since_epoch().count() > std::time(nullptr)) return std::nullopt;
    return claims;
}

template <class Claims>
void add_verify(const std::string& algorithm, const std::string& size) {
    peers::add("cpp-jwt:verify/" + algorithm + "/" + size, [=] {
        return [algorithm, key = peers::job_key(algorithm), token = peers::job_token(algorithm, size)] {
            return verify<Claims>(token, key, algorithm);
        };
    });
}

std::optional<std::string> sign(const Small& claims, const std::string& key) {
    jwt::jwt_object object{jwt::params::algorithm("HS256"), jwt::params::secret(key)};
    object.add_claim("sub", claims.sub)
        .add_claim("iat", claims.iat.time_since_epoch().count())
        .add_claim("exp", claims.exp.time_since_epoch().count())
        .add_claim("role", claims.role)
        .add_claim("email", claims.email);
    std::error_code error;
    std::string token = object.signature(error);
    if (error) return std::nullopt;
    return token;
}

}  // namespace

void peers::add_jobs() {
    add_verify<Small>("HS256", "small");
    add_verify<Large>("HS256", "large");
    add_verify<Small>("RS256", "small");
    add_verify<Small>("ES256", "small");
    add("cpp-jwt:sign/HS256/small", [] {
        const std::string key = peers::job_key("HS256");
        const auto token = peers::job_token("HS256", "small");
        return [key, claims = verify<Small>(token, key, "HS256").value()] { return sign(claims, key); };
    });
}
