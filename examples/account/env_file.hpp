// SPDX-License-Identifier: MIT
// The file `.env`: lines NAME=value, with comments and quotes.
#pragma once

#include <map>
#include <string>

#include <unistd.h>

namespace account {

using Variables = std::map<std::string, std::string>;

/// The variables of a file; none if there is no such file. A line may start with `export`. A value may be in single or
/// double quotes, and may then have several lines, such as a PEM text. `\n` in double quotes is a line end; `\"` and
/// `\\` are a quote and a backslash. A `#` after a space, or after the closing quote, begins a comment.
/// \throws SettingsError  naming the line, never its content
[[nodiscard]] Variables read_env_file(const std::string& path);

/// Whether others than its owner may read or write a file.
[[nodiscard]] bool is_open_to_others(const std::string& path);

/// Two functions that give a complete file its name, unless the name is taken. They return 0, or -1 and `errno`, as
/// `link` does. Some file systems support only one, or neither.
struct Placing {
    using Call = int (*)(const char* from, const char* to);

    Call link = ::link;
    Call rename = rename_unless_taken;

    static int rename_unless_taken(const char* from, const char* to);
};

/// Writes a new file that only its owner may read. False if there is one already. The file appears with its whole
/// content, also for another first start at the same time. Only if the file system supports neither way of `placing`
/// may it be read too early.
/// \throws SettingsError
bool create_env_file(const std::string& path, const std::string& text, const Placing& placing = {});

}  // namespace account
