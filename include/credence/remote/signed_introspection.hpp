// SPDX-License-Identifier: MIT
// SignedIntrospection: answers of an introspection endpoint that are signed by its issuer. RFC 9701
#pragma once

#include <credence/claims/claims.hpp>
#include <credence/error.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/remote/detail/introspection_access.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace credence {

namespace detail {

/// The private claim of a signed answer. RFC 9701 §5
struct IntrospectionAnswerClaim {
    nlohmann::json token_introspection;
};

}  // namespace detail

/// The issuer and the recipient of signed answers.
struct SignedIntrospectionRules {
    /// The issuer's URL, the `iss` of an answer. Empty: the issuer of the keys, if they have one.
    std::string issuer = {};
    /// This service's client id, the `aud` of an answer.
    std::string client_id = {};
    /// The greatest age of an answer: it is made for the request.
    std::chrono::seconds max_age{60};
    /// How far the clocks may differ.
    std::chrono::seconds leeway{60};
};

/// Checks that answers are signed by the issuer for this service. For `IntrospectionOptions::signed_answers`.
///
/// An answer is a JWT of the type `token-introspection+jwt`, whose `iss`, `aud` and `iat` satisfy the rules. So it
/// cannot be confused with an access token. Encrypted answers are not supported. RFC 9701 §5, §8.1
class SignedIntrospection {
public:
    /// \param keys  of the issuer: a `RemoteKeys`, a `KeySet` or another `KeySource`; a copy is kept.
    /// \return `invalid_issuer` if no issuer is named and the keys do not have one, or if they differ;
    ///         `invalid_audience` without a client id.
    template <KeySource Source>
    [[nodiscard]] static Result<SignedIntrospection> by(const Source& keys, SignedIntrospectionRules rules) {
        using Claims = credence::Claims<detail::IntrospectionAnswerClaim>;
        if (rules.client_id.empty()) return Error{Errc::invalid_audience, "aud", "client_id is not set"};
        Validation<Claims> validation{.audience = std::move(rules.client_id),
                                      .type = "token-introspection+jwt",
                                      .leeway = rules.leeway,
                                      .max_age = rules.max_age,
                                      .max_token_bytes = most_answer_bytes,
                                      .allow_missing_exp = true};  // RFC 9701 §5: it should have none
        if (!rules.issuer.empty()) validation.issuer = std::move(rules.issuer);
        if constexpr (IssuerKeySource<Source>) {
            auto verifier = verifier_for<Claims>(keys, std::move(validation));
            if (!verifier) return std::move(verifier).error();
            return SignedIntrospection{open_with(*verifier)};
        } else {
            if (!validation.issuer.is_set()) return Error{Errc::invalid_issuer, "iss", "the issuer is not set"};
            return SignedIntrospection{open_with(verifier_for<Claims>(keys, std::move(validation)))};
        }
    }

private:
    friend struct detail::IntrospectionAccess;

    static constexpr std::size_t most_answer_bytes = std::size_t{16} * 1024 * 1024;  // max_answer_bytes is the bound

    using Open = std::function<Result<nlohmann::json>(std::string_view)>;

    explicit SignedIntrospection(Open open) : open_(std::move(open)) {}

    template <class VerifierType>
    [[nodiscard]] static Open open_with(const VerifierType& verifier) {
        return [verifier](std::string_view answer) -> Result<nlohmann::json> {
            const auto opened = (verifier.verify)(answer);
            if (!opened) return opened.error();
            return opened->token_introspection;
        };
    }

    Open open_;
};

}  // namespace credence
