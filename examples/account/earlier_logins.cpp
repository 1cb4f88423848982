// SPDX-License-Identifier: MIT
// The tables of earlier versions: hashes are hexadecimal, moments are seconds of Unix time.
#include "earlier_logins.hpp"

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/opaque/refresh_tokens.hpp>

#include <memory>
#include <optional>

#include "earlier_forms.hpp"
#include "sessions.hpp"

namespace account {
namespace {

template <class Value>
void must_succeed(const credence::Result<Value>& done) {
    if (!done) throw StoreError{"logins of an earlier version: " + credence::message(done.error())};
}

std::optional<credence::NumericDate> moment_or_none(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return moment_of(text);
}

}  // namespace

void move_logins(SqlSession& session, const Lifetimes& lifetimes) {
    credence::AnyStore& store = session.store();
    const std::string now = std::to_string(credence::now().time_since_epoch().count());
    for (const auto& row : session.run("select issuer, id, expires_at from revoked_tokens", {}).rows)
        must_succeed(store.revoke({.issuer = row.at(0), .id = row.at(1), .expires_at = moment_or_none(row.at(2))}));
    for (const auto& row : session.run("select issuer, subject, moment from valid_since", {}).rows)
        must_succeed(store.revoke_subject({.issuer = row.at(0), .subject = row.at(1)}, moment_of(row.at(2))));

    // The session outlives the logins.
    Logins logins{std::shared_ptr<credence::AnyStore>{std::shared_ptr<void>{}, &store}, login_rules(lifetimes)};
    const SqlRows tokens = session.run(
        "select hash, family, subject, expires_at, used_at, sealed_successor from refresh_tokens "
        "where expires_at > $1",
        {now});
    for (const auto& row : tokens.rows) {
        const credence::RefreshRecord record{.hash = bytes_of(row.at(0)),
                                             .family = row.at(1),
                                             .subject = row.at(2),
                                             .expires_at = moment_of(row.at(3)),
                                             .used_at = moment_or_none(row.at(4)),
                                             .sealed_successor = bytes_of(row.at(5))};
        must_succeed(store.insert(record));
        must_succeed(logins.adopt(record));
    }
}

}  // namespace account
