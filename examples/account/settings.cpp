// SPDX-License-Identifier: MIT
// The meaning of each variable, and its errors.
#include "settings.hpp"

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "env_file.hpp"
#include "registration.hpp"

#include <sodium.h>

namespace account {
namespace {

constexpr const char* env_path = ".env";
constexpr std::chrono::seconds longest{std::chrono::hours{24 * 3650}};

/// The environment first, then the file. An empty value counts as none.
class Source {
public:
    explicit Source(Variables file) : file_(std::move(file)) {}

    [[nodiscard]] std::string get(const std::string& name, const std::string& otherwise = {}) const {
        const char* value = std::getenv(name.c_str());
        if (value != nullptr && *value != '\0') return value;
        const auto found = file_.find(name);
        return found != file_.end() && !found->second.empty() ? found->second : otherwise;
    }

private:
    Variables file_;
};

/// `60m`, `90s`, `12h`, `7d`; a bare number counts in `bare_unit`.
std::chrono::seconds duration(const std::string& name, const std::string& text, std::chrono::seconds bare_unit) {
    long long count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view suffix{end, text.data() + text.size()};
    std::chrono::seconds unit = bare_unit;
    if (suffix == "s") unit = std::chrono::seconds{1};
    if (suffix == "m") unit = std::chrono::minutes{1};
    if (suffix == "h") unit = std::chrono::hours{1};
    if (suffix == "d") unit = std::chrono::hours{24};
    const bool is_known = suffix.empty() || suffix == "s" || suffix == "m" || suffix == "h" || suffix == "d";
    if (error != std::errc{} || !is_known || count <= 0 || count > longest / unit)
        throw SettingsError{name + " must be a duration such as 60m, 12h or 7d"};
    return count * unit;
}

/// Zero, or a duration; a bare number counts in seconds. A long one would let thieves go unnoticed.
std::chrono::seconds grace(const std::string& text) {
    constexpr std::chrono::minutes most{5};
    const bool is_none = !text.empty() && text.find_first_not_of('0') == std::string::npos;
    if (is_none || text == "0s") return std::chrono::seconds{0};
    const auto wanted = duration("REFRESH_GRACE", text, std::chrono::seconds{1});
    if (wanted > most) throw SettingsError{"REFRESH_GRACE must be 5m at most"};
    return wanted;
}

int port(const std::string& text) {
    int value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > 65535)
        throw SettingsError{"PORT must be a number from 0 to 65535"};
    return value;
}

bool flag(const std::string& name, const std::string& text) {
    if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
    if (text == "false" || text == "0" || text == "no" || text == "off") return false;
    throw SettingsError{name + " must be true or false"};
}

/// PEM, or PEM in base64, as the tutorial's sequel keeps it in one line.
std::string pem(const std::string& name, const std::string& text) {
    if (text.empty() || text.find("-----BEGIN") != std::string::npos) return text;
    std::vector<unsigned char> decoded(text.size());
    std::size_t size = 0;
    const int failed = sodium_base642bin(decoded.data(), decoded.size(), text.data(), text.size(), " \t\r\n", &size,
                                         nullptr, sodium_base64_VARIANT_ORIGINAL);
    std::string result(decoded.begin(), decoded.begin() + static_cast<std::ptrdiff_t>(size));
    if (failed != 0 || result.find("-----BEGIN") == std::string::npos)
        throw SettingsError{name + " must be a key in PEM, or PEM in base64"};
    return result;
}

std::string origin(const std::string& text) {
    const std::size_t scheme = text.find("://");
    const bool is_http = text.starts_with("http://") || text.starts_with("https://");
    if (!is_http || text.find_first_of("/ ?#@\r\n", scheme + 3) != std::string::npos || text.size() == scheme + 3)
        throw SettingsError{"CLIENT_ORIGIN must be an origin such as http://localhost:3000, without a path"};
    return lower_case(text);  // browsers write it so, and it is compared byte by byte
}

std::string fresh_env_file() {
    unsigned char secret[32];
    randombytes_buf(secret, sizeof secret);
    char text[sizeof secret * 2 + 1];
    sodium_bin2hex(text, sizeof text, secret, sizeof secret);
    sodium_memzero(secret, sizeof secret);
    return std::string{
               "# Made by the first start. JWT_SECRET signs the tokens: whoever has it is everybody.\n"
               "JWT_SECRET="} +
           text + "\n";
}

/// \throws SettingsError  for a key that is set but empty, if there is no other: the program that should have set it
///                        has failed, and the server must not sign with another key then
bool has_key_in_environment() {
    const char* empty = nullptr;
    for (const char* name : {"ACCESS_TOKEN_PRIVATE_KEY", "JWT_SECRET"}) {
        const char* value = std::getenv(name);
        if (value != nullptr && *value != '\0') return true;
        if (value != nullptr) empty = name;
    }
    if (empty != nullptr)
        throw SettingsError{std::string{empty} + " is set, but empty; unset it to take the key from .env"};
    return false;
}

void read_keys(const Source& source, Settings& settings) {
    settings.private_key = pem("ACCESS_TOKEN_PRIVATE_KEY", source.get("ACCESS_TOKEN_PRIVATE_KEY"));
    settings.public_key = pem("ACCESS_TOKEN_PUBLIC_KEY", source.get("ACCESS_TOKEN_PUBLIC_KEY"));
    if (!settings.public_key.empty() && settings.private_key.empty())
        throw SettingsError{"ACCESS_TOKEN_PRIVATE_KEY must be set"};
    if (settings.private_key.empty()) settings.jwt_secret = source.get("JWT_SECRET");
    if (settings.private_key.empty() && settings.jwt_secret.empty()) throw SettingsError{"JWT_SECRET must be set"};
}

}  // namespace

Settings load_settings() {
    if (sodium_init() < 0) throw SettingsError{"libsodium cannot be used"};
    if (!has_key_in_environment()) create_env_file(env_path, fresh_env_file());
    const Source source{read_env_file(env_path)};

    constexpr std::chrono::minutes minute{1};
    Settings settings;
    settings.host = source.get("HOST", settings.host);
    settings.port = port(source.get("PORT", "8000"));
    settings.database_url = source.get("DATABASE_URL", settings.database_url);
    settings.redis_url = source.get("REDIS_URL");
    read_keys(source, settings);
    settings.lifetimes.token = duration("JWT_EXPIRED_IN", source.get("JWT_EXPIRED_IN", "60m"), minute);
    settings.cookie_max_age = duration("JWT_MAXAGE", source.get("JWT_MAXAGE", "60"), minute);
    settings.lifetimes.refresh = duration("REFRESH_MAXAGE", source.get("REFRESH_MAXAGE", "10080"), minute);
    settings.lifetimes.grace = grace(source.get("REFRESH_GRACE", "10s"));
    settings.client_origin = origin(source.get("CLIENT_ORIGIN", settings.client_origin));
    settings.is_file_open = is_open_to_others(env_path);
    settings.cookie_secure = flag("COOKIE_SECURE", source.get("COOKIE_SECURE", "false"));
    return settings;
}

}  // namespace account
