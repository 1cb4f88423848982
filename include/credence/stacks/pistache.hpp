// SPDX-License-Identifier: MIT
// Pistache: `router.get("/me", credence::protect(verifier, [](const credence::Verified<Claims>& who,
// const Pistache::Rest::Request& request, Pistache::Http::ResponseWriter response) { … }));`
//
// Pistache 0.0.5 belongs behind a proxy only, or needs its input checked first. It takes two Content-Length, `0x5`,
// blanks before a colon and a request without Host, and after an answer of 400, 413 or 501 it reads the rest of that
// request as the next one. No handler can see this. `examples/pistache/strict_handler.hpp` refuses it before.
#pragma once

#include <credence/http/bearer.hpp>

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

/// A field of a response. Pistache sends those of its own classes only, and never what `addRaw` was given.
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
/// **Of two `Authorization` fields only the first is visible:** Pistache drops the others while it reads the head, so
/// that, unlike with the other stacks, a request with two is not refused but taken by its first. `strict_handler.hpp`
/// refuses it; a proxy in front must, too, if it looks at the last one. Two cookies of one name and different values
/// are seen as two, and refused; two that are equal are seen as one.
///
/// The body has been read when a handler is called, so a refused one never becomes the next request.
///
/// clang refuses the headers of Pistache 0.0.5 from version 19 on; g++ takes them.
template <>
struct credence::HttpTraits<Pistache::Http::Request> {
    /// Pistache sends as soon as it is told to: with an `on_reject` hook, the hook alone answers. See `put_fields`.
    static constexpr bool sends_at_once = true;

    static HeaderValue field(const Pistache::Http::Request& request, std::string_view name) {
        const std::string key{name};
        if (Pistache::Http::Header::LowercaseEqual{}(key, "Cookie")) return cookie_field(request.cookies());
        if (Pistache::Http::Header::LowercaseEqual{}(key, "Authorization")) {
            const auto known = request.headers().tryGet<Pistache::Http::Header::Authorization>();
            return known ? HeaderValue{known->value()} : HeaderValue{};
        }
        const auto raw = request.headers().tryGetRaw(key);
        return raw ? HeaderValue{raw->value()} : HeaderValue{};
    }

    static std::string_view method(const Pistache::Http::Request& request) {
        return Pistache::Http::methodString(request.method());
    }
    /// The path alone: Pistache takes the query apart.
    static std::string_view url(const Pistache::Http::Request& request) { return request.resource(); }
    static std::string peer_address(const Pistache::Http::Request& request) { return request.address().host(); }

    /// Gives a response the challenge. For a hook, which then sends: `response.send(Code(rejection.status), body)`.
    static void put_fields(const Rejection& rejection, Pistache::Http::ResponseWriter& response) {
        // Pistache keeps one field of a name, so the further challenges are written with it, each as a field.
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
    /// Pistache takes the `Cookie` field apart, and keeps each pair of name and value once.
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
