// SPDX-License-Identifier: MIT
// oatpp: checked against declarations, not run. A request handler that asks for a token, then calls the one that takes it.
#include <credence/credence.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <oatpp/web/server/HttpRequestHandler.hpp>

using Claims = credence::RegisteredClaims;
using Verifier = credence::Verifier<Claims, credence::DecodingKey<credence::HS256>>;

/// Give it to a router: `router->route("GET", "/me", std::make_shared<Me>(verifier))`.
class Me : public oatpp::web::server::HttpRequestHandler {
public:
    explicit Me(Verifier verifier) : verifier_(std::move(verifier)) {}

    std::shared_ptr<OutgoingResponse> handle(const std::shared_ptr<IncomingRequest>& request) override {
        // One value for each name: a second Authorization field cannot be seen here. The string is kept while it is read.
        const oatpp::String field = request->getHeader("Authorization");
        const auto who =
            credence::require_bearer(field ? std::optional<std::string_view>{*field} : std::nullopt, verifier_);
        return who ? greet(*who) : refuse(who.error());
    }

private:
    static std::shared_ptr<OutgoingResponse> greet(const credence::Verified<Claims>& who) {
        return ResponseFactory::createResponse(Status{200, "OK"}, "Hello " + who->sub);
    }

    static std::shared_ptr<OutgoingResponse> refuse(const credence::Rejection& rejection) {
        const auto response = ResponseFactory::createResponse(Status{rejection.status, "Refused"}, "");
        if (!rejection.challenge.empty()) response->putHeader("WWW-Authenticate", rejection.challenge);
        if (rejection.retry_after) response->putHeader("Retry-After", std::to_string(rejection.retry_after->count()));
        return response;
    }

    Verifier verifier_;
};
