// SPDX-License-Identifier: MIT
// Reads the header of a token: the few members that count, and `crit` with all its rules. RFC 7515 §4.1
#pragma once

#include <credence/header.hpp>
#include <credence/result.hpp>
#include <credence/detail/compact.hpp>
#include <credence/detail/json_reader.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence::detail {

/// A header that was read and not yet judged.
struct JoseHeader {
    Header header = {};
    bool has_alg = false;
    bool has_kid = false;
    bool strings = true;  ///< `alg`, `kid` and `typ` are strings where they are there
    bool has_crit = false;
    std::vector<std::string> crit = {};   ///< the names that `crit` lists; empty also when it is no list of strings
    std::vector<std::string> names = {};  ///< of all members, when there is a `crit`
};

/// The key id that a header asks for.
[[nodiscard]] inline KeyId key_id_of(const JoseHeader& header) noexcept {
    return header.has_kid ? KeyId{header.header.kid} : std::nullopt;
}

/// Names that an extension can never have: those of RFC 7515, 7516 and 7518 (RFC 7515 §4.1.11), and `b64`, which would
/// change what the signature is over (RFC 7797 §7).
inline constexpr std::array<std::string_view, 21> names_never_critical{
    "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit",
    "enc", "zip", "epk", "apu", "apv", "iv",  "tag", "p2s",      "p2c", "b64"};

/// Whether each name in `crit` is present, new, no standard name, and understood by the caller. RFC 7515 §4.1.11
[[nodiscard]] inline bool understands_critical(const JoseHeader& header, const std::vector<std::string>& understood) {
    if (!header.has_crit) return true;
    // Sorted, so that long lists cost no more than sorting them.
    const auto sorted = [](const std::vector<std::string>& names) { return SortedNames{{names.begin(), names.end()}}; };
    const SortedNames critical = sorted(header.crit);
    const bool has_standard_name = std::any_of(names_never_critical.begin(), names_never_critical.end(),
                                               [&](std::string_view name) { return critical.has(name); });
    return !header.crit.empty() && critical.all_differ() && !has_standard_name &&
           sorted(understood).has_all(critical) && sorted(header.names).has_all(critical);
}

/// Reads the value of `crit`, whatever it is; a list of strings is kept.
[[nodiscard]] inline bool read_crit(JsonReader& reader, JoseHeader& out) {
    out.has_crit = true;
    if (reader.peek() != '[') return reader.skip();
    bool strings = true;
    const bool read = reader.array([&] {
        if (reader.peek() == '"') return reader.string(out.crit.emplace_back());
        strings = false;
        return reader.skip();
    });
    if (!strings) out.crit.clear();
    return read;
}

/// Reads the members of the header object.
[[nodiscard]] inline bool read_header_members(JsonReader& reader, JoseHeader& out) {
    return reader.object([&](std::string_view name) {
        if (!reader.note_name(name)) return false;
        if (name == "crit") return read_crit(reader, out);
        if (name == "alg") out.has_alg = true;
        if (name == "kid") out.has_kid = true;
        std::string* member = name == "alg"   ? &out.header.alg
                              : name == "kid" ? &out.header.kid
                              : name == "typ" ? &out.header.typ
                                              : nullptr;
        if (member == nullptr) return reader.skip();
        if (reader.peek() == '"') return reader.string(*member);
        out.strings = false;
        return reader.skip();
    });
}

/// Collects the names of all members of an object that was read before.
[[nodiscard]] inline std::vector<std::string> member_names(std::string_view object) {
    std::vector<std::string> names;
    JsonReader reader{object};
    static_cast<void>(reader.object([&](std::string_view name) {
        names.emplace_back(name);
        return reader.skip();
    }));
    return names;
}

/// Whether the whole text is one JSON object, once all of it is known to be JSON. \return the fault, if there is one.
template <class ReadObject>
[[nodiscard]] std::optional<Errc> read_object_text(JsonReader& reader, ReadObject&& read_object) {
    const bool is_object = reader.peek() == '{';
    const bool read = is_object ? read_object() : reader.skip();
    if (!read || !reader.at_end()) return reader.fault();
    if (!is_object) return Errc::malformed_token;
    return std::nullopt;
}

/// Reads a header segment. `malformed_token`, `invalid_base64`, `invalid_json`, `duplicate_member`.
[[nodiscard]] inline Result<JoseHeader> read_jose_header(std::string_view segment, bool allow_padding) {
    if (segment.empty()) return Errc::malformed_token;
    DecodedPart part;
    if (!part.decode(allow_padding ? without_padding(segment) : segment)) return Errc::invalid_base64;
    JsonReader reader{part.bytes()};
    JoseHeader header;
    const auto fault = read_object_text(reader, [&] { return read_header_members(reader, header); });
    if (fault) return *fault;
    if (!header.has_alg || !header.strings) return Errc::malformed_token;
    if (header.has_crit) header.names = member_names(part.bytes());
    return header;
}

}  // namespace credence::detail
