// SPDX-License-Identifier: MIT
// The output of the command: its result, at once and only on success, and remarks for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace credence::command {

enum class Colour : std::uint8_t { none, good, bad, dim };

/// Keeps files that are opened later from taking the place of a standard stream that is closed: a remark would be written
/// into a key. To be called first.
void occupy_closed_streams();

/// Writes the whole result to standard output. Throws when that is not possible.
void write_result(std::string_view text);

/// Writes a line to standard error: a remark that is not part of the result. Terminal controls are escaped.
void remark(std::string_view line, Colour colour = Colour::none);

[[nodiscard]] bool result_is_on_terminal();
[[nodiscard]] bool remarks_are_on_terminal();

/// The text in a colour, where the output is a terminal that may show one: `NO_COLOR` is heeded.
[[nodiscard]] std::string coloured(Colour colour, std::string_view text, bool is_on_terminal);

/// JSON for people on a terminal, on one line for programs; with a line feed at the end.
[[nodiscard]] std::string shown_json(std::string_view json);

}  // namespace credence::command
