// SPDX-License-Identifier: MIT
// The value of a Cookie field is split as a simple model splits it. A Set-Cookie field of any name and value is
// refused, or a browser would send it back unchanged.
#include <credence/http/cookie.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "support/fuzzing.hpp"

namespace {

using support::demand;

std::string trimmed(std::string text) {
    text.erase(0, (std::min)(text.find_first_not_of(" \t"), text.size()));
    text.erase(text.find_last_not_of(" \t") + 1);
    return text;
}

/// The values of all cookies of this name.
std::vector<std::string> values_of(const std::string& field, const std::string& name) {
    std::vector<std::string> values;
    for (std::size_t begin = 0; begin <= field.size();) {
        const std::size_t end = (std::min)(field.find(';', begin), field.size());
        const std::string pair = trimmed(field.substr(begin, end - begin));
        if (pair.compare(0, name.size() + 1, name + "=") == 0 && name.find('=') == std::string::npos) {
            values.push_back(pair.substr(name.size() + 1));
        }
        begin = end + 1;
    }
    return values;
}

void check_reading(const std::string& field, const std::string& name) {
    const auto found = credence::find_cookie(field, name);
    const auto expected = values_of(field, name);
    const bool is_one = std::adjacent_find(expected.begin(), expected.end(), std::not_equal_to<>{}) == expected.end();
    demand(found.has_value() == is_one, "cookies of one name with different values are refused, and nothing else is");
    if (!found) return;
    demand(found->has_value() == !expected.empty(), "a cookie is found if there is one");
    if (*found) demand(**found == expected.front(), "its value is the text after the equals sign");
}

void check_writing(const credence::Cookie& cookie) {
    const auto field = credence::set_cookie(cookie);
    if (!field) return;
    for (const char byte : *field) demand(byte >= 0x20 && byte < 0x7f, "no byte splits the field");
    const std::string pair = field->substr(0, field->find(';'));
    const auto back = credence::find_cookie(pair, cookie.name);
    demand(back && *back && **back == cookie.value, "a browser sends the same value back");
    demand(credence::clear_cookie(cookie).has_value(), "what can be set can be cleared");
}

}  // namespace

/// The first line of the input is the cookie's name, the second the field or the value, a third its path.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input{support::fuzz_input(data, size)};
    const std::size_t first = (std::min)(input.find('\n'), input.size());
    const std::string name = input.substr(0, first);
    const std::string rest = input.substr((std::min)(first + 1, input.size()));
    check_reading(rest, name);
    check_reading(rest, "token");
    const std::size_t second = (std::min)(rest.find('\n'), rest.size());
    const std::string value = rest.substr(0, second);
    const std::string path = rest.substr((std::min)(second + 1, rest.size()));
    check_writing({.name = name, .value = value});
    check_writing({.name = "__Host-" + name, .value = value, .path = path.empty() ? "/" : path});
    check_writing({.name = name, .value = value, .path = path, .domain = value, .secure = false});
    return 0;
}
