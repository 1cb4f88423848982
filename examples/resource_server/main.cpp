// SPDX-License-Identifier: MIT
// A resource server: it has the public keys of an issuer, from its URL or in a file, and accepts the issuer's tokens.
#include <credence/credence.hpp>
#include <credence/keys/rotating_keys.hpp>
#include <credence/remote/remote_keys.hpp>
#include <credence/stacks/httplib.hpp>
#include <credence/stores/memory_replays.hpp>
#include <credence/transports/httplib.hpp>

#include <functional>
#include <memory>
#include <string>

#include "../support/http_service.hpp"
#include "../support/options.hpp"
#include "settings.hpp"

using IssuerKeys = credence::RemoteKeys<KeySet>;
using httplib::Request, httplib::Response;

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

void serve_issuer(const support::Options& options, const credence::Validation<Claims>& rules,
                  const std::string& dpop_base, int port) {
    const credence::HttplibTransport transport{{.ca_file = options.text("--ca")}};
    const auto keys = follow_issuer<IssuerKeys>(options, transport);
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
        support::answer_json(out, health.can_verify ? 200 : 503, readiness(health));
    });
    service.serve(port, {});
}

void serve_keys(const Trust& trust, int port, const std::function<void(int)>& on_listening) {
    const credence::RotatingKeys keys{trust.load_keys()};
    const auto verifier = credence::verifier_for<Claims>(keys, trust.rules);
    const auto refused = support::refuse_with("Invalid token");

    support::HttpService service;
    add_routes(service, verifier);
    service.get("/ready", [](const Request&, Response& out) { support::answer_json(out, 200, {{"state", "fresh"}}); });
    // A caller can have the file read again. The answer is 500 if the set cannot be read, and 409 if it cannot verify
    // the caller's own token, because nobody could then load another set. In both cases the old keys stay.
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

int main(int count, char** arguments) {
    const auto run = [](const support::Options& options) { run_resource_server(options, serve_issuer, serve_keys); };
    return support::run_program(
        resource_server_options(
            "A resource server, for tokens of one issuer, whose keys it fetches or reads from a file."),
        count, arguments, run);
}
