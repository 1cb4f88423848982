// SPDX-License-Identifier: MIT
// The contract that every store must keep, for sessions, API keys, refresh tokens, revocations and proofs. The test of
// each store runs it.
#pragma once

#include <credence/http/replay_store.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/opaque/api_key_store.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/session_store.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace support {

inline constexpr credence::NumericDate contract_start{std::chrono::seconds{1'700'000'000}};

/// A hash with every kind of byte in it.
[[nodiscard]] inline std::string hash_named(const std::string& name) {
    std::string hash = name + std::string{"\0\xff'\"\\\n", 6};
    hash.resize(32, '.');
    return hash;
}

[[nodiscard]] inline credence::SessionRecord session_record(const std::string& name, const std::string& subject) {
    using namespace std::chrono_literals;
    return {.hash = hash_named(name),
            .handle = "handle of " + name,
            .subject = subject,
            .claims = R"({"sub":"'; --","role":"\u0000"})",
            .label = "Łukasz's \"phone\"",
            .started_at = contract_start,
            .last_used_at = contract_start,
            .expires_at = contract_start + 24h,
            .ends_at = contract_start + 30min};
}

[[nodiscard]] inline credence::ApiKeyRecord api_key_record(const std::string& name, const std::string& subject) {
    return {.id = name,
            .hash = hash_named(name),
            .subject = subject,
            .claims = "{}",
            .label = "",
            .created_at = contract_start};
}

/// Names, in their order.
template <class Records, class Name>
[[nodiscard]] std::vector<std::string> names_of(const Records& records, const Name& name) {
    std::vector<std::string> names;
    for (const auto& record : records) names.push_back(name(record));
    std::sort(names.begin(), names.end());
    return names;
}
template <class Store>
[[nodiscard]] std::vector<std::string> handles_of(Store& store, const std::string& subject) {
    return names_of(store.sessions_of(subject).value(), [](const auto& record) { return record.handle; });
}

template <credence::SessionStore Store>
void check_session_contract(Store& store) {
    using namespace std::chrono_literals;
    using Handles = std::vector<std::string>;
    const auto has = [&](const std::string& name) { return store.find_session(hash_named(name)).value().has_value(); };

    // A record comes back as it was, and once only.
    const auto a = session_record("a", "ann");
    REQUIRE(store.insert_session(a));
    CHECK(store.find_session(a.hash).value() == a);
    CHECK_FALSE(store.insert_session(a));
    CHECK_FALSE(has("x"));
    CHECK_FALSE(store.find_session("").value());

    // Its use moves its times forward, never back.
    CHECK(store.touch_session(a.hash, {contract_start + 60s, contract_start + 31min}).value());
    CHECK(store.touch_session(a.hash, {contract_start + 30s, contract_start + 10h}).value());
    CHECK(store.find_session(a.hash).value()->last_used_at == contract_start + 60s);
    CHECK(store.find_session(a.hash).value()->ends_at == contract_start + 31min);
    CHECK_FALSE(store.touch_session(hash_named("x"), {contract_start, contract_start}).value());

    // Another record replaces it, once.
    auto b = session_record("b", "ann");
    b.handle = a.handle;
    CHECK(store.replace_session(a.hash, b).value());
    CHECK_FALSE(has("a"));
    CHECK(store.find_session(b.hash).value() == b);
    CHECK_FALSE(store.replace_session(a.hash, session_record("c", "ann")).value());
    CHECK_FALSE(has("c"));

    // Sessions end by hash, by handle, by subject.
    for (const char* name : {"d", "e", "f"}) REQUIRE(store.insert_session(session_record(name, "ann")));
    REQUIRE(store.insert_session(session_record("g", "bob")));
    REQUIRE(store.insert_session(session_record("h", std::string{"a\0nn", 4})));
    CHECK(handles_of(store, "ann") == Handles{"handle of a", "handle of d", "handle of e", "handle of f"});
    CHECK(store.end_session(hash_named("d")));
    CHECK(store.end_session(hash_named("d")));
    CHECK_FALSE(store.end_session_of({.subject = "bob", .handle = "handle of e"}).value());
    CHECK(store.end_session_of({.subject = "ann", .handle = "handle of e"}).value());
    CHECK_FALSE(store.end_session_of({.subject = "ann", .handle = "handle of e"}).value());
    CHECK(handles_of(store, "ann") == Handles{"handle of a", "handle of f"});
    CHECK(store.end_sessions_of({.subject = "ann", .except = hash_named("f")}));
    CHECK(handles_of(store, "ann") == Handles{"handle of f"});
    CHECK(store.end_sessions_of({.subject = "ann"}));
    CHECK(store.end_sessions_of({.subject = "nobody"}));
    CHECK(handles_of(store, "ann").empty());
    CHECK(has("g"));
    CHECK(has("h"));
}

template <credence::ApiKeyStore Store>
void check_api_key_contract(Store& store) {
    using namespace std::chrono_literals;
    using Ids = std::vector<std::string>;
    const auto ids_of = [&](const std::string& subject) {
        return names_of(store.api_keys_of(subject).value(), [](const auto& record) { return record.id; });
    };

    auto a = api_key_record("a", "ann");
    a.expires_at = contract_start + 24h;
    a.last_used_at = contract_start + 1s;
    REQUIRE(store.insert_api_key(a));
    REQUIRE(store.insert_api_key(api_key_record("b", "ann")));
    REQUIRE(store.insert_api_key(api_key_record("c", "bob")));
    CHECK(store.find_api_key("a").value() == a);
    CHECK(store.find_api_key("b").value() == api_key_record("b", "ann"));
    CHECK_FALSE(store.find_api_key("x").value());
    CHECK_FALSE(store.insert_api_key(a));

    CHECK(store.touch_api_key("b", contract_start + 60s).value());
    CHECK(store.touch_api_key("b", contract_start + 30s).value());
    CHECK(store.find_api_key("b").value()->last_used_at == contract_start + 60s);
    CHECK_FALSE(store.touch_api_key("x", contract_start).value());

    CHECK(ids_of("ann") == Ids{"a", "b"});
    CHECK(store.end_api_key("a").value());
    CHECK_FALSE(store.end_api_key("a").value());
    CHECK(ids_of("ann") == Ids{"b"});
    CHECK(store.end_api_keys_of("ann"));
    CHECK(store.end_api_keys_of("nobody"));
    CHECK(ids_of("ann").empty());
    CHECK(ids_of("bob") == Ids{"c"});
}

template <credence::RefreshStore Store>
void check_refresh_contract(Store& store) {
    using namespace std::chrono_literals;
    const auto record_of = [](const std::string& name, const std::string& family, const std::string& subject) {
        return credence::RefreshRecord{hash_named(name), family, subject, contract_start + 24h, {}, {}};
    };
    const auto has = [&](const std::string& name) { return store.find(hash_named(name)).value().has_value(); };

    // A record comes back as it was, and once only.
    const auto a = record_of("a", "family", "ann");
    REQUIRE(store.insert(a));
    CHECK_FALSE(store.insert(a));
    const auto found = store.find(a.hash).value().value();
    CHECK(found.hash == a.hash);
    CHECK(found.family == "family");
    CHECK(found.subject == "ann");
    CHECK(found.expires_at == a.expires_at);
    CHECK_FALSE(found.used_at);
    CHECK_FALSE(has("x"));

    // It is exchanged once, and stays as a used record.
    auto used = a;
    used.used_at = contract_start + 1s;
    used.sealed_successor = hash_named("sealed");
    CHECK(store.replace(used, record_of("b", "family", "ann")).value());
    CHECK_FALSE(store.replace(used, record_of("c", "family", "ann")).value());
    CHECK_FALSE(store.replace(record_of("x", "family", "ann"), record_of("c", "family", "ann")).value());
    CHECK_FALSE(has("c"));
    CHECK(store.find(a.hash).value()->used_at == contract_start + 1s);
    CHECK(store.find(a.hash).value()->sealed_successor == hash_named("sealed"));
    CHECK(has("b"));

    // Records end by family, and by subject.
    REQUIRE(store.insert(record_of("d", "other", "ann")));
    REQUIRE(store.insert(record_of("e", "third", "ann")));
    REQUIRE(store.insert(record_of("f", "fourth", "bob")));
    CHECK(store.revoke_family("family"));
    CHECK(store.revoke_family("nobody's"));
    CHECK_FALSE(has("a"));
    CHECK_FALSE(has("b"));
    CHECK(has("d"));
    CHECK(store.revoke_subject("ann"));
    CHECK_FALSE(has("d"));
    CHECK_FALSE(has("e"));
    CHECK(has("f"));
    CHECK(store.revoke_subject("bob"));
}

template <credence::RevocationStore Store>
void check_revocation_contract(Store& store) {
    using namespace std::chrono_literals;
    const auto is_revoked = [&](const std::string& issuer, const std::string& id, const std::string& subject,
                                credence::NumericDate issued_at = contract_start) {
        return store.is_revoked({issuer, id, subject, issued_at, contract_start + 24h}).value();
    };
    // A token is refused by issuer and id, and no other split of the two texts is taken for it.
    CHECK_FALSE(is_revoked("issuer", "id", "eve"));
    REQUIRE(store.revoke({"issuer", "id", "eve", contract_start, contract_start + 24h}));
    REQUIRE(store.revoke({"issuer", "id", "eve", contract_start, contract_start + 24h}));
    CHECK(is_revoked("issuer", "id", "eve"));
    CHECK(is_revoked("issuer", "id", "bob"));
    CHECK_FALSE(is_revoked("issuer", "other", "eve"));
    CHECK_FALSE(is_revoked("other", "id", "eve"));
    CHECK_FALSE(is_revoked("issuer:id", "", "eve"));
    CHECK_FALSE(is_revoked("issue", "rid", "eve"));

    // A subject's tokens are refused up to a moment, which never moves back.
    REQUIRE(store.revoke_subject({"issuer", "joe"}, contract_start + 10s));
    REQUIRE(store.revoke_subject({"issuer", "joe"}, contract_start));
    CHECK(is_revoked("issuer", "new", "joe", contract_start + 10s));
    CHECK_FALSE(is_revoked("issuer", "new", "joe", contract_start + 11s));
    CHECK_FALSE(is_revoked("other", "new", "joe"));
    CHECK_FALSE(is_revoked("issuer", "new", std::string{"joe\0", 4}));
    REQUIRE(store.revoke_subject({"issuer", "joe"}, contract_start + 20s));
    CHECK(is_revoked("issuer", "new", "joe", contract_start + 20s));
}

/// \param moment  the time that the store's clock tells.
template <credence::ReplayStore Store>
void check_replay_contract(Store& store, credence::NumericDate& moment) {
    using namespace std::chrono_literals;
    CHECK(store.use_once("proof", moment + 60s).value());
    CHECK_FALSE(store.use_once("proof", moment + 90s).value());
    CHECK(store.use_once("other", moment + 60s).value());
    moment += 60s;
    CHECK_FALSE(store.use_once("proof", moment + 60s).value());  // the second is not over
    moment += 1s;
    CHECK(store.use_once("proof", moment + 60s).value());
    CHECK_FALSE(store.use_once("proof", moment + 60s).value());
}

/// A store that deletes expired records now and then goes on after its clock was ahead for a while.
/// \param moment  the time that the store's clock tells.
template <credence::SessionStore Store>
void check_deletion_after_clock_was_ahead(Store& store, credence::NumericDate& moment) {
    moment = contract_start + std::chrono::hours{24 * 365};
    CHECK(store.insert_session(session_record("early", "eve")));
    moment = contract_start;
    CHECK(store.insert_session(session_record("idle", "ann")));
    moment += std::chrono::minutes{30};
    CHECK(store.insert_session(session_record("new", "bob")));
    CHECK(store.sessions_of("ann").value().empty());
}

/// If several threads replace one session at once, one succeeds. No replacement escapes the end of all sessions.
template <credence::SessionStore Store>
void check_sessions_from_threads(Store& store) {
    constexpr int threads = 4;
    for (int round = 0; round < 20; ++round) {
        const std::string first = "first " + std::to_string(round);
        REQUIRE(store.insert_session(session_record(first, "ann")));
        std::atomic<int> replaced = 0;
        std::vector<std::thread> running;
        for (int thread = 0; thread < threads; ++thread) {
            running.emplace_back([&, thread] {
                const auto record = session_record(std::to_string(round) + " by " + std::to_string(thread), "ann");
                const auto done = store.replace_session(hash_named(first), record);
                if (done && *done) ++replaced;
            });
        }
        if (round % 2 == 1) CHECK(store.end_sessions_of({.subject = "ann"}));
        for (auto& thread : running) thread.join();
        // In any order there was only one session: it was replaced once, or ended before that, or ended after it.
        if (round % 2 == 0) CHECK(replaced == 1);
        CHECK(handles_of(store, "ann").size() == (round % 2 == 0 ? 1U : 0U));
        CHECK(store.end_sessions_of({.subject = "ann"}));
    }
}

/// A store on the caller's connection takes part in the caller's transaction. \param other  another store of the same
/// tables. \param run  runs SQL on the caller's connection.
template <class Store, class Run>
void check_transaction_contract(Store& store, Store& other, const Run& run) {
    const credence::TokenIdentity token{"i", "t", "ann", contract_start, {}};
    REQUIRE(other.insert_session(session_record("a", "ann")));
    run("CREATE TABLE users (name TEXT)");

    run("BEGIN");
    run("INSERT INTO users VALUES ('ann')");
    CHECK(store.end_sessions_of({.subject = "ann"}));
    CHECK(store.revoke(token));
    CHECK(store.sessions_of("ann").value().empty());
    CHECK(other.sessions_of("ann").value().size() == 1);
    run("ROLLBACK");
    CHECK(store.sessions_of("ann").value().size() == 1);
    CHECK_FALSE(other.is_revoked(token).value());

    run("BEGIN");
    CHECK(store.replace_session(hash_named("a"), session_record("b", "ann")).value());
    CHECK(store.revoke(token));
    run("COMMIT");
    CHECK(other.find_session(hash_named("b")).value());
    CHECK(other.is_revoked(token).value());
    run("DROP TABLE users");
}

}  // namespace support
