// SPDX-License-Identifier: MIT
// Header: the members of a token's header that an application reads. RFC 7515 §4.1
#pragma once

#include <credence/version.hpp>

#include <string>

namespace credence {

/// Members of a token's header: signed ones in a `Verified`, unproven ones from `unverified::header`. RFC 7515 §4.1
struct Header {
    std::string alg;  ///< The algorithm; that of the key, once the token is verified.
    std::string kid;  ///< The key id; empty when absent. Chosen by the signer.
    std::string typ;  ///< The media type; empty when absent. RFC 7515 §4.1.9

    friend bool operator==(const Header&, const Header&) = default;
};

}  // namespace credence
