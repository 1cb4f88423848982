// SPDX-License-Identifier: MIT
// A resource server: it has the public keys of an issuer, a JWK Set in a file, and takes what the issuer signs for it.
#include <credence/credence.hpp>
#include <credence/http/httplib.hpp>
#include <credence/rotating_keys.hpp>

#include <fstream>
#include <sstream>
#include <string>

#include "../support/http_service.hpp"

using Claims = credence::RegisteredClaims;
using KeySet = credence::KeySet<credence::RS256, credence::PS256, credence::ES256, credence::EdDSA>;
using httplib::Request, httplib::Response;

KeySet read_keys(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();  // fails for a folder, too, which can be opened
    if (!file || !text) throw support::StartError{"cannot read the JWK Set " + path};
    const auto keys = KeySet::from_jwks(text.str());
    if (!keys || keys->empty())
        throw support::StartError{path + " is no JWK Set with a key for RS256, PS256, ES256 or EdDSA"};
    for (const auto& key : keys->skipped())
        support::log("warning", "key_skipped", {{"kid", key.kid}, {"reason", key.reason}});
    return *keys;
}

void run(const support::Options& options) {
    if (!options.has("--jwks") || !options.has("--issuer")) throw support::StartError{"--jwks and --issuer are needed"};
    const credence::RotatingKeys keys{read_keys(options.text("--jwks"))};
    const auto verifier = credence::verifier_for<Claims>(
        keys, {.issuer = options.text("--issuer"), .audience = options.text("--audience", "orders")});
    const auto refused = support::refuse_with("Invalid token");

    support::HttpService service;
    service.get("/me",
                credence::protect(verifier, [](const credence::Verified<Claims>& who, const Request&, Response& out) {
                    support::answer_json(out, 200, {{"sub", who->sub}, {"scopes", who.scopes()}});
                }).on_reject(refused));
    // The scope is part of the handler's type: without it, 403.
    service.get("/orders", credence::protect(verifier, [](const credence::Granted<Claims, "orders:read">&,
                                                          const Request&, Response& out) {
                               support::answer_json(out, 200, nlohmann::ordered_json::array());
                           }).on_reject(refused));
    // A real one would fetch the issuer's set now and then; here whoever has the scope says when. A set that cannot be
    // read is a 500, and the keys stay.
    const auto reload = credence::protect(verifier, [&](const credence::Granted<Claims, "keys:reload">&, const Request&,
                                                        Response& out) {
                            keys.replace(read_keys(options.text("--jwks")));
                            out.status = 204;
                        }).on_reject(refused);
    service.post("/keys", reload);
    service.serve(options.port(3000));
}

int main(int count, char** arguments) {
    return support::run_program({"A resource server, for tokens of one issuer. POST /keys reads the JWK Set again.",
                                 {{"--jwks", "FILE", "the issuer's public keys"},
                                  {"--issuer", "NAME", "the iss that tokens must have"},
                                  {"--audience", "NAME", "the aud that tokens must have; orders without it"}}},
                                count, arguments, run);
}
