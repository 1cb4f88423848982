// SPDX-License-Identifier: MIT
// Refresh tokens: rotation, reuse, grace, and that a leaked store reveals no usable token. RFC 9700 §4.14.2
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/stores/memory_refresh_tokens.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::Errc;
using credence::NumericDate;
using credence::RefreshRules;
using credence::RefreshTokens;

namespace {

struct Session {
    NumericDate moment{1'700'000'000s};
    std::chrono::seconds grace{0};
    std::chrono::seconds lifetime = 1h;
    std::shared_ptr<credence::MemoryRefreshStore> store = std::make_shared<credence::MemoryRefreshStore>();
    RefreshTokens<credence::MemoryRefreshStore> tokens{
        store, RefreshRules{.lifetime = lifetime, .grace = grace, .clock = [this] { return moment; }}};
};

/// The answer of a store that is down: a code that callers must not see, and a reason.
credence::Error down() { return {Errc::invalid_key, {}, "a frozen disk"}; }

/// A store that is down.
struct BrokenStore {
    static credence::Result<void> insert(const credence::RefreshRecord&) { return down(); }
    static credence::Result<std::optional<credence::RefreshRecord>> find(std::string_view) { return down(); }
    static credence::Result<bool> replace(const credence::RefreshRecord&, const credence::RefreshRecord&) {
        return down();
    }
    static credence::Result<void> revoke_family(std::string_view) { return down(); }
    static credence::Result<void> revoke_subject(std::string_view) { return down(); }
};

/// A store that finds the given number of records, and then is down.
struct FailingStore : credence::MemoryRefreshStore {
    int answers = 100;

    credence::Result<std::optional<credence::RefreshRecord>> find(std::string_view hash) {
        if (answers-- <= 0) return Errc::store_unavailable;
        return credence::MemoryRefreshStore::find(hash);
    }
};

}  // namespace

TEST_CASE("a refresh token is exchanged for another of the same family and subject") {
    Session session;
    const auto first = session.tokens.issue("bob").value();
    CHECK(first.token.size() == 43);
    const auto second = session.tokens.rotate(first.token).value();
    CHECK(second.token != first.token);
    CHECK(second.family == first.family);
    CHECK(second.subject == "bob");
    CHECK(second.expires_at == first.expires_at);
}

TEST_CASE("subject_of does not mark a refresh token as used") {
    Session session;
    const auto first = session.tokens.issue("bob").value();
    CHECK(session.tokens.subject_of(first.token).value() == "bob");
    CHECK(session.tokens.subject_of(first.token).value() == "bob");
    const auto second = session.tokens.rotate(first.token).value();
    // It does not reveal who may exchange it either: only `rotate` decides that.
    CHECK(session.tokens.subject_of(first.token).value() == "bob");
    CHECK(session.tokens.subject_of(second.token).value() == "bob");
    CHECK(session.tokens.rotate(second.token));
    CHECK(session.tokens.rotate(first.token).error().code == Errc::token_revoked);
    CHECK(session.tokens.subject_of(first.token).error().code == Errc::token_revoked);
    CHECK(session.tokens.subject_of("x").error().code == Errc::malformed_token);
}

TEST_CASE("attack row 42: the reuse of a refresh token revokes its family") {
    Session session;
    const auto first = session.tokens.issue("bob").value();
    const auto second = session.tokens.rotate(first.token).value();
    CHECK(session.tokens.rotate(first.token).error().code == Errc::token_revoked);
    CHECK(session.tokens.rotate(second.token).error().code == Errc::token_revoked);
}

TEST_CASE("a reuse does not revoke other families of the subject") {
    Session session;
    const auto phone = session.tokens.issue("bob").value();
    const auto laptop = session.tokens.issue("bob").value();
    REQUIRE(session.tokens.rotate(phone.token));
    REQUIRE_FALSE(session.tokens.rotate(phone.token));
    CHECK(session.tokens.rotate(laptop.token));
}

TEST_CASE("within the grace period a used token gets the same successor again, until that is used") {
    Session session{.grace = 10s};
    const auto first = session.tokens.issue("bob").value();
    const auto second = session.tokens.rotate(first.token).value();
    session.moment += 9s;
    CHECK(session.tokens.rotate(first.token).value().token == second.token);
    const auto third = session.tokens.rotate(second.token).value();
    CHECK(session.tokens.rotate(first.token).error().code == Errc::token_revoked);
    // Another tab of the same browser was faster, twice: the login continues.
    CHECK(session.tokens.subject_of(first.token).value() == "bob");
    const auto fourth = session.tokens.rotate(third.token).value();
    CHECK(session.tokens.rotate(second.token).error().code == Errc::token_revoked);
    CHECK(session.tokens.rotate(third.token).value().token == fourth.token);
    CHECK(session.tokens.rotate(fourth.token));
}

TEST_CASE("a token that was refused within the grace period revokes its family afterwards") {
    Session session{.grace = 10s};
    const auto first = session.tokens.issue("bob").value();
    const auto second = session.tokens.rotate(first.token).value();
    const auto third = session.tokens.rotate(second.token).value();
    CHECK(session.tokens.rotate(first.token).error().code == Errc::token_revoked);
    session.moment += 10s;
    CHECK(session.tokens.rotate(first.token).error().code == Errc::token_revoked);
    CHECK(session.tokens.subject_of(first.token).error().code == Errc::token_revoked);
    CHECK(session.tokens.rotate(third.token).error().code == Errc::token_revoked);
}

TEST_CASE("the grace period starts at the first use, however often the token is repeated") {
    Session session{.grace = 10s};
    const auto first = session.tokens.issue("bob").value();
    REQUIRE(session.tokens.rotate(first.token));
    for (int second = 0; second < 9; ++second) {
        session.moment += 1s;
        CHECK(session.tokens.rotate(first.token));
    }
    session.moment += 1s;
    CHECK(session.tokens.rotate(first.token).error().code == Errc::token_revoked);
}

TEST_CASE("the default grace period is ten seconds") {
    CHECK(RefreshRules{}.grace == 10s);
    Session session;
    session.tokens = RefreshTokens{session.store, RefreshRules{.clock = [&] { return session.moment; }}};
    const auto first = session.tokens.issue("bob").value();
    const auto second = session.tokens.rotate(first.token).value();
    session.moment += 9s;
    CHECK(session.tokens.rotate(first.token).value().token == second.token);
    session.moment += 1s;
    CHECK_FALSE(session.tokens.rotate(first.token));
}

TEST_CASE("a revoked family stays revoked, also within the grace period") {
    Session session{.grace = 10s};
    const auto first = session.tokens.issue("bob").value();
    const auto second = session.tokens.rotate(first.token).value();
    REQUIRE(session.tokens.revoke(second.token));
    for (const auto& token : {first, second})
        CHECK(session.tokens.rotate(token.token).error().code == Errc::token_revoked);
}

TEST_CASE("after the grace period a used token counts as reused") {
    Session session{.grace = 10s};
    const auto first = session.tokens.issue("bob").value();
    const auto second = session.tokens.rotate(first.token).value();
    session.moment += 10s;
    CHECK(session.tokens.rotate(first.token).error().code == Errc::token_revoked);
    CHECK(session.tokens.rotate(second.token).error().code == Errc::token_revoked);
}

TEST_CASE("a family expires with its first token, however often it is exchanged") {
    Session session;
    auto token = session.tokens.issue("bob").value();
    session.moment += 59min;
    token = session.tokens.rotate(token.token).value();
    session.moment += 1min;
    CHECK(session.tokens.rotate(token.token).error().code == Errc::token_expired);
}

TEST_CASE("an empty clock is the system clock") {
    const auto store = std::make_shared<credence::MemoryRefreshStore>();
    RefreshTokens tokens{store, RefreshRules{.lifetime = 1h, .grace = 1min, .clock = {}}};
    const auto before = credence::now();
    const auto first = tokens.issue("bob").value();
    CHECK(first.expires_at >= before + 1h);
    CHECK(first.expires_at <= credence::now() + 1h);
    const auto second = tokens.rotate(first.token).value();
    CHECK(tokens.rotate(first.token).value().token == second.token);
}

TEST_CASE("lifetimes and clocks never exceed the first or the last representable time") {
    using std::chrono::seconds;
    for (const NumericDate moment : {NumericDate::min(), NumericDate{}, NumericDate{1'700'000'000s}}) {
        for (const seconds lifetime : {seconds::max(), seconds::max() - 1s}) {
            Session session{.moment = moment, .lifetime = lifetime};
            const auto first = session.tokens.issue("bob").value();
            CHECK(first.expires_at > moment);
            CHECK(session.tokens.rotate(first.token));
        }
        for (const seconds lifetime : {0s, -1s, seconds::min()}) {
            Session session{.moment = moment, .lifetime = lifetime};
            const auto first = session.tokens.issue("bob").value();
            CHECK(first.expires_at <= moment);
            CHECK(session.tokens.rotate(first.token).error().code == Errc::token_expired);
        }
    }
    Session at_the_end{.moment = NumericDate::max()};
    const auto first = at_the_end.tokens.issue("bob").value();
    CHECK(first.expires_at == NumericDate::max());
}

TEST_CASE("an unlimited grace period ends with the family, a negative one is zero") {
    using std::chrono::seconds;
    Session endless{.grace = seconds::max()};
    const auto first = endless.tokens.issue("bob").value();
    const auto second = endless.tokens.rotate(first.token).value();
    endless.moment += 59min;
    CHECK(endless.tokens.rotate(first.token).value().token == second.token);
    endless.moment += 1min;
    CHECK(endless.tokens.rotate(first.token).error().code == Errc::token_expired);
    for (const seconds grace : {-1s, seconds::min()}) {
        Session session{.grace = grace};
        const auto token = session.tokens.issue("bob").value();
        REQUIRE(session.tokens.rotate(token.token));
        CHECK(session.tokens.rotate(token.token).error().code == Errc::token_revoked);
    }
}

TEST_CASE("a text that is not a refresh token is malformed, and never looked up") {
    Session session;
    for (const std::string& text : {std::string{}, std::string(43, '='), std::string(42, 'A'), std::string(44, 'A'),
                                    std::string("eyJhbGciOiJIUzI1NiJ9.e30.c2ln"), std::string(1 << 20, 'A')}) {
        CHECK(session.tokens.rotate(text).error().code == Errc::malformed_token);
    }
    CHECK(session.tokens.rotate(std::string(43, 'A')).error().code == Errc::token_revoked);
}

TEST_CASE("logging out revokes a family, logging out everywhere revokes all") {
    Session session;
    const auto phone = session.tokens.issue("bob").value();
    const auto laptop = session.tokens.issue("bob").value();
    const auto other = session.tokens.issue("eve").value();
    REQUIRE(session.tokens.revoke(phone.token));
    REQUIRE(session.tokens.revoke(phone.token));
    CHECK(session.tokens.rotate(phone.token).error().code == Errc::token_revoked);
    REQUIRE(session.tokens.revoke_subject("bob"));
    CHECK(session.tokens.rotate(laptop.token).error().code == Errc::token_revoked);
    CHECK(session.tokens.rotate(other.token));
}

TEST_CASE("the store's records reveal no token") {
    Session session;
    const auto first = session.tokens.issue("bob").value();
    const auto second = session.tokens.rotate(first.token).value();
    const auto record = session.store->find(credence::detail::hash_of_token(first.token)).value();
    REQUIRE(record);
    CHECK(record->hash.size() == 32);
    const auto bytes = credence::detail::decode_base64url(second.token).value();
    CHECK(record->sealed_successor.size() == 32);
    CHECK(record->sealed_successor != bytes);
    CHECK(record->hash != credence::detail::decode_base64url(first.token).value());
}

TEST_CASE("of several threads with one token, exactly one gets a successor") {
    Session session;
    const auto first = session.tokens.issue("bob").value();
    std::atomic<int> successes = 0;
    std::vector<std::thread> threads;
    for (int index = 0; index < 8; ++index) {
        threads.emplace_back([&] { successes += session.tokens.rotate(first.token).has_value() ? 1 : 0; });
    }
    for (auto& thread : threads) thread.join();
    CHECK(successes == 1);
}

TEST_CASE("within the grace period, several threads with one token get the same successor") {
    Session session{.grace = 10s};
    const auto first = session.tokens.issue("bob").value();
    std::array<std::string, 8> successors;
    std::vector<std::thread> threads;
    for (std::string& successor : successors) {
        threads.emplace_back([&] { successor = session.tokens.rotate(first.token).value().token; });
    }
    for (auto& thread : threads) thread.join();
    for (const std::string& successor : successors) CHECK(successor == successors.front());
    CHECK(session.tokens.rotate(successors.front()));
}

TEST_CASE("a store that fails to look up a successor revokes no family") {
    Session session{.grace = 10s};
    const auto store = std::make_shared<FailingStore>();
    RefreshTokens tokens{store, RefreshRules{.grace = 10s, .clock = [&] { return session.moment; }}};
    const auto first = tokens.issue("bob").value();
    const auto second = tokens.rotate(first.token).value();
    store->answers = 1;  // it finds the token's record, and then is down
    CHECK(tokens.rotate(first.token).error().code == Errc::store_unavailable);
    store->answers = 100;
    CHECK(tokens.rotate(first.token).value().token == second.token);
}

TEST_CASE("an unavailable refresh store is reported as such") {
    RefreshTokens tokens{std::make_shared<BrokenStore>()};
    const std::string token(43, 'A');
    CHECK(tokens.issue("bob").error().code == Errc::store_unavailable);
    CHECK(tokens.subject_of(token).error().code == Errc::store_unavailable);
    CHECK(tokens.rotate(token).error().code == Errc::store_unavailable);
    CHECK(tokens.revoke(token).error().code == Errc::store_unavailable);
    CHECK(tokens.revoke_subject("bob").error().code == Errc::store_unavailable);
    CHECK(tokens.issue("bob").error().reason == "a frozen disk");  // for the log
    CHECK(tokens.rotate(token).error().reason == "a frozen disk");
    CHECK(tokens.revoke(token).error().reason == "a frozen disk");
    CHECK(tokens.revoke_subject("bob").error().reason == "a frozen disk");
}

TEST_CASE("a null refresh store is unavailable") {
    RefreshTokens<credence::MemoryRefreshStore> tokens{nullptr};
    Session session;
    const std::string token = session.tokens.issue("bob").value().token;
    CHECK(tokens.issue("bob").error().code == Errc::store_unavailable);
    CHECK(tokens.rotate(token).error().code == Errc::store_unavailable);
    CHECK(tokens.revoke(token).error().code == Errc::store_unavailable);
    CHECK(tokens.revoke_subject("bob").error().code == Errc::store_unavailable);
    CHECK(tokens.issue("bob").error().reason == "the store is null");
    CHECK(tokens.rotate(token).error().reason == "the store is null");
    CHECK(tokens.revoke_subject("bob").error().reason == "the store is null");
}

TEST_CASE("a refused refresh token has a reason for the log") {
    Session session;
    CHECK(session.tokens.rotate("x").error().reason == "not a refresh token");
    CHECK(session.tokens.rotate(std::string(43, 'A')).error().reason == "no such refresh token");
    const auto first = session.tokens.issue("eve").value();
    REQUIRE(session.tokens.rotate(first.token));
    CHECK(session.tokens.rotate(first.token).error().reason ==
          "the refresh token was used before; its family has ended");
    Session patient{.grace = 10s};
    const auto used = patient.tokens.issue("eve").value();
    REQUIRE(patient.tokens.rotate(patient.tokens.rotate(used.token).value().token));
    CHECK(patient.tokens.rotate(used.token).error().reason ==
          "the refresh token was used before, and its successor is used or has ended");
}
