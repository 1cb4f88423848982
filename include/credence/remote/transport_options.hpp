// SPDX-License-Identifier: MIT
// TransportOptions: which certificates a transport trusts, and how it connects.
#pragma once

#include <credence/version.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace credence {

/// The settings that the included transports share. An aggregate: name what you set.
///
/// TLS is version 1.2 or newer, and the certificate must be valid for the URL's host. This cannot be switched off; for
/// a private CA, name it.
struct TransportOptions {
    /// A PEM file with the trusted certificates, in place of the system's. Empty: the system's.
    std::string ca_file = {};
    /// A proxy for https URLs, used by its CONNECT method, in plain HTTP. Empty: none. Environment variables are not
    /// read, and this machine's own addresses never go through a proxy.
    std::string proxy_host = {};
    std::uint16_t proxy_port = 3128;
    /// PEM files of a client certificate with its chain, and of its private key. Empty: none.
    std::string client_certificate_file = {};
    std::string client_key_file = {};
    /// Further header fields of each request, such as an API gateway's key.
    std::vector<std::pair<std::string, std::string>> fields = {};
    /// The value of `User-Agent`.
    std::string user_agent = "credence";
};

}  // namespace credence
