// SPDX-License-Identifier: MIT
// Which address is which store.
#include "open_stores.hpp"

#include <credence/stores/postgresql_store.hpp>
#include <credence/stores/sqlite_store.hpp>

#include <string_view>

#include "access_store.hpp"
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

/// A store of the library, which has tables of its own.
template <class LibraryStore>
std::shared_ptr<AccessStore> opened(const credence::Result<std::shared_ptr<LibraryStore>>& store,
                                    std::string_view name) {
    if (!store) throw StoreError{std::string{name} + ": " + credence::message(store.error())};
    return std::make_shared<AccessStoreIn<LibraryStore>>(*store, name);
}

std::shared_ptr<AccessStore> open_access_store(const std::string& url) {
    if (const auto path = database_file(url)) return opened(credence::SqliteStore::open(*path), "SQLite");
    return opened(credence::PostgresqlStore::open(url), "PostgreSQL");
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
                  .refresh = std::make_shared<SqlRefreshTokens>(database),
                  .access = open_access_store(settings.database_url)};
    if (settings.redis_url.empty()) return stores;
    const auto redis = std::make_shared<RedisConnections>(settings.redis_url);
    stores.revocations = std::make_shared<RedisRevocations>(redis);
    stores.refresh = std::make_shared<RedisRefreshTokens>(redis);
    return stores;
}

}  // namespace account
