// SPDX-License-Identifier: MIT
// JSON as text: reading objects, writing them, and showing them.
#include "json_text.hpp"

#include <credence/detail/json/json_string.hpp>
#include <credence/detail/json/json_writer.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace credence::command {

namespace {

/// One character of UTF-8: its code point, and its length in bytes, which is 0 for invalid UTF-8.
struct Character {
    std::uint32_t code_point = 0;
    std::size_t size = 0;
};

Character first_character(std::string_view text) {
    std::array<char, 4> bytes{};
    text.copy(bytes.data(), bytes.size());
    const auto byte = [&](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at])); };
    if (byte(0) < 0x80) return {byte(0), 1};
    const std::size_t size = detail::utf8_sequence(bytes.data());
    if (size == 0) return {};
    std::uint32_t code_point = byte(0) & (0xffU >> (size + 1));
    for (std::size_t at = 1; at < size; ++at) code_point = code_point << 6 | (byte(at) & 0x3f);
    return {code_point, size};
}

/// A range of characters, both ends included.
struct CharacterRange {
    std::uint32_t first;
    std::uint32_t last;
};

/// The characters that could move the cursor, break the line, change the direction of text, or be invisible, so that
/// different texts look alike: Unicode's Default_Ignorable_Code_Point and the controls.
constexpr std::array<CharacterRange, 20> hidden_characters{{
    {0x00, 0x1f},     {0x7f, 0x9f},       {0xad, 0xad},       {0x34f, 0x34f},     {0x61c, 0x61c},
    {0x115f, 0x1160}, {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x206f}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
    {0xfff0, 0xfffb}, {0x110bd, 0x110bd}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
}};

bool is_hidden(std::uint32_t code_point) {
    return std::any_of(hidden_characters.begin(), hidden_characters.end(), [&](const CharacterRange& range) {
        return code_point >= range.first && code_point <= range.last;
    });
}

/// `\u` and four digits.
std::string code_unit_escape(std::uint32_t unit) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string escape = "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) escape += digits[unit >> shift & 15];
    return escape;
}

/// As JSON writes it: above U+FFFF as two surrogates. RFC 8259 §7
std::string unicode_escape(std::uint32_t code_point) {
    if (code_point < 0x10000) return code_unit_escape(code_point);
    const std::uint32_t rest = code_point - 0x10000;
    return code_unit_escape(0xd800 + (rest >> 10)) + code_unit_escape(0xdc00 + (rest & 0x3ff));
}

/// How many characters at the start of `text` are shown as they are, by a look at each byte alone.
std::size_t plain_size(std::string_view text) {
    std::size_t size = 0;
    while (size < text.size() && detail::is_plain(text[size]) && text[size] != '\x7f') ++size;
    return size;
}

/// Copies a string, quotes included, off the front of `json`.
void copy_string(std::string_view& json, std::string& out) {
    out += '"';
    json.remove_prefix(1);
    while (json.front() != '"') {
        const std::size_t plain = plain_size(json);
        const Character character = first_character(json);
        std::size_t size = plain > 0 ? plain : json.front() == '\\' ? 2 : (std::max)(character.size, std::size_t{1});
        if (plain == 0 && is_hidden(character.code_point)) {
            out += unicode_escape(character.code_point);
        } else {
            out += json.substr(0, size);
        }
        json.remove_prefix(size);
    }
    out += '"';
    json.remove_prefix(1);
}

bool is_space(char character) {
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

/// Goes through JSON piece by piece: each string, and each character outside of strings, without white space.
template <class OnString, class OnCharacter>
void each_piece(std::string_view json, OnString&& on_string, OnCharacter&& on_character) {
    while (!json.empty()) {
        if (json.front() == '"') {
            on_string(json);
            continue;
        }
        const char character = json.front();
        json.remove_prefix(1);
        if (!is_space(character)) on_character(character, json);
    }
}

void break_line(std::string& out, std::size_t depth) {
    out += '\n';
    out.append(2 * depth, ' ');
}

}  // namespace

JsonObject::JsonObject(std::string_view text, detail::JsonRules rules) {
    auto padded = std::make_shared<std::string>();
    padded->reserve(text.size() + detail::json_padding);
    padded->append(text).append(detail::json_padding, '\0');
    text_ = std::move(padded);
    detail::JsonReader reader{std::string_view{*text_}.substr(0, text.size()), rules};
    const bool is_object = reader.peek() == '{';
    const bool read = is_object ? reader.object([&](std::string_view name) {
        if (!reader.note_name(name)) return false;
        static_cast<void>(reader.peek());
        const char* begin = reader.position();
        if (!reader.skip()) return false;
        members_.push_back({std::string{name}, {begin, static_cast<std::size_t>(reader.position() - begin)}});
        return true;
    })
                                : reader.skip();
    if (!read || !reader.at_end()) {
        fault_ = reader.fault();
    } else if (!is_object) {
        fault_ = Errc::malformed_token;
    }
}

const std::string_view* JsonObject::find(std::string_view name) const noexcept {
    const auto found =
        std::find_if(members_.begin(), members_.end(), [&](const Member& member) { return member.name == name; });
    return found == members_.end() ? nullptr : &found->json;
}

ObjectText& ObjectText::add(std::string_view name, std::string_view json) {
    if (text_.size() > 1) text_ += ',';
    text_.append(json_string(name)).append(":").append(json);
    return *this;
}

ObjectText& ObjectText::add_text(std::string_view name, std::string_view text) { return add(name, json_string(text)); }

ObjectText& ObjectText::add_members(const ObjectText& other) {
    if (text_.size() > 1 && other.text_.size() > 1) text_ += ',';
    text_.append(other.text_, 1);
    return *this;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = first_character(text).size;
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

std::string json_string(std::string_view text) {
    std::string valid;
    while (!text.empty()) {
        const std::size_t size = first_character(text).size;
        if (size == 0) {
            valid += "\xef\xbf\xbd";
        } else {
            valid += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    std::string json;
    detail::JsonWriter writer{json};
    static_cast<void>(writer.string(valid));
    return one_line(json);
}

std::string plain_text(std::string_view json) {
    std::string padded{json};
    padded.append(detail::json_padding, '\0');
    std::string text;
    static_cast<void>(detail::append_string(padded.data() + 1, text));
    return text;
}

bool is_number(std::string_view json) { return json.front() == '-' || (json.front() >= '0' && json.front() <= '9'); }

std::string one_line(std::string_view json) {
    std::string line;
    line.reserve(json.size());
    each_piece(
        json, [&](std::string_view& rest) { copy_string(rest, line); },
        [&](char character, std::string_view) { line += character; });
    return line;
}

std::string indented(std::string_view json) {
    std::string text;
    std::size_t depth = 0;
    const std::string line = one_line(json);
    each_piece(
        line, [&](std::string_view& rest) { copy_string(rest, text); },
        [&](char character, std::string_view rest) {
            const bool closes = character == '}' || character == ']';
            const bool opens = character == '{' || character == '[';
            const bool is_empty = opens && (rest.front() == '}' || rest.front() == ']');
            const bool was_empty = closes && (text.back() == '{' || text.back() == '[');
            if (closes) --depth;
            if (closes && !was_empty) break_line(text, depth);
            text += character;
            if (character == ':') text += ' ';
            if (opens) ++depth;
            if ((opens && !is_empty) || character == ',') break_line(text, depth);
        });
    return text;
}

std::string printable(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string shown;
    while (!text.empty()) {
        const Character character = first_character(text);
        const auto byte = static_cast<unsigned char>(text.front());
        if (character.size == 0) {
            shown.append("\\x") += digits[byte >> 4];
            shown += digits[byte & 15];
        } else if (is_hidden(character.code_point)) {
            shown += unicode_escape(character.code_point);
        } else {
            shown += text.substr(0, character.size);
        }
        text.remove_prefix((std::max)(character.size, std::size_t{1}));
    }
    return shown;
}

std::string printable_text(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const std::size_t end = (std::min)(text.find_first_of("\n\t"), text.size());
        shown += printable(text.substr(0, end));
        shown += text.substr(end, 1);
        text.remove_prefix((std::min)(end + 1, text.size()));
    }
    return shown;
}

}  // namespace credence::command
