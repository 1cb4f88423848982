// SPDX-License-Identifier: MIT
// How credence uses the requests of an HTTP stack: reading a field, and answering with a rejection.
#pragma once

#include <credence/http/rejection.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// The value of a header field; or no value, if the field is missing or occurs more than once.
///
/// Converts from `std::optional<std::string_view>`, strings, literals, and a `const char*`, even a null one. It borrows
/// from its source, but keeps a temporary `std::string`, so a stack that returns by value is safe.
class HeaderValue {
public:
    /// No such field.
    HeaderValue() noexcept = default;
    HeaderValue(std::nullopt_t) noexcept {}
    HeaderValue(std::nullptr_t) noexcept {}
    /// Borrowed; null means no such field.
    HeaderValue(const char* value) noexcept
        : borrowed_(value != nullptr ? std::string_view{value} : std::string_view{}) {}
    HeaderValue(std::string_view value) noexcept : borrowed_(value) {}
    HeaderValue(const std::string& value) noexcept : borrowed_(value) {}
    /// Kept.
    HeaderValue(std::string&& value) noexcept : kept_(std::move(value)) {}
    HeaderValue(std::optional<std::string_view> value) noexcept : borrowed_(value.value_or(std::string_view{})) {}
    HeaderValue(const std::optional<std::string>& value) noexcept
        : borrowed_(value ? std::string_view{*value} : std::string_view{}) {}
    HeaderValue(std::optional<std::string>&& value) noexcept : kept_(std::move(value)) {}

    /// A field that occurs more than once: refused, never resolved.
    [[nodiscard]] static HeaderValue repeated() noexcept {
        HeaderValue value;
        value.is_repeated_ = true;
        return value;
    }

    /// The only one of a range of fields: `HeaderValue::only(headers.equal_range("Authorization"))`.
    ///
    /// \param value_of  returns the value of a field; without it, the `second` of a pair.
    template <class Iterator, class ValueOf>
    [[nodiscard]] static HeaderValue only(const std::pair<Iterator, Iterator>& fields, ValueOf value_of) {
        if (fields.first == fields.second) return {};
        if (std::next(fields.first) != fields.second) return repeated();
        return value_of(*fields.first);
    }
    template <class Iterator>
    [[nodiscard]] static HeaderValue only(const std::pair<Iterator, Iterator>& fields) {
        return only(fields, [](const auto& field) -> const auto& { return field.second; });
    }

    /// The value; empty if the field is missing.
    [[nodiscard]] std::string_view view() const noexcept { return kept_ ? std::string_view{*kept_} : borrowed_; }
    /// Whether there is more than one.
    [[nodiscard]] bool is_repeated() const noexcept { return is_repeated_; }

private:
    std::string_view borrowed_ = {};
    std::optional<std::string> kept_ = {};  // mostly absent, and then cheaper than an empty string
    bool is_repeated_ = false;
};

/// Two functions that teach credence a request type. Those of cpp-httplib, Boost.Beast, Crow, Drogon, gRPC, oatpp,
/// Pistache, POCO and RESTinio are in `credence/stacks/`; for another stack, write them like this:
///
/// ```cpp
/// template <>
/// struct credence::HttpTraits<acme::Request> {
///     // A field's value, where its name is matched without case; HeaderValue::repeated() when it is there twice.
///     static HeaderValue field(const acme::Request& request, std::string_view name);
///
///     // Gives a response the status, `rejection.challenge`, each of `rejection.other_challenges` in a further field,
///     // Retry-After and, where `rejection.dpop_nonce` is not empty, DPoP-Nonce. Leaves its body alone.
///     static void reject(const Rejection& rejection, const acme::Request& request, acme::Response& response);
/// };
/// ```
///
/// The response is the handler's parameter of that type. If there is none, it is a default-constructed value of the
/// type that the handler returns, or that its coroutine returns. A stack that makes responses by a factory has `static
/// acme::ResponsePtr reject(const Rejection&, const acme::Request&)` instead.
///
/// With an `on_reject` hook, `reject` is called after the hook, so status and challenge stay. A stack that sends a
/// response immediately has `static constexpr bool sends_at_once = true;`: then the hook alone answers.
///
/// Optional members:
///
/// - `static void discard_body(arguments of the handler…)` is called for a rejection.
/// - `static void send(acme::Response& response)` is called last, for a response that is a parameter of the handler. It
///   is for a stack that sends only on request; a hook fills the response, and does not send it.
/// - `static bool is_open(acme::Response& response)`, beside `send`: whether the response can still be sent. With it, a
///   hook may send the response itself, with the status and the challenge that it has before the hook. Afterwards the
///   guard leaves it alone.
/// - `static Value uncached(Value)` is for a stack that keeps responses, and gives them to later requests without
///   asking the guard. It gets an argument of the handler or of a hook, or what either returns, within a coroutine if
///   the handler is one. It gives one in its place whose responses are never kept.
/// - `method(request)`, `url(request)`, `client_certificate(request)` (DER) and `peer_address(request)` return texts
///   for a `RequestVerifier`: a `std::string`, or a view of a text that lives as long as the request. The compiler
///   refuses a guard if its verifier needs one that is missing: `dpop_bound` needs `method` and `url`,
///   `certificate_bound` needs `client_certificate` or `peer_address`. Without `method`, `check_origin` treats each
///   request as one that changes something.
template <class Request>
struct HttpTraits;

/// A request type that credence knows: `HttpTraits<Request>::field` is there.
template <class Request>
concept HttpRequest = requires(const Request& request, std::string_view name) {
    { HttpTraits<Request>::field(request, name) } -> std::convertible_to<HeaderValue>;
};

/// The pages that may cause a request that changes something, if the browser sends a cookie. See `check_origin`.
struct CrossOrigin {
    /// Origins besides the server's own: `{"https://app.example"}`; scheme, host and port, without a path.
    std::vector<std::string> trusted = {};
    /// Opt-out: any page may, for servers with another protection, such as a token in each form.
    bool allow_any = false;
    /// Opt-out: a request with neither `Sec-Fetch-Site` nor `Origin` may, so that programs can use the cookie. Browsers
    /// before 2020 leave both out, even when another site's page sends a form: then only the cookie's `SameSite` stops
    /// such a page, if the browser knows it.
    bool allow_missing_origin = false;
    /// The scheme of the server's own pages, `https` or `http`. Unset: either, because a proxy may have removed TLS.
    /// With `https`, an `Origin` of `http://` at the same host and port is another origin: anybody on the network can
    /// write such a page.
    std::string own_scheme = {};
    /// Checks GET, HEAD, OPTIONS and TRACE, too: for a route that changes something by one of them, such as a link
    /// that logs out, or the handshake of a WebSocket (RFC 6455 §10.2).
    bool check_safe_methods = false;
};

/// Where a request may carry its token: in a header field, in a cookie, or in either. Never in the query, which ends up
/// in logs and browser histories. RFC 9700 §4.3.2
///
/// ```cpp
/// credence::TokenLocation{.cookie = "__Host-token"}                            // Authorization, or this cookie
/// credence::TokenLocation{.header = "", .cookie = "__Host-token"}              // this cookie alone
/// credence::TokenLocation{.header = "X-Forwarded-Access-Token", .scheme = ""}  // the whole value of this field
/// ```
///
/// A field that a proxy sets is only as trustworthy as the proxy, which must remove one that a client sent.
///
/// More than one credential is refused with 400 (RFC 6750 §2): two fields, two cookies of the name with different
/// values, or a field and a cookie that differ. So no order of preference is needed.
///
/// The browser sends a cookie whichever page causes the request. So `protect` refuses an unsafe method with 403 if a
/// page of another origin caused it: see `CrossOrigin`.
struct TokenLocation {
    std::string header = "Authorization";  ///< The name of the field; empty: no field may carry it. RFC 6750 §2.1
    std::string scheme = "Bearer";         ///< The scheme before the token in the field; empty: none.
    std::string cookie = {};               ///< The name of the cookie that may carry the token; empty: none may.
    /// For `protect`, when the token came from the cookie.
    CrossOrigin cross_origin = {};
};

}  // namespace credence
