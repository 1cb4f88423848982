// SPDX-License-Identifier: MIT
// Revocation by token and by subject, and what a verifier makes of a store that does not answer.
#include <credence/revocation.hpp>
#include <credence/token.hpp>

#include <chrono>
#include <cstddef>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <utility>

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

TEST_CASE("a mark refuses tokens issued at its moment or before, and never moves back") {
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

TEST_CASE("a full store forgets expired tokens, and refuses to forget a live one") {
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
    CHECK(store.is_revoked(live).value());
}

TEST_CASE("a token that is revoked again is never let in sooner for that") {
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

TEST_CASE("a revoked token makes room when no leeway can let it in any more") {
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

TEST_CASE("a mark is kept for ever, unless the store knows how long tokens live") {
    auto present = moment;
    MemoryRevocationStore store{{.max_entries = 1, .clock = [&] { return present; }}};
    REQUIRE(store.revoke_subject({"issuer", "bob"}, moment));
    present += std::chrono::hours{24 * 365 * 100};
    CHECK(store.revoke_subject({"issuer", "eve"}, present).error().code == Errc::store_unavailable);
    CHECK(store.is_revoked(identity()).value());
}

TEST_CASE("a mark makes room when all tokens that it can refuse have expired") {
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

TEST_CASE("no lifetime and no moment overflows in a revocation store") {
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
    // A negative lifetime counts as none: a mark is good for its own moment at least.
    auto present = moment + 300s;
    MemoryRevocationStore store{{.max_entries = 1, .longest_lifetime = -1h, .clock = [&] { return present; }}};
    REQUIRE(store.revoke_subject({"issuer", "bob"}, moment));
    CHECK_FALSE(store.revoke(identity("t2")));
    present += 1s;
    CHECK(store.revoke(identity("t2")));
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

TEST_CASE("a revocation without a store lets everything in, one with a null store nothing") {
    CHECK_FALSE(Revocation{});
    CHECK(Revocation{}.check(identity()));
    const Revocation forgotten{std::shared_ptr<MemoryRevocationStore>{}};
    CHECK(forgotten);
    CHECK(forgotten.check(identity()).error().code == Errc::store_unavailable);
    const Issued issued;
    CHECK(issued.verifier(std::shared_ptr<MemoryRevocationStore>{}).verify(issued.token()).error().code ==
          Errc::store_unavailable);
}

TEST_CASE("the identity of a proven token is what it says, also of the time to come") {
    Issued issued;
    issued.claims.iat = moment + 1min;
    const auto who =
        issued.verifier(std::make_shared<MemoryRevocationStore>(), {.leeway = 1min, .clock = [] { return moment; }})
            .verify(issued.token())
            .value();
    const auto known = credence::identity_of(who);
    CHECK(known.issued_at == moment + 1min);
    CHECK(known.id == "t1");
    CHECK(known.expires_at == moment + 1h);
}

TEST_CASE("a token counts as issued no later than it is shown") {
    for (const std::size_t cached : {0U, 16U}) {
        for (const bool by_leeway : {true, false}) {
            auto present = moment;
            Issued issued;
            issued.claims.iat = moment + 1min;
            const auto store = std::make_shared<MemoryRevocationStore>();
            const auto verifier = issued.verifier(
                store,
                {.leeway = by_leeway ? 1min : 0s, .allow_future_iat = !by_leeway, .clock = [&] { return present; }},
                {.max_tokens = cached});
            const auto code_at = [&](std::chrono::seconds offset) {
                present = moment + offset;
                const auto who = verifier.verify(issued.token());
                return who ? std::nullopt : std::optional{who.error().code};
            };
            // A mark that is set now refuses it now, and no longer: then it is what it says, newer than the mark.
            CHECK(code_at(0s) == std::nullopt);
            REQUIRE(store->revoke_subject({"issuer", "bob"}, moment));
            CHECK(code_at(0s) == Errc::token_revoked);
            CHECK(code_at(1s) == std::nullopt);
            // One that is set as far ahead as the issuer's clock may be refuses it for good.
            REQUIRE(store->revoke_subject({"issuer", "bob"}, moment + 1min));
            for (const auto offset : {1s, 59s, 60s, 61s, 3599s}) CHECK(code_at(offset) == Errc::token_revoked);
        }
    }
}

TEST_CASE("a verifier asks the store for every token") {
    const Issued issued;
    const auto store = std::make_shared<MemoryRevocationStore>();
    const auto verifier = issued.verifier(store);
    const auto who = verifier.verify(issued.token());
    REQUIRE(who);
    REQUIRE(store->revoke(credence::identity_of(*who)));
    CHECK(verifier.verify(issued.token()).error().code == Errc::token_revoked);
}

TEST_CASE("with a store, a token that could not be revoked is refused by the claim that it lacks") {
    Issued issued;
    const auto verifier = issued.verifier(std::make_shared<MemoryRevocationStore>());
    const auto refused = [&](auto&& remove) {
        auto poor = issued;
        remove(poor.claims);
        return verifier.verify(poor.token()).error();
    };
    CHECK(refused([](Claims& claims) { claims.jti.clear(); }) == credence::Error{Errc::missing_claim, "jti"});
    CHECK(refused([](Claims& claims) { claims.sub.clear(); }) == credence::Error{Errc::missing_claim, "sub"});
    CHECK(refused([](Claims& claims) { claims.iat.reset(); }) == credence::Error{Errc::missing_claim, "iat"});
}

TEST_CASE("a store that cannot be asked refuses, whatever its own error is") {
    const Issued issued;
    const auto verifier = issued.verifier(std::make_shared<BrokenStore>());
    CHECK(verifier.verify(issued.token()).error().code == Errc::store_unavailable);
}

TEST_CASE("revocation is asked last: an expired token is expired, revoked or not") {
    Issued issued;
    issued.claims.exp = moment;
    const auto verifier = issued.verifier(std::make_shared<BrokenStore>());
    CHECK(verifier.verify(issued.token()).error().code == Errc::token_expired);
}
