// SPDX-License-Identifier: MIT
// API keys: form, lifetime, lists, a store that is down, and that no kind of credential is taken for another.
#include <credence/http/bearer.hpp>
#include <credence/http/first_of.hpp>
#include <credence/opaque/api_keys.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/sessions.hpp>
#include <credence/stores/memory_store.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/accounts.hpp"
#include "support/acme_http.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::ApiKeyRecord;
using credence::ApiKeys;
using credence::Errc;
using credence::Error;
using credence::MemoryStore;
using credence::NumericDate;
using credence::Result;
using support::AccountClaims;

namespace {

constexpr NumericDate start{1'700'000'000s};

AccountClaims claims_of(std::string subject, std::optional<std::string> scope = {}) {
    return {{.sub = std::move(subject)}, {.role = "machine", .scope = std::move(scope)}};
}

/// The answer of a store that is down: a code that callers must not see, and a reason.
Error down() { return {Errc::invalid_key, {}, "a frozen disk"}; }

/// A store that counts its calls, and is down if a test says so.
struct WatchedStore : MemoryStore {
    int questions = 0;
    int touches = 0;
    bool is_down = false;
    bool loses_before_touch = false;

    Result<void> insert_api_key(const ApiKeyRecord& record) {
        return is_down ? Result<void>{down()} : MemoryStore::insert_api_key(record);
    }
    Result<std::optional<ApiKeyRecord>> find_api_key(std::string_view id) {
        ++questions;
        if (is_down) return down();
        return MemoryStore::find_api_key(id);
    }
    Result<bool> touch_api_key(std::string_view id, NumericDate used_at) {
        ++touches;
        if (loses_before_touch) return false;
        if (is_down) return down();
        return MemoryStore::touch_api_key(id, used_at);
    }
    Result<bool> end_api_key(std::string_view id) {
        return is_down ? Result<bool>{down()} : MemoryStore::end_api_key(id);
    }
    Result<void> end_api_keys_of(std::string_view subject) {
        return is_down ? Result<void>{down()} : MemoryStore::end_api_keys_of(subject);
    }
    Result<std::vector<ApiKeyRecord>> api_keys_of(std::string_view subject) {
        if (is_down) return down();
        return MemoryStore::api_keys_of(subject);
    }
};

struct Site {
    NumericDate moment = start;
    std::shared_ptr<WatchedStore> store = std::make_shared<WatchedStore>();
    ApiKeys<AccountClaims> keys = with_prefix("acme");

    [[nodiscard]] ApiKeys<AccountClaims> with_prefix(std::string prefix) {
        return ApiKeys<AccountClaims>{store, {.prefix = std::move(prefix), .clock = [this] { return moment; }}};
    }
};

Errc code_of(const auto& result) {
    REQUIRE_FALSE(result);
    return result.error().code;
}

}  // namespace

TEST_CASE("an API key proves the claims that it was issued for") {
    Site site;
    const auto key = site.keys.issue(claims_of("ci", "deploy"), {.label = "build server"}).value();
    CHECK(key.text.starts_with("acme_" + key.id));
    CHECK(key.text.size() == 70);
    CHECK(key.id.size() == 16);
    CHECK(key.subject == "ci");
    CHECK_FALSE(key.expires);
    const auto who = site.keys.verify(key.text);
    REQUIRE(who);
    CHECK((*who)->sub == "ci");
    CHECK(who.value().scopes() == std::vector<std::string>{"deploy"});
    CHECK(site.keys.issue(claims_of("ci")).value().text != key.text);
    CHECK(site.store->find_api_key(key.id).value()->hash.size() == 32);
}

TEST_CASE("an API key is sent as a bearer token, or in a field of its own") {
    Site site;
    const auto key = site.keys.issue(claims_of("ci")).value().text;
    CHECK(credence::require_bearer("Bearer " + key, site.keys).value()->sub == "ci");
    const acme::Request request{.headers = {{"X-API-Key", key}}};
    CHECK(credence::require_bearer(request, site.keys, {.header = "X-API-Key", .scheme = ""}).value()->sub == "ci");
    site.store->is_down = true;
    CHECK(credence::require_bearer("Bearer " + key, site.keys).error().status == 503);
}

TEST_CASE("a mistyped API key is refused without a call of the store") {
    Site site;
    const auto key = site.keys.issue(claims_of("ci")).value().text;
    for (std::size_t at = 0; at < key.size(); ++at) {
        auto typed = key;
        typed[at] = typed[at] == 'x' ? 'y' : 'x';
        INFO(at);
        CHECK(code_of(site.keys.verify(typed)) == Errc::malformed_token);
        CHECK_FALSE(site.keys.recognizes(typed));
    }
    for (const auto& text : {std::string{}, std::string{"acme_"}, key.substr(1), key + "0",
                             key.substr(0, key.size() - 1), "acme-" + key.substr(5), std::string(100'000, 'a')}) {
        CHECK(code_of(site.keys.verify(text)) == Errc::malformed_token);
    }
    CHECK(site.store->questions == 0);
}

TEST_CASE("an unknown API key is refused, also one with another key's secret") {
    Site site;
    const auto key = site.keys.issue(claims_of("ci")).value();
    std::string forged = "acme_" + key.id + std::string(43, 'A');
    forged += credence::detail::check_of_api_key(forged);
    CHECK(site.keys.recognizes(forged));
    CHECK(code_of(site.keys.verify(forged)) == Errc::token_revoked);
    CHECK(site.store->questions == 1);
    const auto elsewhere = ApiKeys<AccountClaims>{std::make_shared<MemoryStore>(), {.prefix = "acme"}};
    CHECK(code_of(elsewhere.verify(key.text)) == Errc::token_revoked);
    CHECK(code_of(site.with_prefix("acme_test").verify(key.text)) == Errc::malformed_token);
}

TEST_CASE("an API key is refused from its expiry on") {
    Site site;
    const auto key = site.keys.issue(claims_of("ci"), {.expires = start + 1h}).value();
    CHECK(key.expires == start + 1h);
    site.moment = start + 1h - 1s;
    CHECK(site.keys.verify(key.text));
    CHECK(site.keys.list("ci").value().size() == 1);
    site.moment = start + 1h;
    CHECK(code_of(site.keys.verify(key.text)) == Errc::token_expired);
    CHECK(site.keys.list("ci").value().empty());
    CHECK(code_of(site.keys.issue(claims_of("ci"), {.expires = site.moment})) == Errc::token_expired);
    auto claims = claims_of("ci");
    claims.exp = site.moment + 1min;
    CHECK(site.keys.issue(claims, {.expires = site.moment + 1h}).value().expires == site.moment + 1min);
    CHECK(site.keys.issue(claims).value().expires == site.moment + 1min);
}

TEST_CASE("a revoked API key is refused; a user can only revoke an own key") {
    Site site;
    const auto one = site.keys.issue(claims_of("ann")).value(), two = site.keys.issue(claims_of("ann")).value();
    const auto other = site.keys.issue(claims_of("bob")).value();
    CHECK(site.keys.revoke_own("bob", one.id).value() == false);
    CHECK(site.keys.verify(one.text));
    CHECK(site.keys.revoke_own("ann", one.id).value());
    CHECK(site.keys.revoke_own("ann", one.id).value() == false);
    CHECK(code_of(site.keys.verify(one.text)) == Errc::token_revoked);
    CHECK(site.keys.revoke(two.id).value());
    CHECK(site.keys.revoke(two.id).value() == false);
    CHECK(code_of(site.keys.verify(two.text)) == Errc::token_revoked);
    CHECK(site.keys.revoke_all("bob"));
    CHECK(code_of(site.keys.verify(other.text)) == Errc::token_revoked);
}

TEST_CASE("a list of API keys has their last use to the minute, newest first, and no secret") {
    Site site;
    const auto old = site.keys.issue(claims_of("ann"), {.label = "old"}).value();
    site.moment += 1h;
    CHECK(site.keys.issue(claims_of("ann"), {.expires = start + 24h, .label = "new\n"}));
    CHECK_FALSE(site.keys.list("ann").value()[1].last_used_at);
    for (int second = 0; second < 90; ++second) {
        REQUIRE(site.keys.verify(old.text));
        site.moment += 1s;
    }
    CHECK(site.store->touches == 2);
    const auto list = site.keys.list("ann").value();
    REQUIRE(list.size() == 2);
    CHECK(list[0].label == "new?");
    CHECK(list[0].expires == start + 24h);
    CHECK(list[1].id == old.id);
    CHECK(list[1].created_at == start);
    CHECK(list[1].last_used_at == start + 1h + 1min);
}

TEST_CASE("if the store of API keys is unavailable, every request is refused") {
    Site site;
    const auto key = site.keys.issue(claims_of("ann")).value();
    site.store->loses_before_touch = true;  // it was revoked since it was found
    CHECK(code_of(site.keys.verify(key.text)) == Errc::token_revoked);
    site.store->is_down = true;
    const auto reason_of = [](const auto& result) { return std::string{result.error().reason}; };  // for the log
    CHECK(reason_of(site.keys.issue(claims_of("ann"))) == "a frozen disk");
    CHECK(reason_of(site.keys.verify(key.text)) == "a frozen disk");
    CHECK(reason_of(site.keys.revoke(key.id)) == "a frozen disk");
    CHECK(reason_of(site.keys.revoke_own("ann", key.id)) == "a frozen disk");
    CHECK(reason_of(site.keys.revoke_all("ann")) == "a frozen disk");
    CHECK(reason_of(site.keys.list("ann")) == "a frozen disk");
    const ApiKeys<AccountClaims> none{std::shared_ptr<MemoryStore>{}, {.prefix = "acme"}};
    for (const auto& keys : {site.keys, none}) {
        CHECK(code_of(keys.issue(claims_of("ann"))) == Errc::store_unavailable);
        CHECK(code_of(keys.verify(key.text)) == Errc::store_unavailable);
        CHECK(code_of(keys.revoke(key.id)) == Errc::store_unavailable);
        CHECK(code_of(keys.revoke_own("ann", key.id)) == Errc::store_unavailable);
        CHECK(code_of(keys.revoke_all("ann")) == Errc::store_unavailable);
        CHECK(code_of(keys.list("ann")) == Errc::store_unavailable);
    }
}

TEST_CASE("no key is issued with an invalid prefix, or for claims without a subject") {
    Site site;
    for (const char* prefix : {"", "a.b", "a b", "a-b", "prefix_that_is_longer_than_32_characters"}) {
        INFO(prefix);
        const auto keys = site.with_prefix(prefix);
        CHECK(code_of(keys.issue(claims_of("ann"))) == Errc::malformed_token);
        CHECK_FALSE(keys.recognizes("_" + std::string(65, '0')));
    }
    CHECK(site.keys.issue(AccountClaims{}).error() == Error{Errc::missing_claim, "sub"});
}

TEST_CASE("no kind of credential is accepted as another") {
    const auto store = std::make_shared<MemoryStore>();
    const ApiKeys<AccountClaims> api_keys{store, {.prefix = "sess"}};  // as similar as possible
    const credence::Sessions<AccountClaims> sessions{store};
    credence::RefreshTokens refresh_tokens{store};
    const credence::FirstOf any{support::account_verifier(), api_keys, sessions};
    for (int round = 0; round < 50; ++round) {
        const auto key = api_keys.issue(claims_of("key")).value().text;
        const auto id = sessions.start(claims_of("session")).value().id;
        const auto token = support::account_token("token");
        const auto refresh = refresh_tokens.issue("refresh").value().token;
        for (const auto& text : {id, token, refresh}) {
            CHECK_FALSE(api_keys.recognizes(text));
            CHECK(code_of(api_keys.verify(text)) == Errc::malformed_token);
        }
        for (const auto& text : {key, token, refresh}) {
            CHECK_FALSE(sessions.recognizes(text));
            CHECK(code_of(sessions.verify(text)) == Errc::malformed_token);
        }
        for (const auto& text : {key, id, refresh}) {
            CHECK(code_of(support::account_verifier().verify(text)) == Errc::malformed_token);
        }
        for (const auto& text : {key, id, token}) {
            CHECK(code_of(refresh_tokens.rotate(text)) == Errc::malformed_token);
        }
        CHECK(any.verify(key).value()->sub == "key");
        CHECK(any.verify(id).value()->sub == "session");
        CHECK(any.verify(token).value()->sub == "token");
        CHECK(code_of(any.verify(refresh)) == Errc::malformed_token);
    }
}
