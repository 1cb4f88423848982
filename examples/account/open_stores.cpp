// SPDX-License-Identifier: MIT
// Which address is which store.
#include "open_stores.hpp"

#include <string_view>

#include "postgres_database.hpp"
#include "redis_logins.hpp"
#include "sql_logins.hpp"
#include "sql_users.hpp"
#include "sqlite_database.hpp"

namespace account {
namespace {

/// What SQLite keeps in memory, each connection has for itself alone.
std::shared_ptr<Database> open_file(const std::string& path) {
    if (path.empty() || path.starts_with(":"))
        throw SettingsError{"DATABASE_URL must name a file, such as sqlite:account.db"};
    return std::make_shared<SqliteDatabase>(path);
}

}  // namespace

std::optional<std::string> database_file(const std::string& url) {
    for (const std::string_view scheme : {"sqlite://", "sqlite:"}) {
        if (url.starts_with(scheme)) return url.substr(scheme.size());
    }
    return std::nullopt;
}

std::shared_ptr<Database> open_database(const std::string& url) {
    if (const auto path = database_file(url)) return open_file(*path);
    if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
        return std::make_shared<PostgresDatabase>(url);
    throw SettingsError{"DATABASE_URL must start with sqlite: or postgresql://"};
}

Stores open_stores(const Settings& settings, const std::shared_ptr<Database>& database) {
    Stores stores{.users = std::make_shared<SqlUsers>(database),
                  .revocations = std::make_shared<SqlRevocations>(database),
                  .refresh = std::make_shared<SqlRefreshTokens>(database)};
    if (settings.redis_url.empty()) return stores;
    const auto redis = std::make_shared<RedisConnections>(settings.redis_url);
    stores.revocations = std::make_shared<RedisRevocations>(redis);
    stores.refresh = std::make_shared<RedisRefreshTokens>(redis);
    return stores;
}

}  // namespace account
