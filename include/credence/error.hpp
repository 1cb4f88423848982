// SPDX-License-Identifier: MIT
// Errc, the closed list of reasons to refuse something, in the order of the checks, and Error, which adds the claim to
// blame and what the code cannot say.
#pragma once

#include <credence/version.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace credence {

/// Everything that can be wrong, grouped by the stage that finds it.
///
/// A token passes the stages in this order, from size to claims, and the first fault ends the check. So a code also
/// tells which checks passed, except for the codes of form: a signature is decoded only once there is a key for it, and
/// a payload only once its signature holds. Within a stage the order is that of `Validation`.
enum class Errc : std::uint8_t {
    // Size and form
    token_too_large = 1,  ///< Longer than `Validation::max_token_bytes`. (1: a zero std::error_code means success.)
    malformed_token,      ///< Not three parts, or a part is not a JSON object. RFC 7515 §7.1, RFC 7519 §7.2
    invalid_base64,       ///< Not base64url without padding, or with trailing bits that are not zero. RFC 7515 §2
    invalid_json,         ///< Not strict JSON: grammar, UTF-8, more than 32 levels. RFC 8259
    duplicate_member,     ///< An object names a member twice. RFC 7515 §4, RFC 7519 §4

    // Header
    unsupported_algorithm,        ///< `alg` names no algorithm that credence knows; `none` is not one. RFC 8725 §3.1
    algorithm_not_allowed,        ///< `alg` is not the algorithm of the key. RFC 8725 §3.1
    unsupported_critical_header,  ///< `crit` is malformed, or names an unknown extension. RFC 7515 §4.1.11

    // Key and signature
    no_matching_key,    ///< The key set has no usable key for this `kid` and `alg`.
    ambiguous_key,      ///< More than one key of the set fits.
    invalid_signature,  ///< The signature does not belong to these bytes and this key. RFC 7515 §5.2

    // Claims
    missing_claim,        ///< A claim that the policy or the claims type needs is absent.
    invalid_claim_type,   ///< A claim has another JSON type than it must have, or is out of its range.
    token_expired,        ///< `exp` is now or in the past. RFC 7519 §4.1.4
    token_not_yet_valid,  ///< `nbf` is in the future. RFC 7519 §4.1.5
    issued_in_future,     ///< `iat` is in the future.
    token_too_old,        ///< `iat` is longer ago than `Validation::max_age`.
    invalid_type,         ///< The header's `typ` is not the one demanded. RFC 8725 §3.11
    invalid_issuer,       ///< `iss` is not one that is accepted. RFC 8725 §3.8
    invalid_subject,      ///< `sub` is not one that is accepted.
    invalid_audience,     ///< The token is for another audience. RFC 7519 §4.1.3
    check_failed,         ///< A check of the application said no.
    token_revoked,        ///< The token, its login, or all tokens of its subject were revoked.
    proof_required,       ///< The token is bound to a key (`cnf`), and nothing proved its possession. RFC 7800 §3.1

    // Making keys
    invalid_key,    ///< Not a key for this algorithm and use.
    key_too_short,  ///< The key is weaker than the algorithm demands. RFC 7518 §3.2, §3.3

    // Encrypted tokens
    decryption_failed,  ///< The token could not be decrypted; the failed step is not revealed. RFC 7516 §11.5

    // HTTP and stores
    missing_credentials,    ///< The request has no `Authorization` field, or one of another scheme. RFC 6750 §3
    malformed_credentials,  ///< More than one credential, or not exactly one token after `Bearer`. RFC 6750 §3.1
    insufficient_scope,     ///< The token is valid, but lacks a scope that is required. RFC 6750 §3.1
    invalid_proof,          ///< The proof of possession is missing, invalid or replayed. RFC 9449 §7.1
    keys_unavailable,       ///< The verification keys are temporarily unavailable.
    store_unavailable,      ///< A store, of revocations or sessions for one, is temporarily unavailable.
};

/// The enumerator's name, `"token_expired"`: for machines, stable between versions.
[[nodiscard]] constexpr std::string_view to_string(Errc code) noexcept {
    switch (code) {  // no default: -Wswitch points here when a value is added
        case Errc::token_too_large: return "token_too_large";
        case Errc::malformed_token: return "malformed_token";
        case Errc::invalid_base64: return "invalid_base64";
        case Errc::invalid_json: return "invalid_json";
        case Errc::duplicate_member: return "duplicate_member";
        case Errc::unsupported_algorithm: return "unsupported_algorithm";
        case Errc::algorithm_not_allowed: return "algorithm_not_allowed";
        case Errc::unsupported_critical_header: return "unsupported_critical_header";
        case Errc::no_matching_key: return "no_matching_key";
        case Errc::ambiguous_key: return "ambiguous_key";
        case Errc::invalid_signature: return "invalid_signature";
        case Errc::missing_claim: return "missing_claim";
        case Errc::invalid_claim_type: return "invalid_claim_type";
        case Errc::token_expired: return "token_expired";
        case Errc::token_not_yet_valid: return "token_not_yet_valid";
        case Errc::issued_in_future: return "issued_in_future";
        case Errc::token_too_old: return "token_too_old";
        case Errc::invalid_type: return "invalid_type";
        case Errc::invalid_issuer: return "invalid_issuer";
        case Errc::invalid_subject: return "invalid_subject";
        case Errc::invalid_audience: return "invalid_audience";
        case Errc::check_failed: return "check_failed";
        case Errc::token_revoked: return "token_revoked";
        case Errc::proof_required: return "proof_required";
        case Errc::invalid_key: return "invalid_key";
        case Errc::key_too_short: return "key_too_short";
        case Errc::decryption_failed: return "decryption_failed";
        case Errc::missing_credentials: return "missing_credentials";
        case Errc::malformed_credentials: return "malformed_credentials";
        case Errc::insufficient_scope: return "insufficient_scope";
        case Errc::invalid_proof: return "invalid_proof";
        case Errc::keys_unavailable: return "keys_unavailable";
        case Errc::store_unavailable: return "store_unavailable";
    }
    return "unknown";
}

/// One sentence for logs: stable, without secrets, without token content.
[[nodiscard]] constexpr std::string_view message(Errc code) noexcept {
    switch (code) {  // no default: -Wswitch points here when a value is added
        case Errc::token_too_large: return "the token is longer than the limit";
        case Errc::malformed_token:
            return "the token is not in compact form: a JSON header and two more parts, or four if it is encrypted, "
                   "with dots between";
        case Errc::invalid_base64: return "a part of the token is not strict base64url";
        case Errc::invalid_json: return "a part of the token is not strict JSON";
        case Errc::duplicate_member: return "a JSON object names a member twice";
        case Errc::unsupported_algorithm: return "the header's alg is not supported";
        case Errc::algorithm_not_allowed: return "the header's alg is not the algorithm of the key";
        case Errc::unsupported_critical_header: return "the header's crit is malformed or names an unknown extension";
        case Errc::no_matching_key: return "no usable key has the token's kid and alg";
        case Errc::ambiguous_key: return "more than one key matches the token's kid and alg";
        case Errc::invalid_signature: return "the signature does not match this token and key";
        case Errc::missing_claim: return "a required claim is missing";
        case Errc::invalid_claim_type: return "a claim has the wrong JSON type or is out of range";
        case Errc::token_expired: return "the token has expired";
        case Errc::token_not_yet_valid: return "the token is not valid yet";
        case Errc::issued_in_future: return "the token was issued in the future";
        case Errc::token_too_old: return "the token was issued too long ago";
        case Errc::invalid_type: return "the token's typ is not the required one";
        case Errc::invalid_issuer: return "the issuer is not accepted";
        case Errc::invalid_subject: return "the subject is not accepted";
        case Errc::invalid_audience: return "the audience is not accepted";
        case Errc::check_failed: return "an application check rejected the claims";
        case Errc::token_revoked: return "the token was revoked";
        case Errc::proof_required: return "the token is bound to a key, and the request carries no proof of possession";
        case Errc::invalid_key: return "the key cannot be used with this algorithm";
        case Errc::key_too_short: return "the key is too short for the algorithm";
        case Errc::decryption_failed: return "the token could not be decrypted";
        case Errc::missing_credentials: return "the request carries no bearer token";
        case Errc::malformed_credentials: return "the request does not carry exactly one well-formed credential";
        case Errc::insufficient_scope: return "the token lacks a required scope";
        case Errc::invalid_proof: return "the proof of possession is not valid";
        case Errc::keys_unavailable: return "the verification keys are temporarily unavailable";
        case Errc::store_unavailable: return "the store is temporarily unavailable";
    }
    return "unknown error";
}

/// Why something was refused.
struct Error {
    Errc code;
    /// The claim or check to blame, if there is one. It is always a name that the policy, the claims type or RFC 7519
    /// spells, never a name read from the token.
    std::string claim = {};
    /// The detail that the code cannot express: "expected a public key, found a private one". Empty, or a text with
    /// static storage duration; never made of input.
    std::string_view reason = {};
    /// For `keys_unavailable`: when to try again; 0 if unknown.
    std::chrono::seconds retry_after{0};

    /// Compares code and claim. The reason only explains, and its wording may change between versions.
    friend bool operator==(const Error& left, const Error& right) noexcept {
        return left.code == right.code && left.claim == right.claim;
    }
};

/// One sentence for logs, with the claim and the reason if there are any:
/// `a claim has the wrong JSON type or is out of range (exp): in milliseconds; a NumericDate is in seconds`.
[[nodiscard]] inline std::string message(const Error& error) {
    std::string sentence{message(error.code)};
    if (!error.claim.empty()) sentence.append(" (").append(error.claim).append(")");
    if (!error.reason.empty()) sentence.append(": ").append(error.reason);
    return sentence;
}

namespace detail {

class [[gnu::visibility("default")]] ErrorCategory final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "credence"; }
    [[nodiscard]] std::string message(int value) const override {
        return std::string{credence::message(static_cast<Errc>(value))};
    }
};

}  // namespace detail

/// The category of credence's codes, for `std::error_code`. One object in the whole program, also across libraries with
/// hidden visibility. Only a library loaded with `dlopen` may have its own.
[[nodiscard, gnu::visibility("default")]] inline const std::error_category& error_category() noexcept {
    static const detail::ErrorCategory category;
    return category;
}

/// Makes `std::error_code{Errc::token_expired}` and `code == Errc::token_expired` work.
[[nodiscard]] inline std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), error_category()};
}

/// Whether `code` is this one of credence's codes. Categories are compared by name, because a library that is loaded
/// with `dlopen` may have an `error_category` of its own.
[[nodiscard]] inline bool operator==(const std::error_code& code, Errc value) noexcept {
    return code.value() == static_cast<int>(value) &&
           std::string_view{code.category().name()} == error_category().name();
}

}  // namespace credence

template <>
struct std::is_error_code_enum<credence::Errc> : std::true_type {};
