// SPDX-License-Identifier: MIT
// What the text of an argument may be. Each function says what is wrong with one, for CLI11 to put behind the option's
// name; nothing when it is good.
#pragma once

#include <string>

namespace credence::command {

/// Text that becomes JSON, or is compared with it: UTF-8. Other bytes would be signed as other characters.
[[nodiscard]] std::string fault_of_text(const std::string& text);

/// The same, where nothing stands for nothing: most often a variable of a script that is not set.
[[nodiscard]] std::string fault_of_word(const std::string& text);

/// Anything but nothing.
[[nodiscard]] std::string fault_of_bytes(const std::string& text);

/// A file, `env:NAME` or `-`.
[[nodiscard]] std::string fault_of_source(const std::string& text);

/// The name of a new file: not what stands for another place wherever a file is read.
[[nodiscard]] std::string fault_of_new_file(const std::string& text);

/// A key id for a JWK: one that a key set can be asked for.
[[nodiscard]] std::string fault_of_key_id(const std::string& text);

/// A whole number as people write it: one with a leading zero or an x is not the same to everybody.
[[nodiscard]] std::string fault_of_size(const std::string& text);

}  // namespace credence::command
