// SPDX-License-Identifier: MIT
// The revocation store in memory: revocations, limits, and room that expired entries make.
#include <credence/stores/memory_revocations.hpp>

#include <chrono>
#include <cstddef>
#include <ctime>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::Errc;
using credence::MemoryRevocationLimits;
using credence::MemoryRevocationStore;
using credence::NumericDate;
using credence::Revocation;
using credence::TokenIdentity;

namespace {

using Claims = credence::RegisteredClaims;

const NumericDate moment{1'700'000'000s};

TokenIdentity identity(const std::string& id = "t1") { return {"issuer", id, "bob", moment, moment + 1h}; }

/// A store whose database is down.
struct BrokenStore {
    static credence::Result<void> revoke(const TokenIdentity&) { return Errc::invalid_key; }
    static credence::Result<void> revoke_subject(const credence::SubjectIdentity&, NumericDate) {
        return Errc::invalid_key;
    }
    static credence::Result<bool> is_revoked(const TokenIdentity&) { return Errc::invalid_key; }
};

struct Issued {
    credence::Keys<credence::HS256> keys = credence::Keys<credence::HS256>::generate().value();
    Claims claims{.iss = "issuer", .sub = "bob", .exp = moment + 1h, .iat = moment, .jti = "t1"};

    [[nodiscard]] std::string token() const { return credence::encode(claims, keys).value(); }

    template <class Store>
    [[nodiscard]] auto verifier(std::shared_ptr<Store> store,
                                const credence::Validation<Claims>& rules = {.clock = [] { return moment; }},
                                credence::TokenCache cache = {}) const {
        return credence::verifier_for<Claims>(keys, rules,
                                              {.revocation = Revocation{std::move(store)}, .cache = cache});
    }
};

}  // namespace

TEST_CASE("a revoked token is refused, another of the same subject is not") {
    MemoryRevocationStore store;
    REQUIRE(store.revoke(identity("t1")));
    CHECK(store.is_revoked(identity("t1")).value());
    CHECK_FALSE(store.is_revoked(identity("t2")).value());
    auto other_issuer = identity("t1");
    other_issuer.issuer = "another";
    CHECK_FALSE(store.is_revoked(other_issuer).value());
}

TEST_CASE("a revoked-before time refuses tokens issued at it or earlier, and never moves back") {
    MemoryRevocationStore store;
    REQUIRE(store.revoke_subject({"issuer", "bob"}, moment));
    REQUIRE(store.revoke_subject({"issuer", "bob"}, moment - 1h));
    auto token = identity();
    CHECK(store.is_revoked(token).value());
    token.issued_at = moment + 1s;
    CHECK_FALSE(store.is_revoked(token).value());
    token.issued_at = moment - 1h;
    token.subject = "eve";
    CHECK_FALSE(store.is_revoked(token).value());
}

TEST_CASE("a full store drops expired tokens, but no live one") {
    MemoryRevocationStore store{2};
    auto old = identity("old");
    old.expires_at = credence::now() - 1h;
    auto live = identity("live");
    live.expires_at = credence::now() + 1h;
    auto next = live;
    next.id = "next";
    auto last = live;
    last.id = "last";
    REQUIRE(store.revoke(old));
    REQUIRE(store.revoke(live));
    REQUIRE(store.revoke(next));
    const auto full = store.revoke(last);
    REQUIRE_FALSE(full);
    CHECK(full.error().code == Errc::store_unavailable);
    CHECK(full.error().reason == "the store is full");
    CHECK(store.is_revoked(live).value());
}

TEST_CASE("revoking a token again never shortens its revocation") {
    auto present = moment;
    MemoryRevocationStore store{{.max_entries = 1, .clock = [&] { return present; }}};
    const auto until = [](std::optional<NumericDate> end) {
        auto token = identity("t1");
        token.expires_at = end;
        return token;
    };
    REQUIRE(store.revoke(until(moment + 1h)));
    REQUIRE(store.revoke(until(moment + 1s)));
    present = moment + 1h;
    CHECK_FALSE(store.revoke(identity("t2")));
    REQUIRE(store.revoke(until(moment + 2h)));
    present = moment + 1h + 301s;
    CHECK_FALSE(store.revoke(identity("t2")));
    REQUIRE(store.revoke(until(std::nullopt)));
    REQUIRE(store.revoke(until(moment + 1s)));
    present = moment + 100h;
    CHECK_FALSE(store.revoke(identity("t2")));
    CHECK(store.is_revoked(identity("t1")).value());
}

TEST_CASE("a revoked token is dropped when no leeway can accept it any more") {
    auto present = moment;
    MemoryRevocationStore store{{.max_entries = 2, .clock = [&] { return present; }}};
    auto early = identity("early");
    early.expires_at = moment + 10s;
    REQUIRE(store.revoke(identity("late")));
    REQUIRE(store.revoke(early));
    present = moment + 10s + 300s;
    CHECK_FALSE(store.revoke(identity("next")));
    CHECK(store.is_revoked(early).value());
    present += 1s;
    CHECK(store.revoke(identity("next")));
    CHECK_FALSE(store.is_revoked(early).value());
    CHECK(store.is_revoked(identity("late")).value());
    present = moment + 1h + 300s;
    CHECK_FALSE(store.revoke(identity("more")));
    present += 1s;
    CHECK(store.revoke(identity("more")));
    CHECK_FALSE(store.is_revoked(identity("late")).value());
}

TEST_CASE("a revoked-before time is kept for ever, unless the store knows the lifetime of tokens") {
    auto present = moment;
    MemoryRevocationStore store{{.max_entries = 1, .clock = [&] { return present; }}};
    REQUIRE(store.revoke_subject({"issuer", "bob"}, moment));
    present += std::chrono::hours{24 * 365 * 100};
    CHECK(store.revoke_subject({"issuer", "eve"}, present).error().code == Errc::store_unavailable);
    CHECK(store.is_revoked(identity()).value());
}

TEST_CASE("a revoked-before time is dropped when all tokens that it can refuse have expired") {
    auto present = moment;
    MemoryRevocationStore store{{.max_entries = 2, .longest_lifetime = 1h, .clock = [&] { return present; }}};
    REQUIRE(store.revoke_subject({"issuer", "bob"}, moment - 1min));
    REQUIRE(store.revoke_subject({"issuer", "eve"}, moment - 1min));
    REQUIRE(store.revoke_subject({"issuer", "bob"}, moment));
    present = moment - 1min + 1h + 300s;
    CHECK_FALSE(store.revoke(identity("t2")));
    present += 1s;
    auto token = identity("t2");
    token.expires_at = std::nullopt;
    CHECK(store.revoke(token));
    CHECK(store.is_revoked(identity()).value());
    present = moment + 1h + 300s;
    CHECK_FALSE(store.revoke_subject({"issuer", "joe"}, present));
    CHECK(store.is_revoked(identity()).value());
    present += 1s;
    CHECK(store.revoke_subject({"issuer", "joe"}, present));
    CHECK_FALSE(store.is_revoked(identity()).value());
    CHECK(store.is_revoked(token).value());
}

TEST_CASE("no lifetime and no time overflows in a revocation store") {
    using std::chrono::seconds;
    for (const NumericDate present : {NumericDate::min(), NumericDate{}, NumericDate::max()}) {
        for (const seconds lifetime : {seconds::min(), seconds{-1}, seconds::max()}) {
            MemoryRevocationStore store{
                {.max_entries = 1, .longest_lifetime = lifetime, .clock = [present] { return present; }}};
            for (const NumericDate mark : {NumericDate::min(), NumericDate{}, NumericDate::max()}) {
                static_cast<void>(store.revoke_subject({"issuer", "bob"}, mark));
                static_cast<void>(store.revoke_subject({"issuer", "eve"}, mark));
                static_cast<void>(store.revoke({"issuer", "t1", "bob", mark, mark}));
            }
            auto token = identity();
            token.issued_at = NumericDate::min();
            CHECK(store.is_revoked(token));
        }
    }
    // A negative lifetime counts as zero: a revoked-before time applies at least in its own second.
    auto present = moment + 300s;
    MemoryRevocationStore store{{.max_entries = 1, .longest_lifetime = -1h, .clock = [&] { return present; }}};
    REQUIRE(store.revoke_subject({"issuer", "bob"}, moment));
    CHECK_FALSE(store.revoke(identity("t2")));
    present += 1s;
    CHECK(store.revoke(identity("t2")));
}

TEST_CASE("a full store still makes room after running out of memory") {
    for (std::size_t number = 1;; ++number) {
        NumericDate now = moment;
        MemoryRevocationStore store{MemoryRevocationLimits{.max_entries = 2, .clock = [&now] { return now; }}};
        REQUIRE(store.revoke({"issuer", "lives", "bob", moment, moment + 2h}));
        REQUIRE(store.revoke({"issuer", "ends", "bob", moment, moment + 1h}));
        now = moment + 1h + credence::max_leeway + 1s;
        bool failed = false;
        try {
            const support::FailingAllocation failing{number};
            failed = !store.revoke({"issuer", "next", "bob", moment, moment + 3h});
        } catch (const std::bad_alloc&) {
            failed = true;
        }
        CHECK(store.revoke({"issuer", "next", "bob", moment, moment + 3h}));
        CHECK(store.is_revoked(identity("lives")).value());
        if (!failed) break;
        REQUIRE(number < 100);
    }
}

TEST_CASE("a full revocation store refuses as fast as a small one") {
    const auto time_of_refusals = [](std::size_t entries) {
        MemoryRevocationStore store{{.max_entries = entries, .longest_lifetime = 2h}};
        auto token = identity("old");
        token.expires_at = credence::now() - 1h;
        REQUIRE(store.revoke(token));
        REQUIRE(store.revoke_subject({"issuer", "old"}, credence::now() - 3h));
        token.expires_at = credence::in(1h);
        for (std::size_t entry = 0; entry < entries / 2; ++entry) {
            token.id = std::to_string(entry);
            REQUIRE(store.revoke(token));
            REQUIRE(store.revoke_subject({"issuer", token.id}, credence::now()));
        }
        token.id = "one more";
        const std::clock_t begin = std::clock();
        for (int calls = 0; calls < 1000; ++calls) CHECK_FALSE(store.revoke(token));
        return std::clock() - begin + 1;
    };
    CHECK(time_of_refusals(20'000) < 30 * time_of_refusals(20));
}
