// SPDX-License-Identifier: MIT
// The JWK Set that an issuer publishes, fetched from its URL.
#pragma once

#include <credence/keys/algorithm.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "key_text.hpp"

namespace credence::command {

/// Where keys are fetched from.
struct IssuerArguments {
    std::string url;  ///< empty: nothing is fetched
    std::string ca;   ///< a PEM file with the certificates to trust; empty: the system's
};

/// A JWK Set, and the URL that it came from.
struct FetchedSet {
    KeyText text;
    std::string url;
};

/// Whether an argument is a URL and not the name of a file.
[[nodiscard]] bool is_url(std::string_view argument);

/// Fetches the metadata document of an issuer and the JWK Set that it names. Throws `Failure` with advice.
[[nodiscard]] FetchedSet fetch_issuer_keys(const IssuerArguments& issuer);

/// The same, for a URL that may also be the one of a JWK Set.
[[nodiscard]] FetchedSet fetch_published_keys(const IssuerArguments& source);

/// The algorithms to accept for an issuer's keys: those of `wanted`, or all with a public key. Throws `Failure` for an
/// algorithm with a shared secret, which is never published.
[[nodiscard]] std::vector<std::string> public_key_algorithms(const std::vector<std::string>& wanted);

}  // namespace credence::command
