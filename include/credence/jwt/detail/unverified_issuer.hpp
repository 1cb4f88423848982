// SPDX-License-Identifier: MIT
// Reads the issuer of an unverified token, to choose the verifier for it.
#pragma once

#include <credence/detail/json/json_reader.hpp>
#include <credence/detail/json/json_string.hpp>
#include <credence/detail/json/json_words.hpp>
#include <credence/detail/json/name_table.hpp>
#include <credence/jwt/detail/compact.hpp>
#include <credence/jwt/detail/issuer_search.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace credence::detail {

/// How to read a token that is not verified yet.
struct UnverifiedRules {
    bool allow_padding = false;
    /// If a verifier accepts duplicate members, the last one counts.
    bool allow_duplicate_members = false;
};

/// The unverified `iss` of a payload. Use it only to select a verifier, which then checks it.
///
/// The choice is the only effect that a payload has before its signature holds, besides the fetch of an unknown key.
/// This searches for this one name and ignores errors elsewhere: the chosen verifier reports them, once the signature
/// holds.
/// If duplicates are not allowed, the search ends at the first `iss`.
class UnverifiedIssuer {
public:
    /// \param payload  the encoded part of the token.
    explicit UnverifiedIssuer(std::string_view payload, UnverifiedRules rules = {}) {
        if (!decoded_.decode(rules.allow_padding ? without_padding(payload) : payload)) return;
        if (!rules.allow_duplicate_members && begins_with_issuer(decoded_.bytes())) {
            read_name(decoded_.bytes().substr(first_name.size() - 1));
            return;
        }
        for (IssuerSearch search{decoded_.bytes()}; search.next();) {
            read_name(search.rest());
            if (!rules.allow_duplicate_members) return;
        }
    }

    UnverifiedIssuer(const UnverifiedIssuer&) = delete;
    UnverifiedIssuer& operator=(const UnverifiedIssuer&) = delete;
    ~UnverifiedIssuer() = default;

    /// The name, valid as long as this object. Nullopt if `iss` is absent or not a string.
    [[nodiscard]] const std::optional<std::string_view>& name() const noexcept { return name_; }

    /// The whole payload, for the verifier that is chosen: it need not decode the same text again. See
    /// `DecodedPart::is_of`.
    [[nodiscard]] const DecodedPart& payload() const noexcept { return decoded_; }

private:
    /// More escapes than the name of any issuer has. Decoding many takes as long as checking a signature.
    static constexpr std::size_t most_escapes = 512;

    /// The usual beginning of a payload whose first member is `iss`. It needs no search.
    static constexpr std::string_view first_name = R"({"iss":")";
    static_assert(first_name.size() == sizeof(std::uint64_t));

    [[nodiscard]] static bool begins_with_issuer(std::string_view payload) noexcept {
        return load_word(payload.data()) == word_of_name(first_name);  // `json_padding` follows a short payload
    }

    /// Reads the name strictly. Leaves nullopt if the value is not a string, or has more escapes.
    void read_name(std::string_view value) {
        name_.reset();
        if (value.front() != '"') return;
        const char* const begin = value.data() + 1;
        if (const char* const end = end_of_plain_run(begin); *end == '"') {  // usual, and needs no reader
            name_ = std::string_view{begin, static_cast<std::size_t>(end - begin)};
            return;
        }
        JsonReader& reader = reader_.emplace(value, JsonRules{.escape_limit = most_escapes});
        std::string_view text;
        if (reader.string_view(text)) name_ = text;
    }

    DecodedPart decoded_;
    std::optional<JsonReader> reader_;  // holds the text of a name that has escapes
    std::optional<std::string_view> name_;
};

}  // namespace credence::detail
