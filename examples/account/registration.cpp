// SPDX-License-Identifier: MIT
// The rules for names, e-mails and passwords.
#include "registration.hpp"

#include <algorithm>
#include <cstddef>

#include "body.hpp"

namespace account {
namespace {

/// Whether UTF-8 has a control character: U+0000 to U+001F, and U+007F to U+009F.
bool has_control(std::string_view utf8) {
    const auto is_short = [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; };
    const auto is_long = [](char lead, char byte) { return lead == '\xc2' && static_cast<unsigned char>(byte) < 0xa0; };
    return std::any_of(utf8.begin(), utf8.end(), is_short) ||
           std::adjacent_find(utf8.begin(), utf8.end(), is_long) != utf8.end();
}

/// Code points, as PostgreSQL counts in varchar(100).
std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(std::count_if(
        utf8.begin(), utf8.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }));
}

/// A part of RFC 5322 that covers real mailboxes: one @, a name before it, a domain with a dot after it.
bool is_email(std::string_view email) {
    const std::size_t at = email.find('@');
    if (email.size() > 254 || at == std::string_view::npos || at == 0 || at > 64) return false;
    const std::string_view domain = email.substr(at + 1);
    const bool has_odd_byte = std::any_of(email.begin(), email.end(), [](char byte) {
        return std::string_view{" \"(),:;<>[\\]"}.find(byte) != std::string_view::npos;
    });
    return !has_odd_byte && !has_control(email) && domain.find('@') == std::string_view::npos &&
           domain.find('.') != std::string_view::npos && domain.front() != '.' && domain.back() != '.' &&
           domain.find("..") == std::string_view::npos;
}

void check_name(const std::string& name) {
    if (name.find_first_not_of(' ') == std::string::npos) throw Refusal{400, "Please give a name"}.about("name");
    if (characters(name) > 100) throw Refusal{400, "The name has more than 100 characters"}.about("name");
    if (has_control(name)) throw Refusal{400, "The name has a character that is none"}.about("name");
}

}  // namespace

std::string lower_case(std::string text) {
    for (char& byte : text) {
        if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
    }
    return text;
}

bool could_be_email(std::string_view text) {
    return text.size() <= 255 && text.find('@') != std::string_view::npos && !has_control(text);
}

void check_password(const std::string& password) {
    if (password.size() < 8) throw Refusal{400, "The password needs at least 8 characters"}.about("password");
    if (password.size() > 128) throw Refusal{400, "The password has more than 128 bytes"}.about("password");
}

void check_label(const std::string& label) {
    if (label.find_first_not_of(' ') == std::string::npos) throw Refusal{400, "Please give it a name"}.about("label");
    if (characters(label) > 60) throw Refusal{400, "The name has more than 60 characters"}.about("label");
    if (has_control(label)) throw Refusal{400, "The name has a character that is none"}.about("label");
}

Registration read_registration(const nlohmann::json& body) {
    Registration wanted{.name = text_member(body, "name"),
                        .email = lower_case(text_member(body, "email")),
                        .password = text_member(body, "password")};
    check_name(wanted.name);
    if (!is_email(wanted.email)) throw Refusal{400, "This is not an email address"}.about("email");
    check_password(wanted.password);
    return wanted;
}

}  // namespace account
