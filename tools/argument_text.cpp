// SPDX-License-Identifier: MIT
// Reads and checks the texts of single arguments.
#include "argument_text.hpp"

#include <credence/keys/key_set.hpp>

#include <charconv>
#include <cstddef>
#include <system_error>

#include "json_text.hpp"

namespace credence::command {

std::string fault_of_text(const std::string& text) { return is_utf8(text) ? "" : "must be UTF-8"; }

std::string fault_of_word(const std::string& text) { return text.empty() ? "must not be empty" : fault_of_text(text); }

std::string fault_of_bytes(const std::string& text) { return text.empty() ? "must not be empty" : ""; }

std::string fault_of_source(const std::string& text) {
    if (text == "env:") return "needs the name of a variable behind env:, as in env:JWT_SECRET";
    return fault_of_bytes(text);
}

std::string fault_of_new_file(const std::string& text) {
    if (text == "-" || text.starts_with("env:")) return "must be the name of a new file, not " + text;
    return fault_of_bytes(text);
}

std::string fault_of_key_id(const std::string& text) {
    std::string fault = fault_of_word(text);
    if (!fault.empty() || detail::is_plausible_kid(text)) return fault;
    return "must have at most 1,024 bytes and no control characters, because a key set finds no other";
}

std::string fault_of_size(const std::string& text) {
    const bool is_plain = text == "0" || (!text.empty() && text.front() >= '1' && text.front() <= '9');
    std::size_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (is_plain && failure == std::errc{} && end == text.data() + text.size()) return "";
    return "must be a whole number in decimal digits, such as 16384";
}

}  // namespace credence::command
