// SPDX-License-Identifier: MIT
// A registered user, as stored in the database.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace account {

/// A row of the table `users`.
struct User {
    std::string id = {};  ///< A UUID in its canonical text form.
    std::string name = {};
    std::string email = {};  ///< In lower case.
    std::string photo = {};
    std::string role = {};  ///< `user` or `admin`.
    bool verified = false;
    std::string password = {};    ///< Its Argon2id hash in the PHC string form; never sent, never logged.
    std::string created_at = {};  ///< `2026-01-31T12:00:00.123456Z`
    std::string updated_at = {};
};

/// The data of a registration; the database adds the rest.
struct NewUser {
    std::string id = {};
    std::string name = {};
    std::string email = {};
    std::string password = {};  ///< The hash.
};

/// A password hash, and the hash that replaces it.
struct PasswordChange {
    std::string from = {};
    std::string to = {};
};

/// Whether a text is a UUID in its canonical form, in lower case. `sub` must be one before it is looked up.
[[nodiscard]] constexpr bool is_uuid(std::string_view text) noexcept {
    if (text.size() != 36) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_dash = at == 8 || at == 13 || at == 18 || at == 23;
        const bool is_hex = (text[at] >= '0' && text[at] <= '9') || (text[at] >= 'a' && text[at] <= 'f');
        if (is_dash ? text[at] != '-' : !is_hex) return false;
    }
    return true;
}

}  // namespace account
