// SPDX-License-Identifier: MIT
// The claims that are verified and signed: a small token, and a large one such as Keycloak issues; as plain structs,
// and the small one also mapped by hand in nlohmann's style.
#pragma once

#include <credence/claims/claims.hpp>
#include <credence/claims/registered_claims.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace support {

inline constexpr std::string_view small_payload =
    R"({"sub":"b08f86af-35da-48f2-8fab-cef3904660bd","iat":1700000000,"exp":4102444800,"role":"admin",)"
    R"("email":"user@example.com"})";

struct Small {
    static constexpr std::string_view payload = small_payload;

    std::string sub;
    credence::NumericDate iat;
    credence::NumericDate exp;
    std::string role;
    std::string email;
};

/// The claims of tokens that name their issuer.
struct Issued {
    static constexpr std::string_view payload =
        R"({"iss":"https://id-0.example","sub":"b08f86af-35da-48f2-8fab-cef3904660bd","iat":1700000000,)"
        R"("exp":4102444800,"role":"admin"})";

    std::string iss;
    std::string sub;
    credence::NumericDate iat;
    credence::NumericDate exp;
    std::string role;
};

inline constexpr std::string_view large_payload =
    R"({"exp":4102444800,"iat":1700000000,"auth_time":1699999990,"jti":"0d6b1c9a-8f4e-4c39-9d5b-2f1e7a60c853",)"
    R"("iss":"https://id.example.com/realms/shop","aud":["orders","account"],)"
    R"("sub":"b08f86af-35da-48f2-8fab-cef3904660bd","typ":"Bearer","azp":"web-shop",)"
    R"("session_state":"7c2f40de-6f3f-4a1d-8a59-1b0e9d4c7f21","acr":"1",)"
    R"("allowed-origins":["https://shop.example.com","https://admin.example.com"],)"
    R"("realm_access":{"roles":["offline_access","uma_authorization","default-roles-shop","customer","support"]},)"
    R"("resource_access":{"account":{"roles":["manage-account","manage-account-links","view-profile","view-groups"]},)"
    R"("orders":{"roles":["orders-read","orders-write","orders-refund"]},"stock":{"roles":["stock-all"]}},)"
    R"("scopes":["openid","profile","email","orders:read","orders:write","offline_access"],)"
    R"("sid":"7c2f40de-6f3f-4a1d-8a59-1b0e9d4c7f21","email_verified":true,"name":"Ada Maria Lovelace",)"
    R"("preferred_username":"ada.lovelace","given_name":"Ada Maria","family_name":"Lovelace",)"
    R"("email":"ada.lovelace@example.com"})";

struct Roles {
    std::vector<std::string> roles;
};

struct Large {
    static constexpr std::string_view payload = large_payload;
    static constexpr credence::ClaimName claim_names[] = {{"allowed_origins", "allowed-origins"}};

    credence::NumericDate exp;
    credence::NumericDate iat;
    credence::NumericDate auth_time;
    std::string jti;
    std::string iss;
    std::vector<std::string> aud;
    std::string sub;
    std::string typ;
    std::string azp;
    std::string session_state;
    std::string acr;
    std::vector<std::string> allowed_origins;
    Roles realm_access;
    std::map<std::string, Roles> resource_access;
    std::vector<std::string> scopes;
    std::string sid;
    bool email_verified = false;
    std::string name;
    std::string preferred_username;
    std::string given_name;
    std::string family_name;
    std::string email;
};

static_assert(Small::payload.size() == 122 && Large::payload.size() == 1005);

/// The small claims as a class with a mapping of its own.
struct SelfMapped {
    static constexpr std::string_view payload = small_payload;

    std::string sub;
    long iat = 0;
    long exp = 0;
    std::string role;
    std::string email;

    friend void from_json(const nlohmann::json& json, SelfMapped& claims) {
        json.at("sub").get_to(claims.sub);
        json.at("iat").get_to(claims.iat);
        json.at("exp").get_to(claims.exp);
        json.at("role").get_to(claims.role);
        json.at("email").get_to(claims.email);
    }
    friend void to_json(nlohmann::json& json, const SelfMapped& claims) {
        json = {{"sub", claims.sub},
                {"iat", claims.iat},
                {"exp", claims.exp},
                {"role", claims.role},
                {"email", claims.email}};
    }
};

}  // namespace support
