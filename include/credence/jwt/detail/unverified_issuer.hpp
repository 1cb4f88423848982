// SPDX-License-Identifier: MIT
// Reads the issuer of an unverified token, to choose the verifier for it.
#pragma once

#include <credence/detail/json/json_reader.hpp>
#include <credence/jwt/detail/compact.hpp>

#include <optional>
#include <string>
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
/// This is the one place where a payload is read before its signature holds, with no effect but the choice. So what is
/// wrong with it is not told: the verifier that is chosen tells it, once the signature holds. Without duplicates the
/// first `iss` is the only one, and nothing behind it is read.
class UnverifiedIssuer {
public:
    /// \param payload  the part of the token.
    explicit UnverifiedIssuer(std::string_view payload, UnverifiedRules rules = {}) {
        if (!decoded_.decode(rules.allow_padding ? without_padding(payload) : payload)) return;
        JsonReader& reader = reader_.emplace(decoded_.bytes(), JsonRules{.allow_duplicate_members = true});
        if (reader.peek() != '{') return;
        std::string room;
        static_cast<void>(reader.members([&] {
            std::string_view member;
            if (!reader.member_name(member, room)) return false;
            if (member != "iss") return skip_value(reader);
            return read_value(reader) && rules.allow_duplicate_members;
        }));
    }

    UnverifiedIssuer(const UnverifiedIssuer&) = delete;
    UnverifiedIssuer& operator=(const UnverifiedIssuer&) = delete;
    ~UnverifiedIssuer() = default;

    /// Its text, as long as this lives. Nothing where `iss` is absent, no string, or out of reach behind a fault.
    [[nodiscard]] const std::optional<std::string_view>& name() const noexcept { return name_; }

private:
    /// Lists and objects are skipped by their brackets: a stranger's payload is to cost little, and no fault is told.
    [[nodiscard]] static bool skip_value(JsonReader& reader) {
        const char first = reader.peek();
        if (first != '{' && first != '[') return reader.skip();
        reader.skip_brackets();
        return true;
    }

    [[nodiscard]] bool read_value(JsonReader& reader) {
        name_.reset();
        if (reader.peek() != '"') return skip_value(reader);
        std::string_view text;
        if (!reader.string_view(text)) return false;
        name_ = text;
        return true;
    }

    DecodedPart decoded_;
    std::optional<JsonReader> reader_;
    std::optional<std::string_view> name_;
};

}  // namespace credence::detail
