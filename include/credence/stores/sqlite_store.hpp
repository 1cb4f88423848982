// SPDX-License-Identifier: MIT
// SqliteStore: every kind of store in one file. For one machine; a restart loses nothing.
//
// - Durability: the effects of a call are on the disk when it returns, even after `kill -9` or a loss of power (WAL,
//   synchronous = FULL).
// - Bounds: those of the disk. Expired records are deleted from time to time.
// - If the file cannot be read or written, or another process writes for too long: `store_unavailable`.
// - A call that reads costs some microseconds; one that writes costs a write to the disk. Calls wait for one another.
//   Several processes of one machine may share the file; never put it on a network file system.
// - Open it after `fork`. A store that was open before refuses every call in the child (`store_unavailable`): SQLite's
//   locks stay with the parent. A second store on the same file would have none in that child, either.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/opaque/api_key_store.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/session_store.hpp>
#include <credence/result.hpp>
#include <credence/stores/detail/sqlite_connection.hpp>
#include <credence/stores/detail/sqlite_schema.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// The options of an `SqliteStore`.
struct SqliteOptions {
    /// How long a call waits for another process that writes. 0 to 60 s.
    std::chrono::milliseconds patience{5000};
    /// The longest lifetime of any token, from `iat` to `exp`. Revocations of subjects that are older than that, plus
    /// twice the greatest leeway, are deleted. Unset: they stay for ever. Leave it unset where tokens may lack `exp`.
    std::optional<std::chrono::seconds> longest_lifetime = {};
    /// Returns the current time. Empty: the system's clock.
    Clock clock = system_clock;
};

/// A store of sessions, API keys, refresh tokens, revocations and replays: `credence::SqliteStore::open("auth.db")`.
///
/// See the concepts for the functions: `SessionStore`, `ApiKeyStore`, `RefreshStore`, `RevocationStore`, `ReplayStore`.
/// The names of its tables begin with `credence_`, so the file may contain other tables, too. Threads may share one.
class SqliteStore {
public:
    /// Opens a file, and creates it and missing tables. `":memory:"` is a database that only this store sees.
    ///
    /// \return the store; `store_unavailable` with the reason: the file cannot be opened, is not a database, or was
    ///         made by a newer version of credence.
    [[nodiscard]] static Result<std::shared_ptr<SqliteStore>> open(const std::string& path,
                                                                   SqliteOptions options = {}) {
        const auto patience =
            std::clamp(options.patience, std::chrono::milliseconds{0}, std::chrono::milliseconds{60'000});
        auto connection = detail::SqliteConnection::open(path, patience);
        if (!connection) return connection.error();
        if (const auto prepared = detail::prepare_sqlite(**connection); !prepared) return prepared.error();
        return std::shared_ptr<SqliteStore>{new SqliteStore{*std::move(connection), std::move(options)}};
    }

    /// A store in the tables of your own connection, for one thread at a time. If you have a transaction open on it,
    /// the store's changes are part of that transaction: then all sessions of a user end together with the change of a
    /// password, or neither happens. A call that fails has changed nothing; you decide whether to go on.
    ///
    /// \param connection  open until the store is destroyed. Its pragmas stay unchanged, including `synchronous`.
    /// \param options     `patience` has no effect.
    /// \return the store; `store_unavailable` with the reason: the tables do not exist (`open` creates them), or are
    ///         those of a newer version of credence.
    [[nodiscard]] static Result<std::shared_ptr<SqliteStore>> on(sqlite3* connection, SqliteOptions options = {}) {
        auto borrowed = detail::SqliteConnection::borrow(connection);
        if (const auto version = detail::version_of_sqlite(*borrowed); !version) return version.error();
        return std::shared_ptr<SqliteStore>{new SqliteStore{std::move(borrowed), std::move(options)}};
    }

    // Sessions

    [[nodiscard]] Result<void> insert_session(const SessionRecord& record) {
        const Lock lock = lock_calls();
        delete_ended();
        return done(insert(record));
    }
    [[nodiscard]] Result<std::optional<SessionRecord>> find_session(std::string_view hash) {
        return first(read_sessions("SELECT * FROM credence_sessions WHERE hash = ?", hash));
    }
    [[nodiscard]] Result<bool> touch_session(std::string_view hash, SessionUse use) {
        // A matched row counts as changed, even if its values stay the same.
        return changed_one(
            "UPDATE credence_sessions SET ends_at = CASE WHEN last_used_at < ?2 THEN ?3 ELSE ends_at END, "
            "last_used_at = max(last_used_at, ?2) WHERE hash = ?1",
            hash, use.last_used_at, use.ends_at);
    }
    [[nodiscard]] Result<bool> replace_session(std::string_view hash, const SessionRecord& record) {
        const Lock lock = lock_calls();
        detail::SqliteTransaction transaction{*connection_};
        if (!transaction.begun()) return transaction.begun().error();
        const auto dropped = connection_->run("DELETE FROM credence_sessions WHERE hash = ?", hash);
        if (!dropped) return dropped.error();
        if (*dropped == 0) return false;
        if (const auto inserted = insert(record); !inserted) return inserted.error();
        if (const auto committed = transaction.commit(); !committed) return committed.error();
        return true;
    }
    [[nodiscard]] Result<void> end_session(std::string_view hash) {
        return run("DELETE FROM credence_sessions WHERE hash = ?", hash);
    }
    [[nodiscard]] Result<bool> end_session_of(SubjectSession one) {
        return changed_one("DELETE FROM credence_sessions WHERE subject = ? AND handle = ?", one.subject, one.handle);
    }
    [[nodiscard]] Result<void> end_sessions_of(SubjectSessions several) {
        return run("DELETE FROM credence_sessions WHERE subject = ? AND hash <> ?", several.subject, several.except);
    }
    [[nodiscard]] Result<std::vector<SessionRecord>> sessions_of(std::string_view subject) {
        return read_sessions("SELECT * FROM credence_sessions WHERE subject = ?", subject);
    }

    // API keys

    [[nodiscard]] Result<void> insert_api_key(const ApiKeyRecord& record) {
        const Lock lock = lock_calls();
        delete_ended();
        return done(connection_->run("INSERT INTO credence_api_keys VALUES (?, ?, ?, ?, ?, ?, ?, ?)", record.id,
                                     record.hash, record.subject, record.claims, record.label, record.created_at,
                                     record.last_used_at, record.expires_at));
    }
    [[nodiscard]] Result<std::optional<ApiKeyRecord>> find_api_key(std::string_view id) {
        return first(read_api_keys("SELECT * FROM credence_api_keys WHERE id = ?", id));
    }
    [[nodiscard]] Result<bool> touch_api_key(std::string_view id, NumericDate used_at) {
        return changed_one(
            "UPDATE credence_api_keys SET last_used_at = max(ifnull(last_used_at, ?2), ?2) WHERE id = ?1", id, used_at);
    }
    [[nodiscard]] Result<bool> end_api_key(std::string_view id) {
        return changed_one("DELETE FROM credence_api_keys WHERE id = ?", id);
    }
    [[nodiscard]] Result<void> end_api_keys_of(std::string_view subject) {
        return run("DELETE FROM credence_api_keys WHERE subject = ?", subject);
    }
    [[nodiscard]] Result<std::vector<ApiKeyRecord>> api_keys_of(std::string_view subject) {
        return read_api_keys("SELECT * FROM credence_api_keys WHERE subject = ?", subject);
    }

    // Refresh tokens

    [[nodiscard]] Result<void> insert(const RefreshRecord& record) {
        const Lock lock = lock_calls();
        delete_ended();
        return done(insert_refresh(record));
    }
    [[nodiscard]] Result<std::optional<RefreshRecord>> find(std::string_view hash) {
        std::vector<RefreshRecord> records;
        const Lock lock = lock_calls();
        const auto read = [&](const detail::SqliteRow& row) {
            records.push_back({row.text(0), row.text(1), row.text(2), row.date(3), row.optional_date(4), row.text(5)});
        };
        const auto found = connection_->query("SELECT * FROM credence_refresh_tokens WHERE hash = ?", read, hash);
        if (!found) return found.error();
        return first(Result<std::vector<RefreshRecord>>{std::move(records)});
    }
    [[nodiscard]] Result<bool> replace(const RefreshRecord& used, const RefreshRecord& successor) {
        const Lock lock = lock_calls();
        detail::SqliteTransaction transaction{*connection_};
        if (!transaction.begun()) return transaction.begun().error();
        const auto marked = connection_->run(
            "UPDATE credence_refresh_tokens SET used_at = ?2, sealed_successor = ?3 WHERE hash = ?1 AND used_at IS "
            "NULL",
            used.hash, used.used_at, used.sealed_successor);
        if (!marked) return marked.error();
        if (*marked == 0) return false;
        if (const auto inserted = insert_refresh(successor); !inserted) return inserted.error();
        if (const auto committed = transaction.commit(); !committed) return committed.error();
        return true;
    }
    [[nodiscard]] Result<void> revoke_family(std::string_view family) {
        return run("DELETE FROM credence_refresh_tokens WHERE family = ?", family);
    }
    [[nodiscard]] Result<void> revoke_subject(std::string_view subject) {
        return run("DELETE FROM credence_refresh_tokens WHERE subject = ?", subject);
    }

    // Revocations

    [[nodiscard]] Result<void> revoke(const TokenIdentity& token) {
        const Lock lock = lock_calls();
        delete_ended();
        // The latest expiry counts; null means never, and max() of null and anything is null.
        return done(
            connection_->run("INSERT INTO credence_revoked_tokens VALUES (?, ?, ?) ON CONFLICT (issuer, id) DO "
                             "UPDATE SET expires_at = max(expires_at, excluded.expires_at)",
                             token.issuer, token.id, token.expires_at));
    }
    [[nodiscard]] Result<void> revoke_subject(const SubjectIdentity& subject, NumericDate moment) {
        return run(
            "INSERT INTO credence_revoked_subjects VALUES (?, ?, ?) ON CONFLICT (issuer, subject) DO UPDATE SET "
            "moment = max(moment, excluded.moment)",
            subject.issuer, subject.subject, moment);
    }
    [[nodiscard]] Result<bool> is_revoked(const TokenIdentity& token) {
        std::int64_t is_revoked = 1;
        const Lock lock = lock_calls();
        const auto read = [&](const detail::SqliteRow& row) { is_revoked = row.integer(0); };
        const auto asked = connection_->query(
            "SELECT EXISTS (SELECT 1 FROM credence_revoked_tokens WHERE issuer = ?1 AND id = ?2) OR EXISTS (SELECT 1 "
            "FROM "
            "credence_revoked_subjects WHERE issuer = ?1 AND subject = ?3 AND moment >= ?4)",
            read, token.issuer, token.id, token.subject, token.issued_at);
        if (!asked) return asked.error();
        return is_revoked != 0;
    }

    // Proofs of possession

    [[nodiscard]] Result<bool> use_once(std::string_view id, NumericDate until) {
        const Lock lock = lock_calls();
        delete_ended();
        // An expired id may be used again, even before it is deleted.
        const auto changed = connection_->run(
            "INSERT INTO credence_replays VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET until = excluded.until "
            "WHERE until < ?3",
            id, until, detail::moment_of(options_.clock));
        if (!changed) return changed.error();
        return *changed > 0;
    }

private:
    using Lock = std::unique_lock<std::mutex>;

    /// Waits for the calls of other threads. A child of `fork`, where each call is refused, does not: a thread that is
    /// not there may hold the lock.
    [[nodiscard]] Lock lock_calls() { return connection_->is_of_parent() ? Lock{} : Lock{mutex_}; }

    SqliteStore(std::unique_ptr<detail::SqliteConnection> connection, SqliteOptions options)
        : connection_(std::move(connection)), options_(std::move(options)) {}

    [[nodiscard]] static Result<void> done(const Result<int>& changed) {
        return changed ? Result<void>{} : Result<void>{changed.error()};
    }

    template <class Record>
    [[nodiscard]] static Result<std::optional<Record>> first(Result<std::vector<Record>> records) {
        if (!records) return records.error();
        if (records->empty()) return std::optional<Record>{};
        return std::optional<Record>{std::move(records->front())};
    }

    template <class... Values>
    [[nodiscard]] Result<void> run(std::string_view sql, const Values&... values) {
        const Lock lock = lock_calls();
        return done(connection_->run(sql, values...));
    }

    template <class... Values>
    [[nodiscard]] Result<bool> changed_one(std::string_view sql, const Values&... values) {
        const Lock lock = lock_calls();
        const auto changed = connection_->run(sql, values...);
        if (!changed) return changed.error();
        return *changed > 0;
    }

    [[nodiscard]] Result<int> insert(const SessionRecord& record) {
        return connection_->run("INSERT INTO credence_sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", record.hash,
                                record.handle, record.subject, record.claims, record.label, record.started_at,
                                record.last_used_at, record.expires_at, record.ends_at);
    }
    [[nodiscard]] Result<int> insert_refresh(const RefreshRecord& record) {
        return connection_->run("INSERT INTO credence_refresh_tokens VALUES (?, ?, ?, ?, ?, ?)", record.hash,
                                record.family, record.subject, record.expires_at, record.used_at,
                                record.sealed_successor);
    }

    [[nodiscard]] Result<std::vector<SessionRecord>> read_sessions(std::string_view sql, std::string_view parameter) {
        std::vector<SessionRecord> records;
        const Lock lock = lock_calls();
        const auto read = [&](const detail::SqliteRow& row) {
            records.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.date(5),
                               row.date(6), row.date(7), row.date(8)});
        };
        const auto found = connection_->query(sql, read, parameter);
        if (!found) return found.error();
        return records;
    }
    [[nodiscard]] Result<std::vector<ApiKeyRecord>> read_api_keys(std::string_view sql, std::string_view parameter) {
        std::vector<ApiKeyRecord> records;
        const Lock lock = lock_calls();
        const auto read = [&](const detail::SqliteRow& row) {
            records.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.date(5),
                               row.optional_date(6), row.optional_date(7)});
        };
        const auto found = connection_->query(sql, read, parameter);
        if (!found) return found.error();
        return records;
    }

    /// Deletes expired records, at most once a minute. If it fails, it is tried again a minute later. Never in a
    /// caller's transaction: SQLite rolls it back if the disk is full, and the call itself would then be outside it.
    void delete_ended() {
        if (connection_->is_of_parent() || connection_->is_in_transaction()) return;
        const NumericDate moment = detail::moment_of(options_.clock);
        const NumericDate in_a_minute = detail::saturating_sum(moment, std::chrono::minutes{1});
        if (moment < next_delete_ && next_delete_ <= in_a_minute) return;  // later: the clock has gone back
        next_delete_ = in_a_minute;
        const NumericDate safely = detail::saturating_sum(moment, -detail::revocation_reserve);
        static_cast<void>(connection_->run("DELETE FROM credence_sessions WHERE ends_at <= ?", moment));
        static_cast<void>(connection_->run("DELETE FROM credence_api_keys WHERE expires_at <= ?", moment));
        static_cast<void>(connection_->run("DELETE FROM credence_refresh_tokens WHERE expires_at <= ?", moment));
        static_cast<void>(connection_->run("DELETE FROM credence_revoked_tokens WHERE expires_at < ?", safely));
        static_cast<void>(connection_->run("DELETE FROM credence_replays WHERE until < ?", moment));
        if (!options_.longest_lifetime) return;
        const auto lifetime = (std::max)(*options_.longest_lifetime, std::chrono::seconds{0});
        static_cast<void>(connection_->run("DELETE FROM credence_revoked_subjects WHERE moment < ?",
                                           detail::saturating_sum(safely, -lifetime)));
    }

    std::mutex mutex_ = {};
    const std::unique_ptr<detail::SqliteConnection> connection_;
    const SqliteOptions options_;
    NumericDate next_delete_ = (NumericDate::min)();
};

}  // namespace credence
