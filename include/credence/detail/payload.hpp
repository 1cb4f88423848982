// SPDX-License-Identifier: MIT
// Reads a payload in one pass: into the claims type, and, beside it, what the library needs to know for its own rules.
#pragma once

#include <credence/claims.hpp>
#include <credence/detail/json_struct.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence::detail {

/// The claims that the library reads for itself; the order of `noted_names`.
enum class Noted : std::uint8_t { iss, sub, aud, exp, nbf, iat, jti, scope, scp };

/// A date claim: its bounds, absent, or of a wrong type.
struct DateClaim {
    std::optional<DateBounds> bounds = {};
    bool misfit = false;
};

/// The three dates of a token, read once.
struct TokenDates {
    DateClaim exp = {};
    DateClaim nbf = {};
    DateClaim iat = {};
};

/// What the payload says of the noted claims, as text, and which of the demanded names it has. The texts lie in the
/// decoded payload, which must live as long.
class PayloadFacts {
public:
    explicit PayloadFacts(const std::vector<std::string>& required) {
        for (const std::string& name : required) missing_.push_back(name);
    }

    /// The JSON text of a claim; empty when it is absent.
    [[nodiscard]] std::string_view text(Noted claim) const noexcept {
        if (!has(claim)) return {};
        const Text& noted = texts_[static_cast<std::size_t>(claim)];
        return {noted.begin, noted.size};
    }
    [[nodiscard]] bool has(Noted claim) const noexcept { return (noted_ >> static_cast<unsigned>(claim) & 1) != 0; }

    [[nodiscard]] const TokenDates& dates() const noexcept { return dates_; }

    /// Takes in a claim: its text, and the bounds of a date. A date claim without them is one of another type.
    void note(Noted claim, std::string_view text, std::optional<DateBounds> bounds = {}) noexcept {
        texts_[static_cast<std::size_t>(claim)] = {text.data(), text.size()};
        noted_ |= 1U << static_cast<unsigned>(claim);
        if (claim == Noted::exp) dates_.exp = {.bounds = bounds, .misfit = !bounds};
        if (claim == Noted::nbf) dates_.nbf = {.bounds = bounds, .misfit = !bounds};
        if (claim == Noted::iat) dates_.iat = {.bounds = bounds, .misfit = !bounds};
    }

    /// Whether any names are demanded; without, `saw` need not be told.
    [[nodiscard]] bool demands_names() const noexcept { return !missing_.empty(); }

    /// Remembers that a member of this name is there.
    void saw(std::string_view name) {
        for (std::string_view& missing : missing_) {
            if (missing == name) missing = seen;
        }
    }

    /// The first of the demanded names that is absent; nothing when all are there.
    [[nodiscard]] std::optional<std::string_view> first_missing() const noexcept {
        for (const std::string_view missing : missing_) {
            if (missing.data() != nullptr) return missing;
        }
        return std::nullopt;
    }

private:
    /// What stands in the place of a name that was seen; the name itself may be empty, and yet points somewhere.
    static constexpr std::string_view seen{};

    struct Text {
        const char* begin;
        std::size_t size;
    };

    std::array<Text, noted_names.size()> texts_;  // only those that were noted; to clear them all takes longer
    unsigned noted_ = 0;                          // a bit for each
    TokenDates dates_;
    std::vector<std::string_view> missing_;
};

/// What is known of a payload's member names at compile time: which is a member of `Private`, which is noted.
template <class Private>
struct PayloadNames {
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    static constexpr auto& own = claim_names_of<Private>;

    static constexpr std::size_t noted_index(std::string_view name) {
        const auto found = std::find(noted_names.begin(), noted_names.end(), name);
        return found == noted_names.end() ? none : static_cast<std::size_t>(found - noted_names.begin());
    }

    static constexpr std::size_t only_noted = [] {
        const auto both =
            std::count_if(own.begin(), own.end(), [](const auto& name) { return noted_index(name) != none; });
        return noted_names.size() - static_cast<std::size_t>(both);
    }();

    /// First the members, in their order, then the noted names that are no member.
    static constexpr auto all = [] {
        std::array<std::string_view, own.size() + only_noted> names{};
        auto next = std::copy(own.begin(), own.end(), names.begin());
        for (const auto& name : noted_names) {
            if (std::find(own.begin(), own.end(), name) == own.end()) *next++ = name;
        }
        return names;
    }();

    /// For each of `all`, its index among the noted names.
    static constexpr auto noted = [] {
        std::array<std::size_t, all.size()> indices{};
        for (std::size_t index = 0; index < all.size(); ++index) indices[index] = noted_index(all[index]);
        return indices;
    }();

    static constexpr NameTable<all.size()> table{all};
};

[[nodiscard]] constexpr bool is_date(Noted claim) noexcept {
    return claim == Noted::exp || claim == Noted::nbf || claim == Noted::iat;
}

/// Takes in the claim that was just read; its text began at `begin`.
inline void note_claim(PayloadFacts& facts, Noted claim, const char* begin, const JsonReader& reader) {
    const bool may_be_date = is_date(claim) && starts_number(*begin);
    facts.note(claim, {begin, static_cast<std::size_t>(reader.position() - begin)},
               may_be_date ? to_date(reader.last_number()) : std::nullopt);
}

/// Reads the members of a payload: those of `Private` into it, and notes what the rules need to know.
template <class Private>
class PayloadSink {
public:
    PayloadSink(Private& target, PayloadFacts& facts) noexcept : sink_(target), facts_(facts) {}

    template <std::size_t index, class Name>
    [[nodiscard]] bool take_plain(JsonReader& reader, PlainMember& plain) {
        if constexpr (is_member<index>) {
            if (!sink_.template take_plain<index, Name>(reader, plain)) return false;
            saw<index>();
            if constexpr (is_noted<index>)
                facts_.note(claim<index>, plain.text(), date_of(sink_.template member<index>()));
            return true;
        } else {
            return false;
        }
    }

    template <std::size_t index>
    [[nodiscard]] bool read(JsonReader& reader) {
        saw<index>();
        static_cast<void>(reader.peek());
        const char* begin = reader.position();
        if constexpr (is_member<index>) {
            if (!sink_.template read<index>(reader)) return false;
        } else {
            if (facts_.has(claim<index>) && !reader.rules().allow_duplicate_members) {
                return reader.fail(Errc::duplicate_member);
            }
            if (!reader.skip()) return false;
        }
        if constexpr (is_noted<index>) note_claim(facts_, claim<index>, begin, reader);
        return true;
    }

    [[nodiscard]] bool read_unknown(JsonReader& reader, std::string_view name) {
        facts_.saw(name);
        return StructSink<Private>::read_unknown(reader, name);
    }

    [[nodiscard]] bool fits() const noexcept { return sink_.fits(); }
    [[nodiscard]] Error misfit() const { return sink_.misfit(); }

private:
    using Names = PayloadNames<Private>;

    template <std::size_t index>
    static constexpr bool is_member = index < Names::own.size();
    template <std::size_t index>
    static constexpr bool is_noted = Names::noted[index] != Names::none;
    template <std::size_t index>
    static constexpr auto claim = static_cast<Noted>(is_noted<index> ? Names::noted[index] : 0);

    template <std::size_t index>
    void saw() {
        if (facts_.demands_names()) facts_.saw(Names::all[index]);
    }

    /// The date that a plain member is; none when it is of another type.
    [[nodiscard]] static std::optional<DateBounds> date_of(const NumericDate& value) noexcept {
        return date_bounds(value.time_since_epoch().count(), false, false);
    }
    template <class Other>
    [[nodiscard]] static std::optional<DateBounds> date_of(const Other&) noexcept {
        return std::nullopt;
    }

    StructSink<Private> sink_;
    PayloadFacts& facts_;
};

/// Reads the payload object member by member into an aggregate.
template <class Private>
[[nodiscard]] bool read_payload_struct(JsonReader& reader, Private& out, PayloadFacts& facts, Misfit& misfit) {
    PayloadSink<Private> sink{out, facts};
    const bool read = read_members<PayloadNames<Private>::table>(reader, sink);
    if (read && !sink.fits()) misfit = sink.misfit();
    return read;
}

/// Reads the payload object into a DOM. A date that no double holds is left null there: the rules for dates refuse it
/// in their turn, with their own code.
template <class Json>
class DomPayloadSink {
public:
    DomPayloadSink(Json& target, PayloadFacts& facts) noexcept : target_(target), facts_(facts) {}

    [[nodiscard]] bool read(JsonReader& reader) {
        target_ = Json::object();
        return reader.object([&](std::string_view name) { return read_member(reader, name); });
    }

    [[nodiscard]] bool fits() const noexcept { return sink_.holds_all(); }

private:
    using Names = PayloadNames<NoMembers>;

    [[nodiscard]] bool read_member(JsonReader& reader, std::string_view name) {
        if (facts_.demands_names()) facts_.saw(name);
        const std::size_t index = Names::table.find(name);
        if (index == unknown_name) return sink_.read_member(reader, target_, name);
        static_cast<void>(reader.peek());
        const char* begin = reader.position();
        const auto claim = static_cast<Noted>(Names::noted[index]);
        if (!read_noted(reader, name, claim)) return false;
        note_claim(facts_, claim, begin, reader);
        return true;
    }

    [[nodiscard]] bool read_noted(JsonReader& reader, std::string_view name, Noted claim) {
        if (!is_date(claim) || !starts_number(reader.peek())) return sink_.read_member(reader, target_, name);
        Json* const member = sink_.new_member(reader, target_, name);
        if (member == nullptr || !reader.number()) return false;
        static_cast<void>(to_dom(reader.last_number(), *member));
        return true;
    }

    Json& target_;
    PayloadFacts& facts_;
    DomSink<Json> sink_;
};

template <class Json>
[[nodiscard]] bool read_payload_dom(JsonReader& reader, Json& out, PayloadFacts& facts, Misfit& misfit) {
    DomPayloadSink<Json> sink{out, facts};
    const bool read = sink.read(reader);
    if (read && !sink.fits()) misfit = Error{Errc::invalid_claim_type};
    return read;
}

template <class Json, class Mapped>
[[nodiscard]] bool read_payload_mapped(JsonReader& reader, Mapped& out, PayloadFacts& facts, Misfit& misfit) {
    PassingDocument<Json> passing;
    if (!read_payload_dom(reader, passing.document, facts, misfit)) return false;
    if (!misfit) map_from_json(passing.document, out, misfit);
    return true;
}

/// Reads a payload object of any claims type, all but its registered part. \return false when the text is at fault.
template <class Type>
[[nodiscard]] bool read_payload(JsonReader& reader, Type& out, PayloadFacts& facts, Misfit& misfit) {
    if constexpr (std::same_as<Type, nlohmann::json>) {
        return read_payload_dom(reader, out, facts, misfit);
    } else if constexpr (needs_dom<Type>) {
        return read_payload_mapped<nlohmann::json>(reader, static_cast<PrivatePartOf<Type>&>(out), facts, misfit);
    } else if constexpr (std::same_as<Type, RegisteredClaims>) {
        NoMembers nothing;
        return read_payload_struct(reader, nothing, facts, misfit);
    } else {
        return read_payload_struct(reader, static_cast<PrivatePartOf<Type>&>(out), facts, misfit);
    }
}

}  // namespace credence::detail
