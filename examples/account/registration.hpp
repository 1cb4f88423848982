// SPDX-License-Identifier: MIT
// The rules for a registration and other input of users.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace account {

struct Registration {
    std::string name = {};
    std::string email = {};  ///< In lower case.
    std::string password = {};
};

/// \throws Refusal  422 for a wrong shape; 400, naming the field, for a value that is not acceptable
[[nodiscard]] Registration read_registration(const nlohmann::json& body);

/// \throws Refusal  400, naming the field: a password has 8 to 128 bytes
void check_password(const std::string& password);

/// \throws Refusal  400, naming the field: a label has 1 to 60 characters, and no control character
void check_label(const std::string& label);

/// The form in which an e-mail is stored, looked up and counted: ASCII letters in lower case.
[[nodiscard]] std::string lower_case(std::string text);

/// Whether this could be a stored e-mail, in any spelling: it has an @, at most 255 bytes and no control character.
/// Other texts are never looked up, because a database might take one for another: libpq ends a text at its NUL.
[[nodiscard]] bool could_be_email(std::string_view text);

}  // namespace account
