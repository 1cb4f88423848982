// SPDX-License-Identifier: MIT
// The keys of a verifier: what it keeps of the argument, and the compile errors for arguments that cannot verify.
#pragma once

#include <credence/jwt/validation.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/keys/keys.hpp>
#include <credence/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace credence::detail {

template <class Source>
inline constexpr bool is_encoding_key = false;
template <class Alg>
inline constexpr bool is_encoding_key<EncodingKey<Alg>> = true;

/// Placeholder for an argument that is not a key, such as a secret's text or a `Result`.
struct NoSource {
    template <class Given>
    NoSource(const Given&) {}
};

/// The half of a pair that verifies; any other source of keys as it is.
template <class Source>
struct SourceOf {
    using type = std::conditional_t<KeySource<Source> || is_encoding_key<Source>, Source, NoSource>;
};
template <class Alg>
struct SourceOf<Keys<Alg>> {
    using type = DecodingKey<Alg>;
};

/// Restricts the rules to the issuer of the keys. Rules that name another issuer accept none afterwards.
template <class Source, class Claims>
[[nodiscard]] std::optional<Error> bind_to_issuer(const Source& source, Validation<Claims>& rules) {
    if constexpr (IssuerKeySource<Source>) {
        const std::string_view issuer = source.issuer();
        if (issuer.empty() ? rules.issuer.is_set() : rules.issuer.matches(issuer)) return std::nullopt;
        const bool is_open = !issuer.empty() && !rules.issuer.is_set();
        rules.issuer = is_open ? Accept{issuer} : Accept{std::vector<std::string>{}};
        if (is_open) return std::nullopt;
        return Error{Errc::invalid_issuer, "iss",
                     issuer.empty() ? "the keys do not name their issuer; set Validation::issuer"
                                    : "Validation::issuer does not name the issuer of the keys"};
    } else {
        return std::nullopt;
    }
}

/// The compile errors for arguments that cannot verify.
template <class Source>
constexpr void demand_source() {
    constexpr bool key_is_given = KeySource<Source> || is_encoding_key<Source>;
    static_assert(key_is_given,
                  "credence: a token is verified with a DecodingKey, a Keys, a KeySet or a RotatingKeys; make one from "
                  "a secret or a text, and take the value() of a Result");
    constexpr bool key_can_verify = !is_encoding_key<Source>;
    static_assert(key_can_verify,
                  "credence: an EncodingKey signs and cannot verify; pass a DecodingKey, or the Keys that hold both");
}

}  // namespace credence::detail
