// SPDX-License-Identifier: MIT
// A resource server: it has the public keys of an issuer, from its URL or in a file, and takes what the issuer signs for it.
#include <credence/credence.hpp>
#include <credence/keys/rotating_keys.hpp>
#include <credence/stacks/httplib.hpp>
#include <credence/stores/memory_replays.hpp>

#include <cstddef>
#include <fstream>
#include <functional>
#include <ios>
#include <memory>
#include <string>
#include <vector>

#include "../support/http_service.hpp"
#include "../support/options.hpp"
#include "issuer_keys.hpp"
#include "trial_issuer.hpp"

using Claims = credence::RegisteredClaims;
using httplib::Request, httplib::Response;

KeySet parse_keys(const std::string& text, const std::string& name) {
    const auto keys = KeySet::from_jwks(text);
    if (!keys || keys->empty())
        throw support::StartError{name + " is not a JWK Set with a key for RS256, PS256, ES256 or EdDSA"};
    for (const auto& key : keys->skipped())
        support::log("warning", "key_skipped", {{"kid", key.kid}, {"reason", key.reason}});
    return *keys;
}

/// Reads the JWK Set. \throws StartError if the file cannot be read, is larger than 1 MiB or has no usable key.
KeySet read_keys(const std::string& path) {
    // It might be a private key, and the message is for a log.
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

template <class AnyVerifier>
void add_routes(support::HttpService& service, const AnyVerifier& verifier) {
    const auto refused = support::refuse_with("Invalid token");
    service.get("/me",
                credence::protect(verifier, [](const credence::Verified<Claims>& who, const Request&, Response& out) {
                    support::answer_json(out, 200, {{"sub", who->sub}, {"scopes", who.scopes()}});
                }).on_reject(refused));
    // The scope is part of the handler's type: without it, 403.
    service.get("/orders", credence::protect(verifier, [](const credence::Granted<Claims, "orders:read">&,
                                                          const Request&, Response& out) {
                               support::answer_json(out, 200, nlohmann::ordered_json::array());
                           }).on_reject(refused));
}

/// With the keys that the issuer publishes, fetched in the background.
///
/// \param dpop_base  what clients write before the path, for tokens that are bound by DPoP; empty: they are not.
void serve(const IssuerKeys& keys, const credence::Validation<Claims>& rules, const std::string& dpop_base, int port) {
    const auto verifier = credence::verifier_for<Claims>(keys, rules);
    if (!verifier) throw support::StartError{message(verifier.error())};
    // Up to 8 requests wait for a fetch (RemoteOptions::max_waiters), and must leave threads to the others.
    support::HttpService service{64};
    if (dpop_base.empty()) {
        add_routes(service, *verifier);
    } else {
        const auto replays = std::make_shared<credence::MemoryReplayStore>();
        add_routes(service, credence::dpop_bound(*verifier, {.base_url = dpop_base, .replays = replays}));
    }
    service.get("/ready", [&](const Request&, Response& out) {
        const credence::RemoteHealth health = keys.health();
        support::answer_json(out, health.can_verify ? 200 : 503,
                             {{"keys", health.keys}, {"state", to_string(health.state)}});
    });
    service.serve(port, {});
}

void serve(const Trust& trust, int port, const std::function<void(int)>& on_listening) {
    const credence::RotatingKeys keys{trust.load_keys()};
    const auto verifier = credence::verifier_for<Claims>(keys, trust.rules);
    const auto refused = support::refuse_with("Invalid token");

    support::HttpService service;
    add_routes(service, verifier);
    service.get("/ready", [](const Request&, Response& out) { support::answer_json(out, 200, {{"state", "fresh"}}); });
    // The file is read again when a caller says so. A set that cannot be read is a
    // 500. A set that cannot verify the caller's own token would lock everybody out, this caller included: a 409. Either
    // way the old keys stay.
    const auto reload =
        credence::protect(verifier, [&](const credence::Granted<Claims, "keys:reload">&, const Request& request,
                                        Response& out) {
            const KeySet fresh = trust.load_keys();
            if (!credence::require_bearer(request, credence::verifier_for<Claims>(fresh, trust.rules)))
                throw support::Refusal{409, "The new keys do not verify the token of this request; the old keys stay"};
            keys.replace(fresh);
            out.status = 204;
        }).on_reject(refused);
    service.post("/keys", reload);
    service.serve(port, on_listening);
}

void run(const support::Options& options) {
    const std::string audience = options.text("--audience", "orders"), issuer = options.text("--issuer");
    const int port = options.port(3000);
    if (options.has("--jwks") || !options.has("--issuer")) {
        for (const support::Option& option : fetch_options) {
            if (options.has(option.name))
                throw support::StartError{option.name + " is for an --issuer whose keys are fetched, without --jwks"};
        }
    }
    if (options.has("--jwks") && options.has("--issuer")) {
        const std::string file = options.text("--jwks");
        serve({{.issuer = issuer, .audience = audience}, [&] { return read_keys(file); }}, port, {});
    } else if (options.has("--issuer")) {
        serve(follow_issuer(options), {.issuer = issuer, .audience = audience}, options.text("--dpop"), port);
    } else if (options.has("--jwks")) {
        throw support::StartError{"keys need the --issuer to whom they belong; without both this is a trial"};
    } else {
        const TrialIssuer trial;
        serve({{.issuer = trial.name(), .audience = audience}, [&] { return parse_keys(trial.jwks(), "the trial"); }},
              port, [&](int bound) { trial.show_how_to_try(audience, bound); });
    }
}

int main(int count, char** arguments) {
    std::vector<support::Option> known{{"--issuer", "NAME", "the iss that tokens must have; its keys are fetched"},
                                       {"--audience", "NAME", "the aud that tokens must have; orders without it"},
                                       {"--jwks", "FILE", "the issuer's public keys; nothing is fetched then"}};
    known.insert(known.end(), fetch_options.begin(), fetch_options.end());
    return support::run_program(
        {"A resource server, for tokens of one issuer, whose keys it fetches or reads from a file.\n"
         "POST /keys reads the file again. Without --issuer this is a trial, with an issuer of its\n"
         "own and a token.",
         known},
        count, arguments, run);
}
