// SPDX-License-Identifier: MIT
// Authentication for nginx: nginx asks before each request, and this server answers 204, 401 or 403. README.md explains
// it.
#include <credence/credence.hpp>
#include <credence/stacks/httplib.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>

#include "../support/http_service.hpp"
#include "trial.hpp"

namespace {

using Claims = credence::RegisteredClaims;
using httplib::Request;
using httplib::Response;

/// A name that is sent to the upstream in a field. It must be printable, so that it stays one field with one meaning.
bool is_field_safe(const Claims& claims) {
    return !claims.sub.empty() && claims.sub.size() <= 256 &&
           std::all_of(claims.sub.begin(), claims.sub.end(), [](char byte) { return byte > 0x20 && byte < 0x7f; });
}

/// nginx passes 401 and 403 on, and turns every other error into a 500. So malformed credentials become 401, and a
/// token that cannot be checked is refused.
int status_for_nginx(int status) {
    if (status == 400) return 401;
    return status == 401 ? 401 : 403;
}

void refuse(const credence::Rejection& rejection, Response& response) {
    support::refusal_reason() = to_string(rejection.reason.code);
    response.status = status_for_nginx(rejection.status);
    if (!rejection.challenge.empty()) response.set_header("WWW-Authenticate", rejection.challenge);
}

/// Answers for a request with a good token, and with one that also has the scope where one is named.
template <class VerifierType>
auto checker(const VerifierType& verifier, const std::string& scope) {
    return [verifier, scope](const Request& request, Response& response) {
        const credence::Challenge challenge{.realm = "gateway", .scope = scope};
        const auto who = credence::require_bearer(request, verifier, challenge);
        if (!who) return refuse(who.error(), response);
        const auto& scopes = (*who).scopes();
        if (!scope.empty() && std::find(scopes.begin(), scopes.end(), scope) == scopes.end())
            return refuse(credence::Rejection::from({credence::Errc::insufficient_scope}, challenge), response);
        response.status = 204;
        response.set_header("X-Auth-Subject", who->sub);
    };
}

/// A token to try the gateway with, signed with the key that was made for this run.
std::string make_token(const credence::Keys<credence::HS256>& keys, const support::Options& options) {
    using namespace std::chrono_literals;
    Claims claims{.iss = options.text("--issuer"), .sub = "alice", .exp = credence::in(15min)};
    if (options.has("--audience")) claims.aud = {options.text("--audience")};
    return credence::encode(claims, keys).value();
}

void run(const support::Options& options) {
    // Without a secret this is a trial, with a new key and with nginx.
    const char* secret = std::getenv("JWT_SECRET");
    const bool is_trial = secret == nullptr;
    const auto keys =
        is_trial ? credence::Keys<credence::HS256>::generate() : credence::Keys<credence::HS256>::from_secret(secret);
    if (!keys) support::refuse_secret(message(keys.error()));
    credence::Validation<Claims> rules{.checks = {{"sub", is_field_safe}}};
    if (options.has("--issuer")) rules.issuer = options.text("--issuer");
    if (options.has("--audience")) rules.audience = options.text("--audience");
    const credence::Verifier verifier{keys->decoding, rules};
    const std::string program = gateway::nginx_to_start(options, is_trial);

    support::HttpService service;
    service.get("/auth", checker(verifier, ""));
    service.get("/auth/admin", checker(verifier, "admin"));
    std::unique_ptr<gateway::Nginx> nginx;
    service.serve(options.port(9000), [&](int port) {
        if (!program.empty()) nginx = gateway::start_nginx(program, options, port);
        if (is_trial) gateway::show_how_to_try(make_token(*keys, options), port, nginx.get());
    });
}

}  // namespace

int main(int count, char** arguments) {
    const support::Options options{
        "Answers nginx's auth_request: GET /auth, and GET /auth/admin, which also wants the scope admin. JWT_SECRET "
        "is\n"
        "the key of the tokens, for HS256. Without it this is a trial, with a new key, a token to try it, and nginx.",
        {{"--issuer", "NAME", "the iss that tokens must have"},
         {"--audience", "NAME", "the aud that tokens must have; without it none may have one"},
         {"--no-nginx", "", "do not start nginx in a trial"},
         {"--nginx-port", "N", "also start nginx, with the nginx.conf of this example, at this port"}}};
    return support::run_program(options, count, arguments, run);
}
