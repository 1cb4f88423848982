// SPDX-License-Identifier: MIT
// The claims of the job from and to jansson's values, for the libraries in C.
#pragma once

#include <chrono>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "support/claims.hpp"

#include <jansson.h>

namespace peers {

struct Release {
    void operator()(json_t* value) const noexcept { json_decref(value); }
};
using Json = std::unique_ptr<json_t, Release>;

inline std::string text(const json_t* value) { return {json_string_value(value), json_string_length(value)}; }
inline std::string text(const json_t* object, const char* name) { return text(json_object_get(object, name)); }

inline credence::NumericDate date(long long seconds) { return credence::NumericDate{std::chrono::seconds{seconds}}; }
inline credence::NumericDate date(const json_t* object, const char* name) {
    return date(json_integer_value(json_object_get(object, name)));
}

inline std::vector<std::string> texts(const json_t* array) {
    std::vector<std::string> read;
    read.reserve(json_array_size(array));
    for (std::size_t index = 0; index < json_array_size(array); ++index)
        read.push_back(text(json_array_get(array, index)));
    return read;
}

inline support::Roles roles(const json_t* access) { return {texts(json_object_get(access, "roles"))}; }

inline std::map<std::string, support::Roles> roles_by_resource(json_t* object) {
    std::map<std::string, support::Roles> read;
    for (void* member = json_object_iter(object); member != nullptr; member = json_object_iter_next(object, member))
        read.emplace(json_object_iter_key(member), roles(json_object_iter_value(member)));
    return read;
}

inline void read(json_t* json, support::Small& claims) {
    claims = {text(json, "sub"), date(json, "iat"), date(json, "exp"), text(json, "role"), text(json, "email")};
}

inline void read(json_t* json, support::Large& claims) {
    claims = {.exp = date(json, "exp"),
              .iat = date(json, "iat"),
              .auth_time = date(json, "auth_time"),
              .jti = text(json, "jti"),
              .iss = text(json, "iss"),
              .aud = texts(json_object_get(json, "aud")),
              .sub = text(json, "sub"),
              .typ = text(json, "typ"),
              .azp = text(json, "azp"),
              .session_state = text(json, "session_state"),
              .acr = text(json, "acr"),
              .allowed_origins = texts(json_object_get(json, "allowed-origins")),
              .realm_access = roles(json_object_get(json, "realm_access")),
              .resource_access = roles_by_resource(json_object_get(json, "resource_access")),
              .scopes = texts(json_object_get(json, "scopes")),
              .sid = text(json, "sid"),
              .email_verified = json_is_true(json_object_get(json, "email_verified")),
              .name = text(json, "name"),
              .preferred_username = text(json, "preferred_username"),
              .given_name = text(json, "given_name"),
              .family_name = text(json, "family_name"),
              .email = text(json, "email")};
}

/// Checks `exp` and `iat` against the clock, which the library leaves to its user.
template <class Claims>
bool is_valid_now(const Claims& claims) {
    const credence::NumericDate now = date(std::time(nullptr));
    return now < claims.exp && claims.iat <= now;
}

inline Json write(const support::Small& claims) {
    return Json{json_pack("{s:s%,s:I,s:I,s:s%,s:s%}", "sub", claims.sub.data(), claims.sub.size(), "iat",
                          static_cast<json_int_t>(claims.iat.time_since_epoch().count()), "exp",
                          static_cast<json_int_t>(claims.exp.time_since_epoch().count()), "role", claims.role.data(),
                          claims.role.size(), "email", claims.email.data(), claims.email.size())};
}

/// The claims that all peers sign.
inline support::Small small_claims() {
    support::Small claims;
    read(Json{json_loadb(support::small_payload.data(), support::small_payload.size(), 0, nullptr)}.get(), claims);
    return claims;
}

}  // namespace peers
