// SPDX-License-Identifier: MIT
// The bounds of the refresh store in memory: for all records, for one subject, and which records make room at a bound.
#include <credence/stores/memory_refresh_tokens.hpp>

#include <chrono>
#include <cstddef>
#include <ctime>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::Errc;
using credence::MemoryRefreshLimits;
using credence::MemoryRefreshStore;
using credence::NumericDate;
using credence::RefreshRecord;

namespace {

const NumericDate start{1'700'000'000s};

RefreshRecord record(std::string hash, std::string family, std::string subject, NumericDate expires_at = start + 1h) {
    return {std::move(hash), std::move(family), std::move(subject), expires_at, {}, {}};
}

/// A store at a moment that a test sets, and refresh tokens in it.
struct Shop {
    explicit Shop(MemoryRefreshLimits limits) {
        limits.clock = [this] { return moment; };
        store = std::make_shared<MemoryRefreshStore>(limits);
    }

    NumericDate moment = start;
    std::shared_ptr<MemoryRefreshStore> store;

    [[nodiscard]] auto tokens() {
        return credence::RefreshTokens{store, {.lifetime = 1h, .grace = 0s, .clock = [this] { return moment; }}};
    }
    [[nodiscard]] bool holds(std::string_view hash) const { return store->find(hash).value().has_value(); }
    [[nodiscard]] bool takes(const RefreshRecord& new_record) const { return store->insert(new_record).has_value(); }

    /// The result of `replace` for an exchange of `hash` for `next`, in the same family.
    [[nodiscard]] credence::Result<bool> exchange(const std::string& hash, const std::string& next) const {
        auto used = store->find(hash).value().value();
        auto successor = used;
        successor.hash = next;
        used.used_at = moment;
        used.sealed_successor = "sealed " + next;
        return store->replace(used, successor);
    }
};

}  // namespace

TEST_CASE("a full refresh store drops expired records, but no live one") {
    Shop shop{{.max_records = 2}};
    CHECK(shop.takes(record("old", "f1", "ann", start + 1s)));
    CHECK(shop.takes(record("a", "f2", "bob")));
    const auto full = shop.store->insert(record("b", "f3", "eve"));
    CHECK(full.error().code == Errc::store_unavailable);
    CHECK(full.error().reason == "the store is full");
    CHECK(shop.holds("old"));
    shop.moment += 1s;
    CHECK(shop.takes(record("b", "f3", "eve")));
    CHECK_FALSE(shop.holds("old"));
    CHECK(shop.store->insert(record("c", "f4", "joe")).error().code == Errc::store_unavailable);
    CHECK(shop.holds("a"));
    CHECK(shop.holds("b"));
}

TEST_CASE("a full refresh store finds all records that expired since its last scan") {
    Shop shop{{.max_records = 2}};
    CHECK(shop.takes(record("late", "f1", "ann", start + 20s)));
    CHECK(shop.takes(record("early", "f2", "bob", start + 10s)));
    shop.moment = start + 9s;
    CHECK_FALSE(shop.takes(record("x", "f3", "eve", start + 15s)));
    shop.moment = start + 10s;
    CHECK(shop.takes(record("x", "f3", "eve", start + 15s)));
    CHECK_FALSE(shop.holds("early"));
    shop.moment = start + 14s;
    CHECK_FALSE(shop.takes(record("y", "f4", "joe")));
    shop.moment = start + 15s;
    CHECK(shop.takes(record("y", "f4", "joe")));
    CHECK_FALSE(shop.holds("x"));
    shop.moment = start + 20s;
    CHECK(shop.takes(record("z", "f5", "kim")));
    CHECK_FALSE(shop.holds("late"));
    CHECK(shop.holds("y"));
}

TEST_CASE("the default clock of a refresh store, and an empty one, is the system clock") {
    for (const bool is_set : {true, false}) {
        MemoryRefreshLimits limits{.max_records = 1};
        if (!is_set) limits.clock = {};
        MemoryRefreshStore store{limits};
        CHECK(store.insert(record("old", "f1", "ann", credence::now() - 1s)));
        CHECK(store.insert(record("new", "f2", "bob", credence::now() + 1h)));
        CHECK(store.insert(record("more", "f3", "eve", credence::now() + 1h)).error().code == Errc::store_unavailable);
    }
}

TEST_CASE("a subject at its limit makes room by revoking its own oldest family") {
    Shop shop{{.max_records = 100, .max_records_per_subject = 3}};
    CHECK(shop.takes(record("older than all", "f1", "ann", start + 1s)));
    CHECK(shop.takes(record("second", "f3", "bob", start + 20s)));
    CHECK(shop.takes(record("first", "f4", "bob", start + 10s)));
    CHECK(shop.exchange("first", "first again").value());
    CHECK(shop.takes(record("third", "f2", "bob", start + 30s)));
    CHECK_FALSE(shop.holds("first"));
    CHECK_FALSE(shop.holds("first again"));
    CHECK(shop.holds("second"));
    CHECK(shop.exchange("third", "third again").value());
    CHECK(shop.exchange("third again", "third for good").value());
    CHECK_FALSE(shop.holds("second"));
    CHECK(shop.holds("third"));
    CHECK(shop.holds("third for good"));
    CHECK(shop.holds("older than all"));
}

TEST_CASE("attack row 42: a client that exchanges in a loop fills only its own share, and revokes itself") {
    Shop shop{{.max_records = 50}};
    auto tokens = shop.tokens();
    const auto honest = tokens.issue("bob").value();
    const auto first = tokens.issue("eve").value();
    auto token = first;
    for (int exchanges = 1; exchanges < 5; ++exchanges) token = tokens.rotate(token.token).value();
    CHECK(tokens.rotate(token.token).error().code == Errc::token_revoked);
    CHECK(tokens.rotate(token.token).error().code == Errc::token_revoked);
    CHECK(tokens.rotate(first.token).error().code == Errc::token_revoked);
    CHECK(tokens.rotate(honest.token));
    CHECK(tokens.issue("eve"));
    CHECK(tokens.issue("ann"));
}

TEST_CASE("attack row 42: a store never drops a used token of a live family, whatever the number of exchanges") {
    Shop shop{{.max_records = 200}};
    auto tokens = shop.tokens();
    for (int exchanges = 0; exchanges < 30; ++exchanges) {
        const auto stolen = tokens.issue("bob").value();
        auto thief = tokens.rotate(stolen.token);
        for (int more = 0; more < exchanges && thief; ++more) thief = tokens.rotate(thief->token);
        CHECK(tokens.rotate(stolen.token).error().code == Errc::token_revoked);
        if (thief) CHECK(tokens.rotate(thief->token).error().code == Errc::token_revoked);
    }
}

TEST_CASE("a family that is revoked to make room for its own successor fails the exchange") {
    Shop shop{{.max_records = 100, .max_records_per_subject = 2}};
    CHECK(shop.takes(record("a", "f1", "bob")));
    CHECK(shop.exchange("a", "b").value());
    const auto ended = shop.exchange("b", "c");
    REQUIRE(ended);
    CHECK_FALSE(*ended);
    for (const char* hash : {"a", "b", "c"}) CHECK_FALSE(shop.holds(hash));
    CHECK(shop.takes(record("d", "f2", "bob")));
    CHECK(shop.exchange("d", "e").value());
}

TEST_CASE("a subject may have a tenth of all records, and at least one") {
    const auto logins = [](const MemoryRefreshLimits& limits) {
        Shop shop{limits};
        int held = 0;
        for (int login = 0; login < 40; ++login) {
            const std::string name = std::to_string(login);
            CHECK(shop.takes(record(name, "f" + name, "bob", start + std::chrono::seconds{login + 1})));
        }
        for (int login = 0; login < 40; ++login) held += shop.holds(std::to_string(login)) ? 1 : 0;
        return held;
    };
    CHECK(logins({.max_records = 200}) == 20);
    CHECK(logins({.max_records = 29}) == 2);
    CHECK(logins({.max_records = 9}) == 1);
    CHECK(logins({.max_records = 50, .max_records_per_subject = 7}) == 7);
    CHECK(logins({.max_records = 50, .max_records_per_subject = 0}) == 1);
    CHECK(logins({.max_records = 5, .max_records_per_subject = 5}) == 5);
    MemoryRefreshStore store{30};
    for (const char* name : {"1", "2", "3", "4"}) CHECK(store.insert(record(name, name, "bob", credence::in(1h))));
    CHECK_FALSE(store.find("1").value());
    CHECK(store.find("2").value());
}

TEST_CASE("ended records no longer count") {
    Shop shop{{.max_records = 4, .max_records_per_subject = 2}};
    for (int round = 0; round < 10; ++round) {
        CHECK(shop.takes(record("a", "f1", "bob")));
        CHECK(shop.exchange("a", "b").value());
        CHECK(shop.takes(record("c", "f2", "eve")));
        CHECK(shop.takes(record("d", "f3", "eve")));
        CHECK_FALSE(shop.takes(record("e", "f4", "joe")));
        CHECK(shop.store->revoke_family("f1"));
        CHECK(shop.store->revoke_family("unknown"));
        CHECK(shop.holds("c"));
        CHECK(shop.store->revoke_subject("eve"));
        CHECK(shop.store->revoke_subject("unknown"));
        for (const char* hash : {"a", "b", "c", "d"}) CHECK_FALSE(shop.holds(hash));
    }
}

TEST_CASE("a record is replaced once") {
    const Shop shop{{}};
    CHECK(shop.takes(record("a", "f", "bob")));
    CHECK(shop.exchange("a", "b").value());
    const auto used = shop.store->find("a").value();
    CHECK(used->used_at == start);
    CHECK(used->sealed_successor == "sealed b");
    CHECK_FALSE(shop.exchange("a", "c").value());
    CHECK_FALSE(shop.holds("c"));
    CHECK_FALSE(shop.store->replace(record("unknown", "f", "bob"), record("c", "f", "bob")).value());
    CHECK_FALSE(shop.holds("c"));
}

TEST_CASE("a record that already exists is not inserted again") {
    const Shop shop{{}};
    CHECK(shop.takes(record("a", "f", "bob")));
    CHECK(shop.exchange("a", "b").value());
    CHECK(shop.store->insert(record("a", "g", "eve")).error().code == Errc::store_unavailable);
    CHECK(shop.exchange("b", "a").error().code == Errc::store_unavailable);
    CHECK(shop.exchange("b", "a").error().reason == "the record exists already");
    CHECK(shop.store->find("a").value()->used_at);
    CHECK_FALSE(shop.store->find("b").value()->used_at);
}

TEST_CASE("a full refresh store refuses as fast as a small one") {
    const auto time_of_refusals = [](std::size_t records) {
        MemoryRefreshStore store{{.max_records = records}};
        REQUIRE(store.insert(record("old", "old", "old", credence::now() - 1s)));
        for (std::size_t login = 0; login < records; ++login) {
            const std::string name = std::to_string(login);
            REQUIRE(store.insert(record(name, name, name, credence::in(1h))));
        }
        const auto one_more = record("x", "x", "x", credence::in(1h));
        const std::clock_t begin = std::clock();
        for (int calls = 0; calls < 1000; ++calls) CHECK_FALSE(store.insert(one_more));
        return std::clock() - begin + 1;
    };
    CHECK(time_of_refusals(20'000) < 30 * time_of_refusals(20));
}

TEST_CASE("if memory runs out, a refresh store keeps its records and stays valid") {
    int failures = 0;
    for (std::size_t number = 1;; ++number) {
        Shop shop{{.max_records = 100, .max_records_per_subject = 3}};
        REQUIRE(shop.takes(record("a", "f1", "bob")));
        bool failed = false;
        try {
            const auto more = record("b", "a family with a name of its own", "somebody whom nobody knows yet");
            const support::FailingAllocation failing{number};
            failed = !shop.store->insert(more) || !shop.exchange("a", "c");
        } catch (const std::bad_alloc&) {
            failed = true;
        }
        CHECK(shop.holds("a"));
        for (int login = 0; login < 4; ++login) {
            const std::string name = std::to_string(login);
            CHECK(shop.takes(record(name, "a family with a name of its own", "somebody whom nobody knows yet")));
            CHECK(shop.takes(record("b" + name, "g" + name, "bob")));
        }
        for (const char* hash : {"a", "b", "c"}) CHECK_FALSE(shop.holds(hash));  // all ended, none forgotten
        if (!failed) break;
        ++failures;
    }
    CHECK(failures > 5);
    CHECK(failures < 100);
}
