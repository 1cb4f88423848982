// SPDX-License-Identifier: MIT
// The keys of an issuer, followed by its URL: the options, a log line for each event, and the readiness probe.
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/remote/remote_options.hpp>

#include <string>
#include <utility>
#include <vector>

#include "../support/json_log.hpp"
#include "../support/options.hpp"

#include <nlohmann/json.hpp>

using KeySet = credence::KeySet<credence::RS256, credence::PS256, credence::ES256, credence::EdDSA>;

/// The options that count where keys are fetched; times are in seconds.
inline const std::vector<support::Option> fetch_options{
    {"--jwks-url", "URL", "where the keys are, if the issuer has no metadata document"},
    {"--ca", "FILE", "the certificates to trust, in the place of the system's"},
    {"--interval", "SECONDS", "how long keys are fresh if the issuer does not say"},
    {"--cooldown", "SECONDS", "the least time between fetches that an unknown key id causes"},
    {"--retry", "SECONDS", "the pause after a fetch that failed, doubled each time"},
    {"--max-stale", "SECONDS", "how long keys are used if they cannot be fetched again"},
    {"--dpop", "URL", "demand DPoP proofs; what clients write before the path"}};

inline void log_event(const credence::RemoteEvent& event) {
    using Kind = credence::RemoteEvent::Kind;
    const bool is_good =
        event.kind == Kind::fetched || event.kind == Kind::not_modified || event.kind == Kind::recovered;
    support::log(is_good ? "info" : "warning", std::string{"keys_"}.append(to_string(event.kind)),
                 {{"message", message(event)}});
}

/// The answer to a readiness probe. The last fault stays after a successful fetch; null: there was none. It names the URL and the
/// fault of the answer, and contains no token and no body.
[[nodiscard]] inline nlohmann::ordered_json readiness(const credence::RemoteHealth& health) {
    nlohmann::ordered_json told{{"keys", health.keys}, {"state", to_string(health.state)}, {"last_fault", nullptr}};
    if (!health.last_fault.empty()) told["last_fault"] = health.last_fault;
    return told;
}

/// Begins to follow the issuer. \throws StartError for a URL or an option that cannot be used.
///
/// \tparam IssuerKeys  `RemoteKeys` or `AsyncRemoteKeys`.
/// \param how          what these take between the URL and the options: the executor if there is one, the transport.
template <class IssuerKeys, class... How>
IssuerKeys follow_issuer(const support::Options& options, const How&... how) {
    credence::RemoteOptions times;
    times.interval = options.seconds("--interval", times.interval);
    times.cool_down = options.seconds("--cooldown", times.cool_down);
    times.retry = options.seconds("--retry", times.retry);
    times.max_stale = options.seconds("--max-stale", times.max_stale);
    times.on_event = log_event;
    const auto keys = options.has("--jwks-url")
                          ? IssuerKeys::at(options.text("--jwks-url"), how..., std::move(times))
                          : IssuerKeys::discover(options.text("--issuer"), how..., std::move(times));
    if (!keys)
        throw support::StartError{"the keys of the issuer cannot be fetched: " + message(keys.error()) +
                                  "; correct the URL, or give the keys in a file with --jwks"};
    return *keys;
}
