// SPDX-License-Identifier: MIT
// Reads one JSON value straight into a C++ value, for each form of member types.
#pragma once

#include <credence/exceptions.hpp>
#include <credence/result.hpp>
#include <credence/claims/detail/member_types.hpp>
#include <credence/detail/json/json_date.hpp>
#include <credence/detail/json/json_decimal.hpp>
#include <credence/detail/json/json_dom.hpp>
#include <credence/detail/json/json_kind.hpp>
#include <credence/detail/json/json_reader.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace credence::detail {

// Each function returns false if the JSON text is invalid. A value that does not map to its C++ type is skipped and
// reported in `mapped`: invalid JSON and the rules for registered claims come first. `read_value` has checked the kind
// of the value before it calls the function of the form.

/// The error for a value; the caller adds the claim's name.
[[nodiscard]] inline Error mismatch(std::string_view reason) { return {Errc::invalid_claim_type, {}, reason}; }

/// Skips a value of the wrong kind.
template <JsonKinds expected>
[[nodiscard]] bool skip_wrong_kind(JsonReader& reader, Result<void>& mapped) {
    mapped = mismatch(wrong_kind<expected>(json_kind(reader.peek())));
    return reader.skip();
}

[[nodiscard]] inline bool starts_number(char character) noexcept {
    return character == '-' || (character >= '0' && character <= '9');
}

template <class Value>
[[nodiscard]] bool read_value(JsonReader& reader, Value& out, Result<void>& mapped);

/// Reads the members of an aggregate; in claims_reader.hpp.
template <class Aggregate>
[[nodiscard]] bool read_struct(JsonReader& reader, Aggregate& out, Result<void>& mapped);

/// Reads a number and converts it. `reason(number)` explains a conversion that returns nullopt.
template <class Value, class Convert, class Reason>
[[nodiscard]] bool read_number(JsonReader& reader, Value& out, Result<void>& mapped, Convert&& convert,
                               Reason&& reason) {
    if (!reader.number()) return false;
    if (const auto value = convert(reader.last_number())) {
        out = Value(*value);
    } else {
        mapped = mismatch(reason(reader.last_number()));
    }
    return true;
}

/// Why `to_integer` returns nullopt.
[[nodiscard]] inline std::string_view why_no_integer(const JsonNumber& number) {
    if (!number.integer) return "expected an integer, found a number with a fraction or an exponent";
    return "an integer outside the range of its type";
}

template <class Floating>
[[nodiscard]] bool read_floating(JsonReader& reader, Floating& out, Result<void>& mapped) {
    return read_number(reader, out, mapped, to_floating<Floating>,
                       [](const JsonNumber&) -> std::string_view { return "a number too large for its type"; });
}

[[nodiscard]] inline bool read_bool(JsonReader& reader, bool& out) {
    out = reader.peek() == 't';
    return reader.literal(out ? "true" : "false");
}

/// The enumerator of a name, or that of all other names; nullopt if the table has neither.
template <class Enum>
[[nodiscard]] std::optional<Enum> enumerator_of(std::string_view name) {
    std::optional<Enum> other;
    for (const auto& line : claim_values(Enum{})) {
        if (is_any_other_name(line.name)) {
            other = line.value;
        } else if (line.name == name) {
            return line.value;
        }
    }
    return other;
}

template <class Enum>
[[nodiscard]] bool read_enum(JsonReader& reader, Enum& out, Result<void>& mapped) {
    std::string_view name;
    if (!reader.string_view(name)) return false;
    if (const auto value = enumerator_of<Enum>(name)) {
        out = *value;
    } else {
        mapped = mismatch("a name that the enum does not list");
    }
    return true;
}

/// How many elements to reserve room for before the first: about as many as the text of the list is long for. So a
/// token of many lists costs no more than a few times its size.
template <class Value>
[[nodiscard]] std::size_t usual_count(const JsonReader& reader) noexcept {
    if constexpr (sizeof(Value) > 64) return 1;
    constexpr std::size_t usual_element = sizeof(Value) <= sizeof(double) ? 2 : 12, longest = 96;  // characters
    const std::string_view ahead = reader.ahead(longest);
    return 1 + (std::min)(ahead.find(']'), ahead.size()) / usual_element;
}

/// Reads the next element in place.
template <class Value>
[[nodiscard]] bool read_element(JsonReader& reader, std::vector<Value>& out, Result<void>& mapped) {
    if (out.empty()) out.reserve(usual_count<Value>(reader));
    if constexpr (std::same_as<Value, std::string>) {
        std::string_view plain;
        if (reader.take_plain_string(plain)) {
            out.emplace_back(plain);
            return true;
        }
    }
    if constexpr (std::same_as<Value, bool>) {  // packed bits: an element cannot be referenced
        bool element = false;
        const bool read = read_value(reader, element, mapped);
        out.push_back(element);
        return read;
    } else {
        return read_value(reader, out.emplace_back(), mapped);
    }
}

template <class Value>
[[nodiscard]] bool read_list(JsonReader& reader, std::vector<Value>& out, Result<void>& mapped) {
    out.clear();
    return reader.array([&] { return read_element(reader, out, mapped); });
}

template <class Array>
[[nodiscard]] bool read_fixed_list(JsonReader& reader, Array& out, Result<void>& mapped) {
    auto next = out.begin();
    bool is_longer = false;
    const bool read = reader.array([&] {
        if (next != out.end()) return read_value(reader, *next++, mapped);
        is_longer = true;
        return reader.skip();
    });
    if (mapped && (is_longer || next != out.end())) mapped = mismatch("an array of another length than the type");
    return read;
}

template <class Set>
[[nodiscard]] bool read_set(JsonReader& reader, Set& out, Result<void>& mapped) {
    out.clear();
    return reader.array([&] {
        typename Set::value_type element{};
        Result<void> element_mapped;
        if (!read_value(reader, element, element_mapped)) return false;
        if (!element_mapped) {
            mapped = std::move(element_mapped);
        } else if (!out.insert(std::move(element)).second && mapped) {
            mapped = mismatch("an array that has an element twice");
        }
        return true;
    });
}

/// A string, or an array of strings: the two forms of `aud`. RFC 7519 §4.1.3
[[nodiscard]] inline bool read_audience(JsonReader& reader, Audience& out, Result<void>& mapped) {
    if (reader.peek() == '[') return read_list<std::string>(reader, out, mapped);
    out.assign(1, {});
    return reader.string(out.front());
}

template <class Map>
[[nodiscard]] bool read_map(JsonReader& reader, Map& out, Result<void>& mapped) {
    out.clear();
    return reader.object([&](std::string_view name) {
        const auto [member, is_new] = out.try_emplace(std::string{name});
        if (!is_new && !reader.rules().allow_duplicate_members) return reader.fail(Errc::duplicate_member);
        if (!is_new) member->second = typename Map::mapped_type{};  // the last one wins: drop the first
        return read_value(reader, member->second, mapped);
    });
}

/// Reads the alternative of the value's kind.
template <class... Alternatives>
[[nodiscard]] bool read_variant(JsonReader& reader, std::variant<Alternatives...>& out, Result<void>& mapped) {
    const JsonKind kind = json_kind(reader.peek());
    bool read = false;
    const auto read_if_kind = [&]<std::size_t index, class Alternative>() {
        if (!json_kinds<Alternative>.has(kind)) return false;
        read = read_value(reader, out.template emplace<index>(), mapped);
        return true;
    };
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        static_cast<void>((read_if_kind.template operator()<Index, Alternatives>() || ...));
    }(std::index_sequence_for<Alternatives...>{});
    return read;
}

/// Calls the user's own mapping. It may throw, and the exception may quote token content: it is caught and dropped.
template <class Json, class Mapped>
void map_from_json(const Json& document, Mapped& out, Result<void>& mapped) {
    catch_all_but_bad_alloc([&] { from_json(document, out); },
                            [&] { mapped = mismatch("the type's own from_json refused it"); });
}

template <class Json>
[[nodiscard]] bool read_dom(JsonReader& reader, Json& out, Result<void>& mapped) {
    DomSink<Json> sink;
    if (!sink.read(reader, out)) return false;
    if (!sink.holds_all()) mapped = mismatch("a number too large for a double");
    return true;
}

template <class Json, class Mapped>
[[nodiscard]] bool read_mapped(JsonReader& reader, Mapped& out, Result<void>& mapped) {
    constexpr bool has_from_json = ReadsItself<Mapped>;
    static_assert(has_from_json, "credence: a member of this claims type has to_json and no from_json; give it both");
    PassingDocument<Json> passing;
    if (!read_dom(reader, passing.document, mapped)) return false;
    if constexpr (has_from_json) {
        if (mapped) map_from_json(passing.document, out, mapped);
    }
    return true;
}

template <class Optional>
[[nodiscard]] bool read_optional(JsonReader& reader, Optional& out, Result<void>& mapped) {
    if (reader.peek() != 'n') return read_value(reader, out.emplace(), mapped);
    out.reset();
    return reader.literal("null");
}

/// Reads a value whose kind the type accepts.
template <class Value>
[[nodiscard]] bool read_value_of_kind(JsonReader& reader, Value& out, Result<void>& mapped) {
    constexpr MemberForm form = member_form<Value>;
    if constexpr (form == MemberForm::boolean) {
        return read_bool(reader, out);
    } else if constexpr (form == MemberForm::integer) {
        return read_number(reader, out, mapped, to_integer<Value>, why_no_integer);
    } else if constexpr (form == MemberForm::floating) {
        return read_floating(reader, out, mapped);
    } else if constexpr (form == MemberForm::date) {
        return read_number(reader, out, mapped, to_date, why_no_date);
    } else if constexpr (form == MemberForm::duration) {
        return read_number(reader, out, mapped, to_integer<typename Value::rep>, why_no_integer);
    } else if constexpr (form == MemberForm::audience) {
        return read_audience(reader, out, mapped);
    } else if constexpr (form == MemberForm::enumeration) {
        return read_enum(reader, out, mapped);
    } else if constexpr (form == MemberForm::list) {
        return read_list(reader, out, mapped);
    } else if constexpr (form == MemberForm::fixed_list) {
        return read_fixed_list(reader, out, mapped);
    } else if constexpr (form == MemberForm::set) {
        return read_set(reader, out, mapped);
    } else if constexpr (form == MemberForm::map) {
        return read_map(reader, out, mapped);
    } else if constexpr (form == MemberForm::variant) {
        return read_variant(reader, out, mapped);
    } else {
        static_assert(form == MemberForm::structure, "every form of members is read");
        return read_struct(reader, out, mapped);
    }
}

template <class Value>
[[nodiscard]] bool read_value(JsonReader& reader, Value& out, Result<void>& mapped) {
    constexpr MemberForm form = member_form<Value>;
    if constexpr (form == MemberForm::text) {
        std::string_view plain;
        if (reader.take_plain_string(plain)) {
            build_string(out, plain);
            return true;
        }
        return reader.take('"') ? reader.string_behind_quote(out) : skip_wrong_kind<JsonKind::string>(reader, mapped);
    } else if constexpr (form == MemberForm::json) {
        return read_dom(reader, out, mapped);
    } else if constexpr (form == MemberForm::own_mapping) {
        return read_mapped<nlohmann::json>(reader, out, mapped);
    } else if constexpr (form == MemberForm::optional) {
        return read_optional(reader, out, mapped);
    } else {
        constexpr JsonKinds kinds = json_kinds<Value>;
        if (!kinds.has(json_kind(reader.peek()))) return skip_wrong_kind<kinds>(reader, mapped);
        return read_value_of_kind(reader, out, mapped);
    }
}

}  // namespace credence::detail
