// SPDX-License-Identifier: MIT
// The contract of stores for the store in memory, its bounds, and that it is a store of every kind.
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/stores/memory_store.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <new>
#include <string>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/store_contract.hpp"
#include "support/stored_secrets.hpp"

using namespace std::chrono_literals;
using credence::Errc;
using credence::MemoryLimits;
using credence::MemoryStore;
using credence::NumericDate;
using credence::TokenIdentity;
using support::api_key_record;
using support::contract_start;
using support::hash_named;
using support::session_record;

TEST_CASE("the store in memory fulfils the contract") {
    MemoryStore store;
    support::check_session_contract(store);
    support::check_api_key_contract(store);
    support::check_refresh_contract(store);
    support::check_revocation_contract(store);
}

TEST_CASE("the store in memory accepts no proof twice") {
    NumericDate moment = contract_start;
    MemoryStore store{{.clock = [&] { return moment; }}};
    support::check_replay_contract(store, moment);
}

TEST_CASE("the store in memory fulfils the contract with several threads") {
    MemoryStore store;
    support::check_sessions_from_threads(store);
}

TEST_CASE("a full store in memory drops expired records, but no live one") {
    NumericDate moment = contract_start;
    MemoryStore store{{.max_sessions = 3, .max_api_keys = 2, .clock = [&] { return moment; }}};
    for (const char* name : {"a", "b", "c"}) REQUIRE(store.insert_session(session_record(name, name)));
    CHECK(store.insert_session(session_record("d", "d")).error().code == Errc::store_unavailable);
    CHECK(store.insert_session(session_record("d", "d")).error().reason == "the store is full");
    moment = contract_start + 30min - 1s;
    CHECK_FALSE(store.insert_session(session_record("d", "d")));
    CHECK(store.replace_session(hash_named("a"), session_record("e", "a")).value());  // takes no more room
    CHECK(store.touch_session(hash_named("b"), {moment, moment + 30min}).value());
    moment += 1s;
    CHECK(store.insert_session(session_record("d", "d")));
    CHECK(store.find_session(hash_named("b")).value());
    CHECK_FALSE(store.find_session(hash_named("c")).value());
    CHECK(store.sessions_of("c").value().empty());
    CHECK(store.end_session(hash_named("b")));
    CHECK(store.insert_session(session_record("f", "f")));

    auto brief = api_key_record("brief", "ann");
    brief.expires_at = moment + 1s;
    CHECK(store.insert_api_key(brief));
    CHECK(store.insert_api_key(api_key_record("endless", "ann")));
    CHECK_FALSE(store.insert_api_key(api_key_record("third", "ann")));
    moment += 24h * 3650;
    CHECK(store.insert_api_key(api_key_record("third", "ann")));
    CHECK(store.find_api_key("endless").value());
    CHECK_FALSE(store.insert_api_key(api_key_record("fourth", "ann")));
}

TEST_CASE("if memory runs out, a store in memory loses no room") {
    constexpr std::size_t most = 20;
    int failures = 0;
    for (std::size_t number = 1; number < 200; ++number) {
        NumericDate moment = contract_start;
        MemoryStore store{{.max_sessions = most, .clock = [&] { return moment; }}};
        const auto record = [&](const std::string& name) {
            auto made = session_record(name, "ann");
            made.ends_at = moment + 30min;
            return made;
        };
        const auto insert = [&](std::size_t name) {
            return store.insert_session(record(std::to_string(name))).has_value();
        };
        for (std::size_t name = 0; name < most; ++name) REQUIRE(insert(name));
        moment += 24h * 365;  // all have ended
        try {
            const auto late = record("late");
            const support::FailingAllocation failing{number};
            static_cast<void>(store.insert_session(late));
            static_cast<void>(store.end_sessions_of({.subject = "ann"}));
        } catch (const std::bad_alloc&) {
            ++failures;
        }
        CHECK(store.end_sessions_of({.subject = "ann"}));
        for (std::size_t name = 0; name < most; ++name) CHECK(insert(name));
        CHECK_FALSE(insert(most));
    }
    CHECK(failures > 5);
    CHECK(failures < 190);
}

TEST_CASE("a record that already exists needs no room") {
    MemoryStore store{{.max_sessions = 2, .clock = [] { return contract_start; }}};
    REQUIRE(store.insert_session(session_record("a", "a")));
    CHECK_FALSE(store.insert_session(session_record("a", "a")));
    CHECK(store.insert_session(session_record("b", "b")));
    CHECK(store.replace_session(hash_named("a"), session_record("b", "a")).error().code == Errc::store_unavailable);
    CHECK(store.replace_session(hash_named("a"), session_record("b", "a")).error().reason ==
          "the record exists already");
    CHECK(store.find_session(hash_named("a")).value());
}

TEST_CASE("the store in memory keeps refresh tokens and revocations, too") {
    STATIC_REQUIRE(credence::RefreshStore<MemoryStore>);
    STATIC_REQUIRE(credence::RevocationStore<MemoryStore>);
    const auto store = std::make_shared<MemoryStore>();
    credence::RefreshTokens tokens{store};
    const auto first = tokens.issue("ann").value();
    const auto second = tokens.rotate(first.token).value();
    CHECK(tokens.revoke(second.token));
    CHECK(tokens.rotate(second.token).error().code == Errc::token_revoked);
    const auto third = tokens.issue("ann").value();
    CHECK(tokens.revoke_subject("ann"));
    CHECK(tokens.rotate(third.token).error().code == Errc::token_revoked);

    for (int number = 0; number < 100; ++number) {  // so that some lie in one part, and some in two
        const TokenIdentity token{"issuer", "t" + std::to_string(number), "bob", contract_start, contract_start + 1h};
        CHECK_FALSE(store->is_revoked(token).value());
        REQUIRE(store->revoke(token));
        CHECK(store->is_revoked(token).value());
        const std::string subject = "s" + std::to_string(number);
        REQUIRE(store->revoke_subject({"issuer", subject}, contract_start));
        CHECK(store->is_revoked({"issuer", "other", subject, contract_start, {}}).value());
        CHECK_FALSE(store->is_revoked({"issuer", "other", subject, contract_start + 1s, {}}).value());
        CHECK_FALSE(store->is_revoked({"other", "other", subject, contract_start, {}}).value());
    }
}

TEST_CASE("attack row 48: no record of the store in memory, and no error, has a secret") {
    const auto store = std::make_shared<MemoryStore>();
    const auto left = support::leave_credentials_in(store);
    std::string kept;
    const auto add = [&kept](const auto&... texts) { (kept.append(texts).append("\n"), ...); };
    for (const auto& record : store->sessions_of("ann").value())
        add(record.hash, record.handle, record.subject, record.claims, record.label);
    for (const auto& record : store->api_keys_of("ann").value())
        add(record.id, record.hash, record.subject, record.claims, record.label);
    int refresh_records = 0;
    for (const auto& secret : left.secrets) {
        const auto record = store->find(credence::detail::hash_of_token(secret)).value();
        if (!record) continue;
        add(record->hash, record->family, record->subject, record->sealed_successor);
        ++refresh_records;
    }
    CHECK(refresh_records == 2);
    support::check_no_secret(left, kept);
}
