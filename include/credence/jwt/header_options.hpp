// SPDX-License-Identifier: MIT
// HeaderOptions: the members that `encode` writes into a token's header. RFC 7515 §4.1
#pragma once

#include <credence/version.hpp>

#include <string>

#include <nlohmann/json.hpp>

namespace credence {

/// The members that `encode` writes into the header besides `alg`.
struct HeaderOptions {
    std::string type = "JWT";  ///< `typ`; `at+jwt` for an access token (RFC 9068 §2.1); empty: left out.
    std::string kid = {};      ///< `kid`; empty: the key's own, if it has one.
    /// Further members, for other readers: `{.header = {{"x5t", thumbprint}, {"tenant", 7}}}`. Unset, or an object of
    /// at most 61 members and about 250 values, nested ones included; never `alg`, `typ`, `kid`, `crit` or `b64`.
    nlohmann::json header = {};
};

}  // namespace credence
