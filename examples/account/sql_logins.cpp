// SPDX-License-Identifier: MIT
// Revocations and refresh tokens in an SQL database: the statements. What has expired is dropped along the way.
#include "sql_logins.hpp"

#include <credence/jwt/validation.hpp>
#include <credence/opaque/refresh_tokens.hpp>

#include <string>

#include "text_forms.hpp"
#include "unavailable.hpp"

namespace account {
namespace {

using credence::NumericDate;
using credence::RefreshRecord;
using credence::Result;

std::optional<std::string> date_text_or_null(const std::optional<NumericDate>& moment) {
    if (!moment) return std::nullopt;
    return date_text(*moment);
}

RefreshRecord record_of(const std::vector<std::string>& row) {
    return {.hash = bytes_of(row.at(0)),
            .family = row.at(1),
            .subject = row.at(2),
            .expires_at = moment_of(row.at(3)),
            .used_at = row.at(4).empty() ? std::nullopt : std::optional{moment_of(row.at(4))},
            .sealed_successor = bytes_of(row.at(5))};
}

void insert_record(SqlSession& session, const RefreshRecord& record) {
    const auto used_at = date_text_or_null(record.used_at);
    session.run(
        "insert into refresh_tokens (hash, family, subject, expires_at, used_at, sealed_successor) "
        "values ($1, $2, $3, $4, $5, $6)",
        {hex_of(record.hash), record.family, record.subject, date_text(record.expires_at), used_at,
         hex_of(record.sealed_successor)});
}

}  // namespace

Result<void> SqlRevocations::ping() {
    return or_unavailable(name(), [&] { database_->read([](SqlSession& session) { session.run("select 1", {}); }); });
}

Result<void> SqlRevocations::revoke(const credence::TokenIdentity& token) {
    return or_unavailable(name(), [&] {
        const auto until = date_text_or_null(token.expires_at);
        database_->write([&](SqlSession& session) {
            session.run("delete from revoked_tokens where expires_at < $1",
                        {date_text(credence::now() - credence::max_leeway)});
            session.run(
                "insert into revoked_tokens (issuer, id, expires_at) values ($1, $2, $3) "
                "on conflict (issuer, id) do nothing",
                {token.issuer, token.id, until});
        });
    });
}

Result<void> SqlRevocations::revoke_subject(const credence::SubjectIdentity& subject, NumericDate moment) {
    return or_unavailable(name(), [&] {
        database_->write([&](SqlSession& session) {
            session.run(
                "insert into valid_since (issuer, subject, moment) values ($1, $2, $3) "
                "on conflict (issuer, subject) do update set moment = excluded.moment "
                "where valid_since.moment < excluded.moment",
                {subject.issuer, subject.subject, date_text(moment)});
        });
    });
}

Result<bool> SqlRevocations::is_revoked(const credence::TokenIdentity& token) {
    return or_unavailable(name(), [&] {
        bool is_revoked = true;
        database_->read([&](SqlSession& session) {
            const SqlRows rows = session.run(
                "select 1 where exists (select 1 from revoked_tokens where issuer = $1 and id = $2) "
                "or exists (select 1 from valid_since where issuer = $1 and subject = $3 and moment >= $4)",
                {token.issuer, token.id, token.subject, date_text(token.issued_at)});
            is_revoked = !rows.rows.empty();
        });
        return is_revoked;
    });
}

Result<void> SqlRefreshTokens::ping() {
    return or_unavailable(name(), [&] { database_->read([](SqlSession& session) { session.run("select 1", {}); }); });
}

Result<void> SqlRefreshTokens::insert(const RefreshRecord& record) {
    return or_unavailable(name(), [&] {
        database_->write([&](SqlSession& session) {
            session.run("delete from refresh_tokens where expires_at < $1", {date_text(credence::now())});
            insert_record(session, record);
        });
    });
}

Result<std::optional<RefreshRecord>> SqlRefreshTokens::find(std::string_view hash) {
    return or_unavailable(name(), [&] {
        std::optional<RefreshRecord> found;
        database_->read([&](SqlSession& session) {
            const SqlRows rows = session.run(
                "select hash, family, subject, expires_at, used_at, sealed_successor "
                "from refresh_tokens where hash = $1",
                {hex_of(hash)});
            if (!rows.rows.empty()) found = record_of(rows.rows.front());
        });
        return found;
    });
}

Result<bool> SqlRefreshTokens::replace(const RefreshRecord& used, const RefreshRecord& successor) {
    return or_unavailable(name(), [&] {
        bool is_replaced = false;
        database_->write([&](SqlSession& session) {
            // The row is locked by the update: of two who use one token at once, the second finds it used.
            const auto used_at = date_text_or_null(used.used_at);
            const SqlRows marked = session.run(
                "update refresh_tokens set used_at = $1, sealed_successor = $2 "
                "where hash = $3 and used_at is null",
                {used_at, hex_of(used.sealed_successor), hex_of(used.hash)});
            is_replaced = marked.changed == 1;
            if (is_replaced) insert_record(session, successor);
        });
        return is_replaced;
    });
}

Result<void> SqlRefreshTokens::end(std::string_view sql, std::string_view value) {
    return or_unavailable(name(), [&] {
        // Again, until nothing is left: a token that is being rotated has a successor that only the next statement sees.
        database_->write([&](SqlSession& session) {
            while (session.run(sql, {value}).changed != 0) continue;
        });
    });
}

Result<void> SqlRefreshTokens::revoke_family(std::string_view family) {
    return end("delete from refresh_tokens where family = $1", family);
}

Result<void> SqlRefreshTokens::revoke_subject(std::string_view subject) {
    return end("delete from refresh_tokens where subject = $1", subject);
}

}  // namespace account
