// SPDX-License-Identifier: MIT
// An IssuerRegistry of many issuers, each of which publishes the key of the job.
#pragma once

#include <credence/keys/key_export.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/remote/issuer_registry.hpp>

#include <cstddef>
#include <string>

#include "support/job.hpp"

namespace support {

/// A transport that answers for any issuer.
struct Publisher {
    credence::FetchResult operator()(const credence::FetchRequest& request) const {
        static const std::string set = R"({"keys":[)" + credence::to_jwk(keys<credence::RS256>()).value() + "]}";
        const std::string issuer = request.url.origin();
        if (request.url.path() == "/set") return credence::FetchResponse{.status = 200, .body = set};
        return credence::FetchResponse{.status = 200,
                                       .body = R"({"issuer":")" + issuer + R"(","jwks_uri":")" + issuer + R"(/set"})"};
    }
};

/// A registry of the issuers https://id-0.example, https://id-1.example and so on. Nothing has been fetched yet.
template <class Claims>
auto registry_of(std::size_t count) {
    const auto registry =
        credence::IssuerRegistry<Claims, credence::KeySet<credence::RS256>>::make(Publisher{}, {.max_issuers = count})
            .value();
    for (std::size_t number = 0; number < count; ++number) {
        registry.add("https://id-" + std::to_string(number) + ".example", {.audience = credence::any_audience}).value();
    }
    return registry;
}

}  // namespace support
