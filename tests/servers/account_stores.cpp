// SPDX-License-Identifier: MIT
// The contract of the account service's stores, for the databases that ACCOUNT_DATABASE and ACCOUNT_REDIS name.
// test_account_stores_*.py run it for each.
#include <credence/opaque/refresh_tokens.hpp>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "../../examples/account/migrations.hpp"
#include "../../examples/account/open_stores.hpp"
#include "../../examples/account/sessions.hpp"
#include "../../examples/account/stores.hpp"
#include "../../examples/account/tokens.hpp"
#include "../../examples/account/uuid.hpp"
#include "support/catch.hpp"

namespace {

using namespace account;
using namespace std::chrono_literals;
using credence::now;
using credence::RefreshRecord;

std::string variable(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : value;
}

Stores& stores() {
    static Stores opened = [] {
        Settings settings;
        settings.database_url = variable("ACCOUNT_DATABASE", "sqlite:contract.db");
        settings.redis_url = variable("ACCOUNT_REDIS", "");
        const auto database = open_database(settings.database_url);
        migrate_up(*database);
        return open_stores(settings, database);
    }();
    return opened;
}

NewUser new_user() {
    const std::string id = random_uuid();
    return {.id = id, .name = "Anna", .email = id + "@example.com", .password = "$argon2id$hash"};
}

std::string random_bytes() {
    std::string bytes(32, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}

RefreshRecord new_record(const std::string& family, const std::string& subject) {
    return {.hash = random_bytes(), .family = family, .subject = subject, .expires_at = now() + 1h};
}

RefreshRecord used(RefreshRecord record) {
    record.used_at = now();
    record.sealed_successor = random_bytes();
    return record;
}

credence::TokenIdentity new_token() {
    return {.issuer = "issuer",
            .id = random_uuid(),
            .subject = random_uuid(),
            .issued_at = now(),
            .expires_at = now() + 1h};
}

bool is_revoked(const credence::TokenIdentity& token) { return stores().logins->is_revoked(token).value(); }

/// How many of 16 simultaneous threads succeed.
int winners(const std::function<bool(int)>& attempt) {
    std::atomic<int> count{0};
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    for (int number = 0; number < 16; ++number) {
        threads.emplace_back([&, number] {
            ++ready;
            while (ready < 16) std::this_thread::yield();
            if (attempt(number)) ++count;
        });
    }
    for (std::thread& thread : threads) thread.join();
    return count;
}

TEST_CASE("a user is found by e-mail and by id as registered") {
    NewUser wanted = new_user();
    wanted.name = "Ann \"'; drop table users; -- ü 日本 🦊";
    const auto inserted = stores().users->insert(wanted).value();
    REQUIRE(inserted);
    for (const auto& found : {inserted, stores().users->find_by_email(wanted.email).value(),
                              stores().users->find_by_id(wanted.id).value()}) {
        REQUIRE(found);
        CHECK(found->id == wanted.id);
        CHECK(found->name == wanted.name);
        CHECK(found->email == wanted.email);
        CHECK(found->password == wanted.password);
        CHECK(found->photo == "default.png");
        CHECK(found->role == "user");
        CHECK_FALSE(found->verified);
        CHECK(found->created_at.starts_with("20"));
        CHECK(found->created_at.ends_with("Z"));
        CHECK(found->created_at == found->updated_at);
    }
}

TEST_CASE("an unknown user is not found, which is not an error") {
    CHECK_FALSE(stores().users->find_by_email("nobody@example.com").value());
    CHECK_FALSE(stores().users->find_by_id(random_uuid()).value());
}

TEST_CASE("an e-mail is taken once, and the first stays as it was") {
    const NewUser first = new_user();
    NewUser second = new_user();
    second.email = first.email;
    REQUIRE(stores().users->insert(first).value());
    CHECK_FALSE(stores().users->insert(second).value());
    CHECK(stores().users->find_by_email(first.email).value()->id == first.id);
    CHECK_FALSE(stores().users->find_by_id(second.id).value());
}

TEST_CASE("of several registrations of one e-mail at once, one succeeds") {
    const std::string email = new_user().email;
    CHECK(winners([&](int) {
              NewUser user = new_user();
              user.email = email;
              return stores().users->insert(user).value().has_value();
          }) == 1);
}

TEST_CASE("names and e-mails of the greatest length are stored") {
    NewUser user = new_user();
    user.name.clear();
    for (int count = 0; count < 100; ++count) user.name += "ü";
    user.email.insert(0, 254 - user.email.size(), 'x');
    REQUIRE(stores().users->insert(user).value());
    CHECK(stores().users->find_by_email(user.email).value()->name == user.name);
}

TEST_CASE("a password is changed only if the current one is known") {
    const NewUser user = new_user();
    REQUIRE(stores().users->insert(user).value());
    CHECK_FALSE(stores().users->change_password(user.id, {.from = "another", .to = "new"}).value());
    CHECK(stores().users->change_password(user.id, {.from = user.password, .to = "new"}).value());
    CHECK(stores().users->find_by_id(user.id).value()->password == "new");
    CHECK_FALSE(stores().users->change_password(random_uuid(), {.from = "new", .to = "newer"}).value());
}

TEST_CASE("of several changes of one password at once, one succeeds") {
    const NewUser user = new_user();
    REQUIRE(stores().users->insert(user).value());
    CHECK(winners([&](int number) {
              return stores()
                  .users->change_password(user.id, {.from = user.password, .to = std::to_string(number)})
                  .value();
          }) == 1);
}

TEST_CASE("a password stays unchanged if the function in its transaction fails") {
    const NewUser user = new_user();
    const auto token = new_token();
    const RefreshRecord record = new_record(random_uuid(), user.id);
    REQUIRE(stores().users->insert(user).value());
    REQUIRE(stores().logins->insert(record));
    const PasswordChange change{.from = user.password, .to = "new"};
    const auto changed = stores().users->change_password(user.id, change, [&]() -> credence::Result<void> {
        REQUIRE(stores().logins->revoke_subject(user.id));
        REQUIRE(stores().logins->revoke(token));
        return credence::Errc::store_unavailable;
    });
    CHECK(changed.error().code == credence::Errc::store_unavailable);
    CHECK(stores().users->has_password(user.id, user.password).value());
    // In one database it is one transaction. Redis keeps the revocations, so it refuses too many tokens and never too
    // few.
    const bool is_one_database = variable("ACCOUNT_REDIS", "").empty();
    CHECK(is_revoked(token) != is_one_database);
    CHECK(stores().logins->find(record.hash).value().has_value() == is_one_database);
}

TEST_CASE("a function in the transaction of a password change sees the change, and is committed with it") {
    const NewUser user = new_user();
    const RefreshRecord record = new_record(random_uuid(), user.id);
    REQUIRE(stores().users->insert(user).value());
    const PasswordChange change{.from = user.password, .to = "new"};
    const auto changed = stores().users->change_password(user.id, change, [&]() -> credence::Result<void> {
        CHECK(stores().users->find_by_id(user.id).value()->password == "new");
        return stores().logins->insert(record);
    });
    CHECK(changed.value());
    CHECK(stores().users->has_password(user.id, "new").value());
    CHECK(stores().logins->find(record.hash).value());
    // The function runs only if the password changes, and this time it does not.
    const auto never = [] { return credence::Result<void>{credence::Errc::check_failed}; };
    CHECK_FALSE(stores().users->change_password(user.id, change, never).value());
}

TEST_CASE("a failed call in a transaction fails the transaction, even if its error is ignored") {
    if (!variable("ACCOUNT_REDIS", "").empty()) {
        SUCCEED("commands of Redis are part of no transaction");
        return;
    }
    const NewUser user = new_user();
    const RefreshRecord record = new_record(random_uuid(), user.id);
    REQUIRE(stores().users->insert(user).value());
    REQUIRE(stores().logins->insert(record));
    const PasswordChange change{.from = user.password, .to = "new"};
    const auto changed = stores().users->change_password(user.id, change, [&]() -> credence::Result<void> {
        CHECK_FALSE(stores().logins->insert(record));  // it is there already
        return {};
    });
    CHECK(changed.error().code == credence::Errc::store_unavailable);
    CHECK(stores().users->has_password(user.id, user.password).value());
}

TEST_CASE("a password check waits for a change that is under way") {
    const NewUser user = new_user();
    REQUIRE(stores().users->insert(user).value());
    CHECK_FALSE(stores().users->has_password(user.id, "another").value());
    CHECK_FALSE(stores().users->has_password(random_uuid(), user.password).value());
    std::atomic<bool> is_asking = false;
    bool is_old = true;
    std::thread asking;
    const PasswordChange change{.from = user.password, .to = "new"};
    const auto changed = stores().users->change_password(user.id, change, [&]() -> credence::Result<void> {
        asking = std::thread{[&] {
            is_asking = true;
            is_old = stores().users->has_password(user.id, user.password).value();
        }};
        while (!is_asking) std::this_thread::yield();
        return {};
    });
    asking.join();
    CHECK(changed.value());
    CHECK_FALSE(is_old);
}

TEST_CASE("users are listed") {
    const NewUser user = new_user();
    REQUIRE(stores().users->insert(user).value());
    bool is_listed = false;
    for (const User& listed : stores().users->list().value()) is_listed = is_listed || listed.id == user.id;
    CHECK(is_listed);
}

TEST_CASE("reads that share a connection see all earlier writes") {
    const NewUser user = new_user();
    const auto token = new_token();
    REQUIRE(stores().users->insert(user).value());
    REQUIRE(stores().logins->revoke(token));
    std::size_t found = 0;
    for (int round = 0; round < 50; ++round) {  // more often than there are connections
        stores().users->read_together([&] {
            found += stores().users->find_by_id(user.id).value() ? 1U : 0U;
            found += is_revoked(token) ? 1U : 0U;
        });
    }
    CHECK(found == 100);
    const auto leave = [] { stores().users->read_together([] { throw std::runtime_error{"left"}; }); };
    for (int round = 0; round < 50; ++round) CHECK_THROWS_AS(leave(), std::runtime_error);
    CHECK(stores().users->change_password(user.id, {.from = user.password, .to = "$argon2id$other"}).value());
    CHECK(stores().users->find_by_id(user.id).value()->password == "$argon2id$other");
}

TEST_CASE("several readers do not block each other, or a writer") {
    const NewUser user = new_user();
    REQUIRE(stores().users->insert(user).value());
    const int all = winners([&](int number) {
        bool is_right = true;
        for (int round = 0; round < 20; ++round) {
            stores().users->read_together([&] {
                is_right = is_right && stores().users->find_by_id(user.id).value() && !is_revoked(new_token());
            });
            if (number % 4 == 0) is_right = is_right && stores().logins->revoke(new_token());
        }
        return is_right;
    });
    CHECK(all == 16);
}

TEST_CASE("a text with a NUL is never cut at the NUL") {
    const NewUser user = new_user();
    REQUIRE(stores().users->insert(user).value());
    for (const char* rest : {"", "x"}) {
        const auto found = stores().users->find_by_email(user.email + std::string{'\0'} + rest);
        CHECK_FALSE((found && *found));
    }
}

TEST_CASE("a token is revoked by issuer and id, and no other token is") {
    const auto token = new_token();
    CHECK_FALSE(is_revoked(token));
    REQUIRE(stores().logins->revoke(token));
    REQUIRE(stores().logins->revoke(token));
    CHECK(is_revoked(token));
    auto other = token;
    other.issuer = "another";
    CHECK_FALSE(is_revoked(other));
    other = token;
    other.id = random_uuid();
    CHECK_FALSE(is_revoked(other));
}

TEST_CASE("a token without exp stays revoked for ever") {
    auto token = new_token();
    token.expires_at = std::nullopt;
    REQUIRE(stores().logins->revoke(token));
    CHECK(is_revoked(token));
}

TEST_CASE("issuer and id are never confused") {
    auto token = new_token();
    token.issuer = "a:b";
    token.id = "c" + token.id;
    REQUIRE(stores().logins->revoke(token));
    auto other = token;
    other.issuer = "a";
    other.id = "b:" + token.id;
    CHECK_FALSE(is_revoked(other));
}

TEST_CASE("a revoked-before time refuses tokens issued at it or earlier") {
    auto token = new_token();
    REQUIRE(stores().logins->revoke_subject({.issuer = token.issuer, .subject = token.subject}, token.issued_at));
    CHECK(is_revoked(token));
    token.issued_at -= 1h;
    CHECK(is_revoked(token));
    token.issued_at += 1h + 1s;
    CHECK_FALSE(is_revoked(token));
    token.issued_at -= 1h;
    token.subject = random_uuid();
    CHECK_FALSE(is_revoked(token));
}

TEST_CASE("a revoked-before time never moves back") {
    const auto token = new_token();
    const credence::SubjectIdentity subject{.issuer = token.issuer, .subject = token.subject};
    REQUIRE(stores().logins->revoke_subject(subject, token.issued_at));
    REQUIRE(stores().logins->revoke_subject(subject, token.issued_at - 1h));
    CHECK(is_revoked(token));
    REQUIRE(stores().logins->revoke_subject(subject, token.issued_at + 1h));
    auto later = token;
    later.issued_at += 30min;
    CHECK(is_revoked(later));
}

TEST_CASE("a refresh record is found as it was inserted") {
    const RefreshRecord record = new_record("family-1", random_uuid());
    REQUIRE(stores().logins->insert(record));
    const auto found = stores().logins->find(record.hash).value();
    REQUIRE(found);
    CHECK(found->hash == record.hash);
    CHECK(found->family == record.family);
    CHECK(found->subject == record.subject);
    CHECK(found->expires_at == record.expires_at);
    CHECK_FALSE(found->used_at);
    CHECK(found->sealed_successor.empty());
    CHECK_FALSE(stores().logins->find(random_bytes()).value());
}

TEST_CASE("a refresh record is replaced once") {
    const RefreshRecord first = new_record(random_uuid(), random_uuid());
    const RefreshRecord second = new_record(first.family, first.subject);
    const RefreshRecord third = new_record(first.family, first.subject);
    REQUIRE(stores().logins->insert(first));
    const RefreshRecord spent = used(first);
    REQUIRE(stores().logins->replace(spent, second).value());
    CHECK_FALSE(stores().logins->replace(used(first), third).value());
    CHECK_FALSE(stores().logins->find(third.hash).value());
    const auto found = stores().logins->find(first.hash).value();
    REQUIRE(found);
    CHECK(found->used_at == spent.used_at);
    CHECK(found->sealed_successor == spent.sealed_successor);
    REQUIRE(stores().logins->find(second.hash).value());
    CHECK_FALSE(stores().logins->find(second.hash).value()->used_at);
}

TEST_CASE("of several replacements of one record at once, one succeeds, with one successor") {
    const RefreshRecord first = new_record(random_uuid(), random_uuid());
    REQUIRE(stores().logins->insert(first));
    std::atomic<int> successors{0};
    CHECK(winners([&](int) {
              const RefreshRecord successor = new_record(first.family, first.subject);
              const bool is_replaced = stores().logins->replace(used(first), successor).value();
              if (stores().logins->find(successor.hash).value()) ++successors;
              return is_replaced;
          }) == 1);
    CHECK(successors == 1);
}

TEST_CASE("an absent record is not replaced") {
    const RefreshRecord first = new_record(random_uuid(), random_uuid());
    const RefreshRecord second = new_record(first.family, first.subject);
    CHECK_FALSE(stores().logins->replace(used(first), second).value());
    CHECK_FALSE(stores().logins->find(second.hash).value());
}

TEST_CASE("revoking a family ends all of its records, and no other") {
    const std::string subject = random_uuid();
    const RefreshRecord first = new_record(random_uuid(), subject);
    const RefreshRecord second = new_record(first.family, subject);
    const RefreshRecord other = new_record(random_uuid(), subject);
    REQUIRE(stores().logins->insert(first));
    REQUIRE(stores().logins->insert(other));
    REQUIRE(stores().logins->replace(used(first), second).value());
    REQUIRE(stores().logins->revoke_family(first.family));
    CHECK_FALSE(stores().logins->find(first.hash).value());
    CHECK_FALSE(stores().logins->find(second.hash).value());
    CHECK_FALSE(stores().logins->replace(used(second), new_record(first.family, subject)).value());
    CHECK(stores().logins->find(other.hash).value());
}

TEST_CASE("revoking a subject ends all of its families, and no other") {
    const std::string subject = random_uuid();
    const RefreshRecord first = new_record(random_uuid(), subject);
    const RefreshRecord second = new_record(random_uuid(), subject);
    const RefreshRecord other = new_record(random_uuid(), random_uuid());
    for (const RefreshRecord& record : {first, second, other}) REQUIRE(stores().logins->insert(record));
    REQUIRE(stores().logins->revoke_subject(subject));
    CHECK_FALSE(stores().logins->find(first.hash).value());
    CHECK_FALSE(stores().logins->find(second.hash).value());
    CHECK(stores().logins->find(other.hash).value());
}

TEST_CASE("a token that is being exchanged does not survive the revocation of its subject") {
    for (int round = 0; round < 30; ++round) {
        RefreshRecord current = new_record(random_uuid(), random_uuid());
        REQUIRE(stores().logins->insert(current));
        std::thread ending{[&, subject = current.subject] { (void)stores().logins->revoke_subject(subject); }};
        bool is_replaced = true;
        for (int step = 0; step < 5 && is_replaced; ++step) {
            const RefreshRecord successor = new_record(current.family, current.subject);
            is_replaced = stores().logins->replace(used(current), successor).value();
            if (is_replaced) current = successor;
        }
        ending.join();
        CHECK_FALSE(stores().logins->find(current.hash).value());
    }
}

TEST_CASE("rotation works on the store") {
    credence::NumericDate moment = now();
    credence::RefreshTokens<credence::AnyStore> tokens{stores().logins,
                                                       {.grace = 10s, .clock = [&moment] { return moment; }}};
    const std::string subject = random_uuid();
    const auto first = tokens.issue(subject).value();
    const auto second = tokens.rotate(first.token).value();
    CHECK(second.subject == subject);
    CHECK(tokens.rotate(first.token).value().token == second.token);
    const auto third = tokens.rotate(second.token).value();
    CHECK(tokens.rotate(first.token).error().code == credence::Errc::token_revoked);
    const auto fourth = tokens.rotate(third.token).value();
    moment += 10s;
    CHECK(tokens.rotate(first.token).error().code == credence::Errc::token_revoked);
    CHECK(tokens.rotate(fourth.token).error().code == credence::Errc::token_revoked);
}

TEST_CASE("a login ends with its refresh tokens, and no other login ends") {
    Logins logins{stores().logins, stores().access, login_rules({})};
    const auto ended = logins.start(random_uuid()).value();
    const auto other = logins.start(random_uuid()).value();
    CHECK((logins.check)(ended.handle));
    REQUIRE(logins.end({.subject = ended.subject, .handle = ended.handle}));
    CHECK((logins.check)(ended.handle).error().code == credence::Errc::token_revoked);
    CHECK(logins.renew(ended.refresh_token).error().code == credence::Errc::token_revoked);
    CHECK((logins.check)(other.handle));
    CHECK(logins.renew(other.refresh_token));
    auto token = new_token();
    token.id = ended.handle;
    token.issuer = Tokens::issuer;
    CHECK_FALSE(is_revoked(token));
}

TEST_CASE("the login after the hundredth of one user ends the oldest, never the new one") {
    Logins logins{stores().logins, stores().access, login_rules({})};
    const std::string user_id = random_uuid();
    std::string last;
    for (int count = 0; count < 103; ++count) last = logins.start(user_id, login_options("a program")).value().handle;
    const auto listed = logins.list(user_id).value();
    CHECK(listed.size() == 100);
    CHECK(std::any_of(listed.begin(), listed.end(), [&](const auto& login) { return login.handle == last; }));
    CHECK(logins.list(random_uuid()).value().empty());
}

TEST_CASE("one login ends by its handle, for its own user") {
    Logins logins{stores().logins, stores().access, login_rules({})};
    const std::string user_id = random_uuid();
    const auto started = logins.start(user_id).value();
    CHECK_FALSE(logins.end_one({.subject = random_uuid(), .handle = started.handle}).value());
    CHECK(logins.list(user_id).value().size() == 1);
    CHECK(logins.end_one({.subject = user_id, .handle = started.handle}).value());
    CHECK(logins.list(user_id).value().empty());
    CHECK_FALSE(logins.end_one({.subject = user_id, .handle = started.handle}).value());
    CHECK(logins.renew(started.refresh_token).error().code == credence::Errc::token_revoked);
}

TEST_CASE("several exchanges of one refresh token at once get the same successor") {
    Logins logins{stores().logins, stores().access, login_rules({.grace = 5min})};
    const auto started = logins.start(random_uuid()).value();
    CHECK(winners([&](int) { return logins.renew(started.refresh_token).has_value(); }) == 16);
    CHECK((logins.check)(started.handle));
}

TEST_CASE("all stores can be reached") {
    CHECK(stores().users->ping());
    CHECK(stores().logins->is_revoked({}));
}

}  // namespace
