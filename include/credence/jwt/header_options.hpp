// SPDX-License-Identifier: MIT
// HeaderOptions: what `encode` writes into a token's header. RFC 7515 §4.1
#pragma once

#include <credence/version.hpp>

#include <string>

#include <nlohmann/json.hpp>

namespace credence {

/// What `encode` writes into the header besides `alg`.
struct HeaderOptions {
    std::string type = "JWT";  ///< `typ`; `"at+jwt"` for an access token by RFC 9068 §2.1; empty: left out.
    std::string kid = {};      ///< `kid`; empty: the key's own, if it has one.
    /// Further members, for others to read: `{.header = {{"x5t", thumbprint}, {"tenant", 7}}}`. Unset, or an object of
    /// at most 61 members and some 250 values, those within others counted; never `alg`, `typ`, `kid`, `crit` or `b64`.
    nlohmann::json header = {};
};

}  // namespace credence
