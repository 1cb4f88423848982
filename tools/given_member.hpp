// SPDX-License-Identifier: MIT
// A member of a JSON object on the command line, as text or as JSON.
#pragma once

#include <string>

namespace credence::command {

/// A member: its name, and its value as JSON.
struct GivenMember {
    std::string name;
    std::string json;
};

/// Reads `NAME=TEXT` or `NAME:=JSON`. Throws `Failure` that names the option.
[[nodiscard]] GivenMember read_member(const std::string& option, const std::string& text);

}  // namespace credence::command
