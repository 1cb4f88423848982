// SPDX-License-Identifier: MIT
// DPoP, tokens that are bound to a key of the client: checks proofs at a server, and makes them at a client. RFC 9449
#pragma once

#include <credence/clock.hpp>
#include <credence/http/dpop_nonces.hpp>
#include <credence/http/mtls.hpp>
#include <credence/http/rejection.hpp>
#include <credence/http/replay_store.hpp>
#include <credence/http/request_verifier.hpp>
#include <credence/jwt/confirmation.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/http/detail/confirmation_members.hpp>
#include <credence/http/detail/dpop_check.hpp>
#include <credence/http/detail/dpop_claims.hpp>
#include <credence/http/detail/token_kinds.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace credence {

/// How a server checks the proofs of clients.
struct DpopOptions {
    /// Scheme and host of the server as its clients write them, `https://api.example`, with the port unless it is the
    /// scheme's default; and the prefix that a proxy removes from the path, if any. The path of a request is appended,
    /// and the result compared with `htu`: without query and fragment, and after the normalization of RFC 3986 §6.2.2
    /// and §6.2.3. If it is not such a URL, every request is refused. RFC 9449 §4.3
    std::string base_url;
    /// How long a proof is valid after its `iat`. A negative value counts as zero.
    std::chrono::seconds max_age{60};
    /// How far the clocks of client and server may differ, and those of servers that share `replays`; clamped to 0 to
    /// 300 seconds.
    std::chrono::seconds leeway{5};
    /// Where used proofs are remembered until they have expired, and for `leeway` longer.
    Replays replays;
    /// The nonces that proofs must have; unset: proofs need none. RFC 9449 §9
    std::optional<DpopNonces> nonces = {};
    /// Where the client's certificate comes from, for a token that is bound to a certificate as well. RFC 8705 §3
    CertificateOptions certificates = {};
    /// Returns the current time. Empty: the system's clock.
    Clock clock = {};
};

/// A verifier of tokens that are bound to a key by DPoP: the result of `dpop_bound`. A `RequestVerifier`.
///
/// A cheap handle to shared state, like the verifier in it: copies share the cached keys of clients.
template <BindableVerifier VerifierType>
class DpopBound {
public:
    /// The claims type that it proves.
    using claims_type = typename VerifierType::claims_type;

    /// The scheme of its tokens. RFC 9449 §7.1
    static constexpr std::string_view scheme = "DPoP";
    /// DPoP proofs name method and URL.
    static constexpr bool needs_method_and_url = true;

    /// See `dpop_bound`.
    DpopBound(const VerifierType& verifier, DpopOptions options)
        : verifier_(verifier), state_(std::make_shared<State>(std::move(options))) {}

    /// The claims of a token that the verifier accepts, and whose request has a proof of its key.
    ///
    /// Errors as of the verifier, and: `missing_claim` for a token without `cnf`; `proof_required` for a token with
    /// another scheme than `DPoP`, and for a `cnf` that names no key or something unknown; `invalid_proof`;
    /// `store_unavailable`.
    [[nodiscard]] Result<Verified<claims_type>>(verify)(std::string_view text, const RequestContext& context) const {
        if (!context.scheme.empty() && !detail::equal_without_case(context.scheme, scheme))
            return Error{Errc::proof_required, {}, "a DPoP-bound token needs the scheme DPoP"};
        return verify_with_proof(text, context);
    }

    /// Whether a text has the form of the verifier's tokens.
    [[nodiscard]] bool recognizes(std::string_view text) const { return detail::recognizes(verifier_, text); }

    /// The answer to a refused request: a challenge of the scheme `DPoP`, with the algorithms of proofs.
    [[nodiscard]] Rejection rejection(Error error, const Challenge& challenge, std::string_view /*used*/) const {
        const bool needs_nonce = error.code == Errc::invalid_proof && error.claim == "nonce" && state_->rules.nonces;
        return Rejection::for_dpop(std::move(error), challenge, detail::ProofAlgorithms::names(),
                                   needs_nonce ? state_->rules.nonces->current() : std::string{});
    }

private:
    struct State {
        explicit State(DpopOptions options)
            : rules{std::move(options.base_url), options.max_age, options.leeway, std::move(options.nonces),
                    std::move(options.clock)},
              replays(std::move(options.replays)),
              certificates{std::move(options.certificates.proxies), std::move(options.certificates.field)} {}

        const detail::DpopRules rules;
        const Replays replays;
        const detail::CertificateSource certificates;
        detail::ProofKeys keys;
    };

    // A single result, returned from a single place, so that the claims are not copied.
    [[nodiscard]] Result<Verified<claims_type>> verify_with_proof(std::string_view text,
                                                                  const RequestContext& context) const {
        std::optional<detail::HeldProof> held;
        const auto check = [&](std::string_view confirmation) -> Result<void> {
            auto proof = check_proof(confirmation, text, context);
            if (!proof) return std::move(proof).error();
            held = *std::move(proof);
            return {};
        };
        Result<Verified<claims_type>> who = (verifier_.verify)(text, check);
        if (who) {
            if (auto used = use_once(held); !used) who = std::move(used).error();
        }
        return who;
    }

    [[nodiscard]] Result<detail::HeldProof> check_proof(std::string_view confirmation, std::string_view token,
                                                        const RequestContext& context) const {
        const auto members = detail::read_confirmation(confirmation);
        if (!members) return members.error();
        if (members->jkt.empty()) return Error{Errc::proof_required, "cnf", "the cnf names no key for DPoP"};
        if (!members->x5t_s256.empty()) {
            auto proven = detail::check_thumbprint(members->x5t_s256, context, state_->certificates);
            if (!proven) return std::move(proven).error();
        }
        return detail::DpopCheck<>{state_->rules, state_->keys}.check_request(token, members->jkt, context);
    }

    /// Last of all: otherwise strangers could fill the store, or use up the jti of somebody else's proof.
    [[nodiscard]] Result<void> use_once(const std::optional<detail::HeldProof>& held) const {
        // The user's own verifier did not call the check, so nothing is proven.
        if (!held) return Error{Errc::proof_required, "cnf", "the verifier did not call the ConfirmationCheck"};
        auto used = state_->replays.use_once(held->id, held->remember_until);
        // A store forgets an expired proof, which then looks unused. So the proof must still be valid afterwards.
        if (used && detail::exact_moment_of(state_->rules.clock) > held->until)
            return detail::bad_proof("iat", "the proof expired while the request was checked");
        return used;
    }

    VerifierType verifier_;
    std::shared_ptr<State> state_;
};

/// Makes a verifier demand that a token is bound to a key of the client, and that the request carries a new proof of
/// that key in its field `DPoP`: `dpop_bound(verifier, {.base_url = "https://api.example", .replays = store})`.
///
/// The scheme of the token is `DPoP`. `Validation::allow_bearer_use` has no effect here. For a resource that also takes
/// unbound tokens, put both verifiers into a `FirstOf`.
///
/// \param verifier  a `Verifier`, a `Verifiers`, or another `BindableVerifier`.
template <class VerifierType>
[[nodiscard]] auto dpop_bound(const VerifierType& verifier, DpopOptions options) {
    constexpr bool is_bindable = BindableVerifier<VerifierType>;
    static_assert(is_bindable,
                  "credence: dpop_bound takes a Verifier, a Verifiers, or a class whose verify(text, check) calls the "
                  "ConfirmationCheck with the token's cnf");
    if constexpr (is_bindable) return DpopBound<VerifierType>{verifier, std::move(options)};
}

/// The contents of a client's proof, besides the request.
struct DpopProofOptions {
    /// The access token that goes with the request, for `ath`; empty for a request to a token endpoint.
    std::string_view access_token = {};
    /// The last `DPoP-Nonce` of that server; empty if it sent none. RFC 9449 §8
    std::string_view nonce = {};
    /// Returns the current time, for `iat`. Empty: the system's clock.
    Clock clock = system_clock;
};

/// A client's proof for one request, the value of its field `DPoP`: `dpop_proof(keys, "GET", url, {.access_token =
/// t})`.
///
/// Make a new proof for each request: each is valid once. Send the token as `Authorization: DPoP …`. RFC 9449 §4.2
///
/// \param keys    the client's `Keys`, or an `EncodingKey`, of an asymmetric algorithm; only the public half is shown.
/// \param method  as sent, such as `GET`.
/// \param url     the absolute URL of the request; its query and fragment are left out.
/// \return the proof; `invalid_proof` for an empty method, and for a URL that is not http or https; the errors of
///         `encode` and `to_jwk`.
template <class Key>
[[nodiscard]] Result<std::string> dpop_proof(const Key& keys, std::string_view method, std::string_view url,
                                             const DpopProofOptions& options = {}) {
    constexpr bool key_can_prove = detail::CanProve<Key>;
    static_assert(key_can_prove,
                  "credence: a proof is signed with the Keys or the EncodingKey of an asymmetric algorithm, such as "
                  "ES256 or EdDSA; with a shared secret, the server could make it as well");
    if constexpr (key_can_prove) {
        if (method.empty()) return Error{Errc::invalid_proof, "htm", "the method is empty"};
        if (!detail::plain_uri(url))
            return Error{Errc::invalid_proof, "htu", "the URL is not an absolute http or https URL"};
        const auto claims = detail::new_dpop_claims({method, url, options.access_token, options.nonce},
                                                    detail::moment_of(options.clock));
        if (!claims) return claims.error();
        const Result<std::string> jwk = to_jwk(keys);
        if (!jwk) return jwk.error();
        auto header = nlohmann::json::parse(*jwk, nullptr, false);
        for (const char* name : {"alg", "use", "kid"}) header.erase(name);
        return encode(*claims, keys.with_kid({}), {.type = "dpop+jwt", .header = {{"jwk", std::move(header)}}});
    } else {
        return Errc::invalid_key;
    }
}

}  // namespace credence
