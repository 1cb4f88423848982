// SPDX-License-Identifier: MIT
// JSON as text: objects whose values stay as written, so that no number is ever rounded, and their output.
#pragma once

#include <credence/error.hpp>
#include <credence/detail/json/json_reader.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence::command {

/// A member of an object, its value as written.
struct Member {
    std::string name;
    std::string_view json;
};

/// A JSON object, read by the library's strict reader. It owns its text; copies share it.
class JsonObject {
public:
    /// Reads a whole text. When it is at fault, the members that were read until then are there.
    explicit JsonObject(std::string_view text, detail::JsonRules rules = {});

    /// `invalid_json`, `duplicate_member`, or `malformed_token` for JSON that is not an object; nullopt if there is no
    /// error.
    [[nodiscard]] std::optional<Errc> fault() const noexcept { return fault_; }
    [[nodiscard]] const std::vector<Member>& members() const noexcept { return members_; }
    /// The value of a member, followed by readable zero bytes or other JSON; null when it is absent.
    [[nodiscard]] const std::string_view* find(std::string_view name) const noexcept;

private:
    std::shared_ptr<const std::string> text_;
    std::vector<Member> members_;
    std::optional<Errc> fault_;
};

/// An object that is put together from values that are JSON already.
class ObjectText {
public:
    ObjectText& add(std::string_view name, std::string_view json);
    ObjectText& add_text(std::string_view name, std::string_view text);
    /// Adds all members of another object.
    ObjectText& add_members(const ObjectText& other);
    [[nodiscard]] std::string text() const { return text_ + '}'; }

private:
    std::string text_ = "{";
};

[[nodiscard]] bool is_utf8(std::string_view text);

/// A text as a JSON string; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

/// The text of a JSON string without quotes and escapes. It must be one.
[[nodiscard]] std::string plain_text(std::string_view json);

/// Whether the text of a JSON value is that of a number.
[[nodiscard]] bool is_number(std::string_view json);

/// Strict JSON on one line: without white space, and with whatever could drive a terminal or break a line escaped (DEL,
/// C1, separators, invisible characters, marks that turn the direction of writing). The values are the same.
[[nodiscard]] std::string one_line(std::string_view json);

/// The same over several lines, for people.
[[nodiscard]] std::string indented(std::string_view json);

/// A text for a terminal: control characters, invisible characters and invalid UTF-8 are escaped.
[[nodiscard]] std::string printable(std::string_view text);

/// The same for a text of several lines: line feeds and tabs stay.
[[nodiscard]] std::string printable_text(std::string_view text);

}  // namespace credence::command
