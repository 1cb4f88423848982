// SPDX-License-Identifier: MIT
// Pistache: `router.get("/me", credence::protect(verifier, [](const credence::Verified<Claims>& who,
// const Pistache::Rest::Request& request, Pistache::Http::ResponseWriter response) { … }));`
//
// Pistache 0.0.5 needs a proxy in front, or a check of its input. It accepts two Content-Length, `0x5`, spaces before a
// colon and a request without Host, and after an answer of 400, 413 or 501 it parses the rest of that request as the
// next one. A handler cannot see this. `examples/pistache/strict_handler.hpp` refuses it first.
#pragma once

#include <credence/http/bearer.hpp>
#include <credence/detail/encoding/ascii.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <pistache/http.h>
#include <pistache/http_headers.h>
#include <pistache/router.h>

namespace credence::detail {

/// A field of a response. Pistache sends only those of its own classes, and never those from `addRaw`.
class PistacheField final : public Pistache::Http::Header::Header {
public:
    PistacheField(const char* name, std::string value) : name_(name), value_(std::move(value)) {}

    [[nodiscard]] const char* name() const override { return name_; }
    void parseRaw(const char* text, std::size_t size) override { value_.assign(text, size); }
    void write(std::ostream& stream) const override { stream << value_; }
    [[nodiscard]] std::uint64_t hash() const override { return Pistache::Http::Header::detail::hash(name_); }

private:
    const char* name_;
    std::string value_;
};

}  // namespace credence::detail

/// Reads the fields of a request that Pistache 0.0.5 has parsed.
///
/// **Of two `Authorization` fields only the first is visible:** Pistache drops the others while it reads the head. So,
/// unlike with other stacks, a request with two is not refused, and its first one counts. `strict_handler.hpp` refuses
/// it; a proxy in front must, too, if it uses the last one. The same holds for two `DPoP` fields, which RFC 9449 §4.3
/// does not allow, and for `Client-Cert`: a proxy that adds its own behind a client's is not noticed. Two cookies of
/// one name and different values are seen as two, and refused; two equal ones are seen as one.
///
/// The body is read before a handler is called, so the body of a refused request is never parsed as the next request.
///
/// clang 19 and later refuse the headers of Pistache 0.0.5; g++ accepts them.
template <>
struct credence::HttpTraits<Pistache::Http::Request> {
    /// Pistache sends a response immediately: with an `on_reject` hook, the hook alone answers. See `put_fields`.
    static constexpr bool sends_at_once = true;

    static HeaderValue field(const Pistache::Http::Request& request, std::string_view name) {
        if (detail::equal_without_case(name, "Cookie")) return cookie_field(request.cookies());
        if (detail::equal_without_case(name, "Authorization")) {
            const auto known = request.headers().tryGet<Pistache::Http::Header::Authorization>();
            return known ? HeaderValue{known->value()} : HeaderValue{};
        }
        const auto raw = request.headers().tryGetRaw(std::string{name});
        return raw ? HeaderValue{raw->value()} : HeaderValue{};
    }

    static std::string_view method(const Pistache::Http::Request& request) {
        return Pistache::Http::methodString(request.method());
    }
    /// Only the path: Pistache parses the query separately.
    static std::string_view url(const Pistache::Http::Request& request) { return request.resource(); }
    static std::string peer_address(const Pistache::Http::Request& request) { return request.address().host(); }

    /// Sets the challenge of a response. For a hook, which then sends it: `response.send(Code(rejection.status),
    /// body)`.
    static void put_fields(const Rejection& rejection, Pistache::Http::ResponseWriter& response) {
        // Pistache keeps one field of a name, so the further challenges are written together with it, each as a field.
        std::string challenges = rejection.challenge;
        for (const std::string& other : rejection.other_challenges)
            challenges.append("\r\nWWW-Authenticate: ").append(other);
        put(response, "WWW-Authenticate", challenges);
        if (rejection.retry_after) put(response, "Retry-After", std::to_string(rejection.retry_after->count()));
        put(response, "DPoP-Nonce", rejection.dpop_nonce);
    }

    static void reject(const Rejection& rejection, const Pistache::Http::Request&,
                       Pistache::Http::ResponseWriter& response) {
        put_fields(rejection, response);
        response.send(static_cast<Pistache::Http::Code>(rejection.status));
    }

private:
    /// Pistache parses the `Cookie` field, and keeps each pair of name and value once.
    static HeaderValue cookie_field(const Pistache::Http::CookieJar& jar) {
        std::string field;
        for (auto cookie = jar.begin(); cookie != jar.end(); ++cookie) {
            if (!field.empty()) field.append("; ");
            field.append(cookie->name).append("=").append(cookie->value);
        }
        return field;
    }

    static void put(Pistache::Http::ResponseWriter& response, const char* name, const std::string& value) {
        response.headers().remove(name);
        if (!value.empty()) response.headers().add(std::make_shared<detail::PistacheField>(name, value));
    }
};

/// A request that a router has matched with a route.
template <>
struct credence::HttpTraits<Pistache::Rest::Request> : credence::HttpTraits<Pistache::Http::Request> {};
