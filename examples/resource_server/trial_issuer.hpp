// SPDX-License-Identifier: MIT
// For a start without settings: an issuer that exists in this run only, with a new key pair.
#pragma once

#include <credence/credence.hpp>

#include <chrono>
#include <iostream>
#include <string>

#include "../support/json_log.hpp"

class TrialIssuer {
public:
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::string jwks() const { return credence::to_jwks(keys_).value(); }

    /// Prints a command that is accepted, with a token for 15 minutes.
    void show_how_to_try(const std::string& audience, int port) const {
        using namespace std::chrono_literals;
        const credence::Claims<Private> claims{
            {.iss = name_, .sub = "alice", .aud = {audience}, .exp = credence::in(15min)},
            {.scope = "orders:read keys:reload"}};
        support::log("warning", "trial", {{"reason", "--jwks and --issuer are not set"}});
        std::cout
            << "Try it, with a token for 15 minutes from an issuer that exists in this run only, and then without:\n"
            << "curl http://127.0.0.1:" << port << "/me -H 'Authorization: Bearer "
            << credence::encode(claims, keys_).value() << "'" << std::endl;
    }

private:
    struct Private {
        std::string scope;
    };

    std::string name_ = "https://issuer.example";
    credence::Keys<credence::EdDSA> keys_ = credence::Keys<credence::EdDSA>::generate().value().with_kid("trial");
};
