// SPDX-License-Identifier: MIT
// Reads a payload in one pass: into the claims type, and into the index of the claims that the library checks itself.
#pragma once

#include <credence/claims/claims.hpp>
#include <credence/clock.hpp>
#include <credence/result.hpp>
#include <credence/claims/detail/claims_reader.hpp>
#include <credence/detail/json/json_kind.hpp>
#include <credence/jwt/detail/claim_index.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace credence::detail {

/// The member names of a payload that are known at compile time: the members of `Private`, and the recognised claims.
template <class Private>
struct PayloadNames {
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    static constexpr auto& own = claim_names_of<Private>;

    static constexpr std::size_t recognised_index(std::string_view name) {
        const auto found = std::find(recognised_names.begin(), recognised_names.end(), name);
        return found == recognised_names.end() ? none : static_cast<std::size_t>(found - recognised_names.begin());
    }

    static constexpr std::size_t only_recognised = [] {
        const auto both =
            std::count_if(own.begin(), own.end(), [](const auto& name) { return recognised_index(name) != none; });
        return recognised_names.size() - static_cast<std::size_t>(both);
    }();

    /// The index in `all` at which the struct's own members begin. Issuers write the registered claims first, so they
    /// come first here too, unless the struct declares some of them and so fixes an order.
    static constexpr std::size_t own_begin = only_recognised == recognised_names.size() ? only_recognised : 0;
    [[nodiscard]] static constexpr bool is_own(std::size_t index) noexcept {
        return index - own_begin < own.size();  // below `own_begin` the difference wraps around
    }

    /// The members, in their order, and the recognised names that are no member.
    static constexpr auto all = [] {
        std::array<std::string_view, own.size() + only_recognised> names{};
        std::copy(own.begin(), own.end(), names.begin() + own_begin);
        std::size_t next = own_begin == 0 ? own.size() : 0;
        for (const auto& name : recognised_names) {
            if (std::find(own.begin(), own.end(), name) == own.end()) names[next++] = name;
        }
        return names;
    }();

    /// For each of `all`, its index among the recognised names.
    static constexpr auto recognised = [] {
        std::array<std::size_t, all.size()> indices{};
        for (std::size_t index = 0; index < all.size(); ++index) indices[index] = recognised_index(all[index]);
        return indices;
    }();

    static constexpr NameTable<all.size()> table{all};

    /// The index in `all` of the member that is expected at a place: each in turn, and `exp` once more behind `iat`,
    /// because many issuers write it there. The order of a struct that declares registered claims stays as it is.
    [[nodiscard]] static constexpr std::size_t expected_at(std::size_t place) noexcept {
        constexpr auto exp = static_cast<std::size_t>(RecognisedClaim::exp);
        constexpr auto iat = static_cast<std::size_t>(RecognisedClaim::iat);
        if (own_begin == 0 || place <= iat) return place;
        return place == iat + 1 ? exp : place - 1;
    }
    template <std::size_t... Place>
    static constexpr auto make_order(std::index_sequence<Place...>) noexcept {
        return std::index_sequence<expected_at(Place)...>{};
    }
    using Order = decltype(make_order(std::make_index_sequence<all.size() + (own_begin == 0 ? 0 : 1)>{}));
};

/// Adds the claim that was just read; its text began at `begin`.
inline void index_claim(ClaimIndex& index, RecognisedClaim claim, const char* begin, const JsonReader& reader) {
    const std::string_view text{begin, static_cast<std::size_t>(reader.position() - begin)};
    if (is_date(claim)) {
        index.add(claim, text, date_claim(text, reader));
    } else {
        index.add(claim, text);
    }
}

/// The decimal text of the integer that was just read; empty if the number has a fraction or an exponent.
[[nodiscard]] inline std::string_view integer_text(const JsonNumber& number) noexcept {
    if (!number.integer) return {};
    return number.text == "-0" ? number.text.substr(1) : number.text;
}

/// Reads the members of a payload: those of `Private` into it, and the recognised claims into the index.
template <class Private>
class PayloadSink {
public:
    PayloadSink(Private& target, ClaimIndex& index) noexcept : sink_(target), index_(index) {}

    template <std::size_t index>
    [[nodiscard, gnu::always_inline]] bool take_plain(JsonReader& reader, const char* begin, PlainMember& plain) {
        if constexpr (is_recognised<index>) {
            if (index_.was_seen(claim<index>)) return false;  // perhaps as null, which the member does not record
        }
        if constexpr (is_member<index>) {
            if (!sink_.template take_plain<own<index>>(reader, begin, plain)) return false;
            if constexpr (is_recognised<index>) {
                add_plain<index>(plain, sink_.template member<own<index>>());
            }
        } else if constexpr (is_date(claim<index>)) {
            std::int64_t seconds = 0;
            if (!reader.take_plain_integer(begin, seconds, plain)) return false;
            index_.add(claim<index>, plain.text(), NumericDate{std::chrono::seconds{seconds}});
        } else {
            if (!reader.take_plain_text(begin, plain)) return false;
            index_.add(claim<index>, plain.text());
        }
        mark_seen<index>(plain.text());
        return true;
    }

    template <std::size_t index>
    [[nodiscard, gnu::noinline]] bool read(JsonReader& reader) {
        const char first = reader.peek();
        const char* begin = reader.position();
        if constexpr (is_recognised<index>) {
            if (index_.was_seen(claim<index>) && !reader.rules().allow_duplicate_members) {
                return reader.fail(Errc::duplicate_member);
            }
            if (first == 'n' && index_.takes_null(claim<index>)) return read_null<index>(reader);
        }
        if (!read_value<index>(reader, first)) return false;
        mark_seen<index>({begin, static_cast<std::size_t>(reader.position() - begin)});
        if constexpr (is_recognised<index>) index_claim(index_, claim<index>, begin, reader);
        return true;
    }

    [[nodiscard]] bool read_unknown(JsonReader& reader, std::string_view name) {
        static_cast<void>(reader.peek());
        const char* begin = reader.position();
        if (!StructSink<Private>::read_unknown(reader, name)) return false;
        if (index_.watches_members()) {
            index_.mark_seen(name, {begin, static_cast<std::size_t>(reader.position() - begin)});
        }
        return true;
    }

    void check_members(Result<void>& mapped) const { sink_.check_members(mapped); }

private:
    using Names = PayloadNames<Private>;

    template <std::size_t index>
    static constexpr bool is_member = Names::is_own(index);
    /// The index of a member in the aggregate.
    template <std::size_t index>
    static constexpr std::size_t own = index - Names::own_begin;
    template <std::size_t index>
    static constexpr bool is_recognised = Names::recognised[index] != Names::none;
    template <std::size_t index>
    static constexpr auto claim = static_cast<RecognisedClaim>(is_recognised<index> ? Names::recognised[index] : 0);

    template <std::size_t index>
    [[gnu::always_inline]] void mark_seen(std::string_view json) {
        if (index_.watches_members()) index_.mark_seen(Names::all[index], json);
    }

    template <std::size_t index>
    [[nodiscard]] bool read_value(JsonReader& reader, char first) {
        if constexpr (!is_member<index>) {
            return reader.skip();
        } else if constexpr (is_recognised<index> && may_be_number(claim<index>)) {
            if (index_.takes_number(claim<index>) && starts_number(first)) return read_number<index>(reader);
            return sink_.template read<own<index>>(reader);
        } else {
            return sink_.template read<own<index>>(reader);
        }
    }

    /// Null that counts as absent. A second member of the name is read as usual.
    template <std::size_t index>
    [[nodiscard]] bool read_null(JsonReader& reader) {
        const bool is_second = index_.was_seen(claim<index>);
        index_.add_null(claim<index>);
        if constexpr (is_member<index>) {
            if (is_second) return sink_.template read<own<index>>(reader);
        }
        return reader.literal("null");
    }

    /// An integer in a member of a numeric type is read as a number; in any other member it becomes its decimal text.
    template <std::size_t index>
    [[nodiscard]] bool read_number(JsonReader& reader) {
        using Value = std::remove_cvref_t<decltype(sink_.template member<own<index>>())>;
        if constexpr (IntegerMember<Value> || std::floating_point<Value>) {
            return sink_.template read<own<index>>(reader);
        } else {
            if (!reader.number()) return false;
            std::string quoted{'"'};
            quoted.append(integer_text(reader.last_number())).append("\"").append(json_padding, '\0');
            JsonReader text{std::string_view{quoted}.substr(0, quoted.size() - json_padding), reader.rules()};
            return sink_.template read<own<index>>(text);
        }
    }

    /// Adds a plain member that is a recognised claim. Plain numbers are always within the range of dates.
    template <std::size_t index, class Value>
    void add_plain(const PlainMember& plain, const Value& value) noexcept {
        if constexpr (!is_date(claim<index>)) {
            index_.add(claim<index>, plain.text());
        } else if constexpr (std::same_as<Value, NumericDate>) {
            index_.add(claim<index>, plain.text(), value);
        } else {
            index_.add(claim<index>, plain.text(), DateClaim{wrong_kind<JsonKind::number>(json_kind(*plain.begin))});
        }
    }

    StructSink<Private> sink_;
    ClaimIndex& index_;
};

/// Reads the payload object member by member into an aggregate. A function of its own, in which g++ inlines more.
template <class Private>
[[nodiscard, gnu::noinline]] bool read_payload_struct(JsonReader& reader, Private& out, ClaimIndex& index,
                                                      Result<void>& mapped) {
    PayloadSink<Private> sink{out, index};
    const bool read = read_members<PayloadNames<Private>::table, typename PayloadNames<Private>::Order>(reader, sink);
    if (read) sink.check_members(mapped);
    return read;
}

/// Reads the payload object into a DOM. A date too large for a double is left null there: the rules for dates refuse it
/// later, with their own code.
template <class Json>
class DomPayloadSink {
public:
    DomPayloadSink(Json& target, ClaimIndex& index) noexcept : target_(target), index_(index) {}

    [[nodiscard]] bool read(JsonReader& reader) {
        target_ = Json::object();
        return reader.object([&](std::string_view name) { return read_member(reader, name); });
    }

    [[nodiscard]] bool is_complete() const noexcept { return sink_.holds_all(); }

private:
    using Names = PayloadNames<NoMembers>;

    [[nodiscard]] bool read_member(JsonReader& reader, std::string_view name) {
        const char first = reader.peek();
        const char* begin = reader.position();
        const std::size_t found = Names::table.find(name);
        if (found == unknown_name) {
            if (!sink_.read_member(reader, target_, name)) return false;
        } else {
            const auto claim = static_cast<RecognisedClaim>(Names::recognised[found]);
            if (index_.was_seen(claim) && !reader.rules().allow_duplicate_members) {
                return reader.fail(Errc::duplicate_member);
            }
            if (first == 'n' && index_.takes_null(claim)) return read_null(reader, name, claim);
            if (!read_recognised(reader, name, claim)) return false;
            index_claim(index_, claim, begin, reader);
        }
        if (index_.watches_members()) {
            index_.mark_seen(name, {begin, static_cast<std::size_t>(reader.position() - begin)});
        }
        return true;
    }

    /// Null that counts as absent is left out of the document as well.
    [[nodiscard]] bool read_null(JsonReader& reader, std::string_view name, RecognisedClaim claim) {
        index_.add_null(claim);
        target_.template get_ref<typename Json::object_t&>().erase(std::string{name});
        return reader.literal("null");
    }

    [[nodiscard]] bool read_recognised(JsonReader& reader, std::string_view name, RecognisedClaim claim) {
        const bool is_text = index_.takes_number(claim);
        if ((!is_date(claim) && !is_text) || !starts_number(reader.peek())) {
            return sink_.read_member(reader, target_, name);
        }
        Json* const member = sink_.new_member(reader, target_, name);
        if (member == nullptr || !reader.number()) return false;
        if (is_text) {
            *member = std::string{integer_text(reader.last_number())};
        } else {
            static_cast<void>(to_dom(reader.last_number(), *member));
        }
        return true;
    }

    Json& target_;
    ClaimIndex& index_;
    DomSink<Json> sink_;
};

template <class Json>
[[nodiscard]] bool read_payload_dom(JsonReader& reader, Json& out, ClaimIndex& index, Result<void>& mapped) {
    DomPayloadSink<Json> sink{out, index};
    const bool read = sink.read(reader);
    if (read && !sink.is_complete()) mapped = mismatch("a number too large for a double");
    return read;
}

template <class Json, class Mapped>
[[nodiscard]] bool read_payload_mapped(JsonReader& reader, Mapped& out, ClaimIndex& index, Result<void>& mapped) {
    PassingDocument<Json> passing;
    if (!read_payload_dom(reader, passing.document, index, mapped)) return false;
    if (mapped) map_from_json(passing.document, out, mapped);
    return true;
}

/// Reads a payload object of any claims type, except for its registered part. \return false if the text is invalid.
template <class Type>
[[nodiscard]] bool read_payload(JsonReader& reader, Type& out, ClaimIndex& index, Result<void>& mapped) {
    if constexpr (std::same_as<Type, nlohmann::json>) {
        return read_payload_dom(reader, out, index, mapped);
    } else if constexpr (needs_dom<Type>) {
        return read_payload_mapped<nlohmann::json>(reader, static_cast<PrivatePartOf<Type>&>(out), index, mapped);
    } else if constexpr (std::same_as<Type, RegisteredClaims>) {
        NoMembers nothing;
        return read_payload_struct(reader, nothing, index, mapped);
    } else {
        return read_payload_struct(reader, static_cast<PrivatePartOf<Type>&>(out), index, mapped);
    }
}

}  // namespace credence::detail
