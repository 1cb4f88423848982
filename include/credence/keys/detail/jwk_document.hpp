// SPDX-License-Identifier: MIT
// A JWK or a JWK Set as text: strict JSON, whose members are found by name. RFC 7517 §4, §5
#pragma once

#include <credence/result.hpp>
#include <credence/detail/json/json_reader.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/key_encodings.hpp>
#include <credence/keys/detail/key_format.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// No key needs a longer text, and a certificate chain that long is not a key.
inline constexpr std::size_t longest_key_text = 1024 * 1024;

/// The members that are base64url of something secret, except for those of `oth`, which is never read. RFC 7518 §6.2.2,
/// §6.3.2, §6.4.1
inline constexpr std::array<std::string_view, 7> secret_members{"k", "d", "p", "q", "dp", "dq", "qi"};

[[nodiscard]] inline bool is_secret_member(std::string_view name) noexcept {
    return std::find(secret_members.begin(), secret_members.end(), name) != secret_members.end();
}

/// One member of a JWK.
struct JwkMember {
    std::string_view name;
    std::string_view text;  ///< the contents of a string, a secret one still encoded; of any other value its JSON
    bool is_string = false;

    /// Whether it counts as absent: `null`, `[]` or `""`. Some serialisers, such as .NET's, write members without a
    /// value so. An empty `kid` is a key id like any other, and an empty `k` a secret that is too short.
    [[nodiscard]] bool is_empty() const noexcept {
        if (is_string) return text.empty() && name != "kid" && name != "k";
        return text == "null" || (text.starts_with('[') && text.find_first_not_of(" \t\r\n", 1) == text.size() - 1);
    }
};

/// The members of a JWK. They refer to the text and the reader that they were read from.
class Jwk {
public:
    /// Reads any value; one that is not an object has no members. The reader allows repeated members, which
    /// `repeats_member` finds. \return false if the text is invalid.
    [[nodiscard]] bool read(JsonReader& reader) {
        is_object_ = reader.peek() == '{';
        const char* const begin = reader.position();
        const auto add_member = [&](std::string_view name) { return add(reader, name); };
        if (is_object_ ? !reader.object(add_member) : !reader.skip()) return false;
        json_ = {begin, static_cast<std::size_t>(reader.position() - begin)};
        return true;
    }

    /// The whole value, as written.
    [[nodiscard]] std::string_view json() const noexcept { return json_; }

    [[nodiscard]] bool is_object() const noexcept { return is_object_; }

    /// Whether there is a member of this name that is not empty.
    [[nodiscard]] bool has(std::string_view name) const noexcept { return find(name) != nullptr; }

    /// Whether this object, or one inside it, repeats a member. The value of `except` is not searched.
    [[nodiscard]] bool repeats_member(std::string_view except = {}) const {
        std::vector<std::string_view> names;
        names.reserve(members_.size());
        for (const JwkMember& member : members_) names.push_back(member.name);
        return !SortedNames{std::move(names)}.all_differ() ||
               std::any_of(members_.begin(), members_.end(), [&](const JwkMember& member) {
                   return !member.is_string && member.name != except && repeats_member_inside(member.text);
               });
    }

    /// A member that is a string; nullopt if it is absent or something else.
    [[nodiscard]] std::optional<std::string_view> string(std::string_view name) const noexcept {
        const JwkMember* const member = find(name);
        return member == nullptr || !member->is_string ? std::nullopt : std::optional{member->text};
    }

    /// Whether a member is this string.
    [[nodiscard]] bool says(std::string_view name, std::string_view wanted) const noexcept {
        return string(name) == wanted;
    }

    /// Whether a member is absent, or is this string.
    [[nodiscard]] bool is_absent_or(std::string_view name, std::string_view wanted) const noexcept {
        return !has(name) || says(name, wanted);
    }

    /// Whether a member is a string that contains this one.
    [[nodiscard]] bool has_string_with(std::string_view part) const noexcept {
        return std::any_of(members_.begin(), members_.end(), [&](const JwkMember& member) {
            return member.is_string && member.text.find(part) != std::string_view::npos;
        });
    }

    /// The JSON of a member that is an array, to be read separately; empty if it is absent or something else.
    [[nodiscard]] std::string_view array(std::string_view name) const noexcept {
        const JwkMember* const member = find_any(name);
        const bool is_array = member != nullptr && !member->is_string && member->text.starts_with('[');
        return is_array ? member->text : std::string_view{};
    }

    /// Whether a secret is written with escapes other than `\/` for a slash. base64 needs no others, and decoding them
    /// would leave a copy in memory that is not wiped.
    [[nodiscard]] bool has_escaped_secret() const noexcept {
        return std::any_of(members_.begin(), members_.end(), [](const JwkMember& member) {
            return is_secret_member(member.name) && has_escape(member.text);
        });
    }

private:
    [[nodiscard]] static bool has_escape(std::string_view text) noexcept {
        for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at + 2)) {
            if (text.substr(at + 1, 1) != "/") return true;
        }
        return false;
    }

    /// Whether a value, known to be valid JSON, contains an object that repeats a member.
    [[nodiscard]] static bool repeats_member_inside(std::string_view value) {
        if (!value.starts_with('{') && !value.starts_with('[')) return false;
        JsonReader strict{value};
        return !strict.skip();
    }

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

    [[nodiscard]] const JwkMember* find_any(std::string_view name) const noexcept {
        for (const JwkMember& member : members_) {
            if (member.name == name) return &member;
        }
        return nullptr;
    }

    [[nodiscard]] const JwkMember* find(std::string_view name) const noexcept {
        const JwkMember* const member = find_any(name);
        return member == nullptr || member->is_empty() ? nullptr : member;
    }

    std::vector<JwkMember> members_;
    std::string_view json_;
    bool is_object_ = false;
};

/// A whole text that is one JSON object. Its copy here is wiped when it is dropped, because it may be a private key.
class JwkDocument {
public:
    /// Reads a text, once. It may begin with a byte order mark. No member may be repeated, except within the elements
    /// of `keys`, which are checked one by one.
    [[nodiscard]] Result<void> read(std::string_view text) {
        if (text.size() > longest_key_text) return bad_key("more than 1 MiB of text");
        if (text.starts_with(utf8_byte_order_mark)) text.remove_prefix(utf8_byte_order_mark.size());
        padded_ = SecretBytes{text.size() + json_padding};
        text.copy(reinterpret_cast<char*>(padded_.data()), text.size());
        reader_.emplace(as_text(padded_.view()).substr(0, text.size()), lenient);
        if (!object_.read(*reader_) || !reader_->at_end()) return bad_key("not strict JSON");
        if (object_.json().starts_with('[')) return bad_key("a JSON array; expected a JWK, or {\"keys\": [...]}");
        if (!object_.is_object()) return bad_key("JSON, but not an object");
        if (object_.repeats_member("keys")) return bad_key("a JSON object names a member twice");
        return {};
    }

    [[nodiscard]] const Jwk& operator*() const noexcept { return object_; }
    [[nodiscard]] const Jwk* operator->() const noexcept { return &object_; }

    /// Calls `take(jwk)` for each element of `keys`, whatever it is. Returns false, having taken none, if `keys` is not
    /// an array, or has more elements than `most`.
    template <class Take>
    [[nodiscard]] bool each_key(std::size_t most, Take&& take) const {
        const std::string_view keys = object_.array("keys");
        if (keys.empty()) return false;
        JsonReader counter{keys, lenient};
        std::size_t count = 0;
        if (!counter.array([&] { return ++count <= most && counter.skip(); })) return false;
        JsonReader reader{keys, lenient};
        return reader.array([&] {
            Jwk jwk;
            if (!jwk.read(reader)) return false;
            take(jwk);
            return true;
        });
    }

private:
    static constexpr JsonRules lenient{.allow_duplicate_members = true};

    SecretBytes padded_;
    std::optional<JsonReader> reader_;  // holds texts that were written with escapes
    Jwk object_;
};

}  // namespace credence::detail
