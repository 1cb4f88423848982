// SPDX-License-Identifier: MIT
// The tables of PostgresqlStore. A new version adds statements at the end and raises the number.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/stores/detail/postgresql_connection.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace credence::detail {

inline constexpr NumericDate postgresql_schema_version{std::chrono::seconds{1}};

// Names, hashes and JSON are bytea, which may hold any byte; dates are seconds of Unix time.
// NOLINTBEGIN(bugprone-suspicious-missing-comma): a statement is longer than a line
inline constexpr std::string_view postgresql_tables[]{
    "CREATE TABLE IF NOT EXISTS credence_schema (version bigint NOT NULL)",

    "CREATE TABLE IF NOT EXISTS credence_sessions (hash bytea PRIMARY KEY, handle bytea NOT NULL, subject bytea NOT "
    "NULL, "
    "claims bytea NOT NULL, label bytea NOT NULL, started_at bigint NOT NULL, last_used_at bigint NOT NULL, "
    "expires_at bigint NOT NULL, ends_at bigint NOT NULL)",
    "CREATE INDEX IF NOT EXISTS credence_sessions_subject ON credence_sessions (subject, handle)",
    "CREATE INDEX IF NOT EXISTS credence_sessions_ends_at ON credence_sessions (ends_at)",

    "CREATE TABLE IF NOT EXISTS credence_api_keys (id bytea PRIMARY KEY, hash bytea NOT NULL, subject bytea NOT NULL, "
    "claims bytea NOT NULL, label bytea NOT NULL, created_at bigint NOT NULL, last_used_at bigint, expires_at bigint)",
    "CREATE INDEX IF NOT EXISTS credence_api_keys_subject ON credence_api_keys (subject)",
    "CREATE INDEX IF NOT EXISTS credence_api_keys_expires_at ON credence_api_keys (expires_at)",

    "CREATE TABLE IF NOT EXISTS credence_refresh_tokens (hash bytea PRIMARY KEY, family bytea NOT NULL, "
    "subject bytea NOT NULL, expires_at bigint NOT NULL, used_at bigint, sealed_successor bytea NOT NULL)",
    "CREATE INDEX IF NOT EXISTS credence_refresh_tokens_family ON credence_refresh_tokens (family)",
    "CREATE INDEX IF NOT EXISTS credence_refresh_tokens_subject ON credence_refresh_tokens (subject)",
    "CREATE INDEX IF NOT EXISTS credence_refresh_tokens_expires_at ON credence_refresh_tokens (expires_at)",

    "CREATE TABLE IF NOT EXISTS credence_revoked_tokens (issuer bytea NOT NULL, id bytea NOT NULL, expires_at bigint, "
    "PRIMARY KEY (issuer, id))",
    "CREATE INDEX IF NOT EXISTS credence_revoked_tokens_expires_at ON credence_revoked_tokens (expires_at)",
    "CREATE TABLE IF NOT EXISTS credence_revoked_subjects (issuer bytea NOT NULL, subject bytea NOT NULL, "
    "moment bigint NOT NULL, PRIMARY KEY (issuer, subject))",

    "CREATE TABLE IF NOT EXISTS credence_replays (id bytea PRIMARY KEY, until bigint NOT NULL)",
    "CREATE INDEX IF NOT EXISTS credence_replays_until ON credence_replays (until)",
};
// NOLINTEND(bugprone-suspicious-missing-comma)

/// Whether the tables record a version that is known here.
[[nodiscard]] inline Result<bool> is_postgresql_version_recorded(PostgresqlConnection& connection) {
    const auto found = connection.run("SELECT version FROM credence_schema");
    if (!found) return found.error();
    if (found->count() == 0) return false;
    if (found->date(0, 0) <= postgresql_schema_version) return true;
    return Error{Errc::store_unavailable, {}, "the tables are of a newer version of credence"};
}

/// Creates missing tables. Several instances may do it at once.
[[nodiscard]] inline Result<void> prepare_postgresql(PostgresqlPool& pool) {
    return pool.in_transaction([](PostgresqlConnection& connection) -> Result<void> {
        connection.end_by(std::nullopt);  // other instances may be at it, and there are many statements
        // An arbitrary constant, so that instances that start at once wait for each other.
        const auto locked = connection.run("SELECT pg_advisory_xact_lock(7239846124)");
        if (!locked) return locked.error();
        for (const std::string_view table : postgresql_tables) {
            if (const auto created = connection.run(table); !created) return created.error();
        }
        const auto is_recorded = is_postgresql_version_recorded(connection);
        if (!is_recorded) return is_recorded.error();
        if (*is_recorded) return {};
        const auto recorded = connection.run("INSERT INTO credence_schema VALUES ($1)", postgresql_schema_version);
        return recorded ? Result<void>{} : Result<void>{recorded.error()};
    });
}

}  // namespace credence::detail
