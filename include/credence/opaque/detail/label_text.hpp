// SPDX-License-Identifier: MIT
// The label of a session or an API key: a text from a stranger, made safe to store and show.
#pragma once

#include <credence/detail/encoding/ascii.hpp>
#include <credence/detail/json/json_utf8.hpp>
#include <credence/detail/json/json_words.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace credence::detail {

/// The longest label, in bytes.
inline constexpr std::size_t longest_label = 256;

/// `label` as UTF-8 without control characters, at most `longest_label` bytes. Other bytes become `?`.
[[nodiscard]] inline std::string label_text(std::string_view label) {
    std::string padded{label.substr(0, longest_label + 4)};
    const std::size_t size = padded.size();
    padded.append(json_padding, '\0');  // utf8_sequence reads beyond a truncated sequence
    std::string text;
    for (std::size_t at = 0; at < size;) {
        const bool is_ascii = static_cast<unsigned char>(padded[at]) < 0x80;
        const std::size_t length = is_ascii ? 1 : utf8_sequence(padded.data() + at);
        const std::size_t taken = length == 0 ? 1 : length;
        if (text.size() + taken > longest_label) break;
        if (length == 0 || (is_ascii && is_control(padded[at]))) {
            text.push_back('?');
        } else {
            text.append(padded, at, length);
        }
        at += taken;
    }
    return text;
}

}  // namespace credence::detail
