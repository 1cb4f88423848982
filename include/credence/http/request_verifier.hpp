// SPDX-License-Identifier: MIT
// RequestVerifier: the concept of a class that proves claims from a token and its request.
#pragma once

#include <credence/http/http_traits.hpp>
#include <credence/http/rejection.hpp>
#include <credence/jwt/token_verifier.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>

#include <concepts>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace credence {

/// Reads header fields of a request of any type. Refers to that request, which must outlive it.
class FieldReader {
public:
    /// No request: every field is missing.
    FieldReader() noexcept = default;

    template <HttpRequest Request>
    FieldReader(const Request& request) noexcept
        : source_(std::addressof(request)), read_([](const void* source, std::string_view name) {
              return HeaderValue{HttpTraits<Request>::field(*static_cast<const Request*>(source), name)};
          }) {}

    /// Any function from a name to a value. It must outlive the reader, too: give it a name, or write it within the
    /// call of `verify`.
    template <class Function>
        requires(!HttpRequest<Function> && !std::same_as<Function, FieldReader> &&
                 std::is_invocable_r_v<HeaderValue, const Function&, std::string_view>)
    FieldReader(const Function& function) noexcept
        : source_(std::addressof(function)), read_([](const void* source, std::string_view name) {
              return HeaderValue{(*static_cast<const Function*>(source))(name)};
          }) {}

    /// The value of the field of this name, matched without case.
    [[nodiscard]] HeaderValue operator()(std::string_view name) const {
        return read_ == nullptr ? HeaderValue{} : read_(source_, name);
    }

private:
    const void* source_ = nullptr;
    HeaderValue (*read_)(const void*, std::string_view) = nullptr;
};

/// The parts of a request that a verifier can read, besides the token. Valid during the call of `verify`.
///
/// A text is empty if the stack does not give it: see `HttpTraits`.
struct RequestContext {
    std::string_view method = {};              ///< `GET`, as it was received. RFC 9110 §9.1
    std::string_view url = {};                 ///< The request target as it was received: path, and query if known.
    FieldReader field = {};                    ///< `context.field("DPoP")`: the value of a header field.
    std::string_view client_certificate = {};  ///< The client's certificate of the TLS connection, DER.
    std::string_view peer_address = {};        ///< The address at the other end of the connection, without port.
    /// The word before the token in its field: `Bearer`, `DPoP`, in any case. Empty if there is none, as in a cookie.
    std::string_view scheme = {};
};

/// A class that verifies a token together with its request, for example a token that is bound to a key.
///
/// - `Candidate::claims_type` is the claims type that it proves.
/// - `candidate.verify(text, context)` returns the proof, or the error to refuse the request with. It is called from
///   any number of threads at once.
///
/// `require_bearer` and `protect` use it with a request, not with the value of a field alone. They prefer it over
/// `verify(text)` if a class is a `TokenVerifier` as well.
///
/// Optional members:
///
/// - `static constexpr std::string_view scheme = "DPoP"` names a scheme that is taken besides `Bearer`. The verifier
///   then checks `context.scheme`, and refuses the scheme that is not its own.
/// - `candidate.rejection(error, challenge, scheme)` returns the `Rejection` to answer with, for the scheme of the
///   request, which may be empty. Without it, the answer is `Rejection::from(error, challenge)`.
/// - `static constexpr bool needs_method_and_url = true` and `needs_client_certificate = true` let the compiler refuse
///   a request type whose `HttpTraits` does not have them. A certificate may also come from a proxy, known by its
///   `peer_address`.
template <class Candidate>
concept RequestVerifier = requires(const Candidate& candidate, std::string_view text, const RequestContext& context) {
    typename Candidate::claims_type;
    { (candidate.verify)(text, context) } -> std::same_as<Result<Verified<typename Candidate::claims_type>>>;
};

/// The type of the first argument of `protect`.
template <class Candidate>
concept AnyVerifier = TokenVerifier<Candidate> || RequestVerifier<Candidate>;

namespace detail {

/// Verifies a text by whichever function the verifier has.
template <AnyVerifier VerifierType>
[[nodiscard]] Result<Verified<typename VerifierType::claims_type>> verify_in_context(const VerifierType& verifier,
                                                                                     std::string_view text,
                                                                                     const RequestContext& context) {
    if constexpr (RequestVerifier<VerifierType>) {
        return (verifier.verify)(text, context);
    } else {
        return (verifier.verify)(text);
    }
}

// The optional members of HttpTraits; an empty text if a stack does not have one.

template <class Request>
[[nodiscard]] decltype(auto) method_of(const Request& request) {
    if constexpr (requires { HttpTraits<Request>::method(request); }) {
        return HttpTraits<Request>::method(request);
    } else {
        return std::string_view{};
    }
}
template <class Request>
[[nodiscard]] decltype(auto) url_of(const Request& request) {
    if constexpr (requires { HttpTraits<Request>::url(request); }) {
        return HttpTraits<Request>::url(request);
    } else {
        return std::string_view{};
    }
}
template <class Request>
[[nodiscard]] decltype(auto) client_certificate_of(const Request& request) {
    if constexpr (requires { HttpTraits<Request>::client_certificate(request); }) {
        return HttpTraits<Request>::client_certificate(request);
    } else {
        return std::string_view{};
    }
}
template <class Request>
[[nodiscard]] decltype(auto) peer_address_of(const Request& request) {
    if constexpr (requires { HttpTraits<Request>::peer_address(request); }) {
        return HttpTraits<Request>::peer_address(request);
    } else {
        return std::string_view{};
    }
}

template <class Request>
concept GivesMethodAndUrl = requires(const Request& request) {
    HttpTraits<Request>::method(request);
    HttpTraits<Request>::url(request);
};
template <class Request>
concept GivesClientCertificate = requires(const Request& request) {
    HttpTraits<Request>::client_certificate(request);
} || requires(const Request& request) { HttpTraits<Request>::peer_address(request); };

/// The optional members of a verifier: its requirements.
template <class VerifierType>
concept NeedsMethodAndUrl = requires { requires VerifierType::needs_method_and_url; };
template <class VerifierType>
concept NeedsClientCertificate = requires { requires VerifierType::needs_client_certificate; };

/// The scheme that a verifier takes besides `Bearer`; empty if it takes no other.
template <class VerifierType>
[[nodiscard]] consteval std::string_view other_scheme_of() {
    if constexpr (requires { std::string_view{VerifierType::scheme}; }) {
        return VerifierType::scheme;
    } else {
        return {};
    }
}

/// The answer to a refused request.
template <class VerifierType>
[[nodiscard]] Rejection rejection_by(const VerifierType& verifier, Error&& reason, const Challenge& challenge,
                                     std::string_view scheme) {
    if constexpr (requires { Rejection{verifier.rejection(reason, challenge, scheme)}; }) {
        return verifier.rejection(std::move(reason), challenge, scheme);
    } else {
        return bearer_rejection(std::move(reason), challenge);
    }
}

/// Whether the `HttpTraits` of a request type have what the verifier needs: true, or a compile error.
template <class VerifierType, class Request>
[[nodiscard]] consteval bool can_serve() {
    constexpr bool gives_method_and_url = !NeedsMethodAndUrl<VerifierType> || GivesMethodAndUrl<Request>;
    constexpr bool gives_client_certificate = !NeedsClientCertificate<VerifierType> || GivesClientCertificate<Request>;
    static_assert(gives_method_and_url,
                  "credence: a DPoP proof names the method and the URL of a request: HttpTraits of this request type "
                  "needs `method` and `url`");
    static_assert(gives_client_certificate,
                  "credence: this verifier compares the client's certificate: HttpTraits of this request type needs "
                  "`client_certificate`, or `peer_address` for a certificate that a proxy passes on");
    return true;
}

/// Verifies the token of a request. Makes the context only for a verifier that reads it.
template <AnyVerifier VerifierType, HttpRequest Request>
[[nodiscard]] Result<Verified<typename VerifierType::claims_type>> verify_in_request(const VerifierType& verifier,
                                                                                     std::string_view text,
                                                                                     std::string_view scheme,
                                                                                     const Request& request) {
    static_assert(can_serve<VerifierType, Request>());
    if constexpr (RequestVerifier<VerifierType>) {
        // References extend the lifetime of values that a stack returns.
        const auto& method = method_of(request);
        const auto& url = url_of(request);
        const auto& certificate = client_certificate_of(request);
        const auto& peer = peer_address_of(request);
        return (verifier.verify)(text, RequestContext{.method = method,
                                                      .url = url,
                                                      .field = request,
                                                      .client_certificate = certificate,
                                                      .peer_address = peer,
                                                      .scheme = scheme});
    } else {
        return (verifier.verify)(text);
    }
}

}  // namespace detail
}  // namespace credence
