// SPDX-License-Identifier: MIT
// Reads JSON straight into C++ values: the sink of the strict reader for claims types that are known at compile time.
#pragma once

#include <credence/error.hpp>
#include <credence/detail/json_dom.hpp>
#include <credence/detail/json_reader.hpp>
#include <credence/detail/mapping.hpp>
#include <credence/detail/name_table.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace credence::detail {

/// A value that is strict JSON and does not fit its member. It is passed over, and told when its turn comes: faults of
/// the text and of the registered claims come first.
using Misfit = std::optional<Error>;

/// Passes over a value that does not fit.
[[nodiscard]] inline bool skip_misfit(JsonReader& reader, Misfit& misfit) {
    misfit = Error{Errc::invalid_claim_type};
    return reader.skip();
}

[[nodiscard]] inline bool starts_number(char character) noexcept {
    return character == '-' || (character >= '0' && character <= '9');
}

// One overload of read_value for each kind of member. Each returns false when the text is at fault, and sets `misfit`
// when the value does not fit.

template <class Value>
[[nodiscard]] bool read_value(JsonReader& reader, Value& out, Misfit& misfit);

template <class Value, class Convert>
[[nodiscard]] bool read_number(JsonReader& reader, Value& out, Misfit& misfit, Convert&& convert) {
    if (!starts_number(reader.peek())) return skip_misfit(reader, misfit);
    if (!reader.number()) return false;
    if (const auto value = convert(reader.last_number())) {
        out = *value;
    } else {
        misfit = Error{Errc::invalid_claim_type};
    }
    return true;
}

[[nodiscard]] inline std::optional<NumericDate> to_floor_date(const JsonNumber& number) {
    const auto bounds = to_date(number);
    return bounds ? std::optional{bounds->floor} : std::nullopt;
}

[[nodiscard]] inline bool read_bool(JsonReader& reader, bool& out, Misfit& misfit) {
    const char first = reader.peek();
    if (first != 't' && first != 'f') return skip_misfit(reader, misfit);
    out = first == 't';
    return reader.literal(out ? "true" : "false");
}

template <class Enum>
[[nodiscard]] bool read_enum(JsonReader& reader, Enum& out, Misfit& misfit) {
    if (reader.peek() != '"') return skip_misfit(reader, misfit);
    std::string_view name;
    if (!reader.string_view(name)) return false;
    for (const auto& line : claim_values(Enum{})) {
        if (line.name == name) {
            out = line.value;
            return true;
        }
    }
    misfit = Error{Errc::invalid_claim_type};
    return true;
}

/// Reads the next element where it stays. A list that is not empty mostly has a few; there is room for them at once
/// where they are small, so that a token of many short lists costs no more than a few times its size.
template <class Value>
[[nodiscard]] bool read_element(JsonReader& reader, std::vector<Value>& out, Misfit& misfit) {
    constexpr std::size_t few = sizeof(Value) <= 64 ? 4 : 1;
    if (out.empty()) out.reserve(few);
    if constexpr (std::same_as<Value, std::string>) {
        std::string_view plain;
        if (reader.take_plain_string(plain)) {
            out.emplace_back(plain);
            return true;
        }
    }
    if constexpr (std::same_as<Value, bool>) {  // packed: an element has no place that a reference could name
        bool element = false;
        const bool read = read_value(reader, element, misfit);
        out.push_back(element);
        return read;
    } else {
        return read_value(reader, out.emplace_back(), misfit);
    }
}

template <class Value>
[[nodiscard]] bool read_list(JsonReader& reader, std::vector<Value>& out, Misfit& misfit) {
    if (reader.peek() != '[') return skip_misfit(reader, misfit);
    out.clear();
    return reader.array([&] { return read_element(reader, out, misfit); });
}

/// A string, or an array of strings: the two forms of `aud`. RFC 7519 §4.1.3
[[nodiscard]] inline bool read_audience(JsonReader& reader, Audience& out, Misfit& misfit) {
    if (reader.peek() != '"') return read_list<std::string>(reader, out, misfit);
    out.assign(1, {});
    return reader.string(out.front());
}

template <class Map>
[[nodiscard]] bool read_map(JsonReader& reader, Map& out, Misfit& misfit) {
    if (reader.peek() != '{') return skip_misfit(reader, misfit);
    out.clear();
    return reader.object([&](std::string_view name) {
        const auto [member, is_new] = out.try_emplace(std::string{name});
        if (!is_new && !reader.rules().allow_duplicate_members) return reader.fail(Errc::duplicate_member);
        if (!is_new)
            member->second = typename Map::mapped_type{};  // the last wins, and nothing of the first is left in it
        return read_value(reader, member->second, misfit);
    });
}

/// Whether a member may be absent from the JSON object.
template <class Type>
inline constexpr bool may_be_absent = is_instance_of<Type, std::optional>;

/// Reads the members of one aggregate, while an object is read: which were seen, and the first that does not fit.
template <class Aggregate>
class StructSink {
public:
    static constexpr std::size_t count = member_count<Aggregate>;

    explicit StructSink(Aggregate& target) noexcept : target_(target) {}

    template <std::size_t index>
    [[nodiscard]] auto& member() noexcept {
        return std::get<index>(bind_members(target_));
    }

    /// Reads the value of the member with this index.
    template <std::size_t index>
    [[nodiscard]] bool read(JsonReader& reader) {
        auto& value = member<index>();
        constexpr std::uint64_t bit = std::uint64_t{1} << index;
        if (seen_ & bit) {
            if (!reader.rules().allow_duplicate_members) return reader.fail(Errc::duplicate_member);
            value = {};
            unfit_ &= ~bit;
        }
        seen_ |= bit;
        Misfit misfit;
        if (!read_value(reader, value, misfit)) return false;
        if (misfit) note(index, *std::move(misfit));
        return true;
    }

    /// Reads the member with this index, `Name`, in one go, if it is the next and plain. For the first of its name.
    template <std::size_t index, class Name>
    [[nodiscard]] bool take_plain(JsonReader& reader, PlainMember& plain) {
        using Value = Member<Aggregate, index>;
        bool is_taken = false;
        if constexpr (std::same_as<Value, std::string>) {
            is_taken = reader.template take_plain_member<Name>(member<index>(), plain);
        } else if constexpr (std::same_as<Value, NumericDate>) {
            std::int64_t seconds = 0;
            is_taken = reader.template take_plain_member<Name>(seconds, plain);
            if (is_taken) member<index>() = NumericDate{std::chrono::seconds{seconds}};
        }
        if (is_taken) seen_ |= std::uint64_t{1} << index;
        return is_taken;
    }

    /// Reads the value of a member that is none of the aggregate's.
    [[nodiscard]] static bool read_unknown(JsonReader& reader, std::string_view name) {
        return reader.note_name(name) && reader.skip();
    }

    /// Whether all that is needed was there, and fits, now that the object has ended.
    [[nodiscard]] bool fits() const noexcept { return (unfit_ | (needed & ~seen_)) == 0; }

    /// What does not fit: of all members, the first in the order of declaration.
    [[nodiscard]] Error misfit() const {
        const std::uint64_t missing = needed & ~seen_;
        const std::uint64_t wrong = unfit_ | missing;
        const auto first = static_cast<std::size_t>(std::countr_zero(wrong));
        const std::string name{claim_names_of<Aggregate>[first]};
        if (missing >> first & 1) return Error{Errc::missing_claim, name};
        if (first != error_index_) return Error{Errc::invalid_claim_type, name};
        return Error{error_.code, error_.claim.empty() ? name : name + '.' + error_.claim};
    }

private:
    static constexpr std::uint64_t needed = []<std::size_t... Index>(std::index_sequence<Index...>) {
        return (std::uint64_t{0} | ... | (may_be_absent<Member<Aggregate, Index>> ? 0 : std::uint64_t{1} << Index));
    }(std::make_index_sequence<count>{});

    void note(std::size_t index, Error&& error) {
        if (unfit_ == 0 || index <= error_index_) {
            error_index_ = index;
            error_ = std::move(error);
        }
        unfit_ |= std::uint64_t{1} << index;
    }

    Aggregate& target_;
    std::uint64_t seen_ = 0;
    std::uint64_t unfit_ = 0;
    std::size_t error_index_ = 64;
    Error error_{Errc::invalid_claim_type};
};

/// One name of a table.
template <const auto& table, std::size_t index>
struct NameInTable {
    static constexpr std::string_view value = table[index];
};

/// Reads the members that stand in the order of the table, from the first. \return false when the text is at fault;
/// `has_next` then says whether another member follows.
template <const auto& table, class Sink>
[[nodiscard]] bool read_in_order(JsonReader& reader, Sink& sink, bool& has_next) {
    const auto read = [&](auto index) {
        using Name = NameInTable<table, index>;
        PlainMember plain;
        if (!has_next) return true;
        if (sink.template take_plain<index, Name>(reader, plain)) {
            has_next = plain.has_next;
        } else if (reader.take_name<Name>()) {
            if (!sink.template read<index>(reader)) return false;
            has_next = reader.take(',');
        }
        return true;
    };
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        return (read(std::integral_constant<std::size_t, Index>{}) && ...);
    }(std::make_index_sequence<table.size()>{});
}

/// Reads the value of the member with this index: one function for each, so that all cost the same.
template <std::size_t count, class Sink>
[[nodiscard]] bool read_member(JsonReader& reader, Sink& sink, std::size_t index) {
    static constexpr auto readers = []<std::size_t... Index>(std::index_sequence<Index...>) {
        return std::array<bool (*)(JsonReader&, Sink&), count>{
            [](JsonReader& from, Sink& to) { return to.template read<Index>(from); }...};
    }(std::make_index_sequence<count>{});
    return readers[index](reader, sink);
}

/// Reads an object whose members are mostly those of the table. An issuer keeps its members in one order, mostly that
/// of the struct, so this is tried first. `sink` has `take_plain<index, Name>`, `read<index>` and `read_unknown`.
template <const auto& table, class Sink>
[[nodiscard]] bool read_members(JsonReader& reader, Sink& sink) {
    bool begins = true;
    return reader.members([&] {
        bool has_next = true;
        if (begins && !read_in_order<table>(reader, sink, has_next)) return false;
        begins = false;
        if (!has_next) return true;
        std::string_view name;
        if (!reader.member_name(name)) return false;
        const std::size_t index = table.find(name);
        return index == unknown_name ? sink.read_unknown(reader, name) : read_member<table.size()>(reader, sink, index);
    });
}

/// The names of an aggregate's members.
template <class Aggregate>
inline constexpr NameTable<member_count<Aggregate>> known_names{claim_names_of<Aggregate>};

template <class Aggregate>
[[nodiscard]] bool read_struct(JsonReader& reader, Aggregate& out, Misfit& misfit) {
    if (reader.peek() != '{') return skip_misfit(reader, misfit);
    StructSink<Aggregate> sink{out};
    const bool read = read_members<known_names<Aggregate>>(reader, sink);
    if (read && !misfit && !sink.fits()) misfit = sink.misfit();
    return read;
}

/// Calls the user's own mapping. It may throw, and its message may hold what the token holds: neither gets further.
template <class Json, class Mapped>
void map_from_json(const Json& document, Mapped& out, Misfit& misfit) {
    try {
        from_json(document, out);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        misfit = Error{Errc::invalid_claim_type};
    }
}

template <class Json>
[[nodiscard]] bool read_dom(JsonReader& reader, Json& out, Misfit& misfit) {
    DomSink<Json> sink;
    if (!sink.read(reader, out)) return false;
    if (!sink.holds_all()) misfit = Error{Errc::invalid_claim_type};
    return true;
}

template <class Json, class Mapped>
[[nodiscard]] bool read_mapped(JsonReader& reader, Mapped& out, Misfit& misfit) {
    PassingDocument<Json> passing;
    if (!read_dom(reader, passing.document, misfit)) return false;
    if (!misfit) map_from_json(passing.document, out, misfit);
    return true;
}

template <class Optional>
[[nodiscard]] bool read_optional(JsonReader& reader, Optional& out, Misfit& misfit) {
    if (reader.peek() != 'n') return read_value(reader, out.emplace(), misfit);
    out.reset();
    return reader.literal("null");
}

template <class Value>
[[nodiscard]] bool read_value(JsonReader& reader, Value& out, Misfit& misfit) {
    if constexpr (std::same_as<Value, std::string>) {
        return reader.take('"') ? reader.string_behind_quote(out) : skip_misfit(reader, misfit);
    } else if constexpr (std::same_as<Value, bool>) {
        return read_bool(reader, out, misfit);
    } else if constexpr (IntegerMember<Value>) {
        return read_number(reader, out, misfit, to_integer<Value>);
    } else if constexpr (std::same_as<Value, double>) {
        return read_number(reader, out, misfit, to_double);
    } else if constexpr (std::same_as<Value, NumericDate>) {
        return read_number(reader, out, misfit, to_floor_date);
    } else if constexpr (std::same_as<Value, nlohmann::json>) {
        return read_dom(reader, out, misfit);
    } else if constexpr (std::same_as<Value, Audience>) {
        return read_audience(reader, out, misfit);
    } else if constexpr (NamedEnum<Value>) {
        return read_enum(reader, out, misfit);
    } else if constexpr (is_instance_of<Value, std::optional>) {
        return read_optional(reader, out, misfit);
    } else if constexpr (ListMember<Value>) {
        return read_list(reader, out, misfit);
    } else if constexpr (MapMember<Value>) {
        return read_map(reader, out, misfit);
    } else if constexpr (ReadsItself<Value>) {
        return read_mapped<nlohmann::json>(reader, out, misfit);
    } else {
        return read_struct(reader, out, misfit);
    }
}

}  // namespace credence::detail
