// SPDX-License-Identifier: MIT
// The options that say whose tokens a resource server accepts, for any HTTP stack.
#pragma once

#include <credence/credence.hpp>

#include <cstddef>
#include <fstream>
#include <functional>
#include <ios>
#include <string>
#include <vector>

#include "../support/json_log.hpp"
#include "../support/options.hpp"
#include "issuer_keys.hpp"
#include "trial_issuer.hpp"

using Claims = credence::RegisteredClaims;

inline KeySet parse_keys(const std::string& text, const std::string& name) {
    const auto keys = KeySet::from_jwks(text);
    if (!keys || keys->empty())
        throw support::StartError{name + " is not a JWK Set with a key for RS256, PS256, ES256 or EdDSA"};
    for (const auto& key : keys->skipped())
        support::log("warning", "key_skipped", {{"kid", key.kid}, {"reason", key.reason}});
    return *keys;
}

/// Reads the JWK Set. \throws StartError if the file cannot be read, is larger than 1 MiB or has no usable key.
inline KeySet read_keys(const std::string& path) {
    // The text is not quoted: it might be a private key, and the message is for a log.
    if (path.find_first_of("{\n") != std::string::npos)
        throw support::StartError{"--jwks takes the name of a file, not the keys themselves"};
    constexpr std::size_t most_bytes = std::size_t{1} << 20U;
    std::ifstream file{path, std::ios::binary};
    std::string text(most_bytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.empty()) throw support::StartError{"cannot read the JWK Set " + path};  // a folder can be opened, not read
    if (text.size() > most_bytes) throw support::StartError{"the JWK Set " + path + " is larger than 1 MiB"};
    return parse_keys(text, path);
}

/// Whose tokens are accepted.
struct Trust {
    credence::Validation<Claims> rules;
    std::function<KeySet()> load_keys;
};

/// Reads the options, and serves by one of two functions:
///
/// - `serve_issuer(options, rules, dpop_base, port)`: with the keys that the issuer publishes, fetched in the background.
///   `dpop_base` is what clients write before the path, for tokens that are bound by DPoP; empty if they are not.
/// - `serve_keys(trust, port, on_listening)`: with keys that are in hand. `on_listening` is called with the port.
template <class ServeIssuer, class ServeKeys>
void run_resource_server(const support::Options& options, const ServeIssuer& serve_issuer,
                         const ServeKeys& serve_keys) {
    const std::string audience = options.text("--audience", "orders"), issuer = options.text("--issuer");
    const int port = options.port(3000);
    if (options.has("--jwks") || !options.has("--issuer")) {
        for (const support::Option& option : fetch_options) {
            if (options.has(option.name))
                throw support::StartError{option.name + " is for an --issuer whose keys are fetched, without --jwks"};
        }
    }
    const auto nothing = [](int) {};
    if (options.has("--jwks") && options.has("--issuer")) {
        const std::string file = options.text("--jwks");
        serve_keys(Trust{{.issuer = issuer, .audience = audience}, [&] { return read_keys(file); }}, port, nothing);
    } else if (options.has("--issuer")) {
        serve_issuer(options, credence::Validation<Claims>{.issuer = issuer, .audience = audience},
                     options.text("--dpop"), port);
    } else if (options.has("--jwks")) {
        throw support::StartError{"keys need the --issuer to whom they belong; without both this is a trial"};
    } else {
        const TrialIssuer trial;
        serve_keys(Trust{{.issuer = trial.name(), .audience = audience},
                         [&] { return parse_keys(trial.jwks(), "the trial"); }},
                   port, [&](int bound) { trial.show_how_to_try(audience, bound); });
    }
}

/// The options of a resource server. \param purpose  what it is, for `--help`.
[[nodiscard]] inline support::Options resource_server_options(const std::string& purpose) {
    std::vector<support::Option> known{{"--issuer", "NAME", "the iss that tokens must have; its keys are fetched"},
                                       {"--audience", "NAME", "the aud that tokens must have; orders without it"},
                                       {"--jwks", "FILE", "the issuer's public keys; nothing is fetched then"}};
    known.insert(known.end(), fetch_options.begin(), fetch_options.end());
    return {purpose +
                "\nPOST /keys reads the file again. Without --issuer this is a trial, with an issuer of its\n"
                "own and a token.",
            known};
}
