// SPDX-License-Identifier: MIT
// oatpp: `router->route("GET", "/me", credence::oatpp_handler(credence::protect(verifier,
// [](const credence::Verified<Claims>& who, const credence::OatppRequest& request) { … return response; })));`
#pragma once

#include <credence/exceptions.hpp>
#include <credence/http/bearer.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <oatpp/web/protocol/http/outgoing/ResponseFactory.hpp>
#include <oatpp/web/server/HttpRequestHandler.hpp>
#include <oatpp/web/server/handler/AuthorizationHandler.hpp>

namespace credence {

using OatppRequest = std::shared_ptr<oatpp::web::protocol::http::incoming::Request>;
using OatppResponse = std::shared_ptr<oatpp::web::protocol::http::outgoing::Response>;

}  // namespace credence

/// Reads all fields of a name, so two `Authorization` fields are seen as two.
///
/// **oatpp takes a folded line that begins with a space for a field of its own, and allows spaces before a colon.** So
/// a proxy that sets or removes a field that counts, such as `X-Forwarded-Access-Token`, must refuse both. RFC 9112 §5
///
/// A handler takes an `OatppRequest` and returns an `OatppResponse`. oatpp leaves the body of a request to the handler,
/// and parses an unread one as the next request, even after an answer with `Connection: close`, if the client asked to
/// keep the connection. So the guard reads the body of a refused request. One that is too long or not plain is refused
/// by an `HttpError`, after which oatpp closes the connection.
template <>
struct credence::HttpTraits<credence::OatppRequest> {
    static HeaderValue field(const OatppRequest& request, std::string_view name) {
        const auto values = values_of(request, std::string{name});
        if (values.size() > 1) return HeaderValue::repeated();
        return values.empty() ? HeaderValue{} : HeaderValue{std::string{*values.front()}};
    }

    static std::string method(const OatppRequest& request) { return request->getStartingLine().method.std_str(); }
    static std::string url(const OatppRequest& request) { return request->getStartingLine().path.std_str(); }

    /// Adds the challenges to a response, for a hook that makes one of its own: `ResponseFactory::createResponse(
    /// Traits::status(rejection), rejection.problem_json().c_str())`.
    static void put_fields(const Rejection& rejection, oatpp::web::protocol::http::outgoing::Response& response) {
        for_each_field(rejection, [&](const char* name, const std::string& value) { response.putHeader(name, value); });
    }

    static oatpp::web::protocol::http::Status status(const Rejection& rejection) {
        switch (rejection.status) {
            case 400: return {400, "Bad Request"};
            case 403: return {403, "Forbidden"};
            case 503: return {503, "Service Unavailable"};
            default: return {401, "Unauthorized"};
        }
    }

    static OatppResponse reject(const Rejection& rejection, const OatppRequest&) {
        auto response = oatpp::web::protocol::http::outgoing::ResponseFactory::createResponse(status(rejection));
        put_fields(rejection, *response);
        return response;
    }

    /// The longest body of a refused request that is read.
    static constexpr std::size_t most_discarded = 1024 * 1024;

    /// Reads the body of a refused request. \throws HttpError  413, if the body cannot be read completely.
    static void discard_body(const OatppRequest& request) {
        const auto lengths = values_of(request, "Content-Length");
        const bool is_encoded = !values_of(request, "Transfer-Encoding").empty();
        if (lengths.empty() && !is_encoded) return;
        const bool is_plain = !is_encoded && lengths.size() == 1;
        if (!is_plain || !read_exactly(*request->getBodyStream(), *lengths.front())) {
            detail::throw_or_terminate(oatpp::web::protocol::http::HttpError{
                {413, "Content Too Large"}, "The body of a refused request could not be read", {}});
        }
    }

    /// Calls `put(name, value)` for each field of an answer.
    template <class Put>
    static void for_each_field(const Rejection& rejection, const Put& put) {
        if (!rejection.challenge.empty()) put("WWW-Authenticate", rejection.challenge);
        for (const std::string& other : rejection.other_challenges) put("WWW-Authenticate", other);
        if (rejection.retry_after) put("Retry-After", std::to_string(rejection.retry_after->count()));
        if (!rejection.dpop_nonce.empty()) put("DPoP-Nonce", rejection.dpop_nonce);
    }

private:
    static std::vector<oatpp::String> values_of(const OatppRequest& request, const std::string& name) {
        return request->getHeaderValues(oatpp::String{name});
    }

    /// \return whether `length` is a number up to `most_discarded`, and that many bytes were read.
    template <class Stream>
    [[nodiscard]] static bool read_exactly(Stream& body, std::string_view length) {
        std::size_t left = 0;
        const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), left);
        if (error != std::errc{} || end != length.data() + length.size() || left > most_discarded) return false;
        std::array<char, 4096> part;
        while (left > 0) {
            const auto size = static_cast<std::ptrdiff_t>((std::min)(left, part.size()));
            if (body.readExactSizeDataSimple(part.data(), size) != size) return false;
            left -= static_cast<std::size_t>(size);
        }
        return true;
    }
};

namespace credence {

/// Makes a guard a handler that a router of oatpp accepts. For its synchronous servers.
template <class Guard>
class OatppHandler : public oatpp::web::server::HttpRequestHandler {
public:
    explicit OatppHandler(Guard guard) : guard_(std::move(guard)) {}

    OatppResponse handle(const OatppRequest& request) override { return guard_(request); }

private:
    Guard guard_;
};

template <class Guard>
[[nodiscard]] std::shared_ptr<oatpp::web::server::HttpRequestHandler> oatpp_handler(Guard guard) {
    return std::make_shared<OatppHandler<Guard>>(std::move(guard));
}

/// Refuses a request within an endpoint: reads its body, and returns the answer.
///
/// ```cpp
/// const auto who = credence::require_bearer(request, verifier);
/// if (!who) return credence::oatpp_refusal(request, who.error());
/// ```
[[nodiscard]] inline OatppResponse oatpp_refusal(const OatppRequest& request, const Rejection& rejection) {
    HttpTraits<OatppRequest>::discard_body(request);
    return HttpTraits<OatppRequest>::reject(rejection, request);
}

/// The proof in an endpoint of an `ApiController`: `AUTHORIZATION(std::shared_ptr<credence::OatppProof<Claims>>,
/// proof)`.
template <class Claims>
struct OatppProof : oatpp::web::server::handler::AuthorizationObject {
    explicit OatppProof(const Verified<Claims>& verified) : who(verified) {}

    Verified<Claims> who;
};

/// The authorization handler of an `ApiController`: `setDefaultAuthorizationHandler(
/// std::make_shared<credence::OatppBearer<decltype(verifier)>>(verifier))`. Refuses by throwing oatpp's `HttpError`.
///
/// **oatpp passes only one field to it:** of two `Authorization` fields one counts, and the request is not refused, as
/// it is with `OatppHandler`. So a proxy in front must refuse it. A verifier that reads more of a request cannot be
/// used.
template <TokenVerifier VerifierType>
class OatppBearer : public oatpp::web::server::handler::AuthorizationHandler {
public:
    explicit OatppBearer(VerifierType verifier, Challenge challenge = {})
        : AuthorizationHandler("Bearer", challenge.realm),
          verifier_(std::move(verifier)),
          challenge_(std::move(challenge)) {}

    std::shared_ptr<AuthorizationObject> handleAuthorization(const oatpp::String& field) override {
        using Traits = HttpTraits<OatppRequest>;
        const HeaderValue value = field ? HeaderValue{std::string_view{*field}} : HeaderValue{};
        const auto who = require_bearer(value, verifier_, challenge_);
        if (who) return std::make_shared<OatppProof<typename VerifierType::claims_type>>(*who);
        const Rejection rejection = with_one_challenge(who.error());
        Headers headers;
        Traits::for_each_field(rejection, [&](const char* name, const std::string& text) {
            headers.put(oatpp::String{name}, oatpp::String{text});
        });
        detail::throw_or_terminate(oatpp::web::protocol::http::HttpError{
            Traits::status(rejection), oatpp::String{std::string{rejection.description}}, headers});
    }

private:
    /// oatpp's error handler sends one field of a name, so the challenges are separated by commas. RFC 9110 §11.6.1
    static Rejection with_one_challenge(Rejection rejection) {
        for (const std::string& other : rejection.other_challenges) rejection.challenge.append(", ").append(other);
        rejection.other_challenges.clear();
        return rejection;
    }

    VerifierType verifier_;
    Challenge challenge_;
};

}  // namespace credence
