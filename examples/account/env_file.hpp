// SPDX-License-Identifier: MIT
// The file `.env`: lines NAME=value, with comments and quotes.
#pragma once

#include <map>
#include <string>

#include <unistd.h>

namespace account {

using Variables = std::map<std::string, std::string>;

/// The variables of a file; none when there is no such file. A line may start with `export`; a value may stand in single
/// or double quotes, then also over several lines, as PEM does. `\n` in double quotes is a line end, `\"` and `\\` are
/// what they show. A `#` behind a space, or behind the closing quote, begins a comment.
/// \throws SettingsError  naming the line, never its content
[[nodiscard]] Variables read_env_file(const std::string& path);

/// Whether others than its owner may read or write a file.
[[nodiscard]] bool is_open_to_others(const std::string& path);

/// How a file that is complete gets its name, unless the name is taken: 0, or -1 and `errno`, as `link` has it. Not every
/// file system can do either.
struct Placing {
    using Call = int (*)(const char* from, const char* to);

    Call link = ::link;
    Call rename = rename_unless_taken;

    static int rename_unless_taken(const char* from, const char* to);
};

/// Writes a new file that only its owner may read. False when there is one already. Whoever finds the file finds all of it,
/// also another first start; only where the file system has neither way of `placing` it may be read too early.
/// \throws SettingsError
bool create_env_file(const std::string& path, const std::string& text, const Placing& placing = {});

}  // namespace account
