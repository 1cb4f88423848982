// SPDX-License-Identifier: MIT
// The configuration: the environment, else the file `.env`, else defaults.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

#include "lifetimes.hpp"

namespace account {

/// An error that the operator must fix. Its text is one line.
class SettingsError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct Settings {
    std::string host = "127.0.0.1";
    int port = 8000;
    std::string database_url = "sqlite:account.db";
    std::string redis_url = {};  ///< Empty: revocations and refresh tokens live in the database.

    // One of the two: a secret for HS256, or a key pair.
    std::string jwt_secret = {};
    std::string private_key = {};  ///< PEM
    std::string public_key = {};   ///< PEM; empty: derived from the private one.

    Lifetimes lifetimes = {};                   ///< JWT_EXPIRED_IN; REFRESH_MAXAGE, in minutes; REFRESH_GRACE
    std::chrono::seconds cookie_max_age{3600};  ///< JWT_MAXAGE, in minutes
    std::string client_origin = "http://localhost:3000";
    bool cookie_secure = false;
    bool is_file_open = false;  ///< Other users may read the file with these settings.
};

/// Reads the configuration. Where no key is configured and there is no file `.env` yet, writes one with a fresh secret,
/// which only its owner may read.
/// \throws SettingsError
[[nodiscard]] Settings load_settings();

}  // namespace account
