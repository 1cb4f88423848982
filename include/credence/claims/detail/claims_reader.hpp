// SPDX-License-Identifier: MIT
// Reads a JSON object straight into an aggregate: the sink of the strict reader for the members of a claims type.
#pragma once

#include <credence/clock.hpp>
#include <credence/result.hpp>
#include <credence/claims/detail/member_types.hpp>
#include <credence/claims/detail/reflect.hpp>
#include <credence/claims/detail/value_reader.hpp>
#include <credence/detail/json/json_reader.hpp>
#include <credence/detail/json/name_table.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace credence::detail {

/// Whether a member may be absent from the JSON object.
template <class Type>
inline constexpr bool may_be_absent = is_instance_of<Type, std::optional>;

/// Reads the members of one aggregate from an object. Tracks which members were present, and the first that failed.
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
            mismatched_ &= ~bit;
        }
        seen_ |= bit;
        Result<void> mapped;
        if (!read_value(reader, value, mapped)) return false;
        if (!mapped) record(index, std::move(mapped).error());
        return true;
    }

    /// Reads the value at `begin` of the member with this index, if it is plain and the first of its name.
    /// \return false if it is not; then nothing was read.
    template <std::size_t index>
    [[nodiscard, gnu::always_inline]] bool take_plain(JsonReader& reader, const char* begin, PlainMember& plain) {
        using Value = Member<Aggregate, index>;
        if (seen_ & std::uint64_t{1} << index) return false;
        bool is_taken = false;
        if constexpr (std::same_as<Value, std::string>) {
            is_taken = reader.take_plain_text(begin, plain);
            if (is_taken) build_string(member<index>(), plain.inside());
        } else if constexpr (std::same_as<Value, NumericDate>) {
            std::int64_t seconds = 0;
            is_taken = reader.take_plain_integer(begin, seconds, plain);
            if (is_taken) member<index>() = NumericDate{std::chrono::seconds{seconds}};
        }
        if (is_taken) seen_ |= std::uint64_t{1} << index;
        return is_taken;
    }

    /// Reads the value of a member that the aggregate does not have.
    [[nodiscard]] static bool read_unknown(JsonReader& reader, std::string_view name) {
        return reader.note_name(name) && reader.skip();
    }

    /// Call it when the object has ended. Sets `mapped` to an error if a required member is missing or a value did not
    /// map. Of several errors the first in declaration order wins.
    void check_members(Result<void>& mapped) const {
        const std::uint64_t missing = needed & ~seen_;
        if ((mismatched_ | missing) != 0) [[unlikely]]
            mapped = first_error(missing);
    }

private:
    static constexpr std::uint64_t needed = []<std::size_t... Index>(std::index_sequence<Index...>) {
        return (std::uint64_t{0} | ... | (may_be_absent<Member<Aggregate, Index>> ? 0 : std::uint64_t{1} << Index));
    }(std::make_index_sequence<count>{});

    [[nodiscard, gnu::noinline]] Error first_error(std::uint64_t missing) const {
        const auto first = static_cast<std::size_t>(std::countr_zero(mismatched_ | missing));
        const std::string name{claim_names_of<Aggregate>[first]};
        if (missing >> first & 1) return Error{Errc::missing_claim, name, "a member that is not std::optional"};
        if (first != error_index_) return Error{Errc::invalid_claim_type, name};
        return Error{error_.code, error_.claim.empty() ? name : name + '.' + error_.claim, error_.reason};
    }

    void record(std::size_t index, Error&& error) {
        if (mismatched_ == 0 || index <= error_index_) {
            error_index_ = index;
            error_ = std::move(error);
        }
        mismatched_ |= std::uint64_t{1} << index;
    }

    Aggregate& target_;
    std::uint64_t seen_ = 0;
    std::uint64_t mismatched_ = 0;
    std::size_t error_index_ = 64;
    Error error_{Errc::invalid_claim_type};
};

/// One name of a table.
template <const auto& table, std::size_t index>
struct NameInTable {
    static constexpr std::string_view value = table[index];
};

/// Reads the value of the member with this index. \return false if the text is invalid; `has_next` then says whether
/// another member follows.
template <std::size_t index, class Sink>
[[nodiscard, gnu::always_inline]] inline bool read_member(JsonReader& reader, Sink& sink, bool& has_next) {
    PlainMember plain;
    if (sink.template take_plain<index>(reader, reader.position(), plain)) {
        has_next = plain.has_next;
        return true;
    }
    if (!sink.template read<index>(reader)) return false;
    has_next = reader.take(',');
    return true;
}

/// Reads the member with this index, if it is the next one.
template <const auto& table, std::size_t index, class Sink>
[[nodiscard, gnu::always_inline]] inline bool read_if_next(JsonReader& reader, Sink& sink, bool& has_next) {
    if (!has_next || !reader.take_name<NameInTable<table, index>>()) return true;
    return read_member<index>(reader, sink, has_next);
}

/// Reads the members that stand in the order of the table, from the first.
template <const auto& table, class Sink, std::size_t... Index>
[[nodiscard]] bool read_in_order(JsonReader& reader, Sink& sink, bool& has_next, std::index_sequence<Index...>) {
    return (read_if_next<table, Index>(reader, sink, has_next) && ...);
}

/// Reads the member with this index, and those behind it in the table, as far as they come next.
template <const auto& table, std::size_t index, class Sink>
[[nodiscard]] bool read_member_and_next(JsonReader& reader, Sink& sink, bool& has_next) {
    if (!read_member<index>(reader, sink, has_next)) return false;
    if constexpr (index + 1 < table.size()) {
        if (has_next && reader.take_name<NameInTable<table, index + 1>>()) {
            return read_member_and_next<table, index + 1>(reader, sink, has_next);
        }
    }
    return true;
}

/// The same for an index that is known at run time. A table with one function for each member, so that all cost the
/// same.
template <const auto& table, class Sink>
[[nodiscard]] bool read_member_and_next(JsonReader& reader, Sink& sink, std::size_t index, bool& has_next) {
    static constexpr auto readers = []<std::size_t... Index>(std::index_sequence<Index...>) {
        return std::array<bool (*)(JsonReader&, Sink&, bool&), table.size()>{
            read_member_and_next<table, Index, Sink>...};
    }(std::make_index_sequence<table.size()>{});
    return readers[index](reader, sink, has_next);
}

/// Reads the next member, of any name, and those that follow it as in the table.
template <const auto& table, class Sink>
[[nodiscard]] bool read_any_member(JsonReader& reader, Sink& sink, bool& has_next) {
    std::string_view name;
    if (!reader.member_name(name)) return false;
    const std::size_t index = table.find(name);
    if (index != unknown_name) return read_member_and_next<table>(reader, sink, index, has_next);
    if (!sink.read_unknown(reader, name)) return false;
    has_next = reader.take(',');
    return true;
}

/// Reads an object whose members are mostly those of the table. Issuers write members in a fixed order, usually that of
/// the struct, so this order is tried first. `sink` has `take_plain<index>`, `read<index>` and `read_unknown`.
///
/// \tparam Order  the indices in the order that is tried; one of them may be tried twice.
template <const auto& table, class Order = std::make_index_sequence<table.size()>, class Sink>
[[nodiscard]] bool read_members(JsonReader& reader, Sink& sink) {
    return reader.members([&] {
        bool has_next = true;
        if (!read_in_order<table>(reader, sink, has_next, Order{})) return false;
        while (has_next) {
            if (!read_any_member<table>(reader, sink, has_next)) return false;
        }
        return true;
    });
}

/// The names of an aggregate's members.
template <class Aggregate>
inline constexpr NameTable<member_count<Aggregate>> known_names{claim_names_of<Aggregate>};

template <class Aggregate>
[[nodiscard]] bool read_struct(JsonReader& reader, Aggregate& out, Result<void>& mapped) {
    StructSink<Aggregate> sink{out};
    const bool read = read_members<known_names<Aggregate>>(reader, sink);
    if (read && mapped) sink.check_members(mapped);
    return read;
}

}  // namespace credence::detail
