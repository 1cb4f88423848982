// SPDX-License-Identifier: MIT
// Members of a JSON object from the command line.
#include "given_member.hpp"

#include <cstddef>

#include "failure.hpp"
#include "json_text.hpp"

namespace credence::command {

GivenMember read_member(const std::string& option, const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || text.starts_with(":=")) {
        fail_usage(option + " takes NAME=TEXT or NAME:=JSON, not '" + text + "'");
    }
    const std::string value = text.substr(equals + 1);
    if (text[equals - 1] != ':') return {text.substr(0, equals), json_string(value)};
    const std::string name = text.substr(0, equals - 1);
    const JsonObject wrapped{"{\"value\":" + value + "}"};
    if (wrapped.fault() || wrapped.members().size() != 1) {
        fail_usage(option + " " + name + ":= takes strict JSON; for text use " + name + "=" + value);
    }
    return {name, one_line(*wrapped.find("value"))};
}

}  // namespace credence::command
