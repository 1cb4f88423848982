// SPDX-License-Identifier: MIT
// Logins: their tokens end together, they are listed and ended one by one, and no login is accepted if the store is
// down.
#include <credence/opaque/logins.hpp>
#include <credence/stores/memory_store.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::Errc;
using credence::Error;
using credence::Logins;
using credence::MemoryStore;
using credence::NumericDate;
using credence::RefreshRecord;
using credence::Result;
using credence::Revocation;
using credence::SessionInfo;

namespace {

/// A store whose functions can be down separately.
struct Store : MemoryStore {
    using MemoryStore::MemoryStore;

    bool is_down = false, ends_no_family = false, marks_nobody = false;
    std::function<void()> before_insert = {}, before_mark = {},
                          after_mark = {};  ///< an action of another thread, run once

    Result<void> insert(const RefreshRecord& record) {
        happen(before_insert);
        return is_down ? down() : MemoryStore::insert(record);
    }
    Result<std::optional<RefreshRecord>> find(std::string_view hash) {
        if (is_down) return down().error();
        return MemoryStore::find(hash);
    }
    Result<void> revoke_family(std::string_view family) {
        return is_down || ends_no_family ? down() : MemoryStore::revoke_family(family);
    }
    Result<void> revoke_subject(std::string_view subject) {
        return is_down ? down() : MemoryStore::revoke_subject(subject);
    }
    Result<void> revoke_subject(const credence::SubjectIdentity& subject, NumericDate moment) {
        happen(before_mark);
        auto marked = is_down || marks_nobody ? down() : MemoryStore::revoke_subject(subject, moment);
        happen(after_mark);
        return marked;
    }
    Result<void> revoke(const credence::TokenIdentity& token) { return is_down ? down() : MemoryStore::revoke(token); }
    Result<bool> is_revoked(const credence::TokenIdentity& token) {
        if (is_down) return down().error();
        return MemoryStore::is_revoked(token);
    }
    Result<std::vector<credence::SessionRecord>> sessions_of(std::string_view subject) {
        if (is_down) return down().error();
        return MemoryStore::sessions_of(subject);
    }

    static void happen(std::function<void()>& event) {
        if (const auto once = std::exchange(event, nullptr)) once();
    }
    static Result<void> down() { return Error{Errc::store_unavailable, {}, "it is down"}; }
};

struct Service {
    NumericDate moment{1'700'000'000s};
    std::shared_ptr<Store> store = std::make_shared<Store>(credence::MemoryLimits{.clock = [this] { return moment; }});
    Logins<Store> logins{
        store,
        {.issuer = "us", .access_lifetime = 10min, .lifetime = 1h, .grace = 0s, .max_per_subject = 3, .clock = [this] {
             return moment;
         }}};

    /// As many logins of one user as there may be, a minute apart.
    [[nodiscard]] std::vector<credence::Login> three_logins() {
        std::vector<credence::Login> begun;
        for (int count = 0; count < 3; ++count) {
            begun.push_back(logins.start("ann").value());
            moment += 1min;
        }
        return begun;
    }

    /// Whether an access token is accepted, by the question that a verifier asks.
    [[nodiscard]] bool lets_in(const credence::Login& login) const {
        const Revocation revocation{store};
        const NumericDate issued_at = (std::min)(login.issued_at, moment);
        return (revocation.check)({"us", "some jti", login.subject, issued_at, login.issued_at + 10min}) &&
               (logins.check)(login.handle);
    }
    [[nodiscard]] std::vector<std::string> handles(const std::string& subject) const {
        std::vector<std::string> found;
        for (const SessionInfo& login : logins.list(subject).value()) found.push_back(login.handle);
        return found;
    }
};

}  // namespace

TEST_CASE("a login is renewed, and all of its tokens end with it") {
    Service service;
    const auto first = service.logins.start("ann", {.label = "a browser"}).value();
    CHECK(first.subject == "ann");
    CHECK(first.issued_at == service.moment);
    CHECK(first.expires_at == service.moment + 1h);
    CHECK(service.logins.subject_of(first.refresh_token).value() == "ann");
    service.moment += 5min;
    const auto second = service.logins.renew(first.refresh_token).value();
    CHECK(second.handle == first.handle);
    CHECK(second.expires_at == first.expires_at);
    CHECK(second.issued_at == service.moment);
    const auto other = service.logins.start("ann").value();
    CHECK(service.lets_in(first));
    CHECK(service.lets_in(second));

    CHECK(service.logins.end({.subject = "ann", .handle = first.handle}));
    CHECK(service.logins.end({.subject = "ann", .handle = first.handle}));
    CHECK((service.logins.check)(first.handle).error() == Error{Errc::token_revoked, {}});
    CHECK_FALSE(service.lets_in(second));
    CHECK(service.logins.renew(second.refresh_token).error().code == Errc::token_revoked);
    CHECK(service.lets_in(other));
    CHECK(service.handles("ann") == std::vector{other.handle});
    CHECK(service.logins.end_login_of(other.refresh_token));
    CHECK_FALSE(service.lets_in(other));
    CHECK(service.handles("ann").empty());
}

TEST_CASE("a refresh token that is used twice ends its login and the access tokens of it") {
    Service service;
    const auto first = service.logins.start("ann").value();
    const auto second = service.logins.renew(first.refresh_token).value();
    const auto other = service.logins.start("ann").value();
    CHECK(service.logins.renew(first.refresh_token).error().code == Errc::token_revoked);
    CHECK_FALSE(service.lets_in(second));
    CHECK(service.logins.renew(second.refresh_token).error().code == Errc::token_revoked);
    CHECK(service.lets_in(other));
    CHECK(service.logins.renew(other.refresh_token));
}

TEST_CASE("the end of a login is stored as long as one of its tokens could be valid") {
    Service service;
    const auto login = service.logins.start("ann").value();
    service.moment += 1h - 1s;
    const auto last = service.logins.renew(login.refresh_token).value();
    CHECK(service.logins.end({.subject = "ann", .handle = login.handle}));
    service.moment += 10min - 1s;
    REQUIRE(service.store->revoke({"x", "y", "z", service.moment, service.moment}));  // what has ended makes room
    CHECK_FALSE(service.lets_in(last));
}

TEST_CASE("logging out everywhere ends earlier logins, and a login in the same second waits for the next") {
    Service service;
    const auto before = service.logins.start("ann").value();
    const auto stranger = service.logins.start("bob").value();
    REQUIRE(service.logins.end_all("ann"));
    CHECK_FALSE(service.lets_in(before));
    CHECK(service.logins.renew(before.refresh_token).error().code == Errc::token_revoked);
    CHECK(service.handles("ann").empty());
    CHECK(service.lets_in(stranger));

    const auto after = service.logins.start("ann").value();
    CHECK(after.issued_at == service.moment + 1s);
    CHECK_FALSE(service.lets_in(after));
    service.moment += 1s;
    CHECK(service.lets_in(after));
    CHECK(service.handles("ann") == std::vector{after.handle});

    // Another instance's clock was ahead, by a little or by far too much.
    REQUIRE(service.store->revoke_subject({"us", "ann"}, service.moment + 4s));
    CHECK(service.handles("ann").empty());
    CHECK(service.logins.start("ann").value().issued_at == service.moment + 5s);
    REQUIRE(service.store->revoke_subject({"us", "ann"}, service.moment + 5s));
    CHECK(service.logins.start("ann").error().code == Errc::store_unavailable);
}

TEST_CASE("logging out everywhere ends tokens of an instance whose clock is ahead") {
    Service service;
    Logins<Store> other{service.store, {.issuer = "us", .lifetime = 1h, .clock = [&] { return service.moment + 3s; }}};
    const auto started = other.start("ann").value();
    const auto idle = service.logins.start("ann").value();
    const auto stranger = other.start("bob").value();
    service.moment += 6min;
    const auto renewed = other.renew(started.refresh_token).value();
    CHECK(renewed.issued_at == service.moment + 3s);
    REQUIRE(service.logins.end_all("ann"));
    service.moment += 3s;
    CHECK_FALSE(service.lets_in(renewed));
    CHECK_FALSE(service.lets_in(idle));
    CHECK((service.logins.check)(idle.handle));  // its subject and time are enough
    CHECK(service.lets_in(stranger));
    CHECK(service.logins.start("ann").value().issued_at == service.moment);
}

TEST_CASE("a login that begins during a logout everywhere has ended, or is listed and valid") {
    Service service;
    std::optional<credence::Login> login;
    SECTION("it began first") {
        service.store->before_mark = [&] { login = service.logins.start("ann").value(); };
        REQUIRE(service.logins.end_all("ann"));
        CHECK(service.logins.renew(login->refresh_token).error().code == Errc::token_revoked);
        CHECK_FALSE(service.lets_in(*login));
        CHECK(service.handles("ann").empty());
    }
    SECTION("it began between the steps") {
        service.store->after_mark = [&] { login = service.logins.start("ann").value(); };
        REQUIRE(service.logins.end_all("ann"));
        service.moment += 1s;
        CHECK(service.logins.renew(login->refresh_token).error().code == Errc::token_revoked);
        CHECK_FALSE(service.lets_in(*login));
        CHECK(service.handles("ann").empty());
    }
    SECTION("it was issued last") {
        service.store->before_insert = [&] { REQUIRE(service.logins.end_all("ann")); };
        login = service.logins.start("ann").value();
        CHECK(service.handles("ann") == std::vector{login->handle});
        CHECK(login->issued_at == service.moment + 1s);
        service.moment += 1s;
        CHECK(service.lets_in(*login));
        CHECK(service.logins.end_one({.subject = "ann", .handle = login->handle}).value());
        CHECK(service.logins.renew(login->refresh_token).error().code == Errc::token_revoked);
    }
}

TEST_CASE("logins are listed, last used first, and ended one by one") {
    Service service;
    const auto first = service.logins.start("ann", {.label = "a\nphone"}).value();
    service.moment += 2min;
    const auto second = service.logins.start("ann").value();
    const auto stranger = service.logins.start("bob").value();
    CHECK(service.handles("ann") == std::vector{second.handle, first.handle});
    const auto info = service.logins.list("ann").value().back();
    CHECK(info.label == "a?phone");
    CHECK(info.started_at == first.issued_at);
    CHECK(info.last_used_at == first.issued_at);
    CHECK(info.expires_at == first.issued_at + 1h + 10min);
    service.moment += 30s;
    CHECK(service.logins.note_use({first.handle, "ann", first.issued_at}));
    CHECK(service.handles("ann").front() == first.handle);
    service.moment += 59s;
    CHECK(service.logins.note_use({first.handle, "ann", first.issued_at}));
    CHECK(service.logins.list("ann").value().front().last_used_at == service.moment - 59s);
    service.moment += 1s;
    CHECK(service.logins.note_use({first.handle, "ann", first.issued_at}));
    CHECK(service.logins.list("ann").value().front().last_used_at == service.moment);

    CHECK_FALSE(service.logins.end_one({.subject = "bob", .handle = first.handle}).value());
    CHECK(service.lets_in(first));
    CHECK(service.logins.end_one({.subject = "ann", .handle = first.handle}).value());
    CHECK_FALSE(service.lets_in(first));
    CHECK_FALSE(service.logins.end_one({.subject = "ann", .handle = first.handle}).value());

    const auto third = service.logins.start("ann").value();
    CHECK(service.logins.end_others({.subject = "ann", .handle = third.handle}));
    CHECK_FALSE(service.lets_in(second));
    CHECK(service.lets_in(third));
    CHECK(service.lets_in(stranger));
    CHECK(service.handles("ann") == std::vector{third.handle});
    service.moment += 1h + 10min;
    CHECK(service.handles("ann").empty());
}

TEST_CASE("a login beyond the limit ends the least recently used one, never the new one") {
    Service service;
    const std::vector<credence::Login> logins = service.three_logins();
    CHECK(service.logins.note_use({logins[0].handle, "ann", logins[0].issued_at}));
    service.moment -= 10min;  // a clock that was set back
    const auto newest = service.logins.start("ann").value();
    CHECK(service.lets_in(newest));
    CHECK_FALSE(service.lets_in(logins[1]));
    CHECK(service.handles("ann").size() == 3);
}

TEST_CASE("a login that has ended does not count towards the limit") {
    Service service;
    const std::vector<credence::Login> logins = service.three_logins();
    // The list still has an entry of it.
    REQUIRE(service.logins.end_login_of(logins[2].refresh_token));
    const auto newest = service.logins.start("ann").value();
    CHECK(service.lets_in(logins[0]));
    CHECK(service.lets_in(logins[1]));
    CHECK(service.handles("ann").size() == 3);
    CHECK(service.store->sessions_of("login:ann").value().size() == 3);
    service.moment += 1min;
    CHECK(service.logins.start("ann"));
    CHECK_FALSE(service.lets_in(logins[0]));
    CHECK(service.lets_in(logins[1]));
    CHECK(service.lets_in(newest));
}

TEST_CASE("a login that could not make room for itself has ended") {
    Service service;
    for (int count = 0; count < 3; ++count) REQUIRE(service.logins.start("ann"));
    service.store->ends_no_family = true;
    CHECK(service.logins.start("ann").error().code == Errc::store_unavailable);
    service.store->ends_no_family = false;
    CHECK(service.handles("ann").size() == 2);
}

TEST_CASE("a login from before the list is listed when it is used or adopted") {
    Service service;
    const auto used = service.logins.start("ann").value();
    const auto adopted = service.logins.start("ann").value();
    REQUIRE(service.store->end_sessions_of({.subject = "login:ann"}));
    CHECK(service.handles("ann").empty());
    service.moment += 5min;
    CHECK(service.logins.note_use({used.handle, "ann", used.issued_at, "a browser"}));
    CHECK(service.handles("ann") == std::vector{used.handle});
    CHECK(service.logins.list("ann").value().front().label == "a browser");

    RefreshRecord record{.hash = "h", .family = adopted.handle, .subject = "ann", .expires_at = adopted.expires_at};
    CHECK(service.logins.adopt(record));
    auto info = service.logins.list("ann").value().back();
    CHECK(info.handle == adopted.handle);
    CHECK(info.started_at == adopted.issued_at);
    CHECK(info.last_used_at == adopted.issued_at);
    CHECK(info.expires_at == adopted.expires_at + 10min);
    record.used_at = service.moment + 1min;
    CHECK(service.logins.adopt(record));
    info = service.logins.list("ann").value().front();
    CHECK(info.handle == adopted.handle);
    CHECK(info.last_used_at == service.moment + 1min);
    CHECK(service.handles("ann").size() == 2);
    CHECK(service.logins.end_others({.subject = "ann", .handle = used.handle}));
    CHECK_FALSE(service.lets_in(adopted));
}

TEST_CASE("a login that was only partly ended counts as ended") {
    Service service;
    const auto login = service.logins.start("ann").value();
    service.store->ends_no_family = true;
    CHECK_FALSE(service.logins.end({.subject = "ann", .handle = login.handle}));
    service.store->ends_no_family = false;
    CHECK_FALSE(service.lets_in(login));
    CHECK(service.logins.renew(login.refresh_token).error().code == Errc::token_revoked);
    CHECK(service.handles("ann").empty());

    const auto other = service.logins.start("ann").value();
    service.store->marks_nobody = true;
    CHECK(service.logins.end_all("ann").error().code == Errc::store_unavailable);
    CHECK(service.logins.renew(other.refresh_token).error().code == Errc::token_revoked);
}

TEST_CASE("sessions and logins of one subject in one store are independent") {
    Service service;
    const auto login = service.logins.start("ann").value();
    const credence::Sessions<credence::RegisteredClaims> sessions{service.store,
                                                                  {.clock = [&] { return service.moment; }}};
    const auto session = sessions.start({.sub = "ann"}).value();
    CHECK(sessions.list("ann").value().size() == 1);
    CHECK(service.handles("ann") == std::vector{login.handle});
    CHECK(sessions.end_all("ann"));
    CHECK(service.lets_in(login));
    CHECK(service.logins.end_all("ann"));
    CHECK((sessions.verify)(session.id).error().code == Errc::token_revoked);
}

TEST_CASE("while the store is unavailable, nothing is accepted, and no change is confirmed") {
    Service service;
    const auto login = service.logins.start("ann").value();
    service.store->is_down = true;
    const credence::SubjectSession own{.subject = "ann", .handle = login.handle};
    const auto code = [](const auto& result) { return result ? Errc{} : result.error().code; };
    for (const Errc each :
         {code((service.logins.check)(login.handle)), code(service.logins.start("ann")),
          code(service.logins.renew(login.refresh_token)), code(service.logins.subject_of(login.refresh_token)),
          code(service.logins.end(own)), code(service.logins.end_one(own)), code(service.logins.end_others(own)),
          code(service.logins.end_all("ann")), code(service.logins.end_login_of(login.refresh_token)),
          code(service.logins.list("ann"))}) {
        CHECK(each == Errc::store_unavailable);
    }
    CHECK((service.logins.check)(login.handle).error().reason == "it is down");
    service.store->is_down = false;
    CHECK(service.lets_in(login));
    CHECK(service.logins.renew(login.refresh_token));
}
