// SPDX-License-Identifier: MIT
// Checks of single arguments. Each function returns the problem for CLI11 to print after the option's name, or an empty
// text.
#pragma once

#include <string>

namespace credence::command {

/// Text that becomes JSON, or is compared with it: UTF-8. Other bytes would be signed as other characters.
[[nodiscard]] std::string fault_of_text(const std::string& text);

/// The same, and not empty: an empty argument is usually an unset variable of a script.
[[nodiscard]] std::string fault_of_word(const std::string& text);

/// Anything but nothing.
[[nodiscard]] std::string fault_of_bytes(const std::string& text);

/// A file, `env:NAME` or `-`.
[[nodiscard]] std::string fault_of_source(const std::string& text);

/// The name of a new file: not `-` or `env:NAME`, which mean something else where files are read.
[[nodiscard]] std::string fault_of_new_file(const std::string& text);

/// A key id for a JWK that a key set can find.
[[nodiscard]] std::string fault_of_key_id(const std::string& text);

/// A whole number as people write it: one with a leading zero or an x is not the same to everybody.
[[nodiscard]] std::string fault_of_size(const std::string& text);

}  // namespace credence::command
