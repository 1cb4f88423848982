// SPDX-License-Identifier: MIT
// The tokens of this service, for an algorithm that is chosen when it starts.
#pragma once

#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace login {

/// The claims of both tutorials: one names its user `username`, the other `sub`, and adds a company.
struct Visitor {
    std::optional<std::string> username = {};
    std::optional<std::string> sub = {};
    std::optional<std::string> company = {};
    credence::NumericDate exp = {};

    [[nodiscard]] std::string name() const { return username ? *username : sub.value_or(""); }
};

/// Signs and verifies, with one key of one algorithm. The functions know the algorithm, as a type; nothing else does.
struct Tokens {
    using claims_type = Visitor;  // with `verify` this is all that `require_bearer` and `protect` ask of a verifier

    [[nodiscard]] credence::Result<credence::Verified<Visitor>> verify(std::string_view token) const {
        return verifier(token);
    }

    std::function<credence::Result<std::string>(const Visitor&)> encode;
    std::function<credence::Result<credence::Verified<Visitor>>(std::string_view)> verifier;
};

/// The operator's choice.
struct KeyChoice {
    std::string algorithm = "HS256";
    std::optional<std::string> secret = {};    ///< For HS256, HS384 and HS512; nullopt: a random one for this run.
    std::optional<std::string> key_file = {};  ///< The private key in PEM for the others; nullopt: a new one.
};

/// \throws support::StartError when the algorithm is unknown, or the key does not fit it.
[[nodiscard]] Tokens make_tokens(const KeyChoice& choice);

/// Letters and digits from the random generator that also makes keys.
[[nodiscard]] std::string random_characters(std::size_t count);

}  // namespace login
