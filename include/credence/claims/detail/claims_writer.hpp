// SPDX-License-Identifier: MIT
// Writes claims of any type as one JSON object. RFC 7519 §7.1
#pragma once

#include <credence/claims/claims.hpp>
#include <credence/clock.hpp>
#include <credence/exceptions.hpp>
#include <credence/result.hpp>
#include <credence/claims/detail/member_types.hpp>
#include <credence/detail/json/json_date.hpp>
#include <credence/detail/json/json_dom.hpp>
#include <credence/detail/json/json_writer.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace credence::detail {

/// The outcome of writing a string: invalid UTF-8 is the only possible error.
[[nodiscard]] inline Result<void> written_if(bool is_utf8) {
    if (is_utf8) return {};
    return Error{Errc::invalid_json, {}, "a string that is not UTF-8"};
}

[[nodiscard]] inline Error unwritable(std::string_view reason) { return {Errc::invalid_claim_type, {}, reason}; }

[[nodiscard]] inline Error too_deep() { return {Errc::invalid_json, {}, "more than 32 levels of nesting"}; }

template <class Value>
[[nodiscard]] Result<void> write_value(JsonWriter& writer, const Value& value, int depth);

[[nodiscard]] inline Result<void> write_date(JsonWriter& writer, NumericDate date) {
    const auto seconds = date.time_since_epoch().count();
    if (!date_of_seconds(seconds)) return unwritable("a date outside the years 1 to 9999");
    writer.integer(seconds);
    return {};
}

template <class Enum>
[[nodiscard]] Result<void> write_enum(JsonWriter& writer, Enum value) {
    for (const auto& line : claim_values(value)) {
        if (line.value == value && !is_any_other_name(line.name)) return written_if(writer.string(line.name));
    }
    return unwritable("an enumerator without a name");
}

template <class List>
[[nodiscard]] Result<void> write_list(JsonWriter& writer, const List& list, int depth) {
    if (depth > json_depth_limit) return too_deep();
    writer.open('[');
    for (const auto& element : list) {
        writer.element();
        if (auto written = write_value<typename List::value_type>(writer, element, depth + 1); !written) return written;
    }
    writer.close(']');
    return {};
}

/// One name is written as a string, several as an array. Both are allowed, and most readers expect the string.
[[nodiscard]] inline Result<void> write_audience(JsonWriter& writer, const Audience& audience, int depth) {
    if (audience.size() == 1) return written_if(writer.string(audience.front()));
    return write_list(writer, static_cast<const std::vector<std::string>&>(audience), depth);
}

template <class Map>
[[nodiscard]] Result<void> write_map(JsonWriter& writer, const Map& map, int depth) {
    if (depth > json_depth_limit) return too_deep();
    writer.open('{');
    for (const auto& [name, value] : map) {
        if (auto written = written_if(writer.name(name)); !written) return written;
        if (auto written = write_value(writer, value, depth + 1); !written) return written;
    }
    writer.close('}');
    return {};
}

/// A member name with comma, quotes and colon.
template <std::size_t size>
[[nodiscard]] constexpr std::array<char, size + 4> with_comma_and_colon(std::string_view name) {
    std::array<char, size + 4> text{',', '"'};
    std::copy(name.begin(), name.end(), text.begin() + 2);
    text[size + 2] = '"';
    text[size + 3] = ':';
    return text;
}

/// The same for a member of a claims type, prepared at compile time; empty if its name needs escapes.
template <class Aggregate, std::size_t index>
inline constexpr auto ready_name = [] {
    constexpr std::string_view name = claim_names_of<Aggregate>[index];
    if constexpr (std::all_of(name.begin(), name.end(), is_plain)) {
        return with_comma_and_colon<name.size()>(name);
    } else {
        return std::array<char, 0>{};
    }
}();

/// Writes a member that is a plain string or a date. \return false if it is neither, and nothing was written.
template <std::size_t size, class Value>
[[nodiscard]] bool write_plain_member(JsonWriter& writer, const std::array<char, size>& name_with_comma,
                                      const Value& value) {
    if constexpr (std::same_as<Value, std::string>) {
        return writer.plain_member(name_with_comma, value);
    } else if constexpr (std::same_as<Value, NumericDate>) {
        const auto seconds = value.time_since_epoch().count();
        if (!date_of_seconds(seconds)) return false;
        writer.integer_member(name_with_comma, seconds);
        return true;
    } else {
        return false;
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

/// Writes the name of a member, and then its value.
template <class Aggregate, std::size_t index, class Value>
[[nodiscard]] Result<void> write_name_and_value(JsonWriter& writer, const Value& value, int depth) {
    constexpr const auto& ready = ready_name<Aggregate, index>;
    if constexpr (ready.empty()) {
        if (!writer.name(claim_names_of<Aggregate>[index])) return written_if(false);
    } else {
        if (write_plain_member(writer, ready, value)) return {};
        writer.known_name(ready);
    }
    return write_value(writer, value, depth + 1);
}

template <class Aggregate, std::size_t index>
[[nodiscard]] Result<void> write_member(JsonWriter& writer, const Aggregate& aggregate, int depth) {
    const auto& member = std::get<index>(bind_members(aggregate));
    if (is_left_out(member)) return {};
    auto written = write_name_and_value<Aggregate, index>(writer, member, depth);
    if (written) return {};
    Error error = std::move(written).error();
    std::string name{claim_names_of<Aggregate>[index]};
    error.claim = error.claim.empty() ? std::move(name) : name + '.' + error.claim;
    return error;
}

/// Writes the members, without the braces, up to the first that cannot be written.
template <class Aggregate>
[[nodiscard]] Result<void> write_members(JsonWriter& writer, const Aggregate& aggregate, int depth) {
    Result<void> failed;
    const auto write = [&](auto index) {
        auto written = write_member<Aggregate, index>(writer, aggregate, depth);
        if (written) return true;
        failed = std::move(written);
        return false;
    };
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        static_cast<void>((write(std::integral_constant<std::size_t, Index>{}) && ...));
    }(std::make_index_sequence<member_count<Aggregate>>{});
    return failed;
}

/// Calls the user's own mapping. It may throw: that is `invalid_claim_type`.
template <class Mapped>
[[nodiscard]] Result<nlohmann::json> map_to_json(const Mapped& value) {
    const auto map = [&]() -> Result<nlohmann::json> {
        nlohmann::json document;
        to_json(document, value);
        return document;
    };
    return catch_all_but_bad_alloc(map, [] { return unwritable("the type's own to_json refused it"); });
}

[[nodiscard]] inline Result<void> write_document(JsonWriter& writer, const nlohmann::json& document, int depth) {
    if (write_dom(writer, document, depth)) return {};
    return Error{Errc::invalid_json, {}, "a value without a strict JSON form, or more than 32 levels of nesting"};
}

template <class Optional>
[[nodiscard]] Result<void> write_optional(JsonWriter& writer, const Optional& value, int depth) {
    if (value) return write_value(writer, *value, depth);
    writer.null();
    return {};
}

template <class... Alternatives>
[[nodiscard]] Result<void> write_variant(JsonWriter& writer, const std::variant<Alternatives...>& variant, int depth) {
    Result<void> written = unwritable("a variant without a value");
    const auto write_if_held = [&](const auto* alternative) {
        if (alternative != nullptr) written = write_value(writer, *alternative, depth);
    };
    (write_if_held(std::get_if<Alternatives>(&variant)), ...);
    return written;
}

template <class Mapped>
[[nodiscard]] Result<void> write_mapped(JsonWriter& writer, const Mapped& value, int depth) {
    constexpr bool has_to_json = WritesItself<Mapped>;
    static_assert(has_to_json,
                  "credence: a member of this claims type has from_json and no to_json; encode needs both");
    if constexpr (has_to_json) {
        const auto document = map_to_json(value);
        return document ? write_document(writer, *document, depth) : document.error();
    }
}

template <class Aggregate>
[[nodiscard]] Result<void> write_struct(JsonWriter& writer, const Aggregate& aggregate, int depth) {
    if (depth > json_depth_limit) return too_deep();
    writer.open('{');
    auto written = write_members(writer, aggregate, depth);
    writer.close('}');
    return written;
}

/// Writes a value whose JSON form is a string, a number or a boolean.
template <class Value>
[[nodiscard]] Result<void> write_scalar(JsonWriter& writer, const Value& value) {
    constexpr MemberForm form = member_form<Value>;
    if constexpr (form == MemberForm::text) {
        return written_if(writer.string(value));
    } else if constexpr (form == MemberForm::date) {
        return write_date(writer, value);
    } else if constexpr (form == MemberForm::enumeration) {
        return write_enum(writer, value);
    } else if constexpr (form == MemberForm::floating) {
        if (!writer.number(value)) return unwritable("an infinity or NaN");
        return {};
    } else if constexpr (form == MemberForm::boolean) {
        writer.boolean(value);
        return {};
    } else if constexpr (form == MemberForm::duration) {
        writer.integer(value.count());
        return {};
    } else {
        static_assert(form == MemberForm::integer, "every form of members is written");
        writer.integer(value);
        return {};
    }
}

template <class Value>
[[nodiscard]] Result<void> write_value(JsonWriter& writer, const Value& value, int depth) {
    constexpr MemberForm form = member_form<Value>;
    if constexpr (form == MemberForm::json) {
        return write_document(writer, value, depth);
    } else if constexpr (form == MemberForm::audience) {
        return write_audience(writer, value, depth);
    } else if constexpr (form == MemberForm::optional) {
        return write_optional(writer, value, depth);
    } else if constexpr (form == MemberForm::list || form == MemberForm::fixed_list || form == MemberForm::set) {
        return write_list(writer, value, depth);
    } else if constexpr (form == MemberForm::map) {
        return write_map(writer, value, depth);
    } else if constexpr (form == MemberForm::variant) {
        return write_variant(writer, value, depth);
    } else if constexpr (form == MemberForm::own_mapping) {
        return write_mapped(writer, value, depth);
    } else if constexpr (form == MemberForm::structure) {
        return write_struct(writer, value, depth);
    } else {
        return write_scalar(writer, value);
    }
}

/// Writes the registered claims that are present, without the braces, up to the first that cannot be written.
[[nodiscard]] inline Result<void> write_registered(JsonWriter& writer, const RegisteredClaims& claims) {
    Result<void> written;
    const auto put = [&](std::string_view name, bool is_present, const auto& value) {
        if (!is_present || !written) return;
        constexpr std::size_t size = 3;  // of each name
        const auto name_with_comma = with_comma_and_colon<size>(name);
        if (write_plain_member(writer, name_with_comma, value)) return;
        writer.known_name(name_with_comma);
        written = write_value(writer, value, 2);
        if (!written) written = Error{written.error().code, std::string{name}, written.error().reason};
    };
    put("iss", !claims.iss.empty(), claims.iss);
    put("sub", !claims.sub.empty(), claims.sub);
    put("aud", !claims.aud.empty(), claims.aud);
    put("exp", claims.exp.has_value(), claims.exp.value_or(NumericDate{}));
    put("nbf", claims.nbf.has_value(), claims.nbf.value_or(NumericDate{}));
    put("iat", claims.iat.has_value(), claims.iat.value_or(NumericDate{}));
    put("jti", !claims.jti.empty(), claims.jti);
    return written;
}

/// Writes the members of a private part with its own mapping, except for names that the registered claims already
/// wrote.
template <class Private>
[[nodiscard]] Result<void> write_mapped_members(JsonWriter& writer, const Private& claims, bool may_be_registered) {
    const auto document = map_to_json(claims);
    if (!document) return document.error();
    if (!document->is_object())
        return Error{Errc::malformed_token, {}, "the type's own to_json does not make an object"};
    for (const auto& [name, value] : document->template get_ref<const nlohmann::json::object_t&>()) {
        if (!may_be_registered && is_registered_name(name)) return Error{Errc::duplicate_member, name};
        if (auto written = written_if(writer.name(name)); !written) return written;
        if (auto written = write_document(writer, value, 2); !written) return written;
    }
    return {};
}

template <class Claims>
[[nodiscard]] Result<void> write_claims_members(JsonWriter& writer, const Claims& claims) {
    if constexpr (has_registered_part<Claims>) {
        if (auto written = write_registered(writer, claims); !written) return written;
    }
    if constexpr (std::same_as<Claims, RegisteredClaims>) {
        return {};
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
[[nodiscard]] Result<void> write_claims(std::string& out, const Claims& claims) {
    JsonWriter writer{out};
    if constexpr (std::same_as<Claims, nlohmann::json>) {
        if (!claims.is_object()) return Error{Errc::malformed_token, {}, "the claims are not a JSON object"};
        return write_document(writer, claims, 1);
    } else {
        writer.open('{');
        auto written = write_claims_members(writer, claims);
        writer.close('}');
        return written;
    }
}

}  // namespace credence::detail
