// SPDX-License-Identifier: MIT
// Pistache: a middleware that requires a token for every request, except for the open page. README.md lists its limits.
#include <credence/credence.hpp>
#include <credence/stacks/pistache.hpp>

#include <cstdlib>

#include "service.hpp"
#include "trial.hpp"

using Claims = credence::RegisteredClaims;
using Keys = credence::Keys<credence::HS256>;
using Pistache::Http::Code, Pistache::Http::ResponseWriter, Pistache::Rest::Route;
using Request = Pistache::Rest::Request;

/// Takes the proof: `protect` verifies, and calls it.
Route::Result greet(const credence::Verified<Claims>& who, const Request& request, ResponseWriter response) {
    service::answer(request, response, Code::Ok, "Hello " + who->sub);
    return Route::Result::Ok;
}

Route::Handler tell(const std::string& text) {
    return [text](const Request& request, ResponseWriter response) {
        service::answer(request, response, Code::Ok, text);
        return Route::Result::Ok;
    };
}

/// Answers the client with the challenge, and logs the reason.
void refuse(const credence::Rejection& rejection, const Pistache::Http::Request& request, ResponseWriter& response) {
    credence::HttpTraits<Pistache::Http::Request>::put_fields(rejection, response);
    const std::string text = rejection.status == 400 ? "Malformed credentials" : "Invalid token";
    service::answer(request, response, static_cast<Code>(rejection.status), text, to_string(rejection.reason.code));
}

void run(const support::Options& options) {
    const char* secret = std::getenv("JWT_SECRET");
    const auto keys = secret == nullptr ? Keys::generate() : Keys::from_secret(secret);
    if (!keys) support::refuse_secret(message(keys.error()));
    const auto verifier = credence::verifier_for<Claims>(*keys);
    const auto service = std::make_shared<service::Service>();
    service->router().addMiddleware([verifier](Pistache::Http::Request& request, ResponseWriter& response) {
        if (request.resource() == "/") return true;
        const auto who = credence::require_bearer(request, verifier);
        if (!who) refuse(who.error(), request, response);
        return who.has_value();
    });
    service->get("/", tell("Hello!"));
    service->get("/news", tell("None."));
    service->get("/me", credence::protect(verifier, greet).on_reject(refuse));
    service::serve(service, options.port(3000), [&](int port) {
        if (secret == nullptr) service::show_how_to_try(*keys, port);
    });
}

int main(int count, char** words) {
    return support::run_program(
        {"Wants a token of JWT_SECRET, for HS256, for all but its front page; without it, a trial.", {}}, count, words,
        run);
}
