// SPDX-License-Identifier: MIT
// userver: checked against declarations, not run. A handler that asks for a token, then calls the one that takes it.
#include <credence/credence.hpp>

#include <cstdlib>
#include <string>
#include <string_view>

#include <userver/server/handlers/http_handler_base.hpp>

using Claims = credence::RegisteredClaims;
using userver::server::http::HttpRequest;

class Me final : public userver::server::handlers::HttpHandlerBase {
public:
    static constexpr std::string_view kName = "handler-me";
    using HttpHandlerBase::HttpHandlerBase;

    std::string HandleRequestThrow(const HttpRequest& request,
                                   userver::server::request::RequestContext&) const override {
        // userver keeps one value for each name, so a second Authorization field is invisible here.
        const auto who = credence::require_bearer(request.GetHeader("Authorization"), verifier_);
        return who ? greet(*who) : refuse(request, who.error());
    }

private:
    using Verifier = credence::Verifier<Claims, credence::DecodingKey<credence::HS256>>;

    static std::string greet(const credence::Verified<Claims>& who) { return "Hello " + who->sub; }

    static std::string refuse(const HttpRequest& request, const credence::Rejection& rejection) {
        auto& response = request.GetHttpResponse();
        response.SetStatus(static_cast<userver::server::http::HttpStatus>(rejection.status));
        // Each name has only one field: further challenges would be appended to it after commas.
        if (!rejection.challenge.empty()) response.SetHeader("WWW-Authenticate", rejection.challenge);
        if (rejection.retry_after) response.SetHeader("Retry-After", std::to_string(rejection.retry_after->count()));
        return {};
    }

    static Verifier verifier_from_environment() {
        const char* secret = std::getenv("JWT_SECRET");
        return credence::verifier_for<Claims>(
            credence::DecodingKey<credence::HS256>::from_secret(secret == nullptr ? "" : secret).value());
    }

    Verifier verifier_ = verifier_from_environment();
};
