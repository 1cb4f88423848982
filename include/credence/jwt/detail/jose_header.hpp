// SPDX-License-Identifier: MIT
// Reads the header of a token: the few members that matter, and `crit` with all its rules. RFC 7515 §4.1
#pragma once

#include <credence/jwt/header.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/detail/json/json_reader.hpp>
#include <credence/jwt/detail/compact.hpp>
#include <credence/jwt/detail/token_form.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// The most members that a header may have, and the most names in its `crit`.
inline constexpr std::size_t most_header_members = 64, most_critical_names = 16;
/// The most values that a header may have besides the members that are used, nested values included. A header is read
/// before anything is proven, so a stranger must not be able to make it expensive.
inline constexpr std::size_t most_header_values = 256;

/// The most escapes in a header's strings, names included; several in a row in a string that is not used count as one.
/// Reading a header full of escapes takes as long as checking a signature. Longer headers than the usual limit allows
/// may have more.
[[nodiscard]] constexpr std::size_t most_escapes_in_header(std::size_t encoded_size) noexcept {
    return (std::max)(std::size_t{512}, encoded_size / 32);
}
inline constexpr std::string_view too_many_header_escapes = "the header has more than 512 escapes";

[[nodiscard]] constexpr JsonRules header_json_rules(std::size_t encoded_size) noexcept {
    return {.skipped_limit = most_header_values, .escape_limit = most_escapes_in_header(encoded_size)};
}

/// The rules for reading a header: members of `Validation`.
struct HeaderRules {
    bool allow_padding = false;
    bool allow_null_members = false;
};

/// The members of a header that a verifier still needs after reading it.
struct TokenHeader {
    Header header = {};
    bool has_kid = false;
    std::string x5t = {};       ///< read only if there is no `kid`; empty if it is absent or not a string
    std::string x5t_s256 = {};  ///< the same

    /// The lookup of the key that the header names.
    [[nodiscard]] KeyQuery query() const noexcept {
        return {.alg = header.alg,
                .kid = has_kid ? KeyId{header.kid} : std::nullopt,
                .x5t = has_kid ? std::string_view{} : std::string_view{x5t},
                .x5t_s256 = has_kid ? std::string_view{} : std::string_view{x5t_s256}};
    }
};

/// A header that was read but not yet checked.
struct JoseHeader : TokenHeader {
    bool has_alg = false;
    std::string_view mismatch = {};  ///< the first error in `alg`, `kid` or `typ`, if there is one
    bool has_crit = false;
    bool has_crit_of_strings = false;
    std::size_t member_count = 0;
    std::size_t crit_count = 0;
    std::vector<std::string> crit = {};   ///< the names that `crit` lists; also empty if it is not a list of strings
    std::vector<std::string> names = {};  ///< the names of all members, if `crit` lists names

    /// Whether `crit` is a list of names, and no longer than it may be.
    [[nodiscard]] bool lists_critical_names() const noexcept {
        return has_crit_of_strings && !crit.empty() && crit_count <= most_critical_names;
    }
};

/// Names that an extension can never have: those of RFC 7515, 7516 and 7518 (RFC 7515 §4.1.11), and `b64`, which would
/// change the signed bytes (RFC 7797 §7).
inline constexpr std::array<std::string_view, 21> names_never_critical{
    "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit",
    "enc", "zip", "epk", "apu", "apv", "iv",  "tag", "p2s",      "p2c", "b64"};

/// Why `crit` is not acceptable; nullopt if it is absent. Each name in it must be present, listed once, no standard
/// name, and understood by the caller. RFC 7515 §4.1.11
[[nodiscard]] inline std::optional<Error> check_critical(const JoseHeader& header,
                                                         const std::vector<std::string>& understood) {
    if (!header.has_crit) return std::nullopt;
    const auto refused = [](std::string_view reason) {
        return std::optional{Error{Errc::unsupported_critical_header, {}, reason}};
    };
    if (!header.has_crit_of_strings) return refused("the crit is not an array of strings");
    if (header.crit_count > most_critical_names) return refused("more than 16 names in crit");
    if (header.crit.empty()) return refused("the crit names nothing");
    // Sorting bounds the cost of long lists.
    const auto sorted = [](const std::vector<std::string>& names) { return SortedNames{{names.begin(), names.end()}}; };
    const SortedNames critical = sorted(header.crit);
    if (!critical.all_differ()) return refused("the crit names an extension twice");
    if (std::any_of(names_never_critical.begin(), names_never_critical.end(),
                    [&](std::string_view name) { return critical.has(name); })) {
        return refused("the crit names a standard member or b64");
    }
    if (!sorted(header.names).has_all(critical)) return refused("the crit names a member that the header lacks");
    if (!sorted(understood).has_all(critical)) return refused("an extension that is not listed in understood");
    return std::nullopt;
}

/// Reads the value of `crit`, of any kind. Keeps a list of strings, up to its limit.
[[nodiscard]] inline bool read_crit(JsonReader& reader, JoseHeader& out) {
    out.has_crit = true;
    if (reader.peek() != '[') return reader.skip();
    out.has_crit_of_strings = true;
    const bool read = reader.array([&] {
        const bool is_string = reader.peek() == '"';
        out.has_crit_of_strings = out.has_crit_of_strings && is_string;
        if (++out.crit_count > most_header_values) {
            reader.leave_list();
        } else if (!is_string || out.crit_count > most_critical_names) {
            return reader.skip_uncounted();  // still read, so that the error names the right fault
        } else {
            return reader.string(out.crit.emplace_back());
        }
        return true;
    });
    if (!out.has_crit_of_strings) out.crit.clear();
    return read;
}

/// A member that must be a string: its destination, and the reasons to refuse other values.
struct StringMember {
    std::string* value;
    bool* is_there;
    std::string_view null_reason;
    std::string_view type_reason;
};

/// Reads the value of a member that must be a string.
[[nodiscard]] inline bool read_string_member(JsonReader& reader, StringMember member, bool allow_null,
                                             std::string_view& mismatch) {
    const char first = reader.peek();
    if (first == 'n' && allow_null) return reader.skip();
    if (member.is_there != nullptr) *member.is_there = true;
    if (first == '"') return reader.string(*member.value);
    if (mismatch.empty()) mismatch = first == 'n' ? member.null_reason : member.type_reason;
    return reader.skip();
}

/// Reads the value of a header member, and keeps it only if it is needed.
[[nodiscard]] inline bool read_header_member(JsonReader& reader, std::string_view name, bool allow_null,
                                             JoseHeader& out) {
    if (name == "alg") {
        return read_string_member(reader, {&out.header.alg, &out.has_alg, "the alg is null", "the alg is not a string"},
                                  false, out.mismatch);
    }
    if (name == "kid") {
        return read_string_member(
            reader,
            {&out.header.kid, &out.has_kid, "the kid is null; allow_null_members takes null as absent",
             "the kid is not a string"},
            allow_null, out.mismatch);
    }
    if (name == "typ") {
        return read_string_member(reader,
                                  {&out.header.typ, nullptr, "the typ is null; allow_null_members takes null as absent",
                                   "the typ is not a string"},
                                  allow_null, out.mismatch);
    }
    if (name == "crit") return read_crit(reader, out);
    std::string* const thumbprint = name == "x5t" ? &out.x5t : name == "x5t#S256" ? &out.x5t_s256 : nullptr;
    return thumbprint != nullptr && reader.peek() == '"' ? reader.string(*thumbprint) : reader.skip();
}

/// Counts a member of a header. One too many ends the reading, so the rest costs nothing.
[[nodiscard]] inline bool count_member(JsonReader& reader, JoseHeader& out) {
    return ++out.member_count <= most_header_members || reader.fail(Errc::malformed_token);
}

/// Reads the members of the header object.
[[nodiscard]] inline bool read_header_members(JsonReader& reader, bool allow_null, JoseHeader& out) {
    return reader.object([&](std::string_view name) {
        return count_member(reader, out) && reader.note_name(name) && read_header_member(reader, name, allow_null, out);
    });
}

/// Collects the names of all members of an object that was already read.
[[nodiscard]] inline std::vector<std::string> member_names(std::string_view object) {
    std::vector<std::string> names;
    JsonReader reader{object};
    static_cast<void>(reader.object([&](std::string_view name) {
        names.emplace_back(name);
        return reader.skip();
    }));
    return names;
}

/// The reasons for a text that is not one JSON object: for a header or a payload.
struct ObjectReasons {
    std::string_view grammar;
    std::string_view depth;
    std::string_view utf8;
    std::string_view byte_order_mark;
    std::string_view duplicate_member;
    std::string_view no_object;

    [[nodiscard]] constexpr std::string_view of(JsonFault fault) const noexcept {
        switch (fault) {
            case JsonFault::grammar: return grammar;
            case JsonFault::depth: return depth;
            case JsonFault::utf8: return utf8;
            case JsonFault::byte_order_mark: return byte_order_mark;
        }
        return grammar;
    }
};
inline constexpr ObjectReasons header_reasons{
    "the header is not strict JSON", "the header has more than 32 levels of nesting",
    "the header is not UTF-8",       "the header begins with a byte order mark",
    "a member of the header",        "the header is JSON, but not an object"};
inline constexpr ObjectReasons payload_reasons{"the payload is not strict JSON",
                                               "the payload has more than 32 levels of nesting",
                                               "the payload is not UTF-8",
                                               "the payload begins with a byte order mark",
                                               "a member of the payload; see allow_duplicate_members",
                                               "the payload is JSON, but not an object"};

/// Reads a whole text that must be one JSON object. Another kind of value is reported only once the whole text is known
/// to be JSON.
/// \return the error, if there is one.
template <class ReadObject>
[[nodiscard, gnu::always_inline]] inline std::optional<Error> read_object_text(JsonReader& reader,
                                                                               const ObjectReasons& reasons,
                                                                               ReadObject&& read_object) {
    const bool is_object = reader.peek() == '{';
    const bool read = is_object ? read_object() : reader.skip();
    if (!read || !reader.at_end()) {
        if (reader.fault() == Errc::invalid_json) return Error{reader.fault(), {}, reasons.of(reader.kind_of_fault())};
        const bool is_duplicate = reader.fault() == Errc::duplicate_member;
        return Error{reader.fault(), {}, is_duplicate ? reasons.duplicate_member : std::string_view{}};  // or a limit
    }
    if (!is_object) return Error{Errc::malformed_token, {}, reasons.no_object};
    return std::nullopt;
}

/// The error of a header that was read; nullopt if it is one JSON object within the limits of size.
[[nodiscard]] inline std::optional<Error> header_error(std::optional<Error>&& error, const JoseHeader& header,
                                                       const JsonReader& reader) {
    if (header.member_count > most_header_members) {
        return Error{Errc::malformed_token, {}, "the header has more than 64 members"};
    }
    if (reader.skipped_too_many()) return Error{Errc::malformed_token, {}, "the header has more than 256 values"};
    if (reader.has_too_many_escapes()) return Error{Errc::malformed_token, {}, too_many_header_escapes};
    return std::move(error);
}

/// Why a header that is a JSON object is malformed; empty if it is not.
[[nodiscard]] inline std::string_view why_malformed(const JoseHeader& header) noexcept {
    if (!header.mismatch.empty()) return header.mismatch;
    return header.has_alg ? std::string_view{} : "the header has no alg";
}

/// Reads a header segment. `malformed_token`, `invalid_base64`, `invalid_json`, `duplicate_member`.
[[nodiscard]] inline Result<JoseHeader> read_jose_header(std::string_view segment, HeaderRules rules = {}) {
    if (segment.empty()) return Error{Errc::malformed_token, {}, "the header is empty"};
    DecodedPart part;
    if (!part.decode(rules.allow_padding ? without_padding(segment) : segment)) {
        return Error{Errc::invalid_base64, {}, why_not_base64url(segment, rules.allow_padding)};
    }
    JsonReader reader{part.bytes(), header_json_rules(segment.size())};
    JoseHeader header;
    auto error = read_object_text(reader, header_reasons,
                                  [&] { return read_header_members(reader, rules.allow_null_members, header); });
    if (auto refused = header_error(std::move(error), header, reader)) return *std::move(refused);
    if (const auto reason = why_malformed(header); !reason.empty()) return Error{Errc::malformed_token, {}, reason};
    if (header.lists_critical_names()) header.names = member_names(part.bytes());
    return header;
}

}  // namespace credence::detail
