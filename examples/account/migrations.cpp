// SPDX-License-Identifier: MIT
// The schema, and the table that records its version.
#include "migrations.hpp"

#include <algorithm>
#include <map>

#include "earlier_logins.hpp"

namespace account {
namespace {

// The table of the tutorial. "if not exists" lets the tutorial's own database be used unchanged.
constexpr const char* users_in_postgresql = R"sql(
    create table if not exists users (
        id uuid not null primary key default gen_random_uuid(),
        name varchar(100) not null,
        email varchar(255) not null unique,
        photo varchar not null default 'default.png',
        verified boolean not null default false,
        password varchar(100) not null,
        role varchar(50) not null default 'user',
        created_at timestamp with time zone default now(),
        updated_at timestamp with time zone default now()
    );
    create index if not exists users_email_idx on users (email);
)sql";

constexpr const char* users_in_sqlite = R"sql(
    create table if not exists users (
        id text not null primary key,
        name text not null check (length(name) <= 100),
        email text not null unique check (length(email) <= 255),
        photo text not null default 'default.png',
        verified boolean not null default false,
        password text not null check (length(password) <= 100),
        role text not null default 'user' check (length(role) <= 50),
        created_at text default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
        updated_at text default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    );
    create index if not exists users_email_idx on users (email);
)sql";

// Moments are seconds of Unix time, as in the tokens; hashes are hexadecimal.
constexpr const char* tables_of_revocations = R"sql(
    create table revoked_tokens (
        issuer text not null,
        id text not null,
        expires_at bigint,
        primary key (issuer, id)
    );
    create index revoked_tokens_expires_at_idx on revoked_tokens (expires_at);
    create table valid_since (
        issuer text not null,
        subject text not null,
        moment bigint not null,
        primary key (issuer, subject)
    );
)sql";

constexpr const char* table_of_refresh_tokens = R"sql(
    create table refresh_tokens (
        hash text not null primary key,
        family text not null,
        subject text not null,
        expires_at bigint not null,
        used_at bigint,
        sealed_successor text not null default ''
    );
    create index refresh_tokens_family_idx on refresh_tokens (family);
    create index refresh_tokens_subject_idx on refresh_tokens (subject);
    create index refresh_tokens_expires_at_idx on refresh_tokens (expires_at);
)sql";

// Back to the tables of earlier versions. The library keeps bytes, and 0 for no end.
constexpr const char* logins_back_in_sqlite = R"sql(
    insert into refresh_tokens select lower(hex(hash)), cast(family as text), cast(subject as text), expires_at, used_at,
        lower(hex(sealed_successor)) from credence_refresh_tokens;
    insert into revoked_tokens select cast(issuer as text), cast(id as text), expires_at from credence_revoked_tokens;
    insert into valid_since select cast(issuer as text), cast(subject as text), moment from credence_revoked_subjects;
)sql";

constexpr const char* logins_back_in_postgresql = R"sql(
    insert into refresh_tokens select encode(hash, 'hex'), convert_from(family, 'UTF8'), convert_from(subject, 'UTF8'),
        expires_at, used_at, encode(sealed_successor, 'hex') from credence_refresh_tokens;
    insert into revoked_tokens select convert_from(issuer, 'UTF8'), convert_from(id, 'UTF8'), expires_at
        from credence_revoked_tokens;
    insert into valid_since select convert_from(issuer, 'UTF8'), convert_from(subject, 'UTF8'), moment
        from credence_revoked_subjects;
)sql";

constexpr const char* forget_logins = R"sql(
    delete from credence_refresh_tokens;
    delete from credence_revoked_tokens;
    delete from credence_revoked_subjects;
)sql";

// The list kept logins under the user's id alone; the library puts `login:` before it.
struct Script {
    std::string up;
    std::string down;
};

Script list_of_logins(bool is_sqlite) {
    if (is_sqlite)
        return {
            "update credence_sessions set subject = cast('login:' || cast(subject as text) as blob) "
            "where claims = x'7b7d' and cast(subject as text) not like 'login:%'",
            "update credence_sessions set subject = cast(substr(cast(subject as text), 7) as blob) "
            "where cast(subject as text) like 'login:%'"};
    return {
        "update credence_sessions set subject = 'login:'::bytea || subject "
        "where claims = '{}'::bytea and substring(subject from 1 for 6) <> 'login:'::bytea",
        "update credence_sessions set subject = substring(subject from 7) "
        "where substring(subject from 1 for 6) = 'login:'::bytea"};
}

void make_journal(SqlSession& session) {
    session.run_script(
        "create table if not exists schema_migrations (version integer not null primary key, "
        "name text not null, applied_at timestamp not null default current_timestamp)");
}

/// Version and moment of the steps taken.
std::map<int, std::string> applied(SqlSession& session) {
    std::map<int, std::string> steps;
    const SqlRows rows = session.run("select version, applied_at from schema_migrations", {});
    for (const auto& row : rows.rows) steps.emplace(std::stoi(row.at(0)), row.at(1));
    return steps;
}

/// Takes one step, in a transaction that also records it. False if another instance was faster.
bool take(Database& database, const Migration& step) {
    bool is_taken = false;
    database.write([&](SqlSession& session) {
        database.lock_schema(session);
        make_journal(session);
        if (applied(session).contains(step.version)) return;
        if (step.before_up) step.before_up(session);
        session.run_script(step.up);
        session.run("insert into schema_migrations (version, name) values ($1, $2)",
                    {std::to_string(step.version), step.name});
        is_taken = true;
    });
    return is_taken;
}

}  // namespace

std::vector<Migration> migrations_for(const Database& database, const Lifetimes& lifetimes) {
    const bool is_sqlite = database.name() == "SQLite";
    const std::string drop_logins = "drop table refresh_tokens; drop table revoked_tokens; drop table valid_since";
    const std::string logins_back = std::string{table_of_refresh_tokens} + tables_of_revocations +
                                    (is_sqlite ? logins_back_in_sqlite : logins_back_in_postgresql) + forget_logins;
    return {{1, "users", is_sqlite ? users_in_sqlite : users_in_postgresql, "drop table users"},
            {2, "revocations", tables_of_revocations, "drop table revoked_tokens; drop table valid_since"},
            {3, "refresh_tokens", table_of_refresh_tokens, "drop table refresh_tokens"},
            {4, "logins_in_library_tables", drop_logins, logins_back,
             [lifetimes](SqlSession& session) { move_logins(session, lifetimes); }},
            {5, "list_of_logins", list_of_logins(is_sqlite).up, list_of_logins(is_sqlite).down}};
}

std::vector<std::string> migrate_up(Database& database, const Lifetimes& lifetimes) {
    std::vector<std::string> names;
    for (const Migration& step : migrations_for(database, lifetimes)) {
        if (take(database, step)) names.push_back(step.name);
    }
    return names;
}

std::vector<std::string> migrate_down(Database& database) {
    std::vector<Migration> steps = migrations_for(database);
    std::reverse(steps.begin(), steps.end());
    std::vector<std::string> names;
    database.write([&](SqlSession& session) {
        database.lock_schema(session);
        make_journal(session);
        const auto taken = applied(session);
        const auto last =
            std::find_if(steps.begin(), steps.end(), [&](const auto& step) { return taken.contains(step.version); });
        if (last == steps.end()) return;
        session.run_script(last->down);
        session.run("delete from schema_migrations where version = $1", {std::to_string(last->version)});
        names.push_back(last->name);
    });
    return names;
}

std::vector<MigrationStatus> migration_status(Database& database) {
    std::map<int, std::string> taken;
    database.write([&](SqlSession& session) {
        database.lock_schema(session);
        make_journal(session);
        taken = applied(session);
    });
    std::vector<MigrationStatus> status;
    for (const Migration& step : migrations_for(database)) status.push_back({step.name, taken[step.version]});
    return status;
}

}  // namespace account
