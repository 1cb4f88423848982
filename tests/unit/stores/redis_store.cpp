// SPDX-License-Identifier: MIT
// The contract of stores for the store in Redis: times to live, two instances, and a server that is killed, frozen,
// full or a replica. servers/test_stores_redis.py names the server's program in CREDENCE_TEST_REDIS, and each test
// starts its own server. Without the program, only the refusals are tested.
#include <credence/http/dpop.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/opaque/api_keys.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/sessions.hpp>
#include <credence/stores/redis_store.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "support/catch.hpp"
#include "support/forked_store.hpp"
#include "support/redis_server.hpp"
#include "support/store_contract.hpp"
#include "support/stored_secrets.hpp"

#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;
using credence::Errc;
using credence::NumericDate;
using credence::RedisStore;
using credence::TokenIdentity;
using support::contract_start;
using support::hash_named;
using support::RedisServer;
using support::session_record;

namespace {

bool has_redis() { return !support::redis_program().empty(); }

std::shared_ptr<RedisStore> store_on(const RedisServer& server, credence::RedisOptions options = {}) {
    auto store = RedisStore::open(server.url(), std::move(options));
    if (!store) FAIL(store.error().reason);
    return *store;
}
credence::RedisOptions redis_clock(const NumericDate& moment) {
    return {.clock = [&moment] { return moment; }};
}

std::string redis_reason(const RedisServer& server, credence::RedisOptions options = {}) {
    const auto refused = RedisStore::open(server.url(), std::move(options));
    if (refused) return "opened";
    CHECK(refused.error().code == Errc::store_unavailable);
    return std::string{refused.error().reason};
}

}  // namespace

TEST_CASE("Redis: a server that cannot be reached is refused with a reason") {
    for (const char* url : {"unix:/nonexistent", "redis://127.0.0.1:1", "redis://ann:secret@127.0.0.1:1/3"}) {
        const auto refused = RedisStore::open(url);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::store_unavailable);
        CHECK(refused.error().reason == "Redis cannot be reached");
    }
    CHECK_FALSE(RedisStore::open("no url"));
}

TEST_CASE("Redis: the store fulfils the contract, also with several threads") {
    if (!has_redis()) return;
    const RedisServer server;
    const auto store = store_on(server, redis_clock(contract_start));
    support::check_session_contract(*store);
    support::check_api_key_contract(*store);
    support::check_refresh_contract(*store);
    support::check_revocation_contract(*store);
    CHECK(store->end_sessions_of({.subject = "bob"}));
    support::check_sessions_from_threads(*store);
}

TEST_CASE("Redis: a forked child may use the store of its parent") {
    if (!has_redis()) return;
    const RedisServer server;
    support::check_store_after_fork(*store_on(server, redis_clock(contract_start)));
}

TEST_CASE("Redis: two instances share sessions, and a session is renewed in one of them") {
    if (!has_redis()) return;
    const RedisServer server;
    const auto one = store_on(server, redis_clock(contract_start));
    const auto two = store_on(server, redis_clock(contract_start));
    REQUIRE(one->insert_session(session_record("a", "ann")));
    CHECK(two->replace_session(hash_named("a"), session_record("b", "ann")).value());
    CHECK_FALSE(one->replace_session(hash_named("a"), session_record("c", "ann")).value());
    CHECK(one->end_sessions_of({.subject = "ann"}));
    CHECK(two->sessions_of("ann").value().empty());
    const auto other = store_on(server, {.prefix = "other:"});
    CHECK(other->insert_session(session_record("b", "ann")));
    CHECK_FALSE(one->find_session(hash_named("b")).value());
}

TEST_CASE("Redis: the store keeps refresh tokens") {
    STATIC_REQUIRE(credence::RefreshStore<RedisStore>);
    if (!has_redis()) return;
    const RedisServer server;
    const auto store = store_on(server);
    credence::RefreshTokens tokens{store, {.grace = 0s}};
    const auto first = tokens.issue("ann").value();
    const auto second = tokens.rotate(first.token).value();
    CHECK(tokens.subject_of(second.token).value() == "ann");
    CHECK(tokens.rotate(first.token).error().code == Errc::token_revoked);  // a reuse: the family is revoked
    CHECK(tokens.rotate(second.token).error().code == Errc::token_revoked);
    const auto third = tokens.issue("ann").value();
    const auto fourth = tokens.issue("ann").value();
    const auto fifth = tokens.issue("bob").value();
    CHECK(tokens.rotate(third.token));
    CHECK(tokens.revoke_subject("ann"));
    CHECK(tokens.rotate(third.token).error().code == Errc::token_revoked);
    CHECK(tokens.rotate(fourth.token).error().code == Errc::token_revoked);
    CHECK(tokens.revoke(fifth.token));
    CHECK(tokens.rotate(fifth.token).error().code == Errc::token_revoked);
    CHECK(server.run({"DBSIZE"}) == "0");  // ended records leave nothing behind

    credence::RefreshTokens graceful{store_on(server), {.grace = 60s}};
    const auto once = graceful.issue("ann").value();
    CHECK(graceful.rotate(once.token).value().token == graceful.rotate(once.token).value().token);
    const credence::RefreshRecord known{
        .hash = hash_named("x"), .family = "f", .subject = "s", .expires_at = credence::in(1h)};
    CHECK(store->insert(known));
    CHECK_FALSE(store->insert(known));
    CHECK_FALSE(store->replace(known, known));
    CHECK_FALSE(store->replace({.hash = hash_named("y")}, known).value());
}

TEST_CASE("Redis: the store keeps revocations, as long as a token needs them") {
    STATIC_REQUIRE(credence::RevocationStore<RedisStore>);
    if (!has_redis()) return;
    const RedisServer server;
    const auto store = store_on(server, {.longest_lifetime = 1h, .clock = [] { return contract_start; }});
    const auto left = [&](const char* key) { return std::stoi(server.run({"TTL", key})); };
    const TokenIdentity brief{"i", "t1", "bob", contract_start, contract_start + 1h};
    const TokenIdentity endless{"i", "t2", "bob", contract_start, {}};
    CHECK_FALSE(store->is_revoked(brief).value());
    CHECK(store->revoke(brief));
    CHECK(store->revoke({"i", "t1", "bob", contract_start, contract_start + 30min}));  // the latest end counts
    CHECK(store->is_revoked(brief).value());
    CHECK(left("credence:revoked-token:1:i:t1") > 3600 + 300);
    CHECK(left("credence:revoked-token:1:i:t1") <= 3600 + 600);
    CHECK(store->revoke(endless));
    CHECK(store->revoke({"i", "t2", "bob", contract_start, contract_start + 1h}));
    CHECK(left("credence:revoked-token:1:i:t2") == -1);
    CHECK_FALSE(store->is_revoked({"other", "t1", "bob", contract_start, {}}).value());
    CHECK_FALSE(store->is_revoked({"", "1:i:t1", "bob", contract_start, {}}).value());
    CHECK(store->revoke_subject({"i", "eve"}, contract_start));
    CHECK(store->revoke_subject({"i", "eve"}, contract_start - 1h));  // a mark never moves back
    CHECK(store->is_revoked({"i", "t3", "eve", contract_start, {}}).value());
    CHECK_FALSE(store->is_revoked({"i", "t3", "eve", contract_start + 1s, {}}).value());
    CHECK(left("credence:revoked-subject:1:i:eve") > 3600 + 300);
    CHECK(left("credence:revoked-subject:1:i:eve") <= 3600 + 600);
    CHECK(store_on(server)->revoke_subject({"i", "joe"}, contract_start));
    CHECK(left("credence:revoked-subject:1:i:joe") == -1);
}

TEST_CASE("Redis: each record lives exactly as long as it is needed") {
    if (!has_redis()) return;
    const RedisServer server;
    NumericDate moment = contract_start;
    const auto store = store_on(server, redis_clock(moment));
    const auto left = [&](const std::string& key) { return std::stoi(server.run({"TTL", "credence:" + key})); };
    CHECK(store->insert_session(session_record("a", "ann")));
    CHECK(left("session:" + hash_named("a")) <= 30 * 60);
    CHECK(left("session:" + hash_named("a")) > 29 * 60);
    CHECK(left("sessions-of:ann") <= 30 * 60 + 1);
    CHECK(store->touch_session(hash_named("a"), {moment + 10s, moment + 2h}).value());
    CHECK(left("session:" + hash_named("a")) > 119 * 60);
    CHECK(left("sessions-of:ann") > 119 * 60);
    CHECK(store->insert_session(session_record("b", "ann")));
    CHECK(left("sessions-of:ann") > 119 * 60);  // as long as the longest

    auto key = support::api_key_record("k", "ann");
    key.expires_at = moment + 1h;
    CHECK(store->insert_api_key(key));
    CHECK(left("api-key:k") <= 3600);
    CHECK(left("api-keys-of:ann") <= 3601);
    CHECK(store->touch_api_key("k", moment + 60s).value());
    CHECK(left("api-key:k") > 0);
    CHECK(store->insert_api_key(support::api_key_record("endless", "ann")));
    CHECK(left("api-key:endless") == -1);
    CHECK(left("api-keys-of:ann") == -1);
    CHECK(store->use_once("proof", moment + 60s).value());
    CHECK(left("replay:proof") <= 61);
    auto far = support::api_key_record("far", "bob");
    far.expires_at = (NumericDate::max)();
    CHECK(store->insert_api_key(far));
    CHECK(store->find_api_key("far").value() == far);

    // An expired record is not an error, and is not listed. The next record removes it from the index.
    server.run({"DEL", "credence:session:" + hash_named("b")});
    CHECK(support::handles_of(*store, "ann").size() == 1);
    moment += 3h;
    auto late = session_record("late", "ann");
    late.ends_at = moment;
    CHECK(store->insert_session(late));
    CHECK(server.run({"ZSCORE", "credence:sessions-of:ann", hash_named("b")}).empty());
    CHECK_FALSE(server.run({"ZSCORE", "credence:sessions-of:ann", hash_named("a")}).empty());  // Redis has it still
    CHECK(left("session:" + hash_named("late")) <= 1);
}

TEST_CASE("Redis: a proof is accepted once, by all instances together") {
    if (!has_redis()) return;
    const RedisServer server;
    NumericDate moment = contract_start;
    support::check_replay_contract(*store_on(server, redis_clock(moment)), moment);

    const auto issuer = credence::Keys<credence::ES256>::generate().value();
    const auto client = credence::Keys<credence::EdDSA>::generate().value();
    const auto token = credence::encode(nlohmann::json{{"sub", "ann"},
                                                       {"exp", credence::in(1h).time_since_epoch().count()},
                                                       {"cnf", {{"jkt", credence::thumbprint(client).value()}}}},
                                        issuer)
                           .value();
    const auto instance = [&](std::shared_ptr<RedisStore> store) {
        return credence::dpop_bound(credence::verifier_for<credence::RegisteredClaims>(issuer),
                                    {.base_url = "https://api.example", .replays = std::move(store)});
    };
    const auto one = instance(store_on(server)), two = instance(store_on(server));
    const auto errc = [&](const auto& verifier, const std::string& proof) {
        const auto field = [&](std::string_view name) {
            return name == "DPoP" ? credence::HeaderValue{proof} : credence::HeaderValue{};
        };
        const auto who = verifier.verify(token, {.method = "GET", .url = "/", .field = field, .scheme = "DPoP"});
        return who ? "accepted" : std::string{who.error().reason};
    };
    const auto proof = [&] {
        return credence::dpop_proof(client, "GET", "https://api.example/", {.access_token = token}).value();
    };
    const auto first = proof(), second = proof();
    CHECK(errc(one, first) == "accepted");
    CHECK(errc(two, first) == "the proof was used before");
    CHECK(errc(two, second) == "accepted");
    CHECK(errc(one, second) == "the proof was used before");

    // Another process, with connections of its own.
    const auto third = proof(), fourth = proof();
    CHECK(errc(one, fourth) == "accepted");
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto store = RedisStore::open(server.url());
        if (!store) ::_exit(2);
        const auto other = instance(*store);
        const bool is_right = errc(other, third) == "accepted" && errc(other, fourth) == "the proof was used before";
        ::_exit(is_right ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(errc(one, third) == "the proof was used before");
    CHECK(errc(two, third) == "the proof was used before");
}

TEST_CASE("Redis: confirmed changes survive a kill; calls are refused while the server is away, and work afterwards") {
    if (!has_redis()) return;
    RedisServer server;
    const auto store = store_on(server);
    const credence::Sessions<credence::RegisteredClaims> sessions{store};
    const auto id = sessions.start({.sub = "ann"}).value().id;
    CHECK(store->revoke({"i", "t", "ann", credence::now(), {}}));
    server.stop();
    CHECK(sessions.verify(id).error().code == Errc::store_unavailable);
    CHECK(sessions.start({.sub = "ann"}).error().code == Errc::store_unavailable);
    CHECK(sessions.renew(id).error().code == Errc::store_unavailable);
    CHECK(sessions.end(id).error().code == Errc::store_unavailable);
    CHECK(sessions.end_all("ann").error().code == Errc::store_unavailable);
    CHECK(sessions.list("ann").error().code == Errc::store_unavailable);
    CHECK(sessions.end_one("ann", "x").error().code == Errc::store_unavailable);
    CHECK(store->is_revoked(TokenIdentity{}).error().reason == "Redis cannot be reached");
    CHECK(store->find("x").error().code == Errc::store_unavailable);
    CHECK(store->insert({}).error().code == Errc::store_unavailable);
    CHECK(store->find_api_key("x").error().code == Errc::store_unavailable);
    CHECK(store->use_once("x", credence::in(60s)).error().code == Errc::store_unavailable);
    server.start();
    CHECK(sessions.verify(id));
    CHECK(store->is_revoked({"i", "t", "ann", credence::now(), {}}).value());
}

TEST_CASE("Redis: checking a session or an API key takes one command") {
    if (!has_redis()) return;
    const RedisServer server;
    const auto store = store_on(server);
    const credence::Sessions<credence::RegisteredClaims> sessions{store};
    const credence::ApiKeys<credence::RegisteredClaims> api_keys{store, {.prefix = "acme"}};
    const auto id = sessions.start({.sub = "ann"}).value().id;
    const auto key = api_keys.issue({.sub = "ann"}).value().text;
    REQUIRE(api_keys.verify(key));  // writes the first use; further ones are written once a minute
    const auto commands = [&server] {
        const std::string stats = server.run({"INFO", "stats"});
        const std::string name = "total_commands_processed:";
        return std::stol(stats.substr(stats.find(name) + name.size()));
    };
    const long start = commands();
    const long to_ask = commands() - start;
    REQUIRE(sessions.verify(id));
    CHECK(commands() == start + 2 * to_ask + 1);
    REQUIRE(api_keys.verify(key));
    CHECK(commands() == start + 3 * to_ask + 2);
}

TEST_CASE("Redis: a call without an answer is refused at the timeout, and late answers reach no other call") {
    if (!has_redis()) return;
    const RedisServer server;
    const auto store = store_on(server, {.max_connections = 1, .patience = 100ms});
    const auto patient = store_on(server, {.patience = 60s});
    const credence::Sessions<credence::RegisteredClaims> sessions{store};
    const auto id = sessions.start({.sub = "ann"}).value().id;
    CHECK(store->use_once("a", credence::in(60s)).value());
    server.freeze();
    CHECK(store->use_once("b", credence::in(60s)).error().reason == "Redis does not answer");
    CHECK(sessions.verify(id).error().code == Errc::store_unavailable);  // with a new connection, which waits as well
    CHECK(redis_reason(server, {.patience = 100ms}) == "Redis does not answer");
    server.thaw();
    CHECK(patient->find_session("x").value() == std::nullopt);  // it answers again
    CHECK(sessions.verify(id).value()->sub == "ann");
    CHECK_FALSE(store->use_once("a", credence::in(60s)).value());
}

TEST_CASE("Redis: user, password and database are used to log in, and wrong ones are refused") {
    if (!has_redis()) return;
    const RedisServer server{{"--requirepass", "p@ss"}};
    CHECK(redis_reason(server) == "Redis asks for a password");

    int port = 0;
    const RedisServer open{};
    open.run({"ACL", "SETUSER", "ann", "on", ">p@ss/1", "~credence:*", "+@all", "-@admin"});
    open.run({"ACL", "SETUSER", "joe", "on", ">x", "~credence:*", "+ping", "+info"});
    for (port = 20'000; open.run({"CONFIG", "SET", "port", std::to_string(port)}) != "OK"; ++port)
        REQUIRE(port < 20'100);
    const std::string place = "@127.0.0.1:" + std::to_string(port);
    const auto store = RedisStore::open("redis://ann:p%40ss%2F1" + place + "/3");
    REQUIRE(store);
    CHECK((*store)->revoke({"i", "t", "", {}, {}}));
    CHECK(open.run({"DBSIZE"}) == "0");
    CHECK(RedisStore::open("redis://ann:secret" + place).error().reason == "Redis refused the user or the password");
    CHECK(RedisStore::open("redis://ann:p%40ss%2F1" + place + "/99").error().reason == "Redis refused a command");
    const auto without_rights = RedisStore::open("redis://joe:x" + place).value();
    CHECK(without_rights->find_session("x").error().reason == "the user may not run a command that the store needs");
}

TEST_CASE("Redis: a server that may evict records, or is a replica, is refused") {
    if (!has_redis()) return;
    const RedisServer server;
    const auto store = store_on(server);
    server.run({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
    CHECK(redis_reason(server) == "opened");  // without a limit it evicts nothing
    server.run({"CONFIG", "SET", "maxmemory", "100mb"});
    CHECK(redis_reason(server) == "this Redis may evict records: set its maxmemory-policy to noeviction");
    CHECK(redis_reason(server, {.allow_eviction = true}) == "opened");
    server.run({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
    CHECK(redis_reason(server) == "opened");
    server.run({"REPLICAOF", "127.0.0.1", "1"});
    CHECK(redis_reason(server, {.allow_eviction = true}) == "this Redis is a replica");
    CHECK(store->use_once("x", credence::in(60s)).error().reason == "this Redis is a replica");
    CHECK_FALSE(store->find_session("x"));  // with a new connection
}

TEST_CASE("Redis: a full server refuses new records, and still ends sessions") {
    if (!has_redis()) return;
    const RedisServer server;
    const auto store = store_on(server);
    NumericDate moment = credence::now();
    const credence::Sessions<credence::RegisteredClaims> sessions{store, {.clock = [&] { return moment; }}};
    const credence::ApiKeys<credence::RegisteredClaims> api_keys{store, {.clock = [&] { return moment; }}};
    const auto id = sessions.start({.sub = "ann"}).value().id;
    const auto api_key = api_keys.issue({.sub = "ann"}).value().text;
    server.run({"CONFIG", "SET", "maxmemory", "1"});
    CHECK(store->use_once("x", credence::in(60s)).error().reason == "Redis has no memory left");
    CHECK(sessions.start({.sub = "ann"}).error().code == Errc::store_unavailable);
    moment += 1min;  // the time of use is written
    CHECK(sessions.verify(id));
    CHECK(sessions.list("ann").value().front().last_used_at == moment);
    CHECK(api_keys.verify(api_key));
    moment += 1min;
    CHECK(api_keys.verify(api_key));
    CHECK(api_keys.list("ann").value().front().last_used_at == moment);
    const auto renewed = sessions.renew(id).value().id;  // one session replaces another
    CHECK(sessions.verify(renewed));
    CHECK(sessions.end_all("ann"));
    CHECK(sessions.verify(renewed).error().code == Errc::token_revoked);
    CHECK(api_keys.revoke_all("ann"));
    CHECK(server.run({"DBSIZE"}) == "0");
}

TEST_CASE("Redis: a damaged record is refused with a reason") {
    if (!has_redis()) return;
    const RedisServer server;
    const auto store = store_on(server, redis_clock(contract_start));
    constexpr const char* reason = "a record in Redis does not have the form that the store writes";
    const std::string key = "credence:session:" + hash_named("a");
    REQUIRE(store->insert_session(session_record("a", "ann")));
    server.run({"HDEL", key, "ends_at"});
    CHECK(store->find_session(hash_named("a")).error().reason == reason);
    CHECK(store->sessions_of("ann").error().reason == reason);
    server.run({"HSET", key, "ends_at", "9223372036854775808"});
    CHECK(store->find_session(hash_named("a")).error().reason == reason);
    server.run({"HSET", key, "ends_at", "1", "last_used_at", "x"});
    CHECK(store->find_session(hash_named("a")).error().reason == reason);
    CHECK_FALSE(store->touch_session(hash_named("a"), {contract_start, contract_start}));
    server.run({"SET", key, "x"});
    CHECK(store->find_session(hash_named("a")).error().reason == reason);
    REQUIRE(store->insert_api_key(support::api_key_record("k", "ann")));
    server.run({"HDEL", "credence:api-key:k", "expires_at"});  // it must not become one that never expires
    CHECK(store->find_api_key("k").error().reason == reason);
    const TokenIdentity token{"i", "t", "eve", contract_start, {}};
    REQUIRE(store->revoke_subject({"i", "eve"}, contract_start - 1h));
    server.run({"SET", "credence:revoked-subject:1:i:eve", "soon"});
    CHECK(store->is_revoked(token).error().reason == reason);
    server.run({"DEL", "credence:revoked-subject:1:i:eve"});
    server.run({"RPUSH", "credence:revoked-subject:1:i:eve", "soon"});
    CHECK(store->is_revoked(token).error().code == Errc::store_unavailable);
    server.run({"SET", "credence:replay:proof", "soon"});
    CHECK_FALSE(store->use_once("proof", contract_start + 60s));
}

TEST_CASE("Redis: attack row 48: the server stores no secret, and no error has one") {
    if (!has_redis()) return;
    const RedisServer server;
    const auto left = support::leave_credentials_in(store_on(server));
    std::string bytes;
    for (const auto& file : std::filesystem::recursive_directory_iterator{server.folder()}) {
        if (!file.is_regular_file()) continue;
        std::ifstream stream{file.path(), std::ios::binary};
        bytes.append(std::istreambuf_iterator<char>{stream}, {});
    }
    support::check_no_secret(left, bytes);
}
