// SPDX-License-Identifier: MIT
// oatpp: checked against declarations, not run. A request handler that asks for a token, then calls the one that takes it.
#include <credence/credence.hpp>

#include <memory>
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
        // getHeader would give the first of two Authorization fields. Two are refused, not resolved.
        const auto fields = request->getHeaderValues("Authorization");
        const auto who = credence::require_bearer(only(fields), verifier_);
        return who ? greet(*who) : refuse(who.error());
    }

private:
    /// The value of the only field. The strings must live while it is in use.
    template <class Strings>
    static credence::HeaderValue only(const Strings& fields) {
        if (fields.empty()) return {};
        if (fields.size() > 1) return credence::HeaderValue::repeated();
        return std::string_view{**fields.begin()};
    }

    static std::shared_ptr<OutgoingResponse> greet(const credence::Verified<Claims>& who) {
        return ResponseFactory::createResponse(Status{200, "OK"}, "Hello " + who->sub);
    }

    static std::shared_ptr<OutgoingResponse> refuse(const credence::Rejection& rejection) {
        const auto response = ResponseFactory::createResponse(Status{rejection.status, "Refused"}, "");
        if (!rejection.challenge.empty()) response->putHeader("WWW-Authenticate", rejection.challenge);
        for (const std::string& other : rejection.other_challenges) response->putHeader("WWW-Authenticate", other);
        if (rejection.retry_after) response->putHeader("Retry-After", std::to_string(rejection.retry_after->count()));
        return response;
    }

    Verifier verifier_;
};
