// SPDX-License-Identifier: MIT
// PostgresqlStore: every kind of store in a PostgreSQL database, which several instances share.
//
// - Durability: that of the server; a commit is on its disk. A restart of the instance or the server loses nothing.
// - Bounds: those of the database. Expired records are deleted from time to time.
// - While the server is down, frozen or out of connections, each call returns `store_unavailable`, at the latest after
//   `patience`. The first call after it is back succeeds. A standby, or another server that refuses changes, counts as
//   down: its answers may be old. `target_session_attrs` in the URL overrides that.
// - A call costs one round trip; renewing a session and exchanging a refresh token cost five. Connections are pooled,
//   and statements are prepared, so a proxy in front of the server must not share one connection between several
//   clients.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/opaque/api_key_store.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/session_store.hpp>
#include <credence/result.hpp>
#include <credence/stores/detail/postgresql_connection.hpp>
#include <credence/stores/detail/postgresql_schema.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// The options of a `PostgresqlStore`.
struct PostgresqlOptions {
    std::size_t max_connections = 8;  ///< At least 1. A call waits for one up to `patience`.
    /// How long a call waits for the server, and for a connection. 2 to 60 s. libpq waits for a new connection for
    /// whole seconds, at least 2.
    std::chrono::seconds patience{5};
    /// See `SqliteOptions`.
    std::optional<std::chrono::seconds> longest_lifetime = {};
    /// Returns the current time. Empty: the system's clock.
    Clock clock = system_clock;
};

/// A store of sessions, API keys, refresh tokens, revocations and replays:
/// `credence::PostgresqlStore::open("postgresql://auth@db.example/auth?sslmode=verify-full")`.
///
/// See the concepts for the functions: `SessionStore`, `ApiKeyStore`, `RefreshStore`, `RevocationStore`, `ReplayStore`.
/// The names of its tables begin with `credence_`. Threads may share one, and so may a child of `fork`, which opens
/// connections of its own.
class PostgresqlStore {
public:
    /// Connects, and creates missing tables. \param url  in a form that libpq takes.
    ///
    /// \return the store; `store_unavailable` with the reason.
    [[nodiscard]] static Result<std::shared_ptr<PostgresqlStore>> open(const std::string& url,
                                                                       PostgresqlOptions options = {}) {
        options.patience = std::clamp(options.patience, std::chrono::seconds{2}, std::chrono::seconds{60});
        options.max_connections = (std::max)(options.max_connections, std::size_t{1});
        std::shared_ptr<PostgresqlStore> store{new PostgresqlStore{url, std::move(options)}};
        if (const auto prepared = detail::prepare_postgresql(store->pool_); !prepared) return prepared.error();
        return store;
    }

    /// A store in the tables of your own connection, for one thread at a time. If you have a transaction open on it,
    /// the store's changes are part of that transaction, which must be READ COMMITTED: then all sessions of a user end
    /// together with the change of a password, or neither happens. After an error roll it back; after an error outside
    /// a transaction, close the connection. Each store leaves its prepared statements on the connection until that is
    /// closed, so make one store for a connection, and keep it.
    ///
    /// \param connection  open until the store is destroyed. \param options  `max_connections` has no effect.
    /// \return the store; `store_unavailable` with the reason: the tables do not exist (`open` creates them), or are
    ///         those of a newer version of credence.
    [[nodiscard]] static Result<std::shared_ptr<PostgresqlStore>> on(PGconn* connection,
                                                                     PostgresqlOptions options = {}) {
        options.patience = std::clamp(options.patience, std::chrono::seconds{2}, std::chrono::seconds{60});
        auto borrowed = detail::PostgresqlConnection::borrow(connection, options.patience);
        const auto version = detail::is_postgresql_version_recorded(*borrowed);
        if (!version) return version.error();
        return std::shared_ptr<PostgresqlStore>{new PostgresqlStore{std::move(borrowed), std::move(options)}};
    }

    // Sessions

    [[nodiscard]] Result<void> insert_session(const SessionRecord& record) {
        const Deadline deadline = pool_.deadline();
        delete_ended();
        return run_by(deadline, "INSERT INTO credence_sessions VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                      record.hash, record.handle, record.subject, record.claims, record.label, record.started_at,
                      record.last_used_at, record.expires_at, record.ends_at);
    }
    [[nodiscard]] Result<std::optional<SessionRecord>> find_session(std::string_view hash) {
        return first(read_sessions("SELECT * FROM credence_sessions WHERE hash = $1", hash));
    }
    [[nodiscard]] Result<bool> touch_session(std::string_view hash, SessionUse use) {
        return has_changed(
            "UPDATE credence_sessions SET ends_at = CASE WHEN last_used_at < $2 THEN $3 ELSE ends_at END, "
            "last_used_at = greatest(last_used_at, $2) WHERE hash = $1",
            hash, use.last_used_at, use.ends_at);
    }
    [[nodiscard]] Result<bool> replace_session(std::string_view hash, const SessionRecord& record) {
        return pool_.in_transaction([&](Connection& connection) -> Result<bool> {
            const auto locked = connection.run(
                "SELECT pg_advisory_xact_lock(hashtextextended(encode(subject, 'hex'), 1)) FROM credence_sessions "
                "WHERE hash = $1",
                hash);
            if (!locked) return locked.error();
            const auto dropped = connection.run("DELETE FROM credence_sessions WHERE hash = $1", hash);
            if (!dropped) return dropped.error();
            if (!dropped->has_changed()) return false;
            const auto inserted =
                connection.run("INSERT INTO credence_sessions VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", record.hash,
                               record.handle, record.subject, record.claims, record.label, record.started_at,
                               record.last_used_at, record.expires_at, record.ends_at);
            if (!inserted) return inserted.error();
            return true;
        });
    }
    [[nodiscard]] Result<void> end_session(std::string_view hash) {
        return run("DELETE FROM credence_sessions WHERE hash = $1", hash);
    }
    [[nodiscard]] Result<bool> end_session_of(SubjectSession one) {
        return change_for(one.subject, "DELETE FROM credence_sessions WHERE subject = $1 AND handle = $2", one.subject,
                          one.handle);
    }
    [[nodiscard]] Result<void> end_sessions_of(SubjectSessions several) {
        const auto changed =
            change_for(several.subject, "DELETE FROM credence_sessions WHERE subject = $1 AND hash <> $2",
                       several.subject, several.except);
        return changed ? Result<void>{} : Result<void>{changed.error()};
    }
    [[nodiscard]] Result<std::vector<SessionRecord>> sessions_of(std::string_view subject) {
        return read_sessions("SELECT * FROM credence_sessions WHERE subject = $1", subject);
    }

    // API keys

    [[nodiscard]] Result<void> insert_api_key(const ApiKeyRecord& record) {
        const Deadline deadline = pool_.deadline();
        delete_ended();
        return run_by(deadline, "INSERT INTO credence_api_keys VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", record.id,
                      record.hash, record.subject, record.claims, record.label, record.created_at, record.last_used_at,
                      record.expires_at);
    }
    [[nodiscard]] Result<std::optional<ApiKeyRecord>> find_api_key(std::string_view id) {
        return first(read_api_keys("SELECT * FROM credence_api_keys WHERE id = $1", id));
    }
    [[nodiscard]] Result<bool> touch_api_key(std::string_view id, NumericDate used_at) {
        return has_changed("UPDATE credence_api_keys SET last_used_at = greatest(last_used_at, $2) WHERE id = $1", id,
                           used_at);
    }
    [[nodiscard]] Result<bool> end_api_key(std::string_view id) {
        return has_changed("DELETE FROM credence_api_keys WHERE id = $1", id);
    }
    [[nodiscard]] Result<void> end_api_keys_of(std::string_view subject) {
        return run("DELETE FROM credence_api_keys WHERE subject = $1", subject);
    }
    [[nodiscard]] Result<std::vector<ApiKeyRecord>> api_keys_of(std::string_view subject) {
        return read_api_keys("SELECT * FROM credence_api_keys WHERE subject = $1", subject);
    }

    // Refresh tokens

    [[nodiscard]] Result<void> insert(const RefreshRecord& record) {
        const Deadline deadline = pool_.deadline();
        delete_ended();
        return run_by(deadline, "INSERT INTO credence_refresh_tokens VALUES ($1, $2, $3, $4, $5, $6)", record.hash,
                      record.family, record.subject, record.expires_at, record.used_at, record.sealed_successor);
    }
    [[nodiscard]] Result<std::optional<RefreshRecord>> find(std::string_view hash) {
        const auto rows = query("SELECT * FROM credence_refresh_tokens WHERE hash = $1", hash);
        if (!rows) return rows.error();
        if (rows->count() == 0) return std::optional<RefreshRecord>{};
        return std::optional{RefreshRecord{rows->text(0, 0), rows->text(0, 1), rows->text(0, 2), rows->date(0, 3),
                                           rows->optional_date(0, 4), rows->text(0, 5)}};
    }
    [[nodiscard]] Result<bool> replace(const RefreshRecord& used, const RefreshRecord& successor) {
        return pool_.in_transaction([&](Connection& connection) -> Result<bool> {
            if (const auto locked = lock(connection, used.subject); !locked) return locked.error();
            const auto marked = connection.run(
                "UPDATE credence_refresh_tokens SET used_at = $2, sealed_successor = $3 WHERE hash = $1 AND used_at IS "
                "NULL",
                used.hash, used.used_at, used.sealed_successor);
            if (!marked) return marked.error();
            if (!marked->has_changed()) return false;
            const auto inserted = connection.run("INSERT INTO credence_refresh_tokens VALUES ($1, $2, $3, $4, $5, $6)",
                                                 successor.hash, successor.family, successor.subject,
                                                 successor.expires_at, successor.used_at, successor.sealed_successor);
            if (!inserted) return inserted.error();
            return true;
        });
    }
    [[nodiscard]] Result<void> revoke_family(std::string_view family) {
        return pool_.in_transaction([&](Connection& connection) -> Result<void> {
            const auto locked = connection.run(
                "SELECT pg_advisory_xact_lock(hashtextextended(encode(subject, 'hex'), 1)) FROM (SELECT subject FROM "
                "credence_refresh_tokens WHERE family = $1 LIMIT 1) AS one",
                family);
            if (!locked) return locked.error();
            const auto ended = connection.run("DELETE FROM credence_refresh_tokens WHERE family = $1", family);
            return ended ? Result<void>{} : Result<void>{ended.error()};
        });
    }
    [[nodiscard]] Result<void> revoke_subject(std::string_view subject) {
        const auto changed = change_for(subject, "DELETE FROM credence_refresh_tokens WHERE subject = $1", subject);
        return changed ? Result<void>{} : Result<void>{changed.error()};
    }

    // Revocations

    [[nodiscard]] Result<void> revoke(const TokenIdentity& token) {
        const Deadline deadline = pool_.deadline();
        delete_ended();
        // The latest expiry counts; null means never.
        return run_by(
            deadline,
            "INSERT INTO credence_revoked_tokens AS known VALUES ($1, $2, $3) ON CONFLICT (issuer, id) DO UPDATE SET "
            "expires_at = CASE WHEN known.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL ELSE "
            "greatest(known.expires_at, excluded.expires_at) END",
            token.issuer, token.id, token.expires_at);
    }
    [[nodiscard]] Result<void> revoke_subject(const SubjectIdentity& subject, NumericDate moment) {
        return run(
            "INSERT INTO credence_revoked_subjects AS known VALUES ($1, $2, $3) ON CONFLICT (issuer, subject) DO "
            "UPDATE "
            "SET moment = greatest(known.moment, excluded.moment)",
            subject.issuer, subject.subject, moment);
    }
    [[nodiscard]] Result<bool> is_revoked(const TokenIdentity& token) {
        const auto rows = query(
            "SELECT EXISTS (SELECT 1 FROM credence_revoked_tokens WHERE issuer = $1 AND id = $2) OR EXISTS (SELECT 1 "
            "FROM "
            "credence_revoked_subjects WHERE issuer = $1 AND subject = $3 AND moment >= $4)",
            token.issuer, token.id, token.subject, token.issued_at);
        if (!rows) return rows.error();
        return rows->count() != 1 || rows->boolean(0, 0);
    }

    // Proofs of possession

    [[nodiscard]] Result<bool> use_once(std::string_view id, NumericDate until) {
        const Deadline deadline = pool_.deadline();
        delete_ended();
        // An expired id may be used again, even before it is deleted.
        return has_changed_by(
            deadline,
            "INSERT INTO credence_replays AS known VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET until = "
            "excluded.until WHERE known.until < $3",
            id, until, detail::moment_of(options_.clock));
    }

private:
    using Connection = detail::PostgresqlConnection;
    using Deadline = detail::PostgresqlPool::Deadline;

    PostgresqlStore(std::unique_ptr<Connection> borrowed, PostgresqlOptions options)
        : pool_(std::move(borrowed), options.patience), options_(std::move(options)) {}
    PostgresqlStore(const std::string& url, PostgresqlOptions options)
        : pool_(url, options.max_connections, options.patience), options_(std::move(options)) {}

    template <class Record>
    [[nodiscard]] static Result<std::optional<Record>> first(Result<std::vector<Record>> records) {
        if (!records) return records.error();
        if (records->empty()) return std::optional<Record>{};
        return std::optional<Record>{std::move(records->front())};
    }

    template <class... Values>
    [[nodiscard]] Result<detail::PostgresqlRows> query_by(Deadline deadline, std::string_view sql,
                                                          const Values&... values) {
        return pool_.with_connection(deadline, [&](Connection& connection) { return connection.run(sql, values...); });
    }
    template <class... Values>
    [[nodiscard]] Result<detail::PostgresqlRows> query(std::string_view sql, const Values&... values) {
        return query_by(pool_.deadline(), sql, values...);
    }
    template <class... Values>
    [[nodiscard]] Result<void> run_by(Deadline deadline, std::string_view sql, const Values&... values) {
        const auto rows = query_by(deadline, sql, values...);
        return rows ? Result<void>{} : Result<void>{rows.error()};
    }
    template <class... Values>
    [[nodiscard]] Result<void> run(std::string_view sql, const Values&... values) {
        return run_by(pool_.deadline(), sql, values...);
    }
    template <class... Values>
    [[nodiscard]] Result<bool> has_changed_by(Deadline deadline, std::string_view sql, const Values&... values) {
        const auto rows = query_by(deadline, sql, values...);
        if (!rows) return rows.error();
        return rows->has_changed();
    }
    template <class... Values>
    [[nodiscard]] Result<bool> has_changed(std::string_view sql, const Values&... values) {
        return has_changed_by(pool_.deadline(), sql, values...);
    }

    /// Waits for a transaction that is replacing something of this subject: otherwise a call that ends the subject's
    /// sessions would not see the new one.
    [[nodiscard]] static Result<void> lock(Connection& connection, std::string_view subject) {
        const auto locked =
            connection.run("SELECT pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 1))", subject);
        return locked ? Result<void>{} : Result<void>{locked.error()};
    }
    template <class... Values>
    [[nodiscard]] Result<bool> change_for(std::string_view subject, std::string_view sql, const Values&... values) {
        return pool_.in_transaction([&](Connection& connection) -> Result<bool> {
            if (const auto locked = lock(connection, subject); !locked) return locked.error();
            const auto rows = connection.run(sql, values...);
            if (!rows) return rows.error();
            return rows->has_changed();
        });
    }

    [[nodiscard]] Result<std::vector<SessionRecord>> read_sessions(std::string_view sql, std::string_view parameter) {
        const auto rows = query(sql, parameter);
        if (!rows) return rows.error();
        std::vector<SessionRecord> records;
        records.reserve(static_cast<std::size_t>(rows->count()));
        for (int row = 0; row < rows->count(); ++row) {
            records.push_back({rows->text(row, 0), rows->text(row, 1), rows->text(row, 2), rows->text(row, 3),
                               rows->text(row, 4), rows->date(row, 5), rows->date(row, 6), rows->date(row, 7),
                               rows->date(row, 8)});
        }
        return records;
    }
    [[nodiscard]] Result<std::vector<ApiKeyRecord>> read_api_keys(std::string_view sql, std::string_view parameter) {
        const auto rows = query(sql, parameter);
        if (!rows) return rows.error();
        std::vector<ApiKeyRecord> records;
        records.reserve(static_cast<std::size_t>(rows->count()));
        for (int row = 0; row < rows->count(); ++row) {
            records.push_back({rows->text(row, 0), rows->text(row, 1), rows->text(row, 2), rows->text(row, 3),
                               rows->text(row, 4), rows->date(row, 5), rows->optional_date(row, 6),
                               rows->optional_date(row, 7)});
        }
        return records;
    }

    /// Deletes expired records, at most once a minute, and in at most half of the patience: the call itself needs the
    /// rest. If it fails, it is tried again a minute later. Never in a caller's transaction, which a failure would
    /// fail, and which others would wait for.
    void delete_ended() {
        if (pool_.is_in_transaction()) return;
        const NumericDate moment = detail::moment_of(options_.clock);
        const NumericDate in_a_minute = detail::saturating_sum(moment, std::chrono::minutes{1});
        NumericDate due = next_delete_.load();
        if (moment < due && due <= in_a_minute) return;  // later: the clock has gone back
        if (!next_delete_.compare_exchange_strong(due, in_a_minute)) return;
        const NumericDate safely = detail::saturating_sum(moment, -detail::revocation_reserve);
        const Deadline deadline = pool_.deadline() - options_.patience / 2;
        const auto may_go_on = [&](std::string_view sql, NumericDate end) {
            return run_by(deadline, sql, end).has_value() || std::chrono::steady_clock::now() < deadline;
        };
        if (!may_go_on("DELETE FROM credence_sessions WHERE ends_at <= $1", moment) ||
            !may_go_on("DELETE FROM credence_api_keys WHERE expires_at <= $1", moment) ||
            !may_go_on("DELETE FROM credence_refresh_tokens WHERE expires_at <= $1", moment) ||
            !may_go_on("DELETE FROM credence_revoked_tokens WHERE expires_at < $1", safely) ||
            !may_go_on("DELETE FROM credence_replays WHERE until < $1", moment) || !options_.longest_lifetime)
            return;
        const auto lifetime = (std::max)(*options_.longest_lifetime, std::chrono::seconds{0});
        static_cast<void>(may_go_on("DELETE FROM credence_revoked_subjects WHERE moment < $1",
                                    detail::saturating_sum(safely, -lifetime)));
    }

    detail::PostgresqlPool pool_;
    const PostgresqlOptions options_;
    std::atomic<NumericDate> next_delete_ = (NumericDate::min)();
};

}  // namespace credence
