// SPDX-License-Identifier: MIT
// The contract of stores for the store in a file, also across a restart, with another process, after a kill and with a
// damaged file.
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/sessions.hpp>
#include <credence/stores/sqlite_store.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/store_contract.hpp"
#include "support/stored_secrets.hpp"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;
using credence::Errc;
using credence::NumericDate;
using credence::SqliteStore;
using credence::TokenIdentity;
using support::api_key_record;
using support::contract_start;
using support::hash_named;
using support::session_record;

namespace {

/// A folder for a database, which is removed with this object.
struct Place {
    Place() {
        std::string pattern = (std::filesystem::temp_directory_path() / "credence-XXXXXX").string();
        folder = mkdtemp(pattern.data());
        REQUIRE_FALSE(folder.empty());
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { std::filesystem::remove_all(folder); }

    [[nodiscard]] std::string file() const { return (folder / "auth.db").string(); }
    [[nodiscard]] std::shared_ptr<SqliteStore> open(credence::SqliteOptions options = {}) const {
        auto store = SqliteStore::open(file(), std::move(options));
        REQUIRE(store);
        return *store;
    }

    std::filesystem::path folder;
};

/// Runs SQL of the test, not of the library.
void run_sql(const std::string& file, const char* sql) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
    CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
}

/// A connection of the test, not of the store.
class Connection {
public:
    explicit Connection(const std::string& file) { REQUIRE(sqlite3_open(file.c_str(), &database_) == SQLITE_OK); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { sqlite3_close(database_); }

    [[nodiscard]] sqlite3* handle() const noexcept { return database_; }
    void run(const char* sql) const { CHECK(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK); }

private:
    sqlite3* database_ = nullptr;
};

}  // namespace

TEST_CASE("the store in a file fulfils the contract") {
    const auto store = SqliteStore::open(":memory:").value();
    support::check_session_contract(*store);
    support::check_api_key_contract(*store);
    support::check_refresh_contract(*store);
    support::check_revocation_contract(*store);
}

TEST_CASE("the store in a file accepts no proof twice") {
    NumericDate moment = contract_start;
    const auto store = SqliteStore::open(":memory:", {.clock = [&] { return moment; }}).value();
    support::check_replay_contract(*store, moment);
}

TEST_CASE("the store in a file fulfils the contract with several threads") {
    const Place place;
    const auto store = place.open();
    support::check_sessions_from_threads(*store);
}

TEST_CASE("only its owner can read the file, and its records survive a restart") {
    const Place place;
    const auto record = session_record("a", "ann");
    CHECK(place.open()->insert_session(record));
    struct stat status{};
    REQUIRE(::stat(place.file().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(place.open()->find_session(record.hash).value() == record);
}

TEST_CASE("several threads that open a new file at once all get a store") {
    constexpr int rounds = 60;
    constexpr std::size_t openers = 4;
    for (int round = 0; round < rounds; ++round) {
        const Place place;
        std::latch all_are_here{openers};
        std::array<bool, openers> is_open{};
        {
            std::vector<std::jthread> threads;
            for (bool& one : is_open) {
                threads.emplace_back([&] {
                    all_are_here.arrive_and_wait();
                    one = SqliteStore::open(place.file()).has_value();
                });
            }
        }
        CAPTURE(round);
        REQUIRE(is_open == std::array{true, true, true, true});
    }
}

TEST_CASE("two stores on one file see each other's sessions, and a session is renewed in one of them") {
    const Place place;
    const auto one = place.open(), two = place.open();
    REQUIRE(one->insert_session(session_record("a", "ann")));
    CHECK(two->replace_session(hash_named("a"), session_record("b", "ann")).value());
    CHECK_FALSE(one->replace_session(hash_named("a"), session_record("c", "ann")).value());
    CHECK(one->end_sessions_of({.subject = "ann"}));
    CHECK(two->sessions_of("ann").value().empty());
}

TEST_CASE("the store in a file keeps refresh tokens") {
    STATIC_REQUIRE(credence::RefreshStore<SqliteStore>);
    credence::RefreshTokens tokens{SqliteStore::open(":memory:").value(), {.grace = 0s}};
    const auto first = tokens.issue("ann").value();
    const auto second = tokens.rotate(first.token).value();
    CHECK(tokens.subject_of(second.token).value() == "ann");
    CHECK(tokens.rotate(first.token).error().code == Errc::token_revoked);  // a reuse: the family is revoked
    CHECK(tokens.rotate(second.token).error().code == Errc::token_revoked);
    const auto third = tokens.issue("ann").value();
    CHECK(tokens.revoke_subject("ann"));
    CHECK(tokens.rotate(third.token).error().code == Errc::token_revoked);
    credence::RefreshTokens graceful{SqliteStore::open(":memory:").value(), {.grace = 60s}};
    const auto once = graceful.issue("ann").value();
    CHECK(graceful.rotate(once.token).value().token == graceful.rotate(once.token).value().token);
}

TEST_CASE("the store in a file keeps revocations, until no token needs them") {
    STATIC_REQUIRE(credence::RevocationStore<SqliteStore>);
    NumericDate moment = contract_start;
    const Place place;
    const auto store = place.open({.longest_lifetime = 1h, .clock = [&] { return moment; }});
    const TokenIdentity brief{"i", "t1", "bob", contract_start, contract_start + 1h};
    const TokenIdentity endless{"i", "t2", "bob", contract_start, {}};
    CHECK_FALSE(store->is_revoked(brief).value());
    CHECK(store->revoke(brief));
    CHECK(store->revoke({"i", "t1", "bob", contract_start, contract_start + 30min}));  // the latest end counts
    CHECK(store->revoke(endless));
    CHECK(store->revoke({"i", "t2", "bob", contract_start, contract_start + 1h}));
    CHECK(store->is_revoked(brief).value());
    CHECK_FALSE(store->is_revoked({"other", "t1", "bob", contract_start, {}}).value());
    CHECK(store->revoke_subject({"i", "eve"}, contract_start));
    CHECK(store->revoke_subject({"i", "eve"}, contract_start - 1h));  // a mark never moves back
    const TokenIdentity by_eve{"i", "t3", "eve", contract_start, contract_start + 1h};
    CHECK(store->is_revoked(by_eve).value());
    CHECK_FALSE(store->is_revoked({"i", "t3", "eve", contract_start + 1s, {}}).value());

    moment = contract_start + 1h + 600s;  // twice the greatest leeway: another process may still accept the token
    CHECK(store->revoke({"i", "t4", "bob", moment, moment}));
    CHECK(store->is_revoked(brief).value());
    CHECK(store->is_revoked(by_eve).value());
    moment += 1min;
    CHECK(store->revoke({"i", "t5", "bob", moment, moment}));
    CHECK_FALSE(store->is_revoked(brief).value());
    CHECK_FALSE(store->is_revoked(by_eve).value());
    CHECK(store->is_revoked(endless).value());
}

TEST_CASE("only expired records are deleted from the file") {
    NumericDate moment = contract_start;
    const auto store = SqliteStore::open(":memory:", {.clock = [&] { return moment; }}).value();
    auto used = session_record("used", "ann");
    used.ends_at = contract_start + 40min;
    CHECK(store->insert_session(session_record("idle", "ann")));
    CHECK(store->insert_session(used));
    auto key = api_key_record("brief", "ann");
    key.expires_at = contract_start + 30min;
    CHECK(store->insert_api_key(key));
    CHECK(store->insert_api_key(api_key_record("endless", "ann")));
    moment += 30min;
    CHECK(store->insert_session(session_record("new", "bob")));
    CHECK(store->sessions_of("ann").value().size() == 1);
    CHECK(store->find_session(used.hash).value());
    CHECK_FALSE(store->find_api_key("brief").value());
    CHECK(store->find_api_key("endless").value());
}

TEST_CASE("expired records are deleted from the file after the clock was ahead for a while") {
    NumericDate moment = contract_start;
    const auto store = SqliteStore::open(":memory:", {.clock = [&] { return moment; }}).value();
    support::check_deletion_after_clock_was_ahead(*store, moment);
}

TEST_CASE("in the caller's transaction no expired records are deleted: that could end it") {
    const Place place;
    (void)place.open();
    const Connection connection{place.file()};
    NumericDate moment = contract_start;
    const auto store = SqliteStore::on(connection.handle(), {.clock = [&] { return moment; }}).value();
    CHECK(store->insert_session(session_record("idle", "ann")));
    moment += 30min;
    connection.run("BEGIN");
    CHECK(store->insert_session(session_record("new", "bob")));
    CHECK(store->sessions_of("ann").value().size() == 1);
    connection.run("COMMIT");
    CHECK(store->insert_session(session_record("newer", "bob")));
    CHECK(store->sessions_of("ann").value().empty());
}

TEST_CASE("a store on the caller's connection fulfils the contract, in a transaction and without one") {
    const Place place;
    (void)place.open();
    const Connection connection{place.file()};
    for (const bool is_in_transaction : {false, true}) {
        NumericDate moment = contract_start;
        const auto store = SqliteStore::on(connection.handle(), {.clock = [&] { return moment; }}).value();
        if (is_in_transaction) connection.run("BEGIN");
        support::check_session_contract(*store);
        support::check_api_key_contract(*store);
        support::check_replay_contract(*store, moment);
        if (is_in_transaction) connection.run("COMMIT");
        connection.run("DELETE FROM credence_sessions; DELETE FROM credence_api_keys; DELETE FROM credence_replays");
    }
    // The connection still belongs to the caller, who may make another store of it.
    CHECK(SqliteStore::on(connection.handle()).value()->sessions_of("ann").value().empty());
}

TEST_CASE("changes in the caller's transaction are committed or rolled back with it") {
    const Place place;
    const auto other = place.open();
    const Connection connection{place.file()};
    const auto store = SqliteStore::on(connection.handle()).value();
    support::check_transaction_contract(*store, *other, [&](const char* sql) { connection.run(sql); });
}

TEST_CASE("a failed call in the caller's transaction changes nothing, and the transaction goes on") {
    const Place place;
    (void)place.open();
    const Connection connection{place.file()};
    const auto store = SqliteStore::on(connection.handle()).value();
    const credence::RefreshRecord first{.hash = hash_named("1"), .family = "f", .subject = "ann"};
    const credence::RefreshRecord second{.hash = hash_named("2"), .family = "f", .subject = "ann"};
    credence::RefreshRecord used = first;
    used.used_at = contract_start;
    connection.run("BEGIN");
    REQUIRE(store->insert(first));
    REQUIRE(store->insert(second));
    CHECK_FALSE(store->replace(used, second));  // the second is there already
    CHECK_FALSE(store->find(first.hash).value()->used_at);
    CHECK(store->revoke_family("g"));
    connection.run("COMMIT");
    CHECK_FALSE(store->find(first.hash).value()->used_at);
    CHECK(store->find(second.hash).value());
}

TEST_CASE("a connection without the tables, or with newer ones, is refused") {
    const Place place;
    const Connection connection{place.file()};
    CHECK(SqliteStore::on(connection.handle()).error().code == Errc::store_unavailable);
    (void)place.open();
    CHECK(SqliteStore::on(connection.handle()));
    connection.run("UPDATE credence_schema SET version = 999");
    CHECK(SqliteStore::on(connection.handle()).error().reason == "the tables are of a newer version of credence");
}

TEST_CASE("a file that cannot be a store is refused with a reason") {
    const Place place;
    const auto reason_of = [&](const std::string& path) {
        const auto refused = SqliteStore::open(path);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::store_unavailable);
        return std::string{refused.error().reason};
    };
    CHECK(reason_of((place.folder / "missing/auth.db").string()) == "unable to open database file");
    std::ofstream{place.file()} << std::string(10'000, 'x');
    CHECK(reason_of(place.file()) == "file is not a database");
    std::filesystem::remove(place.file());
    static_cast<void>(place.open());
    run_sql(place.file(), "UPDATE credence_schema SET version = 2");
    CHECK(reason_of(place.file()) == "the tables are of a newer version of credence");
}

TEST_CASE("a locked store, or one without its tables, refuses every request") {
    const Place place;
    const auto store = place.open({.patience = 0ms});
    const credence::Sessions<credence::RegisteredClaims> sessions{store};
    const auto id = sessions.start({.sub = "ann"}).value().id;
    CHECK(sessions.verify(id));

    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open(place.file().c_str(), &other) == SQLITE_OK);
    REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    CHECK(sessions.start({.sub = "ann"}).error().code == Errc::store_unavailable);
    CHECK(sessions.renew(id).error().code == Errc::store_unavailable);
    CHECK(sessions.end(id).error().code == Errc::store_unavailable);
    CHECK(sessions.verify(id));  // readers do not wait for a writer
    sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
    sqlite3_close(other);
    CHECK(sessions.end(id));

    run_sql(place.file(),
            "DROP TABLE credence_sessions; DROP TABLE credence_api_keys; DROP TABLE credence_refresh_tokens; "
            "DROP TABLE credence_revoked_tokens");
    const auto is_refused = [](const auto& result) {
        return !result && result.error().code == Errc::store_unavailable;
    };
    CHECK(is_refused(sessions.verify(id)));
    CHECK(is_refused(sessions.start({.sub = "ann"})));
    CHECK(is_refused(sessions.list("ann")));
    CHECK(is_refused(sessions.end_all("ann")));
    CHECK(is_refused(sessions.end_one("ann", "x")));
    CHECK(is_refused(store->find_api_key("x")));
    CHECK(is_refused(store->api_keys_of("x")));
    CHECK(is_refused(store->find("x")));
    CHECK(is_refused(store->insert(credence::RefreshRecord{})));
    CHECK(is_refused(store->replace(credence::RefreshRecord{}, credence::RefreshRecord{})));
    CHECK(is_refused(store->is_revoked(TokenIdentity{})));
}

TEST_CASE("confirmed changes survive a kill") {
    const Place place;
    int answers[2]{};
    REQUIRE(::pipe(answers) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto store = SqliteStore::open(place.file());
        for (unsigned char number = 0; store && (*store)->insert_session(session_record(std::to_string(number), "ann"));
             ++number) {
            if (::write(answers[1], &number, 1) != 1 || number == 255) break;
        }
        ::_exit(1);
    }
    ::close(answers[1]);
    std::vector<unsigned char> answered;
    unsigned char number = 0;
    while (answered.size() < 50 && ::read(answers[0], &number, 1) == 1) answered.push_back(number);
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    while (::read(answers[0], &number, 1) == 1) answered.push_back(number);
    ::close(answers[0]);
    REQUIRE(answered.size() >= 50);
    const auto store = place.open();
    for (const unsigned char one : answered) CHECK(store->find_session(hash_named(std::to_string(one))).value());
}

TEST_CASE("in a forked child the store of its parent refuses every call, and stays as it is for the parent") {
    const Place place;
    auto store = place.open();
    REQUIRE(store->insert_session(session_record("a", "ann")));
    const auto is_refused = [](const auto& result) {
        return !result && result.error().code == Errc::store_unavailable &&
               result.error().reason == "the store was opened before a fork: open it only afterwards";
    };
    const auto is_refused_by_all = [&] {
        return is_refused(store->find_session(hash_named("a"))) && is_refused(store->end_session(hash_named("a"))) &&
               is_refused(store->insert_session(session_record("b", "ann"))) &&
               is_refused(store->replace_session(hash_named("a"), session_record("b", "ann"))) &&
               is_refused(store->use_once("x", contract_start)) && is_refused(store->is_revoked(TokenIdentity{}));
    };
    const auto is_well_in_child = [](const auto& work) {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(work() ? 0 : 1);
        int status = -1;
        return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
    };
    CHECK(is_well_in_child([&] {
        const bool is_right = is_refused_by_all();
        store.reset();
        return is_right;
    }));
    CHECK(store->find_session(hash_named("a")).value());
    CHECK(store->insert_session(session_record("c", "ann")));
    CHECK(place.open()->find_session(hash_named("c")).value());

    const auto in_memory = SqliteStore::open(":memory:").value();
    CHECK(is_well_in_child([&] { return is_refused(in_memory->find_session(hash_named("a"))); }));
}

TEST_CASE("attack row 48: neither the file nor an error has a secret") {
    const Place place;
    const auto store = place.open();
    const auto left = support::leave_credentials_in(store);
    std::string bytes;
    for (const auto& file : std::filesystem::directory_iterator{place.folder}) {
        std::ifstream stream{file.path(), std::ios::binary};
        bytes.append(std::istreambuf_iterator<char>{stream}, {});
    }
    support::check_no_secret(left, bytes);
}
