// SPDX-License-Identifier: MIT
// Writes claims of any type as one JSON object, and signs it. RFC 7515 §5.1
#pragma once

#include <credence/claims.hpp>
#include <credence/header.hpp>
#include <credence/result.hpp>
#include <credence/detail/base64url.hpp>
#include <credence/detail/json_dom.hpp>
#include <credence/detail/json_number.hpp>
#include <credence/detail/json_writer.hpp>
#include <credence/detail/mapping.hpp>
#include <credence/detail/signature.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace credence::detail {

/// Why something has no JSON form; nothing when it was written.
using Unwritable = std::optional<Error>;

[[nodiscard]] inline Unwritable unless(bool written, Errc code) {
    return written ? Unwritable{} : Unwritable{Error{code}};
}

template <class Value>
[[nodiscard]] Unwritable write_value(JsonWriter& writer, const Value& value, int depth);

[[nodiscard]] inline Unwritable write_date(JsonWriter& writer, NumericDate date) {
    const auto seconds = date.time_since_epoch().count();
    if (seconds < earliest_date || seconds > latest_date) return Error{Errc::invalid_claim_type};
    writer.integer(seconds);
    return std::nullopt;
}

template <class Enum>
[[nodiscard]] Unwritable write_enum(JsonWriter& writer, Enum value) {
    for (const auto& line : claim_values(value)) {
        if (line.value == value) return unless(writer.string(line.name), Errc::invalid_json);
    }
    return Error{Errc::invalid_claim_type};
}

template <class List>
[[nodiscard]] Unwritable write_list(JsonWriter& writer, const List& list, int depth) {
    if (depth > json_depth_limit) return Error{Errc::invalid_json};
    writer.open('[');
    for (const auto& element : list) {
        writer.element();
        if (auto failed = write_value<typename List::value_type>(writer, element, depth + 1)) return failed;
    }
    writer.close(']');
    return std::nullopt;
}

/// One name is written as a string, several as an array: both are allowed, and the string is what most readers expect.
[[nodiscard]] inline Unwritable write_audience(JsonWriter& writer, const Audience& audience, int depth) {
    if (audience.size() == 1) return unless(writer.string(audience.front()), Errc::invalid_json);
    return write_list(writer, static_cast<const std::vector<std::string>&>(audience), depth);
}

template <class Map>
[[nodiscard]] Unwritable write_map(JsonWriter& writer, const Map& map, int depth) {
    if (depth > json_depth_limit) return Error{Errc::invalid_json};
    writer.open('{');
    for (const auto& [name, value] : map) {
        if (!writer.name(name)) return Error{Errc::invalid_json};
        if (auto failed = write_value(writer, value, depth + 1)) return failed;
    }
    writer.close('}');
    return std::nullopt;
}

/// A name with its comma, quotes and colon, ready at compile time where it needs no escapes.
template <class Aggregate, std::size_t index>
[[nodiscard]] bool write_member_name(JsonWriter& writer) {
    static constexpr std::string_view name = claim_names_of<Aggregate>[index];
    if constexpr (std::all_of(name.begin(), name.end(), is_plain)) {
        static constexpr auto written = [] {
            std::array<char, name.size() + 4> text{',', '"'};
            std::copy(name.begin(), name.end(), text.begin() + 2);
            text[name.size() + 2] = '"';
            text[name.size() + 3] = ':';
            return text;
        }();
        writer.known_name({written.data(), written.size()});
        return true;
    } else {
        return writer.name(name);
    }
}

template <class Value>
[[nodiscard]] bool is_left_out(const Value& value) {
    if constexpr (is_instance_of<Value, std::optional>) {
        return !value.has_value();
    } else {
        return false;
    }
}

template <class Aggregate, std::size_t index>
[[nodiscard]] bool write_member(JsonWriter& writer, const Aggregate& aggregate, int depth, Unwritable& failed) {
    const auto& member = std::get<index>(bind_members(aggregate));
    if (is_left_out(member)) return true;
    if (write_member_name<Aggregate, index>(writer)) {
        failed = write_value(writer, member, depth + 1);
    } else {
        failed = Error{Errc::invalid_json};
    }
    if (!failed) return true;
    std::string name{claim_names_of<Aggregate>[index]};
    failed->claim = failed->claim.empty() ? std::move(name) : name + '.' + failed->claim;
    return false;
}

/// Writes the members, without the braces.
template <class Aggregate>
[[nodiscard]] Unwritable write_members(JsonWriter& writer, const Aggregate& aggregate, int depth) {
    Unwritable failed;
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        static_cast<void>((write_member<Aggregate, Index>(writer, aggregate, depth, failed) && ...));
    }(std::make_index_sequence<member_count<Aggregate>>{});
    return failed;
}

/// What the user's own mapping makes of a value. It may throw: that is `invalid_claim_type`.
template <class Mapped>
[[nodiscard]] std::optional<nlohmann::json> map_to_json(const Mapped& value) {
    try {
        nlohmann::json document;
        to_json(document, value);
        return document;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        return std::nullopt;
    }
}

template <class Value>
[[nodiscard]] Unwritable write_value(JsonWriter& writer, const Value& value, int depth) {
    if constexpr (std::same_as<Value, std::string>) {
        return unless(writer.string(value), Errc::invalid_json);
    } else if constexpr (std::same_as<Value, bool>) {
        writer.boolean(value);
        return std::nullopt;
    } else if constexpr (IntegerMember<Value>) {
        writer.integer(value);
        return std::nullopt;
    } else if constexpr (std::same_as<Value, double>) {
        return unless(writer.number(value), Errc::invalid_claim_type);
    } else if constexpr (std::same_as<Value, NumericDate>) {
        return write_date(writer, value);
    } else if constexpr (std::same_as<Value, nlohmann::json>) {
        return unless(write_dom(writer, value, depth), Errc::invalid_json);
    } else if constexpr (std::same_as<Value, Audience>) {
        return write_audience(writer, value, depth);
    } else if constexpr (NamedEnum<Value>) {
        return write_enum(writer, value);
    } else if constexpr (is_instance_of<Value, std::optional>) {
        if (value) return write_value(writer, *value, depth);
        writer.null();
        return std::nullopt;
    } else if constexpr (ListMember<Value>) {
        return write_list(writer, value, depth);
    } else if constexpr (MapMember<Value>) {
        return write_map(writer, value, depth);
    } else if constexpr (WritesItself<Value>) {
        const auto document = map_to_json(value);
        if (!document) return Error{Errc::invalid_claim_type};
        return unless(write_dom(writer, *document, depth), Errc::invalid_json);
    } else {
        if (depth > json_depth_limit) return Error{Errc::invalid_json};
        writer.open('{');
        auto failed = write_members(writer, value, depth);
        writer.close('}');
        return failed;
    }
}

/// Writes the registered claims that are there, without the braces.
[[nodiscard]] inline Unwritable write_registered(JsonWriter& writer, const RegisteredClaims& claims) {
    Unwritable failed;
    const auto put = [&](std::string_view written, std::string_view name, bool is_there, const auto& value) {
        if (!is_there || failed) return;
        writer.known_name(written);
        failed = write_value(writer, value, 2);
        if (failed) failed->claim = name;
    };
    put(",\"iss\":", "iss", !claims.iss.empty(), claims.iss);
    put(",\"sub\":", "sub", !claims.sub.empty(), claims.sub);
    put(",\"aud\":", "aud", !claims.aud.empty(), claims.aud);
    put(",\"exp\":", "exp", claims.exp.has_value(), claims.exp);
    put(",\"nbf\":", "nbf", claims.nbf.has_value(), claims.nbf);
    put(",\"iat\":", "iat", claims.iat.has_value(), claims.iat);
    put(",\"jti\":", "jti", !claims.jti.empty(), claims.jti);
    return failed;
}

/// Writes the members of a private part that maps itself. A name that the registered claims wrote is not written again.
template <class Private>
[[nodiscard]] Unwritable write_mapped_members(JsonWriter& writer, const Private& claims, bool may_be_registered) {
    const auto document = map_to_json(claims);
    if (!document) return Error{Errc::invalid_claim_type};
    if (!document->is_object()) return Error{Errc::malformed_token};
    for (const auto& [name, value] : document->template get_ref<const nlohmann::json::object_t&>()) {
        if (!may_be_registered && is_registered_name(name)) return Error{Errc::duplicate_member, name};
        if (!writer.name(name) || !write_dom(writer, value, 2)) return Error{Errc::invalid_json};
    }
    return std::nullopt;
}

template <class Claims>
[[nodiscard]] Unwritable write_claims_members(JsonWriter& writer, const Claims& claims) {
    if constexpr (has_registered_part<Claims>) {
        if (auto failed = write_registered(writer, claims)) return failed;
    }
    if constexpr (std::same_as<Claims, RegisteredClaims>) {
        return std::nullopt;
    } else if constexpr (WritesItself<PrivatePartOf<Claims>>) {
        return write_mapped_members<PrivatePartOf<Claims>>(writer, claims, !has_registered_part<Claims>);
    } else {
        constexpr bool maps_both_ways = !ReadsItself<PrivatePartOf<Claims>>;
        static_assert(maps_both_ways, "credence: this claims type has from_json and no to_json; encode needs both");
        if constexpr (maps_both_ways) return write_members<PrivatePartOf<Claims>>(writer, claims, 1);
    }
}

/// Writes a whole claims set.
template <class Claims>
[[nodiscard]] Unwritable write_claims(std::string& out, const Claims& claims) {
    JsonWriter writer{out};
    if constexpr (std::same_as<Claims, nlohmann::json>) {
        if (!claims.is_object()) return Error{Errc::malformed_token};
        return unless(write_dom(writer, claims, 1), Errc::invalid_json);
    } else {
        writer.open('{');
        auto failed = write_claims_members(writer, claims);
        writer.close('}');
        return failed;
    }
}

/// The header segment, as it stands in the token.
[[nodiscard]] inline Result<std::string> header_segment(std::string_view alg, std::string_view type,
                                                        std::string_view kid) {
    std::string text;
    JsonWriter writer{text};
    writer.open('{');
    bool written = writer.name("alg") && writer.string(alg);
    if (!type.empty()) written = written && writer.name("typ") && writer.string(type);
    if (!kid.empty()) written = written && writer.name("kid") && writer.string(kid);
    writer.close('}');
    if (!written) return Errc::invalid_json;
    return encode_base64url(text);
}

/// The token of a header segment and a payload.
template <class Key>
[[nodiscard]] Result<std::string> sign_parts(std::string_view header, std::string_view payload, const Key& key) {
    const std::size_t signature_size = key.signature_size();
    const std::size_t input_size = header.size() + 1 + base64url_encoded_size(payload.size());
    std::string token(input_size + 1 + base64url_encoded_size(signature_size), '.');
    char* end = std::copy(header.begin(), header.end(), token.data()) + 1;
    end = encode_base64url(payload, end) + 1;

    std::array<unsigned char, 512> inline_room;  // of RSA up to 4096 bits
    std::unique_ptr<unsigned char[]> heap_room;
    if (signature_size > inline_room.size())
        heap_room = std::make_unique_for_overwrite<unsigned char[]>(signature_size);
    unsigned char* signature = heap_room ? heap_room.get() : inline_room.data();
    if (!key.sign({token.data(), input_size}, signature)) return Errc::invalid_key;
    encode_base64url({reinterpret_cast<const char*>(signature), signature_size}, end);
    return token;
}

/// The whole of `encode`: the default header of an algorithm is made once.
template <class Alg, class Claims, class Key>
[[nodiscard]] Result<std::string> sign_claims(const Claims& claims, const Key& key, const HeaderOptions& options,
                                              const std::string& kid_of_key) {
    std::string payload;
    payload.reserve(256);
    if (auto failed = write_claims(payload, claims)) return *std::move(failed);
    const std::string& kid = options.kid.empty() ? kid_of_key : options.kid;
    if (kid.empty() && options.type == "JWT") {
        static const std::string usual = header_segment(Alg::name, "JWT", {}).value();
        return sign_parts(usual, payload, key);
    }
    const auto header = header_segment(Alg::name, options.type, kid);
    if (!header) return header.error();
    return sign_parts(*header, payload, key);
}

}  // namespace credence::detail
