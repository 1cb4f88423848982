// SPDX-License-Identifier: MIT
// A store of any type: every function reaches the wrapped store, and each error is passed on.
#include <credence/opaque/api_keys.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/stores/any_store.hpp>
#include <credence/stores/memory_store.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/store_contract.hpp"

using namespace std::chrono_literals;
using credence::any_store;
using credence::AnyStore;
using credence::Errc;
using credence::Error;
using credence::MemoryStore;
using credence::NumericDate;
using credence::TokenIdentity;
using support::api_key_record;
using support::contract_start;
using support::hash_named;
using support::session_record;

namespace {

/// Calls every function of a store, and returns whether each answered.
std::vector<bool> answers_of(AnyStore& store) {
    const credence::RefreshRecord record{.hash = hash_named("r"), .family = "f", .subject = "s"};
    const credence::RefreshRecord successor{.hash = hash_named("q"), .family = "f", .subject = "s"};
    const TokenIdentity token{"i", "t", "s", contract_start, {}};
    return {store.insert_session(session_record("a", "s")).has_value(),
            store.find_session(hash_named("a")).has_value(),
            store.touch_session(hash_named("a"), {}).has_value(),
            store.replace_session(hash_named("a"), session_record("b", "s")).has_value(),
            store.end_session(hash_named("a")).has_value(),
            store.end_session_of({.subject = "s", .handle = "h"}).has_value(),
            store.end_sessions_of({.subject = "s"}).has_value(),
            store.sessions_of("s").has_value(),
            store.insert_api_key(api_key_record("k", "s")).has_value(),
            store.find_api_key("k").has_value(),
            store.touch_api_key("k", contract_start).has_value(),
            store.end_api_key("k").has_value(),
            store.end_api_keys_of("s").has_value(),
            store.api_keys_of("s").has_value(),
            store.insert(record).has_value(),
            store.find(record.hash).has_value(),
            store.replace(record, successor).has_value(),
            store.revoke_family("f").has_value(),
            store.revoke_subject("s").has_value(),
            store.revoke(token).has_value(),
            store.revoke_subject({"i", "s"}, contract_start).has_value(),
            store.is_revoked(token).has_value(),
            store.use_once("id", contract_start).has_value()};
}

}  // namespace

TEST_CASE("a type-erased store keeps the contract of the store inside") {
    STATIC_REQUIRE(credence::UniversalStore<AnyStore>);
    STATIC_REQUIRE(credence::UniversalStore<MemoryStore>);
    NumericDate moment = contract_start;
    const auto store =
        any_store(std::make_shared<MemoryStore>(credence::MemoryLimits{.clock = [&] { return moment; }}));
    support::check_session_contract(*store);
    support::check_api_key_contract(*store);
    support::check_replay_contract(*store, moment);

    credence::RefreshTokens<AnyStore> tokens{store, {.grace = 0s, .clock = [&] { return moment; }}};
    const auto first = tokens.issue("ann").value();
    const auto second = tokens.rotate(first.token).value();
    CHECK(tokens.subject_of(second.token).value() == "ann");
    CHECK(tokens.rotate(first.token).error().code == Errc::token_revoked);
    CHECK(tokens.rotate(second.token).error().code == Errc::token_revoked);
    const auto third = tokens.issue("ann").value();
    CHECK(tokens.revoke_subject("ann"));
    CHECK(tokens.rotate(third.token).error().code == Errc::token_revoked);

    const TokenIdentity token{"i", "t", "bob", moment, moment + 1h};
    CHECK_FALSE(store->is_revoked(token).value());
    CHECK(store->revoke(token));
    CHECK(store->is_revoked(token).value());
    const TokenIdentity other{"i", "u", "bob", moment, moment + 1h};
    CHECK_FALSE(store->is_revoked(other).value());
    CHECK(store->revoke_subject({"i", "bob"}, moment));
    CHECK(store->is_revoked(other).value());
}

TEST_CASE("each error of a store is reported with its reason, and successes are not") {
    std::vector<std::string> told;
    const credence::MemoryLimits limits{.max_sessions = 1, .clock = [] { return contract_start; }};
    const auto note = [&](const Error& error) { told.emplace_back(error.reason); };
    const auto store = any_store(std::make_shared<MemoryStore>(limits), note);
    REQUIRE(store->insert_session(session_record("a", "ann")));
    CHECK_FALSE(store->find_session(hash_named("b")).value());
    CHECK(told.empty());
    const auto refused = store->insert_session(session_record("b", "ann"));
    REQUIRE_FALSE(refused);
    CHECK(told == std::vector<std::string>{std::string{refused.error().reason}});
}

TEST_CASE("without a store each call returns store_unavailable, and is reported") {
    std::vector<Errc> told;
    const auto store =
        any_store(std::shared_ptr<MemoryStore>{}, [&](const Error& error) { told.push_back(error.code); });
    const auto answers = answers_of(*store);
    CHECK(answers == std::vector<bool>(answers.size(), false));
    CHECK(told == std::vector<Errc>(answers.size(), Errc::store_unavailable));
    CHECK(any_store(std::shared_ptr<MemoryStore>{})->find("x").error().reason == "the store is null");

    const auto answering = any_store(std::make_shared<MemoryStore>());
    CHECK(answers_of(*answering) == std::vector<bool>(answers.size(), true));
}

TEST_CASE("a borrowed store serves each call, and is told whether the call changes data") {
    MemoryStore one, two;
    std::vector<credence::StoreUse> uses;
    bool is_first = true, is_there = true;
    const auto store =
        credence::lent_store([&](credence::StoreUse use, const auto& question) -> decltype(question(one)) {
            uses.push_back(use);
            if (!is_there) return Errc::store_unavailable;
            return question(is_first ? one : two);
        });
    using enum credence::StoreUse;
    REQUIRE(store->insert_session(session_record("a", "ann")));
    CHECK(store->find_session(hash_named("a")).value());
    is_first = false;
    CHECK_FALSE(store->find_session(hash_named("a")).value());
    CHECK(store->touch_session(hash_named("a"), {}).value() == false);
    CHECK(uses == std::vector{changing, reading, reading, changing});
    is_there = false;
    CHECK(store->sessions_of("ann").error().code == Errc::store_unavailable);

    uses.clear();
    is_there = true;
    const auto answers = answers_of(*store);
    CHECK(answers == std::vector<bool>(answers.size(), true));
    std::vector<std::size_t> reads;
    for (std::size_t at = 0; at < uses.size(); ++at) {
        if (uses[at] == reading) reads.push_back(at);
    }
    CHECK(reads == std::vector<std::size_t>{1, 7, 9, 13, 15, 21});
}
