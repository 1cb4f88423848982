// SPDX-License-Identifier: MIT
// The choice among the stores of the library.
#include "session_store.hpp"

#include <credence/stores/memory_store.hpp>
#include <credence/stores/redis_store.hpp>
#include <credence/stores/sqlite_store.hpp>

#include <chrono>
#include <memory>
#include <utility>

#include "../support/json_log.hpp"
#include "../support/options.hpp"

#include <sys/stat.h>

namespace todos {
namespace {

constexpr std::chrono::milliseconds patience{1000};

/// The store creates its file for this user alone. A file that is there already keeps its mode.
void warn_of_mode(const std::string& path) {
    struct stat file{};
    if (::stat(path.c_str(), &file) == 0 && (file.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        support::log("warning", "sessions_readable_by_others", {{"file", path}});
}

/// \param name  of the store, for the message. The address of a Redis server may hold a password.
template <class Store>
Sessions sessions_in(credence::Result<std::shared_ptr<Store>> store, const std::string& name,
                     const credence::SessionRules& rules) {
    if (store) return Sessions{*std::move(store), rules};
    throw support::StartError{"cannot keep sessions in " + name + ": " + std::string{store.error().reason}};
}

}  // namespace

Sessions open_sessions(const std::string& store, const credence::SessionRules& rules) {
    if (store == "memory") return Sessions{std::make_shared<credence::MemoryStore>(), rules};
    if (store.starts_with("redis://"))
        return sessions_in(credence::RedisStore::open(store, {.patience = patience}), "Redis", rules);
    if (!store.starts_with("sqlite:") || store.size() == 7)
        throw support::StartError{"--sessions must be memory, sqlite:FILE or redis://HOST:PORT"};
    const std::string path = store.substr(7);
    warn_of_mode(path);
    return sessions_in(credence::SqliteStore::open(path, {.patience = patience}), "the SQLite file " + path, rules);
}

}  // namespace todos
