// SPDX-License-Identifier: MIT
// Drogon: `drogon::app().registerHandler("/me", credence::protect(verifier, [](const credence::Verified<Claims>& who,
// const drogon::HttpRequestPtr& request, credence::DrogonCallback&& answer) { … }));`
#pragma once

#include <credence/http/bearer.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/stacks/detail/der_certificate.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <drogon/drogon.h>

namespace credence {

/// How a handler of Drogon answers, unless it is a coroutine.
using DrogonCallback = std::function<void(const drogon::HttpResponsePtr&)>;

}  // namespace credence

/// Reads the fields that Drogon provides for a request: one of each name.
///
/// **Of two `Authorization` fields the first counts,** and of two cookies of one name the last: Drogon drops the others
/// while it reads the head. So, unlike with other stacks, a request with two is not refused. A proxy in front should
/// refuse it, and must if the proxy itself uses another one. The same holds for two `DPoP` fields, which RFC 9449 §4.3
/// does not allow, and for `Client-Cert`: a proxy that adds its own behind a client's is not noticed. Drogon also
/// removes vertical tabs and form feeds before the name of a cookie, so that such a name, which browsers no longer set,
/// may read as `__Host-token`.
///
/// A handler takes a `DrogonCallback&&`, or is a coroutine that returns `drogon::Task<drogon::HttpResponsePtr>` and
/// takes request and proof by value. One that calls its callback later keeps a copy of the proof. Drogon reads the body
/// before it calls a handler, unless the handler takes a stream.
template <>
struct credence::HttpTraits<drogon::HttpRequestPtr> {
    /// Calling the callback sends the response: with an `on_reject` hook, the hook alone answers.
    static constexpr bool sends_at_once = true;

    static HeaderValue field(const drogon::HttpRequestPtr& request, std::string_view name) {
        // Drogon removes the Cookie field from its map, and parses it.
        if (detail::equal_without_case(name, "cookie")) return cookie_field(*request);
        return request->getHeader(std::string{name});
    }

    /// Drogon keeps a response with an expiry time, and gives it to all later requests of the route without asking the
    /// guard. So no response of a guarded handler or its hook has one. A handler that calls `require_bearer` itself
    /// must set none.
    static DrogonCallback uncached(DrogonCallback answer) {
        return [answer = std::move(answer)](const drogon::HttpResponsePtr& response) {
            remove_expiry(response);
            answer(response);
        };
    }
    static drogon::Task<drogon::HttpResponsePtr> uncached(drogon::Task<drogon::HttpResponsePtr> answer) {
        const drogon::HttpResponsePtr response = co_await answer;
        remove_expiry(response);
        co_return response;
    }

    /// Drogon makes a HEAD request a GET request before it calls a handler.
    static std::string_view method(const drogon::HttpRequestPtr& request) {
        return request->isHead() ? "HEAD" : request->methodString();
    }
    static std::string url(const drogon::HttpRequestPtr& request) {
        const std::string& query = request->query();
        return query.empty() ? request->getOriginalPath() : request->getOriginalPath() + "?" + query;
    }
    static std::string peer_address(const drogon::HttpRequestPtr& request) { return request->peerAddr().toIp(); }

    /// The client's certificate, in the versions of Drogon that keep it.
    template <class Request>
    static std::string client_certificate(const Request& request)
        requires requires { request->peerCertificate()->pemString(); }
    {
        const auto& certificate = request->peerCertificate();
        return certificate == nullptr ? std::string{} : detail::der_certificate(certificate->pemString());
    }

    /// Sets status and challenge of a response, for a hook that makes one of its own.
    static void put_fields(const Rejection& rejection, drogon::HttpResponse& response) {
        response.setStatusCode(static_cast<drogon::HttpStatusCode>(rejection.status));
        // Drogon keeps one field of a name, so the further challenges are appended to it, separated by commas. RFC 9110
        // §11.6.1
        std::string challenges = rejection.challenge;
        for (const std::string& other : rejection.other_challenges) challenges.append(", ").append(other);
        put(response, "WWW-Authenticate", challenges);
        put(response, "Retry-After", rejection.retry_after ? std::to_string(rejection.retry_after->count()) : "");
        put(response, "DPoP-Nonce", rejection.dpop_nonce);
    }

    static drogon::HttpResponsePtr reject(const Rejection& rejection, const drogon::HttpRequestPtr&) {
        auto response = drogon::HttpResponse::newHttpResponse();
        put_fields(rejection, *response);
        return response;
    }
    static void reject(const Rejection& rejection, const drogon::HttpRequestPtr& request,
                       const DrogonCallback& answer) {
        answer(reject(rejection, request));
    }

private:
    static HeaderValue cookie_field(const drogon::HttpRequest& request) {
        std::string field;
        for (const auto& [name, value] : request.cookies()) {
            if (!field.empty()) field.append("; ");
            field.append(name).append("=").append(value);
        }
        return field;
    }

    static void remove_expiry(const drogon::HttpResponsePtr& response) {
        if (response != nullptr && response->expiredTime() >= 0) response->setExpiredTime(-1);
    }

    static void put(drogon::HttpResponse& response, const std::string& name, const std::string& value) {
        response.removeHeader(name);
        if (!value.empty()) response.addHeader(name, value);
    }
};

namespace credence {

/// A filter that verifies requests, answers those that it refuses, and passes the proof on.
///
/// ```cpp
/// struct Bearer : credence::DrogonFilter<Bearer, decltype(verifier)> {
///     using DrogonFilter::DrogonFilter;
/// };
/// drogon::app().registerFilter(std::make_shared<Bearer>(verifier));
/// drogon::app().registerHandler("/me", handler, {drogon::Get, "Bearer"});   // the name of the class
/// ```
///
/// **Drogon keeps a response with an expiry time (`setExpiredTime`), and gives it to every request that passes the
/// filter,** whoever sends it: one owner's response must have none. A handler that is wrapped by `protect` cannot make
/// this mistake, because its responses lose their expiry time.
///
/// A filter also refuses the preflight request that a browser sends before a request to another origin, because that
/// has no credentials. On a route with `protect`, Drogon answers it without the guard.
///
/// The handler gets the proof from `credence::drogon_proof<Claims>(request)`. That is null on a route that does not
/// name the filter, and the compiler does not notice. Prefer `protect`: its handler cannot be called without a proof.
///
/// \tparam Own  the class that derives from it: Drogon finds filters by the names of their classes.
template <class Own, AnyVerifier VerifierType>
class DrogonFilter : public drogon::HttpFilter<Own, false> {
public:
    explicit DrogonFilter(VerifierType verifier, Challenge challenge = {})
        : verifier_(std::move(verifier)), challenge_(std::move(challenge)) {}

    void doFilter(const drogon::HttpRequestPtr& request, drogon::FilterCallback&& refuse,
                  drogon::FilterChainCallback&& go_on) override {
        using Proof = Verified<typename VerifierType::claims_type>;
        const auto answer = std::move(refuse);
        const auto pass_on = std::move(go_on);
        const auto who = require_bearer(request, verifier_, challenge_);
        if (!who) return answer(HttpTraits<drogon::HttpRequestPtr>::reject(who.error(), request));
        request->attributes()->insert("credence", std::make_shared<const Proof>(*who));
        pass_on();
    }

private:
    VerifierType verifier_;
    Challenge challenge_;
};

/// The proof that a `DrogonFilter` passed on; null if there is none with these claims.
template <class Claims>
[[nodiscard]] std::shared_ptr<const Verified<Claims>> drogon_proof(const drogon::HttpRequestPtr& request) {
    auto& attributes = *request->attributes();
    if (!attributes.find("credence")) return nullptr;
    return attributes.template get<std::shared_ptr<const Verified<Claims>>>("credence");
}

}  // namespace credence
