// SPDX-License-Identifier: MIT
// The tables of SqliteStore. A new version adds statements at the end and raises the number.
#pragma once

#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/stores/detail/sqlite_connection.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace credence::detail {

inline constexpr std::int64_t sqlite_schema_version = 1;

// Names, hashes and JSON are blobs; dates are seconds of Unix time.
// NOLINTBEGIN(bugprone-suspicious-missing-comma): a statement is longer than a line
inline constexpr std::string_view sqlite_tables[]{
    "CREATE TABLE IF NOT EXISTS credence_schema (version INTEGER NOT NULL)",

    "CREATE TABLE IF NOT EXISTS credence_sessions (hash BLOB PRIMARY KEY, handle BLOB NOT NULL, subject BLOB NOT NULL, "
    "claims BLOB NOT NULL, label BLOB NOT NULL, started_at INTEGER NOT NULL, last_used_at INTEGER NOT NULL, "
    "expires_at INTEGER NOT NULL, ends_at INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS credence_sessions_subject ON credence_sessions (subject, handle)",
    "CREATE INDEX IF NOT EXISTS credence_sessions_ends_at ON credence_sessions (ends_at)",

    "CREATE TABLE IF NOT EXISTS credence_api_keys (id BLOB PRIMARY KEY, hash BLOB NOT NULL, subject BLOB NOT NULL, "
    "claims BLOB NOT NULL, label BLOB NOT NULL, created_at INTEGER NOT NULL, last_used_at INTEGER, "
    "expires_at INTEGER) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS credence_api_keys_subject ON credence_api_keys (subject)",
    "CREATE INDEX IF NOT EXISTS credence_api_keys_expires_at ON credence_api_keys (expires_at)",

    "CREATE TABLE IF NOT EXISTS credence_refresh_tokens (hash BLOB PRIMARY KEY, family BLOB NOT NULL, "
    "subject BLOB NOT NULL, expires_at INTEGER NOT NULL, used_at INTEGER, sealed_successor BLOB NOT NULL) WITHOUT "
    "ROWID",
    "CREATE INDEX IF NOT EXISTS credence_refresh_tokens_family ON credence_refresh_tokens (family)",
    "CREATE INDEX IF NOT EXISTS credence_refresh_tokens_subject ON credence_refresh_tokens (subject)",
    "CREATE INDEX IF NOT EXISTS credence_refresh_tokens_expires_at ON credence_refresh_tokens (expires_at)",

    "CREATE TABLE IF NOT EXISTS credence_revoked_tokens (issuer BLOB NOT NULL, id BLOB NOT NULL, expires_at INTEGER, "
    "PRIMARY KEY (issuer, id)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS credence_revoked_tokens_expires_at ON credence_revoked_tokens (expires_at)",
    "CREATE TABLE IF NOT EXISTS credence_revoked_subjects (issuer BLOB NOT NULL, subject BLOB NOT NULL, "
    "moment INTEGER NOT NULL, PRIMARY KEY (issuer, subject)) WITHOUT ROWID",

    "CREATE TABLE IF NOT EXISTS credence_replays (id BLOB PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS credence_replays_until ON credence_replays (until)",
};
// NOLINTEND(bugprone-suspicious-missing-comma)

/// The version of the tables; 0 if it is not recorded yet.
[[nodiscard]] inline Result<std::int64_t> version_of_sqlite(SqliteConnection& connection) {
    std::int64_t version = 0;
    const auto read = [&](const SqliteRow& row) { version = row.integer(0); };
    const auto found = connection.query("SELECT version FROM credence_schema", read);
    if (!found) return found.error();
    if (version > sqlite_schema_version)
        return Error{Errc::store_unavailable, {}, "the tables are of a newer version of credence"};
    return version;
}

/// Turns the write-ahead log on.
[[nodiscard]] inline Result<void> use_write_ahead_log(SqliteConnection& connection) {
    std::string mode;
    const auto turn_on = [&] {
        return connection.query("PRAGMA journal_mode = WAL", [&](const SqliteRow& row) { mode = row.text(0); });
    };
    // SQLite does not wait if another process opens a new file at the same time. A transaction waits.
    constexpr int most_tries = 100;
    auto turned_on = turn_on();
    for (int tries = 1; !turned_on && tries < most_tries && connection.is_busy(); ++tries) {
        if (SqliteTransaction other_ends{connection}; !other_ends.begun()) return other_ends.begun().error();
        turned_on = turn_on();
    }
    if (!turned_on) return turned_on.error();
    if (mode != "wal" && mode != "memory")
        return Error{Errc::store_unavailable, {}, "the file cannot have a write-ahead log"};
    return {};
}

/// Turns the write-ahead log on, and creates missing tables.
[[nodiscard]] inline Result<void> prepare_sqlite(SqliteConnection& connection) {
    if (const auto logged = use_write_ahead_log(connection); !logged) return logged.error();
    // A commit is on the disk when it returns: a session that was ended stays ended, even after a loss of power.
    if (const auto durable = connection.run("PRAGMA synchronous = FULL"); !durable) return durable.error();

    SqliteTransaction transaction{connection};
    if (!transaction.begun()) return transaction.begun().error();
    for (const std::string_view table : sqlite_tables) {
        if (const auto created = connection.run(table); !created) return created.error();
    }
    const auto version = version_of_sqlite(connection);
    if (!version) return version.error();
    if (*version == 0) {
        const auto noted = connection.run("INSERT INTO credence_schema (version) VALUES (1)");
        if (!noted) return noted.error();
    }
    const auto committed = transaction.commit();
    if (!committed) return committed.error();
    return {};
}

}  // namespace credence::detail
