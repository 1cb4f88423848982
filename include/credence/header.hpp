// SPDX-License-Identifier: MIT
// The members of a JOSE header that an application meets: those of a verified token, and those that `encode` sets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace credence {

/// The header of a token whose signature held. RFC 7515 §4.1
struct Header {
    std::string alg;  ///< The algorithm; it equals the key's.
    std::string kid;  ///< The key id; empty when absent. Chosen by the signer.
    std::string typ;  ///< The media type; empty when absent. RFC 7515 §4.1.9

    friend bool operator==(const Header&, const Header&) = default;
};

/// The key id that a token asks for; nothing when its header has no `kid`. One that is there and empty is an id like
/// any other. RFC 7515 §4.1.4
using KeyId = std::optional<std::string_view>;

/// What `encode` writes into the header besides `alg`.
struct HeaderOptions {
    std::string type = "JWT";  ///< `typ`; `"at+jwt"` for an access token by RFC 9068 §2.1; empty: left out.
    std::string kid = {};      ///< `kid`; empty: the key's own, if it has one.
};

}  // namespace credence
