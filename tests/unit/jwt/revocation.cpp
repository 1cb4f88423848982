// SPDX-License-Identifier: MIT
// Revocation by token and by subject, and the result of a verifier whose store does not answer.
#include <credence/jwt/encode.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/stores/memory_revocations.hpp>

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
    static credence::Result<bool> is_revoked(const TokenIdentity&) {
        return credence::Error{Errc::invalid_key, {}, "a frozen disk"};
    }
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

TEST_CASE("a revocation without a store accepts every token, with a null store none") {
    CHECK_FALSE(Revocation{});
    CHECK(Revocation{}.check(identity()));
    const Revocation forgotten{std::shared_ptr<MemoryRevocationStore>{}};
    CHECK(forgotten);
    CHECK(forgotten.check(identity()).error().code == Errc::store_unavailable);
    CHECK(forgotten.check(identity()).error().reason == "the revocation store is null");
    const Issued issued;
    CHECK(issued.verifier(std::shared_ptr<MemoryRevocationStore>{}).verify(issued.token()).error().code ==
          Errc::store_unavailable);
}

TEST_CASE("the identity of a verified token has its claims, also an iat in the future") {
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

TEST_CASE("a token counts as issued at the latest when it is presented") {
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
            // A revoked-before time of now refuses the token only now: its iat is later than that time.
            CHECK(code_at(0s) == std::nullopt);
            REQUIRE(store->revoke_subject({"issuer", "bob"}, moment));
            CHECK(code_at(0s) == Errc::token_revoked);
            CHECK(code_at(1s) == std::nullopt);
            // A revoked-before time that is ahead by the greatest error of the issuer's clock refuses the token for good.
            REQUIRE(store->revoke_subject({"issuer", "bob"}, moment + 1min));
            for (const auto offset : {1s, 59s, 60s, 61s, 3599s}) CHECK(code_at(offset) == Errc::token_revoked);
        }
    }
}

TEST_CASE("a verifier calls the revocation store for every token") {
    const Issued issued;
    const auto store = std::make_shared<MemoryRevocationStore>();
    const auto verifier = issued.verifier(store);
    const auto who = verifier.verify(issued.token());
    REQUIRE(who);
    REQUIRE(store->revoke(credence::identity_of(*who)));
    CHECK(verifier.verify(issued.token()).error().code == Errc::token_revoked);
    CHECK(verifier.verify(issued.token()).error().reason == "the revocation store has it");
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

TEST_CASE("an unavailable store refuses the token, whatever the store's own error") {
    const Issued issued;
    const auto verifier = issued.verifier(std::make_shared<BrokenStore>());
    const auto refused = verifier.verify(issued.token()).error();
    CHECK(refused.code == Errc::store_unavailable);
    CHECK(refused.reason == "a frozen disk");  // for the log
}

TEST_CASE("revocation is checked last: an expired token is reported as expired, revoked or not") {
    Issued issued;
    issued.claims.exp = moment;
    const auto verifier = issued.verifier(std::make_shared<BrokenStore>());
    CHECK(verifier.verify(issued.token()).error().code == Errc::token_expired);
}
