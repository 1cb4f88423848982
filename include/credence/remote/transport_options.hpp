// SPDX-License-Identifier: MIT
// TransportOptions: whom a transport trusts, and how it reaches issuers.
#pragma once

#include <credence/version.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace credence {

/// The settings that the given transports share. An aggregate: name what you set.
///
/// TLS is version 1.2 or newer, and the certificate must be valid for the URL's host. There is no way to switch that
/// off; name the CA instead.
struct TransportOptions {
    /// A PEM file with the certificates to trust, in the place of the system's. Empty: the system's.
    std::string ca_file = {};
    /// A proxy to reach https URLs through, by its CONNECT method, in plain HTTP. Empty: none. Environment variables
    /// are not read, and what is on this machine is never asked for through a proxy.
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
