// SPDX-License-Identifier: MIT
// A JWK or a JWK Set as text: read strictly, and its members found by name. RFC 7517 §4, §5
#pragma once

#include <credence/detail/json_reader.hpp>
#include <credence/detail/key_material_form.hpp>
#include <credence/detail/secret.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace credence::detail {

/// No key needs a longer text; a certificate chain that does is no key either.
inline constexpr std::size_t longest_key_text = 1024 * 1024;

/// The members that are base64url of something secret, but those of `oth`, which is never looked into. RFC 7518 §6.2.2,
/// §6.3.2, §6.4.1
inline constexpr std::array<std::string_view, 7> secret_members{"k", "d", "p", "q", "dp", "dq", "qi"};

[[nodiscard]] inline bool is_secret_member(std::string_view name) noexcept {
    return std::find(secret_members.begin(), secret_members.end(), name) != secret_members.end();
}

/// One member of a JWK.
struct JwkMember {
    std::string_view name;
    std::string_view text;  ///< the string that it is, a secret one as it is written; of any other value its JSON
    bool is_string = false;
};

/// The members of a JWK. They lie in the text and the reader that they were read from.
class Jwk {
public:
    /// Reads any value; one that is no object has no members. \return false when the text is at fault.
    [[nodiscard]] bool read(JsonReader& reader) {
        is_object_ = reader.peek() == '{';
        const char* const begin = reader.position();
        const auto add_member = [&](std::string_view name) { return reader.note_name(name) && add(reader, name); };
        if (is_object_ ? !reader.object(add_member) : !reader.skip()) return false;
        json_ = {begin, static_cast<std::size_t>(reader.position() - begin)};
        return true;
    }

    /// The whole of it, as it was written.
    [[nodiscard]] std::string_view json() const noexcept { return json_; }

    [[nodiscard]] bool is_object() const noexcept { return is_object_; }

    [[nodiscard]] bool has(std::string_view name) const noexcept { return find(name) != nullptr; }

    /// A member that is a string; nothing when it is absent or something else.
    [[nodiscard]] std::optional<std::string_view> string(std::string_view name) const noexcept {
        const JwkMember* const member = find(name);
        return member == nullptr || !member->is_string ? std::nullopt : std::optional{member->text};
    }

    /// Whether a member is this string.
    [[nodiscard]] bool says(std::string_view name, std::string_view wanted) const noexcept {
        return string(name) == wanted;
    }

    /// Whether a member that may be absent is this string if it is there.
    [[nodiscard]] bool is_absent_or(std::string_view name, std::string_view wanted) const noexcept {
        return !has(name) || says(name, wanted);
    }

    /// The JSON of a member that is an array, to be read by a reader of its own; empty when it is absent or something
    /// else.
    [[nodiscard]] std::string_view array(std::string_view name) const noexcept {
        const JwkMember* const member = find(name);
        const bool is_array = member != nullptr && !member->is_string && member->text.starts_with('[');
        return is_array ? member->text : std::string_view{};
    }

    /// Whether something secret is written with escapes. base64url needs none, and what they stand for would lie in
    /// memory that nobody wipes.
    [[nodiscard]] bool has_escaped_secret() const noexcept {
        return std::any_of(members_.begin(), members_.end(), [](const JwkMember& member) {
            return is_secret_member(member.name) && member.text.find('\\') != std::string_view::npos;
        });
    }

private:
    [[nodiscard]] bool add(JsonReader& reader, std::string_view name) {
        JwkMember member{.name = name, .text = {}, .is_string = reader.peek() == '"'};
        const char* const begin = reader.position();
        if (member.is_string && !is_secret_member(name)) {
            if (!reader.string_view(member.text)) return false;
        } else {
            if (!reader.skip()) return false;
            member.text = {begin, static_cast<std::size_t>(reader.position() - begin)};
            if (member.is_string) member.text = member.text.substr(1, member.text.size() - 2);  // the quotes
        }
        members_.push_back(member);
        return true;
    }

    [[nodiscard]] const JwkMember* find(std::string_view name) const noexcept {
        for (const JwkMember& member : members_) {
            if (member.name == name) return &member;
        }
        return nullptr;
    }

    std::vector<JwkMember> members_;
    std::string_view json_;
    bool is_object_ = false;
};

/// A whole text that is one JSON object. Its copy here is overwritten when it is dropped, for it may be a private key.
class JwkDocument {
public:
    /// Reads a text; once.
    [[nodiscard]] KeyResult<void> read(std::string_view text) {
        if (text.size() > longest_key_text) return bad_key("more than 1 MiB of text");
        padded_ = SecretBytes{text.size() + json_padding};
        text.copy(reinterpret_cast<char*>(padded_.data()), text.size());
        reader_.emplace(as_text(padded_.view()).substr(0, text.size()));
        if (!object_.read(*reader_) || !reader_->at_end()) return bad_key("no strict JSON");
        if (!object_.is_object()) return bad_key("JSON, but no object");
        return {};
    }

    [[nodiscard]] const Jwk& operator*() const noexcept { return object_; }
    [[nodiscard]] const Jwk* operator->() const noexcept { return &object_; }

    /// Calls `take(jwk)` for each element of `keys`, whatever it is; gives false when `keys` is no array, or has more
    /// elements than `most`, of which none is taken then.
    template <class Take>
    [[nodiscard]] bool each_key(std::size_t most, Take&& take) const {
        const std::string_view keys = object_.array("keys");
        if (keys.empty()) return false;
        JsonReader counter{keys};
        std::size_t count = 0;
        if (!counter.array([&] { return ++count <= most && counter.skip(); })) return false;
        JsonReader reader{keys};
        return reader.array([&] {
            Jwk jwk;
            if (!jwk.read(reader)) return false;
            take(jwk);
            return true;
        });
    }

private:
    SecretBytes padded_;
    std::optional<JsonReader> reader_;  // holds what was written with escapes
    Jwk object_;
};

}  // namespace credence::detail
