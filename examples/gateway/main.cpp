// SPDX-License-Identifier: MIT
// Authentication for nginx: it asks before each request, and this answers 204, 401 or 403. README.md tells how.
#include <credence/credence.hpp>
#include <credence/http/httplib.hpp>

#include <algorithm>
#include <string>
#include <string_view>

#include "../support/http_service.hpp"

namespace {

using Claims = credence::RegisteredClaims;
using httplib::Request;
using httplib::Response;

/// A name that is sent to the upstream in a field: printable, so that it stays one field and means what it says.
bool is_field_safe(const Claims& claims) {
    return !claims.sub.empty() && claims.sub.size() <= 256 &&
           std::all_of(claims.sub.begin(), claims.sub.end(), [](char byte) { return byte > 0x20 && byte < 0x7f; });
}

/// nginx passes 401 and 403 on, and turns everything else but success into a 500: malformed credentials become 401, and a
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

void run(const support::Options& options) {
    const std::string secret = support::environment("JWT_SECRET");
    if (secret.empty()) throw support::StartError{"JWT_SECRET must be set"};
    const auto key = credence::DecodingKey<credence::HS256>::from_secret(secret);
    if (!key) throw support::StartError{"JWT_SECRET does not do: " + std::string{message(key.error())}};
    credence::Validation<Claims> rules{.checks = {{"sub", is_field_safe}}};
    if (options.has("--issuer")) rules.issuer = options.text("--issuer");
    if (options.has("--audience")) rules.audience = options.text("--audience");
    const credence::Verifier verifier{*key, rules};

    support::HttpService service;
    service.get("/auth", checker(verifier, ""));
    service.get("/auth/admin", checker(verifier, "admin"));
    service.serve(options.port(9000));
}

}  // namespace

int main(int count, char** arguments) {
    const support::Options options{
        "Answers nginx's auth_request: GET /auth, and GET /auth/admin, which also wants the scope admin. JWT_SECRET is "
        "the\n"
        "key of the tokens, for HS256.",
        {{"--issuer", "NAME", "the iss that tokens must have"},
         {"--audience", "NAME", "the aud that tokens must have; without it none may have one"}}};
    return support::run_program(options, count, arguments, run);
}
