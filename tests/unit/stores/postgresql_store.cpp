// SPDX-License-Identifier: MIT
// The contract of stores for the store in PostgreSQL, and a server that stops, is killed, and comes back.
// servers/test_stores_postgresql.py starts a server and names it in CREDENCE_TEST_POSTGRESQL. Without one, only the
// refusals are tested.
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/sessions.hpp>
#include <credence/stores/postgresql_store.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/forked_store.hpp"
#include "support/store_contract.hpp"
#include "support/stored_secrets.hpp"

#include <libpq-fe.h>
#include <pthread.h>

using namespace std::chrono_literals;
using credence::Errc;
using credence::NumericDate;
using credence::PostgresqlStore;
using credence::TokenIdentity;
using support::contract_start;
using support::hash_named;
using support::session_record;

namespace {

/// The server's URL; empty without a server.
std::string server_url() {
    const char* url = std::getenv("CREDENCE_TEST_POSTGRESQL");
    return url == nullptr ? "" : url;
}

/// A connection of the test, not of the store.
class Control {
public:
    Control() : connection_(PQconnectdb(server_url().c_str())) { REQUIRE(PQstatus(connection_) == CONNECTION_OK); }
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;
    ~Control() { PQfinish(connection_); }

    void run(const char* sql) const {
        PGresult* const result = PQexec(connection_, sql);
        const ExecStatusType status = PQresultStatus(result);
        PQclear(result);
        CHECK((status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK));
    }
    /// All values of the answer to a query, one on each line.
    [[nodiscard]] std::string read(const std::string& sql) const {
        PGresult* const result = PQexec(connection_, sql.c_str());
        CHECK(PQresultStatus(result) == PGRES_TUPLES_OK);
        std::string text;
        for (int row = 0; row < PQntuples(result); ++row) {
            for (int column = 0; column < PQnfields(result); ++column)
                text.append(PQgetvalue(result, row, column)).append("\n");
        }
        PQclear(result);
        return text;
    }
    [[nodiscard]] PGconn* handle() const noexcept { return connection_; }

private:
    PGconn* connection_;
};

/// How many statements wait for a lock. It is read in a transaction, where pg_stat_activity would not change.
constexpr const char* count_of_waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";

/// A store whose tables are new.
std::shared_ptr<PostgresqlStore> new_store(credence::PostgresqlOptions options = {}) {
    Control{}.run(
        "SET client_min_messages = error; DROP TABLE IF EXISTS credence_schema, credence_sessions, credence_api_keys, "
        "credence_refresh_tokens, credence_revoked_tokens, credence_revoked_subjects, credence_replays");
    auto store = PostgresqlStore::open(server_url(), std::move(options));
    REQUIRE(store);
    return *store;
}

}  // namespace

TEST_CASE("PostgreSQL: a server that cannot be reached is refused with a reason") {
    for (const char* url : {"postgresql://x@/x?host=/nonexistent", "no url", "postgresql://x@127.0.0.1:1/x"}) {
        const auto refused = PostgresqlStore::open(url);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::store_unavailable);
        CHECK(refused.error().reason == "PostgreSQL cannot be reached");
    }
}

TEST_CASE("PostgreSQL: the store fulfils the contract, also with several threads") {
    if (server_url().empty()) return;
    const auto store = new_store();
    support::check_session_contract(*store);
    support::check_api_key_contract(*store);
    support::check_refresh_contract(*store);
    support::check_revocation_contract(*store);
    CHECK(store->end_sessions_of({.subject = "bob"}));
    support::check_sessions_from_threads(*store);
}

TEST_CASE("PostgreSQL: a forked child may use the store of its parent") {
    if (server_url().empty()) return;
    support::check_store_after_fork(*new_store({.clock = [] { return contract_start; }}));
}

TEST_CASE("PostgreSQL: two instances share sessions, and a session is renewed in one of them") {
    if (server_url().empty()) return;
    const auto one = new_store();
    const auto two = PostgresqlStore::open(server_url()).value();
    REQUIRE(one->insert_session(session_record("a", "ann")));
    CHECK(two->replace_session(hash_named("a"), session_record("b", "ann")).value());
    CHECK_FALSE(one->replace_session(hash_named("a"), session_record("c", "ann")).value());
    CHECK(one->end_sessions_of({.subject = "ann"}));
    CHECK(two->sessions_of("ann").value().empty());
}

TEST_CASE("PostgreSQL: the store keeps refresh tokens and revocations") {
    STATIC_REQUIRE(credence::RefreshStore<PostgresqlStore>);
    STATIC_REQUIRE(credence::RevocationStore<PostgresqlStore>);
    if (server_url().empty()) return;
    NumericDate moment = contract_start;
    const auto store = new_store({.longest_lifetime = 1h, .clock = [&] { return moment; }});
    credence::RefreshTokens tokens{store, {.grace = 0s}};
    const auto first = tokens.issue("ann").value();
    const auto second = tokens.rotate(first.token).value();
    CHECK(tokens.rotate(first.token).error().code == Errc::token_revoked);  // a reuse: the family is revoked
    CHECK(tokens.rotate(second.token).error().code == Errc::token_revoked);
    const auto third = tokens.issue("ann").value();
    CHECK(tokens.revoke_subject("ann"));
    CHECK(tokens.rotate(third.token).error().code == Errc::token_revoked);

    const TokenIdentity brief{"i", "t1", "bob", contract_start, contract_start + 1h};
    const TokenIdentity endless{"i", "t2", "bob", contract_start, {}};
    CHECK_FALSE(store->is_revoked(brief).value());
    CHECK(store->revoke(brief));
    CHECK(store->revoke({"i", "t1", "bob", contract_start, contract_start + 30min}));  // the latest end counts
    CHECK(store->revoke(endless));
    CHECK(store->revoke({"i", "t2", "bob", contract_start, contract_start + 1h}));
    CHECK(store->revoke_subject({"i", "eve"}, contract_start));
    CHECK(store->revoke_subject({"i", "eve"}, contract_start - 1h));  // a mark never moves back
    CHECK(store->is_revoked({"i", "t3", "eve", contract_start, {}}).value());
    CHECK_FALSE(store->is_revoked({"i", "t3", "eve", contract_start + 1s, {}}).value());
    // A server whose clock is behind may accept the token for the greatest leeway.
    moment = contract_start + 1h + 600s;
    CHECK(store->revoke({"i", "t4", "bob", moment, moment}));
    CHECK(store->is_revoked(brief).value());
    CHECK(store->is_revoked({"i", "t3", "eve", contract_start, {}}).value());
    moment += 1min;
    CHECK(store->revoke({"i", "t5", "bob", moment, moment}));
    CHECK_FALSE(store->is_revoked(brief).value());
    CHECK_FALSE(store->is_revoked({"i", "t3", "eve", contract_start, {}}).value());
    CHECK(store->is_revoked(endless).value());
    support::check_replay_contract(*store, moment);
}

TEST_CASE("PostgreSQL: a store on the caller's connection fulfils the contract") {
    if (server_url().empty()) return;
    (void)new_store();
    const Control connection;
    NumericDate moment = contract_start;
    const auto store = PostgresqlStore::on(connection.handle(), {.clock = [&] { return moment; }}).value();
    support::check_session_contract(*store);
    support::check_api_key_contract(*store);
    support::check_replay_contract(*store, moment);
}

TEST_CASE("PostgreSQL: changes in the caller's transaction are committed or rolled back with it") {
    if (server_url().empty()) return;
    const auto other = new_store();
    const Control connection;
    const auto store = PostgresqlStore::on(connection.handle()).value();
    support::check_transaction_contract(*store, *other, [&](const char* sql) { connection.run(sql); });
}

TEST_CASE("PostgreSQL: the caller's connection may serve several stores, one after the other and at once") {
    if (server_url().empty()) return;
    (void)new_store();
    const Control connection;
    const auto made = [&] {
        return PostgresqlStore::on(connection.handle(), {.clock = [] { return contract_start; }}).value();
    };
    CHECK(made()->insert_session(session_record("a", "ann")));
    const auto second = made(), third = made();
    CHECK(second->insert_session(session_record("b", "ann")));
    CHECK(third->sessions_of("ann").value().size() == 2);
    CHECK(second->sessions_of("ann").value().size() == 2);
}

TEST_CASE("PostgreSQL: a failed call on the caller's connection leaves no changes") {
    if (server_url().empty()) return;
    (void)new_store();
    const Control connection;
    const auto store = PostgresqlStore::on(connection.handle()).value();
    const credence::RefreshRecord first{.hash = hash_named("1"), .family = "f", .subject = "ann"};
    const credence::RefreshRecord second{.hash = hash_named("2"), .family = "f", .subject = "ann"};
    credence::RefreshRecord used = first;
    used.used_at = contract_start;
    REQUIRE(store->insert(first));
    REQUIRE(store->insert(second));
    CHECK_FALSE(store->replace(used, second));  // the second is there already
    CHECK_FALSE(store->find(first.hash).value()->used_at);
    // In a transaction it fails the whole one.
    connection.run("BEGIN");
    CHECK(store->revoke_family("f"));
    REQUIRE(store->insert(first));
    CHECK_FALSE(store->insert(first));
    CHECK_FALSE(store->find(first.hash));
    connection.run("ROLLBACK");
    CHECK(store->find(first.hash).value());
    CHECK(store->find(second.hash).value());
}

TEST_CASE("PostgreSQL: a connection without the tables, or with newer ones, is refused") {
    if (server_url().empty()) return;
    (void)new_store();
    {
        const Control connection;
        connection.run("UPDATE credence_schema SET version = 999");
        CHECK(PostgresqlStore::on(connection.handle()).error().reason ==
              "the tables are of a newer version of credence");
    }
    const Control connection;
    connection.run("DROP TABLE credence_schema");
    CHECK(PostgresqlStore::on(connection.handle()).error().code == Errc::store_unavailable);
    CHECK(PostgresqlStore::on(nullptr).error().code == Errc::store_unavailable);
}

TEST_CASE("PostgreSQL: while the server is away every call is refused, and afterwards the store works again") {
    if (server_url().empty()) return;
    const auto store = new_store();
    const credence::Sessions<credence::RegisteredClaims> sessions{store};
    const auto id = sessions.start({.sub = "ann"}).value().id;
    const Control control;
    const char* const end_connections =
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'credence'";
    control.run(end_connections);
    CHECK(sessions.verify(id));  // with another connection
    control.run("ALTER ROLE CURRENT_USER NOLOGIN");
    control.run(end_connections);
    CHECK(sessions.verify(id).error().code == Errc::store_unavailable);
    CHECK(sessions.start({.sub = "ann"}).error().code == Errc::store_unavailable);
    CHECK(sessions.renew(id).error().code == Errc::store_unavailable);
    CHECK(sessions.end(id).error().code == Errc::store_unavailable);
    CHECK(sessions.end_all("ann").error().code == Errc::store_unavailable);
    CHECK(store->is_revoked(TokenIdentity{}).error().code == Errc::store_unavailable);
    CHECK(store->find("x").error().code == Errc::store_unavailable);
    CHECK(store->find_api_key("x").error().code == Errc::store_unavailable);
    control.run("ALTER ROLE CURRENT_USER LOGIN");
    CHECK(sessions.verify(id));
}

TEST_CASE("PostgreSQL: a server that refuses changes, as a standby does, is not asked: its answers may be old") {
    if (server_url().empty()) return;
    const auto store = new_store();
    CHECK_FALSE(store->is_revoked(TokenIdentity{}).value());
    const Control control;
    control.run("ALTER ROLE CURRENT_USER SET default_transaction_read_only = on");
    control.run("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'credence'");
    CHECK(store->is_revoked(TokenIdentity{}).error().code == Errc::store_unavailable);
    CHECK(store->find_session("x").error().code == Errc::store_unavailable);
    CHECK(PostgresqlStore::open(server_url()).error().code == Errc::store_unavailable);
    control.run("ALTER ROLE CURRENT_USER RESET default_transaction_read_only");
    CHECK_FALSE(store->is_revoked(TokenIdentity{}).value());
}

TEST_CASE("PostgreSQL: after a table has got another column one call is refused, and the next ones work") {
    if (server_url().empty()) return;
    const auto store = new_store({.clock = [] { return contract_start; }});
    REQUIRE(store->insert_session(session_record("a", "ann")));
    CHECK(store->find_session(hash_named("a")).value());
    Control{}.run("ALTER TABLE credence_sessions ADD COLUMN note text");
    CHECK(store->find_session(hash_named("a")).error().reason == "PostgreSQL refused a statement");
    CHECK(store->find_session(hash_named("a")).value() == session_record("a", "ann"));
    CHECK(store->insert_session(session_record("b", "ann")));
}

TEST_CASE("PostgreSQL: confirmed changes survive a kill of the server under load") {
    if (server_url().empty()) return;
    const auto store = new_store({.clock = [] { return contract_start; }});
    std::atomic<bool> is_over = false;
    std::atomic<int> answers = 0;
    std::atomic<int> refusals = 0;
    std::vector<std::vector<std::string>> answered(3);
    std::vector<std::thread> writers;
    for (auto& names : answered) {
        writers.emplace_back([&] {
            const std::string writer = std::to_string(&names - answered.data()) + " writes ";
            for (int number = 0; !is_over; ++number) {
                const std::string name = writer + std::to_string(number);
                if (!store->insert_session(session_record(name, "ann"))) {
                    ++refusals;
                    continue;
                }
                names.push_back(name);
                ++answers;
                answers.notify_one();
            }
        });
    }
    const auto wait_for_more = [&answers](int more) {
        const int wanted = answers + more;
        for (int now = answers; now < wanted; now = answers) answers.wait(now);
    };
    wait_for_more(100);
    const std::string process =
        Control{}.read("SELECT pid FROM pg_stat_activity WHERE application_name = 'credence' LIMIT 1");
    // The server then ends all connections, and is unreachable until it has replayed its log.
    CHECK(::kill(std::stoi(process), SIGKILL) == 0);
    wait_for_more(100);
    is_over = true;
    for (auto& writer : writers) writer.join();
    CHECK(refusals > 0);
    for (const auto& names : answered) {
        for (const auto& name : names) CHECK(store->find_session(hash_named(name)).value());
    }
}

TEST_CASE("PostgreSQL: attack row 48: the server stores no secret, and no error has one") {
    if (server_url().empty()) return;
    const auto left = support::leave_credentials_in(new_store());
    const Control control;
    std::string kept;
    for (const char* table : {"sessions", "api_keys", "refresh_tokens", "revoked_tokens", "revoked_subjects"})
        kept.append(control.read(std::string{"SELECT * FROM credence_"} + table));
    support::check_no_secret(left, kept);
}

TEST_CASE("PostgreSQL: expired records are deleted after the clock was ahead for a while") {
    if (server_url().empty()) return;
    NumericDate moment = contract_start;
    const auto store = new_store({.clock = [&] { return moment; }});
    support::check_deletion_after_clock_was_ahead(*store, moment);
}

TEST_CASE("PostgreSQL: a signal does not end the wait for an answer") {
    if (server_url().empty()) return;
    const auto store = new_store({.patience = 60s});
    const credence::Sessions<credence::RegisteredClaims> sessions{store};
    const auto id = sessions.start({.sub = "ann"}).value().id;
    struct sigaction counted{};
    struct sigaction before{};
    static std::atomic<int> signals = 0;
    counted.sa_handler = [](int) { ++signals; };
    REQUIRE(::sigaction(SIGUSR1, &counted, &before) == 0);
    const Control control;
    control.run("BEGIN");
    control.run("LOCK TABLE credence_sessions");
    bool is_verified = false;
    std::atomic<bool> has_ended = false;
    std::thread caller{[&] {
        is_verified = sessions.verify(id).has_value();
        has_ended = true;
    }};
    while (control.read(count_of_waiting) == "0\n") std::this_thread::yield();
    for (int sent = 0; sent < 20; ++sent) {
        ::pthread_kill(caller.native_handle(), SIGUSR1);
        while (signals <= sent && !has_ended) std::this_thread::yield();
    }
    control.run("ROLLBACK");
    caller.join();
    CHECK(is_verified);
    CHECK(signals == 20);
    REQUIRE(::sigaction(SIGUSR1, &before, nullptr) == 0);
}

TEST_CASE("PostgreSQL: a call that also deletes expired records ends at the timeout") {
    if (server_url().empty()) return;
    NumericDate moment = contract_start;
    const auto store = new_store({.patience = 4s, .clock = [&] { return moment; }});
    REQUIRE(store->insert_session(session_record("a", "ann")));
    const Control control;
    control.run("BEGIN");
    control.run(
        "LOCK TABLE credence_sessions, credence_api_keys, credence_refresh_tokens, credence_revoked_tokens, "
        "credence_replays");
    moment += 2min;
    CHECK(store->insert_session(session_record("b", "ann")).error().code == Errc::store_unavailable);
    // The server still has the two that were not answered in time: the first DELETE and the INSERT.
    CHECK(control.read(count_of_waiting) == "2\n");
    control.run("ROLLBACK");
    CHECK(store->insert_session(session_record("b", "ann")));
}

TEST_CASE("PostgreSQL: a call without an answer ends at the timeout") {
    if (server_url().empty()) return;
    const auto store = new_store({.patience = 2s});
    const credence::Sessions<credence::RegisteredClaims> sessions{store};
    const auto id = sessions.start({.sub = "ann"}).value().id;
    const Control control;
    control.run("BEGIN");
    control.run("LOCK TABLE credence_sessions");
    CHECK(sessions.verify(id).error().code == Errc::store_unavailable);
    control.run("ROLLBACK");
    CHECK(sessions.verify(id));
    control.run("UPDATE credence_schema SET version = 2");
    CHECK(PostgresqlStore::open(server_url()).error().reason == "the tables are of a newer version of credence");
    control.run("DROP TABLE credence_sessions");
    CHECK(sessions.verify(id).error().code == Errc::store_unavailable);
    CHECK(sessions.renew(id).error().code == Errc::store_unavailable);
    control.run("DROP TABLE credence_schema");
}
