// SPDX-License-Identifier: MIT
// Advice about each error, for the person who has the token.
#include "steps.hpp"

namespace credence::command {

namespace {

bool says(const Error& error, std::string_view words) { return error.reason.find(words) != std::string_view::npos; }

/// Advice about an error whose reason is more specific than its code.
std::string_view advice_for_reason(const Error& error) noexcept {
    if (says(error, "allow_null_members")) return "have the issuer leave the member out, or use --allow null_members";
    if (says(error, "allow_numeric_subject")) return "have the issuer write a string, or use --allow numeric_subject";
    if (says(error, "milliseconds")) return "have the issuer write seconds";
    if (says(error, "encrypted token"))
        return "get the token inside: only the holder of its decryption key can read it";
    if (says(error, "was skipped"))
        return "have the issuer mend that key; credence keys FILE shows what the set holds, and why a key is skipped";
    if (says(error, "pass only the token") || says(error, "without them"))
        return "pass the three parts of the token and nothing else";
    if (error.code == Errc::malformed_token && says(error, "header"))
        return "have the issuer write a header as RFC 7515 says";
    return "";
}

std::string_view advice_for_code(Errc code) noexcept {
    switch (code) {
        case Errc::token_too_large: return "have the issuer write fewer claims, or raise --max-token-bytes";
        case Errc::malformed_token:
            return "look for what was cut off, quoted or added: a token is three parts with dots between";
        case Errc::invalid_base64:
            return "look for what was added or lost on the way, such as spaces or line feeds; if it is '=', use "
                   "--allow-padding";
        case Errc::invalid_json: return "have the issuer write strict JSON";
        case Errc::duplicate_member: return "have the issuer write each member once";
        case Errc::unsupported_algorithm: return "have the issuer sign with one of the algorithms that there are";
        case Errc::algorithm_not_allowed:
            return "use the key of this algorithm, or use --alg; do not obey the token: it may be an attack";
        case Errc::unsupported_critical_header: return "if you handle the extension, use --understand with its name";
        case Errc::no_matching_key: return "get the issuer's present key set, and compare its key ids";
        case Errc::ambiguous_key: return "have the issuer write a kid that names one key, or use --try-all";
        case Errc::invalid_signature:
            return "use this issuer's present key; if it is, the token was changed, and nothing below is proven";
        case Errc::missing_claim: return "have the issuer write the claim";
        case Errc::invalid_claim_type: return "have the issuer write the claim with the type that RFC 7519 gives it";
        case Errc::token_expired: return "get a new token; if the clocks differ, use --leeway";
        case Errc::token_not_yet_valid: return "wait, or compare the clocks of issuer and verifier; see --leeway";
        case Errc::issued_in_future: return "compare the clocks of issuer and verifier; see --leeway";
        case Errc::token_too_old: return "get a new token, or raise --max-age";
        case Errc::invalid_type: return "get a token of the right kind; one kind must not be taken for another";
        case Errc::invalid_issuer: return "get a token from the issuer that is expected, or correct --iss";
        case Errc::invalid_subject: return "get a token for the subject that is expected, or correct --sub";
        case Errc::invalid_audience: return "get a token for this service, or pass its name with --aud";
        case Errc::invalid_key:
        case Errc::key_too_short: return "use the key of this algorithm";
        case Errc::proof_required: return "prove the possession of the key, or use --allow bearer_use";
        case Errc::insufficient_scope:
            return "get a token with the scope; if another claim grants it, use --scope-claim";
        default: return "";
    }
}

}  // namespace

std::string_view advice_for(const Error& error) noexcept {
    const std::string_view advice = advice_for_reason(error);
    return advice.empty() ? advice_for_code(error.code) : advice;
}

}  // namespace credence::command
