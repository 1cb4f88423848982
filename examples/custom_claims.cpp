// SPDX-License-Identifier: MIT
// Claims of every shape: optional and nested ones, lists, maps, enums, dates, and a name that is not a C++ identifier.
#include <credence/credence.hpp>

#include <array>
#include <cstdint>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

enum class Role : std::uint8_t { reader, editor };
constexpr auto claim_values(Role) {  // how a token spells the enumerators
    return std::to_array<credence::ClaimValue<Role>>({{Role::reader, "reader"}, {Role::editor, "editor"}});
}

struct Address {
    std::string city;
    std::optional<int> floor = {};
};

struct Person {
    std::string name;                       // must be in the token
    Role role = Role::reader;               // must be there too: a default makes no claim optional
    std::optional<std::string> email = {};  // may be absent
    std::vector<std::string> groups = {};
    std::map<std::string, double> limits = {};
    Address address = {};
    credence::NumericDate member_since = {};  // whole seconds of Unix time

    static constexpr credence::ClaimName claim_names[] = {{"role", "https://example.com/role"}};
};
using PersonClaims = credence::Claims<Person>;

int main() {
    const auto keys = credence::Keys<credence::HS256>::generate().value();
    const PersonClaims claims{{.sub = "42", .aud = {"shop", "forum"}, .exp = credence::in(1h)},
                              {.name = "Ada",
                               .role = Role::editor,
                               .groups = {"staff"},
                               .limits = {{"upload", 2.5}},
                               .address = {.city = "London"},
                               .member_since = credence::NumericDate{1'700'000'000s}}};
    const auto token = credence::encode(claims, keys).value();

    const auto who = credence::decode<PersonClaims>(token, keys, {.audience = "shop"}).value();
    std::cout << who->name << " of " << who->address.city << (who->role == Role::editor ? " edits\n" : " reads\n");

    // A token whose claims are not known ahead, and the error for a claim of another type.
    std::cout << credence::decode<nlohmann::json>(token, keys, {.audience = "shop"}).value()->dump() << '\n';
    const nlohmann::json odd{{"name", 7}, {"exp", 4102444800}};
    std::cout << message(credence::decode<PersonClaims>(credence::encode(odd, keys).value(), keys).error()) << '\n';
}
