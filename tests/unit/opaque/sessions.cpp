// SPDX-License-Identifier: MIT
// Sessions: from the login to the end, each way to end, and a store that is down or damaged.
#include <credence/http/bearer.hpp>
#include <credence/http/cookie.hpp>
#include <credence/opaque/sessions.hpp>
#include <credence/stores/memory_store.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/accounts.hpp"
#include "support/acme_http.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace std::chrono_literals;
using credence::Errc;
using credence::Error;
using credence::Granted;
using credence::MemoryStore;
using credence::NumericDate;
using credence::Result;
using credence::SessionRecord;
using credence::Sessions;
using credence::Verified;
using support::AccountClaims;

namespace {

constexpr NumericDate start{1'700'000'000s};

AccountClaims claims_of(std::string subject, std::optional<std::string> scope = {}) {
    return {{.sub = std::move(subject)}, {.role = "admin", .scope = std::move(scope)}};
}

/// A store that counts its writes, is down if a test says so, and can damage its records.
struct WatchedStore : MemoryStore {
    int touches = 0;
    bool is_down = false;
    bool refuses_lists = false;
    bool refuses_touches = false;
    bool loses_before_touch = false;
    std::string claims_instead = {};

    Result<void> insert_session(const SessionRecord& record) {
        return is_down ? Result<void>{Errc::invalid_key} : MemoryStore::insert_session(record);
    }
    Result<std::optional<SessionRecord>> find_session(std::string_view hash) {
        if (is_down) return Error{Errc::invalid_key, {}, "a frozen disk"};
        auto found = MemoryStore::find_session(hash);
        if (*found && !claims_instead.empty()) (*found)->claims = claims_instead;
        return found;
    }
    Result<bool> touch_session(std::string_view hash, credence::SessionUse use) {
        ++touches;
        if (refuses_touches) return Errc::invalid_key;
        if (loses_before_touch) return false;
        return MemoryStore::touch_session(hash, use);
    }
    Result<bool> replace_session(std::string_view hash, const SessionRecord& record) {
        if (refuses_touches) return Errc::invalid_key;
        if (loses_before_touch) return false;
        return MemoryStore::replace_session(hash, record);
    }
    Result<void> end_session(std::string_view hash) {
        return is_down ? Result<void>{Errc::invalid_key} : MemoryStore::end_session(hash);
    }
    Result<bool> end_session_of(credence::SubjectSession one) {
        return is_down ? Result<bool>{Errc::invalid_key} : MemoryStore::end_session_of(one);
    }
    Result<void> end_sessions_of(credence::SubjectSessions several) {
        return is_down ? Result<void>{Errc::invalid_key} : MemoryStore::end_sessions_of(several);
    }
    Result<std::vector<SessionRecord>> sessions_of(std::string_view subject) {
        if (is_down || refuses_lists) return Errc::invalid_key;
        return MemoryStore::sessions_of(subject);
    }
};

struct Site {
    NumericDate moment = start;
    std::shared_ptr<WatchedStore> store = std::make_shared<WatchedStore>();
    Sessions<AccountClaims> sessions = with({});

    [[nodiscard]] Sessions<AccountClaims> with(credence::SessionRules rules) {
        rules.clock = [this] { return moment; };
        return Sessions<AccountClaims>{store, rules};
    }
    [[nodiscard]] std::string login(const std::string& subject = "bob") const {
        return sessions.start(claims_of(subject)).value().id;
    }
};

Errc code_of(const auto& result) {
    REQUIRE_FALSE(result);
    return result.error().code;
}

}  // namespace

TEST_CASE("a session proves the claims that it was started with") {
    Site site;
    const auto session = site.sessions.start(claims_of("bob", "read write"), {.label = "Firefox"}).value();
    CHECK(session.id.starts_with("sess_"));
    CHECK(session.id.size() == 48);
    CHECK(session.subject == "bob");
    CHECK(session.expires_at == start + 24h);
    CHECK(session.remaining == 24h);
    const auto who = site.sessions.verify(session.id);
    REQUIRE(who);
    CHECK((*who)->sub == "bob");
    CHECK((*who)->role == "admin");
    CHECK(who.value().scopes() == std::vector<std::string>{"read", "write"});
    CHECK((*who).header().alg.empty());
    CHECK((*who).header().json() == "{}");
    CHECK(site.sessions.start(claims_of("bob")).value().id != session.id);
}

TEST_CASE("the cookie of a session lasts as long as the session can") {
    Site site;
    const auto session = site.sessions.start(claims_of("bob")).value();
    CHECK(credence::set_cookie(credence::session_cookie(session)).value() ==
          "__Host-session=" + session.id + "; HttpOnly; SameSite=Lax; Path=/; Max-Age=86400; Secure");
    CHECK(credence::session_cookie(session, "sid").name == "sid");
}

TEST_CASE("a session is a verifier for a guarded handler, with scopes") {
    Site site;
    STATIC_REQUIRE(credence::TokenVerifier<Sessions<AccountClaims>>);
    const auto guard = credence::protect(site.sessions,
                                         [](const Granted<AccountClaims, "write">& who, const acme::Request&,
                                            acme::Response& out) { out.body = who->sub; },
                                         {.header = "", .cookie = "__Host-session"});
    const auto answer = [&](const std::string& id) {
        acme::Response response;
        guard(acme::Request{.headers = {{"Cookie", "__Host-session=" + id}, {"Sec-Fetch-Site", "same-origin"}}},
              response);
        return response;
    };
    CHECK(answer(site.sessions.start(claims_of("bob", "read write")).value().id).body == "bob");
    CHECK(answer(site.sessions.start(claims_of("bob", "read")).value().id).status == 403);
    CHECK(answer("sess_unknown").status == 401);
    const auto id = site.login();
    site.store->is_down = true;
    CHECK(answer(id).status == 503);
}

TEST_CASE("an unknown session is refused, and a text of another form without a call of the store") {
    Site site;
    const auto id = site.login();
    auto other = id;
    other[10] = other[10] == 'A' ? 'B' : 'A';
    CHECK(code_of(site.sessions.verify(other)) == Errc::token_revoked);
    site.store->is_down = true;
    for (const std::string& text :
         {std::string{}, id.substr(1), id + "A", std::string{"sess_"}, std::string{"sess_"} + std::string(43, '!'),
          id.substr(5), "SESS_" + id.substr(5), std::string(100'000, 'a')}) {
        INFO(text.substr(0, 60));
        CHECK_FALSE(site.sessions.recognizes(text));
        CHECK(code_of(site.sessions.verify(text)) == Errc::malformed_token);
        CHECK(code_of(site.sessions.renew(text)) == Errc::malformed_token);
        CHECK(code_of(site.sessions.end(text)) == Errc::malformed_token);
        CHECK(code_of(site.sessions.end_others(text)) == Errc::malformed_token);
    }
    CHECK(site.sessions.recognizes(id));
}

TEST_CASE("an unused session expires after the idle time, and not before") {
    Site site;
    const auto id = site.login();
    site.moment = start + 30min - 1s;
    CHECK(site.sessions.verify(id));
    site.moment += 30min - 1s;
    CHECK(site.sessions.verify(id));
    site.moment += 30min;
    CHECK(code_of(site.sessions.verify(id)) == Errc::token_expired);
    CHECK(code_of(site.sessions.renew(id)) == Errc::token_expired);
    CHECK(site.sessions.list("bob").value().empty());
}

TEST_CASE("a session expires after its lifetime, however often it is used or renewed") {
    Site site;
    auto id = site.login();
    while (site.moment < start + 24h - 30min) {
        site.moment += 20min;
        REQUIRE(site.sessions.verify(id));
    }
    id = site.sessions.renew(id).value().id;
    site.moment = start + 24h - 1s;
    CHECK(site.sessions.verify(id));
    CHECK(site.sessions.renew(id).value().remaining == 1s);
    id = site.login();
    site.moment = start + 24h;
    const auto refused = site.sessions.verify(site.login());
    CHECK(refused);
    CHECK(site.sessions.list("bob").value().size() == 2);
}

TEST_CASE("shorter lifetimes also apply to existing sessions") {
    Site site;
    const auto id = site.login();
    site.moment += 10min;
    CHECK(code_of(site.with({.idle = 10min}).verify(id)) == Errc::token_expired);
    CHECK(code_of(site.with({.lifetime = 10min}).verify(id)) == Errc::token_expired);
    CHECK(code_of(site.with({.idle = -1s}).verify(id)) == Errc::token_expired);
    CHECK(site.sessions.verify(id));
}

TEST_CASE("the time of use is written at most once a minute, and once in a tenth of the idle time") {
    Site site;
    const auto id = site.login();
    for (int second = 0; second < 120; ++second) {
        site.moment += 1s;
        REQUIRE(site.sessions.verify(id));
    }
    CHECK(site.store->touches == 2);
    const auto brief = site.with({.idle = 50s});
    for (int second = 0; second < 10; ++second) {
        site.moment += 1s;
        REQUIRE(brief.verify(id));
    }
    CHECK(site.store->touches == 4);
    site.moment -= 1h;  // a clock that was set back
    CHECK(site.sessions.verify(id));
    CHECK(site.store->touches == 4);
}

TEST_CASE("attack row 48: a renewed session has a new id, and the old id is refused") {
    Site site;
    const auto first = site.sessions.start(claims_of("bob"), {.label = "Firefox"}).value();
    const auto second = site.sessions.renew(first.id).value();
    CHECK(second.id != first.id);
    CHECK(second.handle == first.handle);
    CHECK(code_of(site.sessions.verify(first.id)) == Errc::token_revoked);
    CHECK(code_of(site.sessions.renew(first.id)) == Errc::token_revoked);
    CHECK((*site.sessions.verify(second.id))->sub == "bob");
    const auto third = site.sessions.renew(second.id, claims_of("bob", "admin")).value();
    CHECK(site.sessions.verify(third.id).value().scopes() == std::vector<std::string>{"admin"});
    const auto list = site.sessions.list("bob").value();
    REQUIRE(list.size() == 1);
    CHECK(list[0].label == "Firefox");
    CHECK(list[0].started_at == start);
    const auto carol = site.sessions.renew(third.id, claims_of("carol")).value();  // a login in the session of another
    CHECK(site.sessions.list("bob").value().empty());
    CHECK((*site.sessions.verify(carol.id))->sub == "carol");
}

TEST_CASE("of two concurrent renewals of a session, one succeeds") {
    Site site;
    const auto id = site.login();
    site.store->loses_before_touch = true;  // another request was faster
    CHECK(code_of(site.sessions.renew(id)) == Errc::token_revoked);
    site.moment += 2min;
    CHECK(code_of(site.sessions.verify(id)) == Errc::token_revoked);
}

TEST_CASE("a session, all sessions, or all other sessions of a subject can be ended") {
    Site site;
    const auto one = site.login(), two = site.login(), three = site.login(), other = site.login("eve");
    CHECK(site.sessions.end(one));
    CHECK(site.sessions.end(one));
    CHECK(code_of(site.sessions.verify(one)) == Errc::token_revoked);

    const auto handle = site.sessions.describe(two).value().handle;
    CHECK(site.sessions.end_one("eve", handle).value() == false);  // somebody else's
    CHECK(site.sessions.verify(two));
    CHECK(site.sessions.end_one("bob", handle).value());
    CHECK(site.sessions.end_one("bob", handle).value() == false);
    CHECK(code_of(site.sessions.verify(two)) == Errc::token_revoked);

    const auto four = site.login();
    CHECK(site.sessions.end_others(three));
    CHECK(site.sessions.verify(three));
    CHECK(code_of(site.sessions.verify(four)) == Errc::token_revoked);
    CHECK(code_of(site.sessions.end_others(four)) == Errc::token_revoked);  // an ended session ends no others

    CHECK(site.sessions.end_all("bob"));
    CHECK(code_of(site.sessions.verify(three)) == Errc::token_revoked);
    CHECK(site.sessions.verify(other));
}

TEST_CASE("attack row 48: a list names sessions by their handles, the last used first, and never by their ids") {
    Site site;
    const auto one = site.sessions.start(claims_of("bob"), {.label = "Firefox"}).value();
    site.moment += 5min;
    const auto two = site.sessions.start(claims_of("bob"), {.label = "curl"}).value();
    CHECK(site.sessions.list("bob").value()[0].label == "curl");
    site.moment += 5min;
    CHECK(site.sessions.verify(one.id));
    const auto list = site.sessions.list("bob").value();
    REQUIRE(list.size() == 2);
    CHECK(list[0].label == "Firefox");
    CHECK(list[0].last_used_at == start + 10min);
    CHECK(list[0].started_at == start);
    CHECK(list[0].expires_at == start + 24h);
    CHECK(list[0].handle == one.handle);
    CHECK(list[1].handle == two.handle);
    CHECK(one.id.find(one.handle) == std::string::npos);
    CHECK(site.sessions.list("nobody").value().empty());
    CHECK(code_of(site.sessions.describe("sess_")) == Errc::malformed_token);
}

TEST_CASE("beyond a subject's limit, a new session ends the least recently used one") {
    Site site;
    const auto bounded = site.with({.max_per_subject = 3});
    const auto login = [&](const std::string& subject = "bob") {
        site.moment += 2min;
        return bounded.start(claims_of(subject)).value().id;
    };
    const auto eve = login("eve"), first = login(), second = login(), third = login();
    CHECK(bounded.verify(first));
    const auto fourth = login();
    CHECK(code_of(bounded.verify(second)) == Errc::token_revoked);
    for (const auto& id : {eve, first, third, fourth}) CHECK(bounded.verify(id));

    CHECK(bounded.end(first));  // which makes room for another
    const auto fifth = login();
    for (const auto& id : {third, fourth, fifth}) CHECK(bounded.verify(id));
    const auto renewed = bounded.renew(fifth).value().id;  // not a login
    for (const auto& id : {third, fourth, renewed}) CHECK(bounded.verify(id));
    site.moment += 29min;
    CHECK(bounded.verify(fourth));
    const auto late = site.with({.max_per_subject = 2});  // expired sessions do not count
    site.moment += 2min;
    const auto sixth = late.start(claims_of("bob")).value().id;
    CHECK(late.verify(fourth));
    CHECK(late.verify(sixth));
}

TEST_CASE("the limit of sessions holds at its edges") {
    Site site;
    for (const std::size_t most : {std::size_t{0}, std::size_t{1}}) {  // a login never ends itself
        const auto single = site.with({.max_per_subject = most});
        const auto first = single.start(claims_of("bob")).value().id;
        const auto second = single.start(claims_of("bob")).value().id;
        CHECK(code_of(single.verify(first)) == Errc::token_revoked);
        CHECK(single.verify(second));
    }
    // Of sessions that were used in the same second, the one that started first.
    const auto old = site.login("carol");
    site.moment += 2min;
    const auto young = site.login("carol");
    CHECK(site.sessions.verify(old));
    CHECK(site.with({.max_per_subject = 2}).start(claims_of("carol")));
    CHECK(code_of(site.sessions.verify(old)) == Errc::token_revoked);
    CHECK(site.sessions.verify(young));
    // A login in a session from before it.
    const auto single = site.with({.max_per_subject = 1});
    const auto eve = single.start(claims_of("eve")).value().id;
    const auto guest = single.start(claims_of("guest")).value().id;
    const auto renewed = single.renew(guest, claims_of("eve")).value().id;
    CHECK(code_of(single.verify(eve)) == Errc::token_revoked);
    CHECK(single.verify(renewed));
}

TEST_CASE("concurrent logins leave no more sessions than the limit") {
    Site site;
    const auto bounded = site.with({.max_per_subject = 3});
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&bounded] {
                for (int login = 0; login < 50; ++login) static_cast<void>(bounded.start(claims_of("bob")));
            });
        }
    }
    CHECK(bounded.list("bob").value().size() <= 3);
    CHECK(bounded.start(claims_of("bob")));
}

TEST_CASE("a label from a stranger is UTF-8 without control characters, and at most 256 bytes") {
    Site site;
    const auto label = [&](const std::string& given) {
        const auto id = site.sessions.start(claims_of("bob"), {.label = given}).value().id;
        return site.sessions.describe(id).value().label;
    };
    CHECK(label("Łukasz's phone") == "Łukasz's phone");
    CHECK(label("a\r\nb\x7f") == "a??b?");
    CHECK(label("\xff\xc0\xaf\xed\xa0\x80") == "??????");
    CHECK(label("\xc5") == "?");
    CHECK(label(std::string(100'000, 'x')) == std::string(256, 'x'));
    CHECK(label(std::string(255, 'x') + "\xc5\x81") == std::string(255, 'x'));  // never half a character
}

TEST_CASE("with an unavailable store everything is refused, and a failed end of a session is reported") {
    Site site;
    const auto id = site.login();
    site.store->is_down = true;
    CHECK(code_of(site.sessions.start(claims_of("bob"))) == Errc::store_unavailable);
    CHECK(code_of(site.sessions.verify(id)) == Errc::store_unavailable);
    CHECK(site.sessions.verify(id).error().reason == "a frozen disk");  // for the log
    CHECK(code_of(site.sessions.renew(id)) == Errc::store_unavailable);
    CHECK(code_of(site.sessions.end(id)) == Errc::store_unavailable);
    CHECK(code_of(site.sessions.end_all("bob")) == Errc::store_unavailable);
    CHECK(code_of(site.sessions.end_others(id)) == Errc::store_unavailable);
    CHECK(code_of(site.sessions.end_one("bob", "x")) == Errc::store_unavailable);
    CHECK(code_of(site.sessions.list("bob")) == Errc::store_unavailable);
    site.store->is_down = false;
    site.store->refuses_lists = true;  // the sessions that a login ends are unknown
    CHECK(code_of(site.with({.max_per_subject = 9}).start(claims_of("eve"))) == Errc::store_unavailable);
    site.store->refuses_lists = false;
    CHECK(site.sessions.list("eve").value().empty());
    site.store->refuses_touches = true;
    CHECK(site.sessions.verify(id));  // nothing to write yet
    CHECK(code_of(site.sessions.renew(id)) == Errc::store_unavailable);
    site.moment += 1min;
    CHECK(code_of(site.sessions.verify(id)) == Errc::store_unavailable);

    const Sessions<AccountClaims> none{std::shared_ptr<MemoryStore>{}};
    CHECK(code_of(none.start(claims_of("bob"))) == Errc::store_unavailable);
    CHECK(code_of(none.verify(id)) == Errc::store_unavailable);
    CHECK(code_of(none.end(id)) == Errc::store_unavailable);
    CHECK(code_of(none.end_all("bob")) == Errc::store_unavailable);
    CHECK(code_of(none.end_one("bob", "x")) == Errc::store_unavailable);
    CHECK(code_of(none.list("bob")) == Errc::store_unavailable);
}

TEST_CASE("a damaged record, or one of another claims type, is refused with a reason") {
    Site site;
    const auto id = site.login();
    const auto refused_with = [&](std::string claims) {
        site.store->claims_instead = std::move(claims);
        const auto refused = site.sessions.verify(id);
        REQUIRE_FALSE(refused);
        CHECK(credence::Rejection::from(refused.error()).status == 401);
        return refused.error();
    };
    CHECK(refused_with(R"({"sub":"bob","role":"adm)").code == Errc::invalid_json);
    CHECK(refused_with(R"({"sub":"bob","role":"adm)").reason == "the stored claims are not strict JSON");
    CHECK(refused_with(R"({"sub":"a","sub":"b","role":"admin"})").code == Errc::duplicate_member);
    CHECK(refused_with(R"([])").code == Errc::malformed_token);
    CHECK(refused_with(R"({"sub":"bob"})") == Error{Errc::missing_claim, "role"});
    CHECK(refused_with(R"({"sub":7,"role":"admin"})") == Error{Errc::invalid_claim_type, "sub"});
    CHECK(refused_with(R"({"sub":"bob","role":"admin","cnf":{}})") == Error{Errc::proof_required, "cnf"});
    CHECK(refused_with(std::string{"\0", 1}).code == Errc::invalid_json);
}

TEST_CASE("claims without a subject, with a bound key, or without a JSON form start no session") {
    Site site;
    CHECK(site.sessions.start(AccountClaims{}).error() == Error{Errc::missing_claim, "sub"});
    CHECK(site.sessions.start(claims_of("\xff")).error().code == Errc::invalid_json);
    const Sessions<nlohmann::json> any{site.store};
    CHECK(any.start({{"sub", "bob"}, {"cnf", {{"jkt", "x"}}}}).error() == Error{Errc::proof_required, "cnf"});
    CHECK(any.start({{"sub", 7}}).error() == Error{Errc::invalid_claim_type, "sub"});
    CHECK(any.start(nlohmann::json::array()).error().code == Errc::malformed_token);
    const auto id = any.start({{"sub", "bob"}, {"n", 7}}).value().id;
    CHECK((*any.verify(id).value())["n"] == 7);
}

TEST_CASE("a session is valid only from nbf to exp of its claims") {
    Site site;
    auto claims = claims_of("bob");
    claims.exp = start + 10min;
    const auto session = site.sessions.start(claims).value();
    CHECK(session.expires_at == start + 10min);
    CHECK(site.sessions.verify(session.id));
    site.moment += 10min;
    CHECK(code_of(site.sessions.verify(session.id)) == Errc::token_expired);
    CHECK(site.sessions.start(claims).error().code == Errc::token_expired);
    claims.exp = std::nullopt;
    claims.nbf = site.moment + 1s;
    CHECK(site.sessions.start(claims).error().code == Errc::token_not_yet_valid);
}
