// SPDX-License-Identifier: MIT
// Reads the issuer of an unverified token, to choose the verifier for it.
#pragma once

#include <credence/detail/json/json_member_search.hpp>
#include <credence/detail/json/json_reader.hpp>
#include <credence/jwt/detail/compact.hpp>

#include <optional>
#include <string_view>

namespace credence::detail {

/// How a token is read that nobody has verified yet.
struct UnverifiedRules {
    bool allow_padding = false;
    /// Where a verifier takes a payload that names a member twice, the last one counts.
    bool allow_duplicate_members = false;
};

/// The `iss` of a payload. Hostile: good for nothing but to select a verifier that checks it.
///
/// This is the one place where a payload is read before its signature holds, with no effect but the choice. So it is
/// searched for the one name, and what is wrong with the rest is not looked at: the verifier that is chosen tells it,
/// once the signature holds. Without duplicates the first `iss` is the only one, and nothing behind it is read.
class UnverifiedIssuer {
public:
    /// \param payload  the part of the token.
    explicit UnverifiedIssuer(std::string_view payload, UnverifiedRules rules = {}) {
        if (!decoded_.decode(rules.allow_padding ? without_padding(payload) : payload)) return;
        for (MemberSearch search{decoded_.bytes()}; search.next(); search.skip_value()) {
            if (!search.is_named("iss")) continue;
            read_name(search.rest());
            if (!rules.allow_duplicate_members) return;
        }
    }

    UnverifiedIssuer(const UnverifiedIssuer&) = delete;
    UnverifiedIssuer& operator=(const UnverifiedIssuer&) = delete;
    ~UnverifiedIssuer() = default;

    /// Its text, as long as this lives. Nothing where `iss` is absent or no string.
    [[nodiscard]] const std::optional<std::string_view>& name() const noexcept { return name_; }

private:
    /// Reads the name strictly, if it is one; else there is none.
    void read_name(std::string_view value) {
        name_.reset();
        JsonReader& reader = reader_.emplace(value);
        std::string_view text;
        if (reader.peek() == '"' && reader.string_view(text)) name_ = text;
    }

    DecodedPart decoded_;
    std::optional<JsonReader> reader_;  // keeps a name that was written with escapes
    std::optional<std::string_view> name_;
};

}  // namespace credence::detail
