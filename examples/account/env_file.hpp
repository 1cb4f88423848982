// SPDX-License-Identifier: MIT
// The file `.env`: lines NAME=value, with comments and quotes.
#pragma once

#include <map>
#include <string>

namespace account {

using Variables = std::map<std::string, std::string>;

/// The variables of a file; none when there is no such file. A line may start with `export`; a value may stand in single
/// or double quotes, then also over several lines, as PEM does. `\n` in double quotes is a line end, `\"` and `\\` are
/// what they show. A `#` behind a space, or behind the closing quote, begins a comment.
/// \throws SettingsError  naming the line, never its content
[[nodiscard]] Variables read_env_file(const std::string& path);

/// Whether others than its owner may read a file.
[[nodiscard]] bool can_others_read(const std::string& path);

/// Writes a new file that only its owner may read. False when there is one already.
/// \throws SettingsError
bool create_env_file(const std::string& path, const std::string& text);

}  // namespace account
