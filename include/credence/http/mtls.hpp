// SPDX-License-Identifier: MIT
// Tokens that are bound to the client's certificate of mutual TLS. RFC 8705 §3
#pragma once

#include <credence/http/request_verifier.hpp>
#include <credence/jwt/confirmation.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>
#include <credence/http/detail/client_certificate.hpp>
#include <credence/http/detail/confirmation_members.hpp>
#include <credence/http/detail/token_kinds.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// Where the client's certificate comes from. By default only from the TLS connection, as the stack provides it.
struct CertificateOptions {
    /// The addresses of proxies that end TLS and pass the certificate on in a field, as the stack writes them:
    /// `127.0.0.1`. Such a proxy must overwrite the field on every request, even if the client has no certificate:
    /// otherwise a client can write it. Empty: no field is used. A field never replaces the connection's own
    /// certificate.
    std::vector<std::string> proxies = {};
    /// The name of that field. Its value is `:base64:` (RFC 9440), or percent-encoded PEM, which nginx writes by
    /// `proxy_set_header Client-Cert $ssl_client_escaped_cert;`.
    std::string field = "Client-Cert";
};

/// A verifier of tokens that are bound to a certificate: the result of `certificate_bound`. A `RequestVerifier`.
template <BindableVerifier VerifierType>
class CertificateBound {
public:
    /// The claims type that it proves.
    using claims_type = typename VerifierType::claims_type;
    /// Its tokens name a certificate.
    static constexpr bool needs_client_certificate = true;

    /// See `certificate_bound`.
    CertificateBound(const VerifierType& verifier, CertificateOptions options)
        : verifier_(verifier),
          source_(std::make_shared<const detail::CertificateSource>(
              detail::CertificateSource{std::move(options.proxies), std::move(options.field)})) {}

    /// The claims of a token that the verifier accepts, on a connection with the certificate that it names.
    ///
    /// Errors as of the verifier, and: `missing_claim` for a token without `cnf`; `proof_required` for a `cnf` that
    /// names no certificate, a key for DPoP besides, or something unknown; `invalid_proof` for another certificate, or
    /// none.
    [[nodiscard]] Result<Verified<claims_type>>(verify)(std::string_view text, const RequestContext& context) const {
        bool is_proven = false;
        const auto check = [&](std::string_view confirmation) -> Result<void> {
            auto proven = check_certificate(confirmation, context);
            is_proven = proven.has_value();
            return proven;
        };
        Result<Verified<claims_type>> who = (verifier_.verify)(text, check);
        if (who && !is_proven)
            who = Error{Errc::proof_required, "cnf", "the verifier did not call the ConfirmationCheck"};
        return who;
    }

    /// Whether a text has the form of the verifier's tokens.
    [[nodiscard]] bool recognizes(std::string_view text) const { return detail::recognizes(verifier_, text); }

private:
    [[nodiscard]] Result<void> check_certificate(std::string_view confirmation, const RequestContext& context) const {
        const auto members = detail::read_confirmation(confirmation);
        if (!members) return members.error();
        if (members->x5t_s256.empty()) return Error{Errc::proof_required, "cnf", "the cnf names no certificate"};
        if (!members->jkt.empty()) return Error{Errc::proof_required, "cnf", "the cnf names a key for DPoP, too"};
        return detail::check_thumbprint(members->x5t_s256, context, *source_);
    }

    VerifierType verifier_;
    std::shared_ptr<const detail::CertificateSource> source_;
};

/// Makes a verifier demand that a token is bound to the client's certificate, and that the connection has that one:
/// `certificate_bound(verifier)`.
///
/// The TLS server must ask its clients for a certificate. Which ones it trusts does not matter here: the token names
/// the one certificate that counts, which may be self-signed. `Validation::allow_bearer_use` has no effect here.
///
/// \param verifier  a `Verifier`, a `Verifiers`, or another `BindableVerifier`.
template <class VerifierType>
[[nodiscard]] auto certificate_bound(const VerifierType& verifier, CertificateOptions options = {}) {
    constexpr bool is_bindable = BindableVerifier<VerifierType>;
    static_assert(
        is_bindable,
        "credence: certificate_bound takes a Verifier, a Verifiers, or a class whose verify(text, check) calls "
        "the ConfirmationCheck with the token's cnf");
    if constexpr (is_bindable) return CertificateBound<VerifierType>{verifier, std::move(options)};
}

}  // namespace credence
