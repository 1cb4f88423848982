// SPDX-License-Identifier: MIT
// Signs and verifies claims of every kind of number with a standard library that has no from_chars for them.
#include <credence/credence.hpp>

#include <chrono>
#include <limits>
#include <set>
#include <string>
#include <variant>
#include <vector>

struct Numbers {
    std::vector<double> doubles;
    std::vector<float> floats;
    std::set<std::string> names;
    std::variant<bool, std::chrono::milliseconds> either;
};

int main() {
    const auto keys = credence::Keys<credence::HS256>::from_secret(std::string(32, 'k'));
    if (!keys) return 1;
    using Doubles = std::numeric_limits<double>;
    using Floats = std::numeric_limits<float>;
    const Numbers numbers{
        .doubles = {1e-310, -Doubles::denorm_min(), 2.2250738585072011e-308, Doubles::max(), 0.1, 1e-7, -0.0, 1e21},
        .floats = {1e-40F, Floats::denorm_min(), Floats::max(), 0.1F},
        .names = {"a", "b"},
        .either = std::chrono::milliseconds{5}};
    using Claims = credence::Claims<Numbers>;
    const auto token = credence::encode(Claims{{.exp = credence::in(std::chrono::hours{1})}, numbers}, *keys);
    if (!token) return 2;
    const auto who = credence::decode<Claims>(*token, *keys);
    if (!who) return 3;
    if ((*who)->doubles != numbers.doubles || (*who)->floats != numbers.floats) return 4;
    return (*who)->names == numbers.names && (*who)->either == numbers.either ? 0 : 5;
}
