// SPDX-License-Identifier: MIT
// Random values of any claims type, edges first: empty, the limits of numbers, every length of UTF-8. The same ones in
// every run.
#pragma once

#include <credence/claims/claims.hpp>
#include <credence/claims/registered_claims.hpp>
#include <credence/claims/detail/bind.hpp>
#include <credence/claims/detail/member_types.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

namespace properties {

class RandomClaims {
public:
    explicit RandomClaims(std::uint64_t seed) : random_(seed) {}

    [[nodiscard]] std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }

    void fill(bool& out) { out = below(2) == 0; }
    void fill(std::string& out) {
        using namespace std::string_view_literals;
        // Both ends of every length of UTF-8, around the surrogates, the longest code point, and what must be escaped.
        constexpr std::array pieces{"a"sv,
                                    "exp"sv,
                                    "\0"sv,
                                    "\x1f"sv,
                                    "\x7f"sv,
                                    "\"\\/"sv,
                                    "\b\f\n\r\t"sv,
                                    "\xc2\x80"sv,
                                    "\xdf\xbf"sv,
                                    "\xe0\xa0\x80"sv,
                                    "\xed\x9f\xbf"sv,
                                    "\xee\x80\x80"sv,
                                    "\xef\xbf\xbf"sv,
                                    "\xe2\x80\xa8"sv,
                                    "\xf0\x90\x80\x80"sv,
                                    "\xf4\x8f\xbf\xbf"sv,
                                    "12345678"sv,
                                    "\\u0000"sv};
        out.clear();
        for (std::size_t count = below(12); count > 0; --count) out += pieces[below(pieces.size())];
        if (below(50) == 0) out.append(below(5000), 'x');
    }
    template <std::integral Integer>
    void fill(Integer& out) {
        using Limits = std::numeric_limits<Integer>;
        switch (below(5)) {
            case 0: out = Limits::min(); break;
            case 1: out = Limits::max(); break;
            case 2: out = 0; break;
            case 3: out = static_cast<Integer>(Limits::max() / 2 - static_cast<Integer>(below(100))); break;
            default: out = static_cast<Integer>(random_()); break;
        }
    }
    void fill(float& out) {
        using Limits = std::numeric_limits<float>;
        constexpr std::array edges{0.0F,
                                   -0.0F,
                                   0.1F,
                                   16777217.0F,
                                   Limits::min(),
                                   Limits::max(),
                                   1e-7F,
                                   Limits::lowest(),
                                   Limits::denorm_min()};
        out = edges[below(edges.size())];
        if (below(2) == 0) out = static_cast<float>(random_()) / static_cast<float>(1 + below(1'000'000));
    }
    void fill(double& out) {
        using Limits = std::numeric_limits<double>;
        constexpr std::array edges{0.0,
                                   -0.0,
                                   0.1,
                                   1.0,
                                   -1.5,
                                   1e21,
                                   1e-7,
                                   9007199254740993.0,
                                   Limits::min(),
                                   Limits::max(),
                                   Limits::lowest(),
                                   Limits::denorm_min(),
                                   Limits::epsilon(),
                                   1.7976931348623155e308,
                                   123456789012345678.0};
        out = edges[below(edges.size())];
        if (below(2) == 0) out = static_cast<double>(random_()) / static_cast<double>(1 + below(1'000'000));
    }
    void fill(credence::NumericDate& out) {
        constexpr std::array<std::int64_t, 5> edges{-62'135'596'800, -1, 0, 1, 253'402'300'799};
        const auto seconds =
            below(2) == 0 ? edges[below(edges.size())] : static_cast<std::int64_t>(below(4'000'000'000));
        out = credence::NumericDate{std::chrono::seconds{seconds}};
    }
    template <class Count, class Period>
    void fill(std::chrono::duration<Count, Period>& out) {
        out = std::chrono::duration<Count, Period>{filled<Count>()};
    }
    /// An enumerator that has a name.
    template <credence::detail::NamedEnum Enum>
    void fill(Enum& out) {
        const auto lines = claim_values(Enum{});
        auto line = lines[below(lines.size())];
        while (credence::detail::is_any_other_name(line.name)) line = lines[below(lines.size())];
        out = line.value;
    }
    void fill(nlohmann::json& out) { out = json(0); }
    template <class Value>
    void fill(std::optional<Value>& out) {
        out.reset();
        // An optional JSON null is written as null, which is read as absent. It is the only value that does not come
        // back.
        if (below(3) > 0) fill(out.emplace());
        if constexpr (std::same_as<Value, nlohmann::json>) {
            if (out && out->is_null()) out.reset();
        }
    }
    template <class Value>
    void fill(std::vector<Value>& out) {
        out.resize(below(4));
        for (Value& value : out) fill(value);
    }
    template <class Value, std::size_t count>
    void fill(std::array<Value, count>& out) {
        for (Value& value : out) fill(value);
    }
    template <credence::detail::SetMember Set>
    void fill(Set& out) {
        out.clear();
        for (std::size_t count = below(4); count > 0; --count) out.insert(filled<typename Set::value_type>());
    }
    template <credence::detail::MapMember Map>
    void fill(Map& out) {
        out.clear();
        for (std::size_t count = below(4); count > 0; --count) fill(out[filled<std::string>()]);
    }
    template <class... Alternatives>
    void fill(std::variant<Alternatives...>& out) {
        std::size_t left = below(sizeof...(Alternatives));
        ((left-- == 0 ? static_cast<void>(out = filled<Alternatives>()) : void()), ...);
    }
    template <class Aggregate>
        requires(credence::detail::member_form<Aggregate> == credence::detail::MemberForm::structure)
    void fill(Aggregate& out) {
        std::apply([&](auto&... members) { (fill(members), ...); }, credence::detail::bind_members(out));
    }

private:
    [[nodiscard]] nlohmann::json json(int depth) {
        switch (below(depth > 4 ? 5 : 7)) {
            case 0: return nullptr;
            case 1: return filled<bool>();
            case 2: return filled<std::string>();
            case 3:
                return below(2) == 0 ? nlohmann::json(filled<std::int64_t>()) : nlohmann::json(filled<std::uint64_t>());
            case 4: return filled<double>();
            case 5: {
                auto array = nlohmann::json::array();
                for (std::size_t count = below(4); count > 0; --count) array.push_back(json(depth + 1));
                return array;
            }
            default: {
                auto object = nlohmann::json::object();
                for (std::size_t count = below(4); count > 0; --count) object[filled<std::string>()] = json(depth + 1);
                return object;
            }
        }
    }

    template <class Value>
    [[nodiscard]] Value filled() {
        Value value{};
        fill(value);
        return value;
    }

    std::mt19937_64 random_;
};

}  // namespace properties
