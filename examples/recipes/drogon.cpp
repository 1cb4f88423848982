// SPDX-License-Identifier: MIT
// Drogon: checked against declarations, not run. Its handlers answer through a callback, and its responses come from a
// factory, so the refusal is written where the handler is.
#include <credence/credence.hpp>

#include <cstdlib>
#include <functional>
#include <string>
#include <utility>

#include <drogon/drogon.h>

using Claims = credence::RegisteredClaims;
using Callback = std::function<void(const drogon::HttpResponsePtr&)>;

drogon::HttpResponsePtr refusal(const credence::Rejection& rejection) {
    const auto response = drogon::HttpResponse::newHttpResponse();
    response->setStatusCode(static_cast<drogon::HttpStatusCode>(rejection.status));
    // Drogon keeps one field of a name, so `rejection.other_challenges` has no place here.
    if (!rejection.challenge.empty()) response->addHeader("WWW-Authenticate", rejection.challenge);
    if (rejection.retry_after) response->addHeader("Retry-After", std::to_string(rejection.retry_after->count()));
    return response;
}

/// The handler takes the proof, so that it cannot be called without one.
void me(const credence::Verified<Claims>& who, const Callback& answer) {
    const auto response = drogon::HttpResponse::newHttpResponse();
    response->setBody("Hello " + who->sub);
    answer(response);
}

int main() {
    const char* secret = std::getenv("JWT_SECRET");
    const auto key = credence::DecodingKey<credence::HS256>::from_secret(secret == nullptr ? "" : secret);
    if (!key) return 1;
    const auto verifier = credence::verifier_for<Claims>(*key);

    drogon::app().registerHandler("/me", [verifier](const drogon::HttpRequestPtr& request, Callback&& answer) {
        // Drogon keeps one value for each name: a second Authorization field cannot be seen here.
        const auto who = credence::require_bearer(request->getHeader("authorization"), verifier);
        if (!who) return answer(refusal(who.error()));
        me(*who, answer);
    });
    drogon::app().addListener("127.0.0.1", 3000).run();
}
