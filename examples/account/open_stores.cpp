// SPDX-License-Identifier: MIT
// Chooses the store by the form of the address.
#include "open_stores.hpp"

#include <credence/stores/any_store.hpp>
#include <credence/stores/postgresql_store.hpp>
#include <credence/stores/redis_store.hpp>

#include <chrono>
#include <string_view>

#include "../support/json_log.hpp"
#include "database_store.hpp"
#include "earlier_logins.hpp"
#include "postgres_database.hpp"
#include "sql_users.hpp"
#include "sqlite_database.hpp"

namespace account {
namespace {

/// Each connection to an in-memory SQLite database has a database of its own.
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
    if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
        auto database = std::make_shared<PostgresDatabase>(url);
        const auto tables = credence::PostgresqlStore::open(url, {.max_connections = 1});  // makes them
        if (!tables) throw StoreError{"PostgreSQL: " + credence::message(tables.error())};
        return database;
    }
    throw SettingsError{"DATABASE_URL must start with sqlite: or postgresql://"};
}

Stores open_stores(const Settings& settings, const std::shared_ptr<Database>& database) {
    const auto store = store_in(database);
    Stores stores{.users = std::make_shared<SqlUsers>(database),
                  .access = store,
                  .logins = store,
                  .logins_name = database->name()};
    if (settings.redis_url.empty()) return stores;
    const auto redis = credence::RedisStore::open(
        settings.redis_url,
        {.max_connections = 16, .patience = std::chrono::seconds{5}, .prefix = "credence:account:"});
    if (!redis) throw SettingsError{"REDIS_URL: " + std::string{redis.error().reason}};
    stores.logins_name = "Redis";
    stores.logins = credence::any_store(*redis, [](const credence::Error& error) {
        support::log("error", "store_unavailable", {{"store", "Redis"}, {"problem", credence::message(error)}});
    });
    move_logins_in_redis(settings.redis_url, stores, settings.lifetimes);
    return stores;
}

}  // namespace account
