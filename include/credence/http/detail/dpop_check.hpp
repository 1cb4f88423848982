// SPDX-License-Identifier: MIT
// Checks the DPoP proof of a request. RFC 9449 §4.3
#pragma once

#include <credence/clock.hpp>
#include <credence/http/dpop_nonces.hpp>
#include <credence/http/request_verifier.hpp>
#include <credence/jwt/decode.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/http/detail/dpop_claims.hpp>
#include <credence/http/detail/http_uri.hpp>
#include <credence/http/detail/proof_keys.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// The values that a proof is compared with, besides those of the request.
struct DpopRules {
    std::string base_url;
    std::chrono::seconds max_age;
    std::chrono::seconds leeway;
    std::optional<DpopNonces> nonces;
    Clock clock;
};

/// A valid proof, which may still have been used before.
struct HeldProof {
    std::string id;              ///< identifies key and jti
    NumericDate until;           ///< the last second in which it is valid
    NumericDate remember_until;  ///< the last one in which a server whose clock is behind may take it for valid
};

/// The checks of a proof. A template, so that only programs that check proofs pay for compiling it.
template <class ProofClaims = DpopClaims>
class DpopCheck {
public:
    /// The longest proof, in bytes.
    static constexpr std::size_t longest_proof = 8 * 1024;

    DpopCheck(const DpopRules& rules, ProofKeys& keys) noexcept : rules_(rules), keys_(keys) {}

    /// \param token  the access token that the request carried.
    /// \param jkt    the thumbprint of the key that the token is bound to.
    /// \return the proof, whose `jti` must still be looked up; `invalid_proof`, with claim `nonce` if a proof with the
    ///         server's current nonce would be accepted.
    [[nodiscard]] Result<HeldProof> check_request(std::string_view token, std::string_view jkt,
                                                  const RequestContext& context) const {
        const HeaderValue field = context.field("DPoP");
        if (field.is_repeated()) return bad_proof("", "the request has more than one DPoP field");
        const std::string_view proof = trimmed(field.view());
        if (proof.empty()) return bad_proof("", "the request has no DPoP field");
        if (proof.size() > longest_proof) return bad_proof("", "the proof is longer than 8 KiB");
        const std::string_view segment = proof.substr(0, proof.find('.'));
        auto key = keys_.find(segment);
        const bool is_new = key == nullptr;
        if (is_new) {
            auto read = read_proof_key(segment);
            if (!read) return std::move(read).error();
            key = std::make_shared<const ProofKey>(*std::move(read));
        }
        // Before the signature is checked, so that another key costs nothing more.
        if (key->thumbprint != jkt)
            return bad_proof("jwk", "the proof is not signed with the key that the token names");
        const auto claims = decode<ProofClaims>(proof, ProofKeySource{key}, proof_rules());
        if (!claims) return bad_proof(claims.error());
        if (auto refused = check_claims(**claims, token, context)) return *std::move(refused);
        if (is_new) keys_.insert(segment, key);
        std::string id = sha256_text(std::string{jkt}.append(".").append((*claims)->jti));
        if (id.empty()) return Error{Errc::store_unavailable, {}, no_hash};
        const NumericDate until = saturating_sum(saturating_sum((*claims)->iat, max_age()), leeway());
        return HeldProof{std::move(id), until, saturating_sum(until, leeway())};
    }

private:
    [[nodiscard]] std::chrono::seconds max_age() const noexcept {
        return (std::max)(rules_.max_age, std::chrono::seconds{0});
    }
    [[nodiscard]] std::chrono::seconds leeway() const noexcept {
        return std::clamp(rules_.leeway, std::chrono::seconds{0}, max_leeway);
    }

    /// The library's rules for tokens, as far as they apply to a proof.
    [[nodiscard]] Validation<ProofClaims> proof_rules() const {
        Validation<ProofClaims> rules;
        rules.audience = any_audience;
        rules.type = "dpop+jwt";
        rules.leeway = leeway();
        rules.max_age = max_age();
        rules.max_token_bytes = longest_proof;
        rules.allow_missing_exp = true;
        rules.allow_bearer_use = true;
        rules.clock = rules_.clock;
        return rules;
    }

    [[nodiscard]] std::optional<Error> check_claims(const ProofClaims& claims, std::string_view token,
                                                    const RequestContext& context) const {
        if (claims.jti.empty()) return bad_proof("jti", "the jti is empty");
        if (context.method.empty()) return bad_proof("htm", "the HTTP stack does not give the method of a request");
        if (claims.htm != context.method) return bad_proof("htm", "the proof is for another method");
        const auto uri = request_uri(rules_.base_url, context.url);
        if (!uri) return bad_proof("htu", "the URL of the request is unknown: see DpopOptions::base_url");
        if (plain_uri(claims.htu) != uri) return bad_proof("htu", "the proof is for another URL");
        if (!claims.ath) return bad_proof("ath", "the proof names no access token");
        const std::string hash = sha256_text(token);
        if (hash.empty() || *claims.ath != hash) return bad_proof("ath", "the proof is for another access token");
        if (!rules_.nonces) return std::nullopt;
        if (!claims.nonce) return bad_proof("nonce", "the proof has no nonce");
        if (!rules_.nonces->accepts(*claims.nonce)) return bad_proof("nonce", "the nonce is not a current one");
        return std::nullopt;
    }

    const DpopRules& rules_;
    ProofKeys& keys_;
};

}  // namespace credence::detail
