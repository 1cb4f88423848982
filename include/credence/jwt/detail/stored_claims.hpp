// SPDX-License-Identifier: MIT
// Claims that a store keeps for a session or an API key: written as JSON, and read back into a proof.
#pragma once

#include <credence/claims/claims.hpp>
#include <credence/clock.hpp>
#include <credence/jwt/confirmation.hpp>
#include <credence/jwt/header.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/jwt/verified_header.hpp>
#include <credence/result.hpp>
#include <credence/claims/detail/claims_writer.hpp>
#include <credence/jwt/detail/claim_index.hpp>
#include <credence/jwt/detail/jose_header.hpp>
#include <credence/jwt/detail/payload.hpp>
#include <credence/jwt/detail/rules.hpp>
#include <credence/jwt/detail/shared_header.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

inline constexpr ObjectReasons stored_reasons{
    "the stored claims are not strict JSON", "the stored claims have more than 32 levels of nesting",
    "the stored claims are not UTF-8",       "the stored claims begin with a byte order mark",
    "the stored claims name a member twice", "the stored claims are JSON, but not an object"};

/// The header of a proof that did not come from a token: no `alg`, no `kid`, and `{}` as its text.
[[nodiscard]] inline const VerifiedHeader& empty_header() {
    static const auto& header = *new VerifiedHeader{Header{}, "e30"};  // never destroyed: proofs refer to it
    return header;
}

/// Claims as a store keeps them.
struct WrittenClaims {
    std::string json = {};
    std::string subject = {};                    ///< `sub`
    std::optional<NumericDate> expires_at = {};  ///< `exp`
};

/// Writes claims for a store, and makes a proof of what the store gives back. Beside the pipeline, it is the only place
/// that makes a `Verified`. The caller has checked the secret under which the store keeps the claims.
///
/// `exp` and `nbf` are checked both times. Claims with `cnf` are `proof_required`: nothing would check their key.
template <class Claims>
class StoredClaims {
    using Proof = Verified<Claims>;

public:
    explicit StoredClaims(const Clock& clock)
        : StoredClaims(Validation<Claims>{
              .audience = any_audience, .allow_missing_exp = true, .allow_future_iat = true, .clock = clock}) {}
    /// The same with the caller's own rules; all of them are checked, except for `type`.
    explicit StoredClaims(Validation<Claims> rules) : rules_(std::move(rules)) { rules_.type.clear(); }

    /// \return `missing_claim` without a subject, errors as of `encode` and those of the rules.
    [[nodiscard]] Result<WrittenClaims> write(const Claims& claims) const {
        WrittenClaims out;
        if (auto written = write_claims(out.json, claims); !written) return std::move(written).error();
        ClaimIndex index{rules_};
        Claims again{};
        const std::string padded = with_padding(out.json);
        if (auto refused = read(padded, again, index)) return *std::move(refused);
        std::string scratch;
        if (index.has(RecognisedClaim::sub)) out.subject = unquoted(index.text(RecognisedClaim::sub), scratch);
        if (out.subject.empty()) return refuse(Errc::missing_claim, RecognisedClaim::sub, "claims in a store need it");
        out.expires_at = index.dates().exp.date;
        return out;
    }

    /// \return the proof; `invalid_json`, `duplicate_member` or `malformed_token` for a damaged text; `missing_claim`
    ///         or `invalid_claim_type` for claims of another type; errors of the rules.
    ///
    /// \param check  decides about `cnf`; null where possession of a key cannot be proven.
    [[nodiscard]] Result<Proof> prove(std::string json, const ConfirmationCheck* check = nullptr) const {
        const VerifiedHeader& empty = empty_header();
        const HeaderView header{empty, {}, &empty};
        Result<Proof> proof{from_call, [&] { return Proof{typename Proof::Proven{}, header}; }};
        if (auto refused = read_and_check(with_padding(std::move(json)), *(*proof).own_, check)) {
            proof = *std::move(refused);
        }
        return proof;
    }

private:
    [[nodiscard]] static std::string with_padding(std::string json) {
        json.append(json_padding, '\0');
        return json;
    }

    [[nodiscard]] std::optional<Error> read_and_check(const std::string& padded, typename Proof::Facts& facts,
                                                      const ConfirmationCheck* check) const {
        ClaimIndex index{rules_};
        if (auto refused = read(padded, facts.claims, index, check)) return refused;
        fill_scopes(index, facts.scopes);
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Error> read(std::string_view padded, Claims& claims, ClaimIndex& index,
                                            const ConfirmationCheck* check = nullptr) const {
        JsonReader reader{padded.substr(0, padded.size() - json_padding)};
        Result<void> mapped;
        const auto read_claims = [&] { return read_payload(reader, claims, index, mapped); };
        if (auto refused = read_object_text(reader, stored_reasons, read_claims)) return refused;
        if (auto refused = check_rules(rules_, {}, index)) return refused;
        if (!mapped) return std::move(mapped).error();
        if constexpr (has_registered_part<Claims>) fill_registered(index, claims);
        for (const auto& rule : rules_.checks) {
            if (!rule.accepts(claims)) return Error{rule.code(), rule.name()};
        }
        if (check == nullptr) return check_bearer_use(rules_, index);
        auto proven = (*check)(index.text(RecognisedClaim::cnf));
        if (!proven) return std::move(proven).error();
        return std::nullopt;
    }

    Validation<Claims> rules_;
};

}  // namespace credence::detail
